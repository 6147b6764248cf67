//! Which checks an exercise has: the `#[test]` functions of its checks file, in the order of the file.
//!
//! Beside the solutions of a lesson, `checks.txt` lists the names once more: `verify` writes it. A checks file from which
//! some are missing, by a slip of the editor or for whatever reason, is no way to pass.

/// A `#[test]` function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    /// The first line of its documentation: what it checks.
    pub about: Option<String>,
    /// Where it begins, counted from 1.
    pub line: usize,
}

/// Finds the checks in a file. The files are our own and CI formats them, so `#[test]` has a line to itself, and so have the
/// lines of documentation above it.
pub fn parse(source: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut about = None;
    let mut is_test = false;
    for (at, line) in source.lines().enumerate() {
        let line = line.trim();
        if let Some(text) = line.strip_prefix("///") {
            about.get_or_insert_with(|| text.trim().to_owned());
        } else if line == "#[test]" {
            is_test = true;
        } else if !line.starts_with("#[") {
            if let Some(name) = name_of_function(line).filter(|_| is_test) {
                checks.push(Check { name, about: about.take().filter(|text| !text.is_empty()), line: at + 1 });
            }
            (about, is_test) = (None, false);
        }
    }
    checks
}

/// The names that a list holds for an exercise. `None`: it holds no line for it.
pub fn listed<'a>(list: &'a str, exercise: &str) -> Option<Vec<&'a str>> {
    let line = list.lines().find_map(|line| line.strip_prefix(exercise)?.strip_prefix(':'))?;
    Some(line.split_whitespace().collect())
}

/// The list of a lesson.
pub fn list<'a>(exercises: impl IntoIterator<Item = (&'a str, Vec<Check>)>) -> String {
    let head = "# The checks that an exercise must pass. Written by `cargo workbook verify`.\n".to_owned();
    exercises.into_iter().fold(head, |list, (exercise, checks)| {
        let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
        format!("{list}{exercise}: {}\n", names.join(" "))
    })
}

/// `is_fast`, of `async fn is_fast() {`
fn name_of_function(line: &str) -> Option<String> {
    let (before, after) = line.split_once("fn ")?;
    let is_qualifier = |word: &str| matches!(word, "pub" | "pub(crate)" | "async");
    let name = after.split(['(', '<']).next()?;
    before.split_whitespace().all(is_qualifier).then(|| name.to_owned())
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
        assert_eq!(names("mod x {\n    #[allow(dead_code)]\n    #[test]\n    fn a() {}\n}"), ["a"]);
    }

    #[test]
    fn comments_and_other_functions_are_no_checks() {
        assert_eq!(names("// #[test]\n// fn a() {}\nfn c() {}"), [""; 0]);
        assert_eq!(names("#[test]\nconst A: u8 = 1;\nfn c() {}"), [""; 0]);
    }

    #[test]
    fn a_list_holds_the_names_of_each_exercise() {
        let checks = parse("#[test]\nfn a() {}\n#[test]\nfn b() {}\n");
        let list = list([("fan", Vec::new()), ("fan_out", checks)]);
        assert_eq!(listed(&list, "fan_out"), Some(vec!["a", "b"]));
        assert_eq!((listed(&list, "fan"), listed(&list, "out")), (Some(vec![]), None));
    }

    #[test]
    fn documentation_of_something_else_is_not_taken() {
        assert_eq!(parse("/// A constant.\nconst A: u8 = 1;\n#[test]\nfn a() {}")[0].about, None);
    }
}
