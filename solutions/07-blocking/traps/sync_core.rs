//! # Sync core: what people write
//!
//! Each module holds only what differs from the solution, `../sync_core.rs`.

/// Trap: each message has a core of its own.
/// Caught by: a_conversation_remembers
/// Says: nothing is remembered
mod a_core_for_each_message {
    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (mut conversation, message) = (Conversation::new(self.sdk.clone()), message.to_owned());
            let call = spawn_blocking(move || conversation.say(&message));
            call.await.expect("the SDK does not panic")
        }
    }
}

/// Trap: the core is called in the async function, under its async lock: an async lock around it, and nothing is moved.
/// Caught by: a_conversation_remembers
/// Says: holds the thread, and all other conversations with it
mod async_lock_alone {
    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            self.find(name).lock().await.say(message)
        }
    }
}

/// Trap: the core is written anew, with the async client.
/// Caught by: the compiler
/// Says: is not a future
mod async_core {
    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let conversation = self.find(name);
            let mut conversation = conversation.lock().await;
            conversation.history.push(message.to_owned());
            let reply = conversation.sdk.complete(&conversation.history.join("\n")).await?;
            conversation.history.push(reply.text.clone());
            Ok(reply.text)
        }
    }
}

/// Trap: one lock for the map and all conversations in it.
/// Caught by: conversations_overlap
/// Says: something holds a lock on all of them
mod one_lock_for_all {
    pub struct Conversations {
        sdk: Client,
        by_name: Arc<sync::Mutex<HashMap<String, Conversation>>>,
    }

    impl Conversations {
        pub fn new(sdk: Client) -> Self {
            Self { sdk, by_name: Arc::default() }
        }

        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let mut by_name = self.by_name.clone().lock_owned().await;
            let (sdk, name, message) = (self.sdk.clone(), name.to_owned(), message.to_owned());
            let call =
                spawn_blocking(move || by_name.entry(name).or_insert_with(|| Conversation::new(sdk)).say(&message));
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, _name: &str) {}
    }
}

/// Trap: one thread for all conversations, with a queue of messages.
/// Caught by: conversations_overlap
/// Says: or one thread serves them all
mod one_thread_for_all {
    use std::sync::mpsc;

    use tokio::sync::oneshot;

    type Message = (String, String, oneshot::Sender<Result<String, Error>>);

    pub struct Conversations {
        queue: mpsc::Sender<Message>,
    }

    impl Conversations {
        pub fn new(sdk: Client) -> Self {
            let (queue, messages) = mpsc::channel::<Message>();
            std::thread::spawn(move || {
                let mut by_name = HashMap::new();
                for (name, message, reply) in messages {
                    let conversation = by_name.entry(name).or_insert_with(|| Conversation::new(sdk.clone()));
                    let _ = reply.send(conversation.say(&message));
                }
            });
            Self { queue }
        }

        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (reply, replies) = oneshot::channel();
            let _ = self.queue.send((name.to_owned(), message.to_owned(), reply));
            replies.await.expect("the thread answers")
        }

        fn find(&self, _name: &str) {}
    }
}

/// Trap: a lock of `std`, taken on the pool: each message that waits holds a thread.
/// Caught by: who_waits_holds_no_thread
/// Says: all of them wait for a lock
mod std_lock_on_the_pool {
    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Mutex<Conversation>>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (conversation, message) = (self.find(name), message.to_owned());
            let call = spawn_blocking(move || conversation.lock().expect("nobody panics with this lock").say(&message));
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, name: &str) -> Arc<Mutex<Conversation>> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let begins = || Arc::new(Mutex::new(Conversation::new(self.sdk.clone())));
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Trap: the conversation is taken out of the map for the time of a call, and put back after it.
/// Caught by: a_caller_gives_up
/// Says: Where the conversation lives in the future that was dropped, it is lost
mod taken_out_and_put_back {
    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<sync::Mutex<Option<Conversation>>>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let place = self.find(name);
            let mut place = place.lock().await;
            let mut conversation = place.take().unwrap_or_else(|| Conversation::new(self.sdk.clone()));
            let message = message.to_owned();
            let call = spawn_blocking(move || {
                let reply = conversation.say(&message);
                (conversation, reply)
            });
            let (conversation, reply) = call.await.expect("the SDK does not panic");
            *place = Some(conversation);
            reply
        }

        fn find(&self, name: &str) -> Arc<sync::Mutex<Option<Conversation>>> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            by_name.entry(name.to_owned()).or_default().clone()
        }
    }
}

/// Trap: the lock of `std` is taken in the async function, and goes out to the pool: the next message holds the event
/// loop.
/// Caught by: conversations_overlap
/// Says: by a lock of `std` that somebody else holds
mod std_lock_across_the_call {
    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Mutex<Conversation>>>>,
    }

    impl Conversations {
        #[allow(clippy::await_holding_lock, reason = "it is the mistake")]
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let conversation = self.find(name);
            let (on_the_pool, message) = (conversation.clone(), message.to_owned());
            // Who holds the conversation is in flight: wait for it here.
            drop(conversation.lock().expect("nobody panics with this lock"));
            let (begun, begins) = sync::oneshot::channel();
            let call = spawn_blocking(move || {
                let mut conversation = on_the_pool.lock().expect("nobody panics with this lock");
                let _ = begun.send(());
                conversation.say(&message)
            });
            let _ = begins.await;
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, name: &str) -> Arc<Mutex<Conversation>> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let begins = || Arc::new(Mutex::new(Conversation::new(self.sdk.clone())));
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Trap: whose turn it is, and whether a call has ended, is asked again and again.
/// Caught by: messages_keep_their_order
/// Says: asks again and again
mod asks_again_and_again {
    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let conversation = self.find(name);
            let (mut its_turn, message) = (conversation.lock_owned().await, message.to_owned());
            let call = spawn_blocking(move || its_turn.say(&message));
            while !call.is_finished() {
                tokio::task::yield_now().await;
            }
            call.await.expect("the SDK does not panic")
        }
    }
}

/// Trap: a limit that nobody asked for: sixteen conversations at a time.
/// Caught by: conversations_overlap
/// Says: calls in flight: 16
mod sixteen_at_a_time {
    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<sync::Mutex<Conversation>>>>,
        places: Arc<sync::Semaphore>,
    }

    impl Conversations {
        pub fn new(sdk: Client) -> Self {
            Self { sdk, by_name: Mutex::default(), places: Arc::new(sync::Semaphore::new(16)) }
        }

        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let conversation = self.find(name);
            let mut its_turn = conversation.lock_owned().await;
            let place = self.places.clone().acquire_owned().await.expect("nobody closes the semaphore");
            let message = message.to_owned();
            let call = spawn_blocking(move || {
                let _place = place;
                its_turn.say(&message)
            });
            call.await.expect("the SDK does not panic")
        }
    }
}

/// Trap: the turn is a guard beside the call, and stays with the caller: who comes after a caller that left waits in the pool.
/// Caught by: callers_give_up_in_line
/// Says: The turn (the guard of the async lock, the permit) ends with the call, and not with the caller
mod the_turn_stays_with_the_caller {
    struct Chat {
        turn: sync::Mutex<()>,
        core: Mutex<Conversation>,
    }

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Chat>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let chat = self.find(name);
            let _its_turn = chat.turn.lock().await;
            let (on_the_pool, message) = (chat.clone(), message.to_owned());
            let call = spawn_blocking(move || on_the_pool.core.lock().expect("nobody panics with it").say(&message));
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, name: &str) -> Arc<Chat> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let core = || Mutex::new(Conversation::new(self.sdk.clone()));
            let begins = || Arc::new(Chat { turn: sync::Mutex::new(()), core: core() });
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Trap: whether the conversation is free is asked every ten milliseconds.
/// Caught by: messages_keep_their_order
/// Says: asks again and again
mod looks_on_a_timer {
    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let conversation = self.find(name);
            let mut its_turn = loop {
                match conversation.clone().try_lock_owned() {
                    Ok(its_turn) => break its_turn,
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                }
            };
            let message = message.to_owned();
            let call = spawn_blocking(move || its_turn.say(&message));
            call.await.expect("the SDK does not panic")
        }
    }
}

/// Trap: all who wait are woken when the conversation is free, and the first that is polled takes it.
/// Caught by: messages_keep_their_order
/// Says: whoever is polled first takes the turn
mod all_are_woken {
    struct Chat {
        core: Mutex<Option<Conversation>>,
        free: sync::Notify,
    }

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Chat>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let chat = self.find(name);
            let mut core = loop {
                let free = chat.free.notified();
                if let Some(core) = chat.core.lock().expect("nobody panics with this lock").take() {
                    break core;
                }
                free.await;
            };
            let message = message.to_owned();
            let call = spawn_blocking(move || {
                let reply = core.say(&message);
                *chat.core.lock().expect("nobody panics with this lock") = Some(core);
                chat.free.notify_waiters();
                reply
            });
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, name: &str) -> Arc<Chat> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let core = || Mutex::new(Some(Conversation::new(self.sdk.clone())));
            let begins = || Arc::new(Chat { core: core(), free: sync::Notify::new() });
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Trap: the next one is woken when the conversation is free, and who comes before it is polled takes it.
/// Caught by: nobody_gets_in_between
/// Says: whoever is polled first takes the turn
mod a_newcomer_takes_it {
    struct Chat {
        core: Mutex<Option<Conversation>>,
        free: sync::Notify,
    }

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Chat>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let chat = self.find(name);
            let mut core = loop {
                let free = chat.free.notified();
                if let Some(core) = chat.core.lock().expect("nobody panics with this lock").take() {
                    break core;
                }
                free.await;
            };
            let message = message.to_owned();
            let call = spawn_blocking(move || {
                let reply = core.say(&message);
                *chat.core.lock().expect("nobody panics with this lock") = Some(core);
                chat.free.notify_one();
                reply
            });
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, name: &str) -> Arc<Chat> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let core = || Mutex::new(Some(Conversation::new(self.sdk.clone())));
            let begins = || Arc::new(Chat { core: core(), free: sync::Notify::new() });
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Trap: a line of oneshot channels, and the conversation is sent to the first of them, also where nobody is there any more.
/// Caught by: callers_give_up_in_line
/// Says: a `send` that fails gives back what it could not hand over
mod handed_to_nobody {
    use std::collections::VecDeque;

    struct Chat {
        free: Option<Conversation>,
        line: VecDeque<sync::oneshot::Sender<Conversation>>,
    }

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Mutex<Chat>>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let chat = self.find(name);
            let waits = {
                let mut chat = chat.lock().expect("nobody panics with this lock");
                let (sender, receiver) = sync::oneshot::channel();
                match chat.free.take() {
                    Some(conversation) => sender.send(conversation).ok().expect("the receiver is here"),
                    None => chat.line.push_back(sender),
                }
                receiver
            };
            let mut conversation = waits.await.expect("somebody hands it on");
            let message = message.to_owned();
            let call = spawn_blocking(move || {
                let reply = conversation.say(&message);
                let mut chat = chat.lock().expect("nobody panics with this lock");
                match chat.line.pop_front() {
                    Some(next) => drop(next.send(conversation)),
                    None => chat.free = Some(conversation),
                }
                reply
            });
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, name: &str) -> Arc<Mutex<Chat>> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let free = || Some(Conversation::new(self.sdk.clone()));
            let begins = || Arc::new(Mutex::new(Chat { free: free(), line: VecDeque::new() }));
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Trap: the permit is taken for good, and the caller gives one back after its `.await`.
/// Caught by: a_caller_gives_up
/// Says: nobody ever gives it on
mod a_permit_of_the_caller {
    struct Chat {
        turn: sync::Semaphore,
        core: Mutex<Conversation>,
    }

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, Arc<Chat>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let chat = self.find(name);
            chat.turn.acquire().await.expect("nobody closes the semaphore").forget();
            let (on_the_pool, message) = (chat.clone(), message.to_owned());
            let call = spawn_blocking(move || on_the_pool.core.lock().expect("nobody panics with it").say(&message));
            let reply = call.await.expect("the SDK does not panic");
            chat.turn.add_permits(1);
            reply
        }

        fn find(&self, name: &str) -> Arc<Chat> {
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            let core = || Mutex::new(Conversation::new(self.sdk.clone()));
            let begins = || Arc::new(Chat { turn: sync::Semaphore::new(1), core: core() });
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Trap: the map of conversations is locked while a message waits for its turn.
/// Caught by: who_waits_holds_no_thread
/// Says: let it go before you wait
mod the_map_is_held_in_line {
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
            let mut its_turn = conversation.lock_owned().await;
            drop(by_name);
            let message = message.to_owned();
            let call = spawn_blocking(move || its_turn.say(&message));
            call.await.expect("the SDK does not panic")
        }

        fn find(&self, _name: &str) {}
    }
}

/// Trap: a task for each conversation, which ends when its reply has nobody to go to.
/// Caught by: a_caller_gives_up
/// Says: The caller of the first message has gone
mod a_task_that_ends_with_its_caller {
    type Message = (String, sync::oneshot::Sender<Result<String, Error>>);

    pub struct Conversations {
        sdk: Client,
        by_name: Mutex<HashMap<String, sync::mpsc::UnboundedSender<Message>>>,
    }

    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (reply, replies) = sync::oneshot::channel();
            let _ = self.find(name).send((message.to_owned(), reply));
            replies.await.expect("the task answers")
        }

        fn find(&self, name: &str) -> sync::mpsc::UnboundedSender<Message> {
            let begins = || {
                let (sender, mut messages) = sync::mpsc::unbounded_channel::<Message>();
                let mut conversation = Conversation::new(self.sdk.clone());
                tokio::spawn(async move {
                    while let Some((message, reply)) = messages.recv().await {
                        let call = spawn_blocking(move || {
                            let reply = conversation.say(&message);
                            (conversation, reply)
                        });
                        let (back, said) = call.await.expect("the SDK does not panic");
                        conversation = back;
                        if reply.send(said).is_err() {
                            return;
                        }
                    }
                });
                sender
            };
            let mut by_name = self.by_name.lock().expect("nobody panics with this lock");
            by_name.entry(name.to_owned()).or_insert_with(begins).clone()
        }
    }
}

/// Trap: a task takes the place in the line. On one thread tasks are polled in the order in which they were spawned.
/// Caught by: their_order_on_another_runtime
/// Says: poll the newest one first
mod a_task_takes_the_place {
    impl Conversations {
        pub async fn say(&self, name: &str, message: &str) -> Result<String, Error> {
            let (conversation, message) = (self.find(name), message.to_owned());
            let answered = tokio::spawn(async move {
                let mut its_turn = conversation.lock_owned().await;
                spawn_blocking(move || its_turn.say(&message)).await.expect("the SDK does not panic")
            });
            answered.await.expect("the SDK does not panic")
        }
    }
}
