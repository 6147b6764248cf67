//! Lists, as checks compare and name them. Compiled in here once, and not in each checks file at every save.

/// A list in order, for a check that does not ask for one: for the two kinds of lists that checks compare.
///
/// std's sort, compiled once more in a checks file, would be an eighth of all code there.
pub trait Sorted {
    /// The same items, the least first.
    #[must_use]
    fn sorted(self) -> Self;
}

impl Sorted for Vec<&str> {
    fn sorted(mut self) -> Self {
        self.sort_unstable();
        self
    }
}

impl Sorted for Vec<usize> {
    fn sorted(mut self) -> Self {
        self.sort_unstable();
        self
    }
}

/// Numbered things for a message, in this order. A zero stands for something that nobody asked for.
///
/// ```
/// use harness::numbered;
///
/// assert_eq!(numbered("page", &[3, 1, 0]), "pages 3, 1, ?");
/// assert_eq!(numbered("page", &[3]), "page 3");
/// assert_eq!(numbered("page", &[]), "no page");
/// ```
pub fn numbered(noun: &str, numbers: &[usize]) -> String {
    let shown = |number: &usize| if *number == 0 { "?".to_owned() } else { number.to_string() };
    match numbers {
        [] => format!("no {noun}"),
        [number] => format!("{noun} {}", shown(number)),
        numbers => format!("{noun}s {}", numbers.iter().map(shown).collect::<Vec<_>>().join(", ")),
    }
}
