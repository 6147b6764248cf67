//! One call in flight: what the futures and streams of the public interface are made of.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use futures::Stream;

use crate::{Call, CallKind, End, Error, Fault, Reply, Shared, Sleep, Token, script::Plan};

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
        let Some(script) = shared.models.iter().find(|script| script.name() == model) else {
            return Err(Error::UnknownModel(model.to_owned()));
        };
        let calls = state.calls_of_model.entry(model.to_owned()).or_default();
        *calls += 1;
        let call = *calls;
        let attempts = state.attempts.entry((model.to_owned(), prompt.to_owned())).or_default();
        *attempts += 1;
        let attempt = *attempts;
        let plan = script.plan(shared.seed, prompt, call, attempt);
        let epoch = state.epoch;
        let origin = *state.origin.get_or_insert(started);
        let id = state.journal.start(Call {
            model: model.to_owned(),
            prompt: prompt.to_owned(),
            attempt,
            kind,
            started: started.saturating_sub(origin),
            first_token: None,
            produced: Vec::new(),
            delivered: 0,
            ended: None,
        });
        drop(state);
        Ok(Self { shared, id, epoch, started, plan, over: false })
    }

    /// How many tokens come before the fault, or before the end.
    fn token_count(&self) -> usize {
        let all = self.plan.tokens.len();
        match self.plan.fault {
            None => all,
            Some(Fault::CutAfter(count) | Fault::StallAfter(count) | Fault::MalformedAfter(count)) => count.min(all),
            Some(_) => 0,
        }
    }

    /// When what follows the tokens happens: the fault, or the end.
    fn last_instant(&self) -> Duration {
        let after_start = match self.plan.fault {
            Some(Fault::RateLimited { .. } | Fault::Refused) => Duration::ZERO,
            Some(Fault::InternalError | Fault::Overloaded | Fault::Panic) => self.plan.time_to_first_token,
            Some(Fault::CutAfter(_) | Fault::StallAfter(_) | Fault::MalformedAfter(_)) => {
                let due = &self.plan.due_after_start;
                due.get(self.token_count()).or(due.last()).copied().unwrap_or(self.plan.time_to_first_token)
            }
            None => self.plan.due_after_start.last().copied().unwrap_or(self.plan.time_to_first_token),
        };
        self.started + after_start
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
                let error = fault.error(self.token_count())?;
                self.end(End::Failed(error.clone()));
                Some(Err(error))
            }
        }
    }

    fn end(&mut self, end: End) {
        self.over = true;
        let now = self.shared.clock.now();
        let due: Vec<_> =
            self.plan.due_after_start[..self.token_count()].iter().map(|due| self.started + *due).collect();
        let mut state = self.shared.lock();
        if state.epoch != self.epoch {
            return;
        }
        let origin = state.origin.unwrap_or_default();
        let whole = matches!(end, End::Finished);
        if let Some(call) = state.journal.call(self.id) {
            call.produced = due.iter().take_while(|due| **due <= now).map(|due| due.saturating_sub(origin)).collect();
            call.first_token = call.produced.first().copied();
            if whole {
                call.delivered = call.produced.len();
            }
        }
        state.journal.end(self.id, now.saturating_sub(origin), end);
    }

    fn delivered(&self, count: usize) {
        let mut state = self.shared.lock();
        if state.epoch != self.epoch {
            return;
        }
        let origin = state.origin.unwrap_or_default();
        let produced = (self.started + self.plan.due_after_start[count - 1]).saturating_sub(origin);
        if let Some(call) = state.journal.call(self.id) {
            call.delivered = count;
            call.first_token.get_or_insert(produced);
            call.produced.push(produced);
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
                    let count = call.token_count();
                    let due = if *next < count {
                        call.started + call.plan.due_after_start[*next]
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
