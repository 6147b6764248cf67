//! Heads of answers, and answers that are no more than a few words.

use std::io::{self, Write};

/// How an answer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Ok,
    /// It stands elsewhere.
    Moved,
    BadRequest,
    NotFound,
    MethodNotAllowed,
    Timeout,
    /// The request is for a host that is not us.
    Misdirected,
    HeadTooLarge,
    Busy,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Status::Ok => "200 OK",
            Status::Moved => "308 Permanent Redirect",
            Status::BadRequest => "400 Bad Request",
            Status::NotFound => "404 Not Found",
            Status::MethodNotAllowed => "405 Method Not Allowed",
            Status::Timeout => "408 Request Timeout",
            Status::Misdirected => "421 Misdirected Request",
            Status::HeadTooLarge => "431 Request Header Fields Too Large",
            Status::Busy => "503 Service Unavailable",
        }
    }

    /// What a person reads who has got there.
    fn words(self) -> &'static str {
        match self {
            Status::Ok | Status::Moved => "",
            Status::BadRequest => "This is not a request that the workbook understands.",
            Status::NotFound => "The book has no such page.",
            Status::MethodNotAllowed => "The workbook is here to be read: GET, and nothing else.",
            Status::Timeout => "The request did not come in time.",
            Status::Misdirected => "The workbook answers to 127.0.0.1 and localhost, and to no other name.",
            Status::HeadTooLarge => "The head of the request is too large.",
            Status::Busy => "Too many pages are open. Close one, and load this one again.",
        }
    }
}

/// For the page beside the chapter: everything is from here, and only its own scripts run. The styles of a picture stand in
/// the picture.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
                               frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// For the book, which has scripts in its pages: everything is from here, and only our own page shows it in a frame.
pub const BOOK_POLICY: &str = "default-src 'self' 'unsafe-inline' data:; base-uri 'none'; form-action 'none'; \
                               frame-ancestors 'self'";

/// Writes a head. Without a length the answer goes on until the connection ends.
pub fn head(
    out: &mut impl Write,
    status: Status,
    content_type: &str,
    length: Option<u64>,
    others: &[(&str, &str)],
) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\nContent-Type: {content_type}\r\n", status.line());
    if let Some(length) = length {
        head.push_str(&format!("Content-Length: {length}\r\n"));
    }
    // One request for each connection: none is kept open by somebody who is silent. The book may be built again at any time.
    let same = [
        ("Connection", "close"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
    ];
    for (name, value) in same.iter().chain(others) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    out.write_all(head.as_bytes())
}

/// An answer whose body is at hand.
pub fn whole(
    out: &mut impl Write,
    status: Status,
    content_type: &str,
    body: &[u8],
    others: &[(&str, &str)],
) -> io::Result<()> {
    head(out, status, content_type, u64::try_from(body.len()).ok(), others)?;
    out.write_all(body)
}

/// Says why there is nothing else.
pub fn refusal(out: &mut impl Write, status: Status) -> io::Result<()> {
    let allow: &[(&str, &str)] = if status == Status::MethodNotAllowed { &[("Allow", "GET")] } else { &[] };
    whole(out, status, "text/plain; charset=utf-8", format!("{}\n", status.words()).as_bytes(), allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_why_and_what_it_allows() {
        let mut out = Vec::new();
        refusal(&mut out, Status::MethodNotAllowed).expect("a vector takes all");
        let text = String::from_utf8(out).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 405 Method Not Allowed\r\n") && head.contains("\r\nAllow: GET"), "{head}");
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{head}");
        assert!(!head.to_lowercase().contains("access-control"), "no foreign page may read this: {head}");
    }
}
