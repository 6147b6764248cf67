//! One call in flight: what the futures and streams of the public interface are made of.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, Waker, ready},
    thread::ThreadId,
    time::Duration,
};

use futures::Stream;
use timeline::CallStack;

use crate::{
    Call, CallKind, End, Error, Fault, Reply, Request, Shared, Sleep, Token,
    limits::{Arrival, Decision, Permit, QueueStatus, ToTell},
    script::Plan,
};

/// A call that has started. It is in the journal, and it leaves the journal's in-flight count and its place at the
/// provider exactly once: when it ends, or when it is dropped.
pub(crate) struct InFlight {
    shared: Arc<Shared>,
    id: usize,
    /// Which life of the journal the call belongs to; after a restart it writes nothing more.
    epoch: u64,
    /// The model, by its place in the provider's list.
    model: usize,
    /// Its permit, or its wait for one, where the model has a concurrent limit.
    permit: Option<Permit>,
    /// When the model began, on the clock. `None` while the call waits in the queue.
    begun: Option<Duration>,
    /// In the queue: when to look whether the call has begun.
    look_again: Option<(Duration, Sleep)>,
    pub(crate) plan: Plan,
    over: bool,
}

/// How a call is made: what the journal says of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallMode {
    pub(crate) kind: CallKind,
    pub(crate) thread: Option<ThreadId>,
}

impl CallMode {
    pub(crate) const fn asynchronous(kind: CallKind) -> Self {
        Self { kind, thread: None }
    }
}

impl InFlight {
    /// Sends the request.
    ///
    /// # Errors
    /// Where the provider does not even begin: an unknown model, a limit, a scripted 429 or refusal.
    pub(crate) fn start(shared: Arc<Shared>, model: &str, request: &Request, mode: CallMode) -> Result<Self, Error> {
        let now = shared.clock.now();
        let place = shared.models.iter().position(|script| script.name() == model);
        if let Some(place) = place {
            shared.advance(place, now);
        }
        let mut guard = shared.lock();
        let state = &mut *guard;
        let origin = *state.origin.get_or_insert(now);
        let started = now.saturating_sub(origin);
        let (number, attempt) = state.count(model, request.known_by(), shared.journal_limit);
        let attempt = request.attempt.unwrap_or(attempt);
        let call = Call {
            model: model.to_owned(),
            prompt: request.prompt.clone(),
            label: request.label.clone(),
            note: request.note.clone(),
            attempt,
            kind: request.kind.unwrap_or(mode.kind),
            thread: mode.thread,
            started,
            begun: None,
            first_token: None,
            produced: Vec::new(),
            produced_count: 0,
            delivered: 0,
            ended: None,
            stacks: Vec::new(),
        };
        let Some(model) = place else {
            let error = Error::UnknownModel(model.to_owned());
            state.journal.rejected(call, error.clone());
            return Err(error);
        };
        let plan = shared.models[model].plan(shared.seed, request, number, attempt);
        if let Some(error) = plan.rejected() {
            state.journal.rejected(call, error.clone());
            return Err(error);
        }

        let id = state.journal.next_id();
        let writing = plan.writing(started);
        let tokens = request.cost(plan.prompt_tokens, plan.len());
        let stalls = matches!(plan.fault, Some(Fault::StallAfter(_)));
        let runs_for = (!stalls).then(|| plan.last_after_begin());
        let arrival = || Arrival { runs_for, entry: (id, state.epoch), writing: writing.clone() };
        let (permit, begun) = match state.admissions[model].admit(tokens, now, arrival) {
            Decision::Rejected { retry_after } => {
                let error = Error::RateLimited { retry_after };
                state.journal.rejected(call, error.clone());
                return Err(error);
            }
            Decision::Begin(permit) => (permit, Some(now)),
            Decision::Queue(permit) => (Some(permit), None),
        };
        state.journal.start(call);
        if begun.is_some() {
            state.journal.begin(id, writing);
        }
        let epoch = state.epoch;
        drop(guard);
        let call =
            Self { shared: shared.clone(), id, epoch, model, permit, begun, look_again: None, plan, over: false };
        call.look_around(now);
        Ok(call)
    }

    /// Notes where in the program the call is, if the journal is to know it.
    pub(crate) fn look_around(&self, now: Duration) {
        if !self.shared.notes_lines.load(Ordering::Relaxed) {
            return;
        }
        let stack = CallStack::here();
        let mut state = self.shared.lock();
        if state.epoch == self.epoch {
            let since_origin = now.saturating_sub(state.origin.unwrap_or_default());
            state.journal.is_at(self.id, since_origin, stack);
        }
    }

    /// When the model began to work on the call: at once, or when it left the queue.
    pub(crate) fn poll_begun(&mut self, cx: &mut Context<'_>) -> Poll<Duration> {
        loop {
            let look_again = match self.look(cx.waker()) {
                QueueStatus::Begun(begun) => return Poll::Ready(begun),
                QueueStatus::Wait { look_again } => look_again,
            };
            let Some(at) = look_again else { return Poll::Pending };
            if self.look_again.as_ref().is_none_or(|(planned, _)| *planned != at) {
                self.look_again = Some((at, self.shared.clock.sleep_until(at)));
            }
            if let Some((_, sleep)) = &mut self.look_again {
                ready!(sleep.as_mut().poll(cx));
            }
            self.look_again = None;
        }
    }

    /// [`poll_begun`](InFlight::poll_begun) without a timer: who asks must ask again.
    pub(crate) fn begun(&mut self, waker: &Waker) -> Option<Duration> {
        match self.look(waker) {
            QueueStatus::Begun(begun) => Some(begun),
            QueueStatus::Wait { .. } => None,
        }
    }

    fn look(&mut self, waker: &Waker) -> QueueStatus {
        let (None, Some(permit)) = (self.begun, self.permit) else {
            return QueueStatus::Begun(self.begun.expect("a call without a permit begins at once"));
        };
        self.shared.advance(self.model, self.shared.clock.now());
        // To clone a waker and to drop one is code of others, which may end a call of this mock: not under the lock.
        let mut waker = Some(waker.clone());
        let mut state = self.shared.lock();
        let status = state.admissions[self.model].queue_status(permit, &mut waker);
        drop(state);
        if let QueueStatus::Begun(begun) = status {
            self.begun = Some(begun);
        }
        status
    }

    /// When the token at `index` is due; after the last one, the fault or the end.
    pub(crate) fn due(&self, begun: Duration, index: usize) -> Duration {
        let last = self.plan.last_after_begin();
        let token = (index < self.plan.token_count()).then(|| self.plan.due_after_begin[index]);
        begun.saturating_add(token.unwrap_or(last))
    }

    /// The call's verdict, once all of its tokens are out. `None`: it never gets one, the model stalls.
    pub(crate) fn conclude(&mut self, at: Duration) -> Option<Result<(), Error>> {
        match self.plan.fault {
            None => {
                self.end(at, End::Finished);
                Some(Ok(()))
            }
            Some(Fault::StallAfter(_)) => None,
            Some(Fault::Panic) => panic!("the client library panicked, as its script says"),
            Some(fault) => {
                let error = fault.error(self.plan.token_count())?;
                self.end(at, End::Failed(error.clone()));
                Some(Err(error))
            }
        }
    }

    /// Gives the call's permit back, so that the next one may begin, and ends the call in the journal.
    pub(crate) fn end(&mut self, at: Duration, end: End) {
        self.over = true;
        let mut state = self.shared.lock();
        // The permit comes first: it brings the queue up to date, and that may begin this very call. A call that has ended
        // must not begin.
        let advanced = self.permit.map(|permit| state.admissions[self.model].release(permit, at));
        let to_tell = advanced.map(|advanced| state.note(advanced));
        if state.epoch == self.epoch {
            let since_origin = at.saturating_sub(state.origin.unwrap_or_default());
            state.journal.end(self.id, since_origin, end);
        }
        drop(state);
        to_tell.into_iter().for_each(ToTell::tell);
    }

    /// Takes the token at `index`. The end comes with the last one, as a provider's closing chunk does.
    pub(crate) fn take(&mut self, index: usize) -> Token {
        let token = self.deliver(index);
        if self.ends_with(index) {
            self.end(self.shared.clock.now(), End::Finished);
        }
        token
    }

    /// Takes the token at `index` at an instant of the call's own time.
    pub(crate) fn take_at(&mut self, index: usize, at: Duration) -> Token {
        let token = self.deliver(index);
        if self.ends_with(index) {
            self.end(at, End::Finished);
        }
        token
    }

    fn deliver(&mut self, index: usize) -> Token {
        let mut state = self.shared.lock();
        if state.epoch == self.epoch {
            state.journal.delivered(self.id, index + 1);
        }
        drop(state);
        self.plan.token(index)
    }

    fn ends_with(&self, index: usize) -> bool {
        index + 1 == self.plan.token_count() && self.plan.fault.is_none()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    pub(crate) fn clock(&self) -> &Arc<dyn crate::Clock> {
        &self.shared.clock
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").field("call", &self.id).field("begun", &self.begun).finish_non_exhaustive()
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if !self.over {
            let now = self.shared.clock.now();
            self.look_around(now);
            self.end(now, End::Dropped);
        }
    }
}

/// A call that waits for its whole reply.
pub(crate) type Completion = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

/// Sends the request at the first poll: one sleep, one wake-up.
///
/// Boxed, so that it is compiled in here. An `async fn` is compiled wherever it is awaited: in every exercise, at every save.
pub(crate) fn complete(shared: Arc<Shared>, model: String, request: Request) -> Completion {
    Box::pin(async move {
        let mode = CallMode::asynchronous(CallKind::Complete);
        let mut call = InFlight::start(shared.clone(), &model, &request, mode)?;
        let begun = poll_fn(|cx| call.poll_begun(cx)).await;
        let last_instant = call.due(begun, call.plan.token_count());
        if last_instant > shared.clock.now() {
            shared.clock.sleep_until(last_instant).await;
        }
        let now = shared.clock.now();
        call.look_around(now);
        match call.conclude(now) {
            Some(Ok(())) => Ok(call.plan.reply(model)),
            Some(Err(error)) => Err(error),
            None => Stalled::default().await,
        }
    })
}

/// The tokens of one reply. See [`MockLlm::stream`](crate::MockLlm::stream).
#[derive(Debug)]
#[must_use = "a stream does nothing until it is polled"]
pub struct TokenStream {
    state: State,
}

enum State {
    /// Not polled yet: the model has not heard of the call.
    Idle { shared: Arc<Shared>, model: String, request: Request },
    Streaming {
        call: InFlight,
        next: usize,
        sleep: Option<Sleep>,
        /// The latest instant that the clock has shown: what is due before it needs no look at the clock.
        seen: Duration,
        stalled: Stalled,
    },
    /// After the end, always the end.
    Done,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Idle { model, request, .. } => {
                f.debug_struct("Idle").field("model", model).field("prompt", &request.prompt).finish()
            }
            State::Streaming { call, next, .. } => {
                f.debug_struct("Streaming").field("call", &call.id).field("next", next).finish()
            }
            State::Done => f.write_str("Done"),
        }
    }
}

impl TokenStream {
    pub(crate) fn new(shared: Arc<Shared>, model: String, request: Request) -> Self {
        Self { state: State::Idle { shared, model, request } }
    }
}

impl Stream for TokenStream {
    type Item = Result<Token, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::Idle { shared, model, request } => {
                    let mode = CallMode::asynchronous(CallKind::Stream);
                    match InFlight::start(shared.clone(), model, request, mode) {
                        Ok(call) => {
                            let stalled = Stalled::default();
                            self.state = State::Streaming { call, next: 0, sleep: None, seen: Duration::ZERO, stalled };
                        }
                        Err(error) => {
                            self.state = State::Done;
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                }
                State::Streaming { call, next, sleep, seen, stalled } => {
                    let begun = ready!(call.poll_begun(cx));
                    let due = call.due(begun, *next);
                    if *seen < due {
                        *seen = call.clock().now();
                    }
                    call.look_around(*seen);
                    if *seen < due {
                        let sleep = sleep.get_or_insert_with(|| call.clock().sleep_until(due));
                        ready!(sleep.as_mut().poll(cx));
                        *seen = call.clock().now();
                        call.look_around(*seen);
                    }
                    *sleep = None;
                    if *next < call.plan.token_count() {
                        let token = call.take(*next);
                        *next += 1;
                        if call.is_over() {
                            self.state = State::Done;
                        }
                        return Poll::Ready(Some(Ok(token)));
                    }
                    let now = call.clock().now();
                    let Some(verdict) = call.conclude(now) else {
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
