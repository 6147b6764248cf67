//! What the chapter says of the lesson's code, as tests: on virtual time, and over a real socket where no time is asserted.

mod figures;
mod least_you_need;
mod over_http;
mod what_tokio_does;
