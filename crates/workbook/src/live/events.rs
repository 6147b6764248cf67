//! The stream of server-sent events: the format of lesson 04, from the side that writes it.
//!
//! Each event holds the whole state. So who comes back after a break needs nothing of what it missed, and `Last-Event-ID`, which
//! a browser then sends, changes nothing. The numbers are there to be read by people.

use std::{
    io::{self, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{
    board::{Board, News},
    response::{self, Status},
};

/// A comment after so much silence: what stands between us and the browser may end a connection that is silent for long, and a
/// browser that is gone without a word is noticed by a write.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often is looked whether the browser has left. Until then it takes a place.
const LOOK: Duration = Duration::from_millis(500);
/// When a browser that lost us tries again, in milliseconds.
const RETRY: u32 = 1000;

/// Sends each new state until the reader leaves or nothing more will come.
pub fn serve(stream: &mut TcpStream, board: &Board) -> io::Result<()> {
    response::head(stream, Status::Ok, "text/event-stream", None, &[])?;
    write!(stream, "retry: {RETRY}\n\n")?;
    let mut seen = 0;
    let mut last = Instant::now();
    loop {
        match board.after(seen, LOOK) {
            News::State { number, state } => {
                stream.write_all(event(number, &state).as_bytes())?;
                (seen, last) = (number, Instant::now());
            }
            // An event without data would not reach the page.
            News::Closed => return stream.write_all(b"event: end\ndata: {}\n\n"),
            News::None => {}
        }
        if has_left(stream)? {
            return Ok(());
        }
        if last.elapsed() >= HEARTBEAT {
            stream.write_all(b": still here\n\n")?;
            last = Instant::now();
        }
    }
}

/// One event. JSON has no line breaks outside of its strings, and inside they are escaped: one line holds it.
fn event(number: u64, state: &str) -> String {
    debug_assert!(!state.contains(['\r', '\n']), "a line break would end the field");
    format!("id: {number}\nevent: state\ndata: {state}\n\n")
}

/// A browser sends nothing after its request. What can be read is the end.
fn has_left(stream: &TcpStream) -> io::Result<bool> {
    stream.set_nonblocking(true)?;
    let found = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    match found {
        Ok(length) => Ok(length == 0),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_one_event_whatever_the_learner_wrote() {
        let state = serde_json::json!({ "output": "one\ntwo\r\n\nevent: end\ndata: {}\n\n\u{2028}" }).to_string();
        let event = event(7, &state);
        let lines: Vec<&str> = event.split('\n').collect();
        assert_eq!(lines.len(), 5, "three fields, an empty line, and the end: {event:?}");
        assert_eq!(lines[2].strip_prefix("data: "), Some(state.as_str()));
    }
}
