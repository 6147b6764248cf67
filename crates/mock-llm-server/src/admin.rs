//! What the server tells about itself.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    response::IntoResponse,
};
use mock_llm::{CallKind, CallSummary, End};
use serde_json::{Value, json};

use crate::{
    app::{App, Phase},
    error::{ApiError, Json},
};

/// `GET /healthz`: 200 while requests are taken. From the moment a stop begins nobody listens, so a new probe is refused; one that
/// was on its way gets a 503.
pub(crate) async fn health(State(app): State<Arc<App>>) -> impl IntoResponse {
    let running = *app.phase.borrow() == Phase::Running;
    let (status, word) = if running { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "stopping") };
    (status, Json(json!({ "status": word, "active": app.metrics.active() })))
}

/// `GET /metrics`: Prometheus's text format.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.text(&app.llm))
}

/// `POST /reset`: an empty journal, counters at zero, full limits, attempts counted from 1. Open streams go on.
pub(crate) async fn reset(State(app): State<Arc<App>>) -> impl IntoResponse {
    app.llm.restart();
    app.counts.reset();
    app.metrics.reset();
    Json(json!({ "status": "reset" }))
}

/// `GET /journal`: the calls that the model got, and what has come of them, page by page. Times in milliseconds since the
/// first call.
pub(crate) async fn journal(State(app): State<Arc<App>>, request: Request) -> Result<Json, ApiError> {
    let Page { after, limit } = Page::parse(request.uri().query().unwrap_or_default())?;
    let page = app.llm.journal_page(after, limit);
    let mut bytes = 0;
    let room = |call: &Value| {
        let had_room = bytes < PAGE_BYTES;
        bytes += call.to_string().len();
        had_room
    };
    let calls: Vec<Value> = page.calls.iter().map(entry).take_while(room).collect();
    let last = calls.len().checked_sub(1).map_or(after, |last| page.calls[last].number);
    Ok(Json(json!({
        "now_ms": millis(page.taken),
        "active": app.metrics.active(),
        "in_flight": page.in_flight,
        "waiting": page.waiting,
        "high_water": page.high_water,
        "total": page.total,
        "calls": calls,
        // A page without a call is the last one, also where those that are missing are forgotten.
        "next": (!calls.is_empty() && last < page.total).then(|| format!("/journal?after={last}&limit={limit}")),
    })))
}

/// A page ends with the call that makes it longer than this, in bytes. To write it is one turn of the thread that serves, and
/// a prompt may have thousands of bytes.
const PAGE_BYTES: usize = 256 * 1024;

/// Which part of the journal is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    /// The number of the call after which it begins.
    after: usize,
    /// How many calls it has at most.
    limit: usize,
}

impl Page {
    const USUAL: Self = Self { after: 0, limit: 100 };
    const LONGEST: usize = 1000;

    fn parse(query: &str) -> Result<Self, ApiError> {
        let mut page = Self::USUAL;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let wrong = |expected: &str| {
                let message = format!("Invalid '{name}': expected {expected}, but got '{value}' instead.");
                ApiError::parameter(name, "invalid_value", message)
            };
            let number = value.parse::<usize>();
            match name {
                "after" => page.after = number.map_err(|_| wrong("the number of a call, or 0"))?,
                "limit" => {
                    let limit = number.ok().filter(|limit| (1..=Self::LONGEST).contains(limit));
                    page.limit = limit.ok_or_else(|| wrong("a number of calls from 1 to 1000"))?;
                }
                _ => {
                    let message = format!("Unknown parameter: '{name}'. There are 'after' and 'limit'.");
                    return Err(ApiError::parameter(name, "unknown_parameter", message));
                }
            }
        }
        Ok(page)
    }
}

fn entry(call: &CallSummary) -> Value {
    let (outcome, error) = match &call.ended {
        None if call.begun.is_none() => ("waiting", None),
        None => ("streaming", None),
        Some((_, End::Finished)) => ("finished", None),
        Some((_, End::Dropped)) => ("cancelled", None),
        Some((_, End::Failed(error))) => ("failed", Some(error.to_string())),
    };
    json!({
        "number": call.number,
        "request_id": call.label,
        "model": call.model,
        "prompt": call.prompt,
        "attempt": call.attempt,
        "fault": call.note,
        "kind": match call.kind { CallKind::Complete => "complete", CallKind::Stream => "stream" },
        "started_ms": millis(call.started),
        "begun_ms": call.begun.map(millis),
        "first_token_ms": call.first_token.map(millis),
        "produced": call.produced,
        "delivered": call.delivered,
        "ended_ms": call.ended.as_ref().map(|(at, _)| millis(*at)),
        "outcome": outcome,
        "error": error,
    })
}

fn millis(duration: std::time::Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}
