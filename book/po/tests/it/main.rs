//! The catalogues are complete, and agree with the English text as it is now.
//!
//! This needs no tools. `book/po/run check zh-CN` asks `mdbook-xgettext`, which has the last word.

use std::{
    fs,
    path::{Path, PathBuf},
};

use polib::{
    catalog::Catalog,
    message::{Message, MessageMutView as _},
    metadata::CatalogMetadata,
};
use translations::{catalogue, check};

const PAGES: [&str; 2] = ["03-join.md", "introduction.md"];

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in book/").to_owned()
}

/// Each catalogue, with its language.
fn catalogues() -> Vec<(String, Catalog)> {
    let files = fs::read_dir(book().join("po")).expect("the folder is there").flatten().map(|file| file.path());
    let catalogues = files.filter(|path| path.extension().is_some_and(|ending| ending == "po"));
    let read = |path: PathBuf| {
        let language = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        (language, catalogue::read(&path).expect("the catalogue can be read"))
    };
    let catalogues: Vec<_> = catalogues.map(read).collect();
    assert!(!catalogues.is_empty(), "there is a translation");
    catalogues
}

#[track_caller]
fn assert_nothing(found: &[String], language: &str) {
    let advice = format!(
        "`book/po/run update {language}` brings book/po/{language}.po up to date; then translate what is new in it"
    );
    assert!(found.is_empty(), "book/po/{language}.po:\n{}\n\n{advice}", found.join("\n"));
}

#[test]
fn every_message_is_translated() {
    for (language, catalogue) in catalogues() {
        assert!(catalogue.count() > 100, "{language} has {} messages", catalogue.count());
        assert_nothing(&check::unfinished(&catalogue), &language);
    }
}

#[test]
fn code_links_and_numbers_are_the_same_in_every_language() {
    for (language, catalogue) in catalogues() {
        assert_nothing(&check::differing(&catalogue), &language);
    }
}

#[test]
fn the_messages_of_a_page_are_what_it_says_in_english() {
    for (language, catalogue) in catalogues() {
        let pages = catalogue::pages(&catalogue);
        assert!(PAGES.iter().all(|page| pages.contains(*page)), "{language} has the pages {pages:?}");
        for page in pages.iter().map(String::as_str).chain(["SUMMARY.md"]) {
            let text = fs::read_to_string(book().join("src").join(page))
                .unwrap_or_else(|error| panic!("{language} has messages of {page}: {error}"));
            assert_nothing(&check::out_of_date(&catalogue, page, &text), &language);
        }
    }
}

#[test]
fn what_the_scripts_say_is_translated() {
    for (language, catalogue) in catalogues() {
        let mut template = Catalog::new(CatalogMetadata::new());
        catalogue::complete(&mut template, &book()).expect("the words can be read");
        assert!(template.count() > 30, "the scripts say {} things", template.count());
        let of_scripts = |found: &String| !found.starts_with("no longer");
        let found: Vec<String> = check::differs_from(&catalogue, &template).into_iter().filter(of_scripts).collect();
        assert_nothing(&found, &language);
    }
}

/// Messages in English, each with its translation, of `src/page.md`.
fn catalogue_of(messages: &[(&str, &str)]) -> Catalog {
    let mut catalogue = Catalog::new(CatalogMetadata::new());
    for (english, other) in messages {
        let mut message = Message::build_singular();
        message
            .with_source("src/page.md".to_owned())
            .with_msgid((*english).to_owned())
            .with_msgstr((*other).to_owned());
        catalogue.append_or_update(message.done());
    }
    catalogue
}

const PAGE: &str = "\
# First principles: `poll`

A future does nothing
until *somebody* polls it.

```rust
// Code is in no catalogue.
```

<figure>
{{#include picture.svg}}
<figcaption id=\"picture\">Two calls fail</figcaption>
</figure>

- one item
- another item

| you have | take |
|---|---|
| a list | `join_all` |
";

#[test]
fn a_change_of_the_english_text_is_found() {
    let words = [
        "First principles: `poll`",
        "A future does nothing until _somebody_ polls it.",
        "Two calls fail",
        "one item",
        "another item",
        "you have",
        "take",
        "a list",
    ];
    let catalogue = catalogue_of(&words.map(|english| (english, "译文")));
    let found = |from: &str, to: &str| {
        assert_eq!(PAGE.matches(from).count(), 1, "{from}");
        check::out_of_date(&catalogue, "page.md", &PAGE.replace(from, to))
    };
    assert_eq!(check::out_of_date(&catalogue, "page.md", PAGE), [""; 0]);
    for (from, to) in
        [("principles", "ideas"), ("does nothing", "does little"), ("fail", "win"), ("one", "an"), ("a list", "lists")]
    {
        let found = found(from, to);
        assert!(
            found.len() == 2 && found[0].contains("does not have it") && found[1].contains("no longer says it"),
            "{found:?}"
        );
    }
    let more = found("- one item", "One more paragraph.\n\n- one item");
    assert!(more.len() == 1 && more[0].ends_with("does not have it: One more paragraph."), "{more:?}");
    let less = found("- another item\n", "");
    assert!(less.len() == 1 && less[0].ends_with("no longer says it: another item"), "{less:?}");
    // What is code, or included, changes without a translator.
    assert_eq!(found("// Code", "let more;\n// Code"), [""; 0]);
    assert_eq!(found("| `join_all` |", "| `try_join_all` |"), [""; 0]);
}

#[test]
fn a_message_that_is_not_done_is_found() {
    let mut catalogue = catalogue_of(&[("one", "一"), ("two", ""), ("three", "三")]);
    catalogue.find_message_mut(None, "three", None).expect("it is there").flags_mut().add_flag("fuzzy");
    let found = check::unfinished(&catalogue);
    assert!(found.len() == 2 && found[0] == "not translated: two" && found[1].contains("was changed"), "{found:?}");
}

#[test]
fn a_translation_that_loses_code_or_a_number_is_found() {
    let wrong = [
        ("pieces of code", "with `join!`", "用 join!"),
        ("links", "look [there](a.md)", "见 [那里](b.md)"),
        ("tags", "a <code>b</code>", "一个 b"),
        ("numbers", "in 2 s", "两秒之内"),
        ("words in bold", "it is _one_", "是一个"),
    ];
    for (what, english, other) in wrong {
        let found = check::differing(&catalogue_of(&[(english, other)]));
        assert!(found.len() == 1 && found[0].starts_with(what), "{found:?}");
    }
    let right = ("**Wait** for `join!`: 2 s, [there](a.md)", "[那里](a.md)：用 `join!` **等** 2 s");
    assert_eq!(check::differing(&catalogue_of(&[right])), [""; 0]);
}
