//! What the compiler said, from cargo's stream of JSON.

use std::path::{Path, PathBuf};

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
    /// The compiler itself has failed.
    #[serde(skip)]
    pub is_crash: bool,
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

/// Why a program that compiles cannot be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// There is none to start.
    NoLinker,
    /// It was started, and failed: a full disk, its flags, or a symbol that is nowhere or twice.
    Failed,
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
    /// The file at which its source begins.
    #[serde(default)]
    pub src_path: PathBuf,
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
            is_crash: message.level.contains("internal compiler error"),
            coloured,
        })
    }

    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }

    /// `exercises/03-join/fan_out.rs:12:5`
    pub fn place(&self) -> Option<String> {
        Some(format!("{}:{}:{}", self.file.as_ref()?, self.line?, self.column?))
    }

    /// An error in the source of a target that begins at this file: it has a place in a file, or is about the file as a whole
    /// ("couldn't read `greet.rs`: stream did not contain valid UTF-8"). All others are the machine's: no room to write to, no
    /// folder for temporary files, a compiler that crashed.
    pub fn is_about_source(&self, root: &Path) -> bool {
        let name = root.file_name().unwrap_or_default().to_string_lossy();
        let names_it = !name.is_empty() && self.message.contains(&*name);
        self.is_error() && !self.is_crash && (self.file.is_some() || names_it)
    }

    /// What went wrong when the program was put together, if it is about that.
    pub fn linking(&self) -> Option<Linking> {
        if !self.is_error() {
            None
        } else if self.message.starts_with("linker `") {
            Some(Linking::NoLinker)
        } else {
            self.message.starts_with("linking with `").then_some(Linking::Failed)
        }
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

/// The end of what rustc says of a link that failed: what the linker said. Before it stands the linker's command line, which
/// is as long as a page.
pub fn end_of_link_error(rendered: &str) -> String {
    const LINES: usize = 20;
    const LONGEST: usize = 400;
    let lines: Vec<&str> = rendered.trim_end().lines().filter(|line| line.len() <= LONGEST).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// Errors first; among them, those in `file` first, because the rest often follows from them.
pub fn sort(diagnostics: &mut [Diagnostic], file: &str) {
    diagnostics.sort_by_key(|diagnostic| (!diagnostic.is_error(), diagnostic.file.as_deref() != Some(file)));
}
