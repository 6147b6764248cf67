//! A core that stays synchronous, and an async shell around it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use mock_llm::{Error, blocking};
use tokio::{sync, task::spawn_blocking};

// ANCHOR: core
/// What one user and the model have said. There is no `async` in here: it is easy to test, and a program without a runtime
/// can use it.
#[derive(Debug, Default)]
pub struct Conversation {
    turns: Vec<String>,
}

impl Conversation {
    /// Asks, and keeps both sides. A call that fails keeps nothing.
    ///
    /// # Errors
    /// Those of the client.
    pub fn say(&mut self, client: &blocking::Client, text: &str) -> Result<String, Error> {
        let reply = client.complete(text)?.text;
        self.turns.extend([text.to_owned(), reply.clone()]);
        Ok(reply)
    }

    pub fn turns(&self) -> &[String] {
        &self.turns
    }
}
// ANCHOR_END: core

// ANCHOR: shell
/// The edge: it knows the runtime, and nothing else does. It keeps what every user has said, for as long as it lives.
#[derive(Debug)]
pub struct Desk {
    client: blocking::Client,
    conversations: Mutex<HashMap<u64, Arc<sync::Mutex<Conversation>>>>,
}

impl Desk {
    pub fn new(client: blocking::Client) -> Self {
        Self { client, conversations: Mutex::default() }
    }

    /// The turns of one user come one after another, in the order in which they asked; those of two users at the same time.
    ///
    /// # Errors
    /// Those of the client.
    pub async fn say(&self, user: u64, text: String) -> Result<String, Error> {
        // Awaited here: a turn that waits for the one before it takes no thread of the pool.
        let mut conversation = self.conversation(user).lock_owned().await;
        let client = self.client.clone();
        let turn = spawn_blocking(move || conversation.say(&client, &text));
        turn.await.expect("the core does not panic")
    }

    /// The lock of the list is free again before anybody waits.
    pub fn conversation(&self, user: u64) -> Arc<sync::Mutex<Conversation>> {
        let mut all = self.conversations.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(user).or_default())
    }
}
// ANCHOR_END: shell
