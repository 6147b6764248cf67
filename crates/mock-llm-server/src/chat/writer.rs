//! Turns the model's tokens into the chunks of a stream.

use super::{
    Job,
    chunk::{Chunks, FinishReason, Usage},
    reply::{Call, Reply, marked},
};

/// The data of the event that ends a stream.
pub(crate) const DONE: &str = "[DONE]";

/// What it takes to write all chunks of one completion.
#[derive(Debug)]
pub(crate) struct ChunkWriter {
    chunks: Chunks,
    choices: usize,
    prompt_tokens: usize,
    include_usage: bool,
    /// Whether choices bear a number.
    marks: bool,
    reply: Reply,
    finish: FinishReason,
    tokens: usize,
    /// How many calls have begun. The first comes with the role.
    begun: usize,
}

impl ChunkWriter {
    pub(crate) fn new(job: &Job) -> Self {
        Self {
            chunks: Chunks::new(&job.identity, job.request.include_usage, job.request.top_logprobs),
            choices: job.request.n,
            prompt_tokens: job.request.prompt_tokens,
            include_usage: job.request.include_usage,
            marks: job.request.marks_choices(),
            reply: job.reply.clone(),
            finish: job.finish,
            tokens: 0,
            begun: 1,
        }
    }

    /// The chunks that come before any token: who speaks.
    pub(crate) fn open(&self, say: &mut impl FnMut(String)) {
        (0..self.choices()).for_each(|choice| {
            say(match &self.reply {
                Reply::Calls { calls, .. } => self.chunks.role(choice, calls.first()),
                Reply::Script | Reply::Text { .. } => self.chunks.role(choice, None),
            });
        });
    }

    /// One token, once for each choice.
    pub(crate) fn token(&mut self, token: &str, say: &mut impl FnMut(String)) {
        let index = self.tokens;
        self.tokens += 1;
        let choices = 0..self.choices();
        match &self.reply {
            Reply::Calls { calls, .. } => {
                let Some((place, call)) = call_of(calls, index) else { return };
                // Calls without arguments have no token of their own; they begin before the next one.
                let begin = self.begun..(place + 1).max(self.begun);
                self.begun = begin.end;
                for choice in choices {
                    for place in begin.clone() {
                        say(self.chunks.call(choice, place, &calls[place]));
                    }
                    say(self.chunks.arguments(choice, place, call.kind, token));
                }
            }
            Reply::Text { choices: texts, .. } => {
                choices.zip(texts).for_each(|(choice, text)| say(self.chunks.content(choice, &text[index])));
            }
            Reply::Script => choices.for_each(|choice| {
                say(if index == 0 && choice > 0 && self.marks {
                    self.chunks.content(choice, &marked(choice, token))
                } else {
                    self.chunks.content(choice, token)
                });
            }),
        }
    }

    /// The chunks that come after the last token: the reasons, the usage, the end.
    pub(crate) fn close(&self, say: &mut impl FnMut(String)) {
        // Calls without arguments, behind the last token.
        if let Reply::Calls { calls, .. } = &self.reply
            && self.finish != FinishReason::Length
        {
            for choice in 0..self.choices() {
                for (place, call) in calls.iter().enumerate().skip(self.begun) {
                    say(self.chunks.call(choice, place, call));
                }
            }
        }
        (0..self.choices()).for_each(|choice| say(self.chunks.finish(choice, self.finish)));
        if self.include_usage {
            let completion = self.tokens * self.choices();
            say(self.chunks.usage(Usage { prompt: self.prompt_tokens, completion }));
        }
        say(DONE.to_owned());
    }

    pub(crate) fn choices(&self) -> usize {
        self.choices
    }
}

/// The call to which a token belongs, and its place among the calls.
pub(crate) fn call_of(calls: &[Call], token: usize) -> Option<(usize, &Call)> {
    let mut before = 0;
    calls.iter().enumerate().find(|(_, call)| {
        before += call.arguments.len();
        token < before
    })
}
