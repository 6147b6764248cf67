//! `POST /v1/chat/completions`, and what every route that asks a model has in common: one [`Job`] for each request.

pub(crate) mod request;
pub(crate) mod reply;
mod example;
mod pattern;
mod plain;
mod stream;
pub(crate) mod writer;
pub(crate) mod chunk;

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    body::{Body, BodyDataStream},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, future::pending};
use mock_llm::{CallKind, Error, Finish, LimitStatus};
use tokio::{sync::oneshot, time::timeout};

pub(crate) use self::example::parts_of;
use self::{
    chunk::{FinishReason, Identity},
    reply::{Reply, reply},
    request::ChatRequest,
};
use crate::{
    app::{App, Phase, RequestId},
    auth,
    connection::{Closing, Reset},
    error::ApiError,
    fault::{Fault, FaultRule, Occasion},
    metrics::Active,
    units,
    wire::{Wire, aside},
};

/// The longest prompt that the model and its journal are given. What is longer is cut; it is counted whole.
const LONGEST_PROMPT: usize = 4096;

/// One completion, from the request that was found good to the response.
pub(crate) struct Job {
    pub(crate) app: Arc<App>,
    pub(crate) request: ChatRequest,
    /// The form in which the request came, and in which its reply goes.
    pub(crate) wire: Wire,
    pub(crate) identity: Identity,
    pub(crate) reply: Reply,
    pub(crate) finish: FinishReason,
    fault: Option<Fault>,
    /// The model's name, without the fault behind it.
    model: String,
    to_model: mock_llm::Request,
    reset: Reset,
    active: Active,
}

pub(crate) async fn completions(
    State(app): State<Arc<App>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(app, reset, request, 0, |_, body| Ok((ChatRequest::parse(body)?, Wire::Chat))).await
}

/// Reads a body of one form.
pub(crate) type Read = fn(&App, &[u8]) -> Result<(ChatRequest, Wire), ApiError>;

/// Answers a request that `read` understands, which looks at so many bytes besides the body.
pub(crate) async fn answer(
    app: Arc<App>,
    reset: Reset,
    request: Request,
    besides: usize,
    read: Read,
) -> Result<Response, ApiError> {
    auth::check(request.headers(), &app.keys)?;
    if *app.phase.borrow() != Phase::Running {
        return Err(ApiError::shutting_down());
    }
    let (parts, body) = request.into_parts();
    let body = read_body(&parts.headers, body, &app).await?;
    let reader = app.clone();
    let (request, wire) = aside(body.len() + besides, move || read(&reader, &body)).await?;
    let id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let job = aside(request.work(), move || Job::new(app, request, wire, &parts.headers, id, reset)).await?;
    if let Some(fault) = job.fault {
        job.app.metrics.fault(fault);
    }
    let mut ending = job.app.phase.clone();
    let (app, model) = (job.app.clone(), job.model.clone());
    let response = tokio::select! {
        response = job.respond() => response,
        _ = ending.wait_for(|phase| *phase == Phase::Ending) => Err(ApiError::shutting_down()),
    };
    let mut response = response.unwrap_or_else(ApiError::into_response);
    if let Some(limits) = app.llm.model(&model).limits() {
        limit_headers(response.headers_mut(), &limits);
    }
    Ok(response)
}

/// Reads a body, which may be only so long, and only so long in coming. What is refused is not read on: the connection says its
/// farewell then.
async fn read_body(headers: &HeaderMap, body: Body, app: &App) -> Result<Vec<u8>, ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > app.body_limit) {
        return Err(ApiError::body_too_large(app.body_limit));
    }
    let read = timeout(app.body_timeout, read_pieces(body.into_data_stream(), app)).await;
    read.unwrap_or_else(|_| Err(ApiError::late_body("was not whole after", app.body_timeout)))
}

async fn read_pieces(mut pieces: BodyDataStream, app: &App) -> Result<Vec<u8>, ApiError> {
    let mut read = Vec::new();
    loop {
        let next = timeout(app.read_timeout, pieces.next()).await;
        let Some(piece) = next.map_err(|_| ApiError::late_body("was silent for", app.read_timeout))? else {
            return Ok(read);
        };
        let piece = piece.map_err(|_| ApiError::bad_request("The body of your request did not arrive whole."))?;
        if read.len() + piece.len() > app.body_limit {
            return Err(ApiError::body_too_large(app.body_limit));
        }
        read.extend_from_slice(&piece);
    }
}

impl Job {
    fn new(
        app: Arc<App>,
        request: ChatRequest,
        wire: Wire,
        headers: &HeaderMap,
        id: String,
        reset: Reset,
    ) -> Result<Self, ApiError> {
        let (model, asked) = match request.model.split_once('#') {
            Some((model, rule)) if app.knows(model) && !app.knows(&request.model) => {
                (model.to_owned(), Some(parse_rule("model", rule)?))
            }
            _ => (request.model.clone(), None),
        };
        if !app.knows(&model) {
            return Err(ApiError::no_model(&request.model));
        }
        let in_header = headers.get("x-mock-fault").map(|value| {
            // The library's own reading of a header is for ASCII alone, and a prompt may be in any language.
            let rule = std::str::from_utf8(value.as_bytes());
            let rule = rule.map_err(|_| ApiError::bad_request("x-mock-fault: not a text"))?;
            parse_rule("x-mock-fault", rule)
        });
        let in_header = in_header.transpose()?;
        let prompt = shortened(&request.prompt);
        let (call, attempt) = app.counts.count(&model, &request.key);
        let occasion = Occasion { model: &model, key: &request.key, prompt, call, attempt, seed: app.seed };
        let asked = in_header.iter().chain(&asked).zip(usize::MAX / 2..);
        let rules = asked.chain(app.faults.iter().zip(0..));
        let mut rules = rules.filter(|(rule, place)| rule.meets(occasion, *place));
        let fault = rules.next().map(|(rule, _)| rule.fault()).or_else(|| injected(&app, occasion));

        let scripted = app.llm.model(&model).has_reply_to(prompt);
        let reply = match wire {
            Wire::Chat | Wire::Responses(_) => reply(&request, &app.replies, scripted, attempt)?,
            // Nothing is written: the vectors are what comes of reading.
            Wire::Embeddings(_) => Reply::Text { choices: vec![Vec::new()], stopped: false },
        };
        let mut to_model = mock_llm::Request::new(prompt)
            .key(request.key.clone())
            .prompt_tokens(request.prompt_tokens)
            .choices(request.n)
            .attempt(attempt)
            .kind(if request.stream { CallKind::Stream } else { CallKind::Complete })
            .stop(request.stop.iter().cloned())
            .label(id);
        if let Some(tokens) = request.max_tokens {
            to_model = to_model.max_tokens(tokens);
        }
        match &reply {
            Reply::Script => {}
            Reply::Text { choices, .. } => to_model = to_model.reply(choices[0].iter().cloned()),
            Reply::Calls { calls, .. } => {
                to_model = to_model.reply(calls.iter().flat_map(|call| call.arguments.iter().cloned()));
            }
        }
        let finish = match (app.llm.model(&model).finish(&to_model), &reply) {
            // The stop comes first where both come at one place.
            (_, Reply::Text { choices, stopped: true })
                if request.max_tokens.is_none_or(|most| most >= choices[0].len()) =>
            {
                FinishReason::Stop
            }
            (Some(Finish::Limit), _) => FinishReason::Length,
            (_, Reply::Calls { forced: false, .. }) => FinishReason::ToolCalls,
            _ => FinishReason::Stop,
        };
        if !matches!(reply, Reply::Calls { .. }) {
            judge_logprobs(&request, &wire, || app.llm.model(&model).reply_tokens(&to_model).unwrap_or_default())?;
        }
        if let Some(fault) = fault {
            to_model = to_model.note(fault.to_string());
        }
        if let Some(fault) = fault.and_then(Fault::of_the_model) {
            to_model = to_model.fault(fault);
        }
        let created = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let id = wire.id(&app, &request.key, attempt);
        let identity = Identity { id, created, model: model.clone() };
        let active = Active::new(app.metrics.clone());
        Ok(Self { app, request, wire, identity, reply, finish, fault, model, to_model, reset, active })
    }

    async fn respond(self) -> Result<Response, ApiError> {
        match (self.request.stream, self.fault) {
            (true, None) => stream::well_formed(self).await,
            (true, Some(_)) => stream::faulty(self).await,
            (false, None) => plain::whole(self).await,
            (false, Some(_)) => plain::faulty(self).await,
        }
    }

    /// What a client sees of a call that ended before its first token.
    async fn failed(&mut self, error: Error) -> ApiError {
        self.active.fail();
        match (error, self.fault) {
            (_, Some(Fault::InsufficientQuota)) => ApiError::insufficient_quota(),
            // A fault is nobody's limit.
            (Error::RateLimited { retry_after }, Some(Fault::RateLimit { .. })) => {
                rate_limited(&self.model, &LimitStatus::default(), 0, retry_after)
            }
            (Error::RateLimited { retry_after }, _) => {
                let model = self.app.llm.model(&self.model);
                let (limits, cost) =
                    (model.limits().unwrap_or_default(), model.cost(&self.to_model).unwrap_or_default());
                rate_limited(&self.model, &limits, cost, retry_after)
            }
            (Error::Status(status), _) => ApiError::status(status),
            (Error::UnknownModel(name), _) => ApiError::no_model(&name),
            (Error::Refused | Error::Cut { .. }, fault) => {
                if let Some(Fault::Refused { closed_for }) = fault {
                    let (closed, is_closed) = oneshot::channel();
                    // Both fail when the server stops at this moment; then the port is closed anyway.
                    let _ = self.app.close_port.send(Closing { time: closed_for, closed });
                    let _ = is_closed.await;
                }
                self.reset.reset();
                // The connection ends, and this future with it.
                pending().await
            }
            (Error::Malformed { .. } | Error::TimedOut { .. } | Error::Blocked { .. }, _) => ApiError::status(500),
        }
    }
}

fn parse_rule(place: &str, text: &str) -> Result<FaultRule, ApiError> {
    text.parse().map_err(|error| ApiError::parameter(place, "invalid_fault", format!("{place}: {error}.")))
}

/// What `failure_rate` draws for a request.
fn injected(app: &App, occasion: Occasion<'_>) -> Option<Fault> {
    let luck = |purpose| mock_llm::luck(app.seed, purpose, occasion.key, occasion.attempt);
    if luck("failure") >= app.failure_rate {
        return None;
    }
    let place = (luck("failure type") * app.failure_types.len() as f64) as usize;
    app.failure_types.get(place).copied()
}

/// As much of a prompt as the model is given. Prompts are compared by this much of them, wherever they are compared.
pub(crate) fn shortened(prompt: &str) -> &str {
    &prompt[..prompt.floor_char_boundary(LONGEST_PROMPT)]
}

/// How many log probabilities a reply may have that is written in one piece. Each is some hundred bytes, and more while it is
/// written.
const MOST_LOGPROBS: usize = 50_000;

/// Refuses a reply with too many log probabilities: those of all choices, of each token itself and of its alternatives.
fn judge_logprobs(request: &ChatRequest, wire: &Wire, tokens: impl FnOnce() -> usize) -> Result<(), ApiError> {
    let Some(top) = request.top_logprobs else { return Ok(()) };
    // A stream of this form has those of one token in each event, and no list of all of them at its end.
    if request.stream && matches!(wire, Wire::Chat) {
        return Ok(());
    }
    let count = tokens().saturating_mul(request.n).saturating_mul(top + 1);
    if count <= MOST_LOGPROBS {
        return Ok(());
    }
    let param = match wire {
        _ if top > 0 => "top_logprobs",
        Wire::Responses(_) => "include",
        Wire::Chat | Wire::Embeddings(_) => "logprobs",
    };
    let message = format!(
        "Invalid '{param}': the reply would have {count} log probabilities, in all choices and with all alternatives. It may have \
         {MOST_LOGPROBS} at most."
    );
    Err(ApiError::parameter(param, "invalid_value", message))
}

/// Says which limit it is, in the words that clients know. `cost` is what the request was to pay in tokens.
fn rate_limited(model: &str, limits: &LimitStatus, cost: usize, retry_after: Option<std::time::Duration>) -> ApiError {
    let again = retry_after.map(|wait| format!(" Please try again in {}.", units::reset(wait))).unwrap_or_default();
    let minute = |allowance: mock_llm::Allowance, name: &str, requested: usize| {
        let mock_llm::Allowance { limit, remaining, .. } = allowance;
        let used = limit - remaining;
        format!("Rate limit reached for {model} on {name}: Limit {limit}, Used {used}, Requested {requested}.{again}")
    };
    match (limits.requests, limits.tokens) {
        (Some(requests), _) if requests.remaining == 0 => {
            ApiError::rate_limited("requests", minute(requests, "requests per min (RPM)", 1), retry_after)
        }
        (_, Some(tokens)) if (tokens.remaining as usize) < cost => {
            ApiError::rate_limited("tokens", minute(tokens, "tokens per min (TPM)", cost), retry_after)
        }
        _ => ApiError::rate_limited("requests", format!("Rate limit reached for {model}.{again}"), retry_after),
    }
}

fn limit_headers(headers: &mut HeaderMap, limits: &LimitStatus) {
    let buckets = [
        (
            limits.requests,
            ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
        ),
        (limits.tokens, ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"]),
    ];
    for (allowance, [limit, remaining, reset]) in buckets {
        let Some(allowance) = allowance else { continue };
        headers.insert(limit, HeaderValue::from(allowance.limit));
        headers.insert(remaining, HeaderValue::from(allowance.remaining));
        if let Ok(value) = HeaderValue::from_str(&units::reset(allowance.reset)) {
            headers.insert(reset, value);
        }
    }
}

/// FNV-1a, mixed once more: the same number for the same bytes in every release and on every machine.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mixed = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let mut hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, mixed);
    // Without this, texts that differ in their last letter only would have numbers that look alike.
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use std::{
        thread::{self, ThreadId},
        time::Duration,
    };

    use axum::body::to_bytes;
    use mock_llm::{MockLlm, Model};
    use tokio::{
        sync::{mpsc, watch},
        time::{Instant, sleep},
    };

    use super::*;
    use crate::config::Config;

    /// The state of a server that runs, and what keeps it running.
    fn app(config: &Config) -> (Arc<App>, watch::Sender<Phase>) {
        let (phase, phases) = watch::channel(Phase::Running);
        let (close_port, _closings) = mpsc::unbounded_channel();
        (Arc::new(App::new(config, MockLlm::new(config.models.clone()), phases, close_port)), phase)
    }

    /// Says on which thread the body was read, in place of an answer.
    fn thread_that_reads(_: &App, _: &[u8]) -> Result<(ChatRequest, Wire), ApiError> {
        Err(ApiError::bad_request(format!("{:?}", thread::current().id())))
    }

    async fn is_read_on(body: Vec<u8>, besides: usize, thread: ThreadId) -> bool {
        let (app, _phase) = app(&Config::default());
        let request = Request::new(Body::from(body));
        let error =
            answer(app, Reset::default(), request, besides, thread_that_reads).await.expect_err("it is no answer");
        let body = to_bytes(error.into_response().into_body(), 10_000).await.expect("it is whole");
        String::from_utf8_lossy(&body).contains(&format!("{thread:?}"))
    }

    /// Which thread works is what decides whether other people's streams wait, and it does not depend on how fast it is.
    #[tokio::test]
    async fn a_long_body_is_read_away_from_the_thread_that_serves_and_a_short_one_on_it() {
        let this = thread::current().id();
        assert!(is_read_on(vec![b' '; 64 * 1024], 0, this).await);
        assert!(!is_read_on(vec![b' '; 64 * 1024 + 1], 0, this).await);
        assert!(!is_read_on(vec![b' '; 10 * 1024 * 1024], 0, this).await);
        assert!(!is_read_on(vec![b' '; 100], 64 * 1024, this).await, "with all that was said before");
    }

    /// A body of so many pieces of one size, with a wait before each of them, or what refuses it; and when that is clear.
    async fn read_slowly(pieces: u32, size: usize, wait: Duration) -> (Result<usize, ApiError>, Duration) {
        let (app, _phase) = app(&Config::default());
        let piece = move |_| async move {
            sleep(wait).await;
            std::io::Result::Ok(vec![b' '; size])
        };
        let start = Instant::now();
        let body = Body::from_stream(futures::stream::iter(0..pieces).then(piece));
        let read = read_body(&HeaderMap::new(), body, &app).await;
        (read.map(|body| body.len()), start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_or_is_silent_is_cut_in_time_and_one_that_is_slow_is_not() {
        let second = Duration::from_secs(1);
        let late = |how, seconds| (Err(ApiError::late_body(how, seconds * second)), seconds * second);
        assert_eq!(read_slowly(1000, 1, 59 * second).await, late("was not whole after", 300), "a byte now and then");
        assert_eq!(read_slowly(1000, 1, 61 * second).await, late("was silent for", 60));
        // All that a body may be, over a line that needs nearly all of the time.
        let size = 10 * 1024 * 1024 / 256;
        let wait = Duration::from_millis(1171);
        assert_eq!(read_slowly(256, size, wait).await, (Ok(256 * size), 256 * wait));
    }

    /// The limits are for clients.
    #[tokio::test(start_paused = true)]
    async fn a_reply_may_take_longer_than_any_request() {
        let hour = Duration::from_secs(3600);
        let slow = Model::new("slow").reply("one two three").time_to_first_token(hour).inter_token_latency(hour);
        let (app, _phase) = app(&Config { models: vec![slow], ..Config::default() });
        let body = r#"{ "model": "slow", "stream": true, "messages": [{ "role": "user", "content": "Go." }] }"#;
        let start = Instant::now();
        let read: Read = |_, body| Ok((ChatRequest::parse(body)?, Wire::Chat));
        let response =
            answer(app, Reset::default(), Request::new(Body::from(body)), 0, read).await.expect("it is right");
        let body = to_bytes(response.into_body(), 1_000_000).await.expect("it is whole");
        let text = String::from_utf8_lossy(&body);
        assert!(text.ends_with("data: [DONE]\n\n") && text.contains(" three"), "{text}");
        assert_eq!(start.elapsed(), 3 * hour);
    }
}
