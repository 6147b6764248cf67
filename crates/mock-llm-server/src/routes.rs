//! The routes, and what every response bears.

use std::{
    sync::Arc,
    time::{Instant, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderValue, Uri},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{
    admin,
    app::{App, RequestId},
    auth, chat, cross_origin, embeddings,
    error::{ApiError, Json},
    responses,
};

const ROUTES: [(&str, &str); 8] = [
    (COMPLETIONS, "POST"),
    (RESPONSES, "POST"),
    (EMBEDDINGS, "POST"),
    ("/v1/models", "GET, HEAD"),
    ("/healthz", "GET, HEAD"),
    ("/journal", "GET, HEAD"),
    ("/metrics", "GET, HEAD"),
    ("/reset", "POST"),
];

const COMPLETIONS: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";
const EMBEDDINGS: &str = "/v1/embeddings";

pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(COMPLETIONS, post(chat::completions))
        .route(RESPONSES, post(responses::responses))
        .route(EMBEDDINGS, post(embeddings::embeddings))
        .route("/v1/models", get(models))
        .route("/v1/models/{model}", get(model))
        .route("/healthz", get(admin::health))
        .route("/journal", get(admin::journal))
        .route("/metrics", get(admin::metrics))
        .route("/reset", post(admin::reset))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(cross_origin::allow))
        .layer(middleware::from_fn_with_state(app.clone(), identify))
        .with_state(app)
}

async fn models(State(app): State<Arc<App>>, request: Request) -> Result<Json, ApiError> {
    auth::check(request.headers(), &app.keys)?;
    let data: Vec<Value> = app.llm.models().map(|name| describe(&app, name)).collect();
    Ok(Json(json!({ "object": "list", "data": data })))
}

async fn model(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Json, ApiError> {
    auth::check(request.headers(), &app.keys)?;
    // A name that is no text is in no path that this server knows.
    let Path(name) = name.map_err(|_| ApiError::no_route(request.method().as_str(), request.uri().path()))?;
    if app.knows(&name) { Ok(Json(describe(&app, &name))) } else { Err(ApiError::no_model(&name)) }
}

fn describe(app: &App, name: &str) -> Value {
    let created = app.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    json!({ "id": name, "object": "model", "created": created, "owned_by": "mock-llm" })
}

async fn unknown(request: Request) -> ApiError {
    ApiError::no_route(request.method().as_str(), request.uri().path())
}

async fn wrong_method(request: Request) -> ApiError {
    let allow = ROUTES.iter().find(|(path, _)| *path == request.uri().path()).map_or("GET, HEAD", |(_, allow)| allow);
    ApiError::wrong_method(request.method().as_str(), request.uri().path(), allow)
}

/// Gives every response its id and its time, and counts it.
async fn identify(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let own = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    let own = own.filter(|id| (1..=128).contains(&id.len())).map(str::to_owned);
    let id = own.unwrap_or_else(|| format!("req_{}", app.unique()));
    let route = route(request.uri());
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await.into_response();
    app.metrics.response(route, response.status().as_u16());
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    headers.insert("openai-processing-ms", HeaderValue::from(start.elapsed().as_millis() as u64));
    headers.insert("openai-version", HeaderValue::from_static("2020-10-01"));
    response
}

/// The route's name in the metrics: a bounded number of them, whatever clients ask for.
fn route(uri: &Uri) -> &'static str {
    let path = uri.path();
    let known = ROUTES.iter().map(|(known, _)| *known).find(|known| *known == path);
    known.unwrap_or(if path.starts_with("/v1/models/") { "/v1/models/{model}" } else { "other" })
}
