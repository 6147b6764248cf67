//! # Join handle: a solution
//!
//! The task and its handle share one place. The task leaves its result there and calls the waker; the handle looks, and where
//! there is nothing it leaves its waker. All of it is an ordinary future around the caller's: the executor knows nothing of
//! results and handles, and its tasks have no output.
//!
//! The handle does not own the task. When it is dropped, the task still holds its half of the place, runs on, and drops its
//! result with it. What goes with the handle is the waker: whoever gave up waiting, at a timeout say, wants no turn when the
//! task ends, and nobody should keep its memory until then.
//!
//! Why a panic at a second `.await`? The result is gone, so `Pending` would be a wait without an end, and there is no value
//! to return. tokio's handle panics too. And a panic of the task is one more result: it is caught at the border of the task, so that it reaches the one who
//! joins, and nobody else.
//!
//! Also right: one `enum` for all states; `futures::channel::oneshot`, which is this place, ready made, and works from one thread to another.
//! `FutureExt::catch_unwind` of the same crate does what `caught` does. tokio and the runtime of the lesson keep the result
//! in the memory of the task itself: one allocation instead of two.

use std::{
    any::Any,
    cell::RefCell,
    collections::{HashMap, HashSet, VecDeque},
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    rc::Rc,
    sync::{Arc, Mutex},
    task::{Context, Poll, Wake, Waker},
};

/// What a task said when it panicked.
#[derive(Debug, PartialEq, Eq)]
struct Panicked(String);

/// What a task and its handle share.
struct Shared<T> {
    /// There when the task has ended.
    result: Option<Result<T, Panicked>>,
    /// Who awaits the handle.
    joiner: Option<Waker>,
}

struct JoinHandle<T> {
    shared: Rc<RefCell<Shared<T>>>,
    /// The handle has given the result.
    has_given: bool,
}

impl Executor {
    /// Starts a task, and returns the handle that awaits it.
    fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
        let handle = JoinHandle { shared: shared.clone(), has_given: false };
        self.start(async move {
            let result = caught(future).await;
            shared.borrow_mut().result = Some(result);
            // A statement of its own: nothing is borrowed while the waker runs, for it may do anything.
            let joiner = shared.borrow_mut().joiner.take();
            if let Some(joiner) = joiner {
                joiner.wake();
            }
        });
        handle
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, Panicked>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        assert!(!this.has_given, "a `JoinHandle` was awaited again after it had given the result");
        let mut shared = this.shared.borrow_mut();
        match shared.result.take() {
            Some(result) => {
                this.has_given = true;
                Poll::Ready(result)
            }
            None => {
                shared.joiner = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        // Taken out first and dropped after the borrow: a waker is somebody else's code, also when it is dropped.
        let joiner = self.shared.borrow_mut().joiner.take();
        drop(joiner);
    }
}

/// The same future, but a panic is its output, and goes no further.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = pin!(future);
    // A future that has panicked is not polled again, so nobody sees what state it was left in.
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(payload) => Poll::Ready(Err(Panicked(words(&*payload)))),
    })
    .await
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

/// The executor of the exercise `run_queue`. There is nothing to change from here on.
#[derive(Default)]
struct Executor {
    tasks: HashMap<usize, Task>,
    spawned: usize,
    queue: Arc<Mutex<Queue>>,
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    waker: Waker,
}

/// The tasks that can go on, next first. A task stands here at most once: the set knows at once which do, and no wake looks
/// through the whole queue.
#[derive(Default)]
struct Queue {
    ids: VecDeque<usize>,
    queued: HashSet<usize>,
}

impl Queue {
    fn push(&mut self, id: usize) {
        if self.queued.insert(id) {
            self.ids.push_back(id);
        }
    }

    fn pop(&mut self) -> Option<usize> {
        let id = self.ids.pop_front()?;
        self.queued.remove(&id);
        Some(id)
    }
}

struct TaskWaker {
    id: usize,
    queue: Arc<Mutex<Queue>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.queue.lock().expect("nobody panics with this lock").push(self.id);
    }
}

impl Executor {
    fn start(&mut self, future: impl Future<Output = ()> + 'static) {
        let id = self.spawned;
        self.spawned += 1;
        let waker = Waker::from(Arc::new(TaskWaker { id, queue: self.queue.clone() }));
        waker.wake_by_ref();
        self.tasks.insert(id, Task { future: Box::pin(future), waker });
    }

    /// Polls the tasks in the order of the queue, until it is empty.
    fn run(&mut self) {
        loop {
            let next = self.queue.lock().expect("nobody panics with this lock").pop();
            let Some(id) = next else { return };
            let Some(task) = self.tasks.get_mut(&id) else { continue };
            if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
                self.tasks.remove(&id);
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/02-executor/checks/join_handle.rs"]
mod checks;
