//! `POST /v1/responses`: the newer form of the same replies.

mod request;
mod item;
mod store;
mod reply;
mod events;

use std::sync::Arc;

use axum::{
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use serde_json::{Map, Value};

pub(crate) use self::{events::EventWriter, reply::whole, request::parse, store::Store};
use crate::{app::App, chat, connection::Reset, error::ApiError};

/// What this form asks for besides, and what its response repeats.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The settings of the request, as every copy of the response bears them.
    settings: Map<String, Value>,
    /// How many bytes the request has, and about as many what a response repeats of it.
    size: usize,
    /// All that was said up to the reply, where it is to be kept for a later request.
    conversation: Option<Vec<Arc<item::Item>>>,
}

pub(crate) async fn responses(
    State(app): State<Arc<App>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    request: Request,
) -> Result<Response, ApiError> {
    // Which conversation the request goes on from, nobody knows before it is read.
    let kept = app.store.size();
    chat::answer(app, reset, request, kept, parse).await
}

impl Asked {
    /// About how many bytes the response has, besides what the model writes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }
}

/// The id of a response, or of one of its items: the same in the same run.
pub(crate) fn id(kind: &str, key: &str, attempt: u32, place: usize) -> String {
    format!("{kind}_{:016x}", chat::hash(format!("{kind} {key} {attempt} {place}").as_bytes()))
}
