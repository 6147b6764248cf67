//! Errors as the API writes them: `{"error": {"message", "type", "param", "code"}}`, a status, and headers for who retries.

use std::time::Duration;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::units::Span;

/// A response whose body is JSON. axum has one too, at the price of features of `serde_json` that would be compiled a
/// second time for everybody else.
#[derive(Debug)]
pub(crate) struct Json(pub(crate) Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], self.0.to_string()).into_response()
    }
}

/// An error response in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
    kind: &'static str,
    param: Option<String>,
    code: Option<&'static str>,
    retry_after: Option<Duration>,
    should_retry: Option<bool>,
    allow: Option<&'static str>,
}

/// How many bytes a message has at most. Some repeat what they are about, which may be as long as a request.
const LONGEST_MESSAGE: usize = 2000;

const INVALID_REQUEST: &str = "invalid_request_error";

impl ApiError {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        let mut message: String = message.into();
        if message.len() > LONGEST_MESSAGE {
            const CUT: char = '…';
            message.truncate(message.floor_char_boundary(LONGEST_MESSAGE - CUT.len_utf8()));
            message.push(CUT);
        }
        Self { status, message, kind, param: None, code: None, retry_after: None, should_retry: None, allow: None }
    }

    /// 400 about the request as a whole.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, message)
    }

    /// 400 about one parameter.
    pub(crate) fn parameter(param: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { param: Some(param.into()), code: Some(code), ..Self::bad_request(message) }
    }

    /// 400 about one parameter, without a code: some of the API's errors have none.
    pub(crate) fn about(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..Self::bad_request(message) }
    }

    /// 400: nothing, where at least one is wanted.
    pub(crate) fn empty_array(param: &str) -> Self {
        let message = format!(
            "Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead."
        );
        Self::parameter(param, "empty_array", message)
    }

    /// 404 about one parameter: it names what is not there.
    pub(crate) fn not_there(param: &str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::about(param, message) }
    }

    pub(crate) fn missing(param: &str) -> Self {
        Self::parameter(param, "missing_required_parameter", format!("Missing required parameter: '{param}'."))
    }

    /// 400: a parameter of the wrong type. `expected` comes with its article: "an integer".
    pub(crate) fn wrong_type(param: &str, expected: &str, got: &Value) -> Self {
        let got = type_name(got);
        let message = format!("Invalid type for '{param}': expected {expected}, but got {got} instead.");
        Self::parameter(param, "invalid_type", message)
    }

    pub(crate) fn no_key() -> Self {
        let message = "You didn't provide an API key. You need to provide your API key in an Authorization header using \
                       Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
        Self::new(StatusCode::UNAUTHORIZED, INVALID_REQUEST, message)
    }

    pub(crate) fn wrong_key(shown: &str) -> Self {
        let message = format!("Incorrect API key provided: {shown}.");
        Self { code: Some("invalid_api_key"), ..Self::new(StatusCode::UNAUTHORIZED, INVALID_REQUEST, message) }
    }

    pub(crate) fn no_model(name: &str) -> Self {
        let message = format!("The model `{name}` does not exist or you do not have access to it.");
        Self { code: Some("model_not_found"), ..Self::new(StatusCode::NOT_FOUND, INVALID_REQUEST, message) }
    }

    /// 403: a web page asks for what is not for pages.
    pub(crate) fn not_for_pages() -> Self {
        let message = "A web page may call what begins with /v1/, and nothing else.";
        Self { code: Some("not_for_pages"), ..Self::new(StatusCode::FORBIDDEN, INVALID_REQUEST, message) }
    }

    pub(crate) fn no_route(method: &str, path: &str) -> Self {
        let message = format!("Invalid URL ({method} {path})");
        Self { code: Some("unknown_url"), ..Self::new(StatusCode::NOT_FOUND, INVALID_REQUEST, message) }
    }

    pub(crate) fn wrong_method(method: &str, path: &str, allow: &'static str) -> Self {
        let message = format!("Not allowed to {method} on {path}. Allowed: {allow}.");
        let error = Self::new(StatusCode::METHOD_NOT_ALLOWED, INVALID_REQUEST, message);
        Self { code: Some("method_not_supported"), allow: Some(allow), ..error }
    }

    /// 408: a body that did not go on, or did not end. `how` comes before the time that it was given: "was silent for".
    pub(crate) fn late_body(how: &str, time: Duration) -> Self {
        let message = format!("The body of your request {how} {}.", Span(time));
        Self { code: Some("request_timeout"), ..Self::new(StatusCode::REQUEST_TIMEOUT, INVALID_REQUEST, message) }
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        let message = format!("The request body is larger than the limit of {limit} bytes.");
        Self { code: Some("request_too_large"), ..Self::new(StatusCode::PAYLOAD_TOO_LARGE, INVALID_REQUEST, message) }
    }

    /// 429 of a limit. `kind` is `requests` or `tokens`.
    pub(crate) fn rate_limited(kind: &'static str, message: impl Into<String>, retry_after: Option<Duration>) -> Self {
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, kind, message);
        Self { code: Some("rate_limit_exceeded"), retry_after, ..error }
    }

    /// 429 that no retry will mend.
    pub(crate) fn insufficient_quota() -> Self {
        let message = "You exceeded your current quota, please check your plan and billing details.";
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", message);
        Self { code: Some("insufficient_quota"), should_retry: Some(false), ..error }
    }

    /// An error of the server with this status; 4xx too, where a fault asks for it.
    pub(crate) fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (kind, message) = match status.as_u16() {
            429 => return Self::rate_limited("requests", "Rate limit reached.", None),
            503 => ("server_error", "The engine is currently overloaded, please try again later".to_owned()),
            500..=599 => {
                ("server_error", "The server had an error while processing your request. Sorry about that!".to_owned())
            }
            _ => (INVALID_REQUEST, format!("The request failed with status {status}, as the fault asks.")),
        };
        Self::new(status, kind, message)
    }

    /// 503 while the server stops.
    pub(crate) fn shutting_down() -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", "The server is shutting down.");
        Self { code: Some("shutting_down"), ..error }
    }

    /// The body, which is also what an error in mid-stream is.
    pub(crate) fn body(&self) -> Value {
        json!({ "error": { "message": self.message, "type": self.kind, "param": self.param, "code": self.code } })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        if let Some(wait) = self.retry_after {
            // Whole units, and never too early.
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_nanos().div_ceil(1_000_000_000) as u64));
            headers.insert("retry-after-ms", HeaderValue::from(wait.as_nanos().div_ceil(1_000_000) as u64));
        }
        if let Some(retry) = self.should_retry {
            headers.insert("x-should-retry", HeaderValue::from_static(if retry { "true" } else { "false" }));
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
