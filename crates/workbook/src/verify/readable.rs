//! The pages of the book as a forge or an editor shows them: with the code and the outputs that they include.
//!
//! A page under `book/src` names the files that it shows, and mdBook puts them in. Whoever reads the page itself would see
//! only their names. So `book/read` holds every page with all of it, made by [`page`]; a picture is linked. A test holds them
//! to their sources, and writes them anew when it is asked to.

use std::{fs, path::Path};

use anyhow::Context as _;

/// The page of this name, `01-futures.md` or `exercises/01-futures.md`, from a folder of sources, for a folder beside it.
///
/// # Errors
/// A file that it includes is not there, or lacks the part that it includes.
pub fn page(sources: &Path, name: &str) -> anyhow::Result<String> {
    let path = sources.join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
    // What a page names is named from its own folder.
    let is_below = name.contains('/');
    let sources = path.parent().unwrap_or(sources);
    let mut page = format!("<!-- Made from book/src/{name}. Change it there. -->\n\n");
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(included) = line.strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}")) else {
            let line = line.replace("```rust,ignore", "```rust");
            // These pages are too long to stand there twice.
            let line = if is_below { line.replace("](../what_", "](../../src/what_") } else { line };
            page.push_str(&links_to_sources(sources, &line));
            page.push('\n');
            continue;
        };
        if let Some(picture) = included.strip_suffix(".svg").or(included.strip_suffix(".html")) {
            // The caption says in words what the picture shows; between them there may be the code. Of a grid of pictures
            // the first is shown.
            let mut of_figure = lines.clone().take_while(|line| *line != "</figure>");
            let caption = of_figure.find(|line| line.starts_with("<figcaption"));
            let caption = caption.and_then(|caption| caption.split_once('>')?.1.split_once("</figcaption>"));
            let alternative = caption.map_or(included, |(caption, _)| caption).replace('"', "&quot;");
            page.push_str(&format!("<img src=\"../src/{picture}.svg\" alt=\"{alternative}\">\n"));
        } else {
            let part = part(sources, included).with_context(|| format!("{name} includes {included}"))?;
            page.push_str(part.trim_end().replace("```rust,ignore", "```rust").as_str());
            page.push('\n');
        }
    }
    Ok(page)
}

/// A file that is no page, such as the cards, stands beside the sources alone.
fn links_to_sources(sources: &Path, line: &str) -> String {
    let mut parts = line.split("](");
    let mut linked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let target = part.split(')').next().unwrap_or_default();
        let is_here = !target.is_empty() && !target.contains("://") && !target.starts_with(['#', '.']);
        let is_file = is_here && !target.contains(".md") && sources.join(target).is_file();
        linked.push_str(if is_file { "](../src/" } else { "](" });
        linked.push_str(part);
    }
    linked
}

/// `output/a.txt`, `a.rs:anchor`, `a.snap:5:`
fn part(sources: &Path, included: &str) -> anyhow::Result<String> {
    let (path, part) = included.split_once(':').unwrap_or((included, ""));
    let text = fs::read_to_string(sources.join(path)).with_context(|| format!("cannot read {path}"))?;
    if part.is_empty() {
        return Ok(text);
    }
    let lines: Vec<&str> = text.lines().collect();
    if let Some((first, last)) = part.split_once(':') {
        let number = |text: &str, or: usize| if text.is_empty() { Ok(or) } else { text.parse::<usize>() };
        let (first, last) = (number(first, 1)?, number(last, lines.len())?);
        return lines.get(first.saturating_sub(1)..last).map(|lines| lines.join("\n")).context("there are fewer lines");
    }
    let ends_with = |line: &str, mark: &str| line.trim().ends_with(&format!("{mark}: {part}"));
    let begin = lines.iter().position(|line| ends_with(line, "ANCHOR")).context("there is no such anchor")?;
    let end = lines.iter().position(|line| ends_with(line, "ANCHOR_END")).context("the anchor has no end")?;
    let is_shown = |line: &&&str| !line.contains("ANCHOR: ") && !line.contains("ANCHOR_END: ");
    Ok(lines[begin + 1..end].iter().filter(is_shown).copied().collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_outputs_stand_in_the_page_and_pictures_are_linked() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it can be written");
        write("a.rs", "// ANCHOR: one\nfn one() {\n    // ANCHOR: inner\n}\n// ANCHOR_END: one\nfn two() {}\n");
        write("out.txt", "1\n2\n3\n");
        write(
            "page.md",
            "# A\n\n```rust,ignore\n{{#include a.rs:one}}\n```\n\n{{#include out.txt:2:}}\n<figure>\n{{#include b.svg}}\n\
             <figcaption id=\"b\">A \"b\".</figcaption>\n",
        );
        let page = page(folder.path(), "page.md").expect("all of it is there");
        assert!(
            page.contains(
                "```rust\nfn one() {\n}\n```\n\n2\n3\n<figure>\n<img src=\"../src/b.svg\" alt=\"A &quot;b&quot;.\">\n"
            ),
            "{page}"
        );
        write("page.md", "[a](out.txt), [b](page.md#c), [d](#d), [e](https://e/out.txt) `v[0](x)`\n");
        let page = super::page(folder.path(), "page.md").expect("all of it is there");
        assert!(
            page.contains("[a](../src/out.txt), [b](page.md#c), [d](#d), [e](https://e/out.txt) `v[0](x)`\n"),
            "{page}"
        );
        write("page.md", "{{#include a.rs:three}}\n");
        assert!(super::page(folder.path(), "page.md").is_err());
    }
}
