//! Producer and consumer against a real broker, which is killed, stopped and emptied under them.

#[cfg(test)]
mod consuming;
#[cfg(test)]
mod partitioning;
#[cfg(test)]
mod place;
#[cfg(test)]
mod producing;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod truncation;
