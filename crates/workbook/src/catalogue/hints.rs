//! The hints of an exercise, and which of them comes next.

/// What `hints/<name>.md` holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// `## Hint 1`, `## Hint 2`, …
    pub numbered: Vec<String>,
    /// `## When <check> fails`
    pub when: Vec<(String, String)>,
}

/// A hint to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint<'a> {
    /// About the check that failed last.
    ForCheck { check: &'a str, text: &'a str },
    /// One of the numbered hints, counted from 1.
    Numbered { number: usize, of: usize, text: &'a str },
}

impl Hints {
    pub fn parse(source: &str) -> Self {
        enum Section {
            Numbered,
            When(String),
            Other,
        }
        let mut hints = Self::default();
        let mut section = Section::Other;
        let mut in_code = false;
        let mut text = String::new();
        for line in source.lines().chain(["## end"]) {
            in_code ^= line.trim_start().starts_with("```");
            let Some(title) = line.strip_prefix("## ").filter(|_| !in_code) else {
                text.push_str(line);
                text.push('\n');
                continue;
            };
            let body = std::mem::take(&mut text).trim().to_owned();
            match section {
                Section::Numbered => hints.numbered.push(body),
                Section::When(check) => hints.when.push((check, body)),
                Section::Other => {}
            }
            let check = title.trim().strip_prefix("When ").and_then(|rest| rest.strip_suffix(" fails"));
            section = match check {
                Some(check) => Section::When(check.trim_matches('`').to_owned()),
                None if title.starts_with("Hint ") => Section::Numbered,
                None => Section::Other,
            };
        }
        hints
    }

    /// The hint that comes next: the one about the check that failed, unless it was shown already (`hinted_for`), then the
    /// numbered ones after the first `shown`. The last one is shown again when all were.
    pub fn next(&self, failed: Option<&str>, hinted_for: Option<&str>, shown: usize) -> Option<Hint<'_>> {
        if let Some(failed) = failed.filter(|failed| hinted_for != Some(failed)) {
            let about = self.when.iter().find(|(check, _)| check == failed);
            if let Some((check, text)) = about {
                return Some(Hint::ForCheck { check, text });
            }
        }
        let number = (shown + 1).min(self.numbered.len());
        let text = self.numbered.get(number.checked_sub(1)?)?;
        Some(Hint::Numbered { number, of: self.numbered.len(), text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "# Hints\n\n## Hint 1\n\nWhat waits?\n\n## Hint 2\n\n```text\n## not a title\n```\n\n\
                          ## When is_fast fails\nLook at the clock.\n\n## Hint 3\nThe shape.\n";

    #[test]
    fn reads_the_sections() {
        let hints = Hints::parse(SOURCE);
        assert_eq!(hints.numbered, ["What waits?", "```text\n## not a title\n```", "The shape."]);
        assert_eq!(hints.when, [("is_fast".to_owned(), "Look at the clock.".to_owned())]);
    }

    #[test]
    fn the_failed_check_comes_first_and_only_once() {
        let hints = Hints::parse(SOURCE);
        let about = Hint::ForCheck { check: "is_fast", text: "Look at the clock." };
        assert_eq!(hints.next(Some("is_fast"), None, 0), Some(about));
        let first = Hint::Numbered { number: 1, of: 3, text: "What waits?" };
        assert_eq!(hints.next(Some("is_fast"), Some("is_fast"), 0), Some(first.clone()));
        assert_eq!(hints.next(Some("another"), None, 0), Some(first));
    }

    #[test]
    fn the_last_hint_is_shown_again() {
        let hints = Hints::parse(SOURCE);
        let last = Hint::Numbered { number: 3, of: 3, text: "The shape." };
        assert_eq!(hints.next(None, None, 2), Some(last.clone()));
        assert_eq!(hints.next(None, None, 3), Some(last));
        assert_eq!(Hints::default().next(None, None, 0), None);
    }
}
