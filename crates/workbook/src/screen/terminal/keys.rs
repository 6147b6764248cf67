//! Keys, and the bytes by which a terminal tells them.

/// A key that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Char(char),
    /// With the control key held, in lower case.
    Control(char),
    Enter,
    Escape,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    /// The terminal was closed.
    Gone,
}

/// What a terminal writes around text that is pasted, once it was asked to.
#[cfg(any(unix, test))]
const PASTE: (&[u8], &[u8]) = (b"\x1b[200~", b"\x1b[201~");

/// Turns what was read into keys. Text that is pasted is no key: nobody chose its letters for what they do here.
#[cfg(any(unix, test))]
#[derive(Debug, Default)]
pub struct Parser {
    /// The end of what was pasted so far, where it may be the beginning of the mark after it.
    pasted: Option<Vec<u8>>,
}

#[cfg(any(unix, test))]
impl Parser {
    /// The keys in what one read returned. A terminal writes the bytes of one key at once, so an escape character at the end
    /// is the escape key.
    pub fn keys(&mut self, bytes: &[u8]) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut rest = bytes.to_vec();
        loop {
            if let Some(mut pasted) = self.pasted.take() {
                pasted.extend_from_slice(&rest);
                match find(&pasted, PASTE.1) {
                    Some(end) => rest = pasted.split_off(end + PASTE.1.len()),
                    None => {
                        let kept = pasted.len().saturating_sub(PASTE.1.len() - 1);
                        self.pasted = Some(pasted.split_off(kept));
                        return keys;
                    }
                }
            }
            let Some(start) = find(&rest, PASTE.0) else {
                keys.extend(parse(&rest));
                return keys;
            };
            keys.extend(parse(&rest[..start]));
            rest.drain(..start + PASTE.0.len());
            self.pasted = Some(Vec::new());
        }
    }
}

#[cfg(any(unix, test))]
fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

#[cfg(any(unix, test))]
fn parse(mut bytes: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    while let Some((first, rest)) = bytes.split_first() {
        bytes = rest;
        match first {
            0x1b => {
                let (key, length) = sequence(rest);
                keys.extend(key);
                bytes = &rest[length..];
            }
            b'\r' | b'\n' => keys.push(Key::Enter),
            0x01..=0x1a => keys.push(Key::Control(char::from(first + b'a' - 1))),
            0x20..=0x7e => keys.push(Key::Char(char::from(*first))),
            // No key of the runner is outside of ASCII.
            _ => {}
        }
    }
    keys
}

/// The key of the sequence after an escape character, and the sequence's length.
#[cfg(any(unix, test))]
fn sequence(rest: &[u8]) -> (Option<Key>, usize) {
    if !matches!(rest.first(), Some(b'[' | b'O')) {
        return (Some(Key::Escape), 0);
    }
    let end = rest.iter().skip(1).position(|byte| (0x40..=0x7e).contains(byte));
    let Some(end) = end.map(|end| end + 2) else { return (None, rest.len()) };
    let key = match &rest[1..end] {
        b"A" => Some(Key::Up),
        b"B" => Some(Key::Down),
        b"H" | b"1~" | b"7~" => Some(Key::Home),
        b"5~" => Some(Key::PageUp),
        b"6~" => Some(Key::PageDown),
        _ => None,
    };
    (key, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_keys() {
        assert_eq!(parse(b"nq"), [Key::Char('n'), Key::Char('q')]);
        assert_eq!(parse(b"\x03\x04\r"), [Key::Control('c'), Key::Control('d'), Key::Enter]);
        assert_eq!(parse(b"\x1b[A\x1bOB\x1b[5~x"), [Key::Up, Key::Down, Key::PageUp, Key::Char('x')]);
        assert_eq!(parse(b"\x1b"), [Key::Escape]);
        assert_eq!(parse(b"\x1bh"), [Key::Escape, Key::Char('h')]);
        assert_eq!(parse(b"\x1b[1;5C\x1b["), []);
        assert_eq!(parse("é令".as_bytes()), []);
    }

    #[test]
    fn pasted_text_is_no_keys_however_it_is_cut() {
        let bytes = b"n\x1b[200~let proxy = 1;\x1b[31m\r\x1b[201~h";
        assert_eq!(Parser::default().keys(bytes), [Key::Char('n'), Key::Char('h')]);
        // Where the mark in front is cut, a terminal wrote it in two pieces: none does.
        for cut in 7..bytes.len() {
            let (first, second) = bytes.split_at(cut);
            let mut parser = Parser::default();
            let keys: Vec<Key> = [first, second].into_iter().flat_map(|part| parser.keys(part)).collect();
            assert_eq!(keys, [Key::Char('n'), Key::Char('h')], "cut at {cut}");
        }
    }
}
