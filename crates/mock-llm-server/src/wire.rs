//! The forms in which requests come and replies go: what the routes differ in, and nothing else. Faults, scripts, limits and
//! the journal are the same for all of them.

use std::{future::pending, panic::resume_unwind};

use tokio::task::{JoinError, spawn_blocking};

use crate::{
    app::App,
    chat::{Job, writer::ChunkWriter},
    embeddings,
    error::ApiError,
    responses::{self, EventWriter},
};

/// The form of one request, with what only this form asks for.
#[derive(Debug)]
pub(crate) enum Wire {
    Chat,
    Responses(Box<responses::Asked>),
    Embeddings(embeddings::Asked),
}

impl Wire {
    /// What the reply is called.
    pub(crate) fn id(&self, app: &App, key: &str, attempt: u32) -> String {
        match self {
            Wire::Chat => format!("chatcmpl-{}", app.unique()),
            Wire::Responses(_) => responses::id("resp", key, attempt, 0),
            // An embedding has no name.
            Wire::Embeddings(_) => String::new(),
        }
    }
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// Its name, where the form gives events one.
    pub(crate) name: Option<&'static str>,
    pub(crate) data: String,
}

impl From<String> for Said {
    fn from(data: String) -> Self {
        Self { name: None, data }
    }
}

/// Turns the model's tokens into the events of a stream.
#[derive(Debug)]
pub(crate) enum Writer {
    Chat(ChunkWriter),
    Responses(Box<EventWriter>),
}

impl Writer {
    pub(crate) fn new(job: &Job) -> Self {
        match &job.wire {
            Wire::Responses(asked) => Self::Responses(Box::new(EventWriter::new(job, asked))),
            // There is no stream of embeddings.
            Wire::Chat | Wire::Embeddings(_) => Self::Chat(ChunkWriter::new(job)),
        }
    }

    /// What comes before any token.
    pub(crate) fn open(&mut self, say: &mut impl FnMut(Said)) {
        match self {
            Self::Chat(writer) => writer.open(&mut |chunk| say(chunk.into())),
            Self::Responses(writer) => writer.open(say),
        }
    }

    pub(crate) fn token(&mut self, text: &str, say: &mut impl FnMut(Said)) {
        match self {
            Self::Chat(writer) => writer.token(text, &mut |chunk| say(chunk.into())),
            Self::Responses(writer) => writer.token(text, say),
        }
    }

    /// What comes after the last token.
    pub(crate) fn close(&mut self, say: &mut impl FnMut(Said)) {
        match self {
            Self::Chat(writer) => writer.close(&mut |chunk| say(chunk.into())),
            Self::Responses(writer) => writer.close(say),
        }
    }

    /// An error in the middle, which ends the stream.
    pub(crate) fn error(&mut self, error: &ApiError, say: &mut impl FnMut(Said)) {
        match self {
            Self::Chat(_) => say(error.body().to_string().into()),
            Self::Responses(writer) => writer.error(error, say),
        }
    }

    /// The beginning of an event that never comes whole.
    pub(crate) fn malformed(&self) -> Said {
        match self {
            Self::Chat(_) => r#"{"id":"chatcmpl-"#.to_owned().into(),
            Self::Responses(_) => Said {
                name: Some("response.output_text.delta"),
                data: r#"{"type":"response.output_text.delta","#.to_owned(),
            },
        }
    }

    /// How many tokens go out for one of the model's.
    pub(crate) fn choices(&self) -> usize {
        match self {
            Self::Chat(writer) => writer.choices(),
            Self::Responses(_) => 1,
        }
    }
}

/// Work on so many bytes, away from the thread that serves where it would hold up other people's streams.
pub(crate) async fn aside<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    // As much as a fast JSON reader does in a millisecond, or a slow one in a few.
    const AT_ONCE: usize = 64 * 1024;
    if bytes <= AT_ONCE {
        return work();
    }
    match spawn_blocking(work).await.map_err(JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => resume_unwind(panic),
        // The server stops, and drops this future too.
        Err(Err(_)) => pending().await,
    }
}
