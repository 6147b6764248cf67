//! What the chapter says of the lesson's code, as tests on virtual time.

mod figures;
mod least_you_need;
mod pool;
mod what_tokio_does;
