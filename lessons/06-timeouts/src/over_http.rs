//! The two knobs of an HTTP client.

use std::time::Duration;

use futures::StreamExt;

// ANCHOR: knobs
/// `timeout` is a limit on the whole: from the connection to the last byte of the body. `read_timeout` is a limit on the
/// silence: it begins anew with each piece that is read, and runs on while the reader is busy. Neither is set unless you set it.
#[derive(Debug, Clone, Copy)]
pub enum Knob {
    Timeout(Duration),
    ReadTimeout(Duration),
}

pub fn client(knob: Knob) -> Result<reqwest::Client, reqwest::Error> {
    // The model is on this machine: no proxy has a part in it.
    let builder = reqwest::Client::builder().no_proxy();
    match knob {
        Knob::Timeout(limit) => builder.timeout(limit),
        Knob::ReadTimeout(limit) => builder.read_timeout(limit),
    }
    .build()
}
// ANCHOR_END: knobs

/// What was read of a response, and the error that ended it.
#[derive(Debug)]
pub struct Heard {
    pub tokens: usize,
    pub error: Option<reqwest::Error>,
}

// ANCHOR: hear
/// Reads the stream of an OpenAI-compatible server, and counts its tokens.
pub async fn hear(
    client: &reqwest::Client,
    server: &str,
    question: &'static str,
) -> Result<Heard, reqwest::Error> {
    let body = format!(
        r#"{{"model":"atlas","stream":true,"messages":[{{"role":"user","content":"{question}"}}]}}"#
    );
    let request = client.post(format!("{server}/v1/chat/completions"));
    let response =
        request.header("content-type", "application/json").body(body).send().await?;
    let mut heard = Vec::new();
    let mut bytes = response.error_for_status()?.bytes_stream();
    let error = loop {
        match bytes.next().await {
            Some(Ok(more)) => heard.extend_from_slice(&more),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    Ok(Heard { tokens: count(&heard), error })
}
// ANCHOR_END: hear

/// An event for each token, and each bears a word: `"content":"` and something before the next quotation mark.
fn count(heard: &[u8]) -> usize {
    let text = String::from_utf8_lossy(heard);
    text.split("\"content\":\"").skip(1).filter(|rest| !rest.starts_with('"')).count()
}
