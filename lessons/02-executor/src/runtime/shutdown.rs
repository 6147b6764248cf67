//! The end of `block_on`: every task that is left is dropped, whatever its destructor does.
//!
//! Destructors run while the runtime is still in place, so they may wake, drop handles, and even spawn. What they spawn
//! never runs: it is dropped in the next round. No destructor runs inside another, so a chain of tasks that own each
//! other's handles takes no stack.

use std::{mem, rc::Rc, thread};

use super::{executor::Executor, run::drop_quietly, tasks::TaskId};

/// A destructor that spawns a task with such a destructor would go on for ever. After so many rounds it is a bug.
const ROUNDS: usize = 100;

/// Leaves the runtime when it is dropped: at the end of `block_on`, also by a panic.
pub(super) struct Entered(Rc<Executor>);

impl Entered {
    #[track_caller]
    pub(super) fn new(executor: &Rc<Executor>) -> Self {
        executor.enter();
        Self(Rc::clone(executor))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let stubborn = self.0.drop_all();
        Executor::leave();
        if stubborn > 0 && !thread::panicking() {
            panic!(
                "{stubborn} tasks were left after {ROUNDS} rounds of dropping: the destructor of a task spawns a task \
                 whose destructor spawns a task, and so on"
            );
        }
    }
}

impl Executor {
    /// Drops all tasks and timers. Returns how many tasks it had to give up on.
    fn drop_all(&self) -> usize {
        for _ in 0..ROUNDS {
            let left = self.left();
            if left.is_empty() && self.core.borrow().timers.len() == 0 {
                break;
            }
            for id in left {
                let task = self.core.borrow_mut().tasks.remove(id);
                drop_quietly(task);
            }
            // Sleeps that are not in a task have left these. A waker may be a combinator's, and
            // spawn when it is dropped.
            let wakers = self.core.borrow_mut().timers.remove_all();
            wakers.for_each(drop_quietly);
        }
        let given_up = self.left();
        for &id in &given_up {
            let task = self.core.borrow_mut().tasks.remove(id);
            // Dropping it would spawn more. Leaking memory is safe, and the panic that follows
            // is not silent.
            mem::forget(task);
        }
        let wakers = self.core.borrow_mut().timers.remove_all();
        wakers.for_each(mem::forget);
        self.core.borrow_mut().queue.clear();
        given_up.len()
    }

    /// The tasks that are left: none, as a rule. Then the many places of former ones are not
    /// looked through.
    fn left(&self) -> Vec<TaskId> {
        let core = self.core.borrow();
        if core.tasks.is_empty() {
            return Vec::new();
        }
        core.tasks.iter().map(|(id, ..)| id).collect()
    }
}
