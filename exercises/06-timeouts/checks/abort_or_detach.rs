use harness::{Check, secs, test};
use mock_llm::{MockLlm, Model};

use super::answer;

harness::checks!();

/// TODO: what it checks, in a sentence that is true of every right answer.
#[test]
fn takes_as_long_as_one_call() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(1.937))]);
    let run = Check::new().draws(&llm).run(async || answer(&llm, "What is a future?").await);
    run.takes(secs(1.937), "TODO: the idea behind it.");
}
