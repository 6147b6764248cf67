//! Lists, as checks compare and name them. Compiled in here once, and not in each checks file at every save.

use std::time::Duration;

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

/// Latencies that no loop meets by luck, in no order that a sort gives, and no two of them together at one instant. `odd(0)` is
/// 1.933 s. There are as many as you like: from the thirteenth on they are a second longer, then two.
///
/// ```
/// use harness::{odd, secs};
///
/// assert_eq!(odd(0), secs(1.933));
/// assert!((0..200).all(|a| (0..a).all(|b| odd(a) != odd(b))));
/// ```
pub fn odd(place: usize) -> Duration {
    // The last digit is 1, 3, 7 or 9: no loop that looks every 2, 5, 10, 20, 50 or 100 ms looks at one of these.
    const MILLISECONDS: [u64; 12] = [1933, 811, 1423, 353, 1709, 587, 1187, 1979, 941, 1301, 457, 1567];
    let (place, round) = (place % MILLISECONDS.len(), place / MILLISECONDS.len());
    Duration::from_millis(MILLISECONDS[place] + 1000 * round as u64)
}

/// How many of them, for a message.
///
/// ```
/// use harness::counted;
///
/// assert_eq!(counted(3, "call"), "3 calls");
/// assert_eq!(counted(1, "summary"), "1 summary");
/// assert_eq!(counted(0, "summary"), "0 summaries");
/// ```
pub fn counted(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {noun}s"),
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
