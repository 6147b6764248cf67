//! The messages of one language: `po/zh-CN.po`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use polib::{catalog::Catalog, message::Message, po_file};

/// What stands above a page that is not translated. A message like any other.
pub const NOTICE: &str = "This page is not translated yet. Here it is in English.";

/// The titles of all pages. It is no page itself.
pub const SUMMARY: &str = "SUMMARY.md";

pub fn read(path: &Path) -> anyhow::Result<Catalog> {
    po_file::parse(path).map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// `po/zh-CN.po`, from the folder of the book.
pub fn path(book: &Path, language: &str) -> PathBuf {
    book.join("po").join(format!("{language}.po"))
}

/// What a message has become, if anybody has translated it.
pub fn translation<'a>(catalogue: &'a Catalog, message: &'a str) -> Option<&'a str> {
    let found = catalogue.find_message(None, message, None)?;
    let is_done = found.is_translated() && !found.flags().is_fuzzy();
    found.msgstr().ok().filter(|words| is_done && !words.is_empty())
}

/// The pages that have messages in the catalogue: `03-join.md`. The summary is none.
pub fn pages(catalogue: &Catalog) -> BTreeSet<String> {
    let sources = catalogue.messages().flat_map(|message| sources(message.source()).collect::<Vec<_>>());
    sources.filter(|page| page != SUMMARY).collect()
}

/// The pages that a message is in.
pub fn sources(source: &str) -> impl Iterator<Item = String> + use<'_> {
    source.split_whitespace().filter_map(|place| place.strip_prefix("src/")).map(str::to_owned)
}

/// Makes a template of what `mdbook-xgettext` extracted: without the messages that are code and nothing else, and with the words
/// that stand in no chapter: the title of the book, and what its scripts say.
pub fn complete(template: &mut Catalog, book: &Path) -> anyhow::Result<()> {
    let code: Vec<String> =
        template.messages().map(|message| message.msgid().to_owned()).filter(|words| is_code(words)).collect();
    for message in code {
        template.delete_message(None, &message, None);
    }
    for (message, source) in words_outside_the_chapters(book)? {
        if template.find_message(None, &message, None).is_none() {
            template.append_or_update(Message::build_singular().with_msgid(message).with_source(source).done());
        }
    }
    Ok(())
}

/// Each with the file that it is in.
fn words_outside_the_chapters(book: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let read = |file: &str| fs::read_to_string(book.join(file)).with_context(|| format!("cannot read book/{file}"));
    let settings = read("book.toml")?;
    let setting = |name: &str| {
        let value = settings.lines().find_map(|line| line.strip_prefix(&format!("{name} = \""))?.strip_suffix('"'));
        value.map(str::to_owned).with_context(|| format!("book.toml does not say the {name} of the book"))
    };
    let mut found = Vec::new();
    for name in ["title", "description"] {
        found.push((setting(name)?, "book.toml".to_owned()));
    }
    found.push((NOTICE.to_owned(), "po/src/catalogue.rs".to_owned()));
    for file in ["theme/timeline-player.js", "theme/quiz.js", "theme/edition.js"] {
        let script = read(file)?;
        found.extend(spoken(&script).map(|words| (words, file.to_owned())));
    }
    Ok(found)
}

/// The words of a script that its readers see: each is the argument of `say`, a text between single quotes.
fn spoken(script: &str) -> impl Iterator<Item = String> + use<'_> {
    script.split("say('").skip(1).filter_map(|rest| rest.split('\'').next()).map(str::to_owned)
}

/// Nothing in it is for a translator: outside of code there is no letter.
pub fn is_code(message: &str) -> bool {
    message.split('`').step_by(2).all(|outside| !outside.contains(char::is_alphabetic))
}
