//! `cargo workbook verify`

use std::time::Instant;

use super::{
    arguments::{Arguments, Command, Given, Run, Usage},
    stoppable,
};
use crate::{
    catalogue::{
        register::{Exercise, Lesson},
        select::{self, Selected},
    },
    context::Context,
    exit,
    judge::cargo::NoVerdict,
    memory::progress::count,
    screen::{
        json, render,
        say::say,
        status::Status,
        style::{Ink, Style},
    },
    text,
    verify::{self, Problem, Runs, Verified},
};

pub const COMMAND: Command = Command {
    name: "verify",
    overview: "  cargo workbook verify         for authors: starters fail, solutions pass,\n                                traps are caught",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook verify [LESSON|ID] [--times N] [--right] [--strict] [--json]

For authors and CI. Proves of each exercise that its starter fails as it should,
its solution passes without a warning,
each trap is caught by the check named in its header with the words named there,
and header and hints are complete.

  --times N  run each attempt N times, and say how many runs went otherwise: a
             check that fails now and then is no check
  --right    run the solution and the other right answers alone
  --strict   an exercise that differs from its starter is a problem, not a note
  --json     the result for programs; crates/workbook/JSON.md describes it

Exit codes: 0 no problem, 1 problems, 2 wrong usage, 3 cannot, 130 Ctrl-C.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (mut what, mut json, mut strict) = (None, false, false);
    let mut runs = Runs::ONCE;
    while let Some(given) = arguments.next_given()? {
        match given {
            Given::Value(value) if what.is_none() => what = Some(value),
            Given::Option(option) if option == "--json" => json = true,
            Given::Option(option) if option == "--strict" => strict = true,
            Given::Option(option) if option == "--right" => runs.right_alone = true,
            Given::Option(option) if option == "--times" => {
                let times = arguments.text()?;
                runs.times =
                    times.parse().map_err(|_| Usage(format!("--times needs a number from 1 on, not `{times}`")))?;
            }
            other => return Err(arguments.unexpected(&other)),
        }
    }
    Ok(Box::new(move |context| verify(context, what.as_deref(), runs, json, strict)))
}

fn verify(context: &Context, what: Option<&str>, runs: Runs, as_json: bool, strict: bool) -> anyhow::Result<u8> {
    let register = &context.register;
    let lessons: Vec<(&Lesson, Option<&Exercise>)> =
        match what.map(|typed| select::find(register, typed)).transpose()? {
            None => register.lessons.iter().map(|lesson| (lesson, None)).collect(),
            Some(Selected::Lesson(lesson)) => vec![(lesson, None)],
            Some(Selected::Exercise(exercise)) => {
                let lesson = register.lesson(&exercise.lesson).expect("an exercise is part of its lesson");
                vec![(lesson, Some(exercise))]
            }
        };
    let start = Instant::now();
    let style = &context.style;
    let status = Status::new(*style, context.plain);
    let tick = || status.tick();
    let verified = stoppable(tick, |cancel| {
        let job = context.job(cancel, true);
        let mut verified = Verified::default();
        for (lesson, only) in &lessons {
            // What CI asks about must be there already.
            if !strict {
                verify::list_checks(&context.workspace, lesson)
                    .map_err(NoVerdict::io("the list of checks cannot be written"))?;
            }
            status.show(&format!("{}: compiling and running its starters, solutions and traps", lesson.id));
            let one = verify::lesson(&job, lesson, *only, runs)?;
            status.clear();
            if !as_json {
                say!("{}", lesson_lines(lesson, &one, style).join("\n"));
            }
            verified.add(one);
        }
        Ok(verified)
    });
    drop(status);
    let mut verified = verified?;
    verified.time = start.elapsed();
    if strict {
        let notes = std::mem::take(&mut verified.notes);
        verified.problems.extend(notes);
    }
    if as_json {
        json::print(&json::verify(&verified));
    } else {
        say!("{}", summary(&verified, style).join("\n"));
    }
    Ok(if verified.problems.is_empty() { exit::PASSED } else { exit::NOT_YET })
}

fn lesson_lines(lesson: &Lesson, verified: &Verified, style: &Style) -> Vec<String> {
    let mark = if verified.problems.is_empty() { style.tick() } else { style.cross() };
    let title = style.paint(Ink::Strong, &lesson.id);
    render::marked(&mark, &format!("{title}  {} in {:.1} s", counts(verified), verified.time.as_secs_f64()), style)
}

fn counts(verified: &Verified) -> String {
    let counts = &verified.counts;
    let mut parts = vec![
        count(counts.exercises, "exercise"),
        count(counts.checks, "check"),
        count(counts.starters, "starter"),
        count(counts.solutions, "solution"),
    ];
    if counts.also_right > 0 {
        parts.push(count(counts.also_right, "other right answer"));
    }
    parts.push(count(counts.traps, "trap"));
    parts.join(", ")
}

fn summary(verified: &Verified, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    if !verified.problems.is_empty() {
        lines.push(String::new());
        lines.extend(table(&verified.problems, &style.cross(), style));
    }
    if !verified.notes.is_empty() {
        lines.push(String::new());
        lines.extend(table(&verified.notes, &style.dash(), style));
    }
    lines.push(String::new());
    let problems = match verified.problems.len() {
        0 => style.paint(Ink::Good, "No problem."),
        some => style.paint(Ink::Bad, &format!("{}.", count(some, "problem"))),
    };
    let total = format!("  {problems} {} in {:.1} s.", counts(verified), verified.time.as_secs_f64());
    lines.extend(text::wrap(&total, style.width));
    lines
}

/// What is wrong, under the exercise and the file that it is about.
fn table(problems: &[Problem], mark: &str, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    let mut about = "";
    for problem in problems {
        if problem.about != about {
            lines.push(format!("  {}", style.paint(Ink::Strong, &problem.about)));
            about = &problem.about;
        }
        lines.extend(render::marked(mark, &style.paint(Ink::Note, &problem.file), style));
        let room = style.width.saturating_sub(5);
        for (number, line) in problem.what.lines().enumerate() {
            let folded = if number == 0 { text::wrap(line, room.min(100)) } else { text::fold(line, room) };
            lines.extend(folded.into_iter().map(|line| format!("    {line}")));
        }
    }
    lines
}
