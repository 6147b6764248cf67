//! # Tool call deltas
//!
//! A model calls tools, and its calls come in fragments, mixed with text. `calls` puts them together and hands each one on. It
//! works with the one server that it was written for. With others, arguments go to the wrong call, and once it has run half a
//! command. Mend it:
//!
//! - A fragment belongs to the call of its `index`. Only the first fragment of a call must have `id` and `name`. Later ones may
//!   repeat either of the two, or bring an empty one, which says nothing. Another id at the same index is another call. In what you
//!   hand on, the name stands once.
//! - Fragments of several calls come in any order, mixed, with text in between. The calls are handed on in the order in which they
//!   were begun.
//! - A call is handed on when the model says that it has finished, and not before: until then, more of it may come. Of an answer that ends
//!   without `Finished`, or with an error, no call is handed on. The error is, and then comes the end.
//!
//! Starts: wrong
//! Run: `cargo workbook check 04-streams/tool_call_deltas` · Read: book, chapter 4, How an answer ends · 15 min

use async_stream::stream;
use futures::Stream;
use mock_llm::Error;

/// What the model sends, piece by piece.
#[derive(Debug, Clone)]
pub enum Delta {
    /// For the screen, and nothing here.
    Text(#[allow(dead_code)] String),
    Fragment {
        index: usize,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
    },
    /// The model has said all. Nothing comes after it.
    Finished,
}

/// A call, ready to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    pub id: String,
    pub name: String,
    pub arguments: String,
}

/// The calls in an answer.
pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
    stream! {
        let mut call = Call::default();
        for await delta in deltas {
            match delta {
                Ok(Delta::Fragment { id, name, arguments, .. }) => {
                    if let Some(id) = id {
                        // The next call begins, so the one before is whole.
                        if !call.id.is_empty() {
                            yield Ok(std::mem::take(&mut call));
                        }
                        call.id = id;
                    }
                    call.name += &name.unwrap_or_default();
                    call.arguments += &arguments;
                }
                Ok(Delta::Text(_) | Delta::Finished) => {}
                Err(error) => yield Err(error),
            }
        }
        if !call.id.is_empty() {
            yield Ok(call);
        }
    }
}

#[path = "checks/tool_call_deltas.rs"]
mod checks;
