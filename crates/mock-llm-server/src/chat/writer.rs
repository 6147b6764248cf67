//! Turns the model's tokens into the chunks of a stream.

use mock_llm::Token;

use super::{
    Job,
    chunk::{Chunks, FinishReason, Usage},
    reply::{Reply, call_id},
};

/// The data of the event that ends a stream.
pub(super) const DONE: &str = "[DONE]";

/// What it takes to write all chunks of one completion.
#[derive(Debug)]
pub(super) struct ChunkWriter {
    chunks: Chunks,
    choices: usize,
    reply: Reply,
    prompt_tokens: usize,
    max_tokens: Option<usize>,
    include_usage: bool,
    tokens: usize,
}

impl ChunkWriter {
    pub(super) fn new(job: &Job) -> Self {
        Self {
            chunks: Chunks::new(&job.identity, job.request.include_usage),
            choices: job.request.n,
            reply: job.reply.clone(),
            prompt_tokens: job.request.prompt_tokens,
            max_tokens: job.request.max_tokens,
            include_usage: job.request.include_usage,
            tokens: 0,
        }
    }

    /// The chunks that come before any token: who speaks.
    pub(super) fn open(&self, mut say: impl FnMut(String)) {
        (0..self.choices).for_each(|choice| {
            say(match &self.reply {
                Reply::ToolCall { id, name, .. } => self.chunks.role(choice, Some((&call_id(id, choice), name))),
                Reply::Script | Reply::Text(_) => self.chunks.role(choice, None),
            });
        });
    }

    /// One token, once for each choice.
    pub(super) fn token(&mut self, token: &Token, mut say: impl FnMut(String)) {
        self.tokens += 1;
        for choice in 0..self.choices {
            say(match &self.reply {
                Reply::ToolCall { .. } => self.chunks.arguments(choice, &token.text),
                Reply::Text(_) => self.chunks.content(choice, &token.text),
                Reply::Script if token.index == 0 && choice > 0 => {
                    self.chunks.content(choice, &marked(choice, &token.text))
                }
                Reply::Script => self.chunks.content(choice, &token.text),
            });
        }
    }

    /// The chunks that come after the last token: the reasons, the usage, the end.
    pub(super) fn close(&self, mut say: impl FnMut(String)) {
        let reason = finish_reason(&self.reply, self.tokens, self.max_tokens);
        (0..self.choices).for_each(|choice| say(self.chunks.finish(choice, reason)));
        if self.include_usage {
            let completion = self.tokens * self.choices;
            say(self.chunks.usage(Usage { prompt: self.prompt_tokens, completion }));
        }
        say(DONE.to_owned());
    }

    pub(super) fn choices(&self) -> usize {
        self.choices
    }
}

/// A reply that has as many tokens as it may was cut: the model would have said at least that it is done.
pub(super) fn finish_reason(reply: &Reply, tokens: usize, max_tokens: Option<usize>) -> FinishReason {
    match reply {
        _ if max_tokens.is_some_and(|max| tokens >= max) => FinishReason::Length,
        Reply::ToolCall { forced: false, .. } => FinishReason::ToolCalls,
        Reply::ToolCall { forced: true, .. } | Reply::Script | Reply::Text(_) => FinishReason::Stop,
    }
}

/// Choices differ by a number before them, so that a client that mixes them up is found out.
pub(super) fn marked(choice: usize, text: &str) -> String {
    if choice == 0 { text.to_owned() } else { format!("({}) {text}", choice + 1) }
}
