//! The solutions of lesson 01-futures, against the checks of its exercises.

mod lazy_until_awaited;
mod when_the_clock_starts;
mod countdown;
mod newest_waker;
mod state_machine;
mod measured;
mod smaller_future;
mod call_tree;
