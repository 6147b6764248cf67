//! The preprocessors that stand before and after `mdbook-gettext`, as mdBook calls them: the book comes in as JSON, and goes out.
//!
//! A page of which no message is in the catalogue is shown in English, whole, with a notice above it. Otherwise a few words of it
//! that another page has too would be translated, and nothing else.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context as _, bail};
use polib::catalog::Catalog;
use serde_json::Value;

use crate::{catalogue, html};

/// What mdBook says of the book that it builds.
struct Build {
    book: std::path::PathBuf,
    catalogue: Catalog,
    pages: BTreeSet<String>,
}

/// Before `mdbook-gettext`: translated pages are opened, the others are taken away from it.
pub fn open(input: &str) -> anyhow::Result<String> {
    change(input, |build, page, content| {
        Ok(if build.pages.contains(page) { html::open(content) } else { String::new() })
    })
}

/// After it: translated pages are closed, the others come back.
pub fn close(input: &str) -> anyhow::Result<String> {
    change(input, |build, page, content| {
        if build.pages.contains(page) {
            return Ok(html::close(content));
        }
        let path = build.book.join("src").join(page);
        let english = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let notice = catalogue::translation(&build.catalogue, catalogue::NOTICE).unwrap_or(catalogue::NOTICE);
        Ok(format!("<p class=\"not-translated\">{notice}</p>\n\n<div lang=\"en\">\n\n{english}\n\n</div>\n"))
    })
}

fn change(input: &str, to: impl Fn(&Build, &str, &str) -> anyhow::Result<String>) -> anyhow::Result<String> {
    let input: Value = serde_json::from_str(input).context("this is not what mdBook sends to a preprocessor")?;
    let [context, mut book] = <[Value; 2]>::try_from(input.as_array().cloned().unwrap_or_default())
        .map_err(|_| anyhow::anyhow!("mdBook sends two values: the context and the book"))?;
    let build = Build::read(&context)?;
    // mdBook 0.5 says `items`.
    let Some(items) = book.get_mut("items").and_then(Value::as_array_mut) else {
        bail!("the book has no items; it is built with mdBook 0.5");
    };
    change_items(items, &build, &to)?;
    Ok(book.to_string())
}

fn change_items(
    items: &mut [Value],
    build: &Build,
    to: &impl Fn(&Build, &str, &str) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    for chapter in items.iter_mut().filter_map(|item| item.get_mut("Chapter")) {
        let page = chapter["source_path"].as_str().map(|page| page.replace('\\', "/"));
        if let (Some(page), Some(content)) = (page, chapter["content"].as_str()) {
            chapter["content"] = to(build, &page, content)?.into();
        }
        if let Some(items) = chapter["sub_items"].as_array_mut() {
            change_items(items, build, to)?;
        }
    }
    Ok(())
}

impl Build {
    fn read(context: &Value) -> anyhow::Result<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let book = text(&context["root"]).context("mdBook says where the book is")?;
        let config = &context["config"];
        let language =
            text(&config["book"]["language"]).context("the language of the book is in MDBOOK_BOOK__LANGUAGE")?;
        let catalogue = catalogue::read(&catalogue::path(Path::new(&book), &language))?;
        let mut pages = catalogue::pages(&catalogue);
        // A page whose messages are to be extracted for the first time.
        let more = config["preprocessor"]["open"]["more"].as_array().into_iter().flatten();
        pages.extend(more.filter_map(text));
        Ok(Self { book: book.into(), catalogue, pages })
    }
}
