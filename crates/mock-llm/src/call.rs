//! One call in flight: what the futures and streams of the public interface are made of.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use futures::Stream;

use crate::{Call, CallKind, End, Error, Fault, Reply, Shared, Sleep, Token, journal::Writing, script::Plan};

/// A call that has started. It is in the journal, and it leaves the journal's in-flight count exactly once: when it ends,
/// or when it is dropped.
#[derive(Debug)]
pub(crate) struct InFlight {
    shared: Arc<Shared>,
    id: usize,
    /// Which life of the journal the call belongs to; after a restart it writes nothing more.
    epoch: u64,
    started: Duration,
    plan: Plan,
    over: bool,
}

impl InFlight {
    pub(crate) fn start(shared: Arc<Shared>, model: &str, prompt: &str, kind: CallKind) -> Result<Self, Error> {
        let started = shared.clock.now();
        let mut state = shared.lock();
        let origin = *state.origin.get_or_insert(started);
        let calls = state.calls_of_model.entry(model.to_owned()).or_default();
        *calls += 1;
        let number = *calls;
        let attempts = state.attempts.entry((model.to_owned(), prompt.to_owned())).or_default();
        *attempts += 1;
        let attempt = *attempts;
        let begun = started.saturating_sub(origin);
        let id = state.journal.start(Call {
            model: model.to_owned(),
            prompt: prompt.to_owned(),
            attempt,
            kind,
            started: begun,
            first_token: None,
            produced: Vec::new(),
            delivered: 0,
            ended: None,
        });
        let Some(script) = shared.models.iter().find(|script| script.name() == model) else {
            let error = Error::UnknownModel(model.to_owned());
            state.journal.end(id, begun, End::Failed(error.clone()));
            return Err(error);
        };
        let plan = script.plan(shared.seed, prompt, number, attempt);
        let due_after_begin = plan.due_after_start.clone();
        state.journal.begin_writing(id, Writing { begun, due_after_begin, count: plan.token_count() });
        let epoch = state.epoch;
        drop(state);
        Ok(Self { shared, id, epoch, started, plan, over: false })
    }

    /// When what follows the tokens happens: the fault, or the end.
    fn last_instant(&self) -> Duration {
        self.started.saturating_add(self.plan.last_after_start())
    }

    /// The call's verdict, once all of its tokens are out. `None`: it never gets one, the model stalls.
    fn conclude(&mut self) -> Option<Result<(), Error>> {
        match self.plan.fault {
            None => {
                self.end(End::Finished);
                Some(Ok(()))
            }
            Some(Fault::StallAfter(_)) => None,
            Some(Fault::Panic) => panic!("the client library panicked, as its script says"),
            Some(fault) => {
                let error = fault.error(self.plan.token_count())?;
                self.end(End::Failed(error.clone()));
                Some(Err(error))
            }
        }
    }

    fn end(&mut self, end: End) {
        self.over = true;
        let now = self.shared.clock.now();
        let mut state = self.shared.lock();
        if state.epoch != self.epoch {
            return;
        }
        let origin = state.origin.unwrap_or_default();
        state.journal.end(self.id, now.saturating_sub(origin), end);
    }

    fn delivered(&self, tokens: usize) {
        let mut state = self.shared.lock();
        if state.epoch == self.epoch {
            state.journal.delivered(self.id, tokens);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if !self.over {
            self.end(End::Dropped);
        }
    }
}

/// A call that waits for its whole reply: one sleep, one wake-up.
pub(crate) async fn complete(shared: Arc<Shared>, model: String, prompt: String) -> Result<Reply, Error> {
    let mut call = InFlight::start(shared.clone(), &model, &prompt, CallKind::Complete)?;
    let last_instant = call.last_instant();
    if last_instant > shared.clock.now() {
        shared.clock.sleep_until(last_instant).await;
    }
    match call.conclude() {
        Some(Ok(())) => Ok(Reply { model, text: call.plan.tokens.concat(), tokens: call.plan.tokens.len() }),
        Some(Err(error)) => Err(error),
        None => Stalled::default().await,
    }
}

/// The tokens of one reply. See [`MockLlm::stream`](crate::MockLlm::stream).
#[derive(Debug)]
#[must_use = "a stream does nothing until it is polled"]
pub struct TokenStream {
    state: State,
}

enum State {
    /// Not polled yet: the model has not heard of the call.
    Idle {
        shared: Arc<Shared>,
        model: String,
        prompt: String,
    },
    Streaming {
        call: InFlight,
        next: usize,
        sleep: Option<Sleep>,
        stalled: Stalled,
    },
    /// After the end, always the end.
    Done,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            State::Idle { model, prompt, .. } => {
                f.debug_struct("Idle").field("model", model).field("prompt", prompt).finish()
            }
            State::Streaming { call, next, .. } => {
                f.debug_struct("Streaming").field("call", &call.id).field("next", next).finish()
            }
            State::Done => f.write_str("Done"),
        }
    }
}

impl TokenStream {
    pub(crate) fn new(shared: Arc<Shared>, model: String, prompt: String) -> Self {
        Self { state: State::Idle { shared, model, prompt } }
    }
}

impl Stream for TokenStream {
    type Item = Result<Token, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::Idle { shared, model, prompt } => {
                    match InFlight::start(shared.clone(), model, prompt, CallKind::Stream) {
                        Ok(call) => {
                            let stalled = Stalled::default();
                            self.state = State::Streaming { call, next: 0, sleep: None, stalled };
                        }
                        Err(error) => {
                            self.state = State::Done;
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                }
                State::Streaming { call, next, sleep, stalled } => {
                    let count = call.plan.token_count();
                    let due = if *next < count {
                        call.started.saturating_add(call.plan.due_after_start[*next])
                    } else {
                        call.last_instant()
                    };
                    if call.shared.clock.now() < due {
                        let sleep = sleep.get_or_insert_with(|| call.shared.clock.sleep_until(due));
                        ready!(sleep.as_mut().poll(cx));
                    }
                    *sleep = None;
                    if *next < count {
                        let index = *next;
                        *next += 1;
                        call.delivered(*next);
                        let token = Token { index, text: std::mem::take(&mut call.plan.tokens[index]) };
                        // The end comes with the last token, as a provider's closing chunk does.
                        if *next == count && call.plan.fault.is_none() {
                            call.end(End::Finished);
                            self.state = State::Done;
                        }
                        return Poll::Ready(Some(Ok(token)));
                    }
                    let Some(verdict) = call.conclude() else {
                        stalled.keep(cx);
                        return Poll::Pending;
                    };
                    self.state = State::Done;
                    return Poll::Ready(verdict.err().map(Err));
                }
            }
        }
    }
}

/// An open connection on which nothing comes any more.
///
/// It keeps the waker that it would use if something came, as a socket does: `futures::future::pending` keeps none, and
/// who looks for the reason of a hang would find a lost wake-up where there is a silent server.
#[derive(Debug, Default)]
struct Stalled {
    waker: Option<Waker>,
}

impl Stalled {
    fn keep(&mut self, cx: &Context<'_>) {
        self.waker = Some(cx.waker().clone());
    }
}

impl Future for Stalled {
    type Output = Result<Reply, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.keep(cx);
        Poll::Pending
    }
}
