//! The earwitness binary.
fn main() {}
