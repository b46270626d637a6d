//! The whole product for real: the binary, a broker, a Postgres and Whisper; fed, killed, misled and read.

#[cfg(test)]
mod account;
#[cfg(test)]
mod audit_log;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod dossier;
#[cfg(test)]
mod duties;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod instance;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod program;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod servers_killed;
#[cfg(test)]
mod sound;
#[cfg(test)]
mod spoken;
#[cfg(test)]
mod topics;
#[cfg(test)]
mod whole_path;
