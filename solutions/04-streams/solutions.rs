//! The solutions of lesson 04-streams, against the checks of its exercises.

mod token_stream;
mod generator;
mod render_as_it_arrives;
mod sse_events;
mod never_ending_event;
mod tool_call_deltas;
mod how_it_ended;
mod ordered_or_not;
mod merge;
mod stalled_buffer;
