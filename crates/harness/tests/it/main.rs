//! The harness, tried as checks use it.

mod finished;
mod own_executor;
mod provoked;
mod verdicts;
mod wakers;
