//! The head of an exercise or a trap: its `//!` lines.

/// What the `//!` lines at the top of a file say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// `//! # Fan out`
    pub title: Option<String>,
    /// The sentences between the title and the line `Run:`.
    pub task: String,
    /// The command of the line `Run:`.
    pub run: Option<String>,
    /// `book, chapter 3`
    pub read: Option<String>,
    pub minutes: Option<u32>,
    /// `//! Starts: does not compile`: the compile error is the lesson.
    pub starts_not_compiling: bool,
    /// `//! Trap: …`
    pub trap: Option<String>,
    /// `//! Caught by: <check>`, or `the compiler`
    pub caught_by: Option<String>,
    /// `//! Says: <words of the message>`, as often as it stands.
    pub says: Vec<String>,
    /// `/// Without: impl Drop for Sleep`: an item of the solution that the attempt leaves out.
    pub without: Vec<String>,
}

impl Header {
    pub fn parse(source: &str) -> Self {
        let mut header = Self::default();
        let mut task: Vec<&str> = Vec::new();
        let lines = source.trim_start_matches('\u{feff}').lines().skip_while(|line| line.trim().is_empty());
        for line in lines.map_while(|line| line.trim_start().strip_prefix("//!")).map(str::trim) {
            if let Some(title) = line.strip_prefix("# ") {
                header.title.get_or_insert_with(|| title.trim().to_owned());
            } else if let Some(rest) = line.strip_prefix("Run:") {
                header.run_line(rest);
            } else if let Some(rest) = line.strip_prefix("Starts:") {
                header.starts_not_compiling = rest.trim() == "does not compile";
            } else if let Some(rest) = line.strip_prefix("Trap:") {
                header.trap = Some(rest.trim().to_owned());
            } else if let Some(rest) = line.strip_prefix("Caught by:") {
                header.caught_by = Some(rest.trim().trim_matches('`').to_owned());
            } else if let Some(rest) = line.strip_prefix("Says:") {
                header.says.push(rest.trim().to_owned());
            } else if let Some(rest) = line.strip_prefix("Without:") {
                header.without.push(rest.trim().to_owned());
            } else {
                task.push(line);
            }
        }
        header.task = task.join("\n").trim().to_owned();
        header
    }

    /// `` `cargo workbook check 03-join/fan_out` · Read: book, chapter 3 · 10 min ``
    fn run_line(&mut self, line: &str) {
        for part in line.split('·').map(str::trim) {
            if let Some(read) = part.strip_prefix("Read:") {
                self.read = Some(read.trim().to_owned());
            } else if let Some(minutes) = part.strip_suffix("min") {
                self.minutes = minutes.trim().parse().ok();
            } else if part.starts_with('`') {
                self.run = Some(part.trim_matches('`').to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_title_task_command_chapter_and_minutes() {
        let header = Header::parse(
            "//! # Fan out\n//! Three models, one question.\n//! `ask_all` is slow.\n\
             //! Run: `cargo workbook check 03-join/fan_out` · Read: book, chapter 3 · 10 min\nuse std::fmt;\n//! no\n",
        );
        assert_eq!(header.title.as_deref(), Some("Fan out"));
        assert_eq!(header.task, "Three models, one question.\n`ask_all` is slow.");
        assert_eq!(header.run.as_deref(), Some("cargo workbook check 03-join/fan_out"));
        assert_eq!(header.read.as_deref(), Some("book, chapter 3"));
        assert_eq!(header.minutes, Some(10));
        assert!(!header.starts_not_compiling);
    }

    #[test]
    fn reads_what_a_trap_must_meet() {
        let header = Header::parse("//! Trap: a, b\n//! Caught by: `is_fast`\n//! Says: one after\n//! Says: 2.4 s\n");
        assert_eq!(header.trap.as_deref(), Some("a, b"));
        assert_eq!(header.caught_by.as_deref(), Some("is_fast"));
        assert_eq!(header.says, ["one after", "2.4 s"]);
    }

    #[test]
    fn an_empty_file_has_an_empty_header() {
        assert_eq!(Header::parse(""), Header::default());
    }
}
