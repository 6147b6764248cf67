//! The code that stands beside a picture.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{SourceLine, Timeline, label::clean, svg::escaped};

/// A part of a source file, most often one function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The file, as it is shown to a reader.
    pub file: String,
    /// The lines, without the indentation that all of them share. Numbers may be left out, never be out of order.
    pub lines: Vec<CodeLine>,
}

/// A line of [`Code`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLine {
    /// Its number in the file, from 1.
    pub number: u32,
    /// What stands there.
    pub text: String,
}

/// A function with more lines than this is shown around the lines that ran.
const MOST_LINES: usize = 60;

/// Stands for lines that are left out. Its indentation is more than any function has, so that it takes none away.
const HIDDEN: &str = "                // …";

/// So many lines are shown around those that ran, where a function is too long.
const AROUND: u32 = 3;

impl Timeline {
    /// Puts the functions beside the picture in which its lanes ran. A [`Step`](crate::Step) must have been recorded for that:
    /// see [`Recorder::with_lines`](crate::Recorder::with_lines).
    ///
    /// Source files are read where the line tables say that they are. What cannot be read is left out: a program that runs
    /// far from its sources is drawn without code. The steps keep the lines that are shown, and no others.
    #[must_use]
    pub fn with_functions(self) -> Self {
        let ran = self.ran();
        let mut code = Vec::new();
        for (file, numbers) in &ran {
            let Some(text) = read(file) else { continue };
            let text: Vec<&str> = text.lines().collect();
            let functions: BTreeSet<(u32, u32)> =
                numbers.iter().filter_map(|&number| function_around(&text, number)).collect();
            // A function inside another one is shown with it.
            let is_inside = |inner: &(u32, u32)| {
                functions.iter().any(|outer| outer != inner && outer.0 <= inner.0 && inner.1 <= outer.1)
            };
            for &(first, last) in functions.iter().filter(|function| !is_inside(function)) {
                let ran: Vec<u32> = numbers.iter().copied().filter(|number| (first..=last).contains(number)).collect();
                let is_shown = |number: u32| {
                    (last - first) < MOST_LINES as u32
                        || number == first
                        || ran.iter().any(|&ran| ran.abs_diff(number) <= AROUND)
                };
                // What is left out is one line, a comment.
                let is_first_hidden = |number: u32| !is_shown(number) && is_shown(number - 1);
                let numbers = (first..=last).filter(|&number| is_shown(number) || is_first_hidden(number));
                let lines = numbers.map(|number| {
                    let line = text[number as usize - 1];
                    (number, if is_shown(number) { line } else { HIDDEN })
                });
                code.push(Code::of(file.clone(), lines));
            }
        }
        let mut this = self.showing(code, |file, shown| file == shown);
        for code in &mut this.code {
            code.file = shown_name(&code.file);
        }
        for line in this.lanes.iter_mut().flat_map(|lane| &mut lane.steps).flat_map(|step| &mut step.lines) {
            line.file = shown_name(&line.file);
        }
        this
    }

    /// Puts parts of files beside the picture, each named as in an `include` of mdBook: `src/serial.rs:in_turn` is what stands
    /// between `ANCHOR: in_turn` and `ANCHOR_END: in_turn` in a file whose path ends in `src/serial.rs`, without its doc
    /// comments.
    ///
    /// Everything else is as in [`with_functions`](Self::with_functions). A part in which no lane ran is left out.
    #[must_use]
    pub fn with_parts(self, parts: &[&str]) -> Self {
        let ran = self.ran();
        let mut code = Vec::new();
        for part in parts {
            let (wanted, anchor) = part.rsplit_once(':').unwrap_or((part, ""));
            let Some((file, numbers)) = ran.iter().find(|(file, _)| is_same(file, wanted)) else { continue };
            let Some(text) = read(file) else { continue };
            // What a function promises is for whoever calls it; here stands what it does.
            let lines = anchored(&text, anchor).filter(|(_, line)| !line.trim_start().starts_with("///"));
            let part = Code::of(wanted.to_owned(), lines);
            code.extend(Some(part).filter(|part| part.lines.iter().any(|line| numbers.contains(&line.number))));
        }
        self.showing(code, is_same)
    }

    /// Where a line stands in the [code](Self::code) of this timeline, as a picture writes it: `0:4` is the fifth line of the
    /// first part. For pictures of another kind, with the same code beside them.
    pub fn place_of(&self, line: &SourceLine) -> Option<String> {
        place_of(&self.code, line)
    }

    /// The attribute ` data-code="…"` of a picture with this code beside it, and nothing where there is none.
    pub fn code_attribute(&self) -> String {
        attribute(&self.code)
    }

    /// The lines at which the lanes were, by file.
    fn ran(&self) -> BTreeMap<String, BTreeSet<u32>> {
        let mut ran: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for line in self.lanes.iter().flat_map(|lane| &lane.steps).flat_map(|step| &step.lines) {
            ran.entry(line.file.clone()).or_default().insert(line.line);
        }
        ran
    }

    fn showing(mut self, code: Vec<Code>, is_same: impl Fn(&str, &str) -> bool) -> Self {
        for step in self.lanes.iter_mut().flat_map(|lane| &mut lane.steps) {
            let shown = |line: &SourceLine| {
                let code = code.iter().find(|code| is_same(&line.file, &code.file) && code.holds(line.line))?;
                Some(SourceLine { file: code.file.clone(), line: line.line })
            };
            step.lines = step.lines.iter().filter_map(shown).collect();
        }
        for lane in &mut self.lanes {
            lane.steps.retain(|step| !step.lines.is_empty());
        }
        self.code = code;
        self
    }
}

impl Code {
    fn of<'a>(file: String, lines: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let lines: Vec<(u32, &str)> = lines.collect();
        let full = lines.iter().filter(|(_, text)| !text.trim().is_empty());
        let indent = full.map(|(_, text)| indent(text)).min().unwrap_or_default();
        let line =
            |(number, text): (u32, &str)| CodeLine { number, text: text.get(indent..).unwrap_or_default().to_owned() };
        Self { file, lines: lines.into_iter().map(line).collect() }
    }

    fn holds(&self, number: u32) -> bool {
        self.lines.iter().any(|line| line.number == number)
    }

    /// Where it stands, in words: `src/serial.rs, lines 9 to 15`.
    pub fn place(&self) -> String {
        let file = clean(&self.file, false);
        match (self.lines.first(), self.lines.last()) {
            (Some(first), Some(last)) if first.number < last.number => {
                format!("{file}, lines {} to {}", first.number, last.number)
            }
            (Some(only), _) => format!("{file}, line {}", only.number),
            _ => file,
        }
    }
}

pub(crate) fn place_of(code: &[Code], line: &SourceLine) -> Option<String> {
    code.iter().enumerate().filter(|(_, code)| code.file == line.file).find_map(|(block, code)| {
        let place = code.lines.iter().position(|shown| shown.number == line.line)?;
        Some(format!("{block}:{place}"))
    })
}

/// The parts beside a picture, in their order: ` data-code="src/serial.rs:9,10,11 src/joined.rs:12"`.
pub(crate) fn attribute(code: &[Code]) -> String {
    if code.is_empty() {
        return String::new();
    }
    let part = |code: &Code| {
        let numbers: Vec<String> = code.lines.iter().map(|line| line.number.to_string()).collect();
        let file = escaped(&clean(&code.file, false)).replace('%', "%25").replace(' ', "%20").replace(':', "%3A");
        format!("{file}:{}", numbers.join(","))
    };
    format!(" data-code=\"{}\"", code.iter().map(part).collect::<Vec<_>>().join(" "))
}

/// The code of several timelines that are drawn in one picture, each part once.
pub(crate) fn of_all(timelines: &[&Timeline]) -> Vec<Code> {
    let mut all: Vec<Code> = Vec::new();
    for code in timelines.iter().flat_map(|timeline| &timeline.code) {
        if !all.contains(code) {
            all.push(code.clone());
        }
    }
    all
}

/// The code beside a picture of these timelines, as Markdown: a fold, in it a block for each part, headed by where it stands.
/// Nothing where no line was recorded.
///
/// In a page it stands in the same `figure` as the picture, and what steps through the picture marks the lines in it. See
/// [`Timeline::svg`] for how it knows them.
pub fn code_as_markdown(timelines: &[&Timeline]) -> String {
    let code = of_all(timelines);
    if code.is_empty() {
        return String::new();
    }
    let block = |code: &Code| {
        let lines: String = code.lines.iter().map(|line| format!("{}\n", line.text)).collect();
        format!("`{}`\n\n```rust,ignore\n{lines}```\n\n", code.place())
    };
    let blocks: String = code.iter().map(block).collect();
    format!(
        "<details class=\"code\">\n<summary>The code, and the line that runs at each step</summary>\n\n{blocks}</details>\n"
    )
}

/// Whether a file of the line tables is the one that is meant: `/home/ada/w/src/a.rs` is `src/a.rs`.
fn is_same(file: &str, wanted: &str) -> bool {
    file == wanted || file.strip_suffix(wanted).is_some_and(|folder| folder.ends_with('/'))
}

fn read(file: &str) -> Option<String> {
    fs::read_to_string(file).ok()
}

/// A file as seen from its package or its workspace, whichever is further up: where it stands on this machine is nobody's
/// business.
fn shown_name(file: &str) -> String {
    if !Path::new(file).is_absolute() {
        return file.to_owned();
    }
    let path = PathBuf::from(file);
    let package = path.ancestors().skip(1).filter(|folder| folder.join("Cargo.toml").is_file()).last();
    let below = package.and_then(|package| path.strip_prefix(package).ok());
    let below = below.or_else(|| path.strip_prefix(env::current_dir().ok()?).ok());
    below.map_or_else(|| file.to_owned(), |below| below.to_string_lossy().replace('\\', "/"))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// First and last line of the function around a line, by the layout that rustfmt gives to it.
fn function_around(text: &[&str], number: u32) -> Option<(u32, u32)> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    let depth = indent(text.get(at)?);
    let is_head = |line: &str| {
        let words = line.split(['(', '<']).next().unwrap_or_default();
        words.split_whitespace().any(|word| word == "fn") && !line.trim_start().starts_with("//")
    };
    let head = (0..=at).rev().find(|&place| {
        let line = text[place];
        is_head(line) && (place == at || indent(line) < depth)
    })?;
    let closes = |line: &str| indent(line) == indent(text[head]) && line.trim_start().starts_with('}');
    let last = if text[head].trim_end().ends_with('}') {
        head
    } else {
        head + text[head..].iter().position(|line| closes(line))?
    };
    let is_attribute = |line: &str| line.trim_start().starts_with("#[") && indent(line) == indent(text[head]);
    let attributes = text[..head].iter().rev().take_while(|line| is_attribute(line)).count();
    (last >= at).then(|| ((head - attributes) as u32 + 1, last as u32 + 1))
}

/// The lines between two marks, without the marks of other parts; all lines without a name.
fn anchored<'a>(text: &'a str, anchor: &str) -> impl Iterator<Item = (u32, &'a str)> {
    let is_mark = |line: &str, mark: &str| line.trim().ends_with(&format!("{mark}: {anchor}"));
    let lines: Vec<(u32, &str)> = (1..).zip(text.lines()).collect();
    let (first, last) = if anchor.is_empty() {
        (0, lines.len())
    } else {
        let first = lines.iter().position(|(_, line)| is_mark(line, "ANCHOR"));
        let last = lines.iter().position(|(_, line)| is_mark(line, "ANCHOR_END"));
        (first.map_or(lines.len(), |first| first + 1), last.unwrap_or(lines.len()))
    };
    let part = lines.get(first..last).unwrap_or_default().to_vec();
    part.into_iter().filter(|(_, line)| !line.contains("ANCHOR: ") && !line.contains("ANCHOR_END: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
use std::fmt;

#[tokio::main]
async fn main() {
    one().await;
}

impl Desk {
    // ANCHOR: run
    pub async fn run(
        self,
    ) -> u32 {
        // ANCHOR: inner
        let closure = || {
            1
        };
        // ANCHOR_END: inner
        closure()
    }
    // ANCHOR_END: run
}

fn short() {}
";

    #[test]
    fn a_function_is_found_by_its_layout() {
        let text: Vec<&str> = TEXT.lines().collect();
        assert_eq!(function_around(&text, 5), Some((3, 6)), "with its attribute");
        assert_eq!(function_around(&text, 14), Some((10, 19)), "a method, from inside a closure");
        assert_eq!(function_around(&text, 23), Some((23, 23)));
        assert_eq!(function_around(&text, 1), None);
        assert_eq!(function_around(&text, 22), None, "between two functions");
        assert_eq!(function_around(&text, 99), None);
    }

    #[test]
    fn a_part_keeps_its_line_numbers_and_loses_its_marks_and_its_indentation() {
        let code = Code::of("src/desk.rs".to_owned(), anchored(TEXT, "run"));
        let numbers: Vec<u32> = code.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [10, 11, 12, 14, 15, 16, 18, 19]);
        assert_eq!(code.lines[0].text, "pub async fn run(");
        assert_eq!(code.lines[1].text, "    self,");
        assert_eq!(code.place(), "src/desk.rs, lines 10 to 19");
        assert_eq!(Code::of(String::new(), anchored(TEXT, "nothing")).lines, []);
    }

    #[test]
    fn a_file_is_known_by_the_end_of_its_path() {
        assert!(is_same("/home/ada/w/src/a.rs", "src/a.rs") && is_same("src/a.rs", "src/a.rs"));
        assert!(!is_same("/home/ada/w/src/aa.rs", "a.rs"));
    }
}
