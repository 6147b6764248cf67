//! The figures of the sources and of the reports from practice, as exact virtual times.

use std::{cell::Cell, time::Duration};

use futures::future::join_all;
use lesson_06_timeouts::{
    deadline::{each_its_own, in_three_steps, when_asked_to_come_back},
    dropped::{HowItEnded, Log, in_a_task, in_one_future, limit_inside},
    first_token::Patience,
    in_the_loop::{Heard, made_anew, made_before, says_so_once},
    never_yields::{in_one_piece, in_pieces},
    nobody::{stream_goes_too, task_goes_on, written},
    silence::{Ended, Read, at_most, while_it_speaks},
    tasks::{NoResult, Shielded, Transcript, parent_is_aborted, reopen},
    ticks::after_a_stall,
    total::{Failed, answer},
};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use runs::{measure, secs};
use tokio::time::{Instant, MissedTickBehavior, sleep, timeout, timeout_at};

const QUESTION: &str = "Where is my parcel?";

fn model_of(seconds: f64) -> MockLlm {
    MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(seconds))
        .reply("On its way.")])
}

/// S1: 5 s against 2 s. S3: 10 s against 3 s. Given up exactly then, and the call is dropped at that instant.
#[tokio::test(start_paused = true)]
async fn s1_and_s3_are_given_up_exactly_at_the_limit() {
    for (takes, limit) in [(5.0, 2.0), (10.0, 3.0)] {
        let llm = model_of(takes);
        let run = measure(&llm, answer(&llm, QUESTION, secs(limit))).await;
        assert_eq!(run.value, Err(Failed::TooLate));
        assert_eq!(run.took, secs(limit));
        let journal = llm.journal();
        assert_eq!(journal.dropped().count(), 1);
        assert_eq!(
            journal.in_order_of_end()[0].ended.as_ref().map(|end| end.0),
            Some(secs(limit))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_and_an_error_in_time_come_as_they_are() {
    let llm = model_of(1.9);
    let reply = answer(&llm, QUESTION, secs(2.0)).await.expect("it is in time");
    assert_eq!(reply.text, "On its way.");
    let llm = MockLlm::new([Model::new("atlas").fault(When::Always, Fault::Overloaded)]);
    let failed = answer(&llm, QUESTION, secs(2.0)).await;
    assert_eq!(failed, Err(Failed::Model(Error::Status(503))));
}

/// Three at the same time, each with 3 s: all is over at 3 s, and not at 9 s.
#[tokio::test(start_paused = true)]
async fn limits_that_run_together_end_together() {
    let llm = model_of(10.0);
    let run =
        measure(&llm, join_all([(); 3].map(|()| answer(&llm, QUESTION, secs(3.0))))).await;
    assert_eq!(run.value, vec![Err(Failed::TooLate); 3]);
    assert_eq!(run.took, secs(3.0));
}

/// First token after 1 s, then one each 0.5 s: 21 tokens take 11 s. One of two stalls after four tokens, at 2.5 s.
fn talks() -> MockLlm {
    let words = "one ".repeat(21);
    MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(1.0))
        .inter_token_latency(secs(0.5))
        .reply(words.trim_end())
        .fault(When::Prompt("stalls".to_owned()), Fault::StallAfter(4))])
}

fn words(read: &Read) -> usize {
    read.text.split_whitespace().count()
}

/// A limit on the whole cuts the long answer at 6 s, and finds the stall only then. A limit on the silence does neither.
#[tokio::test(start_paused = true)]
async fn a_long_answer_is_not_a_silent_one() {
    let llm = talks();
    for (prompt, limits_the_silence, ended, tokens, took) in [
        ("long", false, Ended::TooLong, 11, 6.0),
        ("stalls", false, Ended::TooLong, 4, 6.0),
        ("long", true, Ended::Whole, 21, 11.0),
        ("stalls", true, Ended::Silent, 4, 4.5),
    ] {
        let stream = llm.stream(prompt);
        let run = if limits_the_silence {
            measure(&llm, while_it_speaks(stream, secs(2.0))).await
        } else {
            measure(&llm, at_most(stream, secs(6.0))).await
        };
        let seen = (run.value.ended.clone(), words(&run.value), run.took);
        assert_eq!(seen, (ended, tokens, secs(took)), "{prompt}");
    }
}

/// 40 s to the first token, then 2 s: well under two limits, cut under one that is small, and a stall found late under a large.
#[tokio::test(start_paused = true)]
async fn the_first_token_has_a_limit_of_its_own() {
    let slow = |name: &str| {
        let model = Model::new(name).time_to_first_token(secs(40.0));
        model.inter_token_latency(secs(2.0)).reply("It is on its way.")
    };
    let stalls = slow("stalls").fault(When::Always, Fault::StallAfter(2));
    let mute = slow("mute").fault(When::Always, Fault::StallAfter(0));
    let llm = MockLlm::new([slow("thinks"), stalls, mute]);
    let patience = Patience { first_token: secs(60.0), between: secs(5.0) };
    for (name, ended, took) in [
        ("thinks", Ended::Whole, 48.0),
        ("stalls", Ended::Silent, 47.0),
        ("mute", Ended::NeverBegan, 60.0),
    ] {
        let run = measure(&llm, patience.read(llm.model(name).stream(QUESTION))).await;
        assert_eq!((run.value.ended, run.took), (ended, secs(took)), "{name}");
    }
    for (limit, name, ended, took) in [
        (5.0, "thinks", Ended::Silent, 5.0),
        (60.0, "thinks", Ended::Whole, 48.0),
        (60.0, "stalls", Ended::Silent, 102.0),
    ] {
        let run =
            measure(&llm, while_it_speaks(llm.model(name).stream(QUESTION), secs(limit)));
        let run = run.await;
        assert_eq!((run.value.ended, run.took), (ended, secs(took)), "{name}, {limit} s");
    }
}

/// An error that the stream brings is an error, whatever limit stands round it.
#[tokio::test(start_paused = true)]
async fn an_error_in_the_stream_is_no_silence() {
    let llm = MockLlm::new([Model::new("atlas")
        .inter_token_latency(secs(1.0))
        .reply("one two three")
        .fault(When::Always, Fault::CutAfter(2))]);
    let patience = Patience { first_token: secs(60.0), between: secs(5.0) };
    for read in [
        at_most(llm.stream(QUESTION), secs(60.0)).await,
        while_it_speaks(llm.stream(QUESTION), secs(60.0)).await,
        patience.read(llm.stream(QUESTION)).await,
    ] {
        assert_eq!(read.ended, Ended::Failed(Error::Cut { tokens: 2 }));
        assert_eq!(words(&read), 2);
    }
}

/// Three steps of 1, 3 and 3 s. With 5 s for each they take 7 s; with one deadline at 5 s the third is dropped there.
#[tokio::test(start_paused = true)]
async fn three_calls_share_one_deadline() {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(3.0))
        .time_to_first_token_for("Plan: a trip", secs(1.0))
        .reply_to("Plan: a trip", "a plan")
        .reply_to("Draft: a plan", "a draft")
        .reply_to("Check: a draft", "a text")]);
    let own = measure(&llm, each_its_own(&llm, "a trip", secs(5.0))).await;
    assert_eq!((own.value, own.took), (Ok("a text".to_owned()), secs(7.0)));

    let deadline = Instant::now() + secs(5.0);
    let shared = measure(&llm, in_three_steps(&llm, "a trip", deadline)).await;
    assert_eq!((shared.value, shared.took), (Err(Failed::TooLate), secs(5.0)));
    assert_eq!((llm.journal().finished().count(), llm.journal().dropped().count()), (2, 1));

    let deadline = Instant::now() + secs(7.0);
    let in_time = measure(&llm, in_three_steps(&llm, "a trip", deadline)).await;
    assert_eq!(in_time.value, Ok("a text".to_owned()), "at the deadline is in time");
}

/// A wait that ends after the deadline is not begun: the answer is known at 0 s. One that ends exactly there neither.
#[tokio::test(start_paused = true)]
async fn a_retry_after_is_capped_by_the_deadline() {
    for (come_back, is_answered, took) in
        [(2.0, true, 3.0), (5.0, false, 0.0), (20.0, false, 0.0), (4.5, false, 5.0)]
    {
        let busy = Fault::RateLimited { retry_after: Some(secs(come_back)) };
        let llm = MockLlm::new([Model::new("atlas")
            .time_to_first_token(secs(1.0))
            .reply("yes")
            .fault(When::Attempt(1), busy)]);
        let deadline = Instant::now() + secs(5.0);
        let run = measure(&llm, when_asked_to_come_back(&llm, QUESTION, deadline)).await;
        assert_eq!(
            (run.value.is_ok(), run.took),
            (is_answered, secs(took)),
            "Retry-After {come_back}"
        );
    }
}

fn ten_tokens() -> MockLlm {
    MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(1.0))
        .inter_token_latency(secs(1.0))
        .reply("one two three four five six seven eight nine ten")])
}

/// Ten tokens, one a second. Made in the loop, a timer of 3 s never fires; made before it, one of 3.5 s fires at 3.5 s.
#[tokio::test(start_paused = true)]
async fn a_timer_made_in_the_loop_never_fires() {
    let llm = ten_tokens();
    let run = measure(&llm, made_anew(llm.stream(QUESTION), secs(3.0))).await;
    assert_eq!((run.value, run.took), (Heard { tokens: 10, was_cut: false }, secs(10.0)));
    let run = measure(&llm, made_before(llm.stream(QUESTION), secs(3.5))).await;
    assert_eq!((run.value, run.took), (Heard { tokens: 3, was_cut: true }, secs(3.5)));
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_goes_on_says_it_once() {
    let llm = ten_tokens();
    let (start, mut said) = (Instant::now(), Vec::new());
    let tokens =
        says_so_once(llm.stream(QUESTION), secs(3.5), || said.push(start.elapsed())).await;
    assert_eq!((tokens, said, start.elapsed()), (10, vec![secs(3.5)], secs(10.0)));
}

/// A deadline that is over, round work without an `.await`: all of it is done, and it is "in time".
#[tokio::test(start_paused = true)]
async fn a_timeout_cannot_stop_what_does_not_yield() {
    let deadline = Instant::now();
    sleep(secs(1.0)).await;
    let scored = Cell::new(0);
    assert!(timeout_at(deadline, in_one_piece(1000, &scored)).await.is_ok());
    assert_eq!(scored.get(), 1000);
    let scored = Cell::new(0);
    assert!(timeout_at(deadline, in_pieces(1000, &scored)).await.is_err());
    assert_eq!(scored.get(), 1);
}

fn lines(log: &Log) -> Vec<(Duration, &'static str)> {
    log.lines()
}

/// S1: a connection that opens, answers and closes, at 0.1 s each.
#[tokio::test(start_paused = true)]
async fn s1_open_ask_close_at_a_tenth_of_a_second_each() {
    let expected = [(secs(0.1), "opened"), (secs(0.2), "answered"), (secs(0.3), "closed")];
    let log = Log::new();
    assert_eq!(in_one_future(log.clone()).await, 42);
    assert_eq!(lines(&log), expected);
    let log = Log::new();
    assert_eq!(limit_inside(log.clone(), secs(1.0)).await, Some(42));
    assert_eq!(lines(&log), expected);
    let log = Log::new();
    assert_eq!(in_a_task(log.clone()).await, Some(42));
    assert_eq!(lines(&log), expected);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_skips_the_close_that_awaits() {
    let log = Log::new();
    assert!(timeout(secs(0.15), in_one_future(log.clone())).await.is_err());
    assert_eq!(lines(&log), [(secs(0.1), "opened"), (secs(0.15), "let go, still open")]);

    let log = Log::new();
    assert_eq!(limit_inside(log.clone(), secs(0.05)).await, None);
    assert_eq!(lines(&log), [(secs(0.1), "opened"), (secs(0.25), "closed")]);
}

/// Dropped at any of its three awaits, the task that owns the connection closes it.
#[tokio::test(start_paused = true)]
async fn a_task_of_its_own_closes_whenever_the_caller_leaves() {
    for leaves in [0.05, 0.15, 0.25] {
        let log = Log::new();
        assert!(timeout(secs(leaves), in_a_task(log.clone())).await.is_err());
        sleep(secs(1.0)).await;
        assert_eq!(
            lines(&log).last().expect("it has opened").1,
            "closed",
            "left at {leaves}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_guard_tells_done_from_dropped() {
    for (limit, expected) in [(1.0, (secs(1.0), "dropped")), (3.0, (secs(2.0), "done"))] {
        let log = Log::new();
        let work = async {
            let how_it_ended = HowItEnded::begin(&log);
            sleep(secs(2.0)).await;
            how_it_ended.done();
        };
        assert_eq!(timeout(secs(limit), work).await.is_ok(), limit > 2.0);
        assert_eq!(lines(&log), [expected]);
    }
}

/// Each behaviour after a stall of 350 ms, and a hundred ticks on: Burst has caught up, Skip keeps the schedule and has left three
/// out, Delay has moved it by 50 ms for good.
#[tokio::test(start_paused = true)]
async fn late_ticks_of_the_three_behaviours() {
    use MissedTickBehavior::{Burst, Delay, Skip};
    for (behavior, first, hundredth) in [
        (Burst, [350, 350, 350, 400], 10_000),
        (Delay, [350, 450, 550, 650], 10_250),
        (Skip, [350, 400, 500, 600], 10_200),
    ] {
        let ticks = after_a_stall(behavior, 100).await;
        assert_eq!(ticks[..4], first.map(Duration::from_millis), "{behavior:?}");
        assert_eq!(ticks[99], Duration::from_millis(hundredth), "{behavior:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn abort_is_a_request() {
    assert!(!reopen(&Transcript::default(), false).await);
    assert!(reopen(&Transcript::default(), true).await);
}

/// The child counts to ten after its parent was aborted; in a set that the parent owns it ends with the parent, at 3.5 s.
#[tokio::test(start_paused = true)]
async fn tasks_are_no_tree() {
    assert_eq!(parent_is_aborted(false).await, 10);
    assert_eq!(parent_is_aborted(true).await, 3);
}

/// The caller gives up at 1 s, and the work ends at 4 s; a shutdown that waits for 1 s ends it at 2 s.
#[tokio::test(start_paused = true)]
async fn shielded_work_goes_on_until_the_shutdown() {
    for (grace, finished, took) in [(10.0, 1, 4.0), (1.0, 0, 2.0)] {
        let llm = model_of(4.0);
        let start = Instant::now();
        let mut shielded = Shielded::default();
        let nothing = shielded.run(llm.complete(QUESTION), secs(1.0)).await;
        assert_eq!(nothing, Err(NoResult::TooLate));
        assert_eq!(start.elapsed(), secs(1.0));
        shielded.shut_down(secs(grace)).await;
        assert_eq!(
            (start.elapsed(), llm.journal().finished().count()),
            (secs(took), finished)
        );
        assert_eq!(llm.journal().in_flight(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn shielded_work_in_time_gives_its_result_and_a_dropped_wait_does_not_end_it() {
    let llm = model_of(1.0);
    let mut shielded = Shielded::default();
    let reply = shielded.run(llm.complete(QUESTION), secs(3.0)).await;
    assert_eq!(
        reply.expect("it is in time").expect("there is no fault").text,
        "On its way."
    );
    drop(shielded.run(llm.complete(QUESTION), secs(3.0)));
    shielded.shut_down(secs(3.0)).await;
    assert_eq!(llm.journal().finished().count(), 2);
}

/// Who is told "too late" believes that the work goes on.
#[tokio::test(start_paused = true)]
async fn a_panic_of_shielded_work_is_not_too_late() {
    let start = Instant::now();
    let mut shielded = Shielded::default();
    let nothing: Result<(), _> =
        shielded.run(async { panic!("the work") }, secs(60.0)).await;
    assert_eq!((nothing, start.elapsed()), (Err(NoResult::Ended), Duration::ZERO));
}

/// "At once, again", from a provider that refuses each time: the deadline ends it.
#[tokio::test(start_paused = true)]
async fn a_provider_that_says_at_once_is_not_asked_for_ever() {
    let fault = Fault::RateLimited { retry_after: Some(Duration::ZERO) };
    let llm = MockLlm::new([Model::new("atlas").fault(When::Always, fault)]);
    let deadline = Instant::now() + secs(0.1);
    let ended = when_asked_to_come_back(&llm, QUESTION, deadline).await;
    assert_eq!(ended, Err(Failed::TooLate));
    assert_eq!(llm.journal().calls().len(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_limit_for_each_step_may_be_endless() {
    let llm = model_of(1.0);
    assert!(each_its_own(&llm, QUESTION, Duration::MAX).await.is_ok());
}

/// 200 tokens, of which five are read: 195 for nobody with each customer, or none.
#[tokio::test(start_paused = true)]
async fn tokens_for_nobody() {
    let words = "word ".repeat(200);
    let llm = MockLlm::new([Model::new("atlas")
        .inter_token_latency(secs(0.05))
        .reply(words.trim_end())]);
    for _ in 0..7 {
        task_goes_on(&llm, QUESTION, 5).await;
    }
    sleep(secs(60.0)).await;
    assert_eq!(written(&llm), 7 * 200);
    llm.restart();
    for _ in 0..7 {
        stream_goes_too(&llm, QUESTION, 5).await;
    }
    sleep(secs(60.0)).await;
    assert_eq!(written(&llm), 7 * 5);
}
