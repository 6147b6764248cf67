//! What the chapter says of the lesson's code. Nothing here depends on the speed of a machine: time is virtual, or a test asks
//! for order, counts and the identity of threads. Where the blocking pool is at work, a real watchdog ends the test.

mod everyday;
mod figures;
mod least_you_need;
mod over_http;
mod watching;
mod what_tokio_does;
