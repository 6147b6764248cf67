//! The mock model on our runtime: ten lines, and the model does not know.

use std::time::Duration;

use lesson_02_executor::runtime;
use mock_llm::Clock;

// ANCHOR: clock
/// The mock model asks two things of a runtime: what time it is, and to be woken at
/// another.
#[derive(Debug)]
pub struct OurClock;

impl Clock for OurClock {
    fn now(&self) -> Duration {
        runtime::now()
    }

    fn sleep_until(&self, deadline: Duration) -> mock_llm::Sleep {
        Box::pin(runtime::sleep_until(deadline))
    }
}
// ANCHOR_END: clock
