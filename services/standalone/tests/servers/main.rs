//! The embedded servers for real: started, stopped, killed, and started again on what was left.

#[cfg(test)]
mod broker;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod place;
#[cfg(test)]
mod postgres;
