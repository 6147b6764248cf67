//! Every verdict, produced for real.
//!
//! The code that hangs, spins and blocks stands in `provoked`, as ignored tests. Each test here runs one of them as the
//! runner would: in a process of its own, with a report.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::provoked;

struct Run {
    records: Vec<Value>,
    stderr: String,
    code: Option<i32>,
    took: Duration,
}

impl Run {
    fn verdict(&self) -> &Value {
        let verdicts: Vec<_> = self.records.iter().filter(|record| record["record"] == "verdict").collect();
        assert_eq!(verdicts.len(), 1, "one verdict in {:#?}; stderr: {}", self.records, self.stderr);
        verdicts[0]
    }

    fn text(&self) -> String {
        // Wrapped lines are one sentence again.
        let text = self.verdict()["text"].as_str().expect("a verdict has a text");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// This program, to run one piece of provoked code.
fn command(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test has a path"));
    command.args(["--ignored", "--exact", &format!("provoked::{name}")]).env_remove("WORKBOOK_REPORT");
    command
}

/// How it ends without a runner, and what a person sees.
fn without_a_runner(name: &str) -> (Option<i32>, String) {
    let output = command(name).output().expect("this test can run itself");
    (
        output.status.code(),
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
    )
}

fn provoke(name: &str) -> Run {
    let report = tempfile::NamedTempFile::new().expect("a temporary file");
    let started = Instant::now();
    let output = command(name)
        .args(["--nocapture", "-q"])
        .env("WORKBOOK_REPORT", report.path())
        .env("WORKBOOK_CHECK", format!("provoked::{name}"))
        .env("WORKBOOK_WIDTH", "100")
        .output()
        .expect("this test can run itself");
    let took = started.elapsed();
    let report = std::fs::read_to_string(report.path()).expect("the report is UTF-8");
    let records = report.lines().map(|line| serde_json::from_str(line).expect("a line is a record")).collect();
    Run { records, stderr: String::from_utf8_lossy(&output.stderr).into_owned(), code: output.status.code(), took }
}

/// Runs one piece of provoked code and expects a verdict with these words.
#[track_caller]
fn verdict(name: &str, outcome: &str, words: &[&str]) -> Run {
    let run = provoke(name);
    let text = run.text();
    assert_eq!(run.verdict()["outcome"], outcome, "{text}\n{}", run.stderr);
    assert_eq!(run.verdict()["check"], name.rsplit("::").next().unwrap_or(name));
    for words in words {
        assert!(text.contains(words), "`{words}` is missing in: {text}");
    }
    assert_eq!(run.code, Some(101), "a failed check is a failed process");
    run
}

/// The promise to the learner, in real time: the only bound of its kind. A machine that is busy with something else may
/// need another try, or some; a verdict that really comes late comes late each time.
#[track_caller]
fn has_its_verdict_within(bound: Duration, name: &str) {
    const TRIES: usize = 10;
    let in_time = (0..TRIES).any(|_| provoke(name).took < bound);
    assert!(in_time, "{name} had its verdict after more than {bound:?}, {TRIES} times in a row");
}

#[test]
fn a_right_answer_passes_and_leaves_a_record() {
    let run = provoke("passes");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let [ran, finished] = &run.records[..] else { panic!("two records: {:#?}", run.records) };
    assert_eq!(ran["record"], "run");
    assert_eq!(ran["yours"]["lanes"][0]["name"], "atlas");
    assert_eq!(finished["record"], "finished");
    assert!(finished["file"].as_str().is_some_and(|file| file.ends_with("provoked/mod.rs")), "{finished}");
    for record in &run.records {
        assert_eq!(record["check"], "passes");
        assert!(record.get("attempt").is_some(), "{record}");
    }
}

/// Wherever the code ends the process, the check has not come to its end, and the process does not end well.
#[cfg(unix)]
#[test]
fn a_process_that_ends_early_has_failed() {
    for name in
        ["exits_in_a_run", "exits_in_the_second_run", "exits_on_another_thread", "exits_when_its_value_is_dropped"]
    {
        let run = verdict(name, "wrong", &["the process ended while your code ran", "`std::process::exit`"]);
        assert!(run.records.iter().all(|record| record["record"] != "finished"), "{:#?}", run.records);
        // Without the runner, too.
        let (code, said) = without_a_runner(name);
        assert_eq!(code, Some(101), "{said}");
        assert!(said.contains(&format!("wrong: {name}")) && said.contains("the process ended"), "{said}");
    }
}

#[test]
fn a_check_without_its_premise_is_not_judged() {
    let run = provoke("has_nothing_to_judge");
    let last = run.records.last().expect("a record");
    assert_eq!(last["record"], "not judged");
    assert_eq!(last["why"], "The calls do not overlap.");
    assert!(run.records.iter().all(|record| record["record"] != "verdict"), "{:#?}", run.records);
    assert_eq!(run.code, Some(101), "it has not passed either");
}

/// A full disk is not the learner's fault, and must not look like it.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_told_apart() {
    let output = command("passes").env("WORKBOOK_REPORT", "/dev/full").output().expect("this test can run itself");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(verdict::CANNOT_REPORT), "{stderr}");
    assert!(stderr.contains("the report /dev/full cannot be written"), "{stderr}");
}

#[test]
fn a_todo_is_not_started() {
    verdict("reaches_a_todo", "not started", &["say what to do", "provoked/mod.rs"]);
    verdict("reaches_a_todo_in_a_task", "not started", &["say what to do in the task"]);
}

#[test]
fn a_panic_is_wrong_and_has_its_place() {
    let run = verdict("panics", "wrong", &["index out of bounds", "provoked/mod.rs", "A list can be empty."]);
    assert!(run.verdict()["place"].as_str().is_some_and(|place| place.contains("provoked/mod.rs:")));
}

/// Whoever waits for code that panicked panics too, and says `Any { .. }`: the first panic is the one that tells.
#[test]
fn a_panic_of_a_task_or_a_thread_is_told_in_its_own_words() {
    for name in ["panics_on_a_thread", "panics_in_a_task"] {
        let run = verdict(name, "wrong", &["a panic at", "provoked/mod.rs", "the list was empty"]);
        assert!(!run.text().contains("has ended well"), "{}", run.text());
    }
    verdict("panics_after_another_was_caught", "wrong", &["this one is not"]);
    let words =
        ["no reply and a panic on a thread of its own at", "there is no reactor running", "belong to a runtime"];
    verdict("panics_on_a_thread_that_nobody_joins", "wrong", &words);
}

/// In a program without a check it would stand on the screen.
#[test]
fn a_panic_after_which_the_run_goes_on_is_told() {
    for (name, on) in [
        ("panics_in_a_task_that_nobody_asks", "in a task"),
        ("panics_in_the_pool", "on a thread of the pool"),
        ("panics_and_the_check_catches_it", "that was caught"),
    ] {
        verdict(name, "wrong", &[&format!("no reply and a panic {on} at"), "provoked/mod.rs", "index out of bounds"]);
    }
    let words = ["your code was called and does not return", "and a panic on a thread of its own at", "out of bounds"];
    verdict("panics_on_a_thread_that_is_waited_for", "blocked", &words);
    let run = verdict("a_mock_panics", "wrong", &["no reply"]);
    assert!(!run.text().contains("panic"), "{}", run.text());
}

#[test]
fn a_panic_in_a_library_has_the_line_that_led_there() {
    let words = ["cannot execute `LocalPool` executor", "this thread runs an executor already"];
    let run = verdict("panics_in_a_library", "wrong", &words);
    let line = provoked::LINE_OF_THE_BLOCK_ON;
    let place = run.verdict()["place"].as_str().unwrap_or_default().to_owned();
    assert!(place.contains(&format!("provoked/mod.rs:{line}:")), "line {line} is not in {place}");
}

#[test]
fn two_queues_that_wait_for_each_other_are_a_deadlock() {
    verdict("deadlocks", "deadlock", &["nothing happens after 0.500 s", "provoked/mod.rs:"]);
    has_its_verdict_within(Duration::from_secs(1), "deadlocks");
}

#[test]
fn a_deadlock_names_the_line_at_which_the_future_waits() {
    let run = provoke("deadlocks");
    let line = provoked::LINE_OF_THE_DEADLOCK;
    let place = run.verdict()["place"].as_str().unwrap_or_default().to_owned();
    assert!(place.contains(&format!("provoked/mod.rs:{line}:")), "line {line} is not in {place}");
}

#[cfg(tokio_unstable)]
#[test]
fn a_deadlock_names_the_task_that_is_stuck() {
    let line = provoked::LINE_OF_THE_SPAWN;
    let task = format!("provoked/mod.rs:{line}, polled 2 times, last at 0.250 s, has not ended");
    verdict("deadlocks_in_a_task", "deadlock", &[&task]);
}

/// By the frames of tokio and futures: this fails when they rename what the harness looks for.
#[test]
fn a_deadlock_names_what_the_future_waits_in_and_who_ends_such_a_wait() {
    let last_sender = "only when the last sender is gone";
    for (name, tool, who_ends_it) in [
        ("recv", "a channel's `Receiver`", last_sender),
        ("recv_unbounded", "a channel's `Receiver`", last_sender),
        ("recv_in_a_join", "a channel's `Receiver`", last_sender),
        ("next_of_a_channel_of_futures", "a channel's `Receiver`", last_sender),
        ("send", "`Sender::send`", "The channel is full"),
        ("reserve", "`Sender::send`", "The channel is full"),
        ("send_of_futures", "`Sender::send`", "The channel is full"),
        ("answer", "a `oneshot::Receiver`", "Who holds the sender"),
        ("answer_of_futures", "a `oneshot::Receiver`", "Who holds the sender"),
        ("handle", "a `JoinHandle`", "A handle waits for the end of its task"),
        ("set", "a `JoinSet`", "The set waits for a task to end"),
        ("mutex", "`Mutex::lock`", "Somebody holds the guard"),
        ("read_and_write", "a lock of a `RwLock`", "A writer waits for all readers"),
        ("semaphore", "`Semaphore::acquire`", "All permits are out"),
        ("notified", "`Notify::notified`", "`notify_waiters` wakes those that wait at that moment"),
        ("changed", "a `watch::Receiver`", "newer than the last one seen"),
        ("broadcast", "`broadcast::Receiver::recv`", "What was sent before it subscribed"),
        ("barrier", "`Barrier::wait`", "Who has not arrived?"),
    ] {
        verdict(&format!("waits::{name}"), "deadlock", &[&format!("in {tool}"), who_ends_it]);
    }
    // What is not known is not guessed.
    let run = verdict("waits::until_the_receiver_goes", "deadlock", &["who ends this wait, and is it itself waiting?"]);
    assert!(!run.text().contains("Receiver"), "{}", run.text());
}

#[test]
fn a_stalled_model_is_a_deadlock_that_names_the_model() {
    verdict("waits_for_a_stalled_model", "deadlock", &["the call to `atlas` has no answer yet"]);
}

#[test]
fn a_future_that_keeps_no_waker_loses_its_wake_up() {
    verdict("keeps_no_waker", "lost wake-up", &["nobody holds the waker of your future"]);
}

#[test]
fn a_change_that_wakes_nobody_is_a_lost_wake_up() {
    verdict("wakes_nobody", "lost wake-up", &["when the future is polled once more, it goes on"]);
}

#[test]
fn a_loop_without_await_is_a_busy_loop() {
    verdict("loops", "busy loop", &["the poll of your future began at 1.000 s", "the processor is busy"]);
    has_its_verdict_within(Duration::from_secs(5), "loops");
}

#[test]
fn a_future_that_wakes_itself_for_ever_is_a_busy_loop() {
    verdict(
        "wakes_itself",
        "busy loop",
        &[
            "polls without end at 0.000 s, and the clock stands still: it is your future that is polled - it asks for the next",
            "provoked/mod.rs:",
        ],
    );
}

/// Whoever looks whether tasks have ended is the one that spins, not the tasks.
#[test]
fn a_future_that_spins_is_named_and_the_tasks_beside_it_are_not() {
    let run = verdict("spins_beside_tasks", "busy loop", &["it is your future that is polled"]);
    assert!(!run.text().contains("the task spawned"), "{}", run.text());
    assert!(run.verdict()["place"].as_str().is_some_and(|place| place.contains("provoked/mod.rs:")), "{}", run.text());
}

#[cfg(tokio_unstable)]
#[test]
fn a_task_that_yields_for_ever_is_a_busy_loop() {
    verdict("yields_in_a_task", "busy loop", &["it is a task that is polled", "the task spawned at"]);
}

#[test]
fn a_sleeping_thread_is_blocked() {
    verdict("blocks", "blocked", &["began at 1.000 s", "the thread sleeps"]);
    has_its_verdict_within(Duration::from_secs(5), "blocks");
}

/// Work earlier in the same poll does not count: what the thread goes on with does.
#[test]
fn code_that_works_and_then_waits_for_ever_is_blocked() {
    verdict("works_and_then_waits", "blocked", &["the thread sleeps"]);
}

#[cfg(tokio_unstable)]
#[test]
fn a_blocked_task_is_named() {
    verdict("blocks_in_a_task", "blocked", &["the poll of the task spawned at"]);
}

/// A blocking task holds the virtual clock still, and the runtime sleeps in real time, again and again: no sign of life.
#[test]
fn a_blocking_task_that_waits_for_the_clock_it_holds_is_blocked() {
    verdict("blocks_in_the_pool", "blocked", &["the runtime waits for a thread of its pool"]);
    has_its_verdict_within(Duration::from_secs(5), "blocks_in_the_pool");
}

#[test]
fn code_that_polls_by_itself_is_watched_too() {
    verdict("reaches_a_todo_by_hand", "not started", &["say what to do by hand"]);
    verdict("panics_by_hand", "wrong", &["the answer was polled again"]);
    verdict("parks_by_hand", "blocked", &["your code was called and does not return; the thread sleeps"]);
    verdict("spins_by_hand", "busy loop", &["your code was called and does not return; the processor is busy"]);
}

#[test]
fn a_call_by_hand_may_take_its_time() {
    let run = provoke("takes_its_time_by_hand");
    assert_eq!(run.code, Some(0), "{:#?}\n{}", run.records, run.stderr);
    verdict("sleeps_in_each_poll_by_hand", "blocked", &["your code was called and does not return"]);
    verdict("polls_without_end_by_hand", "busy loop", &["your code was called and does not return"]);
}

/// A thread that does not come back is asked where it is.
#[cfg(unix)]
#[test]
fn a_poll_that_never_returns_has_its_function_and_its_line() {
    let run = verdict("blocks", "blocked", &["your code is in `provoked::blocks`, at", "provoked/mod.rs:"]);
    let place = run.verdict()["place"].as_str().unwrap_or_default().to_owned();
    assert!(place.contains(&format!("provoked/mod.rs:{}:", provoked::LINE_OF_THE_SLEEP)), "{place}");
    verdict("spins_by_hand", "busy loop", &["your code is in `provoked::spins_by_hand`, at", "provoked/mod.rs:"]);
}

#[test]
fn a_run_that_goes_on_for_ever_is_too_slow() {
    verdict("looks_again_and_again", "too slow", &["after 600.000 s the run still goes on"]);
    verdict("looks_again_and_again_in_a_task", "too slow", &["after 600.000 s the run still goes on"]);
}

/// A task that ticks goes on for ever, and it is the future beside it that hangs.
#[test]
fn a_future_that_hangs_beside_a_task_that_ticks_is_the_one_that_is_named() {
    let words = [
        "after 600.000 s the run still goes on, and your future waits since 0.500 s",
        "your code waits at",
        "in a channel's `Receiver`",
        "or for what nobody brings",
    ];
    let run = verdict("waits_beside_a_task_that_ticks", "too slow", &words);
    let line = provoked::LINE_OF_THE_RECV_BESIDE_A_TASK;
    let place = run.verdict()["place"].as_str().unwrap_or_default().to_owned();
    assert!(place.contains(&format!("provoked/mod.rs:{line}:")), "line {line} is not in {place}");
    let words = ["waits since 0.000 s, while other things go on, and nobody holds the waker of your future"];
    verdict("keeps_no_waker_beside_a_task_that_ticks", "lost wake-up", &words);
}

#[cfg(tokio_unstable)]
#[test]
fn a_busy_loop_of_many_tasks_has_its_instant() {
    verdict("tasks_start_tasks_without_end", "busy loop", &["polls without end at 1.000 s", "each time another one"]);
}

/// The harness drops the futures of a run that it gives up, and the learner did not.
#[test]
fn a_future_of_a_run_that_is_given_up_is_drawn_as_stuck() {
    for (name, outcome, since) in [
        ("a_drawn_future_spins", "busy loop", 300_000_000_u64),
        ("a_drawn_future_looks_again_and_again", "too slow", 610_000_000_000),
        ("a_drawn_future_blocks", "blocked", 300_000_000),
    ] {
        let run = verdict(name, outcome, &[]);
        let lane = &run.verdict()["yours"]["lanes"][0];
        let marks = lane["marks"].as_array().expect("the lane has marks");
        let last = marks.last().expect("the lane has marks");
        assert_eq!((&last["kind"], &last["at"]), (&"stuck".into(), &since.into()), "{name}: {lane:#}");
        assert!(marks.iter().all(|mark| mark["kind"] != "dropped"), "{name}: {lane:#}");
    }
}

#[test]
fn a_run_that_takes_longer_than_it_should_is_too_slow() {
    verdict("takes_too_long", "too slow", &["the run took 3.000 s", "expected 1.000 s", "one after the other"]);
}

#[test]
fn a_run_that_is_faster_than_it_can_be_is_wrong() {
    verdict("is_too_fast", "wrong", &["the run took 0.000 s", "expected 1.000 s"]);
}

#[test]
fn a_run_that_is_on_time_by_looking_all_the_time_is_a_busy_loop() {
    let words = ["polls at 1933 instants at which no call had come on: 0.001 s, 0.002 s, 0.003 s …", "every 1 ms"];
    verdict("looks_every_millisecond", "busy loop", &words);
    let words = ["201 polls at 0.000 s, when one call had begun", "wakes itself at once"];
    verdict("wakes_itself_two_hundred_times", "busy loop", &words);
}

#[cfg(tokio_unstable)]
#[test]
fn what_is_left_behind_is_named() {
    let line = provoked::LINE_OF_THE_TASK_LEFT_BEHIND;
    let words = ["one task and the call to `atlas` are still there", &format!("provoked/mod.rs:{line}, polled once")];
    verdict("leaves_a_task_behind", "wrong", &words);
}

#[test]
fn a_future_that_changes_its_task_and_keeps_its_first_waker_is_a_lost_wake_up() {
    verdict("keeps_its_first_waker", "lost wake-up", &["must wake the waker of its *last* poll"]);
}

#[test]
fn a_wake_under_a_lock_is_named() {
    let words = ["a waker is called, and the call does not return", "while it holds a lock or a borrow"];
    verdict("wakes_under_its_lock", "blocked", &words);
    verdict("wakes_within_its_borrow", "wrong", &["already borrowed", "while it holds a lock or a borrow"]);
}

/// A waker may run any code: what goes wrong in there need not come of a lock.
#[test]
fn what_goes_wrong_in_a_waker_has_its_own_reason() {
    let run = verdict("panics_in_a_waker_for_a_reason_of_its_own", "wrong", &["an answer is there", "comes later"]);
    assert!(!run.text().contains("while it holds a lock"), "{}", run.text());
    let words = ["a waker is called, and the call does not return; the processor is busy", "goes round and round"];
    let run = verdict("spins_in_a_waker", "busy loop", &words);
    assert!(!run.text().contains("while it holds a lock"), "{}", run.text());
    verdict("hangs_after_a_panic_in_a_waker_was_caught", "blocked", &["your code was called and does not return"]);
}

#[test]
fn a_time_in_which_nothing_is_called_is_named() {
    verdict("sleeps_between_its_calls", "too slow", &["From 1.933 s to 2.433 s no call is in flight"]);
}

/// A pause that is not awaited takes no time anywhere; one that holds the thread takes it outside.
#[test]
fn a_thread_that_sleeps_is_told_from_a_sleep_that_nobody_awaits() {
    verdict("sleeps_for_real", "wrong", &["the run took 0.000 s", "your code holds its thread while it waits"]);
    verdict("sleeps_for_real_a_little_at_a_time", "wrong", &["your code holds its thread while it waits"]);
    verdict("does_not_sleep", "wrong", &["the run took 0.000 s", "Nobody awaits the pause."]);
    let run = verdict("is_too_fast_by_a_millisecond", "wrong", &["the run took 1.999 s", "as its page says"]);
    assert!(!run.text().contains("holds its thread"), "{}", run.text());
}

#[test]
fn calls_that_took_real_time_are_named() {
    let words = ["the run took 0.000 s", "on a thread of its own", "your function held its own thread"];
    verdict("calls_on_another_clock", "blocked", &words);
}

#[test]
fn a_sleep_beyond_the_limit_is_too_slow_and_no_deadlock() {
    verdict("sleeps_for_a_day", "too slow", &["still goes on"]);
}

#[test]
fn the_message_shows_both_runs() {
    let run = provoke("takes_too_long");
    let text = run.verdict()["text"].as_str().expect("a text").to_owned();
    insta::assert_snapshot!("takes_too_long", text);
    assert_eq!(run.verdict()["expected"]["lanes"].as_array().map(Vec::len), Some(3));
}

#[test]
fn without_a_runner_the_message_is_printed() {
    let (_, said) = without_a_runner("takes_too_long");
    assert!(said.contains("too slow: takes_too_long\n\nsaw       the run took 3.000 s\n"), "{said}");
    assert!(!said.contains("panicked at"), "the panic that ends a failed check is no news: {said}");
}

/// The whole message is that of another check, which stands before it in the file. What is said of this one is said past libtest.
#[cfg(unix)]
#[test]
fn without_a_runner_a_check_that_hangs_is_told_behind_one_that_failed() {
    let mut both = command("");
    both.args(["provoked::looks_every_millisecond", "provoked::parks_by_hand", "--test-threads=1"]);
    let output = both.output().expect("this test can run itself");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let told = stderr.lines().find(|line| line.starts_with("blocked: parks_by_hand"));
    assert!(told.is_some_and(|line| line.contains("saw your code was called and does not return")), "{stderr}");
    assert!(stderr.contains("The process ends here: `parks_by_hand`"), "{stderr}");
}

/// libtest runs checks by name, and tells of them as they end. What a person reads last, and first, is the message of the
/// check that stands first in the file: the one that the runner tells.
#[cfg(unix)]
#[test]
fn without_a_runner_the_first_check_of_the_file_is_told() {
    let mut all = command("");
    let output =
        all.args(["provoked::takes_too_long", "provoked::is_too_fast"]).output().expect("this test can run itself");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let (before, last) = stdout.split_once("test result: FAILED. 0 passed; 2 failed").expect("libtest's last line");
    assert!(before.contains("wrong: is_too_fast: saw the run took 0.000 s"), "{before}");
    assert!(last.contains("too slow: takes_too_long") && last.contains("one after the other"), "{last}");
    assert!(!last.contains("is_too_fast"), "{last}");
}
