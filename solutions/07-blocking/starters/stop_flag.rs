//! # Stop flag
//!
//! An index of documents is built while a user waits, and the user may press "stop". `embed` is a synchronous SDK that holds
//! its thread, for seconds or, when the network is gone, for ever. Nothing can end a call from outside. So:
//!
//! `Indexing::start` returns at once. The documents are embedded one after another, beside the event loop. `documents` may be
//! endless, and may hold its thread, too: each is fetched when its turn comes, and not by the loop.
//!
//! `stop` makes sure that no further document is begun, waits for the one in work, if there is one, and says how many were
//! embedded; if all were, it says so too. A document that is being fetched at that moment may still be embedded or not, and
//! `stop` may wait for its fetch; but none is embedded after `stop` has returned, and the number is right. It waits without
//! holding the event loop's thread, and does not look again and again.
//!
//! Dropping an `Indexing`, or the future of `stop`, also means that no further document is begun, and nobody waits. And when
//! the app ends, its runtime is dropped: that must return even if a call of `embed` never does.
//!
//! Run: `cargo workbook check 07-blocking/stop_flag` · Read: book, chapter 7, What cannot be stopped · 12 min

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tokio::{sync::oneshot, task::spawn_blocking};

/// The SDK. A call holds its thread.
pub type Embed = Box<dyn FnMut(String) + Send>;

/// What is to be embedded.
pub type Documents = Box<dyn Iterator<Item = String> + Send>;

/// Documents that are being embedded.
pub struct Indexing {
    // What do the two sides have to tell each other?
}

impl Indexing {
    /// Begins with the first document, and returns at once. Called on a runtime.
    pub fn start(documents: Documents, embed: Embed) -> Self {
        todo!("start what embeds the documents, so that it ends when it is told to")
    }

    /// Stops after the document in work, and says how many were embedded.
    pub async fn stop(self) -> usize {
        todo!("tell it to end, and wait until it has")
    }
}

#[path = "checks/stop_flag.rs"]
mod checks;
