//! # Lesson 04: answers that arrive piece by piece
//!
//! The story is a screen. A model writes an answer token by token, and people read it while
//! it is written. Between the model and the screen lies a network that cuts the answer
//! where it likes, and a reader who may stop at any moment.
//!
//! A future gives one value, later. A stream gives many, each at its time, and it does
//! nothing between two of them unless it is polled. That is its strength, nobody writes
//! faster than somebody reads, and it is the cause of most of its surprises.
//!
//! One idea in each module, in the order to read them:
//!
//! 1. [`by_hand`] writes a stream with `poll_next`.
//! 2. [`generators`] writes the same with `stream!`.
//! 3. [`sentences`] is an adapter of our own, with `pin-project`: tokens in, sentences out.
//! 4. [`callbacks`] shows an answer with a callback, and with a stream.
//! 5. [`handlers`] is two answers on one thread, whose tokens alternate.
//! 6. [`left_early`] is what runs, and what does not, when the reader stops.
//! 7. [`several`] makes several calls at a time, in order or not.
//! 8. [`stalled`] is a buffer that looks concurrent, and stands still.
//! 9. [`merged`] reads several models at once, and is fair or not.
//! 10. [`wire`] is the answer as the network brings it: bytes, cut anywhere.
//! 11. [`sse`] decodes events from them.
//! 12. [`chat`] makes an answer of the events, and says how it ended.
//!
//! The examples print what happens:
//! `cargo run -p lesson-04-streams --example tokens_in_flight`.

pub mod by_hand;
pub mod generators;
pub mod sentences;
pub mod callbacks;
pub mod handlers;
pub mod left_early;
pub mod several;
pub mod stalled;
pub mod merged;
pub mod wire;
pub mod sse;
pub mod chat;
