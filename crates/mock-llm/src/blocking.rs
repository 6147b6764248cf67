//! The client that holds its thread: what a synchronous SDK is.
//!
//! [`Client::complete`] and [`Client::stream`] do not return before they have something. Called on the thread that runs an
//! event loop, they stop everything else on it; that is what they are for. The journal keeps the thread that each call was
//! made on ([`Call::thread`](crate::Call::thread)), and a [`Gate`] lets a test see a blocked event loop without a
//! stopwatch.
//!
//! ```
//! use std::time::Duration;
//! use mock_llm::{MockLlm, Model};
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let llm = MockLlm::new([Model::new("atlas").reply("Nothing else runs now.")]);
//! let client = llm.blocking();
//! client.complete("On the event loop's own thread.")?;
//! let offloaded = client.clone();
//! tokio::task::spawn_blocking(move || offloaded.complete("On a thread of the pool.")).await??;
//!
//! let here = Some(std::thread::current().id());
//! let threads: Vec<_> = llm.journal().calls().iter().map(|call| call.thread == here).collect();
//! assert_eq!(threads, [true, false]);
//! # Ok(())
//! # }
//! ```
//!
//! # Time
//! A call waits on the model's clock, by [`Clock::block_until`](crate::Clock::block_until). On a running tokio clock the
//! thread sleeps. On a paused one nothing else can happen on a held thread, so the call moves the clock to the instant it
//! waits for: five calls of 2 s on the event loop's thread end at 2, 4, 6, 8 and 10 s.
//!
//! A wait in the provider's queue ([`Limits::queue`](crate::Limits::queue)) is the exception: it moves no clock, because
//! the place may come free by what another thread does. A call that waits there on the event loop's own thread, behind a call
//! that needs this loop, waits for [`Client::read_timeout`] of real time and ends with an error.
//!
//! Calls on several threads each move the one clock to their own instant, and never back. What the others move it by is
//! no time for a call: the journal has each call's exact instants, counted from its start, however its thread was scheduled.

mod client;
mod gate;

pub use client::{Client, Tokens};
pub use gate::{Attend, Gate, WaitFor};
