//! # How it ended
//!
//! A streamed answer ends in four ways, and a client that cannot tell them apart shows half an answer as a whole one. `read` reads a
//! response, shows each token when it comes, and says how it ended:
//!
//! - `Whole`: the end mark came. That is the end, at once: the connection may stay open for hours, and what comes on it is
//!   nobody's.
//! - `Cut`: the connection of an answer ended or broke, and no mark had come.
//! - `Failed`: the server gave the answer up and sent an error in place of a token, after status 200. Also at once.
//! - `Refused`: the status was not 200. Then there are no events, and the pieces are those of the error's text, to their end. If the
//!   connection breaks before that, it is `Refused` with what has come.
//!
//! The text that came is kept in every case. (Of a refusal, `text` is empty: its words stand in the end.)
//!
//! `may_ask_again` says whether the same question may be asked once more. It may not after `Whole`, nor when some text was shown, for
//! it would be shown twice. After a refusal it may only with status 429, for then the question came too early, or with one from 500
//! to 599, for then the server was in trouble. With any other, 302 as well as 404, the same question would get the same reply.
//!
//! Run: `cargo workbook check 04-streams/how_it_ended` · Read: book, chapter 4, How an answer ends · 15 min

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
    todo!("read piece by piece, and look at each: is it a token, or an end, and which one?")
}

#[path = "checks/how_it_ended.rs"]
mod checks;
