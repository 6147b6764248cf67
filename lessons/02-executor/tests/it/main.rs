//! What the chapter says of the runtime, as tests: the figures and the screenful first, then where a runtime is easy to get
//! wrong, and the stages too, then the runtime beside a model of it and beside tokio.

mod figures;
mod least_you_need;
mod edges;
mod outlives;
mod stages;
mod recorder;
mod model;
mod same_on_tokio;
mod what_tokio_does;

use std::time::Duration;

use lesson_02_executor::runtime::{Builder, Runtime};

fn virtual_time() -> Runtime {
    Builder::new().virtual_clock().build()
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
