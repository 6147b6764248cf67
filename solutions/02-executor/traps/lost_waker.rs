//! # Lost waker: what people write
//!
//! Each module holds only what differs from the solution, `../lost_waker.rs`.

/// Trap: an empty queue is reported as a deadlock, also when no task is left.
/// Caught by: a_run_that_ends_has_nothing_to_report
/// Says: is the end of the work
mod always_a_deadlock {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    1 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            };
            Err(Deadlock { stuck: self.tasks.values().map(stuck).collect() })
        }
    }
}

/// Trap: whether a waker is kept is noted after the poll. It may be dropped later.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: count when you report
mod counted_at_the_poll {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match task.holders {
                    1 => WaitsFor::Nobody,
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
        holders: usize,
    }

    impl Executor {
        fn spawn(&mut self, name: &'static str, future: impl Future<Output = ()> + 'static) {
            let id = self.spawned;
            self.spawned += 1;
            let waker = Arc::new(TaskWaker { id, queue: self.queue.clone() });
            waker.clone().wake();
            self.tasks.insert(id, Task { name, future: Box::pin(future), waker, holders: 1 });
        }

        fn poll(&mut self, id: usize) {
            let Some(task) = self.tasks.get_mut(&id) else { return };
            // Made for this poll and gone after it: what is left of it is what the future has cloned.
            let waker = Waker::from(task.waker.clone());
            if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                self.tasks.remove(&id);
                return;
            }
            drop(waker);
            task.holders = Arc::strong_count(&task.waker);
        }
    }
}

/// Trap: the executor's own reference is taken for somebody who will call the waker.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: The executor itself holds one reference
mod counts_its_own_reference {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    0 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            };
            match self.tasks.is_empty() {
                true => Ok(()),
                false => Err(Deadlock { stuck: self.tasks.values().map(stuck).collect() }),
            }
        }
    }
}

/// Trap: the wrong count: wakers are strong references.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: so one more reference to the `Arc`
mod counts_weak_references {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match Arc::weak_count(&task.waker) {
                    0 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            };
            match self.tasks.is_empty() {
                true => Ok(()),
                false => Err(Deadlock { stuck: self.tasks.values().map(stuck).collect() }),
            }
        }
    }
}

/// Trap: the queue is empty, so the work is done.
/// Caught by: the_stuck_task_is_named
/// Says: all who are left wait
mod ends_without_a_word {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            Ok(())
        }
    }
}

/// Trap: a waker that two hold is taken for a lost one.
/// Caught by: several_may_hold_the_waker
/// Says: One is enough
mod exactly_one_keeper {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    2 => WaitsFor::SomebodyWithItsWaker,
                    _ => WaitsFor::Nobody,
                },
            };
            match self.tasks.is_empty() {
                true => Ok(()),
                false => Err(Deadlock { stuck: self.tasks.values().map(stuck).collect() }),
            }
        }
    }
}

/// Trap: one stuck task is enough for a report.
/// Caught by: tasks_that_wait_for_each_other_are_all_named
/// Says: A deadlock is a circle
mod names_the_first_one {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    1 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            };
            match self.tasks.values().next() {
                None => Ok(()),
                Some(task) => Err(Deadlock { stuck: vec![stuck(task)] }),
            }
        }
    }
}

/// Trap: a deadlock is taken for a reason to panic. The caller has no say.
/// Caught by: the_stuck_task_is_named
/// Says: deadlock: ["birch"] are stuck
/// Says: The report is a value
mod panics_with_the_report {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let names: Vec<_> = self.tasks.values().map(|task| task.name).collect();
            assert!(names.is_empty(), "deadlock: {names:?} are stuck");
            Ok(())
        }
    }
}

/// Trap: the thread parks until a task is woken, as in a program with other threads.
/// Caught by: the_stuck_task_is_named
/// Says: the one who looks at the screen sees nothing
mod sleeps {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            while !self.tasks.is_empty() {
                std::thread::park();
            }
            Ok(())
        }
    }
}

/// Trap: the report takes the tasks out of the executor. A wake that comes late finds nobody.
/// Caught by: a_wake_after_the_report_still_counts
/// Says: A report looks, and touches nothing
mod the_report_takes_the_tasks {
    impl Executor {
        fn report(&mut self) -> Result<(), Deadlock> {
            let tasks = std::mem::take(&mut self.tasks);
            let stuck = |task: Task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    1 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            };
            match tasks.is_empty() {
                true => Ok(()),
                false => Err(Deadlock { stuck: tasks.into_values().map(stuck).collect() }),
            }
        }
    }
}

/// Trap: `run` goes on until no task is left, and waits for a wake that nobody will send.
/// Caught by: the_stuck_task_is_named
/// Says: to wait for ever
mod waits_in_a_loop {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            Ok(())
        }
    }

    impl Executor {
        fn run(&mut self) -> Result<(), Deadlock> {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop();
                let Some(id) = next else {
                    match self.tasks.is_empty() {
                        true => return self.report(),
                        false => continue,
                    }
                };
                self.poll(id);
            }
        }
    }
}

/// Trap: the references are counted in pairs.
/// Caught by: several_may_hold_the_waker
/// Says: One is enough
mod an_even_count_is_kept {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for = if Arc::strong_count(&task.waker) % 2 == 0 {
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

/// Trap: one, two or three may hold a waker, and nobody thought of four.
/// Caught by: several_may_hold_the_waker
/// Says: One is enough
mod somebody_is_up_to_three {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for = match Arc::strong_count(&task.waker) {
                    2..=4 => WaitsFor::SomebodyWithItsWaker,
                    _ => WaitsFor::Nobody,
                };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the report names the first three.
/// Caught by: two_hundred_tasks_are_all_told
/// Says: The report is as long as the list
mod three_at_most {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values().take(3) {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the tasks are looked up by number, from zero to a number that seemed to be enough.
/// Caught by: two_hundred_tasks_are_all_told
/// Says: 300 have ended before
mod ids_from_zero {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in (0..64).filter_map(|id| self.tasks.get(&id)) {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the numbers of the tasks are taken for the places in a list.
/// Caught by: the_stuck_task_is_named
/// Says: and birch has not ended
mod ids_up_to_the_number_of_tasks {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in (0..self.tasks.len()).filter_map(|id| self.tasks.get(&id)) {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the report is sorted by name.
/// Caught by: tasks_that_wait_for_each_other_are_all_named
/// Says: not in that of their names
mod sorted_by_name {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            stuck.sort_by_key(|task| task.name);
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the last one that was spawned is named first.
/// Caught by: tasks_that_wait_for_each_other_are_all_named
/// Says: in the order in which they were spawned
mod the_newest_first {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values().rev() {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the lost ones are named first.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: a deadlock: careless waits for Nobody
mod lost_ones_first {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            stuck.sort_by_key(|task| task.waits_for == WaitsFor::SomebodyWithItsWaker);
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: two tasks of one name are taken for one.
/// Caught by: two_hundred_tasks_are_all_told
/// Says: Two tasks of one name are two
mod one_of_each_name {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            let mut seen = std::collections::HashSet::new();
            stuck.retain(|task| seen.insert(task.name));
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: kept and lost are the wrong way round.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: The two are the wrong way round
mod the_wrong_way_round {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for =
                    if Arc::strong_count(&task.waker) == 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: a task whose waker is kept is not thought to be stuck.
/// Caught by: the_stuck_task_is_named
/// Says: and birch has not ended
mod only_the_lost_ones {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            stuck.retain(|task| task.waits_for == WaitsFor::Nobody);
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the report gives every stuck task one more turn.
/// Caught by: a_wake_after_the_report_still_counts
/// Says: it wakes no task
mod the_report_wakes_all {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            self.tasks.values().for_each(|task| task.waker.clone().wake());
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the report makes a reference and does not let it go: the next report counts it.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: The executor itself holds one reference
mod the_report_keeps_a_waker {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let mut stuck = Vec::new();
            for task in self.tasks.values() {
                let waits_for =
                    if Arc::strong_count(&task.waker) > 1 { WaitsFor::SomebodyWithItsWaker } else { WaitsFor::Nobody };
                stuck.push(StuckTask { name: task.name, waits_for });
            }
            self.tasks.values().for_each(|task| std::mem::forget(task.waker.clone()));
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: two that stand side by side and have one name are told once.
/// Caught by: two_hundred_tasks_are_all_told
/// Says: Two tasks of one name are two
mod names_side_by_side_once {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    1 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            };
            let mut stuck: Vec<_> = self.tasks.values().map(stuck).collect();
            stuck.dedup();
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the report wakes whom nobody else can wake, to give it one more try.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: it wakes no task, also where nobody else can
mod the_report_wakes_the_lost {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            let stuck = |task: &Task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    1 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            };
            let lost = |task: &&Task| Arc::strong_count(&task.waker) == 1;
            let stuck: Vec<_> = self.tasks.values().map(stuck).collect();
            self.tasks.values().filter(lost).for_each(|task| task.waker.clone().wake());
            if stuck.is_empty() { Ok(()) } else { Err(Deadlock { stuck }) }
        }
    }
}

/// Trap: the lost tasks are told first.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: and the order is another one
mod the_lost_ones_first {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            if self.tasks.is_empty() {
                return Ok(());
            }
            let stuck = self.tasks.values().map(|task| StuckTask {
                name: task.name,
                waits_for: match Arc::strong_count(&task.waker) {
                    1 => WaitsFor::Nobody,
                    _ => WaitsFor::SomebodyWithItsWaker,
                },
            });
            let (mut stuck, others): (Vec<_>, Vec<_>) = stuck.partition(|task| task.waits_for == WaitsFor::Nobody);
            stuck.extend(others);
            Err(Deadlock { stuck })
        }
    }
}

/// Trap: the holders of the queue are counted, as if each waker that is left belonged to a task that is left.
/// Caught by: a_waker_that_nobody_has_is_a_lost_one
/// Says: its wakers are still kept
/// Says: and not the queue
mod counts_who_holds_the_queue {
    impl Executor {
        fn report(&self) -> Result<(), Deadlock> {
            if self.tasks.is_empty() {
                return Ok(());
            }
            let others = Arc::strong_count(&self.queue) > self.tasks.len() + 1;
            let stuck = self.tasks.values().map(|task| StuckTask {
                name: task.name,
                waits_for: match others || Arc::strong_count(&task.waker) > 1 {
                    true => WaitsFor::SomebodyWithItsWaker,
                    false => WaitsFor::Nobody,
                },
            });
            Err(Deadlock { stuck: stuck.collect() })
        }
    }
}
