//! A language model for tests: scripted, exact, and with a journal of everything that it saw.
//!
//! A [`MockLlm`] is a provider with one or more [`Model`]s. Each model has a script: how long until the first token, how
//! long between tokens, what it replies, what goes wrong. Calls are futures and streams like those of a real client. On
//! tokio's paused clock a call of 20 seconds takes no time at all, and it takes exactly 20 seconds of *virtual* time.
//!
//! ```
//! use std::time::Duration;
//! use futures::StreamExt;
//! use mock_llm::{MockLlm, Model};
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), mock_llm::Error> {
//! let llm = MockLlm::new([Model::new("atlas")
//!     .time_to_first_token(Duration::from_millis(400))
//!     .inter_token_latency(Duration::from_millis(20))
//!     .reply("Nothing runs until it is polled.")]);
//!
//! let reply = llm.complete("What is lazy?").await?;
//! assert_eq!(reply.text, "Nothing runs until it is polled.");
//!
//! let mut tokens = llm.stream("What is lazy?");
//! while let Some(token) = tokens.next().await {
//!     print!("{}", token?.text);
//! }
//!
//! let journal = llm.journal();
//! assert_eq!(journal.finished().count(), 2);
//! assert_eq!(journal.high_water(), 1, "the two calls never overlapped");
//! assert_eq!(journal.calls()[0].ended.as_ref().map(|(at, _)| *at), Some(Duration::from_millis(400 + 5 * 20)));
//! # Ok(())
//! # }
//! ```
//!
//! In reading order: [`Model`], [`When`] and [`Fault`] are the script; [`Latency`] is how long things take; [`Limits`] is
//! what the provider allows; [`MockLlm`] is the client, [`Request`] a call with more to say than a prompt, and
//! [`blocking`] the client that holds its thread; [`Journal`] is what the model saw; [`Clock`] is the seam to a runtime.
//!
//! There is no HTTP in here: `mock-llm-server` puts the same model behind a real server.

mod script;
mod latency;
mod limits;
mod request;
mod call;
pub mod blocking;
mod journal;
mod clock;
mod error;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use journal::Writing;
use limits::{Admission, Advanced, ToTell};

pub use call::TokenStream;
pub use clock::{Clock, Sleep, TokioClock};
pub use error::Error;
pub use journal::{Call, CallKind, CallSummary, End, Journal, JournalPage};
pub use latency::{Latency, luck};
pub use limits::{Allowance, LimitStatus, Limits};
pub use request::Request;
pub use script::{Fault, Finish, Model, When, tokens};

/// A provider of language models, and the client that talks to it. Clones talk to the same provider.
#[derive(Debug, Clone)]
pub struct MockLlm {
    shared: Arc<Shared>,
}

/// Builds a [`MockLlm`] where [`MockLlm::new`] is not enough.
#[derive(Debug, Default)]
pub struct Builder {
    models: Vec<Model>,
    seed: u64,
    clock: Option<Arc<dyn Clock>>,
    journal_limit: Option<usize>,
}

/// One model of a [`MockLlm`]: the same calls, to a model of your choice.
#[derive(Debug, Clone)]
pub struct ModelClient {
    shared: Arc<Shared>,
    model: String,
}

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The model that wrote it.
    pub model: String,
    pub text: String,
    /// How many tokens the text is made of.
    pub tokens: usize,
}

/// One piece of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its place in the reply, from 0.
    pub index: usize,
    /// A word, with the white space before it.
    pub text: String,
}

/// What all clones, calls and streams of one mock share.
#[derive(Debug)]
struct Shared {
    models: Vec<Model>,
    seed: u64,
    clock: Arc<dyn Clock>,
    journal_limit: Option<usize>,
    /// Whether the journal is to know where in the program a call is.
    notes_lines: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    journal: Journal,
    /// Time zero of the journal, on the clock: the first call, or the last restart.
    origin: Option<Duration>,
    /// How often the journal was restarted.
    epoch: u64,
    attempts: HashMap<(String, String), u32>,
    calls_of_model: HashMap<String, u32>,
    /// One for each model, in the provider's order.
    admissions: Vec<Admission>,
}

impl State {
    /// Counts a call: the number among the calls of its model, and its number among the attempts at its request.
    fn count(&mut self, model: &str, key: &str, journal_limit: Option<usize>) -> (u32, u32) {
        if journal_limit.is_some_and(|calls| self.attempts.len() >= calls.saturating_mul(16).max(1024)) {
            self.attempts.clear();
        }
        let calls = self.calls_of_model.entry(model.to_owned()).or_default();
        *calls += 1;
        let attempts = self.attempts.entry((model.to_owned(), key.to_owned())).or_default();
        *attempts += 1;
        (*calls, *attempts)
    }

    /// Writes into the journal which calls have begun, and gives whom to tell once the lock is free.
    fn note(&mut self, advanced: Advanced) -> ToTell {
        let origin = self.origin.unwrap_or_default();
        for (at, arrival) in advanced.begun {
            let (id, epoch) = arrival.entry;
            if epoch == self.epoch {
                self.journal.begin(id, Writing { begun: at.saturating_sub(origin), ..arrival.writing });
            }
        }
        advanced.to_tell
    }
}

impl Shared {
    /// The lock is held for a few lines that call no one else's code, so poison has no meaning here: a scripted panic is
    /// raised outside.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings a model's admission up to date: calls that have written everything end, and those that wait may begin.
    fn advance(&self, model: usize, now: Duration) {
        let mut state = self.lock();
        let advanced = state.admissions[model].advance(now);
        let to_tell = state.note(advanced);
        drop(state);
        to_tell.tell();
    }
}

impl MockLlm {
    /// A provider with these models, on tokio's clock.
    ///
    /// # Panics
    /// Without a model, or with two of one name.
    pub fn new(models: impl IntoIterator<Item = Model>) -> Self {
        models.into_iter().fold(Self::builder(), Builder::model).build()
    }

    /// A provider to be given models, a seed and a clock.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// One reply from the first model, in one piece.
    ///
    /// The future owns all it needs, so it can be moved to a task. The call starts when the future is first polled.
    ///
    /// # Errors
    /// Those of the model's script.
    ///
    /// # Panics
    /// When it is polled: where the script says so, and, on tokio's clock, outside of a runtime with its timer enabled.
    ///
    /// # Cancel safety
    /// Dropping the future ends the call; the journal says [`End::Dropped`].
    pub fn complete(&self, prompt: &str) -> impl Future<Output = Result<Reply, Error>> + Send + 'static + use<> {
        self.model(self.shared.models[0].name()).complete(prompt)
    }

    /// One reply from the first model, token by token.
    ///
    /// The call starts when the stream is first polled. After an error, and after the last token, comes the end of the
    /// stream, however often it is polled.
    ///
    /// # Errors
    /// Those of the model's script, as the last item.
    ///
    /// # Panics
    /// Those of [`complete`](MockLlm::complete).
    ///
    /// # Cancel safety
    /// `next()` may be dropped and called again: no token is lost. Dropping the stream ends the call.
    pub fn stream(&self, prompt: &str) -> TokenStream {
        self.model(self.shared.models[0].name()).stream(prompt)
    }

    /// The first model's client for code that cannot await.
    pub fn blocking(&self) -> blocking::Client {
        self.model(self.shared.models[0].name()).blocking()
    }

    /// The client for one model. A name that the provider does not know is an error of each call, as with a real one.
    pub fn model(&self, name: &str) -> ModelClient {
        ModelClient { shared: self.shared.clone(), model: name.to_owned() }
    }

    /// The names of the models, in the order in which they were given.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.shared.models.iter().map(Model::name)
    }

    /// A copy of the journal as it stands now.
    pub fn journal(&self) -> Journal {
        self.observe(|journal, now| journal.clone().taken_at(now))
    }

    /// A part of the journal as it stands now: at most `limit` calls that came after the one with the number `after`, from
    /// the first one with 0. Where those are forgotten, it begins with the oldest that is not.
    ///
    /// It costs as much as the calls that it gives, however long the journal is.
    ///
    /// ```
    /// use mock_llm::{MockLlm, Model};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), mock_llm::Error> {
    /// let llm = MockLlm::new([Model::new("atlas")]);
    /// for prompt in ["one", "two", "three"] {
    ///     llm.complete(prompt).await?;
    /// }
    /// let page = llm.journal_page(1, 10);
    /// let calls: Vec<_> = page.calls.iter().map(|call| (call.number, call.prompt.as_str())).collect();
    /// assert_eq!((calls, page.total), (vec![(2, "two"), (3, "three")], 3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn journal_page(&self, after: usize, limit: usize) -> JournalPage {
        self.observe(|journal, now| journal.page(after, limit, now))
    }

    /// Looks at the journal at this instant, counted from its time zero, after all that has happened by then.
    fn observe<T>(&self, look: impl FnOnce(&Journal, Duration) -> T) -> T {
        let now = self.shared.clock.now();
        for model in 0..self.shared.models.len() {
            self.shared.advance(model, now);
        }
        let state = self.shared.lock();
        let since_origin = now.saturating_sub(state.origin.unwrap_or(now));
        look(&state.journal, since_origin)
    }

    /// Empties the journal, makes now its time zero, and counts calls and attempts from 1 again.
    ///
    /// Calls that are in flight go on, and write nothing into the new journal. They keep their places under a concurrent
    /// limit; the limits per minute begin a new minute.
    pub fn restart(&self) {
        let now = self.shared.clock.now();
        let mut state = self.shared.lock();
        let epoch = state.epoch + 1;
        let mut admissions = std::mem::take(&mut state.admissions);
        admissions.iter_mut().for_each(Admission::refill);
        let journal = Journal::keeping(self.shared.journal_limit);
        *state = State { journal, origin: Some(now), epoch, admissions, ..State::default() };
    }

    /// From now on the journal notes at which lines of the program calls are made, polled, ended and dropped, and its
    /// [`timeline`](Journal::timeline) has [steps](timeline::Step): for pictures with the code beside them.
    ///
    /// To look at the call stack costs some microseconds each time. See [`CallStack`](timeline::CallStack) for what it takes to
    /// know lines.
    pub fn note_lines(&self) {
        self.shared.notes_lines.store(true, Ordering::Relaxed);
    }
}

impl ModelClient {
    /// The model's name.
    pub fn name(&self) -> &str {
        &self.model
    }

    /// One reply in one piece. See [`MockLlm::complete`], also for its panics.
    pub fn complete(&self, prompt: &str) -> impl Future<Output = Result<Reply, Error>> + Send + 'static + use<> {
        self.complete_request(Request::new(prompt))
    }

    /// One reply token by token. See [`MockLlm::stream`], also for its panics.
    pub fn stream(&self, prompt: &str) -> TokenStream {
        self.stream_request(Request::new(prompt))
    }

    /// [`complete`](ModelClient::complete) for a request with more to say than a prompt.
    pub fn complete_request(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Reply, Error>> + Send + 'static + use<> {
        call::complete(self.shared.clone(), self.model.clone(), request)
    }

    /// [`stream`](ModelClient::stream) for a request with more to say than a prompt.
    pub fn stream_request(&self, request: Request) -> TokenStream {
        TokenStream::new(self.shared.clone(), self.model.clone(), request)
    }

    /// Whether the script has a reply of its own to this prompt. `false` for a model that the provider does not know.
    pub fn has_reply_to(&self, prompt: &str) -> bool {
        self.script().is_some_and(|model| model.has_reply_to(prompt))
    }

    /// What will end the reply to a request where nothing goes wrong. `None` for a model that the provider does not know.
    pub fn finish(&self, request: &Request) -> Option<Finish> {
        self.script().map(|model| model.finish(request))
    }

    /// How many tokens the reply to a request has where nothing goes wrong: those of one choice. `None` for a model that the
    /// provider does not know.
    pub fn reply_tokens(&self, request: &Request) -> Option<usize> {
        self.script().map(|model| model.reply_tokens(request))
    }

    /// How many tokens a request is charged under a limit per minute: those of its prompt, and those of each choice. `None`
    /// for a model that the provider does not know.
    pub fn cost(&self, request: &Request) -> Option<usize> {
        self.reply_tokens(request).map(|tokens| request.cost(request.count_prompt_tokens(), tokens))
    }

    fn script(&self) -> Option<&Model> {
        self.shared.models.iter().find(|model| model.name() == self.model)
    }

    /// The client for code that cannot await: a call holds its thread.
    pub fn blocking(&self) -> blocking::Client {
        blocking::Client::new(self.shared.clone(), self.model.clone())
    }

    /// What is left of the model's limits now. `None` for a model that the provider does not know.
    pub fn limits(&self) -> Option<LimitStatus> {
        let now = self.shared.clock.now();
        let place = self.shared.models.iter().position(|model| model.name() == self.model)?;
        self.shared.advance(place, now);
        Some(self.shared.lock().admissions[place].status(now))
    }
}

impl Builder {
    /// Adds a model. The first one answers the calls that name none.
    #[must_use]
    pub fn model(mut self, model: Model) -> Self {
        self.models.push(model);
        self
    }

    /// The seed of all draws. The same seed and the same requests give the same latencies and the same faults.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The clock to run on, in place of tokio's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// For a model that runs for days: the journal keeps this many of the latest calls, sometimes up to twice as many. Of their
    /// tokens it keeps the latest million of instants, and of the others how many they were. Attempts are counted over up to 16
    /// times as many different requests, and over 1024 at least; then all of them begin again. Without it, nothing is forgotten.
    #[must_use]
    pub fn journal_limit(mut self, calls: usize) -> Self {
        self.journal_limit = Some(calls);
        self
    }

    /// The provider.
    ///
    /// # Panics
    /// Without a model, or with two of one name.
    pub fn build(self) -> MockLlm {
        assert!(!self.models.is_empty(), "a provider needs at least one model");
        for (index, model) in self.models.iter().enumerate() {
            let twice = self.models[..index].iter().any(|other| other.name() == model.name());
            assert!(!twice, "two models are named `{}`", model.name());
        }
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::default()));
        let admissions = self.models.iter().map(|model| Admission::new(model.allowed())).collect();
        let journal = Journal::keeping(self.journal_limit);
        let state = Mutex::new(State { journal, admissions, ..State::default() });
        let Self { models, seed, journal_limit, .. } = self;
        let notes_lines = AtomicBool::new(false);
        MockLlm { shared: Arc::new(Shared { models, seed, clock, journal_limit, notes_lines, state }) }
    }
}

/// Compiles and runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeIsTrue;
