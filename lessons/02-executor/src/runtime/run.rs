//! The loop: take the next task from the queue, poll it, put it back or finish it.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use super::{
    coop::BUDGET,
    deadlock::Deadlock,
    executor::{Core, Executor},
    join::JoinError,
    recorder::{Event, Outcome, WokenBy},
    task::{BoxedFuture, Stage},
    tasks::TaskId,
};

/// After so many polls the loop looks at the clock and the inbox even if the queue is not empty, so that tasks which are
/// always ready cannot hold back a timer. tokio's number; small enough to be in time, large enough to cost nothing.
const LOOK_EVERY: u32 = 61;

/// What is to be done next.
enum Turn {
    Main(Waker),
    Poll(BoxedFuture, Waker),
    Drop(BoxedFuture),
}

impl Executor {
    /// Polls `main` and all tasks in turn, until `main` is ready.
    pub(super) fn run<F: Future>(
        &self,
        main_id: TaskId,
        mut main: Pin<&mut F>,
    ) -> Result<F::Output, Deadlock> {
        let mut turns = 0;
        loop {
            let waker = self.run_tasks(main_id, &mut turns)?;
            let polled = main.as_mut().poll(&mut Context::from_waker(&waker));
            self.core.borrow_mut().polled(main_id, waker, None, Outcome::of(&polled));
            if let Poll::Ready(output) = polled {
                self.core.borrow_mut().tasks.remove(main_id);
                return Ok(output);
            }
        }
    }

    /// Polls the tasks in turn until it is the turn of `main`, whose waker it gives.
    ///
    /// Not a part of `run`, which is compiled anew for each type of a main future. This is compiled once, with all that a
    /// turn calls before the compiler's eyes.
    fn run_tasks(&self, main: TaskId, turns: &mut u32) -> Result<Waker, Deadlock> {
        loop {
            *turns = turns.wrapping_add(1);
            if turns.is_multiple_of(LOOK_EVERY) {
                self.look();
            }
            let mut core = self.core.borrow_mut();
            let Some(id) = core.queue.pop_front() else {
                drop(core);
                self.wait(main)?;
                continue;
            };
            let turn = core.turn(id, main);
            drop(core);
            self.budget.set(BUDGET);
            match turn {
                Some(Turn::Poll(future, waker)) => self.poll(id, future, waker),
                Some(Turn::Main(waker)) => return Ok(waker),
                Some(Turn::Drop(future)) => self.abort(id, future),
                None => {}
            }
        }
    }

    fn poll(&self, id: TaskId, mut future: BoxedFuture, waker: Waker) {
        let mut context = Context::from_waker(&waker);
        // A panic ends its own task and no other. The future is not touched again, only dropped, so nobody sees the
        // state that the panic left it in.
        let result =
            match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll_any(&mut context)))
            {
                Ok(Poll::Pending) => {
                    self.core.borrow_mut().polled(
                        id,
                        waker,
                        Some(future),
                        Outcome::Pending,
                    );
                    return;
                }
                Ok(Poll::Ready(output)) => Ok(output),
                Err(panic) => Err(JoinError::Panicked(panic)),
            };
        let result = match drop_caught(future) {
            Ok(()) => result,
            Err(panic) => {
                drop_quietly(result);
                Err(panic)
            }
        };
        let outcome = if result.is_ok() { Outcome::Ready } else { Outcome::Panicked };
        self.core.borrow_mut().polled(id, waker, None, outcome);
        self.finish(id, result);
    }

    fn abort(&self, id: TaskId, future: BoxedFuture) {
        let result = drop_caught(future).and(Err(JoinError::Aborted));
        self.core.borrow().note(Event::Polled(Outcome::Aborted), Some(id));
        self.finish(id, result);
    }

    fn finish(&self, id: TaskId, result: Result<Box<dyn Any>, JoinError>) {
        let mut core = self.core.borrow_mut();
        let task =
            core.tasks.get_mut(id).expect("a task that is being polled stays in its place");
        if task.has_handle {
            task.stage = Stage::Finished(result);
            let joiner = task.joiner.take();
            drop(core);
            if let Some(joiner) = joiner {
                joiner.wake();
            }
        } else {
            let task = core.tasks.remove(id);
            drop(core);
            drop_quietly((task, result));
        }
    }
}

impl Core {
    /// Takes out what the turn of a task needs. `None`: the task has ended while it stood in the queue.
    fn turn(&mut self, id: TaskId, main: TaskId) -> Option<Turn> {
        let now = self.last_read;
        let (task, waker) = self.tasks.with_waker(id)?;
        task.queued = false;
        let future = match mem::replace(&mut task.stage, Stage::Running) {
            Stage::Idle(future) => Some(future),
            Stage::Running if id == main => None,
            finished => {
                task.stage = finished;
                return None;
            }
        };
        if task.aborted {
            // What its destructor wakes is woken by its end.
            self.waker_is = WokenBy::Finish;
            return future.map(Turn::Drop);
        }
        task.polls = task.polls.saturating_add(1);
        task.last_poll = now;
        let waker =
            waker.take().expect("only a turn takes the waker out, and puts it back");
        self.turn_of = id;
        self.waker_is = WokenBy::Task;
        self.note(Event::PollBegins, Some(id));
        Some(match future {
            None => Turn::Main(waker),
            Some(future) => Turn::Poll(future, waker),
        })
    }

    /// Puts back what the turn took out: the future too, unless it has ended.
    #[inline]
    fn polled(
        &mut self,
        id: TaskId,
        waker: Waker,
        future: Option<BoxedFuture>,
        outcome: Outcome,
    ) {
        let (task, place) = self
            .tasks
            .with_waker(id)
            .expect("a task that is being polled stays in its place");
        *place = Some(waker);
        if let Some(future) = future {
            task.stage = Stage::Idle(future);
        }
        self.waker_is = WokenBy::Finish;
        self.note(Event::Polled(outcome), Some(id));
    }
}

/// Drops a future. A panic of its destructor is the task's panic.
fn drop_caught(future: BoxedFuture) -> Result<(), JoinError> {
    catch_unwind(AssertUnwindSafe(|| drop(future))).map_err(JoinError::Panicked)
}

/// Drops what nobody waits for. The panic hook has reported a panic; there is nobody left to hand it to.
pub(super) fn drop_quietly<T>(value: T) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // A payload may panic in its own destructor.
        mem::forget(panic);
    }
}
