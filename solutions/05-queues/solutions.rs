//! The solutions of lesson 05-queues, against the checks of its exercises.

mod pipeline;
mod backpressure;
mod worker_pool;
mod reap;
mod short_borrow;
mod paused_stream;
mod lagged;
mod missed_notification;
mod ring_deadlock;
