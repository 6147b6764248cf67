//! A client that hides nothing: it shows the bytes, the chunks and the way in which a response ended.

use std::{
    collections::HashMap,
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use mock_llm_server::MockServer;
use serde_json::Value;

/// A response, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
    /// The pieces in which the body came, where HTTP's chunks show them.
    pub chunks: Vec<Vec<u8>>,
    pub end: End,
}

/// How a response ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As HTTP says: all bytes that were announced, or the last chunk.
    Clean,
    /// The connection was closed before that.
    Cut,
    /// The connection was reset.
    Reset,
}

/// A response that is being read.
#[derive(Debug)]
pub struct Open {
    stream: TcpStream,
    raw: Vec<u8>,
    pub status: u16,
    pub headers: HashMap<String, String>,
    body: Vec<u8>,
    chunks: Vec<Vec<u8>>,
    /// How much of the body `next_event` has given.
    events_read: usize,
    ended: Option<End>,
}

/// Sends `body` to `/v1/chat/completions` and reads the response.
pub fn post(server: &MockServer, body: &Value) -> Answer {
    open(server, body, &[]).read_to_end()
}

/// The same with headers.
pub fn post_with(server: &MockServer, body: &Value, headers: &[(&str, &str)]) -> Answer {
    open(server, body, headers).read_to_end()
}

/// Sends `body` to `/v1/chat/completions` and reads the head of the response.
pub fn open(server: &MockServer, body: &Value, headers: &[(&str, &str)]) -> Open {
    open_at(server, "/v1/chat/completions", body, headers)
}

/// Sends `body` and reads the head of the response.
pub fn open_at(server: &MockServer, path: &str, body: &Value, headers: &[(&str, &str)]) -> Open {
    Open::begin(send(server.address(), "POST", path, headers, body.to_string().as_bytes()))
}

pub fn get(server: &MockServer, path: &str) -> Answer {
    request(server, "GET", path, &[], b"")
}

pub fn request(server: &MockServer, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    Open::begin(send(server.address(), method, path, headers, body)).read_to_end()
}

/// Sends a request and reads nothing.
pub fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    // For a failing test only: no server is silent for this long.
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n", body.len());
    head.push_str("content-type: application/json\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    // A server that refuses a body may hang up before it has all of it.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    stream
}

impl Open {
    /// Reads the head. Without one, the status is 0.
    pub fn begin(stream: TcpStream) -> Self {
        let mut open = Self {
            stream,
            raw: Vec::new(),
            status: 0,
            headers: HashMap::new(),
            body: Vec::new(),
            chunks: Vec::new(),
            events_read: 0,
            ended: None,
        };
        let end = loop {
            if let Some(end) = open.raw.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            if open.read_some().is_err() {
                return open;
            }
        };
        let head: Vec<u8> = open.raw.drain(..end + 4).collect();
        let head = String::from_utf8(head).expect("a head is ASCII");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        open.status = status.expect("a status line");
        let header =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        open.headers = lines.filter_map(header).collect();
        open
    }

    /// More bytes; or how there are no more.
    fn read_some(&mut self) -> Result<(), End> {
        if let Some(end) = self.ended {
            return Err(end);
        }
        let mut buffer = [0; 16 * 1024];
        let end = loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => break End::Cut,
                Ok(count) => {
                    self.raw.extend_from_slice(&buffer[..count]);
                    return Ok(());
                }
                // A read with a timeout is not taken up again by itself after a signal, such as that of a debugger or of a
                // laptop that wakes up.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break End::Reset,
                Err(error) => panic!("the server is silent, or worse: {error}"),
            }
        };
        self.ended = Some(end);
        Err(end)
    }

    /// One more piece of the body.
    fn piece(&mut self) -> Result<(), End> {
        if self.headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked") {
            return self.chunk();
        }
        let length: usize = self.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if self.body.len() + self.raw.len() >= length {
            self.body.append(&mut self.raw);
            return Err(End::Clean);
        }
        self.read_some()
    }

    fn chunk(&mut self) -> Result<(), End> {
        loop {
            if let Some(line) = self.raw.windows(2).position(|window| window == b"\r\n") {
                let length = std::str::from_utf8(&self.raw[..line]).expect("a length is ASCII");
                let length = usize::from_str_radix(length, 16).expect("a length is hexadecimal");
                if self.raw.len() >= line + 2 + length + 2 {
                    let chunk = self.raw[line + 2..line + 2 + length].to_vec();
                    self.raw.drain(..line + 2 + length + 2);
                    if length == 0 {
                        return Err(End::Clean);
                    }
                    self.body.extend_from_slice(&chunk);
                    self.chunks.push(chunk);
                    return Ok(());
                }
            }
            self.read_some()?;
        }
    }

    /// The data of the next event; comments are left out.
    pub fn next_event(&mut self) -> Option<String> {
        loop {
            let unread = &self.body[self.events_read..];
            match unread.windows(2).position(|window| window == b"\n\n") {
                Some(end) => {
                    let event = events(&unread[..end + 2]).pop();
                    self.events_read += end + 2;
                    if event.is_some() {
                        return event;
                    }
                }
                None => self.piece().ok()?,
            }
        }
    }

    pub fn read_to_end(mut self) -> Answer {
        let end = if self.status == 0 {
            self.read_some().expect_err("a connection without a head has ended")
        } else {
            loop {
                if let Err(end) = self.piece() {
                    break end;
                }
            }
        };
        Answer { status: self.status, headers: self.headers, body: self.body, chunks: self.chunks, end }
    }
}

/// The data of all whole events in a body.
fn events(body: &[u8]) -> Vec<String> {
    let whole = body.windows(2).rposition(|window| window == b"\n\n").map_or(0, |end| end + 2);
    let text = std::str::from_utf8(&body[..whole]).expect("events are UTF-8");
    // An event may have its name on a line of its own, before its data.
    let data = |block: &str| block.lines().last().and_then(|line| line.strip_prefix("data: ")).map(str::to_owned);
    text.split("\n\n").filter_map(data).collect()
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body is UTF-8")
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The data of all events.
    pub fn events(&self) -> Vec<String> {
        events(&self.body)
    }

    /// The chunks that are JSON objects.
    pub fn objects(&self) -> Vec<Value> {
        self.events().iter().filter_map(|event| serde_json::from_str(event).ok()).collect()
    }

    /// What a choice of a stream says.
    pub fn content(&self, choice: u64) -> String {
        let choices = self.objects();
        let choices = choices.iter().flat_map(|chunk| chunk["choices"].as_array().cloned().unwrap_or_default());
        choices
            .filter(|of| of["index"] == choice)
            .filter_map(|choice| choice["delta"]["content"].as_str().map(str::to_owned))
            .collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Sends these bytes and reads the head of what comes back.
pub fn raw(server: &MockServer, bytes: &[u8]) -> Open {
    Open::begin(raw_stream(server, bytes))
}

/// Sends these bytes and reads nothing.
pub fn raw_stream(server: &MockServer, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
    stream.write_all(bytes).expect("the server reads");
    stream
}
