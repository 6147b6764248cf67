//! # Lesson 02: build the runtime you use
//!
//! An executor is a loop, a queue, and an answer to one question: what when the queue is empty? This crate builds one in six
//! stages, each a file to read in one sitting, and then the runtime that has them all and is fast. There is no dependency
//! but the standard library, and no `unsafe`.
//!
//! | read | it adds |
//! |---|---|
//! | [`s1_block_on`] | one future, a thread that sleeps, a waker that gets it up |
//! | [`s2_run_queue`] | many tasks, a queue, `spawn` |
//! | [`s3_join_handle`] | results, and panics that end one task only |
//! | [`s4_timers`] | a timer heap, and a clock that is real or virtual |
//! | [`s5_budget`] | turns: `yield_now`, and a budget for tasks that never yield |
//! | [`s6_deadlock`] | a report that names the stuck task |
//! | [`runtime`] | all of it, in one vector of tasks instead of a lock for each |
//!
//! Stages 3 and 5 stand on the second as it is, and need nothing from it but `spawn`; stages 4 and 6 change one thing in
//! it, the answer to the question above. The runtime shares no code with the stages.
//!
//! Left out on purpose: sockets (lesson 13), several threads, and everything that `tokio` has besides.

#![forbid(unsafe_code)]

pub mod s1_block_on;
pub mod s2_run_queue;
pub mod s3_join_handle;
pub mod s4_timers;
pub mod s5_budget;
pub mod s6_deadlock;
pub mod runtime;
