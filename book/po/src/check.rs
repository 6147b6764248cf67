//! What is wrong with a catalogue, in sentences that say what to do.

use std::collections::BTreeSet;

use polib::catalog::Catalog;

use crate::{
    catalogue::{self, SUMMARY},
    html,
};

/// What a translator has left: messages without words, and messages whose English was changed.
pub fn unfinished(catalogue: &Catalog) -> Vec<String> {
    let messages = catalogue.messages().filter_map(|message| {
        let english = message.msgid();
        if message.flags().is_fuzzy() {
            Some(format!("the English of this was changed; look at the translation, and take `fuzzy` away: {english}"))
        } else if message.msgstr().unwrap_or_default().trim().is_empty() {
            Some(format!("not translated: {english}"))
        } else {
            None
        }
    });
    messages.collect()
}

/// What a translation does not share with its original, though it should: code, links, tags, figures and emphasis.
pub fn differing(catalogue: &Catalog) -> Vec<String> {
    let mut found = Vec::new();
    for message in catalogue.messages() {
        let (english, other) = (message.msgid(), message.msgstr().unwrap_or_default());
        // What is not done is found by `unfinished`.
        if other.is_empty() || message.flags().is_fuzzy() {
            continue;
        }
        for (what, of) in SHARED {
            let (wanted, seen) = (of(english), of(other));
            if wanted != seen {
                found.push(format!("{what} are {wanted:?} in English and {seen:?} in the translation: {english}"));
            }
        }
    }
    found
}

type Shared = (&'static str, fn(&str) -> Vec<String>);

/// Each in the order of the alphabet: another language may say things in another order.
const SHARED: [Shared; 5] = [
    ("pieces of code", |text| sorted(text.split('`').skip(1).step_by(2))),
    ("links", |text| sorted(text.split("](").skip(1).filter_map(|rest| rest.split(')').next()))),
    ("tags", |text| {
        sorted(outside_code(text).split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag))
    }),
    ("numbers", |text| {
        sorted(outside_code(text).split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty()))
    }),
    ("words in bold type or italics", |text| {
        let text = outside_code(text);
        let (bold, italics) = (text.matches("**").count() / 2, text.replace("**", "").matches(['*', '_']).count() / 2);
        vec![bold.to_string(), italics.to_string()]
    }),
];

fn sorted<'a>(pieces: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut pieces: Vec<String> = pieces.map(str::to_owned).collect();
    pieces.sort();
    pieces
}

fn outside_code(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// What a page says in English that the catalogue does not know, and what the catalogue has from a page that the page no longer
/// says. It is found without the tools that extract messages, and so within seconds; `book/po/run check` compares exactly.
pub fn out_of_date(catalogue: &Catalog, page: &str, text: &str) -> Vec<String> {
    let said = if page == SUMMARY { titles(text) } else { paragraphs(text) };
    let of_page = |source: &str| catalogue::sources(source).any(|source| source == page);
    let messages = catalogue.messages();
    let known: Vec<(String, String)> = messages
        .filter(|message| of_page(message.source()))
        .map(|message| (letters(message.msgid()), message.msgid().to_owned()))
        .collect();
    let missing = said.iter().filter(|said| !known.iter().any(|(letters, _)| *letters == self::letters(said)));
    let missing = missing.map(|said| format!("{page} says this, and the catalogue does not have it: {said}"));
    let said: BTreeSet<String> = said.iter().map(|said| letters(said)).collect();
    let stale = known.iter().filter(|(letters, _)| !said.contains(letters));
    let stale = stale.map(|(_, english)| format!("the catalogue has this, and {page} no longer says it: {english}"));
    missing.chain(stale).collect()
}

/// What a page is called, and the parts between them.
fn titles(summary: &str) -> Vec<String> {
    let title = |line: &str| {
        let linked = line.split_once('[').and_then(|(_, rest)| Some(rest.split_once("](")?.0));
        linked.or_else(|| line.strip_prefix("# ")).map(str::to_owned)
    };
    summary.lines().filter_map(title).collect()
}

/// Letters and digits, without what is around them: marks, tags, ends of lines.
fn letters(text: &str) -> String {
    without_tags(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// What a translator sees of a page: paragraphs, headings, items, cells; not code alone.
fn paragraphs(text: &str) -> Vec<String> {
    let mut all = String::new();
    html::outside_code(text, |part| {
        all += part;
        all += "\n\n";
        String::new()
    });
    let (mut paragraphs, mut paragraph) = (Vec::new(), String::new());
    for line in all.lines() {
        let line = line.trim().trim_start_matches("> ");
        let item = line.strip_prefix("- ").or_else(|| {
            line.split_once(". ").filter(|(number, _)| number.parse::<u32>().is_ok()).map(|(_, item)| item)
        });
        let begins = line.is_empty() || line.starts_with(['#', '|', '<', '{']) || item.is_some();
        if begins {
            paragraphs.push(std::mem::take(&mut paragraph));
        }
        if line.starts_with('|') {
            paragraphs.extend(line.replace("\\|", "\u{b6}").split('|').map(str::to_owned));
        } else if !line.starts_with("{{#") {
            paragraph += item.unwrap_or(line);
            paragraph += " ";
        }
        if html::heading(line).is_some() {
            paragraphs.push(std::mem::take(&mut paragraph));
        }
    }
    paragraphs.push(paragraph);
    let paragraphs = paragraphs.into_iter().map(|paragraph| paragraph.trim().to_owned());
    paragraphs.filter(|paragraph| !catalogue::is_code(&without_tags(paragraph))).collect()
}

/// What looks like a tag inside code is none.
fn without_tags(text: &str) -> String {
    let mut is_tag = false;
    let mut outside = |letter: &char| {
        let was_tag = is_tag;
        is_tag = *letter == '<' || is_tag && *letter != '>';
        !was_tag && !is_tag
    };
    let piece = |(place, piece): (usize, &str)| match place % 2 {
        0 => piece.chars().filter(&mut outside).collect(),
        _ => piece.to_owned(),
    };
    text.split('`').enumerate().map(piece).collect::<Vec<String>>().join("`")
}

/// How a catalogue differs from the template that was extracted now.
pub fn differs_from(catalogue: &Catalog, template: &Catalog) -> Vec<String> {
    let has = |catalogue: &Catalog, message: &str| catalogue.find_message(None, message, None).is_some();
    let missing = template.messages().filter(|message| !has(catalogue, message.msgid()));
    let missing = missing.map(|message| format!("not in the catalogue: {}", message.msgid()));
    let stale = catalogue.messages().filter(|message| !has(template, message.msgid()));
    let stale = stale.map(|message| format!("no longer in the English text: {}", message.msgid()));
    missing.chain(stale).collect()
}
