//! # Budget
//!
//! A reader whose tokens have all arrived never has to wait. So it is never pending, and no other task has a turn. From now on
//! each token costs one of the task's budget: when that is spent, the task gives up its turn, though the next token is there,
//! and comes back with a full budget. A turn has 16 tokens, one budget for all that the task reads, and no token is lost. Only
//! a token costs: to look into a buffer in which nothing has arrived yet is free, and so is the end.
//!
//! A reader that gets no token, though one is there, calls the waker of its poll at once, for nobody else will. Several readers
//! of one task may have a waker each. A reader that finds nothing is woken by the next token or by the end, and by nothing else.
//!
//! The code is there, and it is broken: readers hang, tokens are lost, and a task that looks into empty buffers pays for
//! nothing. Mend `Budget::spend` and `Tokens::poll_next`.
//!
//! Starts: lost wake-up
//! Run: `cargo workbook check 02-executor/budget` · Read: book, chapter 2, Stage 5: turns · 15 min

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
    fn spend(&self, _context: &mut Context<'_>) -> Poll<()> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Poll::Ready(())
            }
            None => Poll::Pending,
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
        let token = self.arrived.borrow_mut().pop_front();
        ready!(self.budget.spend(context));
        if token.is_none() && self.is_open.get() {
            self.reader.set(Some(context.waker().clone()));
            return Poll::Pending;
        }
        Poll::Ready(token)
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

#[path = "checks/budget.rs"]
mod checks;
