//! Words inside HTML, and the ids of headings.

use std::collections::HashSet;

use pulldown_cmark::{Parser, html::push_html};

/// The elements whose content is for a reader. Each stands on lines of its own, so Markdown does not look into it.
const WITH_WORDS: [&str; 2] = ["summary", "figcaption"];

/// Makes a chapter ready for `mdbook-gettext`: words inside HTML become paragraphs, and each heading is given the id that it has
/// in English, so that links lead to the same places in each language.
pub fn open(text: &str) -> String {
    let mut used = HashSet::new();
    outside_code(text, |part| {
        let part = each_phrase(part, |words| format!("\n\n{}\n\n", words.trim()));
        let lines = part.split_inclusive('\n').map(|line| match heading(line) {
            Some(words) => format!("{} {{#{}}}\n", line.trim_end(), unique(&id(words), &mut used)),
            None => line.to_owned(),
        });
        lines.collect()
    })
}

/// What [`open`] made of words inside HTML is undone.
pub fn close(text: &str) -> String {
    outside_code(text, |part| each_phrase(part, |words| inline(words.trim())))
}

/// Applies a function to the parts of a chapter that are not blocks of code.
pub fn outside_code(text: &str, mut change: impl FnMut(&str) -> String) -> String {
    let (mut changed, mut part, mut is_code) = (String::new(), String::new(), false);
    for line in text.split_inclusive('\n') {
        let is_fence = line.trim_start().starts_with("```");
        if is_fence && !is_code {
            changed += &change(&std::mem::take(&mut part));
        }
        if is_fence || is_code {
            changed += line;
        } else {
            part += line;
        }
        is_code ^= is_fence;
    }
    changed + &change(&part)
}

/// Applies a function to all that stands between `<summary>` and `</summary>`, and the like.
fn each_phrase(text: &str, change: impl Fn(&str) -> String) -> String {
    let (mut changed, mut rest) = (String::new(), text);
    while let Some((before, words, after)) = next_phrase(rest) {
        changed += before;
        changed += &change(words);
        rest = after;
    }
    changed + rest
}

/// What stands before the words, with the tag; the words; and what stands after them, with the other tag.
fn next_phrase(text: &str) -> Option<(&str, &str, &str)> {
    let (at, name) = WITH_WORDS.into_iter().filter_map(|name| Some((text.find(&format!("<{name}"))?, name))).min()?;
    let from = at + text[at..].find('>')? + 1;
    let to = from + text[from..].find(&format!("</{name}>"))?;
    Some((&text[..from], &text[from..to], &text[to..]))
}

/// A sentence of Markdown in HTML, without the paragraph around it.
fn inline(words: &str) -> String {
    let mut html = String::new();
    push_html(&mut html, Parser::new(words));
    let html = html.trim();
    html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>")).unwrap_or(html).to_owned()
}

/// The words of a heading, if the line is one and has no id of its own.
pub fn heading(line: &str) -> Option<&str> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    ((1..=6).contains(&level) && words.starts_with(' ') && !words.contains("{#")).then(|| words.trim())
}

/// The id that mdBook makes of a heading. What marks code or emphasis is no letter, so it leaves nothing behind.
fn id(words: &str) -> String {
    let letter = |letter: char| match letter {
        letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => Some(letter),
        letter if letter.is_whitespace() => Some('-'),
        _ => None,
    };
    words.to_lowercase().chars().filter_map(letter).collect()
}

/// As mdBook does it: the second one of a name ends in `-1`.
fn unique(id: &str, used: &mut HashSet<String>) -> String {
    let mut candidates = std::iter::once(id.to_owned()).chain((1..).map(|number| format!("{id}-{number}")));
    let unique = candidates.find(|candidate| !used.contains(candidate)).expect("there is no end of numbers");
    used.insert(unique.clone());
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAPTER: &str = "\
# Many calls

## All at once: `join!`

<figure aria-labelledby=\"gather\">
{{#include gather.svg}}
<figcaption id=\"gather\">Ten calls</figcaption>
</figure>

```text
# no heading
<summary>no fold</summary>
```

<details>
<summary>What does <code>join!</code> do?</summary>

It polls.

</details>

## All at once: `join!`
";

    #[test]
    fn what_is_written_in_html_becomes_a_paragraph() {
        let opened = open(CHAPTER);
        assert!(opened.contains("<figcaption id=\"gather\">\n\nTen calls\n\n</figcaption>\n</figure>"), "{opened}");
        assert!(opened.contains("<summary>\n\nWhat does <code>join!</code> do?\n\n</summary>"), "{opened}");
    }

    #[test]
    fn headings_are_given_the_ids_that_mdbook_would_make() {
        let opened = open(CHAPTER);
        assert!(opened.contains("# Many calls {#many-calls}\n"), "{opened}");
        let ids = ["{#all-at-once-join}\n", "{#all-at-once-join-1}\n"];
        assert!(ids.iter().all(|id| opened.matches(id).count() == 1), "{opened}");
    }

    #[test]
    fn code_is_left_alone() {
        assert!(open(CHAPTER).contains("```text\n# no heading\n<summary>no fold</summary>\n```\n"));
    }

    #[test]
    fn to_close_undoes_what_to_open_did() {
        let closed = close(&open(CHAPTER));
        let without_ids: Vec<&str> = closed.lines().map(|line| line.split(" {#").next().unwrap_or(line)).collect();
        assert_eq!(without_ids, CHAPTER.lines().collect::<Vec<_>>());
    }

    #[test]
    fn markdown_inside_html_is_html_again() {
        assert_eq!(
            close("<summary>\n\nA `b` \\* <code>c</code> \\< d\n\n</summary>"),
            "<summary>A <code>b</code> * <code>c</code> &lt; d</summary>"
        );
    }
}
