//! # Timers: what else is right
//!
//! Each module holds only what differs from the solution, `../timers.rs`.

/// Also right: a heap of deadlines, and beside it the wakers by number. What a dropped sleep leaves in the heap is skipped.
mod a_heap {
    use std::{cmp::Reverse, collections::BinaryHeap};

    #[derive(Debug, Default)]
    struct Timers {
        now: Duration,
        /// Who is to be woken when: soonest first, and those with one deadline in the order of their numbers.
        heap: BinaryHeap<Reverse<(Duration, u64)>>,
        wakers: HashMap<u64, Waker>,
        numbers: u64,
    }

    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now >= self.deadline {
                return Poll::Ready(());
            }
            if timers.wakers.insert(self.number, context.waker().clone()).is_none() {
                timers.heap.push(Reverse((self.deadline, self.number)));
            }
            Poll::Pending
        }
    }

    impl Clock {
        fn jump(&self) -> bool {
            let mut timers = self.timers();
            let mut due = Vec::new();
            while let Some(&Reverse((deadline, number))) = timers.heap.peek() {
                if !due.is_empty() && deadline > timers.now {
                    break;
                }
                timers.heap.pop();
                if let Some(waker) = timers.wakers.remove(&number) {
                    timers.now = deadline;
                    due.push(waker);
                }
            }
            drop(timers);
            let somebody = !due.is_empty();
            due.into_iter().for_each(Waker::wake);
            somebody
        }
    }

    impl Drop for Sleep {
        /// Nobody waits any more: the clock must not jump to this deadline.
        fn drop(&mut self) {
            let waker = self.clock.timers().wakers.remove(&self.number);
            drop(waker);
        }
    }
}

/// Also right: a list without order. Each jump looks for the soonest, which is slow only where many wait.
mod a_list_that_is_searched {
    #[derive(Debug, Default)]
    struct Timers {
        now: Duration,
        /// Who is to be woken when: the deadline, the number of the sleep, the waker.
        waiting: Vec<(Duration, u64, Waker)>,
        numbers: u64,
    }

    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now >= self.deadline {
                return Poll::Ready(());
            }
            timers.waiting.retain(|waiting| waiting.1 != self.number);
            timers.waiting.push((self.deadline, self.number, context.waker().clone()));
            Poll::Pending
        }
    }

    impl Clock {
        fn jump(&self) -> bool {
            let mut timers = self.timers();
            let Some(soonest) = timers.waiting.iter().map(|waiting| waiting.0).min() else { return false };
            timers.now = soonest;
            let (due, later) = timers.waiting.drain(..).partition(|waiting| waiting.0 == soonest);
            timers.waiting = later;
            drop(timers);
            let mut due: Vec<(Duration, u64, Waker)> = due;
            due.sort_by_key(|waiting| waiting.1);
            due.into_iter().for_each(|waiting| waiting.2.wake());
            true
        }
    }

    impl Drop for Sleep {
        /// Nobody waits any more: the clock must not jump to this deadline.
        fn drop(&mut self) {
            let mut timers = self.clock.timers();
            let place = timers.waiting.iter().position(|waiting| waiting.1 == self.number);
            let waiting = place.map(|place| timers.waiting.remove(place));
            drop(timers);
            drop(waiting);
        }
    }
}

/// Also right: the time has a lock of its own.
mod a_clock_of_two_locks {
    #[derive(Clone, Debug, Default)]
    struct Clock {
        now: Arc<Mutex<Duration>>,
        timers: Arc<Mutex<Timers>>,
    }

    #[derive(Debug, Default)]
    struct Timers {
        waiting: BTreeMap<(Duration, u64), Waker>,
        numbers: u64,
    }

    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if self.clock.now() >= self.deadline {
                return Poll::Ready(());
            }
            self.clock.timers().waiting.insert((self.deadline, self.number), context.waker().clone());
            Poll::Pending
        }
    }

    impl Clock {
        fn jump(&self) -> bool {
            let (deadline, due) = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                (deadline, std::mem::replace(&mut timers.waiting, later))
            };
            *self.now.lock().expect("nobody panics with this lock") = deadline;
            due.into_values().for_each(Waker::wake);
            true
        }

        fn now(&self) -> Duration {
            *self.now.lock().expect("nobody panics with this lock")
        }

        fn timers(&self) -> MutexGuard<'_, Timers> {
            self.timers.lock().expect("nobody panics with this lock")
        }
    }
}

/// Also right: `pop_first` as long as the deadline has come, and the lock is free for each wake.
mod one_after_the_other {
    impl Clock {
        fn jump(&self) -> bool {
            {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                timers.now = deadline;
            }
            loop {
                let waker = {
                    let mut timers = self.timers();
                    let now = timers.now;
                    match timers.waiting.first_entry() {
                        Some(first) if first.key().0 <= now => first.remove(),
                        _ => return true,
                    }
                };
                waker.wake();
            }
        }
    }
}
