//! What the mock promises, one module per promise. Every instant is exact: the clock is tokio's paused one, or our own.

mod blocking;
mod calls;
mod clock;
mod drops;
mod faults;
mod journal;
mod limits;
mod presets;
mod queue;
mod requests;
mod seeds;
mod streams;

use std::time::Duration;

use mock_llm::{MockLlm, Model};
use tokio::time::Instant;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// First token after 400 ms, then one every 20 ms: "one two three four five" is whole at 480 ms.
fn atlas() -> Model {
    Model::new("atlas").time_to_first_token(ms(400)).inter_token_latency(ms(20)).reply("one two three four five")
}

fn one_model() -> MockLlm {
    MockLlm::new([atlas()])
}

/// How long a future takes on the paused clock, and what it gives.
async fn timed<T>(future: impl Future<Output = T>) -> (Duration, T) {
    let start = Instant::now();
    let value = future.await;
    (start.elapsed(), value)
}
