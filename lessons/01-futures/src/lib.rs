//! # Lesson 01: nothing runs until it is polled
//!
//! A future is a value that knows how to go on. It does not go on by itself. Somebody polls it, it goes as far as it can,
//! and it says whether it is ready. If it is not, it has left word with a waker, and the next poll comes when that waker
//! is called. Everything else in async Rust is made of this.
//!
//! One idea in each module, in the order to read them:
//!
//! 1. [`lazy`] calls an `async fn`, and shows that nothing has happened.
//! 2. [`two_clocks`] finds the exception that is none: `sleep` looks at the clock when it is called.
//! 3. [`by_hand`] polls a future without a runtime, and writes down what every poll says.
//! 4. [`countdown`] is a future written by hand.
//! 5. [`bell`] waits for somebody else: it keeps the waker, and the one who rings uses it.
//! 6. [`state_machine`] is an `async fn` with two `.await`s, and beside it the enum that the compiler makes of it.
//! 7. [`counted`] wraps any future, and meets `Pin`.
//! 8. [`sizes`] weighs futures: what lives across an `.await` is inside.
//! 9. [`recursion`] gives a recursive `async fn` a size with `Box::pin`.
//!
//! The examples print what happens, poll by poll:
//! `cargo run -p lesson-01-futures --example poll_by_poll`.
//!
//! What it leaves out: who polls. That is lesson 02, where you build the runtime.

pub mod lazy;
pub mod two_clocks;
pub mod by_hand;
pub mod countdown;
pub mod bell;
pub mod state_machine;
pub mod counted;
pub mod sizes;
pub mod recursion;
