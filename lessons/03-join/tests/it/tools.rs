//! What each tool does with errors, with a caller that goes away, and with a branch that
//! computes.

use std::{sync::mpsc, time::Duration};

use lesson_03_join::{
    background, fail_fast, gather, hedge, joined,
    newsroom::{ARTICLE, Edition, comment, comments, model, models, moderator},
    one_task::{index, index_in_slices},
    results, serial, task_group,
    which_tool::{
        Fate::{Dropped, Failed, Finished, NeverStarted},
        Outcome, Tool,
    },
};
use mock_llm::{Error, Fault, MockLlm, When};
use runs::{measure, secs};
use timeline::Recorder;
use tokio::time::{Instant, sleep, timeout};

const OVERLOADED: Error = Error::Status(503);

fn newsroom_without_translation() -> MockLlm {
    let [headline, summary, translation] = models();
    MockLlm::new([headline, summary, translation.fault(When::Always, Fault::Overloaded)])
}

fn model_of(reply: &mock_llm::Reply) -> &str {
    &reply.model
}

#[tokio::test(start_paused = true)]
async fn every_edition_has_its_parts_in_their_places() {
    let llm = MockLlm::new(models());
    let parts = |edition: Result<Edition, Error>| {
        let edition = edition.expect("no faults");
        [edition.headline, edition.summary, edition.translation]
            .map(|reply| model_of(&reply).to_owned())
    };
    let expected = ["headline", "summary", "translation"];
    assert_eq!(parts(serial::edition(&llm, ARTICLE).await), expected);
    assert_eq!(parts(serial::edition_made_first(&llm, ARTICLE).await), expected);
    assert_eq!(parts(joined::edition(&llm, ARTICLE).await), expected);
    assert_eq!(parts(fail_fast::edition(&llm, ARTICLE).await), expected);
}

#[tokio::test(start_paused = true)]
async fn join_waits_for_the_others_after_an_error() {
    let llm = newsroom_without_translation();
    let run = measure(&llm, joined::edition(&llm, ARTICLE)).await;
    assert_eq!((run.value, run.took), (Err(OVERLOADED), secs(1.0)));
    assert_eq!(llm.journal().finished().count(), 2);
}

#[tokio::test(start_paused = true)]
async fn try_join_drops_the_others_at_the_first_error() {
    let llm = newsroom_without_translation();
    let run = measure(&llm, fail_fast::edition(&llm, ARTICLE)).await;
    assert_eq!((run.value, run.took), (Err(OVERLOADED), secs(0.8)));
    let journal = llm.journal();
    assert_eq!(
        journal.dropped().map(|call| call.model.as_str()).collect::<Vec<_>>(),
        ["summary"]
    );
    assert_eq!(journal.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn gather_reports_the_first_error_in_place_and_try_join_all_the_first_in_time() {
    let llm = MockLlm::new([moderator([0.9, 0.4, 0.6])
        .fault(When::Prompt(comment(1)), Fault::InternalError)
        .fault(When::Prompt(comment(2)), Fault::Overloaded)]);
    let gathered = measure(&llm, gather::weigh_all(&llm, &comments(3))).await;
    assert_eq!((gathered.value, gathered.took), (Err(Error::Status(500)), secs(0.9)));
    let failed_fast = measure(&llm, fail_fast::weigh_all(&llm, &comments(3))).await;
    assert_eq!((failed_fast.value, failed_fast.took), (Err(OVERLOADED), secs(0.4)));
}

#[tokio::test(start_paused = true)]
async fn results_lose_nothing() {
    let llm = MockLlm::new([
        moderator([0.4, 0.7, 0.5]).fault(When::Prompt(comment(2)), Fault::Overloaded)
    ]);
    let run = measure(&llm, results::weigh_what_works(&llm, &comments(3))).await;
    assert_eq!(run.took, secs(0.7));
    let names: Vec<_> =
        run.value.replies.iter().map(|(comment, _)| comment.as_str()).collect();
    assert_eq!(names, ["comment 1", "comment 3"]);
    assert_eq!(run.value.failures, [(comment(2), OVERLOADED)]);
}

#[tokio::test(start_paused = true)]
async fn nothing_to_do_is_done_at_once() {
    let llm = MockLlm::new([model("moderator", 1.0)]);
    assert_eq!(gather::weigh_all(&llm, &[]).await, Ok(vec![]));
    assert_eq!(fail_fast::weigh_all(&llm, &[]).await, Ok(vec![]));
    assert_eq!(task_group::weigh_all(&llm, &[]).await, Ok(vec![]));
    assert_eq!(results::weigh_what_works(&llm, &[]).await, results::Weighed::default());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_handle_keeps_running() {
    let llm = MockLlm::new([model("headline", 1.0), model("translation", 2.0)]);
    let run = measure(&llm, background::headline_now(&llm, ARTICLE)).await;
    assert_eq!((run.value.is_ok(), run.took), (true, secs(1.0)));
    assert_eq!(llm.journal().in_flight(), 1, "the translation goes on");
    sleep(secs(5.0)).await;
    assert_eq!(llm.journal().finished().count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_task_group_leaves_nothing_in_flight() {
    let llm = MockLlm::new([
        moderator([1.5, 0.5, 1.0]).fault(When::Prompt(comment(2)), Fault::Overloaded)
    ]);
    let run = measure(&llm, task_group::weigh_all(&llm, &comments(3))).await;
    assert_eq!((run.value, run.took), (Err(OVERLOADED), secs(0.5)));
    assert_eq!((llm.journal().in_flight(), llm.journal().dropped().count()), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_task_group_keeps_the_order_of_the_comments() {
    let llm = MockLlm::new([moderator([0.3, 0.1, 0.2])]);
    let replies = task_group::weigh_all(&llm, &comments(3)).await.expect("no faults");
    assert!(
        replies
            .iter()
            .zip(1..)
            .all(|(reply, number)| reply.text.ends_with(&comment(number))),
        "{replies:?}"
    );
}

#[tokio::test(start_paused = true)]
#[should_panic = "as its script says"]
async fn a_panic_in_a_task_group_reaches_the_caller() {
    let llm = MockLlm::new([moderator([0.3]).fault(When::Always, Fault::Panic)]);
    let _ = task_group::weigh_all(&llm, &comments(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_hedge_asks_once_when_the_answer_is_in_time() {
    let llm = MockLlm::new([model("headline", 0.4)]);
    let run = measure(&llm, hedge::patient_headline(&llm, ARTICLE, secs(0.5))).await;
    assert_eq!(
        (run.value.is_ok(), run.took, llm.journal().calls().len()),
        (true, secs(0.4), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_hedge_asks_twice_at_most_and_drops_the_loser() {
    let llm =
        MockLlm::new(
            [model("headline", 0.6).fault(When::Attempt(1), Fault::StallAfter(0))],
        );
    let run = measure(&llm, hedge::patient_headline(&llm, ARTICLE, secs(0.5))).await;
    assert_eq!((run.value.is_ok(), run.took), (true, secs(1.1)));
    let journal = llm.journal();
    assert_eq!(
        (journal.calls().len(), journal.dropped().count(), journal.in_flight()),
        (2, 1, 0)
    );
}

/// The first call is late, and still it wins: it was not started anew.
#[tokio::test(start_paused = true)]
async fn a_hedge_goes_on_with_the_first_call() {
    let llm = MockLlm::new([model("headline", 0.6)]);
    let run = measure(&llm, hedge::patient_headline(&llm, ARTICLE, secs(0.5))).await;
    assert_eq!((run.value.is_ok(), run.took), (true, secs(0.6)));
}

/// One call fails while the other is in flight: the other one may still win.
#[tokio::test(start_paused = true)]
async fn a_hedge_outlives_one_error() {
    let llm =
        MockLlm::new([model("headline", 0.6).fault(When::Attempt(1), Fault::Overloaded)]);
    let run = measure(&llm, hedge::patient_headline(&llm, ARTICLE, secs(0.5))).await;
    assert_eq!((run.value.is_ok(), run.took), (true, secs(1.1)));

    let llm = MockLlm::new([model("headline", 0.6).fault(When::Always, Fault::Overloaded)]);
    let run = measure(&llm, hedge::patient_headline(&llm, ARTICLE, secs(0.5))).await;
    assert_eq!((run.value, run.took), (Err(OVERLOADED), secs(1.1)));
}

/// Joins a call of 0.5 s with `work`. Gives the instant at which the reply is in hand, and
/// how often the call was polled.
async fn call_beside(work: impl Future<Output = ()>) -> (Duration, usize) {
    let llm = MockLlm::new([model("atlas", 0.5)]);
    let start = Instant::now();
    let recorder = Recorder::new(move || start.elapsed());
    let in_hand = async {
        let reply = llm.complete(ARTICLE).await;
        (reply.is_ok(), start.elapsed())
    };
    let ((is_ok, at), ()) = tokio::join!(recorder.future("call", in_hand), work);
    assert!(is_ok);
    (at, recorder.polls("call"))
}

/// The reply is at the machine after 0.5 s. The branch that computes holds the thread, so
/// nobody fetches it.
#[tokio::test(start_paused = true)]
async fn a_branch_that_computes_stalls_the_others() {
    assert_eq!(call_beside(index(secs(1.5))).await, (secs(1.5), 2));
}

/// The call is polled between two slices of 0.1 s. It is at most one slice late: `join!`
/// gives its branches the first turn by rotation, so the other one may come first.
#[tokio::test(start_paused = true)]
async fn a_branch_that_computes_in_slices_lets_the_others_run() {
    let (in_hand, _polls) = call_beside(index_in_slices(secs(1.5), 15)).await;
    assert!((secs(0.5)..=secs(0.6)).contains(&in_hand), "{in_hand:?}");
}

/// Two branches of `join!` cannot run at the same time, on however many threads; two tasks
/// can. No stopwatch: one of them holds its thread until the other has run.
#[test]
fn only_tasks_run_in_parallel() {
    async fn holds_its_thread(word: mpsc::Receiver<()>, patience: Duration) -> bool {
        word.recv_timeout(patience).is_ok()
    }
    async fn sends_word(word: mpsc::Sender<()>) {
        let _ = word.send(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("threads to be had");
    runtime.block_on(async {
        let (sender, receiver) = mpsc::channel();
        let (heard, ()) = tokio::join!(
            holds_its_thread(receiver, Duration::from_millis(20)),
            sends_word(sender)
        );
        assert!(!heard, "the second branch is polled when the first poll has returned");

        let (sender, receiver) = mpsc::channel();
        let holder = tokio::spawn(holds_its_thread(receiver, Duration::from_secs(30)));
        tokio::spawn(sends_word(sender)).await.expect("sending does not panic");
        assert!(holder.await.expect("waiting does not panic"));
    });
}

/// A caller that gives up drops what is inside its own future, and nothing else.
#[tokio::test(start_paused = true)]
async fn what_is_dropped_with_the_caller() {
    let llm = MockLlm::new(models());
    assert!(timeout(secs(0.5), joined::edition(&llm, ARTICLE)).await.is_err());
    assert_eq!((llm.journal().dropped().count(), llm.journal().in_flight()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn the_table_of_the_tools() {
    let expected = [
        (
            Tool::InTurn,
            2.4,
            (2.4, [Finished, Finished, Failed]),
            [Dropped, NeverStarted, NeverStarted],
        ),
        (Tool::Join, 1.0, (1.0, [Finished, Finished, Failed]), [Dropped; 3]),
        (Tool::TryJoin, 1.0, (0.8, [Finished, Dropped, Failed]), [Dropped; 3]),
        (Tool::FuturesUnordered, 1.0, (0.8, [Finished, Dropped, Failed]), [Dropped; 3]),
        (Tool::Spawn, 1.0, (0.8, [Finished, Finished, Failed]), [Finished; 3]),
        (Tool::JoinSet, 1.0, (0.8, [Finished, Dropped, Failed]), [Dropped; 3]),
    ];
    let outcome = |returned, fates| Outcome { returned: secs(returned), fates };
    for (tool, all_is_well, (returned, one_fails), given_up) in expected {
        assert_eq!(
            tool.all_is_well().await,
            outcome(all_is_well, [Finished; 3]),
            "{tool:?}"
        );
        assert_eq!(tool.one_fails().await, outcome(returned, one_fails), "{tool:?}");
        assert_eq!(tool.given_up().await, outcome(0.5, given_up), "{tool:?}");
    }
}
