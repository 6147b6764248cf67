use std::{
    future::{Future, poll_fn},
    panic::resume_unwind,
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    task::{Poll, Waker},
    thread,
    time::Duration,
};

use futures::future::{Either, join, select};
use harness::{
    Check, Finished, Message, Outcome, TasksInAPoll, a_moment, nothing_happens_for, saw, secs, test, when_woken,
};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::oneshot,
};

use super::{Ask, Engine, render};

harness::checks!();

/// The model, and a place at which an engine waits in the middle of its work.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The questions, as they were asked.
    asked: Vec<String>,
    /// How many calls are in flight.
    in_flight: usize,
    /// Closed when the task that is the connection is gone. `None` up to the first call.
    connection: Option<oneshot::Sender<()>>,
    /// The first call that was polled where it had no connection: its number, and what was missing.
    cut_off: Option<(usize, &'static str)>,
    /// The engine waits, and for how many times it has been let go.
    engine_waits: usize,
    let_go: usize,
    /// How many answers may come.
    answers: usize,
    wakers: Vec<Waker>,
    place: &'static str,
    /// The event loop is inside a poll of `render`.
    polls: bool,
    /// `render` was dropped.
    is_gone: bool,
    /// And the engine has ended.
    engine_is_gone: bool,
    /// The engine has panicked.
    panicked: bool,
    /// How often `render`, or a call, was polled.
    looks: usize,
    /// Which tasks of the runtime are being polled.
    tasks_in_a_poll: TasksInAPoll,
}

/// A call in flight.
struct InFlight(Arc<Desk>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.changes(|state| state.in_flight -= 1);
    }
}

impl Desk {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the lock of the desk")
    }

    fn changes(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        self.changed.notify_all();
    }

    async fn sees(&self, what: impl Fn(&State) -> bool) {
        poll_fn(|cx| {
            let mut state = self.lock();
            if what(&state) {
                return Poll::Ready(());
            }
            state.wakers.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// The model's client. An answer takes a turn of the event loop at least.
    fn client(self: &Arc<Self>) -> Ask {
        let desk = self.clone();
        Arc::new(move |question| {
            let desk = desk.clone();
            Box::pin(async move {
                desk.changes(|state| {
                    state.asked.push(question.clone());
                    state.in_flight += 1;
                });
                let number = desk.lock().asked.len();
                let _call = InFlight(desk.clone());
                desk.needs_the_connection(number);
                tokio::task::yield_now().await;
                let mut answer = pin!(desk.sees(|state| state.answers >= number));
                poll_fn(|cx| {
                    desk.lock().looks += 1;
                    answer.as_mut().poll(cx)
                })
                .await;
                format!("<{question}>")
            })
        })
    }

    /// Looks for the connection. It is a task on the runtime of the first call, and gone when that runtime is.
    fn needs_the_connection(&self, number: usize) {
        let Ok(runtime) = Handle::try_current() else {
            self.lock().cut_off.get_or_insert((number, "it was polled where there is no runtime"));
            return;
        };
        let mut state = self.lock();
        let connection = state.connection.get_or_insert_with(|| {
            let (is_there, connection) = oneshot::channel();
            runtime.spawn(connection);
            is_there
        });
        if connection.is_closed() {
            state.cut_off.get_or_insert((number, "the client's connection was gone"));
        }
    }

    /// The engine computes, until the check has seen it.
    fn computes(&self) {
        self.changes(|state| state.engine_waits += 1);
        let mut state = self.lock();
        while state.let_go < state.engine_waits {
            state = self.changed.wait(state).expect("nobody panics with the lock of the desk");
        }
    }

    fn stuck(&self) -> Message {
        let state = self.lock();
        let (place, asked) = (state.place, state.asked.len());
        let (seen, expected, why) = if state.polls {
            (
                format!("{place}: the event loop stands still, after {asked} questions"),
                "the event loop to go on while the engine works, and while it waits for an answer",
                "Something holds the thread of the event loop: the engine itself, a `recv` or a `join` that waits for it, another \
                 library's `block_on`. The answer can only come while the loop goes on. The engine needs a thread where it may \
                 block, and `render` waits with `.await`.",
            )
        } else if state.panicked {
            (
                format!("{place}: the engine has panicked, and `render` does not end"),
                "a panic of `render`",
                "A thread that panics drops what it owns, and does nothing else: a line after the engine's call does not run, and \
                 a word that it should have said is never said. A handle that is awaited, or a channel whose last sender is gone, \
                 tells it.",
            )
        } else if state.engine_is_gone {
            (
                format!("{place}: `render` was dropped, and the engine has ended, and a call is still in flight"),
                "the call to be dropped",
                STILL_ASKS,
            )
        } else if state.is_gone && state.in_flight > 0 {
            (
                format!(
                    "{place}: `render` was dropped, its call is still in flight, and `lookup` waits for the answer"
                ),
                "the call to be dropped, and an empty text for this question and all others",
                "Dropping `render` stops neither a thread nor a task. Is the call in a task of its own, which goes on? Or in a \
                 `block_on` that waits for nothing else? A flag says nothing to who waits: it is seen before the call, or after \
                 it. Let the call live in `render`, so that it is dropped with it, or wait for two things: the answer, and a \
                 channel that closes when `render` goes.",
            )
        } else if state.is_gone {
            (
                format!(
                    "{place}: `render` was dropped, and the engine does not come to its end, after {asked} questions"
                ),
                "the engine to end, with an empty text for each question from then on",
                "Dropping `render` does not stop a thread. `lookup` still waits for an answer, and nobody is interested in it any \
                 more: nobody told it. A channel does, when its other end is dropped.",
            )
        } else {
            (
                format!("{place}: nothing goes on, after {asked} questions"),
                "the page",
                "Each side waits for the other. Who sends the answer that the engine waits for? And when the engine has ended, how \
                 does `render` hear that there are no more questions?",
            )
        };
        saw(seen).expected(expected).because(why).outcome(Outcome::Blocked)
    }
}

/// Where `render` runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    OneThread,
    ManyThreads,
    Task,
}

const PLACES: [Place; 3] = [Place::OneThread, Place::ManyThreads, Place::Task];

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::OneThread => "on a current-thread runtime",
            Self::ManyThreads => "on a multi-threaded runtime",
            Self::Task => "in a task of a multi-threaded runtime with one worker",
        }
    }

    fn runtime(self, desk: &Arc<Desk>) -> Runtime {
        let mut builder = match self {
            Self::OneThread => Builder::new_current_thread(),
            Self::ManyThreads | Self::Task => Builder::new_multi_thread(),
        };
        if self != Self::OneThread {
            builder.worker_threads(if self == Self::Task { 1 } else { 2 });
        }
        desk.lock().tasks_in_a_poll = TasksInAPoll::of(&mut builder);
        builder.enable_time().build().expect("a runtime without sockets needs nothing that can be missing")
    }

    fn run<T: Send + 'static>(self, desk: &Arc<Desk>, future: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = self.runtime(desk);
        if self != Self::Task {
            return runtime.block_on(future);
        }
        let task = runtime.spawn(future);
        runtime.block_on(task).unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Runs this in a place.
#[track_caller]
fn run_in<T: Send + 'static>(
    place: Place,
    desk: &Arc<Desk>,
    future: impl Future<Output = T> + Send + 'static,
) -> Finished<T> {
    desk.lock().place = place.name();
    let stuck = desk.clone();
    let check = Check::new().when_stuck(move |_| Some(stuck.stuck())).a_panic_means(format!(
        "It happened {}. The engine has no reason to panic, and neither has its `lookup`. (What blocks panics on a thread \
         that runs tasks: a task is no place for the engine.)",
        place.name()
    ));
    check.by_hand(|| place.run(desk, future))
}

/// `render`, and the desk knows when it is polled.
async fn watched(desk: Arc<Desk>, engine: Engine) -> String {
    let mut render = pin!(render(engine, desk.client()));
    let counts = poll_fn(|cx| {
        {
            let mut state = desk.lock();
            state.polls = true;
            state.looks += 1;
        }
        let poll = render.as_mut().poll(cx);
        desk.lock().polls = false;
        poll
    });
    when_woken(counts).await
}

/// Each question is asked once, in turn, and its answer stands on the page.
#[test]
fn the_page_has_its_answers() {
    for place in PLACES {
        for count in [0_usize, 1, 5, 300] {
            let desk = Desk::new();
            desk.lock().answers = usize::MAX;
            // Each question is made of the answer before it, and a question may come twice.
            let engine = || -> Engine {
                Box::new(move |lookup| {
                    let mut page = String::from("page:");
                    for number in 0..count {
                        let last = page.len() % 7;
                        page.push_str(&lookup(&format!("question {} {last}", number / 2)));
                    }
                    page
                })
            };
            let mut wanted = String::from("page:");
            let mut questions = Vec::new();
            for number in 0..count {
                let question = format!("question {} {}", number / 2, wanted.len() % 7);
                wanted.push_str(&format!("<{question}>"));
                questions.push(question);
            }
            // And the same client has another page, where it is not long.
            let pages = if count <= 5 { 2 } else { 1 };
            let (questions, wanted) = (vec![questions; pages].concat(), vec![wanted; pages]);
            let engines: Vec<Engine> = (0..pages).map(|_| engine()).collect();
            let rendered = desk.clone();
            let run = run_in(place, &desk, async move {
                let mut seen = Vec::new();
                for engine in engines {
                    seen.push(watched(rendered.clone(), engine).await);
                }
                seen
            });
            let cut_off = desk.lock().cut_off;
            let (number, what) = cut_off.unwrap_or_default();
            run.require(
                cut_off.is_none(),
                saw(format!("{}: question {number} had no connection: {what}", place.name()))
                    .expected("all questions, of this page and the next, to go through one connection")
                    .because(
                        "The client is at home on the runtime that `render` was called on: its connections and its timers are \
                         there. A runtime of your own takes the tasks that were started on it along when it ends, and they go \
                         on only while somebody is in its `block_on`. Poll the calls on the runtime that is there already.",
                    ),
            );
            let asked = desk.lock().asked.clone();
            run.require(
                asked == questions && *run.value() == wanted,
                saw(format!(
                    "{}: on {pages} pages {} questions asked, and the last page is {}",
                    place.name(),
                    asked.len(),
                    run.value().last().map(|page| short(page)).unwrap_or_default()
                ))
                .expected(format!("{} questions, and {}", questions.len(), short(&wanted[0])))
                .because(
                    "Each call of `lookup` is a question to the model, and returns the answer to this very question. The \
                     engine makes the next question of it, so none can be asked before.",
                ),
            );
        }
    }
}

fn short(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start == text { format!("{text:?}") } else { format!("{start:?} …") }
}

/// While the engine works, and while an answer is on its way, the event loop goes on.
#[test]
fn the_event_loop_goes_on() {
    for place in PLACES {
        let desk = Desk::new();
        let at_the_desk = desk.clone();
        let engine: Engine = Box::new(move |lookup| {
            at_the_desk.computes();
            let answer = lookup("one");
            at_the_desk.computes();
            format!("{answer} {}", lookup("two"))
        });
        let (loops, rendered) = (desk.clone(), desk.clone());
        let run = run_in(place, &desk, async move {
            let other = async {
                loops.sees(|state| state.engine_waits == 1).await;
                loops.changes(|state| state.let_go = 1);
                loops.sees(|state| state.in_flight == 1).await;
                loops.changes(|state| state.answers = 1);
                loops.sees(|state| state.engine_waits == 2).await;
                loops.changes(|state| (state.let_go, state.answers) = (2, 2));
            };
            join(watched(rendered, engine), other).await.0
        });
        run.require(
            run.value() == "<one> <two>",
            saw(format!("{}: {:?}", place.name(), run.value()))
                .expected("\"<one> <two>\"")
                .because("The page is the same, whoever else is there."),
        );
    }
}

const STILL_ASKS: &str = "The reader has gone, and the model still answers, for money. A job on the pool cannot be aborted, and a \
                          `block_on` or a task of its own goes on without `render`. Let the call live in `render` itself, or end \
                          with it: then it is dropped with it.";

/// When the caller drops `render`, its call is dropped, nobody asks any more, and the engine comes to its end.
#[test]
fn a_caller_who_gives_up_asks_no_more() {
    // In the middle of a question, and between two of them.
    for in_a_question in [true, false] {
        for place in PLACES {
            let desk = Desk::new();
            desk.lock().answers = if in_a_question { 1 } else { usize::MAX };
            let (tell, told) = oneshot::channel();
            let at_the_desk = desk.clone();
            let engine: Engine = Box::new(move |lookup| {
                let mut page = lookup("one");
                if in_a_question {
                    page.push_str(&lookup("two"));
                }
                // It goes on when `render` is gone. A question that is sent while its receiver is being dropped may stay in
                // tokio's channel, and the way back with it, as long as there is a sender.
                at_the_desk.computes();
                for question in ["three", "four", "five"] {
                    page.push_str(&lookup(question));
                }
                let _ = tell.send(page.clone());
                page
            });
            let (loops, rendered) = (desk.clone(), desk.clone());
            let run = run_in(place, &desk, async move {
                let gives_up = async {
                    if in_a_question {
                        loops.sees(|state| state.asked.len() == 2 && state.in_flight == 1).await;
                    } else {
                        loops.sees(|state| state.engine_waits == 1).await;
                    }
                };
                let render = Box::pin(watched(rendered, engine));
                match select(render, pin!(gives_up)).await {
                    Either::Left(_) => return Err("`render` returned before the engine had ended"),
                    Either::Right(((), render)) => drop(render),
                }
                // Who aborts a task does not stop it at once: it comes to the end of its poll first, and no other one begins.
                let tasks = loops.lock().tasks_in_a_poll.clone();
                tasks.at_most(usize::from(place == Place::Task)).await;
                // And a task that was aborted goes meanwhile.
                a_moment().await;
                loops.changes(|state| (state.is_gone, state.let_go) = (true, 1));
                let page = told.await.map_err(|_| "the engine was ended by a panic of its `lookup`");
                loops.changes(|state| state.engine_is_gone = true);
                loops.sees(|state| state.in_flight == 0).await;
                page
            });
            let asked = desk.lock().asked.clone();
            let in_flight = desk.lock().in_flight;
            let questions = if in_a_question { 2 } else { 1 };
            run.require(
                asked.len() == questions && in_flight == 0,
                saw(format!(
                    "{}: {} questions asked, {in_flight} of them still in flight, when `render` was dropped after {questions}",
                    place.name(),
                    asked.len()
                ))
                .expected(format!("{questions}, and none in flight"))
                .because(STILL_ASKS),
            );
            run.require(
                run.value().as_deref() == Ok("<one>"),
                saw(match run.value() {
                    Ok(page) => format!("{}: the engine ended with {page:?}", place.name()),
                    Err(what) => format!("{}: {what}", place.name()),
                })
                .expected("the engine to end with \"<one>\": the answer that came, and empty texts")
                .because(
                    "Nobody answers any more: what `lookup` finds then is a closed channel, and no reason to panic.",
                ),
            );
        }
    }
}

/// A panic of the engine is a panic of `render`.
#[test]
fn a_panic_of_the_engine_reaches_the_caller() {
    for place in PLACES {
        let desk = Desk::new();
        desk.lock().answers = usize::MAX;
        let at_the_desk = desk.clone();
        let engine: Engine = Box::new(move |lookup| {
            let answer = lookup("one");
            at_the_desk.changes(|state| state.panicked = true);
            panic!("the page has no {answer}")
        });
        let rendered = desk.clone();
        let run = run_in(place, &desk, async move {
            let task = tokio::spawn(watched(rendered, engine));
            task.await.map_err(|error| error.is_panic())
        });
        run.require(
            *run.value() == Err(true),
            saw(match run.value() {
                Ok(page) => format!("{}: the engine panicked, and `render` returned {page:?}", place.name()),
                Err(_) => format!("{}: `render` was cancelled", place.name()),
            })
            .expected("a panic of `render`")
            .because("A job that panics gives a `JoinError` to whoever awaits it: it must not become a page."),
        );
    }
}

/// Nobody looks again and again: not `render` while the engine computes, and not the engine while an answer is on its way.
#[test]
fn nobody_looks_again_and_again() {
    for in_a_question in [false, true] {
        let desk = Desk::new();
        let at_the_desk = desk.clone();
        let engine: Engine = Box::new(move |lookup| {
            if !in_a_question {
                at_the_desk.computes();
            }
            lookup("one")
        });
        let (loops, rendered) = (desk.clone(), desk.clone());
        let run = run_in(Place::OneThread, &desk, async move {
            let other = async {
                loops.sees(|state| state.in_flight == 1 || state.engine_waits == 1).await;
                tokio::time::pause();
                nothing_happens_for(secs(10.0)).await;
                tokio::time::resume();
                // Time for a thread that looks: many looks, and none for one that waits.
                thread::spawn(move || {
                    thread::sleep(Duration::from_millis(100));
                    loops.changes(|state| (state.let_go, state.answers) = (1, 1));
                });
            };
            join(watched(rendered, engine), other).await.0
        });
        let looks = desk.lock().looks;
        run.require(
            looks <= 10,
            saw(if in_a_question {
                format!("{looks} polls of `render` and of the call, for one answer")
            } else {
                format!("{looks} polls of `render`, while the engine computed and asked one question")
            })
            .expected("a few: when there is a question, and when its answer is there")
            .because(
                "A loop that yields, or sleeps, and looks again keeps a processor busy, and is late all the same. A channel \
                 wakes whoever waits at it, when something comes and when its other end is dropped.",
            )
            .outcome(Outcome::BusyLoop),
        );
    }
}
