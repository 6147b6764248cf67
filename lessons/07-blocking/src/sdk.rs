//! A vendor's synchronous SDK over real HTTP: a socket of the standard library, and a thread that waits at it.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

// ANCHOR: sdk
/// Sends one request, and comes back with the body of the reply. The thread waits in `connect` and in `read`. (A body that
/// breaks off is taken as it is: a real SDK looks at the length that it was promised.)
///
/// # Errors
/// Those of the socket, and a status other than 200.
pub fn post(address: SocketAddr, path: &str, body: &str) -> io::Result<String> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(Duration::from_secs(60)))?;
    let length = body.len();
    write!(
        socket,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut reply = String::new();
    socket.read_to_string(&mut reply)?;
    let (head, body) = reply.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(io::Error::other(head.lines().next().unwrap_or_default().to_owned()));
    }
    Ok(body.to_owned())
}
// ANCHOR_END: sdk

/// The path and the body of a chat request, as the mock server understands them.
pub fn chat(prompt: &str) -> (&'static str, String) {
    let messages = serde_json::json!([{ "role": "user", "content": prompt }]);
    (
        "/v1/chat/completions",
        serde_json::json!({ "model": "atlas", "messages": messages }).to_string(),
    )
}
