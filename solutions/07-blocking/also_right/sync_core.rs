//! # Sync core: what else is right
//!
//! Each module holds only what differs from the solution, `../sync_core.rs`.

/// Also right: a task for each conversation, which owns it, and takes its messages from a channel.
mod a_task_for_each {
    use tokio::sync::{mpsc, oneshot};

    type Message = (String, oneshot::Sender<Result<String, Error>>);

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, mpsc::UnboundedSender<Message>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (reply, replies) = oneshot::channel();
            let _ = self.find(name).send((message.to_owned(), reply));
            replies.await.expect("the task answers")
        }

        fn find(&self, name: &str) -> mpsc::UnboundedSender<Message> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let begins = || {
                let (queue, mut messages) = mpsc::unbounded_channel::<Message>();
                let mut conversation = Conversation::new(self.sdk.clone());
                tokio::spawn(async move {
                    while let Some((message, reply)) = messages.recv().await {
                        let call = spawn_blocking(move || {
                            let _ = reply.send(conversation.say(&message));
                            conversation
                        });
                        conversation = call.await.expect("the SDK does not panic");
                    }
                });
                queue
            };
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Also right: a thread for each conversation.
mod a_thread_for_each {
    use std::sync::mpsc;

    use tokio::sync::oneshot;

    type Message = (String, oneshot::Sender<Result<String, Error>>);

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, mpsc::Sender<Message>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (reply, replies) = oneshot::channel();
            let _ = self.find(name).send((message.to_owned(), reply));
            replies.await.expect("the thread answers")
        }

        fn find(&self, name: &str) -> mpsc::Sender<Message> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let begins = || {
                let (queue, messages) = mpsc::channel::<Message>();
                let mut conversation = Conversation::new(self.sdk.clone());
                std::thread::spawn(move || {
                    for (message, reply) in messages {
                        let _ = reply.send(conversation.say(&message));
                    }
                });
                queue
            };
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Also right: an async lock for the map too, which is let go before the call.
mod an_async_map {
    pub struct Conversations {
        sdk: Client,
        by_name: sync::Mutex<HashMap<String, Arc<sync::Mutex<Conversation>>>>,
    }

    impl Conversations {
        pub fn new(sdk: Client) -> Self {
            Self { sdk, by_name: sync::Mutex::default() }
        }

        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let mut by_name = self.by_name.lock().await;
            let begins = || Arc::new(sync::Mutex::new(Conversation::new(self.sdk.clone())));
            let conversation = by_name.entry(name.to_owned()).or_insert_with(begins).clone();
            drop(by_name);
            let (mut its_turn, message) = (conversation.lock_owned().await, message.to_owned());
            let call = spawn_blocking(move || its_turn.say(&message));
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, _name: &str) {}
    }
}
