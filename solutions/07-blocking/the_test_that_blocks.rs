//! # The test that blocks: a solution
//!
//! The client of the draft holds its thread, and all five tasks are on one thread. So the second user begins when the first has
//! the answer: the *test* is serial, and no service could make it green. Who tests concurrency brings it along: five calls by an
//! async client, all in flight before any has ended.
//!
//! The second flaw is the three seconds. A slow model makes the test red, and a quick one makes it green, whatever the service
//! does. Nor does the time of all five tell: one long answer hides that a short one has waited. What says that nobody waits is
//! each user's own time: as long with the others as alone. On a paused clock, the two are equal to the millisecond. (With real
//! clocks, a test would look at the order of events in the place of times: who has begun before anybody has ended.)
//!
//! And a test is worth something when it has been seen red. Run it against a service that is wrong: that is what these checks do.
//!
//! Also right: tasks in a `JoinSet`, each with its own time; the log of the service, where each call has begun to be worked on
//! when it came.

use std::time::Duration;

use futures::future::join_all;
use mock_llm::MockLlm;
use tokio::time::Instant;

/// What the users ask, one each.
pub const QUESTIONS: [&str; 5] = ["What is a task?", "What is a waker?", "What is a poll?", "Who polls?", "Who wakes?"];

/// A test of the service. It panics where the service lets a user wait for another one.
pub async fn five_users_are_answered_together(service: &MockLlm) {
    let mut alone = Vec::new();
    for question in QUESTIONS {
        alone.push(time_of(service, question).await);
    }
    let together = join_all(QUESTIONS.map(|question| time_of(service, question))).await;
    for ((question, alone), together) in QUESTIONS.iter().zip(alone).zip(together) {
        assert_eq!(together, alone, "\"{question}\" had to wait for somebody else");
    }
}

/// How long a user waits for the answer.
async fn time_of(service: &MockLlm, question: &str) -> Duration {
    let started = Instant::now();
    service.complete(question).await.expect("an answer");
    started.elapsed()
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/the_test_that_blocks.rs"]
mod checks;
