//! Who reads the book on a forge or in an editor sees code and outputs, as they are.
//!
//! `UPDATE_BOOK=1 cargo test -p workbook --test it readable` writes the pages anew.

use std::{collections::BTreeSet, env, fs, path::Path};

use workbook::verify::readable;

/// The pages in a folder of the book, and those of the exercises below it.
fn names(folder: &Path) -> BTreeSet<String> {
    let below = |part: &str| {
        let files = fs::read_dir(folder.join(part)).into_iter().flatten().flatten();
        let names = files.map(|file| format!("{part}{}", file.file_name().to_string_lossy()));
        names.filter(|name| name.ends_with(".md") && name != "SUMMARY.md").collect::<Vec<_>>()
    };
    ["", "exercises/"].into_iter().flat_map(below).collect()
}

#[test]
fn every_page_can_be_read_without_mdbook() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/");
    let (sources, pages) = (root.join("book/src"), root.join("book/read"));
    let advice = "UPDATE_BOOK=1 cargo test -p workbook --test it readable";
    for name in names(&sources) {
        let now = readable::page(&sources, &name).expect("all that it includes is there");
        assert!(!now.contains("{{#"), "{name} includes something in a way that is not known yet");
        let path = pages.join(&name);
        if env::var_os("UPDATE_BOOK").is_some() {
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the book can be written");
            fs::write(&path, &now).expect("the book can be written");
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == now,
            "book/read/{name} is not book/src/{name}\n{advice}"
        );
    }
    for name in names(&pages) {
        let path = pages.join(&name);
        let page = fs::read_to_string(&path).expect("it is there");
        for link in page.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_file = !link.is_empty() && !link.contains("://");
            let is_there = path.parent().is_some_and(|folder| folder.join(link).exists());
            assert!(!is_file || is_there, "{name} links to {link}, which is not there");
        }
    }
    assert_eq!(names(&pages), names(&sources), "a page without a source\n{advice}");
}
