//! What the scripts of a page know of their language, and of the other languages.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use polib::catalog::Catalog;
use serde_json::{Map, Value, json};

use crate::catalogue;

/// Tells both editions of each other, once both are built: the pages in English to which translations they can switch, the other
/// ones what their scripts say.
///
/// It is written into a script that the English book has, too, where it is empty: then there is no switch. So the book builds with
/// a stock mdBook, and no page refers to an edition that was not built.
pub fn introduce(book: &Path, language: &str, name: &str) -> anyhow::Result<()> {
    let catalogue = catalogue::read(&catalogue::path(book, language))?;
    let english = book.join("book");
    let other = english.join(language);
    let mut pages: Vec<String> =
        catalogue::pages(&catalogue).iter().map(|page| page.trim_end_matches(".md").to_owned()).collect();
    pages.push("index".to_owned());
    write(&english, &json!({ "others": [{ "language": language, "name": name, "pages": pages }], "words": {} }))?;
    write(&other, &json!({ "others": [{ "language": "en", "name": "English" }], "words": words(&catalogue) }))
}

/// What the scripts say, and what it is in this language.
fn words(catalogue: &Catalog) -> Value {
    let is_spoken = |source: &str| source.split_whitespace().any(|source| source.starts_with("theme/"));
    let messages = catalogue.messages().filter(|message| is_spoken(message.source()));
    let words = messages.filter_map(|message| {
        Some((message.msgid().to_owned(), catalogue::translation(catalogue, message.msgid())?.into()))
    });
    Value::Object(words.collect::<Map<_, _>>())
}

fn write(edition: &Path, known: &Value) -> anyhow::Result<()> {
    let script = script(edition)?;
    let text = fs::read_to_string(&script).with_context(|| format!("cannot read {}", script.display()))?;
    let Some((before, rest)) = text.split_once("window.edition = ") else {
        bail!("{} does not say `window.edition = `", script.display());
    };
    let (_, after) = rest.split_once(";\n").context("there is an end of the line")?;
    fs::write(&script, format!("{before}window.edition = {known};\n{after}"))?;
    Ok(())
}

/// mdBook writes a hash into the name of the file.
fn script(edition: &Path) -> anyhow::Result<PathBuf> {
    let theme = edition.join("theme");
    let files = fs::read_dir(&theme).with_context(|| format!("{} is not built", edition.display()))?;
    let is_script = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("edition"))
            && path.extension().is_some_and(|ending| ending == "js")
    };
    files
        .flatten()
        .map(|file| file.path())
        .find(is_script)
        .with_context(|| format!("{} has no edition.js", theme.display()))
}
