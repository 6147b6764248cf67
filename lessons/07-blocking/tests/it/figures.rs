//! TODO: the figures of the chapter.

use std::time::Duration;

use lesson_07_blocking::one_call::one_call;
use mock_llm::{MockLlm, Model};
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn one_call_takes_as_long_as_its_model() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(Duration::from_secs(1))]);
    let start = Instant::now();
    one_call(&llm, "What is a future?").await.expect("the script has no faults");
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}
