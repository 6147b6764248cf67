//! # Timers: what people write
//!
//! Each module holds only what differs from the solution, `../timers.rs`.

/// Trap: the deadline is taken for a duration, and added to the clock.
/// Caught by: the_soonest_deadline_comes_first
/// Says: A deadline is an instant, not a duration
mod added_to_the_clock {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                timers.now += deadline;
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: `now()` is called while the lock of the clock is held, and takes the same lock.
/// Caught by: an_hour_takes_no_time
/// Says: wait for a lock that it holds already
mod asks_for_the_time_under_the_lock {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if self.clock.now() >= self.deadline {
                return Poll::Ready(());
            }
            timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: a jump wakes all who wait, and those whose time has not come lie down again.
/// Caught by: the_soonest_deadline_comes_first
/// Says: nobody is woken before the deadline
mod everybody_is_woken {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                timers.now = deadline;
                std::mem::take(&mut timers.waiting)
            };
            due.into_values().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: a sleep is over when the clock is *past* its deadline. The clock jumps to the deadline, again and again.
/// Caught by: an_hour_takes_no_time
/// Says: At the deadline the sleep is over
mod later_than_the_deadline {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now > self.deadline {
                return Poll::Ready(());
            }
            timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: a sleep that is not over wakes its own task, to look at the clock again. Now there is always a task that can run.
/// Caught by: an_hour_takes_no_time
/// Says: the clock still stands at 0 s
/// Says: keeps the clock from moving
mod looks_again_and_again {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if self.clock.now() >= self.deadline {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: a sleep that is not over says so, and leaves its waker with nobody.
/// Caught by: an_hour_takes_no_time
/// Says: must leave its waker among those who wait
mod no_waker_is_kept {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            match self.clock.now() >= self.deadline {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        }
    }
}

/// Trap: who waits is told apart by the deadline alone. The second one takes the place of the first.
/// Caught by: one_deadline_wakes_all_who_wait_for_it
/// Says: Three sleeps with one deadline are three
mod one_place_for_each_deadline {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now >= self.deadline {
                return Poll::Ready(());
            }
            timers.waiting.insert((self.deadline, 0), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the comparison is the wrong way round. Whoever has to wait is ready, and whoever is late waits.
/// Caught by: an_hour_takes_no_time
/// Says: the clock has not reached it
mod ready_too_early {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now <= self.deadline {
                return Poll::Ready(());
            }
            timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the sleepers are woken in the right order, and nobody moves the clock.
/// Caught by: an_hour_takes_no_time
/// Says: the clock must have reached the deadline
mod the_clock_does_not_move {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: only the first poll leaves a waker.
/// Caught by: a_sleep_keeps_one_waker_as_long_as_it_waits
/// Says: Each poll replaces the waker of the one before
mod the_first_waker_is_kept {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now >= self.deadline {
                return Poll::Ready(());
            }
            timers.waiting.entry((self.deadline, self.number)).or_insert_with(|| context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the clock jumps to the largest deadline, as a `BinaryHeap` without `Reverse` would have it.
/// Caught by: the_soonest_deadline_comes_first
/// Says: has jumped over two deadlines
mod the_latest_deadline_first {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.last_key_value() else { return false };
                timers.now = deadline;
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: whoever sleeps moves the clock to its own deadline, and is ready.
/// Caught by: an_hour_takes_no_time
/// Says: makes time go by for everybody
mod the_sleep_moves_the_clock {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            self.clock.timers().now = self.deadline;
            Poll::Ready(())
        }
    }

    impl Clock {
        fn jump(&self) -> bool {
            false
        }
    }
}

/// Trap: the executor waits for the deadline as a program without a virtual clock would: the thread sleeps.
/// Caught by: an_hour_takes_no_time
/// Says: The clock is virtual: nobody waits for it
mod the_thread_sleeps {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                std::thread::sleep(deadline - timers.now);
                timers.now = deadline;
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: the clock ticks: it moves on by a millisecond until the next deadline is behind it.
/// Caught by: an_hour_takes_no_time
/// Says: is not moved on by some step
mod ticks {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                while timers.now < deadline {
                    timers.now += Duration::from_millis(1);
                }
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: who has been woken stays among those who wait, and the clock jumps to the same deadline for ever.
/// Caught by: an_hour_takes_no_time
/// Says: every jump leads to the same deadline
mod woken_and_kept {
    impl Clock {
        fn jump(&self) -> bool {
            let first = {
                let mut timers = self.timers();
                let Some((&(deadline, _), waker)) = timers.waiting.first_key_value() else { return false };
                let waker = waker.clone();
                timers.now = deadline;
                waker
            };
            first.wake();
            true
        }
    }

    impl Drop for Sleep {
        /// Nobody waits any more: the clock must not jump to this deadline.
        fn drop(&mut self) {
            let _ = self.number;
        }
    }
}

/// Trap: the sleepers are woken while the lock of the clock is held.
/// Caught by: an_hour_takes_no_time
/// Says: A waker is somebody else's code
/// Says: let the lock go
mod woken_under_the_lock {
    impl Clock {
        fn jump(&self) -> bool {
            let mut timers = self.timers();
            let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
            timers.now = deadline;
            while let Some(first) = timers.waiting.first_entry().filter(|first| first.key().0 <= deadline) {
                first.remove().wake();
            }
            true
        }
    }
}

/// Trap: a jump wakes one sleeper. The task says: everybody whose deadline has come.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: One jump wakes everybody
mod one_at_a_time {
    impl Clock {
        fn jump(&self) -> bool {
            let waker = {
                let mut timers = self.timers();
                let Some(((deadline, _), waker)) = timers.waiting.pop_first() else { return false };
                timers.now = deadline;
                waker
            };
            waker.wake();
            true
        }
    }
}

/// Trap: the wakers are called, and stay in the map. A poll or a drop takes them out, if it comes.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: take it out
mod woken_and_left_there {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now >= self.deadline {
                timers.waiting.remove(&(self.deadline, self.number));
                return Poll::Ready(());
            }
            timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            Poll::Pending
        }
    }

    impl Clock {
        fn jump(&self) -> bool {
            let due: Vec<Waker> = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                timers.now = deadline;
                timers.waiting.range(..=(deadline, u64::MAX)).map(|(_, waker)| waker.clone()).collect()
            };
            due.into_iter().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: deadlines that are near each other are taken for one.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: however near it is
mod coalesced {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                timers.now = deadline;
                let later = timers.waiting.split_off(&(deadline + Duration::from_micros(100), u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: the clock is moved when all have been woken.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: Move the clock first
mod the_clock_moves_after_the_wakes {
    impl Clock {
        fn jump(&self) -> bool {
            let (deadline, due) = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                (deadline, std::mem::replace(&mut timers.waiting, later))
            };
            due.into_values().for_each(Waker::wake);
            self.timers().now = deadline;
            true
        }
    }
}

/// Trap: the waker that is replaced is called, as a farewell.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: calls none
mod the_replaced_waker_is_woken {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now >= self.deadline {
                return Poll::Ready(());
            }
            let old = timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            drop(timers);
            if let Some(old) = old {
                old.wake();
            }
            Poll::Pending
        }
    }
}

/// Trap: a second poll is taken for the wake.
/// Caught by: a_sleep_keeps_one_waker_as_long_as_it_waits
/// Says: not because it was polled again
mod ready_at_the_second_poll {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now >= self.deadline || timers.waiting.contains_key(&(self.deadline, self.number)) {
                return Poll::Ready(());
            }
            timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: each poll takes a new number: who is polled twice loses its place.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: the number stays
mod a_poll_begins_anew {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let this = self.get_mut();
            let mut timers = this.clock.timers();
            if timers.now >= this.deadline {
                return Poll::Ready(());
            }
            timers.waiting.remove(&(this.deadline, this.number));
            timers.numbers += 1;
            this.number = timers.numbers;
            timers.waiting.insert((this.deadline, this.number), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: a sleep that is dropped wakes whoever slept.
/// Caught by: a_sleep_keeps_one_waker_as_long_as_it_waits
/// Says: is not called
mod wakes_when_dropped {
    impl Drop for Sleep {
        fn drop(&mut self) {
            let waker = self.clock.timers().waiting.remove(&(self.deadline, self.number));
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

/// Trap: `jump` returns `true` also when nobody waits.
/// Caught by: an_hour_takes_no_time
/// Says: Where nobody waits, it returns `false`
mod always_jumps {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return true };
                timers.now = deadline;
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().for_each(Waker::wake);
            true
        }
    }
}

/// Trap: `jump` wakes the sleepers, and returns `false`.
/// Caught by: an_hour_takes_no_time
/// Says: ends the run
mod never_jumps_again {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                timers.now = deadline;
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().for_each(Waker::wake);
            false
        }
    }
}

/// Trap: a sleep that is dropped leaves its waker with the clock.
/// Caught by: a_sleep_keeps_one_waker_as_long_as_it_waits
/// Says: leave nothing behind
mod a_dropped_sleep_stays {
    impl Drop for Sleep {
        fn drop(&mut self) {
            let _ = self.number;
        }
    }
}

/// Trap: a second poll adds its waker, and the first one stays.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: they were woken [2, 0, 1, 0, 1] times
mod every_waker_is_kept {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let this = self.get_mut();
            let mut timers = this.clock.timers();
            if timers.now >= this.deadline {
                return Poll::Ready(());
            }
            timers.numbers += 1;
            this.number = timers.numbers;
            timers.waiting.insert((this.deadline, this.number), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: `try_lock`, and pending where somebody has the lock.
/// Caught by: a_poll_waits_for_the_lock
/// Says: is a lost wake-up
mod gives_up_when_the_lock_is_taken {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let Ok(mut timers) = self.clock.0.try_lock() else { return Poll::Pending };
            if timers.now >= self.deadline {
                return Poll::Ready(());
            }
            timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: a hundred sleepers are woken, and the rest of them forgotten.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: no number in the code says how many they are
mod a_hundred_at_most {
    impl Clock {
        fn jump(&self) -> bool {
            let due = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                timers.now = deadline;
                let later = timers.waiting.split_off(&(deadline, u64::MAX));
                std::mem::replace(&mut timers.waiting, later)
            };
            due.into_values().take(100).for_each(Waker::wake);
            true
        }
    }
}

/// Trap: whole milliseconds are compared.
/// Caught by: a_sleep_keeps_one_waker_as_long_as_it_waits
/// Says: Who compares rounded times wakes too early
mod whole_milliseconds {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            if timers.now.as_millis() >= self.deadline.as_millis() {
                return Poll::Ready(());
            }
            timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            Poll::Pending
        }
    }
}

/// Trap: the waker is left first, and stays there where the deadline has come.
/// Caught by: a_sleep_keeps_one_waker_as_long_as_it_waits
/// Says: Who is ready waits for nothing
mod leaves_its_waker_first {
    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let mut timers = self.clock.timers();
            timers.waiting.insert((self.deadline, self.number), context.waker().clone());
            if timers.now >= self.deadline { Poll::Ready(()) } else { Poll::Pending }
        }
    }
}

/// Trap: clones of the wakers are called, and those that wait are taken out when all have been woken.
/// Caught by: a_jump_wakes_everybody_whose_deadline_has_come
/// Says: whoever is woken lets the clock jump once more
/// Says: take it out first
mod woken_and_then_taken_out {
    impl Clock {
        fn jump(&self) -> bool {
            let (deadline, due) = {
                let mut timers = self.timers();
                let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
                timers.now = deadline;
                let due = timers.waiting.range(..=(deadline, u64::MAX)).map(|(_, waker)| waker.clone());
                (deadline, due.collect::<Vec<Waker>>())
            };
            due.into_iter().for_each(Waker::wake);
            let mut timers = self.timers();
            let later = timers.waiting.split_off(&(deadline, u64::MAX));
            let woken = std::mem::replace(&mut timers.waiting, later);
            drop(timers);
            drop(woken);
            true
        }
    }
}
