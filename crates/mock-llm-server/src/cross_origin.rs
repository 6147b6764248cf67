//! What lets a web page of another origin call the API (CORS). The API alone: `/journal`, `/reset` and the others are not for
//! pages.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::error::ApiError;

/// The headers of a response that a page may read, besides those that every page may.
const EXPOSED: &str = "x-request-id, openai-processing-ms, openai-version, retry-after, retry-after-ms, x-should-retry, \
                       x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests, \
                       x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens";

pub(crate) async fn allow(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        // A browser keeps the answer from such a page, but it sends the request all the same.
        let is_foreign = !request.method().is_safe() && is_of_another_origin(request.headers());
        return if is_foreign { ApiError::not_for_pages().into_response() } else { next.run(request).await };
    }
    let mut response = match preflight(request.method(), request.headers()) {
        Some(answer) => answer,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    // A key is a header that the page itself sets, and no cookie: any origin may have the answer.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    response
}

/// Whether a page has sent a request, and not one of this server's own. Programs name no origin.
fn is_of_another_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    text(header::ORIGIN).is_some_and(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_none() || host != text(header::HOST)
    })
}

/// The answer to the question that a browser asks before a request with JSON or a key in it.
fn preflight(method: &Method, asked: &HeaderMap) -> Option<Response> {
    if method != Method::OPTIONS || !asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST"));
    // An asterisk would not stand for `authorization`.
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    // A public page that calls a server on its reader's own machine asks for this, too.
    if asked.contains_key("access-control-request-private-network") {
        let allow = HeaderName::from_static("access-control-allow-private-network");
        headers.insert(allow, HeaderValue::from_static("true"));
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    headers.insert(header::VARY, HeaderValue::from_static("access-control-request-headers"));
    Some(answer)
}
