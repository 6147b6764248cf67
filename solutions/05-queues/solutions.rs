//! The solutions of lesson 05-queues, against the checks of its exercises.

mod pipeline;
mod reap;
mod short_borrow;
mod paused_stream;
mod lagged;
mod ring_deadlock;
