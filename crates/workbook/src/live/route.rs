//! What stands at which address.

use std::path::{Path, PathBuf};

/// The page beside the chapter.
pub const PAGE: &str = "/live/";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// What is compiled in: the address, the type, and the content. The player stands with the book.
const PARTS: [(&str, &str, &str); 5] = [
    (PAGE, HTML, include_str!("page/index.html")),
    ("/live/live.js", SCRIPT, include_str!("page/live.js")),
    ("/live/live.css", STYLE, include_str!("page/live.css")),
    ("/live/timeline-player.js", SCRIPT, include_str!("../../../../book/theme/timeline-player.js")),
    ("/live/timeline-player.css", STYLE, include_str!("../../../../book/theme/timeline-player.css")),
];

/// What is at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// A part of the page: its type, and its content.
    Part(&'static str, &'static str),
    /// The stream of states.
    Events,
    /// The page is at its full address.
    ToPage,
    /// A file of the book, and its type.
    File(PathBuf, &'static str),
}

/// `None`, if nothing is there. `book` is the folder of the built book, as the system spells it.
pub fn route(path: &str, book: &Path) -> Option<Route> {
    if let Some((_, content_type, content)) = PARTS.iter().find(|(address, ..)| *address == path) {
        return Some(Route::Part(content_type, content));
    }
    match path {
        "/live/events" => Some(Route::Events),
        "/live" => Some(Route::ToPage),
        "/" => file(book, "/index.html"),
        _ => file(book, &decoded(path)?),
    }
}

/// A file inside of the book. Each part of the address must be a plain name; and wherever a link on the disk leads to, the
/// file must be in the book.
fn file(book: &Path, path: &str) -> Option<Route> {
    let is_plain = |name: &&str| !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', ':', '\0']);
    let names: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    if !names.iter().all(is_plain) {
        return None;
    }
    let file = names.iter().fold(book.to_owned(), |folder, name| folder.join(name)).canonicalize().ok()?;
    (file.starts_with(book) && file.is_file()).then(|| {
        let content_type = content_type(&file);
        Route::File(file, content_type)
    })
}

/// What mdBook writes.
fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => HTML,
        Some("js") => SCRIPT,
        Some("css") => STYLE,
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// `/a%20b` to `/a b`. `None`, if it is no text.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(digit(digits[0])? * 16 + digit(digits[1])?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A book with a page, and a secret beside it.
    fn book() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let book = folder.path().join("book");
        for (file, text) in
            [("book/index.html", ""), ("book/what/a b.html", ""), ("book/.git/config", ""), ("secret", "")]
        {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be written");
            fs::write(path, text).expect("the folder can be written");
        }
        let book = book.canonicalize().expect("it is there");
        (folder, book)
    }

    #[test]
    fn files_of_the_book_and_the_page_are_found() {
        let (_folder, book) = book();
        for path in ["/", "/index.html"] {
            assert_eq!(route(path, &book), Some(Route::File(book.join("index.html"), HTML)));
        }
        assert_eq!(route("/what/a%20b.html", &book), Some(Route::File(book.join("what").join("a b.html"), HTML)));
        assert_eq!(route("/live/events", &book), Some(Route::Events));
        assert_eq!(route("/live", &book), Some(Route::ToPage));
        for (path, content_type, content) in PARTS {
            assert_eq!(route(path, &book), Some(Route::Part(content_type, content)));
        }
    }

    #[test]
    fn nothing_outside_of_the_book_is_found() {
        let (folder, book) = book();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("secret"), book.join("link")).expect("the folder can be written");
        let absolute = format!("/{}", folder.path().join("secret").display());
        for path in [
            "/../secret",
            "/what/../../secret",
            "/%2e%2e/secret",
            "/%2e%2e%2fsecret",
            "/what/..%2f..%2fsecret",
            "/..%5csecret",
            "//../secret",
            "/%2Fetc/passwd",
            "//etc/passwd",
            absolute.as_str(),
            "/link",
            "/.git/config",
            "/C:/secret",
            "/index.html%00.txt",
            "/%ff",
            "/%",
            "/%4",
            "/%zz",
            "/what",
            "/what/",
            "/nothing.html",
            "/live/../../secret",
            "/live/nothing",
        ] {
            assert_eq!(route(path, &book), None, "{path}");
        }
    }
}
