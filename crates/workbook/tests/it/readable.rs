//! Who reads the book on a forge or in an editor sees code and outputs, as they are.
//!
//! `UPDATE_BOOK=1 cargo test -p workbook --test it readable` writes the pages anew.

use std::{collections::BTreeSet, env, fs, path::Path};

use workbook::verify::readable;

fn names(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".md") && name != "SUMMARY.md").collect()
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
            fs::create_dir_all(&pages).expect("the book can be written");
            fs::write(&path, &now).expect("the book can be written");
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == now,
            "book/read/{name} is not book/src/{name}\n{advice}"
        );
    }
    for name in names(&pages) {
        let page = fs::read_to_string(pages.join(&name)).expect("it is there");
        for link in page.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_file = !link.is_empty() && !link.contains("://");
            assert!(!is_file || pages.join(link).exists(), "{name} links to {link}, which is not there");
        }
    }
    assert_eq!(names(&pages), names(&sources), "a page without a source\n{advice}");
}
