//! The newest state, for as many readers as there are: a channel that keeps one value, as lesson 05 builds it from async parts.
//!
//! A reader that is slow misses states and sees the newest one. So nothing grows, and who shows a state does not wait.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Where a state is shown.
#[derive(Debug, Default)]
pub struct Board {
    slot: Mutex<Slot>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Slot {
    /// How many states there were. 0: none yet.
    number: u64,
    state: Arc<str>,
    is_closed: bool,
}

/// What a reader finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    State {
        number: u64,
        state: Arc<str>,
    },
    /// Nothing new, for as long as the reader had patience.
    None,
    /// No state will come any more.
    Closed,
}

impl Board {
    /// Puts a state in the place of the one before. The same state again is no news.
    pub fn show(&self, state: String) {
        let mut slot = self.slot();
        if slot.number == 0 || *slot.state != *state {
            slot.number += 1;
            slot.state = state.into();
            self.changed.notify_all();
        }
    }

    pub fn close(&self) {
        self.slot().is_closed = true;
        self.changed.notify_all();
    }

    /// The newest state, if it is not the one with the number `seen`. Waits for it, up to `patience`. The last state comes before
    /// the end.
    pub fn after(&self, seen: u64, patience: Duration) -> News {
        let end = Instant::now() + patience;
        let mut slot = self.slot();
        loop {
            if slot.number > seen {
                return News::State { number: slot.number, state: Arc::clone(&slot.state) };
            }
            if slot.is_closed {
                return News::Closed;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return News::None;
            }
            slot = self.changed.wait_timeout(slot, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn state(number: u64, state: &str) -> News {
        News::State { number, state: state.into() }
    }

    #[test]
    fn a_reader_sees_the_newest_state_and_each_only_once() {
        let board = Board::default();
        assert_eq!(board.after(0, Duration::ZERO), News::None);
        board.show("first".to_owned());
        board.show("second".to_owned());
        assert_eq!(board.after(0, LONG), state(2, "second"), "the first was missed");
        assert_eq!(board.after(2, Duration::ZERO), News::None);
        board.show("second".to_owned());
        assert_eq!(board.after(2, Duration::ZERO), News::None, "the same again is no news");
        assert_eq!(board.after(0, LONG), state(2, "second"), "who comes later sees it, too");
    }

    #[test]
    fn a_state_that_nobody_has_seen_comes_before_the_end() {
        let board = Board::default();
        board.show("last".to_owned());
        board.close();
        assert_eq!(board.after(0, LONG), state(1, "last"));
        assert_eq!(board.after(1, LONG), News::Closed);
    }

    #[test]
    fn readers_that_wait_are_woken_by_a_state_and_by_the_end() {
        let board = Board::default();
        thread::scope(|scope| {
            let readers: Vec<_> = (0..3).map(|_| scope.spawn(|| board.after(0, LONG))).collect();
            board.show("now".to_owned());
            for reader in readers {
                assert_eq!(reader.join().expect("no panic"), state(1, "now"));
            }
            let reader = scope.spawn(|| board.after(1, LONG));
            board.close();
            assert_eq!(reader.join().expect("no panic"), News::Closed);
        });
    }
}
