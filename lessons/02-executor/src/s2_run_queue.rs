//! Stage 2: many tasks, and a queue of those that can go on.
//!
//! New: a wake no longer means "poll the future", it means "put *this task* in the queue". The loop takes tasks from the
//! front. While one waits, the others run, and the thread sleeps only when the queue is empty.
//!
//! Left out: a spawned task gives nothing back, and when one panics, all end. Stage 3 mends both. The futures must be
//! `Send`, though one thread runs them all: their task is what the waker points to, and a waker can go to any thread.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    mem,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering::AcqRel},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

// ANCHOR: block_on
/// Runs a future, and the tasks it spawns, until the future is ready. Tasks that are not
/// finished by then are dropped where they wait.
///
/// # Panics
/// When the future or a task panics, and inside another `block_on`.
pub fn block_on<F: Future>(main_future: F) -> F::Output {
    run(main_future, thread::park)
}

/// The loop. What to do when the queue is empty is a question of its own: the fourth and
/// the sixth stage answer it otherwise.
pub(crate) fn run<F: Future>(main_future: F, when_empty: impl Fn()) -> F::Output {
    let Entered(queue, _) = &Entered::new();
    let mut main_future = pin!(main_future);
    let main = Task::start(queue, None);
    loop {
        let Some(task) = queue.pop() else {
            when_empty();
            continue;
        };
        // Before the poll, not after it: a wake that comes during the poll must queue the
        // task again. And a swap, not a store: a wake that found the task queued left it at
        // that, and this poll must see what came before that wake.
        task.queued.swap(false, AcqRel);
        let waker = Waker::from(Arc::clone(&task));
        let mut context = Context::from_waker(&waker);
        if !Arc::ptr_eq(&task, &main) {
            task.poll(&mut context);
        } else if let Poll::Ready(output) = main_future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Puts a new task in the queue. It first runs when its turn comes, not now.
///
/// ```
/// use lesson_02_executor::s2_run_queue::{block_on, spawn};
/// use std::sync::mpsc::channel;
///
/// let (said, heard) = channel();
/// block_on(async {
///     let task = said.clone();
///     spawn(async move { task.send("the task").unwrap() });
///     said.send("the main future goes on").unwrap();
///     // Ready at once. The task has not had its turn, and it will not get one.
/// });
/// assert_eq!(heard.try_iter().collect::<Vec<_>>(), ["the main future goes on"]);
/// ```
///
/// # Panics
/// Outside [`block_on`].
pub fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    QUEUE.with_borrow(|queue| {
        let queue = queue.as_ref().expect("spawn is called from inside block_on");
        Task::start(queue, Some(Box::pin(future)));
    });
}
// ANCHOR_END: block_on

// ANCHOR: task
struct Task {
    number: usize,
    /// `None`: it has finished. The future given to `block_on` is never in here: it may
    /// borrow from the caller, so it stays on the caller's stack.
    future: Mutex<Option<BoxedFuture>>,
    /// Whether it stands in the queue, so that two wakes queue it once.
    queued: AtomicBool,
    /// Weak: a waker may outlive the `block_on` of its task, and then wakes nobody.
    queue: Weak<RunQueue>,
}

type BoxedFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Task {
    fn start(queue: &Arc<RunQueue>, future: Option<BoxedFuture>) -> Arc<Self> {
        let task = queue.enter(|number| Self {
            number,
            future: Mutex::new(future),
            queued: AtomicBool::new(false),
            queue: Arc::downgrade(queue),
        });
        task.wake_by_ref();
        task
    }

    fn poll(&self, context: &mut Context<'_>) {
        let mut future =
            self.future.lock().expect("after a panic block_on polls no task again");
        // A wake can come after the task has finished. A future must not be polled once it
        // was ready.
        if let Some(running) = &mut *future
            && running.as_mut().poll(context).is_ready()
        {
            *future = None;
            drop(future);
            if let Some(queue) = self.queue.upgrade() {
                queue.leave(self.number);
            }
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, AcqRel)
            && let Some(queue) = self.queue.upgrade()
        {
            queue.push(Arc::clone(self));
        }
    }
}
// ANCHOR_END: task

struct RunQueue {
    /// The tasks that can go on.
    ready: Mutex<VecDeque<Arc<Task>>>,
    /// All tasks that have not finished, so that `block_on` can drop them at its end. Their wakers alone would not do: two
    /// tasks that wait for each other hold one another's wakers, and would stay in memory for ever.
    unfinished: Mutex<Unfinished>,
    thread: Thread,
}

#[derive(Default)]
struct Unfinished {
    tasks: BTreeMap<usize, Arc<Task>>,
    started: usize,
}

impl RunQueue {
    fn enter(&self, task: impl FnOnce(usize) -> Task) -> Arc<Task> {
        let mut unfinished =
            self.unfinished.lock().expect("nothing panics under this lock");
        unfinished.started += 1;
        let task = Arc::new(task(unfinished.started));
        unfinished.tasks.insert(task.number, Arc::clone(&task));
        task
    }

    fn leave(&self, number: usize) {
        let mut unfinished =
            self.unfinished.lock().expect("nothing panics under this lock");
        unfinished.tasks.remove(&number);
    }

    fn unfinished(&self) -> BTreeMap<usize, Arc<Task>> {
        let mut unfinished =
            self.unfinished.lock().expect("nothing panics under this lock");
        mem::take(&mut unfinished.tasks)
    }

    // ANCHOR: push
    fn push(&self, task: Arc<Task>) {
        self.ready.lock().expect("nothing panics under this lock").push_back(task);
        // The queue may have been found empty a moment ago: `unpark` makes the `park` that follows return at once.
        self.thread.unpark();
    }
    // ANCHOR_END: push

    fn pop(&self) -> Option<Arc<Task>> {
        self.ready.lock().expect("nothing panics under this lock").pop_front()
    }
}

thread_local! {
    /// How `spawn` finds the queue of the `block_on` it is called in.
    static QUEUE: RefCell<Option<Arc<RunQueue>>> = const { RefCell::new(None) };
}

/// Takes the queue away again when `block_on` ends, also by a panic.
struct Entered(Arc<RunQueue>, Leaves);

/// Dropped last, and also where the destructor of a task panics.
struct Leaves;

impl Drop for Leaves {
    fn drop(&mut self) {
        QUEUE.take();
    }
}

impl Entered {
    fn new() -> Self {
        let nested = QUEUE.with_borrow(Option::is_some);
        assert!(!nested, "block_on inside block_on would stop every task of the outer one");
        let queue = Arc::new(RunQueue {
            ready: Mutex::default(),
            unfinished: Mutex::default(),
            thread: thread::current(),
        });
        QUEUE.set(Some(Arc::clone(&queue)));
        Self(queue, Leaves)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // What a destructor spawns is dropped, too.
        loop {
            let unfinished = self.0.unfinished();
            if unfinished.is_empty() {
                break;
            }
            for task in unfinished.into_values() {
                let future =
                    task.future.lock().unwrap_or_else(PoisonError::into_inner).take();
                drop(future);
            }
        }
    }
}
