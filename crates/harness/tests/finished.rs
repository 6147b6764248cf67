//! What a finished run tells a check.

use harness::Check;

/// Tasks that have ended count too: the check asks what the learner's code did, not what is left of it.
#[test]
#[cfg(tokio_unstable)]
fn counts_the_tasks_that_were_spawned() {
    let none = Check::new().run(async || tokio::task::yield_now().await);
    assert_eq!(none.tasks_spawned(), 0);

    let three = Check::new().run(async || {
        tokio::spawn(async {}).await.expect("the first task does not panic");
        let inner = async || tokio::spawn(async {}).await;
        tokio::spawn(inner()).await.expect("the second task does not panic")
    });
    assert_eq!(three.tasks_spawned(), 3);
}
