//! # SSE events: what else is right
//!
//! Each module holds only what differs from the solution, `../sse_events.rs`.

/// Also right: one buffer of all bytes that are not used up, searched for whole lines.
mod one_buffer {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let mut buffer: Vec<u8> = Vec::new();
            let mut texts: Vec<String> = Vec::new();
            let mut is_first = true;
            for await chunk in chunks {
                buffer.extend_from_slice(&chunk);
                while let Some(end) = buffer.iter().position(|&byte| byte == b'\n') {
                    let line: Vec<u8> = buffer.drain(..=end).collect();
                    let line = &line[..end];
                    let line = line.strip_suffix(b"\r").unwrap_or(line);
                    let line = if is_first { line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line) } else { line };
                    is_first = false;
                    if let Some(text) = line.strip_prefix(b"data:") {
                        let text = text.strip_prefix(b" ").unwrap_or(text);
                        texts.push(String::from_utf8_lossy(text).into_owned());
                    } else if line.is_empty() && !texts.is_empty() {
                        yield texts.join("\n");
                        texts.clear();
                    }
                }
            }
        })
    }
}

/// Also right: `poll_next` by hand, with a queue of the events that are whole.
mod by_hand {
    use std::{
        collections::VecDeque,
        pin::Pin,
        task::{Context, Poll, ready},
    };

    struct Events<S> {
        chunks: Pin<Box<S>>,
        whole: VecDeque<String>,
        line: Vec<u8>,
        texts: Vec<String>,
        is_first: bool,
    }

    impl<S> Events<S> {
        fn line_ends(&mut self) {
            let line = String::from_utf8_lossy(&self.line).into_owned();
            self.line.clear();
            let line = line.strip_suffix('\r').unwrap_or(&line);
            let line = if self.is_first { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
            self.is_first = false;
            match line.split_once(':') {
                Some(("data", text)) => self.texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned()),
                None if line.is_empty() && !self.texts.is_empty() => {
                    self.whole.push_back(self.texts.join("\n"));
                    self.texts.clear();
                }
                _ => {}
            }
        }
    }

    impl<S: Stream<Item = Vec<u8>>> Stream for Events<S> {
        type Item = String;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            loop {
                if let Some(event) = self.whole.pop_front() {
                    return Poll::Ready(Some(event));
                }
                let Some(chunk) = ready!(self.chunks.as_mut().poll_next(cx)) else { return Poll::Ready(None) };
                for byte in chunk {
                    if byte == b'\n' { self.line_ends() } else { self.line.push(byte) }
                }
            }
        }
    }

    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        let chunks = Box::pin(chunks);
        Box::pin(Events { chunks, whole: VecDeque::new(), line: Vec::new(), texts: Vec::new(), is_first: true })
    }
}

/// Also right: combinators. A chunk becomes its bytes, the bytes become lines, and the lines become events.
mod combinators {
    use std::future::ready;

    use futures::{StreamExt, stream::iter};

    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        let lines = chunks.flat_map(iter).scan(Vec::new(), |line, byte| {
            let is_end = byte == b'\n';
            if !is_end {
                line.push(byte);
            }
            ready(Some(is_end.then(|| std::mem::take(line))))
        });
        let lines = lines.filter_map(ready).enumerate().map(|(place, line)| {
            let line = String::from_utf8_lossy(&line).into_owned();
            let line = line.strip_suffix('\r').unwrap_or(&line);
            if place == 0 { line.strip_prefix('\u{feff}').unwrap_or(line).to_owned() } else { line.to_owned() }
        });
        let events = lines.scan(None::<String>, |event, line| {
            if line.is_empty() {
                return ready(Some(event.take()));
            }
            if let Some(text) = line.strip_prefix("data:") {
                let text = text.strip_prefix(' ').unwrap_or(text);
                *event = Some(event.take().map_or_else(|| text.to_owned(), |event| format!("{event}\n{text}")));
            }
            ready(Some(None))
        });
        events.filter_map(ready).boxed_local()
    }
}

/// Also right: text at once, but for the one to three bytes at the end of a chunk that are a character to be.
mod text_but_for_half_a_character {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut bytes, mut text, mut texts, mut is_first) = (Vec::new(), String::new(), Vec::new(), true);
            for await chunk in chunks {
                bytes.extend(chunk);
                loop {
                    let (valid, bad) = match std::str::from_utf8(&bytes) {
                        Ok(valid) => (valid.len(), None),
                        Err(error) => (error.valid_up_to(), error.error_len()),
                    };
                    text.push_str(&String::from_utf8_lossy(&bytes[..valid]));
                    bytes.drain(..valid + bad.unwrap_or(0));
                    if bad.is_none() {
                        break;
                    }
                    text.push('\u{fffd}');
                }
                while let Some(end) = text.find('\n') {
                    let line: String = text.drain(..=end).collect();
                    let line = line.trim_end_matches(['\r', '\n']);
                    let line = if is_first { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
                    is_first = false;
                    if let Some(data) = line.strip_prefix("data:") {
                        texts.push(data.strip_prefix(' ').unwrap_or(data).to_owned());
                    } else if line.is_empty() && !texts.is_empty() {
                        yield texts.join("\n");
                        texts.clear();
                    }
                }
            }
        })
    }
}

/// Also right: the standard to the letter, with a CR alone as the end of a line. An LF behind it is skipped.
mod a_carriage_return_ends_a_line {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut event, mut is_first, mut after_cr) = (Vec::new(), String::new(), true, false);
            for await chunk in chunks {
                for byte in chunk {
                    if std::mem::replace(&mut after_cr, byte == b'\r') && byte == b'\n' {
                        continue;
                    }
                    if !matches!(byte, b'\r' | b'\n') {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    line.clear();
                    let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(&text) } else { &text };
                    is_first = false;
                    let (field, value) = text.split_once(':').unwrap_or((text, ""));
                    if text.is_empty() {
                        if event.pop().is_some() {
                            yield std::mem::take(&mut event);
                        }
                    } else if field == "data" {
                        event.push_str(value.strip_prefix(' ').unwrap_or(value));
                        event.push('\n');
                    }
                }
            }
        })
    }
}
