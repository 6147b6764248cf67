//! # Run queue: what people write
//!
//! Each module holds only what differs from the solution, `../run_queue.rs`.

/// Trap: each id in the queue is taken for the id of a task.
/// Caught by: a_wake_after_the_end_does_nothing
/// Says: the task of this id
/// Says: is not always an id of a task
mod every_id_is_a_task {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let task = self.tasks.get_mut(&id).expect("the task of this id");
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: a woken task goes to the head of the queue.
/// Caught by: tasks_take_turns
/// Says: behind all that wait for their turn
mod last_come_first_served {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            let mut queue = self.queue.lock().expect("nobody panics with this lock");
            if !queue.contains(&self.id) {
                queue.push_front(self.id);
            }
        }
    }
}

/// Trap: the lock of the queue is taken in the head of a `while let`, and is held until the end of its body.
/// Caught by: tasks_take_turns
/// Says: the waker of `a` is called while `a` is polled, and the call does not return
/// Says: hold no lock while you poll
mod lock_held_while_polling {
    impl Executor {
        fn run(&mut self) {
            while let Some(id) = self.queue.lock().expect("nobody panics with this lock").pop_front() {
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: `run` takes what stands in the queue now, and polls each once. What is woken meanwhile is left there.
/// Caught by: tasks_take_turns
/// Says: was woken while it was polled, and was not polled again
/// Says: does the loop end too soon?
mod one_round {
    impl Executor {
        fn run(&mut self) {
            let now: Vec<TaskId> = self.queue.lock().expect("nobody panics with this lock").drain(..).collect();
            for id in now {
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: a task that is pending goes back into the queue at once. Nobody needs to wake it, and nobody ever sleeps.
/// Caught by: a_task_that_waits_is_left_alone
/// Says: was polled 100 times, and woken 0 times
mod pending_goes_back {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready() {
                    self.tasks.remove(&id);
                } else {
                    self.queue.lock().expect("nobody panics with this lock").push_back(id);
                }
            }
        }
    }
}

/// Trap: the task is taken out of the list for its poll, and one that is pending is not put back.
/// Caught by: tasks_take_turns
/// Says: To drop its future is to cancel it
mod pending_tasks_are_dropped {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(mut task) = self.tasks.remove(&id) else { continue };
                let _ = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
            }
        }
    }
}

/// Trap: a task is polled until it is ready before the next one has its turn. That is no concurrency at all.
/// Caught by: tasks_take_turns
/// Says: the polls in the order `aabbcc`
mod polls_until_ready {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                while task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_pending() {}
                self.tasks.remove(&id);
            }
        }
    }
}

/// Trap: every wake puts the task into the queue, also when it stands there.
/// Caught by: two_wakes_make_one_turn
/// Says: was woken 2 times before its turn came
/// Says: is not put there again
mod queued_twice {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            self.queue.lock().expect("nobody panics with this lock").push_back(self.id);
        }
    }
}

/// Trap: a task that is ready stays in the list, and so does all that it owns.
/// Caught by: every_task_runs_to_its_end
/// Says: and its future is still kept
mod ready_tasks_are_kept {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let _ = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
            }
        }
    }
}

/// Trap: the task leaves the queue when its poll is over. A wake that comes during the poll finds it there, and is lost.
/// Caught by: tasks_take_turns
/// Says: was woken while it was polled, and was not polled again
mod taken_out_after_the_poll {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").front().copied();
                let Some(id) = next else { return };
                if let Some(task) = self.tasks.get_mut(&id) {
                    let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                    if poll.is_ready() {
                        self.tasks.remove(&id);
                    }
                }
                self.queue.lock().expect("nobody panics with this lock").pop_front();
            }
        }
    }
}

/// Trap: `run` goes on until there are no tasks, and waits for a wake by looking at the queue.
/// Caught by: a_wake_puts_the_task_into_the_queue
/// Says: goes round and round, and polls nobody
mod until_all_have_ended {
    impl Executor {
        fn run(&mut self) {
            while !self.tasks.is_empty() {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { continue };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: `spawn` polls, and queues only what is pending.
/// Caught by: every_task_runs_to_its_end
/// Says: no poll before its turn
mod spawn_polls_at_once {
    impl Executor {
        fn spawn(&mut self, future: impl Future<Output = ()> + 'static) {
            let id = self.spawned;
            self.spawned += 1;
            let waker = Waker::from(Arc::new(TaskWaker { id, queue: self.queue.clone() }));
            let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.tasks.insert(id, Task { future, waker });
            }
        }
    }
}

/// Trap: `run` ends after as many polls as seemed to be enough.
/// Caught by: a_long_way_has_an_end
/// Says: does the loop end too soon?
mod four_rounds {
    impl Executor {
        fn run(&mut self) {
            let tasks = self.queue.lock().expect("nobody panics with this lock").len();
            for _ in 0..tasks * 4 {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));

                if poll.is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: the lock of the queue is held while a task is dropped.
/// Caught by: a_task_may_wake_another_when_it_is_dropped
/// Says: Hold no lock while a task is polled or dropped
mod dropped_under_the_lock {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready() {
                    let _queue = self.queue.lock().expect("nobody panics with this lock");
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: a task whose waker nobody has kept is dropped.
/// Caught by: a_task_that_nobody_can_wake_is_left
/// Says: Tasks that wait are left as they are
mod drops_what_nobody_can_wake {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let alone = Arc::new(TaskWaker { id, queue: self.queue.clone() });
                let waker = Waker::from(alone.clone());
                let ready = task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
                drop(waker);
                let lost = Arc::strong_count(&alone) == 1
                    && !self.queue.lock().expect("nobody panics with this lock").contains(&id);
                if ready || lost {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: every wake puts the task into the queue, and a turn takes all its places out.
/// Caught by: nothing_is_left_over
/// Says: a task was woken 500 times before its turn
mod queued_often_and_taken_out_once {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            self.queue.lock().expect("nobody panics with this lock").push_back(self.id);
        }
    }

    impl Executor {
        fn run(&mut self) {
            loop {
                let next = {
                    let mut queue = self.queue.lock().expect("nobody panics with this lock");
                    let next = queue.pop_front();
                    if let Some(id) = next {
                        queue.retain(|other| *other != id);
                    }
                    next
                };
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: the waker of a task that has ended is never dropped.
/// Caught by: nothing_is_left_over
/// Says: a task that has ended leaves
mod the_waker_is_leaked {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready()
                    && let Some(task) = self.tasks.remove(&id)
                {
                    std::mem::forget(task.waker);
                }
            }
        }
    }
}

/// Trap: the thread parks when the queue is empty.
/// Caught by: a_wake_puts_the_task_into_the_queue
/// Says: Does it park
mod parks {
    impl Executor {
        fn run(&mut self) {
            while !self.tasks.is_empty() {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else {
                    std::thread::park();
                    continue;
                };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));

                if poll.is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Trap: `wake` does nothing.
/// Caught by: a_wake_puts_the_task_into_the_queue
/// Says: is all that brings a task back
mod an_empty_wake {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            let _ = (self.id, &self.queue);
        }
    }
}

/// Trap: `wake` takes the lock of the queue twice.
/// Caught by: a_wake_puts_the_task_into_the_queue
/// Says: is taken twice in it
mod locks_twice_in_wake {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            let queue = self.queue.lock().expect("nobody panics with this lock");
            if !queue.contains(&self.id) {
                self.queue.lock().expect("nobody panics with this lock").push_back(self.id);
            }
        }
    }
}

/// Trap: the lock is let go between the look and the push.
/// Caught by: wakes_at_one_instant_make_one_turn
/// Says: hold the lock from the look to the push
mod two_locks_in_wake {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            if !self.queue.lock().expect("nobody panics with this lock").contains(&self.id) {
                self.queue.lock().expect("nobody panics with this lock").push_back(self.id);
            }
        }
    }
}

/// Trap: a task that is woken twice in a row stands in the queue once; where another one is woken in between, twice.
/// Caught by: a_task_keeps_its_place_in_the_queue
/// Says: woken 2 times before its turn
mod looks_at_the_last_one {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            let mut queue = self.queue.lock().expect("nobody panics with this lock");
            if queue.back() != Some(&self.id) {
                queue.push_back(self.id);
            }
        }
    }
}

/// Trap: only the first 64 places are looked at.
/// Caught by: a_task_keeps_its_place_in_the_queue
/// Says: woken 2 times before its turn
mod looks_at_the_first_64 {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            let mut queue = self.queue.lock().expect("nobody panics with this lock");
            if !queue.iter().take(64).any(|id| *id == self.id) {
                queue.push_back(self.id);
            }
        }
    }
}

/// Trap: each wake sends the task to the end, also where it stands in the queue already.
/// Caught by: a_task_keeps_its_place_in_the_queue
/// Says: keeps its place
mod every_wake_sends_it_to_the_end {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            let mut queue = self.queue.lock().expect("nobody panics with this lock");
            queue.retain(|id| *id != self.id);
            queue.push_back(self.id);
        }
    }
}

/// Trap: an id that belongs to no task is taken for the end of the queue.
/// Caught by: a_wake_after_the_end_does_nothing
/// Says: An id in the queue that belongs to no task is skipped
mod stops_at_an_id_without_a_task {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(task) = next.and_then(|id| self.tasks.get_mut(&id)) else { return };
                if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
                    next.and_then(|id| self.tasks.remove(&id));
                }
            }
        }
    }
}

/// Trap: `run` takes the whole queue out, and polls one after the other. Who waits for its turn there is not found in the queue.
/// Caught by: two_wakes_make_one_turn
/// Says: then `b` had 2 turns
/// Says: Take out one, and poll it
mod the_whole_queue_at_once {
    impl Executor {
        fn run(&mut self) {
            loop {
                let round = std::mem::take(&mut *self.queue.lock().expect("nobody panics with this lock"));
                if round.is_empty() {
                    return;
                }
                for id in round {
                    let Some(task) = self.tasks.get_mut(&id) else { continue };
                    let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                    if poll.is_ready() {
                        self.tasks.remove(&id);
                    }
                }
            }
        }
    }
}

/// Trap: a wake that does not get the lock at once gives up.
/// Caught by: wakes_at_one_instant_make_one_turn
/// Says: and it had no turn
/// Says: wait for it with `lock`
mod gives_up_where_the_lock_is_taken {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            let Ok(mut queue) = self.queue.try_lock() else { return };
            if !queue.contains(&self.id) {
                queue.push_back(self.id);
            }
        }
    }
}
