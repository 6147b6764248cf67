//! # The test that blocks
//!
//! A service answers the questions of its users. It was serial once, and was mended. The test below is to watch over that: green
//! when the service works on the questions of five users at the same time, red (a panic) when anybody has to wait for somebody
//! else, and red when anybody gets an error instead of an answer. But it is red whatever the service does: it measures itself.
//!
//! Mend the test. The service is asked all five `QUESTIONS`, as often as you like, by its async client (`service.complete`): a
//! thread of the pool would hold the test's paused clock. On that clock, times are exact. How long an answer takes depends on its
//! question alone, and nobody tells the test: it may be ten milliseconds, or a minute, and another time for each question.
//! A service may also be half mended, and work on one, two, three or four questions at a time: the others wait, or get an error.
//!
//! Starts: blocked
//! Run: `cargo workbook check 07-blocking/the_test_that_blocks` · Read: book, chapter 7, A test that measures itself · 10 min

use std::time::Duration;

use futures::future::join_all;
use mock_llm::MockLlm;
use tokio::{task::JoinSet, time::Instant};

/// What the users ask, one each.
pub const QUESTIONS: [&str; 5] = ["What is a task?", "What is a waker?", "What is a poll?", "Who polls?", "Who wakes?"];

/// A test of the service. It panics where the service lets a user wait for another one.
pub async fn five_users_are_answered_together(service: &MockLlm) {
    let started = Instant::now();
    let mut users = JoinSet::new();
    for question in QUESTIONS {
        let client = service.blocking();
        users.spawn(async move { client.complete(question).expect("an answer") });
    }
    users.join_all().await;
    let took = started.elapsed();
    assert!(took < Duration::from_secs(3), "five users needed {took:?} together");
}

#[path = "checks/the_test_that_blocks.rs"]
mod checks;
