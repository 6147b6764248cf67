//! `cargo workbook update`

use std::collections::BTreeSet;

use super::arguments::{Arguments, Command, Given, Run, Usage};
use crate::{
    catalogue::register::Register,
    context::Context,
    exit,
    memory::{news, progress::count},
    screen::{render, say::say},
    text,
    update::{self, Changed, Fate},
};

pub const COMMAND: Command = Command {
    name: "update",
    overview: "  cargo workbook update         a newer workbook; what you wrote is kept",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook update [--from FOLDER|URL]

Brings the newest version from where you cloned the workbook. Your progress
stays, and so does everything that you wrote:
an exercise whose task did not change is not touched;
where the task changed around your lines, the file gets both;
where it changed in your lines, yours stay, and you are told;
any other file that you changed is kept under .workbook/kept/ where the new
version needs its place.
If it is stopped half-way, run it again.

  --from   another clone, a folder or an address

Exit codes: 0 done, or there is nothing newer, 2 wrong usage, 3 it cannot be
done, and the message says what to do.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let mut from = None;
    while let Some(given) = arguments.next_given()? {
        match &given {
            Given::Option(option) if option == "--from" => from = Some(arguments.text()?),
            _ => return Err(arguments.unexpected(&given)),
        }
    }
    Ok(Box::new(move |context| update(context, from.as_deref())))
}

fn update(context: &Context, from: Option<&str>) -> anyhow::Result<u8> {
    let before: BTreeSet<String> = context.register.exercises().map(|exercise| exercise.id()).collect();
    let updated = update::update(&context.workspace, from, &|words| say!("{words}"))?;
    let wide = context.style.width.min(100);
    let tell = |words: &str| text::wrap(words, wide).iter().for_each(|line| say!("{line}"));
    for changed in &updated.changed {
        let lines = render::marked(&context.style.dash(), &what_became_of(changed), &context.style);
        lines.iter().for_each(|line| say!("{line}"));
    }
    if !updated.is_newer {
        tell(&format!("This is the newest workbook that {} has.", updated.source));
        return Ok(exit::PASSED);
    }
    // Another version may write its manifests in another way. Then it says itself what it has.
    let now = Register::read(&context.workspace);
    if let Ok(now) = &now {
        // What cannot be remembered is told again at the next start.
        let _ = news::remember(&context.workspace, now);
    }
    let new: Vec<String> = now
        .iter()
        .flat_map(Register::exercises)
        .map(|exercise| exercise.id())
        .filter(|id| !before.contains(id))
        .collect();
    let new = match new.len() {
        0 => String::new(),
        some => format!(" New: {}: {}.", count(some, "exercise"), new.join(", ")),
    };
    tell(&format!("Updated.{new}"));
    tell("Go on: cargo workbook. To see whether your answers pass the newer checks: cargo workbook check --all");
    Ok(exit::PASSED)
}

fn what_became_of(changed: &Changed) -> String {
    let Changed { path, fate, kept } = changed;
    let id = path.strip_prefix("exercises/").and_then(|path| path.strip_suffix(".rs")).unwrap_or(path);
    let kept = kept.as_deref().unwrap_or("in its place");
    match fate {
        Fate::Joined => format!("{id}: the task is newer, and your lines are in it. As it was before: {kept}"),
        Fate::InPlace => format!(
            "{id}: the task changed where you have written. Your version stays in {path}. The new one is \
             solutions/{}; `cargo workbook reset {id}` begins with it, and keeps yours.",
            id.replacen('/', "/starters/", 1) + ".rs"
        ),
        Fate::Gone => format!("{id}: the workbook has no such exercise any more. Your version: {kept}"),
        Fate::SetAside => format!("{path}: the new version has one of its own, which is in place now. Yours: {kept}"),
        Fate::WrittenOn => {
            format!("{path}: stays as it is now. What stood there when an update was interrupted: {kept}")
        }
    }
}
