//! End-to-end tests: the real binary, a real broker, a real Postgres.
