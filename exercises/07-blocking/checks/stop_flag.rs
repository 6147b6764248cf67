use std::{
    cell::Cell,
    future::poll_fn,
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, mpsc},
    task::{Poll, Waker},
    thread::{self, ThreadId},
};

use futures::future::join;
use harness::{Check, Finished, Message, Outcome, a_moment, counting_polls, nothing_happens_for, saw, secs, test};
use tokio::runtime::{Builder, Runtime};

use super::{Documents, Indexing};

harness::checks!();

/// Drops what the learner's type is made of, whether or not it has a `Drop`.
fn let_go<T>(_: T) {}

/// The provider: each call waits until the check lets it go.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// How many documents may be embedded.
    may: usize,
    begun: Vec<String>,
    done: usize,
    /// The threads on which `documents` was asked for the next one.
    fetched_on: Vec<ThreadId>,
    /// The document whose fetch holds its thread, and whether it does so now.
    fetch_holds_at: Option<usize>,
    fetch_is_held: bool,
    waker: Option<Waker>,
    /// What the check does now: it is in the words of a run that stands still.
    step: Step,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Step {
    #[default]
    Starting,
    Waiting,
    Stopping,
    StoppingAFetch,
    StoppingWhatHasEnded,
    Dropping,
    DroppingTheRuntime,
    WaitingForAll,
    WaitingForTheEnd,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the lock of the desk")
    }

    /// What the SDK does: it holds its thread.
    fn embed(&self, document: String) {
        let mut state = self.lock();
        state.begun.push(document);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        let number = state.begun.len();
        while state.may < number {
            state = self.changed.wait(state).expect("nobody panics with the lock of the desk");
        }
        state.done += 1;
    }

    fn lets(&self, documents: usize) {
        self.lock().may = documents;
        self.changed.notify_all();
    }

    /// What `documents` does where a fetch is to hold its thread.
    fn fetches(&self, number: usize) {
        let mut state = self.lock();
        state.fetched_on.push(thread::current().id());
        while state.fetch_holds_at == Some(number) {
            state.fetch_is_held = true;
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
            state = self.changed.wait(state).expect("nobody panics with the lock of the desk");
        }
    }

    fn lets_it_fetch(&self) {
        self.lock().fetch_holds_at = None;
        self.changed.notify_all();
    }

    /// Waits until as many documents have been begun.
    async fn sees(&self, documents: usize) {
        self.until(|state| state.begun.len() >= documents).await;
    }

    async fn until(&self, holds: impl Fn(&State) -> bool) {
        self.is_at(Step::Waiting);
        poll_fn(|cx| {
            let mut state = self.lock();
            state.waker = Some(cx.waker().clone());
            if holds(&state) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn is_at(&self, step: Step) {
        self.lock().step = step;
    }

    fn begun(&self) -> usize {
        self.lock().begun.len()
    }

    /// Why nothing goes on.
    fn stuck(&self) -> Message {
        let state = self.lock();
        let (seen, expected, why) = match state.step {
            Step::Starting | Step::Waiting if state.begun.is_empty() => (
                "no document is embedded, and nothing goes on",
                "the first document to be begun",
                "`start` begins the work, and nobody has to wait for it or ask for it. `documents` may be endless: whoever fetches \
                 them all before the first is embedded never begins.",
            ),
            Step::Starting | Step::Waiting => (
                "the event loop stands still while a document is embedded",
                "the event loop to go on",
                "`embed` holds the thread of the event loop, or something on it waits for `embed`. The work needs a thread that is \
                 not the loop's.",
            ),
            Step::Stopping => (
                "`stop` does not return, though the document in work may end; or it holds the event loop, which lets it end",
                "`stop` to wait for the document in work, with `.await`, and then to return",
                "Whoever waits for a thread with `join`, or with a `recv` that blocks, holds the event loop's thread meanwhile. \
                 Let the thread tell its end in a way that can be awaited. And the work must hear that it is to stop: `documents` \
                 may be endless.",
            ),
            Step::StoppingAFetch => (
                "`stop` does not return, though `documents` has given the document that it held when `stop` was called",
                "`stop` to return when the work has ended",
                "The work was inside of `documents.next()` when it was told to end. It hears of that when it comes back, and then \
                 it has to say that it has ended.",
            ),
            Step::StoppingWhatHasEnded if state.begun.is_empty() => (
                "there were no documents, and `stop` does not return",
                "`stop` to say at once that none was embedded",
                KEEP_THE_WORD,
            ),
            Step::StoppingWhatHasEnded => (
                "`stop` does not return, though all documents were embedded before it was called",
                "`stop` to say at once how many were embedded",
                KEEP_THE_WORD,
            ),
            Step::Dropping => (
                "what the user has let go is dropped, and that does not return: a document is in work",
                "dropping an `Indexing`, or the future of `stop`, to return at once",
                "Whoever drops it wants no answer, and stands on the thread of the event loop. A `join` in a `Drop` holds it until \
                 the document in work is done, or for ever. Tell the work that it is to end, and do not wait.",
            ),
            Step::WaitingForAll => (
                "the documents are not all embedded, and nobody has stopped the work; the thread of the event loop does something \
                 else meanwhile",
                "the work to go on to its last document",
                "The work needs nothing of the event loop: what is a task, or asks `documents` for the next one in a task, goes on \
                 only when the loop does. And it needs nobody who reads: a channel with a capacity, from which nobody receives \
                 before `stop`, is full after so many documents, and holds the thread.",
            ),
            Step::DroppingTheRuntime => (
                "the runtime is dropped, and that does not return: a call of `embed` still goes on",
                "dropping the runtime to return, though the call never does",
                "Dropping a runtime waits for the jobs of its blocking pool that have begun: they cannot be stopped, and neither \
                 an `abort` nor a flag helps while one is inside a call. So work that may never end does not belong on the \
                 pool. Nobody waits for a thread of your own.",
            ),
            Step::WaitingForTheEnd => (
                "the work does not end: nobody is interested in it any more, and it still has its documents",
                "the work to end after the document in work",
                "A handle that is dropped stops nothing: neither a thread nor a job on the pool hears of it, unless your code \
                 tells it. What runs when an `Indexing` is dropped, or the future of `stop`?",
            ),
        };
        let numbers = format!("{} documents begun, {} embedded", state.begun.len(), state.done);
        saw(format!("{seen} ({numbers})")).expected(expected).because(why).outcome(Outcome::Blocked)
    }
}

const KEEP_THE_WORD: &str = "The work had ended before anybody waited for its end. Word of it has to be kept: a `oneshot`, a `watch` or \
                             `notify_one` keeps it, and `notify_waiters` wakes only those who wait already.";

/// The documents, and word of their end: whoever owns them drops them when the work is over.
fn documents(desk: &Arc<Desk>, count: usize) -> (Documents, mpsc::Receiver<()>) {
    let (alive, ended) = mpsc::channel();
    let desk = desk.clone();
    let documents = (0..count).map(move |number| {
        desk.fetches(number);
        // Whoever has fetched so many would fetch more, until the memory is full.
        if number >= 10_000 {
            loop {
                thread::park();
            }
        }
        let _until_it_is_dropped = &alive;
        format!("document {}", number * 7 % 100)
    });
    (Box::new(documents), ended)
}

/// More than anybody embeds.
const ENDLESS: usize = usize::MAX / 7;

struct Work {
    ended: mpsc::Receiver<()>,
    indexing: Indexing,
}

impl Work {
    fn start(desk: &Arc<Desk>, count: usize) -> Self {
        let (documents, ended) = documents(desk, count);
        let at_the_desk = desk.clone();
        let indexing = Indexing::start(documents, Box::new(move |document| at_the_desk.embed(document)));
        Self { ended, indexing }
    }
}

/// Waits until the work has let its documents go. It is for the watchdog to say that it never does.
fn wait_for_the_end(desk: &Desk, ended: &mpsc::Receiver<()>) {
    desk.is_at(Step::WaitingForTheEnd);
    let _ = ended.recv();
}

/// Runs code that may make a runtime, and drop it.
#[track_caller]
fn run<T>(desk: &Arc<Desk>, code: impl FnOnce() -> T) -> Finished<T> {
    let stuck = desk.clone();
    let check = Check::new().when_stuck(move |_| Some(stuck.stuck())).a_panic_means(
        "Nothing in this exercise panics by itself. A report that nobody wants any more is no reason to panic, and some ways to \
         wait panic on the thread of an event loop.",
    );
    check.by_hand(code)
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without sockets needs nothing that can be missing")
}

#[track_caller]
fn require_begun<T>(run: &Finished<T>, desk: &Desk, wanted: usize, because: &str) {
    let begun = desk.begun();
    run.require(
        begun == wanted,
        saw(format!("{begun} documents were begun")).expected(format!("{wanted}")).because(because),
    );
}

/// `stop` lets no further document begin, waits for the one in work, and says how many were embedded.
#[test]
fn stops_after_the_document_in_work() {
    for (let_go, endless) in [(3, false), (0, false), (2, true)] {
        let desk = Arc::new(Desk::default());
        let run = run(&desk, || {
            let runtime = runtime();
            let seen = runtime.block_on(async {
                let Work { indexing, ended } = Work::start(&desk, if endless { ENDLESS } else { 300 });
                desk.lets(let_go);
                desk.sees(let_go + 1).await;
                desk.is_at(Step::Stopping);
                let mut stop = pin!(indexing.stop());
                let early = poll_fn(|cx| Poll::Ready(stop.as_mut().poll(cx))).await;
                if let Poll::Ready(count) = early {
                    return (true, count);
                }
                // From here on, everything may go through.
                desk.lets(usize::MAX);
                let count = stop.await;
                wait_for_the_end(&desk, &ended);
                (false, count)
            });
            // Where `stop` was early, a job on the pool may still be at work: another check is about that.
            runtime.shutdown_background();
            seen
        });
        let (early, count) = *run.value();
        run.require(
            !early,
            saw(format!("`stop` returned {count} while a document was in work"))
                .expected("`stop` to wait until the work has ended")
                .because(
                    "A call cannot be ended from outside: `abort` on a job that has begun does nothing, and a flag is not seen \
                     before the call returns. Whoever goes on now believes that nobody works any more; but somebody does.",
                ),
        );
        require_begun(&run, &desk, let_go + 1, STILL_WORKS);
        run.require(
            count == let_go + 1,
            saw(format!("`stop` returned {count}")).expected(format!("{}", let_go + 1)).because(
                "The document in work is embedded when `stop` returns: it counts too, and one that was never begun does not.",
            ),
        );
    }
}

const STILL_WORKS: &str = "After `stop` the work went on. It has to look whether it is to go on before *each* document: one look before \
                           the first, or a look that comes to nothing until the next one is done, is too late. And it must \
                           have been told when `stop` is polled for the first time.";

/// While `stop` waits, the event loop goes on, and nobody looks again and again.
#[test]
fn stop_waits_without_looking() {
    let desk = Arc::new(Desk::default());
    let run = run(&desk, || {
        runtime().block_on(async {
            let Work { indexing, .. } = Work::start(&desk, 5);
            desk.sees(1).await;
            desk.is_at(Step::Stopping);
            let mut stop = pin!(indexing.stop());
            let early = poll_fn(|cx| Poll::Ready(stop.as_mut().poll(cx).is_ready())).await;
            if early {
                return 0;
            }
            let polls = Cell::new(0);
            let goes_on = async {
                nothing_happens_for(secs(10.0)).await;
                desk.lets(usize::MAX);
            };
            join(counting_polls(&polls, stop), goes_on).await;
            polls.get()
        })
    });
    run.premise(*run.value() > 0, "`stop` did not wait.");
    let polls = *run.value();
    run.require(
        polls <= 4,
        saw(format!("`stop` was polled {polls} times while one document was embedded"))
            .expected("4 times at most: it is woken when the work has ended")
            .because(
                "A loop that sleeps and looks is late by half its sleep, and works for nothing meanwhile. What ends can say so: a \
                 channel wakes whoever waits.",
            )
            .outcome(Outcome::BusyLoop),
    );
}

/// All documents are embedded where nobody stops the work, each once and in order; then `stop` says how many.
#[test]
fn without_a_stop_all_are_embedded() {
    for count in [0, 1, 250] {
        let desk = Arc::new(Desk::default());
        desk.lets(usize::MAX);
        let run = run(&desk, || {
            runtime().block_on(async {
                let Work { indexing, ended } = Work::start(&desk, count);
                desk.is_at(Step::WaitingForAll);
                let _ = ended.recv();
                // The work has let its documents go, and says its last word.
                a_moment().await;
                desk.is_at(Step::StoppingWhatHasEnded);
                indexing.stop().await
            })
        });
        let wanted: Vec<String> = (0..count).map(|number| format!("document {}", number * 7 % 100)).collect();
        let begun = desk.lock().begun.clone();
        let is_cut_short = begun.len() < count && wanted.starts_with(&begun);
        run.require(
            begun == wanted,
            saw(if is_cut_short {
                format!("{} of {count} documents embedded", begun.len())
            } else {
                format!("{} documents embedded, {count} in the list, and not these in their order", begun.len())
            })
            .expected("all of them, in order")
            .because(if is_cut_short {
                "Nobody stopped the work, and it left its last documents. When `documents` says that there are no more, those \
                 that have been fetched are still to be embedded."
            } else {
                "Each document is embedded once, and after those before it."
            }),
        );
        run.require(
            *run.value() == count,
            saw(format!("{count} documents embedded, and then `stop` returned {}", run.value()))
                .expected(format!("{count}"))
                .because("`stop` says how many were embedded, also where nothing was left to stop."),
        );
    }
}

/// Whoever drops an `Indexing`, or the future of `stop`, has stopped it too.
#[test]
fn a_drop_stops_it_too() {
    for (of_stop, polled) in [(false, false), (true, true), (true, false)] {
        let desk = Arc::new(Desk::default());
        let run = run(&desk, || {
            let runtime = runtime();
            let ended = runtime.block_on(async {
                let Work { indexing, ended } = Work::start(&desk, 400);
                desk.lets(2);
                desk.sees(3).await;
                desk.is_at(Step::Stopping);
                if of_stop {
                    let mut stop = Box::pin(indexing.stop());
                    if polled {
                        let _ = poll_fn(|cx| Poll::Ready(stop.as_mut().poll(cx).is_ready())).await;
                    }
                    desk.is_at(Step::Dropping);
                    drop(stop);
                } else {
                    desk.is_at(Step::Dropping);
                    let_go(indexing);
                }
                ended
            });
            desk.lets(usize::MAX);
            wait_for_the_end(&desk, &ended);
        });
        require_begun(
            &run,
            &desk,
            3,
            "The user has gone, and the work went on. A thread hears nothing of a handle that is dropped: whoever drops it has to \
             tell, which is what `Drop` is for.",
        );
    }
}

/// Dropping the runtime returns, though a call of `embed` never does.
#[test]
fn the_runtime_goes_while_a_call_hangs() {
    for stopped in [false, true] {
        let desk = Arc::new(Desk::default());
        let run = run(&desk, || {
            let runtime = runtime();
            let (ended, left) = runtime.block_on(async {
                let Work { indexing, ended } = Work::start(&desk, 10);
                desk.sees(1).await;
                desk.is_at(Step::Stopping);
                let mut left = Some(indexing);
                if stopped {
                    let mut stop = Box::pin(left.take().expect("it was put there").stop());
                    let _ = poll_fn(|cx| Poll::Ready(stop.as_mut().poll(cx).is_ready())).await;
                }
                (ended, left)
            });
            desk.is_at(Step::DroppingTheRuntime);
            drop(runtime);
            let_go(left);
            // The call comes back after all, and what it finds is not an error.
            desk.lets(usize::MAX);
            wait_for_the_end(&desk, &ended);
        });
        require_begun(&run, &desk, 1, STILL_WORKS);
    }
}

/// A document is fetched from `documents` when its turn comes, and not by the event loop.
#[test]
fn fetches_each_when_its_turn_comes() {
    let desk = Arc::new(Desk::default());
    let run = run(&desk, || {
        let runtime = runtime();
        let ended = runtime.block_on(async {
            let Work { indexing, ended } = Work::start(&desk, 300);
            desk.lets(3);
            desk.sees(4).await;
            let fetched_on = desk.lock().fetched_on.clone();
            desk.is_at(Step::Dropping);
            let_go(indexing);
            (ended, fetched_on)
        });
        let (ended, fetched_on) = ended;
        desk.lets(usize::MAX);
        wait_for_the_end(&desk, &ended);
        (fetched_on.len(), fetched_on.iter().filter(|id| **id == thread::current().id()).count())
    });
    let (fetched, by_the_loop) = *run.value();
    run.require(
        by_the_loop == 0,
        saw(format!("{by_the_loop} of the first {fetched} documents were fetched on the thread of the event loop"))
            .expected("all of them on the thread of the work")
            .because(
                "An iterator that reads files, or asks a server, holds its thread in `next` as `embed` does. On the event loop, \
                 everybody else waits for it; and `start` does not return at once.",
            )
            .outcome(Outcome::Blocked),
    );
    run.require(
        fetched == 4,
        saw(format!("{fetched} documents were fetched when the fourth was begun")).expected("4").because(
            "A document that is fetched before its turn is held in memory, and nobody may ever want it: `documents` may be \
             endless, or slow, and then the document in hand waits for the next one.",
        ),
    );
}

/// Two at the same time: to stop the one does not stop the other.
#[test]
fn two_at_the_same_time() {
    let (desk, other) = (Arc::new(Desk::default()), Arc::new(Desk::default()));
    let run = run(&other, || {
        runtime().block_on(async {
            let Work { indexing, .. } = Work::start(&desk, 300);
            let Work { indexing: goes_on, ended } = Work::start(&other, 40);
            desk.sees(1).await;
            other.sees(1).await;
            other.is_at(Step::Stopping);
            desk.lets(1);
            let mut stop = pin!(indexing.stop());
            let _ = poll_fn(|cx| Poll::Ready(stop.as_mut().poll(cx).is_ready())).await;
            other.lets(usize::MAX);
            other.is_at(Step::WaitingForAll);
            let _ = ended.recv();
            desk.lets(usize::MAX);
            other.is_at(Step::StoppingWhatHasEnded);
            goes_on.stop().await
        })
    });
    let begun = other.begun();
    run.require(
        begun == 40 && *run.value() == 40,
        saw(format!(
            "one of two was stopped, and the other embedded {begun} of its 40 documents, and said {}",
            run.value()
        ))
        .expected("40 and 40")
        .because("Each `Indexing` has its own word for \"stop\". A `static` is one for all of them."),
    );
}

/// Stopped while a document is being fetched, `stop` says how many were embedded, and none is embedded after it.
#[test]
fn stops_while_a_document_is_fetched() {
    for let_go in [1, 0, 4] {
        let desk = Arc::new(Desk::default());
        let run = run(&desk, || {
            let runtime = runtime();
            runtime.block_on(async {
                desk.lock().fetch_holds_at = Some(let_go);
                let Work { indexing, ended } = Work::start(&desk, 300);
                desk.lets(usize::MAX);
                desk.until(|state| state.fetch_is_held).await;
                desk.is_at(Step::StoppingAFetch);
                let mut stop = pin!(indexing.stop());
                let early = poll_fn(|cx| Poll::Ready(stop.as_mut().poll(cx))).await;
                let embedded = desk.lock().done;
                desk.lets_it_fetch();
                let (count, embedded) = match early {
                    // Who knows that no document is in work need not wait for the fetch.
                    Poll::Ready(count) => (count, embedded),
                    Poll::Pending => (stop.await, desk.lock().done),
                };
                wait_for_the_end(&desk, &ended);
                (count, embedded)
            })
        });
        let (count, embedded) = *run.value();
        let begun = desk.begun();
        run.require(
            begun <= let_go + 1 && begun == embedded,
            saw(format!("`stop` had returned after {embedded} documents, and {begun} were embedded in the end"))
                .expected(if begun > let_go + 1 {
                    format!("{} at most: those before, and perhaps the one that was being fetched", let_go + 1)
                } else {
                    format!("{embedded}: none after `stop` has returned")
                })
                .because(if begun > let_go + 1 { STILL_WORKS } else { AFTER_THE_FETCH }),
        );
        run.require(
            count == embedded,
            saw(format!("`stop` returned {count}, and {embedded} documents were embedded"))
                .expected(format!("{embedded}"))
                .because(
                    "A document counts when it has been embedded. One that is being fetched when `stop` comes may be embedded or \
                     left; the number says which.",
                ),
        );
    }
}

const AFTER_THE_FETCH: &str = "`stop` has said that all is over, while the work was inside of `documents.next()`; and when that came back, \
                               one more document was embedded. Either `stop` waits for the end of the work, or the work looks \
                               whether it is to end between the fetch and the call of `embed`.";
