//! A call with more to say than a prompt.

use crate::{CallKind, Fault};

/// What one call asks for. A prompt alone is enough for most; a server in front of the model fills in the rest.
///
/// ```
/// use mock_llm::{MockLlm, Model, Request};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), mock_llm::Error> {
/// let llm = MockLlm::new([Model::new("atlas").reply("One, two. Three, four.")]);
/// let short = Request::new("Count.").max_tokens(3);
/// assert_eq!(llm.model("atlas").complete_request(short).await?.text, "One, two. Three,");
/// let stopped = Request::new("Count.").stop(["."]);
/// assert_eq!(llm.model("atlas").complete_request(stopped).await?.text, "One, two");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    pub(crate) prompt: String,
    pub(crate) key: Option<String>,
    pub(crate) prompt_tokens: Option<usize>,
    pub(crate) max_tokens: Option<usize>,
    pub(crate) choices: Option<usize>,
    pub(crate) attempt: Option<u32>,
    pub(crate) kind: Option<CallKind>,
    pub(crate) stop: Vec<String>,
    pub(crate) reply: Option<Vec<String>>,
    pub(crate) fault: Option<Fault>,
    pub(crate) label: Option<String>,
    pub(crate) note: Option<String>,
}

impl Request {
    /// A request for the reply to a prompt.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self { prompt: prompt.into(), ..Self::default() }
    }

    /// What the request is known by: two requests of one key are two attempts at the same thing, and draws belong to
    /// the key. Without it, the prompt.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How many tokens the prompt counts as. Without it, the words of the prompt.
    #[must_use]
    pub fn prompt_tokens(mut self, tokens: usize) -> Self {
        self.prompt_tokens = Some(tokens);
        self
    }

    /// The reply is cut after this many tokens.
    #[must_use]
    pub fn max_tokens(mut self, tokens: usize) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// How many choices the caller makes of the reply, which the model writes once. The tokens of each are charged to
    /// [`Limits::tokens_per_minute`](crate::Limits::tokens_per_minute). Without it, one.
    #[must_use]
    pub fn choices(mut self, choices: usize) -> Self {
        self.choices = Some(choices);
        self
    }

    /// Its number among the attempts at the same thing, from 1, where the caller counts them. Without it, the model does.
    #[must_use]
    pub fn attempt(mut self, number: u32) -> Self {
        self.attempt = Some(number);
        self
    }

    /// What the journal says of how it was asked for, where a caller reads a reply token by token to hand it on in one piece.
    #[must_use]
    pub fn kind(mut self, kind: CallKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The reply ends before the first of these texts that occurs in it. Empty texts are ignored.
    #[must_use]
    pub fn stop(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.stop = texts.into_iter().map(Into::into).filter(|text: &String| !text.is_empty()).collect();
        self
    }

    /// The reply, token by token, in place of the script's; no stop text ends it. Its latencies and faults stay those of
    /// the script.
    #[must_use]
    pub fn reply(mut self, tokens: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.reply = Some(tokens.into_iter().map(Into::into).collect());
        self
    }

    /// What goes wrong with this call, whatever the script says.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// A name by which to find the call in the journal again; it changes nothing.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// What the journal is to say of the call besides, in words of the caller's; it changes nothing.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    pub(crate) fn known_by(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.prompt)
    }

    pub(crate) fn count_prompt_tokens(&self) -> usize {
        self.prompt_tokens.unwrap_or_else(|| crate::tokens(&self.prompt).count())
    }

    /// How many tokens are charged for it, where its prompt and its reply have so many.
    pub(crate) fn cost(&self, prompt: usize, reply: usize) -> usize {
        prompt.saturating_add(reply.saturating_mul(self.choices.unwrap_or(1)))
    }

    /// The reply without what follows the first stop text.
    pub(crate) fn until_stop<'text>(&self, text: &'text str) -> &'text str {
        let end = self.stop.iter().filter_map(|stop| text.find(stop)).min();
        &text[..end.unwrap_or(text.len())]
    }
}

impl From<&str> for Request {
    fn from(prompt: &str) -> Self {
        Self::new(prompt)
    }
}
