//! # Lost waker: what else is right
//!
//! Each module holds only what differs from the solution, `../lost_waker.rs`.

/// Also right: a loop and a vector.
mod a_loop {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let somebody = Arc::strong_count(&task.waker) > 1;
                let waits_for = if somebody { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Also right: the executor keeps a `Waker` for the polls as well, and takes off two references.
mod a_waker_that_is_kept {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    2 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            };
            match self.tasks.is_empty() {
                true => Ok(()),
                false => Err(Deadlock { stuck: self.tasks.values().map(stuck).collect() }),
            }
        }
    }

    struct Task {
        name: &'static str,
        future: Pin<Box<dyn Future<Output = ()>>>,
        /// This is one reference. Every `Waker` made of it, and every clone of such a `Waker`, is one more.
        waker: Arc<TaskWaker>,
        for_polls: Waker,
    }

    impl Executor {
        fn spawn(&mut self, name: &'static str, future: impl Future<Output = ()> + 'static) {
            let id = self.spawned;
            self.spawned += 1;
            let waker = Arc::new(TaskWaker { id, queue: self.queue.clone() });
            waker.clone().wake();
            let for_polls = Waker::from(waker.clone());
            self.tasks.insert(id, Task { name, future: Box::pin(future), waker, for_polls });
        }

        fn poll(&mut self, id: usize) {
            let Some(task) = self.tasks.get_mut(&id) else { return };
            if task.future.as_mut().poll(&mut Context::from_waker(&task.for_polls)).is_ready() {
                self.tasks.remove(&id);
            }
        }
    }
}

/// Also right: a `Weak` counts as well as the `Arc`, for as long as the report has it.
mod counted_through_a_weak_one {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for = if Arc::downgrade(&task.waker).strong_count() == 1 {
                    WaitsFor::Nobody
                } else {
                    WaitsFor::SomebodyWithItsWaker
                };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Also right: whoever is the only owner may have the value for itself. The clone is one reference more.
mod a_clone_and_back {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for = if Arc::strong_count(&task.waker.clone()) > 2 {
                    WaitsFor::SomebodyWithItsWaker
                } else {
                    WaitsFor::Nobody
                };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Also right: the numbers of the tasks are gone through, from the first to the last that was given.
mod by_all_numbers {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in (0..self.spawned).filter_map(|id| self.tasks.get(&id)) {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Also right: the other way round, and turned in the end.
mod backwards_and_turned {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values().rev() {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            stuck.reverse();
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}
