//! Catalogues of attempts: on one page all that people write for an exercise, each told by what it changes.
//!
//! `solutions/NN/traps/NAME.rs` and `solutions/NN/also_right/NAME.rs` hold modules. The doc comment of a module is the
//! head of an attempt; its items replace those of the solution that have the same name, or stand beside them:
//!
//! ```text
//! /// Trap: the calls are awaited in turn.
//! /// Caught by: takes_as_long_as_the_slowest
//! /// Says: one after another
//! mod in_turn {
//!     pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] { … }
//! }
//! ```
//!
//! - A function, a type, a constant and an `impl` of a trait are replaced whole; of a block of methods, the methods that
//!   the attempt has, in whichever block of that type the solution has them.
//! - A name that the attempt imports or defines takes the place of the same name; all other imports of the solution stay.
//! - `/// Without: impl Drop for Sleep` leaves an item of the solution out.
//!
//! An attempt is compiled as two files: its own lines at their places in the catalogue, and the lines of the solution that
//! are left, at theirs. So a message names the line that its author sees.

use std::{
    collections::BTreeSet,
    ops::{Range, RangeInclusive},
};

use crate::catalogue::{
    header::Header,
    items::{self, Item, Key},
};

/// One module of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    pub name: String,
    pub header: Header,
    /// The line of `mod its_name {`, counted from 1.
    pub line: usize,
    /// What stands between its braces, counted from 0.
    inside: Range<usize>,
}

impl Variant {
    /// From its `mod` to the brace that closes it, counted from 1.
    pub fn lines(&self) -> RangeInclusive<usize> {
        self.line..=self.inside.end + 1
    }
}

/// The two sources of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// The attempt's lines; all others of the catalogue are empty.
    pub own: String,
    /// The solution's lines, without those that the attempt replaces.
    pub rest: String,
}

/// The attempts of a catalogue, in its order.
pub fn variants(catalogue: &str) -> Vec<Variant> {
    let lines: Vec<&str> = catalogue.lines().collect();
    let to_variant = |item: Item| {
        let Key::Named { kind: "mod", name } = item.key else { return None };
        let head: String = lines[item.lines.start..item.head].join("\n").replace("///", "//!");
        // `mod name {}` on one line has no line inside.
        let first = item.head + 1;
        let inside = first..(item.lines.end - 1).max(first);
        Some(Variant { name, header: Header::parse(&head), line: item.head + 1, inside })
    };
    items::items(&lines, 0..lines.len(), 0).into_iter().filter_map(to_variant).collect()
}

/// What stands in a catalogue and is no module: it belongs to no attempt.
pub fn strays(catalogue: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = catalogue.lines().collect();
    let items = items::items(&lines, 0..lines.len(), 0).into_iter();
    let strays = items.filter(|item| !matches!(item.key, Key::Named { kind: "mod", .. }));
    strays.map(|item| (item.head + 1, item.key.to_string())).collect()
}

/// Lays an attempt over the solution.
pub fn lay(solution: &str, catalogue: &str, variant: &Variant) -> Laid {
    let solution: Vec<&str> = solution.lines().collect();
    let lines: Vec<&str> = catalogue.lines().collect();
    let attempts: Vec<Item> = items::items(&lines, variant.inside.clone(), 4);
    let replaced: BTreeSet<&Key> = attempts.iter().map(|item| &item.key).collect();
    let own_names = attempts.iter().flat_map(|item| match &item.key {
        Key::Use => items::imports(&lines[item.head..item.lines.end].join("\n")).into_iter().map(|i| i.name).collect(),
        Key::Named { name, .. } => vec![name.clone()],
        _ => Vec::new(),
    });
    let own_names: BTreeSet<String> = own_names.collect();
    let mut rest: Vec<String> = solution.iter().map(|line| (*line).to_owned()).collect();
    for item in items::items(&solution, 0..solution.len(), 0) {
        let is_left_out = variant.header.without.iter().any(|left_out| *left_out == item.key.to_string());
        let is_replaced = match &item.key {
            Key::Use => {
                leave_imports(&mut rest, &solution, &item, &own_names);
                false
            }
            Key::Named { name, .. } => own_names.contains(name),
            Key::TraitImpl { .. } | Key::Method { .. } => replaced.contains(&item.key),
            Key::Other(_) => false,
        };
        if is_left_out || is_replaced {
            rest[item.lines].fill(String::new());
        }
    }
    for line in rest.iter_mut().filter(|line| line.trim_start().starts_with("//!")) {
        line.clear();
    }
    let mut own: Vec<&str> = vec![""; variant.inside.end];
    own[variant.inside.clone()].copy_from_slice(&lines[variant.inside.clone()]);
    Laid { own: own.join("\n") + "\n", rest: rest.join("\n") + "\n" }
}

/// Writes an import of the solution anew, without the names that the attempt imports itself.
fn leave_imports(rest: &mut [String], solution: &[&str], item: &Item, own_names: &BTreeSet<String>) {
    let text = solution[item.head..item.lines.end].join("\n");
    let imports = items::imports(&text);
    if imports.iter().all(|import| !own_names.contains(&import.name)) {
        return;
    }
    let visibility = text.split("use ").next().unwrap_or_default();
    let left = imports.iter().filter(|import| !own_names.contains(&import.name));
    let left: Vec<String> = left.map(|import| format!("{visibility}use {};", import.path)).collect();
    rest[item.head..item.lines.end].fill(String::new());
    rest[item.head] = left.join(" ");
}

/// What the head of an attempt leaves out and the solution does not have.
pub fn left_out_in_vain<'a>(solution: &str, variant: &'a Variant) -> Vec<&'a str> {
    let lines: Vec<&str> = solution.lines().collect();
    let keys: Vec<String> = items::items(&lines, 0..lines.len(), 0).iter().map(|item| item.key.to_string()).collect();
    variant.header.without.iter().map(String::as_str).filter(|name| !keys.iter().any(|key| key == name)).collect()
}

/// The items of an attempt that are the solution's, word for word: they hide the line that matters.
pub fn repeated(solution: &str, catalogue: &str, variant: &Variant) -> Vec<String> {
    let solution: Vec<&str> = solution.lines().collect();
    let lines: Vec<&str> = catalogue.lines().collect();
    let theirs = items::items(&solution, 0..solution.len(), 0);
    let is_repeated = |item: &&Item| {
        let same = theirs.iter().find(|theirs| theirs.key == item.key && item.key != Key::Use);
        same.is_some_and(|theirs| code(&solution[theirs.lines.clone()]) == code(&lines[item.lines.clone()]))
    };
    let items = items::items(&lines, variant.inside.clone(), 4);
    items.iter().filter(is_repeated).map(|item| item.key.to_string()).collect()
}

/// The words of a piece of source, without its comments.
fn code(lines: &[&str]) -> String {
    let without_comment = lines.iter().map(|line| line.split("//").next().unwrap_or(line));
    without_comment.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLUTION: &str = "//! A solution.\n\nuse std::{fmt, sync::Arc};\n\n/// A clock.\nstruct Clock(u8);\n\nimpl Clock {\n    /// Now.\n    fn now(&self) -> u8 {\n        \
                            self.0\n    }\n\n    fn jump(&mut self) {\n        self.0 += 1;\n    }\n}\n\nimpl Drop for Clock {\n    fn drop(&mut self) {}\n}\n";
    const CATALOGUE: &str = "//! What people write.\n\n/// Trap: stands still.\n/// Caught by: it_moves\n/// Says: the clock\n/// Without: impl Drop for Clock\nmod still {\n    use \
                             std::rc::Rc as Arc;\n\n    impl Clock {\n        fn jump(&mut self) {}\n    }\n}\n\n/// Trap: x\nmod other {\n    const A: u8 = 1;\n}\n";

    #[test]
    fn an_attempt_without_a_line_is_the_solution() {
        let catalogue = "//! What people write.\n\n/// Trap: nothing.\nmod nothing {}";
        let variants = variants(catalogue);
        assert_eq!(variants[0].name, "nothing");
        let laid = lay(SOLUTION, catalogue, &variants[0]);
        assert!(laid.own.trim().is_empty() && laid.rest.contains("impl Drop for Clock"), "{laid:?}");
    }

    #[test]
    fn an_attempt_replaces_what_it_names_and_leaves_the_rest_in_its_place() {
        let variants = variants(CATALOGUE);
        let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
        assert_eq!(names, ["still", "other"]);
        assert_eq!(variants[0].header.trap.as_deref(), Some("stands still."));
        assert_eq!(variants[0].line, 7);
        let laid = lay(SOLUTION, CATALOGUE, &variants[0]);
        let own: Vec<&str> = laid.own.lines().collect();
        assert_eq!(own[..7], [""; 7]);
        assert_eq!(own[7], "    use std::rc::Rc as Arc;");
        assert_eq!(own.len(), 12);
        let rest: Vec<&str> = laid.rest.lines().collect();
        assert_eq!(rest.len(), SOLUTION.lines().count());
        assert_eq!(rest[2], "use std::fmt;");
        assert_eq!(rest[9], "    fn now(&self) -> u8 {");
        assert!(!laid.rest.contains("jump") && !laid.rest.contains("Drop"), "{}", laid.rest);
    }

    #[test]
    fn what_an_author_gets_wrong_is_found() {
        let variants = variants(&CATALOGUE.replace("impl Drop for Clock", "impl Clone for Clock"));
        assert_eq!(left_out_in_vain(SOLUTION, &variants[0]), ["impl Clone for Clock"]);
        let copied = "mod copied {\n    impl Clock {\n        // Why.\n        fn now(&self) -> u8 {\n            self.0\n        }\n    }\n}\n";
        assert_eq!(repeated(SOLUTION, copied, &super::variants(copied)[0]), ["Clock::now"]);
        assert_eq!(strays("fn a() {}\n\nmod b {}\n"), [(1, "fn a".to_owned())]);
    }
}
