use std::{
    any::Any,
    collections::HashSet,
    panic::{AssertUnwindSafe, resume_unwind},
    pin::pin,
    sync::{Arc, Mutex, mpsc},
    task::Poll,
    thread,
    time::Duration,
};

use futures::FutureExt;
use harness::{Check, Finished, Lane, Outcome, Timeline, Wakes, recorder, saw, secs, shown, test};
use mock_llm::{Call, End, Error, Fault, Journal, MockLlm, Model, Reply, When};
use timeline::Recorder;
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    task,
    time::{Instant, sleep, timeout},
};

use super::{Group, GroupError, task_group};

harness::checks!();

/// What one call does: how long it takes, and how it ends.
#[derive(Debug, Clone, Copy)]
struct Part {
    name: &'static str,
    seconds: f64,
    fault: Option<Fault>,
}

const fn part(name: &'static str, seconds: f64) -> Part {
    Part { name, seconds, fault: None }
}

const fn faulty(name: &'static str, seconds: f64, fault: Fault) -> Part {
    Part { name, seconds, fault: Some(fault) }
}

/// Two of four parts fail. The first in time is not the first in order.
const TWO_FAIL: [Part; 4] = [
    part("title", 3.0),
    faulty("summary", 2.0, Fault::Overloaded),
    faulty("keywords", 1.0, Fault::InternalError),
    part("translation", 4.0),
];

const ONE_PANICS: [Part; 4] =
    [part("title", 3.0), part("summary", 2.0), faulty("keywords", 1.0, Fault::Panic), part("translation", 4.0)];

fn model_for(parts: &[Part]) -> MockLlm {
    let model = parts.iter().fold(Model::new("atlas"), |model, part| {
        let model =
            model.time_to_first_token_for(part.name, secs(part.seconds)).reply_to(part.name, text_of(part.name));
        match part.fault {
            Some(fault) => model.fault(When::Prompt(part.name.to_owned()), fault),
            None => model,
        }
    });
    MockLlm::new([model])
}

fn text_of(part: &str) -> String {
    format!("The {part} of the page.")
}

/// Knows the calls that were made for a group: which of them still exist, and which tasks have polled them.
#[derive(Debug, Clone, Default)]
struct Watched {
    /// Every call that exists holds a clone.
    alive: Arc<()>,
    polled_by: Arc<Mutex<Vec<Option<task::Id>>>>,
}

/// A call for one part, as the learner gets it.
type WatchedCall = std::pin::Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

impl Watched {
    /// How many calls have neither ended nor been dropped.
    fn alive(&self) -> usize {
        Arc::strong_count(&self.alive) - 1
    }

    /// The calls for these parts.
    fn calls(&self, llm: &MockLlm, parts: &[Part]) -> Vec<WatchedCall> {
        parts.iter().map(|part| self.call(llm.complete(part.name))).collect()
    }

    /// This call, watched.
    fn call(&self, call: impl Future<Output = Result<Reply, Error>> + Send + 'static) -> WatchedCall {
        let (alive, polled_by) = (self.alive.clone(), self.polled_by.clone());
        Box::pin(async move {
            let _alive = alive;
            polled_by.lock().expect("nobody panics while holding it").push(task::try_id());
            call.await
        })
    }
}

/// What the group returned, and how things stood at that instant.
#[derive(Debug)]
struct Returned {
    group: Group,
    at: Duration,
    /// How many of the calls still existed.
    alive: usize,
    /// How many tasks were there.
    tasks: usize,
    /// Whether any of the calls went on after that.
    goes_on: bool,
    watched: Watched,
}

/// The name of the lane that shows when the learner's function returns.
const FUNCTION: &str = "task_group";

/// Runs a group of these parts, beside a drawing of the run that is expected.
fn run_group(parts: &[Part], expected: Timeline) -> Finished<Returned> {
    let (llm, recorder) = (model_for(parts), recorder());
    let check = Check::new().draws(&llm).draws_futures(&recorder).expects(expected);
    check.run(async || group(&llm, parts, &recorder).await)
}

/// Awaits a group of these parts, and watches for five seconds more.
async fn group(llm: &MockLlm, parts: &[Part], recorder: &Recorder) -> Returned {
    let watched = Watched::default();
    let group = task_group(watched.calls(llm, parts));
    watch(llm, watched, shown(recorder, FUNCTION, group)).await
}

async fn watch(llm: &MockLlm, watched: Watched, group: impl Future<Output = Group>) -> Returned {
    let started = Instant::now();
    let group = group.await;
    let (at, alive, tasks) = (started.elapsed(), watched.alive(), Handle::current().metrics().num_alive_tasks());
    sleep(secs(5.0)).await;
    let goes_on = llm.journal().calls().iter().any(|call| ended(call) > at);
    Returned { group, at, alive, tasks, goes_on, watched }
}

/// The run of a group that ends at `end`: what is done by then has ended in its own way, the rest is dropped.
fn drawing(parts: &[Part], end: f64) -> Timeline {
    let lane = |part: &Part| match part.fault {
        _ if part.seconds > end => Lane::dropped(part.name, 0.0, end),
        None => Lane::call(part.name, 0.0, part.seconds),
        // A panic leaves the call without an end of its own: it is dropped.
        Some(Fault::Panic) => Lane::dropped(part.name, 0.0, part.seconds),
        Some(_) => Lane::failed(part.name, 0.0, part.seconds),
    };
    let lanes = parts.iter().map(lane).fold(Timeline::default(), Timeline::lane);
    lanes.lane(Lane::call(FUNCTION, 0.0, end))
}

fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

fn ended(call: &Call) -> Duration {
    call.ended.as_ref().map_or(Duration::MAX, |(at, _)| *at)
}

/// The texts of the replies, in a group's order.
fn texts(group: &Group) -> Vec<Option<&str>> {
    group.replies.iter().map(|reply| reply.as_ref().map(|reply| reply.text.as_str())).collect()
}

/// A group without errors takes as long as its slowest call, and keeps the order of its calls.
#[test]
fn returns_all_replies_in_the_order_of_the_calls() {
    let parts = [part("title", 0.6), part("summary", 0.9), part("keywords", 0.3)];
    let run = run_group(&parts, drawing(&parts, 0.9));
    let Returned { group, at, .. } = run.value();
    // First: who looks on a timer is late for that reason. (This check waits once.)
    run.only_looks_when_woken(1);
    let one_by_one = run.journal().calls().windows(2).any(|pair| ended(&pair[0]) <= pair[1].started);
    let late = if *at > secs(0.9) { Outcome::TooSlow } else { Outcome::Wrong };
    run.require(
        *at == secs(0.9),
        saw(format!("`task_group` returned at {}", seconds(*at))).expected("0.900 s").outcome(late).because(
            if one_by_one {
                "The calls run one after another: a task was waited for before the next one was spawned. Spawn all of \
                 them first."
            } else {
                "Three calls together take as long as the slowest."
            },
        ),
    );
    let in_order = parts.map(|part| text_of(part.name));
    let in_order: Vec<Option<&str>> = in_order.iter().map(|text| Some(text.as_str())).collect();
    run.require(
        group.error.is_none() && texts(group) == in_order,
        saw(told(group)).expected(format!("replies {in_order:?}, and no error")).because(
            "Tasks end in any order. The caller tells the replies apart by their places, so a task must bring its place \
             along, or its handle must keep it.",
        ),
    );
    let run = run_group(&[], drawing(&[], 0.0));
    let Returned { group, at, .. } = run.value();
    run.require(
        group.error.is_none() && group.replies.is_empty() && *at == Duration::ZERO,
        saw(format!("a group of no calls at {}: {}", seconds(*at), told(group)))
            .expected("no replies and no error, at 0.000 s")
            .because("A group without calls has nothing to wait for."),
    );
}

fn told(group: &Group) -> String {
    format!("replies {:?}, and {}", texts(group), wrong_in(group.error.as_ref()))
}

fn wrong_in(error: Option<&GroupError>) -> String {
    match error {
        None => "no error".to_owned(),
        Some(GroupError::Failed(error)) => format!("the error `{error}`"),
        Some(GroupError::Panicked(error)) if error.is_cancelled() => {
            "the error of a task that was cancelled".to_owned()
        }
        Some(GroupError::Panicked(_)) => "the error of a panic".to_owned(),
    }
}

/// The calls are spawned, so that one which computes or panics leaves the others and the caller alone.
#[test]
fn runs_each_call_in_a_task_of_its_own() {
    let parts = [part("title", 0.6), part("summary", 0.9), part("keywords", 0.3)];
    let run = run_group(&parts, drawing(&parts, 0.9));
    let polled_by = run.value().watched.polled_by.lock().expect("the run is over").clone();
    let tasks: HashSet<task::Id> = polled_by.iter().copied().flatten().collect();
    let by_caller = polled_by.iter().filter(|id| id.is_none()).count();
    run.require(
        by_caller == 0,
        saw(format!("{by_caller} of {} calls polled by the caller itself", parts.len()))
            .expected("three tasks, one for each call")
            .because(
                "`join_all`, `try_join_all` and `FuturesUnordered` make one future of many: all calls share the task of \
                 the caller. One that computes for long stops the others, and one that panics ends the caller too. \
                 `tokio::spawn` and `JoinSet::spawn` make a task of each.",
            ),
    );
    run.require(
        tasks.len() == parts.len(),
        saw(format!("{} for {} calls", if tasks.len() == 1 { "1 task" } else { "too few tasks" }, parts.len()))
            .expected("three tasks, one for each call")
            .because(
                "All calls in one task share its fate: where one panics, all are gone. Spawn each call by itself.",
            ),
    );
}

/// Eleven hundred calls, one of them long: all together, none left out, none cut short, and nobody looks for nothing.
#[test]
fn runs_any_number_for_any_time() {
    let index_of = |call: &Call| call.prompt.strip_prefix("page ").and_then(|number| number.parse::<usize>().ok());
    let milliseconds = |index: usize| if index == 211 { 7_207_303 } else { 37 + 113 * (index as u64 * 7 % 150) };
    let model = (0..1100).fold(Model::new("atlas"), |model, index| {
        let prompt = format!("page {index}");
        let model = model.reply_to(prompt.clone(), format!("Summary {index}."));
        model.time_to_first_token_for(prompt, Duration::from_millis(milliseconds(index)))
    });
    let llm = MockLlm::new([model]);
    // So many are not drawn. In turn they take longer than the hours that this run may take.
    let run = Check::new().within(secs(20_000.0)).run(async || {
        llm.restart();
        let watched = Watched::default();
        let calls = (0..1100).map(|index| watched.call(llm.complete(&format!("page {index}")))).collect();
        let returned = watch(&llm, watched, task_group(calls)).await;
        (returned, llm.journal())
    });
    let (Returned { group, at, .. }, journal) = run.value();
    let begun = journal.calls().iter().filter(|call| call.started.is_zero() && index_of(call).is_some()).count();
    run.require(
        begun == 1100,
        saw(format!("{begun} of 1100 calls begun at 0.000 s"))
            .expected("1100")
            .because(
                "The number of calls is known only when the program runs: a number in the code is a limit that nobody \
                      asked for.",
            )
            .outcome(Outcome::TooSlow),
    );
    let missing = (0..1100).find(|index| {
        let text = group.replies.get(*index).and_then(|reply| reply.as_ref()).map(|reply| reply.text.as_str());
        text != Some(&format!("Summary {index}."))
    });
    let seen = match (missing, &group.error) {
        (Some(place), _) => format!("at place {place}: {:?}", texts(group).get(place).copied().flatten()),
        (None, error) => wrong_in(error.as_ref()),
    };
    run.require(
        missing.is_none() && group.error.is_none(),
        saw(format!("{seen}, at {}", seconds(*at)))
            .expected("1100 replies at 7207.303 s, each at the place of its call")
            .because(
                "One call takes two hours, and it is asked for its reply like the others: nobody asked for a limit of \
                      time. Wait until each task has ended.",
            ),
    );
    // A poll for the beginning and one for each task that ends. (The runtime may ask for some more.)
    run.require(
        run.polls() <= 2200,
        saw(format!("`task_group` was polled {} times for 1100 tasks", run.polls()))
            .expected("a poll when a task has ended")
            .because(
                "Your code looks again and again whether the tasks are done. `.await` needs no looking: a task that ends \
                 wakes whoever waits for it.",
            ),
    );
    run.require(
        *at == secs(7207.303),
        saw(format!("`task_group` returned at {}", seconds(*at)))
            .expected("7207.303 s")
            .because("The group is done when its last task is.")
            .outcome(Outcome::TooSlow),
    );
}

/// The first error in time is the group's, at the instant at which it comes.
#[test]
fn the_first_error_in_time_is_returned_at_once() {
    let run = run_group(&TWO_FAIL, drawing(&TWO_FAIL, 1.0));
    let Returned { group, at, .. } = run.value();
    let (seen, why) = match &group.error {
        Some(GroupError::Failed(Error::Status(500))) => (
            "the error of `keywords`",
            "The error is the right one, and it comes late. `keywords` fails at 1 s: from then on nobody needs the other \
             calls, and nothing has to be waited for but the end of their tasks, which you can ask for.",
        ),
        Some(GroupError::Failed(Error::Status(503))) if *at >= secs(4.0) => (
            "the error of `summary`, which failed later",
            "All tasks were waited for, and their results were looked at when the last one was there, in the order of the \
             calls. (`try_join_all` on handles ends early at a `JoinError` only: an error of a call is a value to it.) \
             Look at each result when it comes: `JoinSet::join_next` waits for whichever ends first.",
        ),
        Some(GroupError::Failed(Error::Status(503))) => (
            "the error of `summary`, which failed later",
            "The tasks were looked at in the order of the calls. While you wait for the first handle, you do not hear of \
             the others. Wait for whichever ends first: `JoinSet::join_next` does.",
        ),
        Some(GroupError::Panicked(error)) if error.is_cancelled() => (
            "the `JoinError` of a task that was cancelled",
            "That error is your own doing: a task that is aborted ends with a `JoinError` too. The error that made you \
             abort it came first. Keep the first.",
        ),
        Some(_) => ("another error", "The caller wants the error of the call, as it is."),
        None => ("no error", "Two of the four calls have failed. Their errors are lost."),
    };
    let is_first_error = matches!(&group.error, Some(GroupError::Failed(Error::Status(500))));
    let late = if *at > secs(1.0) { Outcome::TooSlow } else { Outcome::Wrong };
    run.require(
        is_first_error && *at == secs(1.0),
        saw(format!("{seen}, at {}", seconds(*at)))
            .expected("the error of `keywords`, which failed first, at 1.000 s")
            .because(why)
            .outcome(late),
    );
    // Among many, the last of the list fails first.
    let mut parts = [part("page", 9.0); 40];
    parts[39] = faulty("index", 1.0, Fault::InternalError);
    let run = run_group(&parts, drawing(&parts, 1.0));
    let Returned { group, at, .. } = run.value();
    let is_first_error = matches!(&group.error, Some(GroupError::Failed(Error::Status(500))));
    run.require(
        is_first_error && *at == secs(1.0),
        saw(format!("forty calls, of which the last fails first: {}, at {}", wrong_in(group.error.as_ref()), seconds(*at)))
            .expected("its error, at 1.000 s")
            .because(
                "`try_join_all` looks at the error that comes first as long as it has at most thirty futures. From 31 on it \
                 is a stream that gives results in the order of the list. Wait for whichever task ends first.",
            )
            .outcome(if *at > secs(1.0) { Outcome::TooSlow } else { Outcome::Wrong }),
    );
    // The first call fails before the others have been polled at all.
    let mut early = TWO_FAIL;
    early[0] = faulty("title", 0.0, Fault::Refused);
    let run = run_group(&early, drawing(&early, 0.0));
    let Returned { group, at, .. } = run.value();
    let is_first_error = matches!(&group.error, Some(GroupError::Failed(Error::Refused)));
    run.require(
        is_first_error && *at == Duration::ZERO,
        saw(format!(
            "the first call fails at once, before the other tasks have been polled: {}, at {}",
            wrong_in(group.error.as_ref()),
            seconds(*at)
        ))
        .expected("its error, at 0.000 s")
        .because(
            "The other tasks did not hear that they should end: they had not begun to listen. `Notify::notify_waiters` reaches those \
             who wait at that moment, and keeps nothing for later. `abort` reaches a task that has not been polled yet, too.",
        )
        .outcome(if *at > Duration::ZERO { Outcome::TooSlow } else { Outcome::Wrong }),
    );
}

/// Where two calls have failed when the group is polled again, the one that failed first counts.
#[test]
fn the_first_of_two_errors_is_kept() {
    // The caller is busy up to 2.3 s, and does not poll the group. Its tasks go on by themselves.
    let parts = [
        part("title", 4.0),
        faulty("summary", 1.519, Fault::Overloaded),
        faulty("keywords", 1.0, Fault::InternalError),
    ];
    let run = run_while_busy(&parts);
    let Returned { group, .. } = run.value();
    let is_first = |group: &Group| matches!(&group.error, Some(GroupError::Failed(Error::Status(500))));
    // With `keywords` before `summary`, who goes by the list is right.
    let in_list_order = !is_first(group) && is_first(&run_while_busy(&[parts[0], parts[2], parts[1]]).value().group);
    let why = match &group.error {
        Some(GroupError::Failed(Error::Status(503))) if in_list_order => {
            "`summary` had failed as well when the group was polled again, and it stands before `keywords` in the list. Who looks \
             at the handles in the order of the list finds it first, though it failed later. `JoinSet::join_next` gives the tasks in \
             the order in which they ended."
        }
        Some(GroupError::Failed(Error::Status(503))) => {
            "`summary` had failed as well when the group was polled again, and its error took the place of the first one. A \
             task that has failed is not changed by `abort_all`: its error still comes. Write the error down only where \
             there is none yet, and take the tasks in the order in which they ended, as `JoinSet::join_next` does."
        }
        Some(GroupError::Panicked(error)) if error.is_cancelled() => {
            "A task that is aborted ends with a `JoinError` too, and that one took the place of the first error."
        }
        _ => "Two calls had failed when the group was polled again. The caller wants to know what went wrong first.",
    };
    run.require(
        is_first(group),
        saw(wrong_in(group.error.as_ref()))
            .expected("the error of `keywords`, which failed at 1.000 s; `summary` failed at 1.519 s")
            .because(why),
    );
}

/// After an error no call is in flight, and none waits to be dropped.
#[test]
fn nothing_is_in_flight_on_return() {
    require_nothing_left(&run_group(&TWO_FAIL, drawing(&TWO_FAIL, 1.0)));
    // The first call fails before the others have begun.
    let mut early = TWO_FAIL;
    early[0] = faulty("title", 0.0, Fault::Refused);
    require_nothing_left(&run_group(&early, drawing(&early, 0.0)));
    // Four hundred tasks are more than the runtime polls in one go: who waits for one turn of the runtime only, and not
    // for the tasks, sees some of them. So many are not drawn.
    let mut many = vec![part("translation", 4.0); 400];
    many[0] = TWO_FAIL[2];
    let (llm, recorder) = (model_for(&many), recorder());
    require_nothing_left(&Check::new().run(async || group(&llm, &many, &recorder).await));
}

/// No call exists any more when the group returns. Where one does, says what became of it.
#[track_caller]
fn require_nothing_left(run: &Finished<Returned>) {
    let Returned { at, alive, tasks, goes_on, .. } = run.value();
    run.require(
        *alive == 0,
        saw(format!("at {}, when `task_group` returned, {alive} of its calls were still there", seconds(*at)))
            .expected("0")
            .because(if *goes_on {
                "They go on after the return. To drop a `JoinHandle` does not end its task: it *detaches* it. Nobody \
                 hears of the task any more, and it still costs money. End the tasks, and wait for them."
            } else {
                "They were told to end, and nobody waited. `abort` and `abort_all` only mark a task, and so does the drop \
                 of a `JoinSet`: the runtime drops the task's future a moment later, when it is the task's turn. (The \
                 moment is too short to be drawn.) Until then the task holds its connection, its permits, its locks. \
                 Wait until each task has been joined."
            }),
    );
    run.premise(
        *at < secs(4.0),
        "The group returned when all calls had ended by themselves, so that none could be left.",
    );
    run.require(
        *tasks == 0,
        saw(format!("at {}, when `task_group` returned, the runtime still had a task: {tasks} in all", seconds(*at)))
            .expected("0")
            .because(
                "The calls are gone, and something that you spawned beside them is not. Whoever spawns a task waits \
                      for its end.",
            ),
    );
}

/// Every reply that was there is in the group, at its place, though other calls have failed.
#[test]
fn loses_no_reply() {
    // title is there long before the error of keywords.
    let early = [part("title", 0.437), part("summary", 2.0), faulty("keywords", 1.0, Fault::InternalError)];
    require_every_reply(&run_group(&early, drawing(&early, 1.0)), &early, DROPPED_WITH_THE_ERROR);
    // title and translation are there at the instant of the error.
    let together = [
        part("title", 1.0),
        faulty("keywords", 1.0, Fault::Overloaded),
        part("summary", 2.0),
        part("translation", 1.0),
    ];
    require_every_reply(&run_group(&together, drawing(&together, 1.0)), &together, THROWN_AWAY);
    // The caller is busy up to 2.3 s, and does not poll the group. Its tasks go on by themselves.
    let busy = [
        part("title", 0.437),
        part("summary", 1.519),
        faulty("keywords", 1.0, Fault::InternalError),
        part("translation", 4.0),
    ];
    let run = run_while_busy(&busy);
    require_every_reply(&run, &busy, THROWN_AWAY);
}

/// Runs a group of these parts that is polled once, and then not before 2.3 s.
fn run_while_busy(parts: &[Part]) -> Finished<Returned> {
    let mut expected = drawing(parts, 2.3);
    // Only the calls are drawn here.
    expected.lanes.truncate(parts.len());
    let llm = model_for(parts);
    Check::new().draws(&llm).expects(expected).run(async || {
        let watched = Watched::default();
        let calls = watched.calls(&llm, parts);
        watch(&llm, watched, async {
            let mut group = pin!(task_group(calls));
            if let Some(early) = (&mut group).now_or_never() {
                return early;
            }
            sleep(secs(2.3)).await;
            group.await
        })
        .await
    })
}

const DROPPED_WITH_THE_ERROR: &str = "The reply was there before the error, and it is gone: an early return, `?` for one, \
                                      leaves behind what was collected. The group returns both, replies and error.";

const THROWN_AWAY: &str = "When the group heard of the error, other tasks had ended as well, and their replies waited to be \
                           taken. `shutdown`, `detach_all` and the drop of a `JoinSet` throw them away. `abort_all` leaves a \
                           task that has ended as it is: go on with `join_next` until it gives `None`, and keep the replies \
                           that still come.";

/// The calls that finished have their replies in the group, and no other call has one.
#[track_caller]
fn require_every_reply(run: &Finished<Returned>, parts: &[Part], because: &str) {
    let Returned { group, .. } = run.value();
    let finished = names(run.journal(), |call| matches!(call.ended, Some((_, End::Finished))));
    let wanted: Vec<Option<String>> =
        parts.iter().map(|part| finished.contains(&part.name).then(|| text_of(part.name))).collect();
    let wanted: Vec<Option<&str>> = wanted.iter().map(Option::as_deref).collect();
    run.require(
        texts(group) == wanted,
        saw(told(group)).expected(format!("replies {wanted:?}, which were there")).because(because),
    );
    run.require(
        matches!(&group.error, Some(GroupError::Failed(_))),
        saw(told(group))
            .expected("the error of `keywords` beside the replies")
            .because("A call has failed, and the caller must hear of it."),
    );
}

/// A task that panics ends the group with an error. The caller does not panic, and does not wait for ever.
#[test]
fn a_panic_is_an_error_too() {
    let (llm, recorder) = (model_for(&ONE_PANICS), recorder());
    let check = Check::new().draws(&llm).draws_futures(&recorder).expects(drawing(&ONE_PANICS, 1.0));
    let run = check.run(async || {
        match AssertUnwindSafe(group(&llm, &ONE_PANICS, &recorder)).catch_unwind().await {
            Ok(returned) => Ok(returned),
            Err(panic) if words(&*panic).contains("the client library panicked") => Err(words(&*panic).to_owned()),
            // Another panic than that of the call is told as what it is.
            Err(panic) => resume_unwind(panic),
        }
    });
    let returned = match run.value() {
        Ok(returned) => returned,
        Err(words) => run.fail(
            saw(format!("`task_group` itself panicked: {words}"))
                .expected("`error: Some(GroupError::Panicked(..))`")
                .because(
                    "The runtime catches the panic of a task and gives it to whoever joins the task, as a `JoinError`. \
                     `unwrap` and `expect` make a panic of it again. The caller of the group wants an error.",
                ),
        ),
    };
    let is_panic = matches!(&returned.group.error, Some(GroupError::Panicked(error)) if error.is_panic());
    let late = if returned.at > secs(1.0) { Outcome::TooSlow } else { Outcome::Wrong };
    run.require(
        is_panic && returned.at == secs(1.0),
        saw(format!("{}, at {}", told(&returned.group), seconds(returned.at)))
            .expected("the error of the panic, at 1.000 s")
            .because(
                "A task that panics has no reply to give, now or later. So the group cannot have all replies: for the \
                 others it is the same as an error.",
            )
            .outcome(late),
    );
    run.require(
        returned.alive == 0,
        saw(format!("{} calls still there after the panic", returned.alive))
            .expected("0")
            .because("After a panic the other tasks must be ended and waited for, as after an error."),
    );
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words")
}

/// On a runtime with threads, a call may be in the middle of a poll when it is told to end: the group waits for that poll,
/// and keeps the reply that it brings.
#[test]
fn a_call_in_the_middle_of_a_poll_is_waited_for() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads can be started");
    let _entered = runtime.enter();
    let caller = thread::current().id();
    let (begins, begun) = mpsc::channel();
    // Dropped before the runtime, whatever happens: its drop waits for the poll that waits for this.
    let (opens, gate) = mpsc::channel::<()>();
    let (fails, failure) = oneshot::channel::<()>();
    let failing: WatchedCall = Box::pin({
        let begins = begins.clone();
        async move {
            let _ = begins.send((thread::current().id(), task::try_id()));
            let _ = failure.await;
            Err(Error::Status(500))
        }
    });
    let computing: WatchedCall = Box::pin(async move {
        let _ = begins.send((thread::current().id(), task::try_id()));
        // On the caller's own thread it would hold up the group, and the check.
        if thread::current().id() != caller {
            let _ = gate.recv();
        }
        Ok(Reply { model: "atlas".to_owned(), text: text_of("index"), tokens: 5 })
    });
    let by_hand = Wakes::new();
    let mut group = Box::pin(task_group(vec![failing, computing]));
    let mut poll = || Check::new().by_hand(|| by_hand.poll(group.as_mut()));

    let run = poll();
    run.premise(run.value().is_pending(), "The group returned before any of its calls had ended.");
    let mut all: Vec<_> = begun.try_iter().collect();
    let on_callers_thread: Vec<_> = all.iter().filter(|(thread, _)| *thread == caller).collect();
    if on_callers_thread.len() == 2 && on_callers_thread.iter().all(|(_, task)| task.is_some()) {
        // Tasks of a `LocalSet`: none of them is ever polled while the group is.
        return;
    }
    run.premise(
        on_callers_thread.is_empty() && runtime.metrics().num_alive_tasks() >= 2,
        "There are not two tasks that run beside the caller.",
    );
    let both_begin = within_five_seconds(|| {
        all.extend(begun.try_iter());
        all.len() == 2
    });
    run.premise(both_begin, "The calls do not begin together.");
    let woken = by_hand.count();
    drop(fails);
    let heard = within_five_seconds(|| by_hand.count() > woken);
    run.premise(heard, "The group does not hear of the error while another call runs.");

    // It hears of the error now, while the other call is in the middle of its poll.
    let ended = poll_while_woken(&by_hand, || poll().into_value());
    run.require(
        ended.is_none(),
        saw("`task_group` returned while one of its calls was in the middle of a poll, on another thread")
            .expected("to return when its tasks are gone")
            .because(
                "A runtime with threads polls a task beside you. To abort a task that is being polled takes effect when that \
                 poll returns, and no number of turns of *yours* says when. Join every task: `join_next` until it gives \
                 `None`.",
            ),
    );
    drop(opens);
    let mut ended = None;
    let returned = within_five_seconds(|| {
        ended = poll_while_woken(&by_hand, || poll().into_value());
        ended.is_some()
    });
    run.premise(returned, "The group does not return.");
    let ended = ended.expect("it has returned");
    run.require(
        texts(&ended) == [None, Some(text_of("index").as_str())],
        saw(told(&ended)).expected("the error, and the reply that came while the group waited for its tasks").because(
            "The other call was in the middle of a poll when you ended it, and that poll brought its reply. The reply was \
             there before its task was gone, and it is lost: `shutdown` joins the tasks and throws away what they return. \
             Between the last look at what is there and the end of the tasks, more may come. Go on with `join_next`.",
        ),
    );
    run.require(
        matches!(&ended.error, Some(GroupError::Failed(Error::Status(500)))),
        saw(told(&ended)).expected("the error of the call that failed").because("The caller must hear of it."),
    );
}

/// Waits until this holds: for five seconds at most, so that it is the check that says what it has waited for, and not the
/// runner, which stops a check that takes too long. A right answer needs none of it.
fn within_five_seconds(mut holds: impl FnMut() -> bool) -> bool {
    for _ in 0..500 {
        if holds() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

/// Polls once, and again as long as somebody has woken it meanwhile.
fn poll_while_woken(by_hand: &Wakes, mut poll: impl FnMut() -> Poll<Group>) -> Option<Group> {
    for _ in 0..1000 {
        let woken = by_hand.count();
        if let Poll::Ready(group) = poll() {
            return Some(group);
        }
        if by_hand.count() == woken {
            return None;
        }
    }
    None
}

/// When the caller gives up, the tasks of the group end with it.
#[test]
fn a_caller_who_gives_up_leaves_nothing_behind() {
    let parts = [part("title", 3.0), part("summary", 0.5), part("translation", 4.0)];
    let (llm, recorder) = (model_for(&parts), recorder());
    let expected = Timeline::default()
        .lane(Lane::dropped("title", 0.0, 1.5))
        .lane(Lane::call("summary", 0.0, 0.5))
        .lane(Lane::dropped("translation", 0.0, 1.5))
        .lane(Lane::dropped(FUNCTION, 0.0, 1.5));
    let run = Check::new().draws(&llm).draws_futures(&recorder).expects(expected).run(async || {
        let group = task_group(Watched::default().calls(&llm, &parts));
        let outcome = timeout(secs(1.5), shown(&recorder, FUNCTION, group)).await;
        sleep(secs(5.0)).await;
        outcome.is_err()
    });
    run.require(*run.value(), saw("the group's end within 1.500 s").expected("none: two calls take longer"));
    let late: Vec<&str> = names(run.journal(), |call| ended(call) > secs(1.5));
    run.require(
        late.is_empty(),
        saw(format!("the caller gives up at 1.500 s, and these calls go on: {}", late.join(", ")))
            .expected("all calls dropped at 1.500 s")
            .because(
                "When the future of the group is dropped, no line of yours runs any more: what must still happen has to \
                 be in a `Drop`. A `JoinHandle` has none that ends its task. A `JoinSet` has: it aborts its tasks.",
            ),
    );
    let finished = names(run.journal(), |call| matches!(call.ended, Some((_, End::Finished))));
    run.require(
        finished == ["summary"],
        saw(format!("finished by 1.500 s: {finished:?}"))
            .expected("`summary` alone, at 0.500 s")
            .because("The calls start together, and a call that is done before the caller gives up has its reply."),
    );
}

fn names(journal: &Journal, is_wanted: impl Fn(&Call) -> bool) -> Vec<&str> {
    journal.calls().iter().filter(|call| is_wanted(call)).map(|call| call.prompt.as_str()).collect()
}
