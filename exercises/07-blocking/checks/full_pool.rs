use std::{
    cell::Cell,
    future::poll_fn,
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    task::{Poll, Waker},
    thread::{self, ThreadId},
};

use futures::future::join;
use harness::{
    Check, Finished, Message, Outcome, counting_polls, more_turns, nothing_happens_for, saw, secs, test,
    with_the_clock_held,
};
use tokio::{runtime::Builder, task::spawn_blocking};

use super::{Section, prompt, summarize};

harness::checks!();

/// The provider, at which calls wait until the check lets them go.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Nobody waits.
    is_open: bool,
    /// The titles of the sections that wait for their answers.
    waiting: Vec<String>,
    let_go: Vec<String>,
    asked: Vec<(String, ThreadId)>,
    /// The event loop is inside a poll of the learner's future.
    polls: bool,
    /// Which titles the check waits for, or how many of any title, and how to tell it that one has come.
    wanted: Vec<String>,
    wanted_calls: usize,
    waker: Option<Waker>,
}

impl State {
    fn all_wanted_are_here(&self) -> bool {
        self.waiting.len() >= self.wanted_calls && self.wanted.iter().all(|title| self.waiting.contains(title))
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the lock of the desk")
    }

    fn open() -> Arc<Self> {
        let desk = Self::default();
        desk.lock().is_open = true;
        Arc::new(desk)
    }

    /// What the SDK does: it holds its thread.
    fn answer(&self, prompt: &str) -> String {
        let title = prompt.split('(').next().unwrap_or_default().to_owned();
        let mut state = self.lock();
        state.asked.push((prompt.to_owned(), thread::current().id()));
        if !state.is_open {
            state.waiting.push(title.clone());
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
            while !state.is_open && !state.let_go.contains(&title) {
                state = self.changed.wait(state).expect("nobody panics with the lock of the desk");
            }
            state.waiting.retain(|waiting| *waiting != title);
        }
        format!("[{prompt}]")
    }

    /// Waits until these sections wait together.
    async fn sees(&self, titles: &[&str]) {
        self.lock().wanted = titles.iter().map(|title| (*title).to_owned()).collect();
        self.sees_calls(titles.len()).await;
    }

    /// Waits until so many sections wait together, whichever they are.
    async fn sees_calls(&self, calls: usize) {
        self.lock().wanted_calls = calls;
        poll_fn(|cx| {
            let mut state = self.lock();
            state.waker = Some(cx.waker().clone());
            if state.all_wanted_are_here() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn lets_go(&self, title: &str) {
        let mut state = self.lock();
        state.let_go.push(title.to_owned());
        // It counts no longer, even if its thread has not heard of it yet.
        state.waiting.retain(|waiting| waiting != title);
        drop(state);
        self.changed.notify_all();
    }

    fn opens(&self) {
        self.lock().is_open = true;
        self.changed.notify_all();
    }

    /// Why nothing goes on.
    fn stuck(&self, threads: usize) -> Message {
        let state = self.lock();
        let pool = if threads == 1 { "one thread".to_owned() } else { format!("{threads} threads") };
        let calls = match state.asked.len() {
            1 => "one call".to_owned(),
            calls => format!("{calls} calls"),
        };
        let with = format!("with a pool of {pool}, after {calls} of `ask`");
        let message = if state.polls || (!state.waiting.is_empty() && state.all_wanted_are_here()) {
            saw(format!("{with} nothing goes on, and the event loop stands still"))
                .expected("the event loop to go on while `ask` holds its thread")
                .because(
                    "Something holds the thread of the event loop until the summary is there: a call of `ask` on it, a `recv` or \
                     a `join` of a thread, a `block_on`. On this thread, the only way to wait is `.await`.",
                )
        } else if state.waiting.is_empty() {
            saw(format!("{with} nothing goes on, and no call is in flight")).expected("the summary of the book").because(
                "A job on the pool waits for another job on the pool. It holds its thread meanwhile, so the other one needs a \
                 second thread. With as many waiting jobs as threads, nobody is left to do what they all wait for. A larger \
                 pool only needs a deeper book. (A permit that a section keeps while it waits for its parts is such a thread, too.) What waits for jobs must hold no thread of the pool: wait on the event loop, \
                 with `.await`, and give the pool only what blocks and waits for no other job.",
            )
        } else {
            let wanted = match state.wanted.as_slice() {
                [] => format!("{} of them", state.wanted_calls),
                titles => titles.join(", "),
            };
            let flying = match state.waiting.len() {
                many @ 9.. => format!("only {many} are in flight"),
                _ => format!("only these are in flight: {}", state.waiting.join(", ")),
            };
            saw(format!("{with} {flying}")).expected(format!("{wanted} in flight together")).because(
                "A thread of the pool asks nothing, and a section is ready to be asked about; but it waits for something that it \
                 does not need. Awaiting one part before the next one begins is a queue; so is a level of the book that begins \
                 only when all of the level below has ended, and a limit of your own below the pool's. A job that waits for \
                 its parts keeps a thread from asking, too. (If your code sleeps and looks: the clock stands still while \
                 the pool works.)",
            )
        };
        message.outcome(Outcome::Blocked)
    }
}

fn leaf(title: &str) -> Section {
    section(title, Vec::new())
}

fn section(title: &str, parts: Vec<Section>) -> Section {
    Section { title: title.to_owned(), parts }
}

/// The prompts of a book, from its leaves to its root, and its summary.
fn expected(section: &Section, prompts: &mut Vec<String>) -> String {
    let summaries: Vec<String> = section.parts.iter().map(|part| expected(part, prompts)).collect();
    let prompt = prompt(&section.title, &summaries);
    prompts.push(prompt.clone());
    format!("[{prompt}]")
}

struct Summary {
    text: String,
    /// The prompts, and whether each was asked on a thread of the pool.
    asked: Vec<(String, bool)>,
}

fn check(threads: usize, desk: &Arc<Desk>) -> Check {
    let stuck = desk.clone();
    Check::new().when_stuck(move |_| Some(stuck.stuck(threads))).a_panic_means(
        "Nothing in this exercise panics by itself. Some ways to wait do, where they do not belong: `block_on` and \
         `blocking_recv` on the thread of an event loop.",
    )
}

/// The summary of a book, and the desk knows when it is polled.
async fn watched(desk: &Arc<Desk>, book: &Section) -> String {
    let at_the_desk = desk.clone();
    let mut summarize = pin!(summarize(Arc::new(move |prompt| at_the_desk.answer(prompt)), book.clone()));
    poll_fn(|cx| {
        desk.lock().polls = true;
        let poll = summarize.as_mut().poll(cx);
        desk.lock().polls = false;
        poll
    })
    .await
}

/// Summarizes a book with a pool of this size, while `meanwhile` runs on the event loop.
#[track_caller]
fn summary(threads: usize, desk: &Arc<Desk>, book: &Section, meanwhile: impl AsyncFnOnce()) -> Finished<Summary> {
    check(threads, desk).by_hand(|| {
        let of_the_pool = Arc::new(Mutex::new(Vec::new()));
        let seen = of_the_pool.clone();
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .max_blocking_threads(threads)
            .on_thread_start(move || seen.lock().expect("a push does not panic").push(thread::current().id()))
            .build()
            .expect("a runtime without sockets needs nothing that can be missing");
        let (text, ()) = runtime.block_on(async { join(watched(desk, book), meanwhile()).await });
        let of_the_pool = of_the_pool.lock().expect("a push does not panic");
        let asked = desk.lock().asked.iter().map(|(prompt, id)| (prompt.clone(), of_the_pool.contains(id))).collect();
        Summary { text, asked }
    })
}

#[track_caller]
fn require_summary(run: &Finished<Summary>, threads: usize, book: &Section) {
    let mut prompts = Vec::new();
    let text = expected(book, &mut prompts);
    let (seen, wanted) = (run.value().asked.len(), prompts.len());
    let mut asked: Vec<String> = run.value().asked.iter().map(|(prompt, _)| prompt.clone()).collect();
    asked.sort();
    prompts.sort();
    let why = if seen > wanted {
        "Each section is asked about once: every call costs money."
    } else if seen < wanted {
        "Each section is asked about, once: one with a single part too, and two that have the same title and the same parts are \
         two sections."
    } else {
        "A section is asked about with the summaries of its parts, all of them, in the order of the parts: whichever of them was \
         there first."
    };
    run.require(
        asked == prompts && run.value().text == text,
        saw(format!("with a pool of {threads}: {seen} calls, and the summary {}", short(&run.value().text)))
            .expected(format!("{wanted} calls, and {}", short(&text)))
            .because(why),
    );
}

fn short(text: &str) -> String {
    let start: String = text.chars().take(70).collect();
    if start == text { format!("{text:?}") } else { format!("{start:?} …") }
}

/// Three levels and a pool of one thread: the summary comes.
#[test]
fn ends_with_a_pool_of_one_thread() {
    let chapter = |title: &str, parts: [&str; 3]| section(title, parts.map(leaf).into());
    let book =
        section("novel", vec![chapter("one", ["dawn", "noon", "dusk"]), chapter("two", ["night", "storm", "end"])]);
    let run = summary(1, &Desk::open(), &book, async || ());
    // In which order they are asked about, and with what, other checks ask.
    let calls = run.value().asked.len();
    run.require(
        calls == 9,
        saw(format!("{calls} calls"))
            .expected("9, one for each section")
            .because("Each section is asked about, once, also where there is one thread for all of them."),
    );
}

/// While `ask` holds a thread of the pool, the event loop goes on.
#[test]
fn the_event_loop_goes_on() {
    let desk = Arc::new(Desk::default());
    let book = leaf("note");
    let run = summary(1, &desk, &book, async || {
        desk.sees(&["note"]).await;
        desk.opens();
    });
    require_summary(&run, 1, &book);
}

/// As many parts are asked about together as the pool has threads.
#[test]
fn parts_do_not_wait_for_each_other() {
    let desk = Arc::new(Desk::default());
    let book = section("book", vec![leaf("a"), section("b", vec![leaf("c")]), leaf("d")]);
    let run = summary(4, &desk, &book, async || {
        desk.sees(&["a", "c", "d"]).await;
        desk.opens();
    });
    let calls = run.value().asked.len();
    run.require(
        calls == 5,
        saw(format!("{calls} calls")).expected("5, one for each section").because(if calls < 5 {
            "Each section is asked about: one with a single part too."
        } else {
            "Each section is asked about once: every call costs money."
        }),
    );
}

/// The summaries stand in the order of the parts, whichever was there first.
#[test]
fn summaries_in_the_order_of_the_parts() {
    let desk = Arc::new(Desk::default());
    let book = section("book", ["a", "b", "c", "d"].map(leaf).into());
    let run = summary(4, &desk, &book, async || {
        desk.sees(&["a", "b", "c", "d"]).await;
        for title in ["c", "a", "d", "b"] {
            desk.lets_go(title);
            // All threads of the pool are busy. When this is done, one of them has ended its job.
            spawn_blocking(|| ()).await.expect("nothing panics");
        }
        desk.opens();
    });
    require_summary(&run, 4, &book);
}

/// A section is asked about as soon as its own parts are there, however long another part takes.
#[test]
fn a_section_needs_its_own_parts_only() {
    let desk = Arc::new(Desk::default());
    let side = |title: &str, inner: &str| section(title, vec![section(inner, vec![leaf(&format!("{inner}{inner}"))])]);
    let book = section("book", vec![side("left", "l"), side("right", "r")]);
    let run = summary(2, &desk, &book, async || {
        desk.sees(&["ll", "rr"]).await;
        // The right side goes up to its top, while the left one is still at its leaf.
        desk.lets_go("rr");
        desk.sees(&["ll", "r"]).await;
        desk.lets_go("r");
        desk.sees(&["ll", "right"]).await;
        desk.opens();
    });
    require_summary(&run, 2, &book);
}

/// `ask` is called on threads of the pool.
#[test]
fn asks_on_threads_of_the_pool() {
    let book = section("a", vec![section("b", vec![leaf("c"), leaf("d")]), leaf("e"), leaf("f")]);
    for threads in [2, 8] {
        let run = summary(threads, &Desk::open(), &book, async || ());
        let elsewhere: Vec<&str> =
            run.value().asked.iter().filter(|(_, of_the_pool)| !of_the_pool).map(|(prompt, _)| &**prompt).collect();
        run.require(
            elsewhere.is_empty(),
            saw(format!("{} of {} calls on another thread: {}", elsewhere.len(), run.value().asked.len(), elsewhere[..].join(", ")))
                .expected("all calls on threads of the runtime's pool")
                .because(
                    "On the thread of the event loop, a call that blocks stops everybody else. With threads of your own, or with \
                     a second pool, the size of the pool limits nothing: whoever has set it to four wants four calls.",
                )
                .outcome(Outcome::Blocked),
        );
    }
}

/// A pool of any size, and a deep book, a wide one, one with the same title everywhere, one without parts.
#[test]
fn any_pool_and_any_book() {
    let deep = (0..100).fold(leaf("word"), |inner, level| section(&format!("level {level}"), vec![inner]));
    let wide = section("letters", (0..300).map(|number| leaf(&format!("letter {}", number * 37 % 300))).collect());
    let same = (0..4).fold(leaf("same"), |inner, _| section("same", vec![inner; 3]));
    for threads in [1, 2, 3, 5] {
        for book in [&deep, &wide, &same, &leaf("note")] {
            let run = summary(threads, &Desk::open(), book, async || ());
            require_summary(&run, threads, book);
        }
    }
}

/// No thread of the pool is idle while a section is ready, however many threads there are.
#[test]
fn no_thread_is_idle() {
    // Whichever two are first: when one of them ends, its thread takes the next.
    let desk = Arc::new(Desk::default());
    let book = section("list", (0..5).map(|number| leaf(&format!("item {number}"))).collect());
    let run = summary(2, &desk, &book, async || {
        desk.sees_calls(2).await;
        let both = desk.lock().waiting.clone();
        for title in both {
            desk.lets_go(&title);
            desk.sees_calls(2).await;
        }
        desk.opens();
    });
    require_summary(&run, 2, &book);

    // More than anybody has thought of as a limit of their own.
    let desk = Arc::new(Desk::default());
    let book = section("letters", (0..130).map(|number| leaf(&format!("letter {number}"))).collect());
    let run = summary(130, &desk, &book, async || {
        desk.sees_calls(130).await;
        desk.opens();
    });
    require_summary(&run, 130, &book);
}

/// Nobody looks again and again whether a part is ready.
#[test]
fn waits_to_be_woken() {
    let desk = Arc::new(Desk::default());
    let book = section("book", vec![section("chapter", vec![leaf("page")]), leaf("index")]);
    // The pool of this runtime has threads enough for both leaves.
    let run = check(512, &desk).run(async || {
        let polls = Cell::new(0);
        let in_vain = async {
            desk.sees_calls(2).await;
            // What is still on its way comes to its place.
            more_turns(20).await;
            // Nobody has a reason to look.
            let before = polls.get();
            nothing_happens_for(secs(10.0)).await;
            desk.opens();
            polls.get() - before
        };
        with_the_clock_held(join(counting_polls(&polls, watched(&desk, &book)), in_vain)).await
    });
    let (text, in_vain) = run.value();
    let wanted = expected(&book, &mut Vec::new());
    run.require(
        *text == wanted,
        saw(format!("the summary {text:?}"))
            .expected(format!("{wanted:?}"))
            .because("It is the same, however long a call takes."),
    );
    let looks = |seen: String| {
        saw(seen)
            .expected("the event loop to sleep until a call has come back")
            .because(
                "A loop that yields, or sleeps, and looks again whether a part is ready keeps the processor busy, and is late \
                 all the same. What `spawn_blocking` and `spawn` return is a future: it wakes whoever awaits it.",
            )
            .outcome(Outcome::BusyLoop)
    };
    run.require(
        *in_vain == 0,
        looks(format!("{in_vain} polls of `summarize` while both calls were in flight, and nothing happened")),
    );
    // Where each section is a task: a few polls for each, and as many again. Who looks has more of them in those ten seconds.
    let polls = run.polls_of_tasks();
    run.require(polls <= 40, looks(format!("{polls} polls of tasks, for four sections")));
}
