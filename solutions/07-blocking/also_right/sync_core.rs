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

/// Also right: a permit that travels with the call, and a lock of `std` that nobody ever waits for.
mod a_permit_that_travels {
    struct Chat {
        turn: Arc<sync::Semaphore>,
        core: Mutex<Conversation>,
    }

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Chat>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let chat = self.find(name);
            let its_turn = chat.turn.clone().acquire_owned().await.expect("nobody closes the semaphore");
            let message = message.to_owned();
            let call = spawn_blocking(move || {
                let _its_turn = its_turn;
                chat.core.lock().expect("nobody panics with this lock").say(&message)
            });
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, name: &str) -> Arc<Chat> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let core = || Mutex::new(Conversation::new(self.sdk.clone()));
            let begins = || Arc::new(Chat { turn: Arc::new(sync::Semaphore::new(1)), core: core() });
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Also right: a queue for each conversation, and one job on the pool that works it off and ends.
mod a_job_that_works_the_queue_off {
    use std::collections::VecDeque;

    type Message = (String, sync::oneshot::Sender<Result<String, Error>>);

    struct Chat {
        queue: VecDeque<Message>,
        /// Gone while a job has it.
        core: Option<Conversation>,
    }

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Mutex<Chat>>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (reply, replies) = sync::oneshot::channel();
            let chat = self.find(name);
            let core = {
                let mut chat = chat.lock().expect("nobody panics with this lock");
                chat.queue.push_back((message.to_owned(), reply));
                chat.core.take()
            };
            if let Some(core) = core {
                spawn_blocking(move || work_off(&chat, core));
            }
            replies.await.expect("the job answers")
        }

        fn find(&self, name: &str) -> Arc<Mutex<Chat>> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let core = || Some(Conversation::new(self.sdk.clone()));
            let begins = || Arc::new(Mutex::new(Chat { queue: VecDeque::new(), core: core() }));
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }

    fn work_off(chat: &Mutex<Chat>, mut core: Conversation) {
        loop {
            let next = {
                let mut chat = chat.lock().expect("nobody panics with this lock");
                match chat.queue.pop_front() {
                    Some(next) => next,
                    None => {
                        chat.core = Some(core);
                        return;
                    }
                }
            };
            let (message, reply) = next;
            let _ = reply.send(core.say(&message));
        }
    }
}

/// Also right: each message is a task that waits for the task before it.
mod each_waits_for_the_one_before {
    use futures::{
        FutureExt,
        future::{BoxFuture, Shared, ready},
    };

    struct Chat {
        last: Shared<BoxFuture<'static, ()>>,
        core: Arc<Mutex<Conversation>>,
    }

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Chat>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (reply, replies) = sync::oneshot::channel();
            self.find(name, message.to_owned(), reply);
            replies.await.expect("the task answers")
        }

        fn find(&self, name: &str, message: String, reply: sync::oneshot::Sender<Result<String, Error>>) {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let chat = by_name.entry(name.to_owned()).or_insert_with(|| Chat {
                last: ready(()).boxed().shared(),
                core: Arc::new(Mutex::new(Conversation::new(self.sdk.clone()))),
            });
            let (before, core) = (chat.last.clone(), chat.core.clone());
            let task = tokio::spawn(async move {
                before.await;
                let call = spawn_blocking(move || core.lock().expect("nobody panics with it").say(&message));
                let _ = reply.send(call.await.expect("the SDK does not panic"));
            });
            chat.last = task.map(|_| ()).boxed().shared();
        }
    }
}
