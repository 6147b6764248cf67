//! # Tool call deltas: a solution
//!
//! Calls are open together, so there is a list of them, in the order in which they were begun. A fragment looks for the last one with
//! its index: the last, because with another id a new call has taken that index. If there is none, or if the fragment has another
//! id, a call begins.
//!
//! An id that is missing or empty says nothing. The same id says that the call goes on. The name is taken once, from the first
//! fragment that has it.
//!
//! Nothing leaves the list before `Finished`. A call may look whole, its arguments may even be JSON, and be half of what the model
//! wanted to say. So an error, or an end without `Finished`, drops the list.
//!
//! Also right: a map from index to call, with an order beside it; `scan` or a fold over the deltas.

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
        let mut open: Vec<(usize, Call)> = Vec::new();
        for await delta in deltas {
            match delta {
                Ok(Delta::Text(_)) => {}
                Ok(Delta::Fragment { index, id, name, arguments }) => {
                    let id = id.unwrap_or_default();
                    let goes_on = |call: &Call| id.is_empty() || id == call.id;
                    let place = open.iter().rposition(|(known, _)| *known == index);
                    let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                        open.push((index, Call { id: id.clone(), ..Call::default() }));
                        open.len() - 1
                    });
                    let call = &mut open[place].1;
                    if call.name.is_empty() {
                        call.name = name.unwrap_or_default();
                    }
                    call.arguments += &arguments;
                }
                Ok(Delta::Finished) => {
                    for (_, call) in open {
                        yield Ok(call);
                    }
                    return;
                }
                Err(error) => {
                    yield Err(error);
                    return;
                }
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/tool_call_deltas.rs"]
mod checks;
