//! The harness, tried as checks use it.

mod finished;
mod own_executor;
mod provoked;
mod slow;
mod verdicts;
mod wakers;
