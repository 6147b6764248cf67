//! Which checks an exercise has: the `#[test]` functions of its checks file, in the order of the file.

/// A `#[test]` function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    /// The first line of its documentation: what it checks.
    pub about: Option<String>,
    /// Where it begins, counted from 1.
    pub line: usize,
}

/// Finds the checks in a file. A parser for one purpose: it skips comments and literals, and looks for the attribute
/// and the name of the next function. A full parser of Rust would triple what a learner waits for at the first start.
pub fn parse(source: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut about = None;
    let mut is_test = false;
    let mut tokens = Tokens { source, at: 0 };
    while let Some((start, token)) = tokens.next() {
        match token {
            Token::Doc(text) => {
                about.get_or_insert_with(|| text.trim().to_owned());
            }
            Token::Attribute(inside) => is_test |= inside.trim() == "test",
            Token::Word("fn") => {
                if let Some((_, Token::Word(name))) = tokens.next()
                    && is_test
                {
                    let line = source[..start].matches('\n').count() + 1;
                    checks.push(Check { name: name.to_owned(), about: about.take().filter(|a| !a.is_empty()), line });
                }
                (about, is_test) = (None, false);
            }
            Token::Word(_) => {}
            Token::Other(';' | '}') => (about, is_test) = (None, false),
            Token::Other(_) => {}
        }
    }
    checks
}

enum Token<'a> {
    /// A `///` line.
    Doc(&'a str),
    /// What stands between `#[` and `]`.
    Attribute(&'a str),
    Word(&'a str),
    Other(char),
}

struct Tokens<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    /// The next token, and where it starts.
    fn next(&mut self) -> Option<(usize, Token<'a>)> {
        loop {
            let rest = &self.source[self.at..];
            let start = self.at;
            let first = rest.chars().next()?;
            if rest.starts_with("//") {
                let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
                self.at += line.len();
                if let Some(doc) = line.strip_prefix("///").filter(|doc| !doc.starts_with('/')) {
                    return Some((start, Token::Doc(doc)));
                }
            } else if rest.starts_with("/*") {
                self.at += block_comment(rest);
            } else if let Some(length) = string(rest) {
                self.at += length;
            } else if let Some(length) = character(rest) {
                self.at += length;
            } else if rest.starts_with("#[") {
                let length = attribute(rest);
                self.at += length;
                return Some((start, Token::Attribute(rest[..length].trim_start_matches("#[").trim_end_matches(']'))));
            } else if is_word(first) {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                self.at += length;
                return Some((start, Token::Word(&rest[..length])));
            } else {
                self.at += first.len_utf8();
                if !first.is_whitespace() {
                    return Some((start, Token::Other(first)));
                }
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of the block comment that `rest` starts with. They nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of the string literal that `rest` starts with, raw or not.
fn string(rest: &str) -> Option<usize> {
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix("cr")).or_else(|| rest.strip_prefix('r'));
    if let Some(raw) = raw {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if let Some(body) = raw[hashes..].strip_prefix('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let length = body.find(&end).map_or(body.len(), |at| at + end.len());
            return Some(rest.len() - body.len() + length);
        }
    }
    let body = rest.strip_prefix("b\"").or_else(|| rest.strip_prefix("c\"")).or_else(|| rest.strip_prefix('"'))?;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(rest.len() - body.len() + at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// The length of the character literal that `rest` starts with. A lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    let mut chars = body.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        let (_, _escaped) = chars.next()?;
        return body[2..].find('\'').map(|at| at + 4);
    }
    chars.next().filter(|(_, second)| *second == '\'').map(|(at, _)| at + 2)
}

/// The length of the attribute that `rest` starts with.
fn attribute(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if let Some(length) = string(&rest[at..]) {
            at += length;
            continue;
        }
        let c = rest[at..].chars().next().unwrap_or(' ');
        at += c.len_utf8();
        match c {
            '[' => depth += 1,
            ']' if depth == 1 => return at,
            ']' => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<String> {
        parse(source).into_iter().map(|check| check.name).collect()
    }

    #[test]
    fn finds_checks_in_the_order_of_the_file() {
        let source = "use super::*;\n\n/// Takes as long as the slowest.\n/// More.\n#[test]\nfn b() {}\n\n#[test]\nfn a() {}\nfn helper() {}\n";
        let checks = parse(source);
        assert_eq!(names(source), ["b", "a"]);
        assert_eq!(checks[0].about.as_deref(), Some("Takes as long as the slowest."));
        assert_eq!(checks[0].line, 6);
        assert_eq!(checks[1].about, None);
    }

    #[test]
    fn other_attributes_may_stand_around_it() {
        assert_eq!(names("#[test]\n#[should_panic(expected = \"]\")]\npub(crate) async fn a() {}"), ["a"]);
        assert_eq!(names("#[cfg(test)] mod x { #[allow(dead_code)] #[test] fn a() {} }"), ["a"]);
    }

    #[test]
    fn comments_and_literals_are_not_checks() {
        assert_eq!(names("// #[test] fn a() {}\n/* #[test] /* */ fn b() {} */ fn c() {}"), [""; 0]);
        assert_eq!(names("const S: &str = \"#[test] fn a() {}\"; const R: &str = r#\"\" #[test] fn b()\"#;"), [""; 0]);
        assert_eq!(names("fn l<'a>(x: &'a str) -> char { '\"' }\n#[test] fn after() {}"), ["after"]);
        assert_eq!(names("const C: char = '\\'';\n#[test] fn after() {}"), ["after"]);
    }

    #[test]
    fn documentation_of_something_else_is_not_taken() {
        assert_eq!(parse("/// A constant.\nconst A: u8 = 1;\n#[test] fn a() {}")[0].about, None);
    }
}
