//! # Lesson 07: one thread, and who holds it
//!
//! The story is a debate service. Each visitor asks for a debate, a language model writes it, and the service is `async` from
//! one end to the other. But the vendor's SDK is synchronous: a call comes back with its answer, and holds the thread until
//! then. On the thread of an event loop that stops everybody. The lesson shows it, finds it, and moves it away.
//!
//! One idea in each module, in the order to read them:
//!
//! 1. [`users`] is one service in three forms: pseudo-async, offloaded, async; on virtual time, exact.
//! 2. [`sdk`] is a synchronous client over real HTTP, and [`service`] the same three forms as real servers.
//! 3. [`debates`] is three streams on one thread, with the log that shows whether they take turns.
//! 4. [`sync_core`] keeps a conversation synchronous, and wraps it at the edge.
//! 5. [`database`] and [`file`](mod@file) are everyday calls that block, each wrong and right.
//! 6. [`bridge`] turns a blocking iterator into a stream, with a thread of its own.
//! 7. [`work`] moves what computes: rayon, or slices.
//! 8. [`pool`] is the size of the blocking pool, and what happens past it.
//! 9. [`stop`] ends blocking work, which nobody can abort.
//! 10. [`flavours`] is a function for both flavours of runtime, and the runtime inside a runtime.
//! 11. [`poll_watch`] names the task whose poll took long, and the line that spawned it.
//! 12. [`case`](mod@case) is a service that is slow under load, told by its symptoms.
//!
//! The examples print what happens: `cargo run -p lesson-07-blocking --example pseudo_async`.
//!
//! What it leaves out: processes. Work that may crash, or that no flag can stop, belongs in one.

pub mod users;
pub mod sdk;
pub mod service;
pub mod debates;
pub mod sync_core;
pub mod database;
pub mod file;
pub mod bridge;
pub mod work;
pub mod pool;
pub mod stop;
pub mod flavours;
pub mod poll_watch;
pub mod case;
