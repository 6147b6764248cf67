//! The runtime beside a model of it: random programs must run in the same order, at the same instants.
//!
//! The model has no futures and no wakers. It is a queue of numbers and a sorted list of deadlines, written from the
//! documentation: first in, first out; a task is queued once; timers of one deadline fire in the order they were set; the
//! clock jumps when the queue is empty; an aborted task is dropped at its next turn.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
    time::Duration,
};

use futures::FutureExt;
use lesson_02_executor::runtime::{Builder, JoinHandle, now, sleep, spawn, yield_now};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Yield,
    Sleep(u8),
    /// Sets a timer and gives it up at once.
    SleepDropped(u8),
    Spawn(Vec<Op>),
    /// The last three act on the child whose handle was kept longest, if there is one.
    Join,
    Abort,
    Detach,
}

/// When, which task (in the order of spawning), and what: the number of the operation that begins, or the end.
type Trace = Vec<(u64, usize, What)>;

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Begins(usize),
    Ends,
    Dropped,
}

// The real one.

#[derive(Clone, Default)]
struct World {
    trace: Rc<RefCell<Trace>>,
    tasks: Rc<RefCell<usize>>,
}

impl World {
    fn next_task(&self) -> usize {
        let mut tasks = self.tasks.borrow_mut();
        *tasks += 1;
        *tasks - 1
    }

    fn note(&self, task: usize, what: What) {
        self.trace.borrow_mut().push((now().as_secs(), task, what));
    }
}

/// Notes the drop of a future that was not done.
struct Alive(World, usize, bool);

impl Drop for Alive {
    fn drop(&mut self) {
        if !self.2 {
            self.0.note(self.1, What::Dropped);
        }
    }
}

async fn real(world: World, task: usize, mut alive: Alive, ops: Vec<Op>) {
    let mut children = VecDeque::<JoinHandle<()>>::new();
    for (number, op) in ops.into_iter().enumerate() {
        world.note(task, What::Begins(number));
        match op {
            Op::Yield => yield_now().await,
            Op::Sleep(seconds) => sleep(Duration::from_secs(seconds.into())).await,
            Op::SleepDropped(seconds) => {
                let _ = sleep(Duration::from_secs(seconds.into())).now_or_never();
            }
            Op::Spawn(ops) => children.push_back(start(&world, ops)),
            Op::Join => {
                if let Some(child) = children.pop_front() {
                    let _ = child.await;
                }
            }
            Op::Abort => {
                if let Some(child) = children.front() {
                    child.abort();
                }
            }
            Op::Detach => drop(children.pop_front()),
        }
    }
    world.note(task, What::Ends);
    alive.2 = true;
}

fn start(world: &World, ops: Vec<Op>) -> JoinHandle<()> {
    let task = world.next_task();
    spawn(real(world.clone(), task, Alive(world.clone(), task, false), ops))
}

fn run_real(ops: Vec<Op>) -> Trace {
    let world = World::default();
    let task = world.next_task();
    Builder::new().virtual_clock().build().block_on(async {
        real(world.clone(), task, Alive(world.clone(), task, false), ops).await;
        // What the end of the runtime drops is not part of the comparison.
        world.trace.take()
    })
}

// The model.

#[derive(Default)]
struct Task {
    ops: Vec<Op>,
    next: usize,
    children: VecDeque<usize>,
    joiner: Option<usize>,
    queued: bool,
    aborted: bool,
    done: bool,
}

#[derive(Default)]
struct Model {
    now: u64,
    tasks: Vec<Task>,
    queue: VecDeque<usize>,
    timers: BTreeMap<(u64, u64), usize>,
    timers_set: u64,
    trace: Trace,
}

impl Model {
    fn run(ops: Vec<Op>) -> Trace {
        let mut model = Self::default();
        model.spawn(ops);
        while !model.tasks[0].done {
            match model.queue.pop_front() {
                Some(task) => model.turn(task),
                None => model.jump(),
            }
        }
        model.trace
    }

    fn spawn(&mut self, ops: Vec<Op>) -> usize {
        self.tasks.push(Task { ops, ..Task::default() });
        self.queue_up(self.tasks.len() - 1);
        self.tasks.len() - 1
    }

    fn queue_up(&mut self, task: usize) {
        if !self.tasks[task].queued && !self.tasks[task].done {
            self.tasks[task].queued = true;
            self.queue.push_back(task);
        }
    }

    fn jump(&mut self) {
        self.now = self.timers.keys().next().expect("these programs cannot deadlock").0;
        while let Some(timer) =
            self.timers.first_entry().filter(|timer| timer.key().0 <= self.now)
        {
            let task = timer.remove();
            self.queue_up(task);
        }
    }

    fn turn(&mut self, id: usize) {
        self.tasks[id].queued = false;
        if self.tasks[id].done {
            return;
        }
        if self.tasks[id].aborted {
            self.timers.retain(|_, owner| *owner != id);
            return self.end(id, What::Dropped);
        }
        while let Some(op) = self.tasks[id].ops.get(self.tasks[id].next).cloned() {
            let child = self.tasks[id].children.front().copied();
            let waited_for_child =
                child.is_some_and(|child| self.tasks[child].joiner == Some(id));
            if !waited_for_child {
                self.trace.push((self.now, id, What::Begins(self.tasks[id].next)));
            }
            match op {
                Op::Yield => {
                    self.tasks[id].next += 1;
                    return self.queue_up(id);
                }
                Op::Sleep(0) | Op::SleepDropped(_) => {}
                Op::Sleep(seconds) => {
                    self.timers_set += 1;
                    self.timers
                        .insert((self.now + u64::from(seconds), self.timers_set), id);
                    self.tasks[id].next += 1;
                    return;
                }
                Op::Spawn(ops) => {
                    let child = self.spawn(ops);
                    self.tasks[id].children.push_back(child);
                }
                Op::Join => {
                    if let Some(child) = child
                        && !self.tasks[child].done
                    {
                        self.tasks[child].joiner = Some(id);
                        return;
                    }
                    self.tasks[id].children.pop_front();
                }
                Op::Abort => {
                    if let Some(child) = child {
                        self.tasks[child].aborted = true;
                        self.queue_up(child);
                    }
                }
                Op::Detach => drop(self.tasks[id].children.pop_front()),
            }
            self.tasks[id].next += 1;
        }
        self.end(id, What::Ends);
    }

    fn end(&mut self, id: usize, how: What) {
        self.trace.push((self.now, id, how));
        self.tasks[id].done = true;
        if let Some(joiner) = self.tasks[id].joiner {
            self.queue_up(joiner);
        }
    }
}

fn program() -> impl Strategy<Value = Vec<Op>> {
    let leaf = prop_oneof![
        3 => Just(Op::Yield),
        3 => (0..5_u8).prop_map(Op::Sleep),
        1 => (0..9_u8).prop_map(Op::SleepDropped),
        2 => Just(Op::Join),
        1 => Just(Op::Abort),
        1 => Just(Op::Detach),
    ];
    let op = leaf
        .prop_recursive(3, 40, 6, |op| prop::collection::vec(op, 0..6).prop_map(Op::Spawn));
    prop::collection::vec(op, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_programs_run_as_the_model_says(ops in program()) {
        prop_assert_eq!(run_real(ops.clone()), Model::run(ops));
    }
}
