//! The pages "What people write" show the catalogues as they are.
//!
//! `UPDATE_BOOK=1 cargo test -p workbook --test it catalogue_pages` writes them anew; then read the difference.

use std::{env, fs, path::Path};

use workbook::{
    catalogue::{register::Register, workspace::Workspace},
    verify::catalogue_pages,
};

#[test]
fn the_pages_are_the_catalogues() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/");
    let workspace = Workspace { root: root.to_owned() };
    let register = Register::read(&workspace).expect("the manifests can be read");
    let folder = root.join("book/src/what_people_write");
    let summary = fs::read_to_string(root.join("book/src/SUMMARY.md")).expect("the book has a summary");
    for lesson in &register.lessons {
        let (path, now) = (folder.join(format!("{}.md", lesson.id)), catalogue_pages::page(&workspace, lesson));
        assert!(now.matches("<details>").count() > lesson.exercises.len(), "every exercise has traps");
        if env::var_os("UPDATE_BOOK").is_some() {
            fs::create_dir_all(&folder).expect("the book can be written");
            fs::write(&path, &now).expect("the book can be written");
        }
        let then = fs::read_to_string(&path).unwrap_or_default();
        let advice = "UPDATE_BOOK=1 cargo test -p workbook --test it catalogue_pages";
        assert!(then == now, "{} is not what the catalogues hold\n{advice}", path.display());
        assert!(summary.contains(&format!("(what_people_write/{}.md)", lesson.id)), "the summary names every page");
    }
}
