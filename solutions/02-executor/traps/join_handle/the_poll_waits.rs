//! Trap: the poll of the handle waits for the result. The thread that waits is the one that would bring it.
//! Caught by: the_one_who_waits_is_woken
//! Says: nobody runs that task

use std::{
    any::Any,
    cell::RefCell,
    collections::{HashMap, VecDeque},
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
}

impl Executor {
    /// Starts a task, and returns the handle that awaits it.
    fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
        let handle = JoinHandle { shared: shared.clone() };
        self.start(async move {
            let result = caught(future).await;
            shared.borrow_mut().result = Some(result);
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
        loop {
            if let Some(result) = self.shared.borrow_mut().result.take() {
                return Poll::Ready(result);
            }
            std::thread::yield_now();
        }
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
    queue: Arc<Mutex<VecDeque<usize>>>,
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    waker: Waker,
}

struct TaskWaker {
    id: usize,
    queue: Arc<Mutex<VecDeque<usize>>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut queue = self.queue.lock().expect("nobody panics with this lock");
        if !queue.contains(&self.id) {
            queue.push_back(self.id);
        }
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
            let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
            let Some(id) = next else { return };
            let Some(task) = self.tasks.get_mut(&id) else { continue };
            if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
                self.tasks.remove(&id);
            }
        }
    }
}
