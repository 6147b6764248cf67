//! # Sync core
//!
//! `Conversation` is the core of a chat service: synchronous, tested, and used by a command line tool as well. It stays
//! as it is. `Conversations` is the edge of an async server, and wraps it. `say` gives a message to the conversation of
//! that name, and returns the reply or the error. A conversation begins with its first message, and remembers what was
//! said in it.
//!
//! No call of the SDK runs on the thread of the event loop, and that thread is never held, nor kept busy by asking
//! again and again. The messages of one conversation are answered one at a time, in the order in which their `say` was
//! first polled. Conversations do not wait for each other. However many messages wait in one of them, they hold no
//! thread meanwhile. When a caller gives up, the message that is being answered then is answered all the same, and the
//! next one waits for it, without a thread. One that still waits for its turn may be left out: those behind it are
//! answered. (The SDK does not panic.)
//!
//! Run: `cargo workbook check 07-blocking/sync_core` · Read: book, chapter 7, Sync core, async shell · 12 min

use mock_llm::{Error, blocking::Client};

/// One conversation, with all that was said. Nothing in here is async, and nothing needs to be.
pub struct Conversation {
    sdk: Client,
    history: Vec<String>,
}

impl Conversation {
    pub fn new(sdk: Client) -> Self {
        Self { sdk, history: Vec::new() }
    }

    /// Sends all that was said, and this message, to the model. Holds its thread until the reply is there.
    pub fn say(&mut self, message: &str) -> Result<String, Error> {
        self.history.push(message.to_owned());
        match self.sdk.complete(&self.history.join("\n")) {
            Ok(reply) => {
                self.history.push(reply.text.clone());
                Ok(reply.text)
            }
            Err(error) => {
                self.history.pop();
                Err(error)
            }
        }
    }
}

/// All conversations of the server.
pub struct Conversations {
    sdk: Client,
}

impl Conversations {
    pub fn new(sdk: Client) -> Self {
        Self { sdk }
    }

    /// Says something in the conversation of this name, and returns the reply.
    pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
        todo!("find or begin the conversation, wait for its turn, and let a thread of the pool call its `say`")
    }
}

#[path = "checks/sync_core.rs"]
mod checks;
