//! The items of a Rust file, found by the layout that rustfmt gives it.
//!
//! An item begins at the indentation of its module, and ends at a line that ends with `;` or `}` where the next line
//! that is not empty begins another one. That is enough for files of our own that CI formats; a full parser would make a
//! learner wait longer for the first prompt. Where the layout misleads, the compiler says so at once: what is built from
//! items is always compiled.

use std::{fmt, ops::Range};

/// One item, or one method of an `impl` block without a trait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub key: Key,
    /// Its lines, counted from 0, with the comments and attributes above it.
    pub lines: Range<usize>,
    /// Its first line below comments and attributes.
    pub head: usize,
}

/// What makes two items rivals: a module can hold only one of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// An import. Imports are compared name by name: see [`Import`].
    Use,
    /// `struct Sleep`, `fn ask_all`. A struct, an enum, a union, a type alias and a trait are rivals: all are types.
    Named { kind: &'static str, name: String },
    /// `impl Drop for Sleep`
    TraitImpl { of: String, target: String },
    /// `Clock::now`, in a block without a trait.
    Method { target: String, name: String },
    /// An invocation of a macro, or what this file does not know: never a rival of anything.
    Other(String),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Use => write!(f, "use"),
            Key::Named { kind, name } => write!(f, "{kind} {name}"),
            Key::TraitImpl { of, target } => write!(f, "impl {of} for {target}"),
            Key::Method { target, name } => write!(f, "{target}::{name}"),
            Key::Other(line) => write!(f, "{line}"),
        }
    }
}

/// The items between two lines, at this indentation. A block of methods is told as its methods.
pub fn items(lines: &[&str], range: Range<usize>, indent: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for (block, head) in blocks(lines, range, indent) {
        let line = lines[head].trim();
        if !is_impl(line) {
            items.push(Item { key: key(line), lines: block, head });
            continue;
        }
        let text = head_of_impl(lines, head..block.end);
        match top_level(&text, " for ") {
            Some(at) => {
                let (of, target) = (text[..at].trim().to_owned(), base(&text[at + " for ".len()..]));
                items.push(Item { key: Key::TraitImpl { of, target }, lines: block, head });
            }
            None => items.extend(methods(lines, body(lines, head..block.end), indent + 4, &base(&text))),
        }
    }
    items
}

fn methods(lines: &[&str], inside: Range<usize>, indent: usize, target: &str) -> Vec<Item> {
    let to_method = |(block, head): (Range<usize>, usize)| {
        let key = match key(lines[head].trim()) {
            Key::Named { name, .. } => Key::Method { target: target.to_owned(), name },
            key => key,
        };
        Item { key, lines: block, head }
    };
    blocks(lines, inside, indent).into_iter().map(to_method).collect()
}

/// Pieces of source, each with the line at which its code begins.
fn blocks(lines: &[&str], range: Range<usize>, indent: usize) -> Vec<(Range<usize>, usize)> {
    let mut blocks = Vec::new();
    let (mut first, mut head) = (None, None);
    for at in range.clone() {
        let line = lines[at];
        if line.trim().is_empty() || line.trim_start().starts_with("//!") {
            if head.is_none() {
                first = None;
            }
            continue;
        }
        first.get_or_insert(at);
        let begins = indent_of(line) == indent && !is_above_an_item(line, &lines[..at]);
        if begins && head.is_none() {
            head = Some(at);
        }
        let next = lines[at + 1..range.end].iter().find(|line| !line.trim().is_empty());
        let is_last = next.is_none_or(|next| indent_of(next) <= indent && !continues(next));
        let code = line.split(" // ").next().unwrap_or(line).trim_end();
        if let (Some(start), Some(head_at), true) = (first, head, is_last && code.ends_with([';', '}'])) {
            blocks.push((start..at + 1, head_at));
            (first, head) = (None, None);
        }
    }
    blocks
}

/// A comment or an attribute, or the later line of an attribute that is longer than one.
fn is_above_an_item(line: &str, above: &[&str]) -> bool {
    let line = line.trim_start();
    if line.starts_with("//") || line.starts_with("#[") {
        return true;
    }
    let open = above.iter().rev().take_while(|line| !line.trim().is_empty()).find(|line| line.starts_with("#["));
    line.starts_with([')', ']']) && open.is_some_and(|open| !open.trim_end().ends_with(']'))
}

/// Whether a line at the indentation of an item goes on with the item above it.
fn continues(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['}', ')', ']', '{']) || line == "where" || line.starts_with("where ")
}

pub fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The lines between the braces.
fn body(lines: &[&str], block: Range<usize>) -> Range<usize> {
    let open = block.clone().find(|at| lines[*at].trim_end().ends_with('{'));
    open.map_or(block.end..block.end, |open| open + 1..block.end.saturating_sub(1))
}

fn is_impl(line: &str) -> bool {
    let line = line.strip_prefix("unsafe ").unwrap_or(line);
    line.starts_with("impl ") || line.starts_with("impl<")
}

fn key(line: &str) -> Key {
    let other = || Key::Other(line.trim_end_matches(['{', ' ']).to_owned());
    let mut words = line;
    if words.starts_with("pub(") {
        words = words.split_once(") ").map_or(words, |(_, rest)| rest);
    }
    loop {
        let qualifiers = ["pub ", "async ", "unsafe ", "extern \"C\" "];
        match qualifiers.iter().find_map(|word| words.strip_prefix(word)) {
            Some(rest) => words = rest,
            None => break,
        }
    }
    if words.starts_with("use ") {
        return Key::Use;
    }
    let words = words.strip_prefix("const fn ").map(|rest| ("fn", rest)).or_else(|| {
        let kinds = ["fn", "struct", "enum", "union", "type", "trait", "const", "static", "mod"];
        kinds.into_iter().find_map(|kind| Some((kind, words.strip_prefix(kind)?.strip_prefix(' ')?)))
    });
    match words {
        Some((kind, rest)) => {
            let rest = rest.strip_prefix("mut ").unwrap_or(rest);
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            Key::Named { kind: namespace(kind), name: rest[..end].to_owned() }
        }
        None => other(),
    }
}

/// Names that may not stand twice in one module.
fn namespace(kind: &str) -> &'static str {
    match kind {
        "fn" => "fn",
        "const" | "static" => "const",
        "mod" => "mod",
        _ => "type",
    }
}

/// The head of an `impl`, on one line, without `impl`, its parameters and its conditions.
fn head_of_impl(lines: &[&str], block: Range<usize>) -> String {
    let mut head = String::new();
    for line in &lines[block] {
        head.push_str(line.trim());
        head.push(' ');
        if line.trim_end().ends_with(['{', '}']) {
            break;
        }
    }
    let head = head.trim_start().strip_prefix("unsafe ").unwrap_or(head.trim_start());
    let head = head.strip_prefix("impl").unwrap_or(head);
    let head = if head.starts_with('<') { &head[past_angles(head)..] } else { head };
    let head = head.split('{').next().unwrap_or(head);
    head.split(" where ").next().unwrap_or(head).trim().to_owned()
}

/// `measured::Measured<F>` is `Measured`.
fn base(target: &str) -> String {
    let name = &target[..target.find('<').unwrap_or(target.len())];
    name.rsplit("::").next().unwrap_or(name).trim().to_owned()
}

/// Where `word` stands outside of angle brackets and parentheses.
fn top_level(text: &str, word: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if text[..at].ends_with(['-', '=']) => {}
            '>' | ')' | ']' => depth -= 1,
            _ if depth == 0 && text[at..].starts_with(word) => return Some(at),
            _ => {}
        }
    }
    None
}

fn past_angles(text: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if text[..at].ends_with(['-', '=']) => {}
            '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// One name that a `use` brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// `std::sync::Arc`, with ` as Other` where it is renamed.
    pub path: String,
    /// `Arc`; of a glob, its path.
    pub name: String,
}

/// The names that a `use` item brings in.
pub fn imports(text: &str) -> Vec<Import> {
    let text: String =
        text.lines().map(|line| line.split("//").next().unwrap_or(line).trim()).collect::<Vec<_>>().join(" ");
    let tree = text.split_once("use ").map_or("", |(_, tree)| tree).trim().trim_end_matches(';');
    let mut imports = Vec::new();
    leaves("", tree, &mut imports);
    imports
}

fn leaves(prefix: &str, tree: &str, imports: &mut Vec<Import>) {
    let tree = tree.trim();
    if let Some((path, inside)) = tree.split_once('{') {
        let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
        let mut start = 0;
        let mut depth = 0;
        for (at, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    leaves(&format!("{prefix}{}", path.trim()), &inside[start..at], imports);
                    start = at + 1;
                }
                _ => {}
            }
        }
        leaves(&format!("{prefix}{}", path.trim()), &inside[start..], imports);
    } else if !tree.is_empty() {
        let path = format!("{prefix}{tree}");
        let path = path.strip_suffix("::self").map(str::to_owned).unwrap_or(path);
        let name = match path.rsplit_once(" as ") {
            // Only its methods are wanted: it may stand as often as one likes.
            Some((_, "_")) => path.clone(),
            Some((_, name)) => name.to_owned(),
            None if path.ends_with('*') => path.clone(),
            None => path.rsplit("::").next().unwrap_or(&path).to_owned(),
        };
        imports.push(Import { path, name });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(source: &str) -> Vec<String> {
        let lines: Vec<&str> = source.lines().collect();
        items(&lines, 0..lines.len(), 0).iter().map(|item| item.key.to_string()).collect()
    }

    #[test]
    fn items_begin_and_end_where_rustfmt_puts_them() {
        let source = "//! Head.\n\nuse std::{\n    fmt,\n    io,\n};\n\n/// A constant.\nconst A: u8 = 1;\nconst B: u8 =\n    2;\n\
                      #[derive(Debug)]\nstruct Pair(\n    u8,\n    u8,\n);\n\npub async fn ask<F>(\n    one: F,\n) -> u8\nwhere\n    F: Fn(),\n{\n    let a = 1;\n\n    a\n}\n";
        assert_eq!(keys(source), ["use", "const A", "const B", "type Pair", "fn ask"]);
        let lines: Vec<&str> = source.lines().collect();
        let items = items(&lines, 0..lines.len(), 0);
        assert_eq!(items[1].lines, 7..9);
        assert_eq!(items[4].lines, 17..lines.len());
    }

    #[test]
    fn blocks_of_methods_are_told_as_methods() {
        let source = "impl<T: Future<Output = u8>> Clock<T> {\n    /// Now.\n    pub fn now(&self) -> u8 {\n        1\n    }\n\n    const X: u8 = 1;\n}\n\n\
                      impl<'a> Future for Sleep<'a> {\n    type Output = ();\n\n    fn poll(self: Pin<&mut Self>, c: &mut Context<'_>) -> Poll<()> {\n        todo!()\n    }\n}\n\nimpl From<A> for B {}\n\
                      unsafe impl Send for C {}\n";
        assert_eq!(
            keys(source),
            ["Clock::now", "Clock::X", "impl Future for Sleep", "impl From<A> for B", "impl Send for C"]
        );
    }

    #[test]
    fn a_long_head_of_an_impl_is_understood() {
        let source = "impl<F> Future for Measured<F>\nwhere\n    F: Future,\n{\n    type Output = F::Output;\n}\n";
        assert_eq!(keys(source), ["impl Future for Measured"]);
    }

    #[test]
    fn imports_are_told_one_by_one() {
        let found = imports("use std::{\n    fmt::{self, Debug as D},\n    io::Write as _,\n    sync::*,\n};");
        let found: Vec<(&str, &str)> = found.iter().map(|i| (i.path.as_str(), i.name.as_str())).collect();
        assert_eq!(
            found,
            [
                ("std::fmt", "fmt"),
                ("std::fmt::Debug as D", "D"),
                ("std::io::Write as _", "std::io::Write as _"),
                ("std::sync::*", "std::sync::*")
            ]
        );
        assert_eq!(imports("pub use a::b;")[0].path, "a::b");
    }
}
