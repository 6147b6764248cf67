//! The solutions of lesson 02-executor, against the checks of its exercises.

mod block_on;
mod run_queue;
mod join_handle;
mod timers;
mod yield_now;
mod lost_waker;
mod budget;
