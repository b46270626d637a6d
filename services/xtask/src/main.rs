//! Developer commands: `cargo xtask setup|build|demo|test|bench|generate|tidy`.
fn main() {}
