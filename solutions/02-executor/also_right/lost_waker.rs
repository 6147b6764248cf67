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
