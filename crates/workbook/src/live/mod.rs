//! A page in the reader's browser that shows the newest verdict beside the chapter, as long as the runner watches.
//!
//! [`Live`] is all that the rest of the runner sees: it starts, is shown one state after the other, and ends when it is
//! dropped. In reading order:
//!
//! - [`board`]: the newest state, for as many readers as there are. Who shows a state never waits for one who reads;
//! - [`request`]: what a browser asks for, read with bounds, and refused where it is not for us;
//! - [`route`]: what stands at which address, and no file outside of the book;
//! - [`response`]: heads of answers;
//! - [`events`]: the stream of server-sent events, the state whole in each of them;
//! - [`server`]: a thread for each connection, and not too many of either.
//!
//! It listens on loopback only, and answers only to its own name: see [`request`]. The page is `page/`, three files that are
//! compiled in, with the player of the book.
//!
//! What it leaves out on purpose: HTTP that nobody here speaks (bodies, kept connections, ranges, HTTP/2), and a framework
//! with an async runtime, because the runner is what a learner waits for at the first start. A crate for blocking servers
//! would frame the stream as an answer with an end, so only the reading of the head is a library's: `httparse`. Each browser
//! opens at most six connections to one host, so at most five tabs of one browser follow at a time.

pub mod board;
pub mod request;
pub mod route;
pub mod response;
pub mod events;
pub mod server;

use std::{io, path::Path};

use serde_json::Value;

use self::server::Server;

/// A page that follows. Dropped, it says so to those who look at it, and the port is free.
#[derive(Debug)]
pub struct Live {
    server: Server,
}

impl Live {
    /// Serves the book that was built in this folder, and the page beside it. Port 0 is any that is free.
    ///
    /// # Errors
    /// The port is taken, or the book is not there.
    pub fn start(port: u16, book: &Path) -> io::Result<Self> {
        Ok(Self { server: Server::start(port, book)? })
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        format!("http://{}{}", self.server.address(), route::PAGE)
    }

    /// Shows a state to all who look, now and later. Returns at once.
    pub fn show(&self, state: &Value) {
        self.server.board().show(state.to_string());
    }
}
