//! # Lesson 05: producers, consumers, back-pressure
//!
//! The story is a translation desk. Articles come in, a language model translates them, and readers follow along. Those who
//! write are not as fast as those who read, and sometimes one of them leaves. A queue stands between them. It has two
//! questions to answer: who waits when the other side is slow, and how does each side learn that the other one is gone?
//!
//! One idea in each module, in the order to read them:
//!
//! 1. [`bounded`] is a queue with a capacity: whoever is too fast waits for room.
//! 2. [`closing`] ends the loop of the receiver when the last sender is gone.
//! 3. [`reply`] gives each question a oneshot for its answer: an actor.
//! 4. [`pool`] is a worker pool worth keeping.
//! 5. [`ring`] is two actors that wait for each other, and the way out.
//! 6. [`latest`] is `watch`: only the newest value counts.
//! 7. [`lagged`] is `broadcast`: everybody gets everything, or hears what was missed.
//! 8. [`remembered`] asks of `Notify` which notifications it remembers.
//!
//! The examples print what happens: `cargo run -p lesson-05-queues --example backpressure`.

pub mod bounded;
pub mod closing;
pub mod reply;
pub mod pool;
pub mod ring;
pub mod latest;
pub mod lagged;
pub mod remembered;
