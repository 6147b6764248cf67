//! # Lesson 03: many calls at once
//!
//! The story is a newsroom. An article comes in. Language models write a headline, a
//! summary and a translation for it, and weigh the comments of its readers. A call waits
//! for a second or two and computes nothing. Whoever waits for one call before it starts
//! the next one adds these seconds up; whoever starts them together pays for the longest.
//!
//! One idea in each module, in the order to read them:
//!
//! 1. [`newsroom`] is the story: the calls that all others make.
//! 2. [`serial`] awaits in turn, and pays for every call.
//! 3. [`joined`] makes one future of three with `join!`.
//! 4. [`gather`] does it for as many as there are, with `join_all`.
//! 5. [`fail_fast`] drops the others at the first error, with `try_join!`.
//! 6. [`results`] lets all of them finish, and keeps every error.
//! 7. [`as_completed`] takes each reply as it comes, with `FuturesUnordered`.
//! 8. [`background`] goes on while you do something else, with `spawn`.
//! 9. [`task_group`] ends only when all of its tasks have ended, with `JoinSet`.
//! 10. [`hedge`] asks a second time when the first answer is late.
//! 11. [`one_task`] is the limit of `join!`: a branch that computes stalls the others.
//! 12. [`which_tool`] puts all of them to the same three tests.
//!
//! The examples print what happens:
//! `cargo run -p lesson-03-join --example serial_and_joined`.

pub mod newsroom;
pub mod serial;
pub mod joined;
pub mod gather;
pub mod fail_fast;
pub mod results;
pub mod as_completed;
pub mod background;
pub mod task_group;
pub mod hedge;
pub mod one_task;
pub mod which_tool;
