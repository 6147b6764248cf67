//! From what was typed to exercises.

use crate::{
    catalogue::register::{Exercise, Lesson, Register},
    text,
};

/// What was named does not exist, or not only once. The text says what to type instead.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoSuch(pub String);

/// An exercise or a whole lesson.
#[derive(Debug, Clone, Copy)]
pub enum Selected<'a> {
    Exercise(&'a Exercise),
    Lesson(&'a Lesson),
}

/// Understands `03-join/fan_out`, `fan_out`, `exercises/03-join/fan_out.rs`, `03-join`, `03` and `join`.
pub fn find<'a>(register: &'a Register, typed: &str) -> Result<Selected<'a>, NoSuch> {
    let name = normal(typed);
    if let Some(exercise) = register.exercises().find(|exercise| exercise.id() == name) {
        return Ok(Selected::Exercise(exercise));
    }
    if let Some(lesson) = lesson(register, &name) {
        return Ok(Selected::Lesson(lesson));
    }
    let (in_lesson, short) = match name.rsplit_once('/') {
        Some((folder, short)) => (lesson(register, folder.rsplit('/').next().unwrap_or(folder)), short),
        None => (None, name.as_str()),
    };
    let is_meant =
        |exercise: &&Exercise| exercise.name == short && in_lesson.is_none_or(|lesson| lesson.id == exercise.lesson);
    let meant: Vec<&Exercise> = register.exercises().filter(is_meant).collect();
    match meant.as_slice() {
        [exercise] if in_lesson.is_some() || !name.contains('/') => Ok(Selected::Exercise(exercise)),
        [_, _, ..] => {
            let ids: Vec<String> = meant.iter().map(|exercise| exercise.id()).collect();
            Err(NoSuch(format!(
                "`{typed}` is the name of several exercises: {}. Name the lesson, too.",
                ids.join(", ")
            )))
        }
        _ => Err(unknown(register, typed, &name)),
    }
}

/// As [`find`], where only an exercise makes sense.
pub fn find_exercise<'a>(register: &'a Register, typed: &str) -> Result<&'a Exercise, NoSuch> {
    match find(register, typed)? {
        Selected::Exercise(exercise) => Ok(exercise),
        Selected::Lesson(lesson) => {
            let example = lesson.exercises.first().map(Exercise::id).unwrap_or_default();
            Err(NoSuch(format!("`{typed}` is a lesson. Name one exercise, for example `{example}`.")))
        }
    }
}

/// As [`find`], where only a lesson makes sense.
pub fn find_lesson<'a>(register: &'a Register, typed: &str) -> Result<&'a Lesson, NoSuch> {
    match find(register, typed)? {
        Selected::Lesson(lesson) => Ok(lesson),
        Selected::Exercise(exercise) => {
            Err(NoSuch(format!("`{typed}` is an exercise. Name its lesson: `{}`.", exercise.lesson)))
        }
    }
}

fn lesson<'a>(register: &'a Register, name: &str) -> Option<&'a Lesson> {
    let parts = |lesson: &Lesson| lesson.id.split_once('-').is_some_and(|(no, topic)| no == name || topic == name);
    register.lesson(name).or_else(|| register.lessons.iter().find(|lesson| parts(lesson)))
}

/// A path becomes an id: forward slashes, nothing before the lesson, no extension.
fn normal(typed: &str) -> String {
    let name = typed.trim().replace('\\', "/");
    let name = name.trim_end_matches('/').trim_start_matches("./");
    let name = name.strip_suffix(".rs").unwrap_or(name);
    let after = |folder: &str| name.rfind(folder).map(|at| &name[at + folder.len()..]);
    let under_root = name.strip_prefix("exercises/").or_else(|| after("/exercises/"));
    under_root.unwrap_or(name).replace("::", "/")
}

fn unknown(register: &Register, typed: &str, name: &str) -> NoSuch {
    let short = name.rsplit('/').next().unwrap_or(name);
    let ids: Vec<String> = register.exercises().map(Exercise::id).collect();
    let lessons = register.lessons.iter().map(|lesson| lesson.id.as_str());
    let by_name = || text::nearest(short, register.exercises().map(|exercise| exercise.name.as_str()));
    let whole = text::nearest(name, ids.iter().map(String::as_str).chain(lessons));
    let likely = whole.or_else(|| ids.iter().map(String::as_str).find(|id| id.rsplit('/').next() == by_name()));
    let suggestion = likely.map(|id| format!(" Did you mean `{id}`?")).unwrap_or_default();
    NoSuch(format!(
        "no exercise and no lesson is named `{typed}`.{suggestion}\n`cargo workbook list` shows all of them."
    ))
}
