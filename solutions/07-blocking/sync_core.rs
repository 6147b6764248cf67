//! # Sync core: a solution
//!
//! Two locks, each for what it is good at. The map is held by `std`'s, for the few lines that find a conversation:
//! nobody waits there. A conversation is held for the time of a call, so its lock is tokio's: who waits for it awaits,
//! holds no thread, and gets it in the order of asking.
//!
//! The turn comes first, and the pool after it. The guard of the lock goes into the closure: the turn ends when the
//! call does, also where the caller is gone. The core knows nothing of all this.
//!
//! A server that runs for months would also forget conversations. Here they stay.
//!
//! Also right: a task for each conversation that owns it, with a channel of messages and a oneshot for each reply; a
//! thread of its own in place of the task, which costs a thread for each conversation.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use mock_llm::{Error, blocking::Client};
use tokio::{sync, task::spawn_blocking};

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
    by_name: Mutex<HashMap<String, Arc<sync::Mutex<Conversation>>>>,
}

impl Conversations {
    pub fn new(sdk: Client) -> Self {
        Self { sdk, by_name: Mutex::default() }
    }

    /// Says something in the conversation of this name, and returns the reply.
    pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
        let conversation = self.find(name);
        let mut its_turn = conversation.lock_owned().await;
        let message = message.to_owned();
        let call = spawn_blocking(move || its_turn.say(&message));
        call.await.expect("the SDK does not panic")
    }

    /// The conversation of this name, which begins if there is none.
    fn find(&self, name: &str) -> Arc<sync::Mutex<Conversation>> {
        let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
        let begins = || Arc::new(sync::Mutex::new(Conversation::new(self.sdk.clone())));
        by_name.entry(name.to_owned()).or_insert_with(begins).clone()
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/sync_core.rs"]
mod checks;
