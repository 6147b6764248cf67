//! Trap: when the budget is spent, the reader gets what it gets at the end of the tokens. It goes home.
//! Caught by: the_other_task_has_its_turns
//! Says: was told that the tokens are at an end after 16 of them

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex},
    task::{Context, Poll, Wake, Waker},
};

/// How many tokens a task may take in one turn.
const BUDGET: u32 = 16;

/// What is left for the task that has its turn now. Clones are the same budget: one for the whole executor.
#[derive(Clone, Default)]
struct Budget {
    left: Rc<Cell<u32>>,
}

impl Budget {
    /// A turn begins. The executor calls it before each poll.
    fn refill(&self) {
        self.left.set(BUDGET);
    }

    /// To be called before something is given that is there. `Ready`: it is paid for. `Pending`: the turn is over.
    fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Poll::Ready(())
            }
            None => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

/// Tokens that have arrived, and wait to be read.
struct Tokens {
    arrived: RefCell<VecDeque<u32>>,
    budget: Budget,
}

impl Tokens {
    /// The next token, or `None` after the last one.
    async fn next(&self) -> Option<u32> {
        poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.budget.spend(context).is_pending() {
            return Poll::Ready(None);
        }
        Poll::Ready(self.arrived.borrow_mut().pop_front())
    }
}

/// The executor of the exercise `run_queue`, with a budget. There is nothing to change from here on.
#[derive(Default)]
struct Executor {
    budget: Budget,
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
    /// A buffer in which these tokens have arrived. To read it costs the budget of this executor's tasks.
    fn tokens(&self, tokens: impl IntoIterator<Item = u32>) -> Tokens {
        Tokens { arrived: RefCell::new(tokens.into_iter().collect()), budget: self.budget.clone() }
    }

    fn spawn(&mut self, future: impl Future<Output = ()> + 'static) {
        let id = self.spawned;
        self.spawned += 1;
        let waker = Waker::from(Arc::new(TaskWaker { id, queue: self.queue.clone() }));
        waker.wake_by_ref();
        self.tasks.insert(id, Task { future: Box::pin(future), waker });
    }

    /// Runs the tasks until none can go on.
    fn run(&mut self) {
        loop {
            let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
            let Some(id) = next else { return };
            let Some(task) = self.tasks.get_mut(&id) else { continue };
            self.budget.refill();
            if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
                self.tasks.remove(&id);
            }
        }
    }
}
