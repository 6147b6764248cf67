//! # How it ended: a solution
//!
//! The status decides what the pieces are, so it comes first. Then there is one loop, and each way out of it is an end: the mark,
//! the error, and the end of the connection, which is a cut wherever it comes. The loop is left at once, and the response is
//! dropped when `read` returns, whether or not its connection would go on.
//!
//! The text grows beside the loop, so no end can take it along.
//!
//! Whether to ask again depends on two things: whether the reader has seen anything, and whose fault it was.
//!
//! Also right: a `while let` with an `Option` for the end; `take_while` and a fold; a function for each kind of response.

use futures::{StreamExt, stream::LocalBoxStream};
use mock_llm::Error;

/// A response: its status, and its pieces as they come. With status 200 each piece is the data of one event.
pub struct Response {
    pub status: u16,
    pub pieces: LocalBoxStream<'static, Result<String, Error>>,
}

/// What an event says.
pub enum Data<'a> {
    Token(&'a str),
    Error(&'a str),
    Mark,
    /// A sign of life, or something that nobody knows: to be skipped.
    Other,
}

/// Reads the data of an event.
pub fn parse(data: &str) -> Data<'_> {
    let between = |start, end| data.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    if data == "[DONE]" {
        Data::Mark
    } else if let Some(text) = between("{\"token\": \"", "\"}") {
        Data::Token(text)
    } else if let Some(message) = between("{\"error\": \"", "\"}") {
        Data::Error(message)
    } else {
        Data::Other
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Whole,
    Cut,
    Failed(String),
    Refused(u16, String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    pub end: End,
    pub may_ask_again: bool,
}

/// Reads a response to its end, whichever end it is.
pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
    let Response { status, mut pieces } = response;
    let (mut text, mut shown) = (String::new(), false);
    let end = if status == 200 {
        loop {
            let Some(Ok(data)) = pieces.next().await else { break End::Cut };
            match parse(&data) {
                Data::Token(token) => {
                    show(token);
                    shown = true;
                    text.push_str(token);
                }
                Data::Error(message) => break End::Failed(message.to_owned()),
                Data::Mark => break End::Whole,
                Data::Other => {}
            }
        }
    } else {
        let mut message = String::new();
        while let Some(Ok(piece)) = pieces.next().await {
            message.push_str(&piece);
        }
        End::Refused(status, message)
    };
    let may_ask_again = match &end {
        End::Whole => false,
        End::Cut | End::Failed(_) => !shown,
        End::Refused(status, _) => *status == 429 || *status >= 500,
    };
    Answer { text, end, may_ask_again }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/how_it_ended.rs"]
mod checks;
