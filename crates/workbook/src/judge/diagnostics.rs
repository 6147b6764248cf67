//! What the compiler said, from cargo's stream of JSON.

use serde::{Deserialize, Serialize};

use crate::text;

/// An error or a warning about one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub level: Level,
    pub code: Option<String>,
    pub message: String,
    /// From the root of the workspace.
    pub file: Option<String>,
    pub line: Option<usize>,
    pub column: Option<usize>,
    /// As rustc prints it, without colour.
    pub rendered: String,
    /// As rustc prints it, in colour.
    #[serde(skip)]
    pub coloured: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warning,
}

/// One line of cargo's stream, as far as the runner needs it.
#[derive(Debug, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Line {
    CompilerMessage {
        target: Target,
        message: Message,
    },
    CompilerArtifact {
        target: Target,
        executable: Option<String>,
        fresh: bool,
    },
    #[serde(other)]
    Else,
}

#[derive(Debug, Deserialize)]
pub struct Target {
    pub name: String,
    pub kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Message {
    level: String,
    message: String,
    code: Option<Code>,
    spans: Vec<Span>,
    rendered: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    column_start: usize,
    is_primary: bool,
}

impl Diagnostic {
    /// `None` for what only sums up others ("aborting due to 2 previous errors").
    pub fn from_message(message: Message) -> Option<Self> {
        let level = match message.level.as_str() {
            "warning" => Level::Warning,
            level if level.starts_with("error") => Level::Error,
            _ => return None,
        };
        let summary = message.message.starts_with("aborting due to") || message.message.ends_with("emitted");
        if message.spans.is_empty() && summary {
            return None;
        }
        let coloured = message.rendered.unwrap_or_else(|| message.message.clone());
        let place = message.spans.into_iter().find(|span| span.is_primary);
        Some(Self {
            level,
            code: message.code.map(|code| code.code),
            message: message.message,
            line: place.as_ref().map(|span| span.line_start),
            column: place.as_ref().map(|span| span.column_start),
            file: place.map(|span| span.file_name.replace('\\', "/")),
            rendered: text::without_escapes(&coloured),
            coloured,
        })
    }

    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }

    /// The linker could not be started, or failed: nothing that the learner wrote.
    pub fn is_about_the_linker(&self) -> bool {
        self.message.starts_with("linker `") || self.message.starts_with("linking with `")
    }

    /// Names a file differently wherever the diagnostic names it: a copy that was compiled becomes the original.
    #[must_use]
    pub fn renamed(mut self, names: &[(String, String)]) -> Self {
        for (from, to) in names {
            for text in [&mut self.rendered, &mut self.coloured, &mut self.message] {
                if text.contains(from.as_str()) {
                    *text = text.replace(from.as_str(), to);
                }
            }
            if self.file.as_deref() == Some(from.as_str()) {
                self.file = Some(to.clone());
            }
        }
        self
    }
}

/// Errors first; among them, those in `file` first, because the rest often follows from them.
pub fn sort(diagnostics: &mut [Diagnostic], file: &str) {
    diagnostics.sort_by_key(|diagnostic| (!diagnostic.is_error(), diagnostic.file.as_deref() != Some(file)));
}
