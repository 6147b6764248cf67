//! A reply in one piece.

use std::{io, task::Poll, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, poll};
use mock_llm::TokenStream;

use super::{
    Job,
    chunk::{FinishReason, Message, Usage, completion},
    reply::{Reply, marked},
    stream::{flush, is_in_mid_reply, slowly},
};
use crate::{
    embeddings,
    error::ApiError,
    fault::Fault,
    responses,
    wire::{Wire, aside},
};

/// Waits for the whole reply and sends it.
pub(super) async fn whole(mut job: Job) -> Result<Response, ApiError> {
    let call = job.app.llm.model(&job.model).complete_request(job.to_model.clone());
    match call.await {
        Ok(reply) => {
            job.active.tokens(reply.tokens * job.request.n);
            let (mut job, whole) = written(job, reply.text, reply.tokens).await;
            job.active.finish();
            let json = HeaderValue::from_static("application/json");
            Ok(([(header::CONTENT_TYPE, json)], whole).into_response())
        }
        Err(error) => Err(job.failed(error).await),
    }
}

/// Sends what the fault leaves of a reply.
pub(super) async fn faulty(mut job: Job) -> Result<Response, ApiError> {
    let mut tokens = job.app.llm.model(&job.model).stream_request(job.to_model.clone());
    let (mut text, mut count) = (String::new(), 0);
    let stall_after = match job.fault {
        Some(Fault::StallAfter(tokens)) => tokens,
        _ => usize::MAX,
    };
    // A call that nobody asks for a token has not been sent: the model would not hear of it.
    if stall_after == 0
        && let Poll::Ready(Some(Err(error))) = poll!(tokens.next())
    {
        return Err(job.failed(error).await);
    }
    while count < stall_after {
        match tokens.next().await {
            Some(Ok(token)) => {
                text.push_str(&token.text);
                count += 1;
            }
            Some(Err(error)) if !is_in_mid_reply(job.fault, &error) => return Err(job.failed(error).await),
            Some(Err(_)) if matches!(job.fault, Some(Fault::ErrorAfter(_))) => {
                job.active.fail();
                return Err(ApiError::status(500));
            }
            Some(Err(_)) => break,
            None => break,
        }
    }
    job.active.tokens(count * job.request.n);
    let (mut job, whole) = written(job, text, count).await;
    let body = match job.fault {
        Some(Fault::SlowBytes { pause }) => {
            job.active.finish();
            Body::from_stream(slowly(futures::stream::iter([Ok(whole)]), pause))
        }
        Some(Fault::MalformedAfter(_)) => {
            job.active.finish();
            Body::from(whole.slice(..whole.len() - 1))
        }
        _ => Body::from_stream(half(whole, job, tokens)),
    };
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], body).into_response())
}

/// The first half of a body, and then what the fault says.
fn half(whole: Bytes, mut job: Job, tokens: TokenStream) -> impl futures::Stream<Item = io::Result<Bytes>> {
    async_stream::stream! {
        // Kept open, so that a stalled call is in flight until its client goes away.
        let _tokens = tokens;
        yield Ok(whole.slice(..whole.len() / 2));
        flush().await;
        if matches!(job.fault, Some(Fault::StallAfter(_))) {
            // Half of a JSON text cannot be told anything more.
            job.ending().await;
            yield Err(io::ErrorKind::ConnectionAborted.into());
            return;
        }
        job.active.fail();
        match job.fault {
            Some(Fault::ResetAfter(_)) => {
                tokio::time::sleep(Duration::from_millis(1)).await;
                job.reset.reset();
                yield Err(io::ErrorKind::ConnectionReset.into());
            }
            Some(Fault::CutAfter(_)) => yield Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
    }
}

/// The reply as JSON. It is as long as the script wants it.
async fn written(job: Job, text: String, tokens: usize) -> (Job, Bytes) {
    let size = match &job.wire {
        Wire::Embeddings(asked) => asked.size(),
        Wire::Responses(asked) => text.len() + asked.size(),
        Wire::Chat => text.len() * job.request.n,
    };
    let write = move || {
        let whole = match &job.wire {
            Wire::Chat => completion_of(&job, &text, tokens).to_string(),
            Wire::Responses(asked) => responses::whole(&job, asked, &text, tokens).to_string(),
            Wire::Embeddings(asked) => embeddings::list(&job, asked),
        };
        (job, Bytes::from(whole))
    };
    aside(size, write).await
}

fn completion_of(job: &Job, text: &str, tokens: usize) -> serde_json::Value {
    let request = &job.request;
    let message = |choice: usize| match &job.reply {
        Reply::Calls { calls, .. } => {
            // Each call has what the limit leaves of it. The first one is there even if that is nothing, as in a stream.
            let mut left = tokens;
            let calls = calls.iter().enumerate().map_while(|(place, call)| {
                let taken = left.min(call.arguments.len());
                let is_begun = place == 0 || left > 0 || job.finish != FinishReason::Length;
                left -= taken;
                is_begun.then(|| (call, call.arguments[..taken].concat()))
            });
            Message::Calls(calls.collect())
        }
        Reply::Text { choices, .. } => Message::Text(choices[choice][..tokens].concat()),
        Reply::Script if tokens == 0 => Message::Text(String::new()),
        Reply::Script if request.marks_choices() => Message::Text(marked(choice, text)),
        Reply::Script => Message::Text(text.to_owned()),
    };
    let usage = Usage { prompt: request.prompt_tokens, completion: tokens * request.n };
    let messages = (0..request.n).map(message).collect();
    completion(&job.identity, messages, job.finish, request.top_logprobs, usage)
}
