//! # Join handle
//!
//! `spawn` returns a handle, and awaiting the handle gives what the task returned. Whoever awaits it is woken once, in the turn
//! in which the task ends; no waker is kept after that. A panic ends its own task and no other, and whoever joins that task
//! gets it as an error. Who drops the handle detaches the task: it runs on, its result is dropped, and whoever has awaited
//! that handle is not woken any more.
//!
//! A result is given once. A handle that is awaited again would wait for ever, so it panics, and its own words say why.
//!
//! Run: `cargo workbook check 02-executor/join_handle` · Read: book, chapter 2, Stage 3: a handle for the result · 15 min

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
            todo!("leave the result where the handle finds it, and wake whoever awaits the handle")
        });
        handle
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, Panicked>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        todo!("give the result if it is there, once; otherwise keep the waker of this poll")
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        // Still to be written: nobody awaits this handle any more, so forget who did.
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

#[path = "checks/join_handle.rs"]
mod checks;
