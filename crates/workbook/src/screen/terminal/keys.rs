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

/// The keys in what one read returned. A terminal writes the bytes of one key at once, so an escape character at the end
/// is the escape key.
#[cfg(any(unix, test))]
pub fn parse(mut bytes: &[u8]) -> Vec<Key> {
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
}
