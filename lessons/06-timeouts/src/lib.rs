//! # Lesson 06: deadlines, idle limits, cancellation by drop
//!
//! The story is a help desk. A customer asks, language models answer, and the customer does
//! not wait for ever. Sometimes a model is slow, sometimes it falls silent in the middle of a
//! sentence, and sometimes the customer closes the window. In each case the desk gives up. To
//! give up is to drop a future, and two questions follow: when, and what is left behind?
//!
//! One idea in each module, in the order to read them:
//!
//! 1. [`total`] is a limit on the whole call.
//! 2. [`silence`] tells a stream that is silent from one that is long.
//! 3. [`first_token`] gives the first token a limit of its own.
//! 4. [`deadline`] is one instant for several calls, and for the waits between them.
//! 5. [`in_the_loop`] makes the timer before the loop, and not in it.
//! 6. [`never_yields`] is code that no timeout can stop.
//! 7. [`dropped`] is what is left when a future is dropped, and how to clean up.
//! 8. [`ticks`] come late, and then? Three answers.
//! 9. [`tasks`] are aborted, detached and shielded.
//! 10. [`nobody`] counts the tokens that are written for nobody.
//! 11. [`over_http`] names the two knobs of an HTTP client.
//!
//! The examples print what happens: `cargo run -p lesson-06-timeouts --example give_up`.
//!
//! What it leaves out: how to stop a whole service in good order (lesson 8), and whether to
//! ask again after giving up (lesson 10).

pub mod total;
pub mod silence;
pub mod first_token;
pub mod deadline;
pub mod in_the_loop;
pub mod never_yields;
pub mod dropped;
pub mod ticks;
pub mod tasks;
pub mod nobody;
pub mod over_http;
