//! Stage 6: when nothing can happen any more, say so, and name who is stuck.
//!
//! New: a book of all tasks: the name or the line of each spawn, how often the task was polled, and when last. When the queue
//! is empty and the main future is not ready, nothing in this small world can change that: no timer is set (they are stage
//! 4), and no other thread is to wake us. An executor that sleeps here sleeps for ever, and prints nothing.
//!
//! Queue and tasks are those of stage 2. Left out: other threads. With them, an empty queue can be the normal state of a
//! program that waits for the network; how the runtime tells the two apart is in `runtime::Deadlock`.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt,
    future::poll_fn,
    panic::Location,
    pin::pin,
    sync::{Arc, Weak},
    task::{Context, Wake, Waker},
};

use crate::s2_run_queue;

// ANCHOR: block_on
/// Runs a future, and the tasks it spawns, until the future is ready.
///
/// # Panics
/// On a deadlock, with the report. When the future or a task panics. Inside another
/// `block_on`.
#[track_caller]
pub fn block_on<F: Future>(main_future: F) -> F::Output {
    let _opened = Opened::new();
    s2_run_queue::run(watched("main", Location::caller(), main_future), || {
        let report = book(|book| book.to_string());
        panic!("{report}");
    })
}

/// Puts a new task in the queue. In the report it bears the line of this call.
///
/// # Panics
/// Outside [`block_on`].
#[track_caller]
pub fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    s2_run_queue::spawn(watched("a task", Location::caller(), future));
}

/// [`spawn`], with a name for the report.
///
/// # Panics
/// Outside [`block_on`].
#[track_caller]
pub fn spawn_named(name: &'static str, future: impl Future<Output = ()> + Send + 'static) {
    s2_run_queue::spawn(watched(name, Location::caller(), future));
}
// ANCHOR_END: block_on

// ANCHOR: watched
/// The future, with every poll written down. It is in the book from now on, not from its
/// first poll.
fn watched<F: Future>(
    name: &'static str,
    spawned_at: &'static Location<'static>,
    future: F,
) -> impl Future<Output = F::Output> {
    let id = book(|book| {
        book.enter(Record { name, spawned_at, polls: 0, last_turn: 0, waker: Weak::new() })
    });
    async move {
        let mut future = pin!(future);
        poll_fn(|context| {
            let traced = Arc::new(Traced(context.waker().clone()));
            book(|book| book.note_poll(id, &traced));
            let polled =
                future.as_mut().poll(&mut Context::from_waker(&Waker::from(traced)));
            if polled.is_ready() {
                let record = book(|book| book.tasks.remove(&id));
                drop(record);
            }
            polled
        })
        .await
    }
}

/// A waker that only passes the wake on. Its reference count tells whether the future kept
/// a clone of it.
struct Traced(Waker);

impl Wake for Traced {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }
}
// ANCHOR_END: watched

// ANCHOR: book
/// All tasks that are not finished.
#[derive(Default)]
struct Book {
    tasks: BTreeMap<usize, Record>,
    entries: usize,
    /// Counts the polls of all tasks: the time of a world without a clock.
    turn: usize,
}

struct Record {
    name: &'static str,
    spawned_at: &'static Location<'static>,
    polls: usize,
    last_turn: usize,
    /// What the future may have cloned and put where somebody will call it.
    waker: Weak<Traced>,
}

impl Book {
    fn enter(&mut self, record: Record) -> usize {
        self.entries += 1;
        self.tasks.insert(self.entries, record);
        self.entries
    }

    fn note_poll(&mut self, id: usize, waker: &Arc<Traced>) {
        self.turn += 1;
        if let Some(task) = self.tasks.get_mut(&id) {
            task.polls += 1;
            task.last_turn = self.turn;
            task.waker = Arc::downgrade(waker);
        }
    }
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "deadlock after {} polls: the queue is empty, and nobody will wake a task",
            self.turn
        )?;
        for Record { name, spawned_at, polls, last_turn, waker } in self.tasks.values() {
            write!(
                f,
                "\n- {name} ({spawned_at}): polls: {polls}, the last at poll {last_turn}; "
            )?;
            f.write_str(match waker.strong_count() {
                0 => "nobody kept its waker: the wake-up is lost",
                _ => "its waker is kept, and nobody calls it",
            })?;
        }
        Ok(())
    }
}
// ANCHOR_END: book

thread_local! {
    static BOOK: RefCell<Option<Book>> = const { RefCell::new(None) };
}

fn book<R>(work: impl FnOnce(&mut Book) -> R) -> R {
    BOOK.with_borrow_mut(|book| {
        work(book.as_mut().expect("tasks live inside block_on only"))
    })
}

/// Closes the book when `block_on` ends, also by a panic.
struct Opened;

impl Opened {
    fn new() -> Self {
        assert!(
            BOOK.with_borrow(Option::is_none),
            "block_on inside block_on would stop every task of the outer one"
        );
        BOOK.set(Some(Book::default()));
        Self
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        BOOK.take();
    }
}
