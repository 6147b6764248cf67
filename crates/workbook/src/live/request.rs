//! What a browser asks for.
//!
//! Any page of any site can make a browser send requests to loopback. Without the permission that we never give
//! (`Access-Control-Allow-Origin`) it cannot read the answers. Unless its own name has been pointed at loopback meanwhile, for
//! then it is no foreign page to the browser (*DNS rebinding*): so a request must name us in `Host`, which a page cannot choose.

use std::{
    io::{self, Read},
    time::Instant,
};

use super::response::Status;

/// A longer head is not from a browser that looks at a book. Cookies of other programs on this machine come along with it:
/// a browser does not tell ports apart.
pub const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 100;

/// A request for something that may be ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// As it was sent: with percent signs, and without what follows a question mark.
    pub path: String,
}

impl Request {
    /// Reads a head, up to its empty line. `read` is to fail where it takes longer than until `deadline`.
    ///
    /// # Errors
    /// With the status to answer with; `None` where nobody is left to answer to.
    pub fn read(stream: &mut impl ReadUntil, deadline: Instant, port: u16) -> Result<Self, Option<Status>> {
        let mut head = Vec::new();
        let mut part = [0; 2048];
        loop {
            let length = match stream.read_until(&mut part, deadline) {
                Ok(0) if head.is_empty() => return Err(None),
                Ok(0) => return Err(Some(Status::BadRequest)),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    return Err(Some(Status::Timeout));
                }
                Err(_) => return Err(None),
            };
            head.extend_from_slice(&part[..length]);
            if let Some(request) = Self::parse(&head, port)? {
                return Ok(request);
            }
            if head.len() >= LONGEST_HEAD {
                return Err(Some(Status::HeadTooLarge));
            }
        }
    }

    /// `None`, if the head is not whole yet.
    fn parse(head: &[u8], port: u16) -> Result<Option<Self>, Status> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        match parsed.parse(head) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(httparse::Error::TooManyHeaders) => return Err(Status::HeadTooLarge),
            Err(_) => return Err(Status::BadRequest),
        }
        let hosts: Vec<&[u8]> = parsed
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case("host"))
            .map(|header| header.value)
            .collect();
        match hosts[..] {
            [host] if is_ours(host, port) => {}
            [_] => return Err(Status::Misdirected),
            // Whoever sends two means to be understood in two ways.
            _ => return Err(Status::BadRequest),
        }
        if parsed.method != Some("GET") {
            return Err(Status::MethodNotAllowed);
        }
        let target = parsed.path.unwrap_or_default();
        let path = target.split(['?', '#']).next().unwrap_or_default();
        // Only a proxy is asked for the address of another server.
        if !path.starts_with('/') {
            return Err(Status::BadRequest);
        }
        Ok(Some(Self { path: path.to_owned() }))
    }
}

/// The names under which a browser on this machine finds us.
fn is_ours(host: &[u8], port: u16) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    let (name, given) = host.split_once(':').unwrap_or((host, "80"));
    (name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost")) && given == port.to_string()
}

/// Bytes that come in time, or do not come.
pub trait ReadUntil {
    /// As [`Read::read`]; past the deadline it fails with [`TimedOut`](io::ErrorKind::TimedOut) or
    /// [`WouldBlock`](io::ErrorKind::WouldBlock).
    fn read_until(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize>;
}

impl ReadUntil for std::net::TcpStream {
    fn read_until(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let left = deadline.saturating_duration_since(Instant::now());
        // A limit of zero would be none.
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.set_read_timeout(Some(left))?;
        self.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends these pieces, one a read, then nothing more.
    struct Pieces<'a>(Vec<&'a [u8]>);

    impl ReadUntil for Pieces<'_> {
        fn read_until(&mut self, buffer: &mut [u8], _deadline: Instant) -> io::Result<usize> {
            let Some(piece) = self.0.first_mut() else { return Ok(0) };
            let length = piece.len().min(buffer.len());
            buffer[..length].copy_from_slice(&piece[..length]);
            *piece = &piece[length..];
            if piece.is_empty() {
                self.0.remove(0);
            }
            Ok(length)
        }
    }

    fn read(head: &str) -> Result<String, Option<Status>> {
        Request::read(&mut Pieces(vec![head.as_bytes()]), Instant::now(), 8080).map(|request| request.path)
    }

    fn refused(head: &str) -> Status {
        read(head).expect_err("it is refused").expect("somebody is to be told")
    }

    #[test]
    fn a_request_of_a_browser_is_understood_however_it_is_cut() {
        let head = b"GET /03-join.html?search=a HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n";
        for cut in 1..head.len() {
            let (first, second) = head.split_at(cut);
            let request = Request::read(&mut Pieces(vec![first, second]), Instant::now(), 8080);
            assert_eq!(request, Ok(Request { path: "/03-join.html".to_owned() }), "cut at {cut}");
        }
        assert_eq!(read("GET / HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n\r\n"), Ok("/".to_owned()));
    }

    #[test]
    fn a_page_of_another_name_is_sent_away() {
        for host in [
            "evil.example:8080",
            "evil.example",
            "127.0.0.1:8081",
            "127.0.0.1",
            "localhost.evil.example:8080",
            ":8080",
            "",
        ] {
            let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(refused(&head), Status::Misdirected, "{host:?}");
        }
        assert_eq!(refused("GET / HTTP/1.1\r\n\r\n"), Status::BadRequest, "no name at all");
        let two = "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost:8080\r\n\r\n";
        assert_eq!(refused(two), Status::BadRequest);
        assert!(is_ours(b"localhost", 80) && is_ours(b"LOCALHOST:8080", 8080) && !is_ours(b"\xff", 80));
    }

    #[test]
    fn only_get_is_answered() {
        for method in ["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "get"] {
            let head = format!("{method} / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
            assert_eq!(refused(&head), Status::MethodNotAllowed, "{method}");
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let host = "Host: localhost:8080\r\n\r\n";
        for line in
            ["nonsense", "GET", "GET /", "GET / HTTP/2.0", "\u{16}\u{3}\u{1}", "GET http://localhost:8080/ HTTP/1.1"]
        {
            assert_eq!(refused(&format!("{line}\r\n{host}")), Status::BadRequest, "{line:?}");
        }
        assert_eq!(refused("GET / HTTP/1.1\r\nHost: loc"), Status::BadRequest, "it ends in the middle");
        assert_eq!(read(""), Err(None), "nobody asks for anything");
    }

    #[test]
    fn a_huge_head_is_refused_before_it_is_read_whole() {
        let long = format!("GET / HTTP/1.1\r\nCookie: {}\r\n", "a".repeat(10 * LONGEST_HEAD));
        assert_eq!(refused(&long), Status::HeadTooLarge);
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(MOST_HEADERS + 1));
        assert_eq!(refused(&many), Status::HeadTooLarge);
    }

    #[test]
    fn who_sends_nothing_is_not_waited_for() {
        struct Silent;
        impl ReadUntil for Silent {
            fn read_until(&mut self, _buffer: &mut [u8], _deadline: Instant) -> io::Result<usize> {
                Err(io::ErrorKind::WouldBlock.into())
            }
        }
        assert_eq!(Request::read(&mut Silent, Instant::now(), 8080), Err(Some(Status::Timeout)));
    }
}
