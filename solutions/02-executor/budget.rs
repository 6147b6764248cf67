//! # Budget: a solution
//!
//! An executor cannot take the turn away from a task: a poll ends when the future returns. So the turn is ended by what the task
//! awaits. A buffer that has something to give asks first whether the task may still take it, and where it may not, it does
//! what `yield_now` does: it calls the waker and is pending. The author of the task has written nothing for it.
//!
//! Three things were wrong. *The wake*: who ends a turn must ask for the next one, for the token is there already, and nobody
//! will call when it comes. *The order*: the token was taken out and then the poll was pending; what a poll has taken and does
//! not return is lost. And *what costs*: an empty buffer took one too. A task that waits at twenty quiet buffers and reads one
//! busy one would spend its turns on looks, and have its wake-ups for nothing. tokio takes one off when a poll begins and gives
//! it back where the poll is pending (`RestoreOnPending`); here the look comes before the payment.
//!
//! The budget belongs to the turn. The executor fills it before each poll, and everything that the task awaits draws on the
//! same one. tokio does it in this way: 128 a turn, drawn on by its channels, locks, timers and sockets. What is not tokio's
//! takes nothing off (`tokio::task::coop` has `consume_budget` for that), and a loop without an `.await` is not stopped by
//! anything: see lesson 7.
//!
//! Also right: to count up and compare; to pay first and give it back where nothing is there; a thread-local instead of the
//! `Rc`, as tokio and the lesson have it.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet, VecDeque},
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex},
    task::{Context, Poll, Wake, Waker, ready},
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

    /// To be called before a token is given that is there. `Ready`: it is paid for. `Pending`: this turn has no more, and the
    /// waker of this poll was called.
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

/// Tokens that arrive one after the other, and wait to be read.
struct Tokens {
    arrived: RefCell<VecDeque<u32>>,
    /// More may arrive.
    is_open: Cell<bool>,
    /// Who waits for the next one, because none is there.
    reader: Cell<Option<Waker>>,
    budget: Budget,
}

impl Tokens {
    /// The next token, or `None` after the last one.
    async fn next(&self) -> Option<u32> {
        poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
        // A look is free: nobody keeps the thread with what is not there.
        if self.arrived.borrow().is_empty() {
            if self.is_open.get() {
                self.reader.set(Some(context.waker().clone()));
                return Poll::Pending;
            }
            return Poll::Ready(None);
        }
        // Paid before it is taken: a token in the hand of a poll that is pending would be lost.
        ready!(self.budget.spend(context));
        Poll::Ready(self.arrived.borrow_mut().pop_front())
    }

    /// One more token arrives.
    fn arrive(&self, token: u32) {
        self.arrived.borrow_mut().push_back(token);
        self.reader.take().into_iter().for_each(Waker::wake);
    }

    /// No more will arrive.
    fn close(&self) {
        self.is_open.set(false);
        self.reader.take().into_iter().for_each(Waker::wake);
    }
}

/// The executor of the exercise `run_queue`, with a budget. There is nothing to change from here on.
#[derive(Default)]
struct Executor {
    budget: Budget,
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
    /// A buffer in which these tokens have arrived, and which is closed. To read it costs the budget of this executor's tasks.
    fn tokens(&self, tokens: impl IntoIterator<Item = u32>) -> Tokens {
        let tokens = Tokens { arrived: RefCell::new(tokens.into_iter().collect()), ..self.no_tokens_yet() };
        tokens.close();
        tokens
    }

    /// An open buffer in which nothing has arrived yet.
    fn no_tokens_yet(&self) -> Tokens {
        let (is_open, budget) = (Cell::new(true), self.budget.clone());
        Tokens { arrived: RefCell::default(), is_open, reader: Cell::default(), budget }
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
            let next = self.queue.lock().expect("nobody panics with this lock").pop();
            let Some(id) = next else { return };
            let Some(task) = self.tasks.get_mut(&id) else { continue };
            self.budget.refill();
            if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
                self.tasks.remove(&id);
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/02-executor/checks/budget.rs"]
mod checks;
