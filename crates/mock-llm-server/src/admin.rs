//! What the server tells about itself.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use mock_llm::{Call, CallKind, End};
use serde_json::{Value, json};

use crate::{
    app::{App, Phase},
    error::Json,
};

/// `GET /healthz`: 200 while requests are taken, 503 from the moment a stop begins.
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

/// `GET /journal`: every call that the model got, and what has come of it. Times in milliseconds since the first call.
pub(crate) async fn journal(State(app): State<Arc<App>>) -> impl IntoResponse {
    let journal = app.llm.journal();
    Json(json!({
        "now_ms": millis(journal.taken()),
        "active": app.metrics.active(),
        "in_flight": journal.in_flight(),
        "waiting": journal.waiting(),
        "high_water": journal.high_water(),
        "calls": journal.calls().iter().map(entry).collect::<Vec<_>>(),
    }))
}

fn entry(call: &Call) -> Value {
    let (outcome, error) = match &call.ended {
        None if call.begun.is_none() => ("waiting", None),
        None => ("streaming", None),
        Some((_, End::Finished)) => ("finished", None),
        Some((_, End::Dropped)) => ("cancelled", None),
        Some((_, End::Failed(error))) => ("failed", Some(error.to_string())),
    };
    json!({
        "request_id": call.label,
        "model": call.model,
        "prompt": call.prompt,
        "attempt": call.attempt,
        "kind": match call.kind { CallKind::Complete => "complete", CallKind::Stream => "stream" },
        "started_ms": millis(call.started),
        "begun_ms": call.begun.map(millis),
        "first_token_ms": call.first_token.map(millis),
        "produced": call.produced.len(),
        "delivered": call.delivered,
        "ended_ms": call.ended.as_ref().map(|(at, _)| millis(*at)),
        "outcome": outcome,
        "error": error,
    })
}

fn millis(duration: std::time::Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}
