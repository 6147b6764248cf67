//! Three tasks; the second fails after 0.5 s. What is in flight at the instant at which the
//! caller goes on?
//!
//! Run: `cargo run -p lesson-03-join --example task_group`

use futures::future::try_join_all;
use lesson_03_join::{
    newsroom::{comment, comments, moderator},
    task_group,
};
use mock_llm::{Error, Fault, MockLlm, When};
use runs::{measure, secs, show_beside};
use tokio::time::sleep;

/// Tasks that nobody keeps together: the first error returns, and the handles of the others
/// are dropped.
async fn loose_tasks(llm: &MockLlm, comments: &[String]) -> Result<(), Error> {
    let tasks = comments.iter().map(|comment| tokio::spawn(llm.complete(comment)));
    try_join_all(tasks.map(async |task| task.await.expect("no call panics")))
        .await
        .map(drop)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let model =
        moderator([1.5, 0.5, 1.0]).fault(When::Prompt(comment(2)), Fault::Overloaded);
    let llm = MockLlm::new([model]);

    let loose = measure(&llm, loose_tasks(&llm, &comments(3))).await;
    report("spawn", loose.took.as_secs_f64(), &llm);
    sleep(secs(5.0)).await;
    let drawn_loose = loose.timeline("spawn: the others go on");

    let group = measure(&llm, task_group::weigh_all(&llm, &comments(3))).await;
    report("task group", group.took.as_secs_f64(), &llm);
    sleep(secs(5.0)).await;
    let drawn_group = group.timeline("task group: nothing is left behind");

    show_beside(&drawn_loose, &drawn_group);
}

fn report(name: &str, took: f64, llm: &MockLlm) {
    println!(
        "{name:10}  returns at {took:.3} s, in flight then: {}",
        llm.journal().in_flight()
    );
}
