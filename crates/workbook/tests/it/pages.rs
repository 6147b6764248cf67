//! The pages around the chapters: their links, their words, their minutes.
//!
//! They are written by hand, so that somebody has thought about each line. These tests say which line is no longer true.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

use workbook::{
    catalogue::{
        chapter::page_of_exercise,
        register::{Exercise, Register},
        workspace::Workspace,
    },
    judge::attempt::{Attempt, Kind},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/")
}

fn register() -> (Workspace, Register) {
    let workspace = Workspace { root: root().to_owned() };
    let register = Register::read(&workspace).expect("the manifests can be read");
    (workspace, register)
}

/// All pages of the book, by their path below `book/src`.
fn pages() -> BTreeMap<PathBuf, String> {
    let source = root().join("book/src");
    let folders = [source.clone(), source.join("what_people_write"), source.join("exercises")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("the folder can be read").flatten());
    let pages = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("the page can be read");
        (path.strip_prefix(&source).expect("it is below the folder").to_owned(), text)
    };
    pages.map(read).collect()
}

fn page(name: &str) -> String {
    pages().remove(Path::new(name)).unwrap_or_else(|| panic!("the book has the page {name}"))
}

/// The anchors of a page: its headings, as mdBook and forges write them. A second heading with the same words gets a number.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        let Some(heading) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#')) else { continue };
        if is_code || !heading.starts_with(' ') {
            continue;
        }
        let letters = heading.trim().chars().filter_map(|letter| match letter {
            letter if letter.is_whitespace() => Some('-'),
            letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => Some(letter),
            _ => None,
        });
        let anchor = letters.flat_map(char::to_lowercase).collect::<String>();
        let count = seen.entry(anchor.clone()).or_default();
        anchors.insert(if *count == 0 { anchor } else { format!("{anchor}-{count}") });
        *count += 1;
    }
    anchors
}

/// The targets of all links in a page. Code has brackets, too, and is left out.
fn links(page: &str) -> Vec<&str> {
    let text = page.split("```").step_by(2);
    text.flat_map(|text| text.split("](").skip(1)).filter_map(|rest| rest.split(')').next()).collect()
}

/// `exercises/../03-join.md` is `03-join.md`.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            resolved.pop();
        } else {
            resolved.push(part);
        }
    }
    resolved
}

/// Where an exercise has its page: the target of a link from the folder of the book.
fn target(exercise: &Exercise) -> String {
    let (page, place) = page_of_exercise(exercise);
    format!("{page}.md#{place}")
}

/// The cells of the rows of all tables in a text, without their heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = text.lines().collect();
    let is_head = |at: usize| lines.get(at + 1).is_some_and(|next| next.starts_with("|---"));
    let rows = lines
        .iter()
        .enumerate()
        .filter(|(at, line)| line.starts_with("| ") && !line.starts_with("|---") && !is_head(*at));
    rows.map(|(_, line)| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn every_link_within_the_book_leads_to_a_heading() {
    let pages = pages();
    let anchors: BTreeMap<&PathBuf, BTreeSet<String>> =
        pages.iter().map(|(path, page)| (path, anchors(page))).collect();
    let mut to_a_heading = 0;
    for (path, text) in &pages {
        for link in links(text).into_iter().filter(|link| !link.contains("://")) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = path.parent().expect("a page is in a folder");
            let target = if target.is_empty() { path.clone() } else { resolved(&folder.join(target)) };
            // The file of an exercise is not in the book. The links to it work from where the book is built.
            if let Some(file) = link.strip_prefix("../../../exercises/") {
                assert!(root().join("exercises").join(file).is_file(), "{}: there is no file {link}", path.display());
                continue;
            }
            // A file that is no page, such as the cards, has no headings.
            if anchor.is_empty()
                && target.extension().is_none_or(|end| end != "md")
                && root().join("book/src").join(&target).is_file()
            {
                continue;
            }
            let there = anchors.get(&target).unwrap_or_else(|| panic!("{}: there is no page {link}", path.display()));
            assert!(anchor.is_empty() || there.contains(anchor), "{}: there is no heading {link}", path.display());
            to_a_heading += usize::from(!anchor.is_empty());
        }
    }
    assert!(to_a_heading > 100, "the pages around the chapters lead into them");
}

#[test]
fn every_page_stands_in_the_summary() {
    let mut pages = pages();
    let summary = pages.remove(Path::new("SUMMARY.md")).expect("the book has a summary");
    let listed: BTreeSet<PathBuf> = links(&summary).into_iter().map(PathBuf::from).collect();
    assert_eq!(listed, pages.into_keys().collect(), "left: the summary, right: the folder");
}

/// A word that the book does not use would be explained for nobody.
#[test]
fn every_word_of_the_glossary_is_used_where_it_is_said_to_be_explained() {
    let pages = pages();
    let glossary = page("glossary.md");
    let mut last = String::new();
    assert!(rows(&glossary).len() > 50, "the glossary has words");
    for row in rows(&glossary) {
        let [word, _, chapter] = row[..] else { panic!("a row has three cells: {row:?}") };
        let word = word.trim_matches('`').trim_start_matches('\'').to_lowercase();
        assert!(last < word, "the glossary is in the order of the alphabet: {last}, {word}");
        let chapter = links(chapter)[0].split('#').next().unwrap_or_default();
        let text = pages[Path::new(chapter)].to_lowercase();
        // "in flight", and "in\nflight" at the end of a line.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&word), "{chapter} does not use the word {word:?}");
        last = word;
    }
}

#[test]
fn the_decision_page_names_the_versions_of_the_lock_file() {
    let page = page("which_tool.md");
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("there is a lock file");
    for name in ["tokio", "futures"] {
        let version =
            lock.split_once(&format!("name = \"{name}\"\nversion = \"")).and_then(|(_, rest)| rest.split('"').next());
        let version = version.unwrap_or_else(|| panic!("{name} is locked"));
        assert!(
            page.contains(&format!("{name} {version}")),
            "read the page again with {name} {version}, then name it there"
        );
    }
    assert!(rows(&page).len() > 30, "the page has rows");
    assert!(rows(&page).iter().all(|row| row.len() == 4), "each row says what, which, why, and what it costs");
}

#[test]
fn the_index_of_pitfalls_names_exercises_and_threads_that_are_there() {
    let (_, register) = register();
    let exercises: BTreeMap<String, String> =
        register.exercises().map(|exercise| (exercise.id(), target(exercise))).collect();
    let page = page("pitfalls.md");
    assert!(rows(&page).len() > 50, "the index has rows");
    for row in rows(&page) {
        let [_, _, explained, threads] = row[..] else { panic!("a row has four cells: {row:?}") };
        if let Some((_, exercise)) = explained.split_once("; [`") {
            let (id, link) = exercise.split_once("`](").expect("an exercise is a link");
            let target = exercises.get(id).unwrap_or_else(|| panic!("there is no exercise {id}"));
            assert_eq!(link, format!("{target})"), "the page of {id}");
        }
        for thread in links(threads) {
            let parts: Vec<&str> = thread.trim_start_matches("https://github.com/").split('/').collect();
            let is_thread = matches!(parts[..], [_, _, "issues" | "pull", number] if number.parse::<u32>().is_ok());
            assert!(is_thread, "not a thread: {thread}");
        }
    }
}

/// Where an agenda says 0:35, 35 minutes have gone, and an exercise has half as much time again as its head says.
#[test]
fn the_minutes_of_each_agenda_add_up() {
    let (_, register) = register();
    let targets: BTreeMap<String, String> =
        register.exercises().map(|exercise| (exercise.id(), target(exercise))).collect();
    let minutes: BTreeMap<String, u32> = register
        .exercises()
        .map(|exercise| (exercise.id(), exercise.header().minutes.expect("its head says how long it takes")))
        .collect();
    let guide = page("workshop.md");
    let mut ends = Vec::new();
    for agenda in guide.split("| at | min | what |").skip(1) {
        let agenda = agenda.split("\n\n").next().unwrap_or_default();
        let mut now = 0;
        for row in rows(agenda) {
            let [at, takes, what] = row[..] else { panic!("a row has three cells: {row:?}") };
            assert_eq!(at, format!("{}:{:02}", now / 60, now % 60), "before {what:?}");
            let takes: u32 = takes.parse().unwrap_or_else(|_| panic!("minutes: {takes:?}"));
            if let Some(exercise) = what.strip_prefix("Exercise [`") {
                let (exercise, link) = exercise.split_once("`](").expect("an exercise is a link");
                let alone = minutes.get(exercise).unwrap_or_else(|| panic!("there is no exercise {exercise}"));
                assert!(link.starts_with(&format!("{})", targets[exercise])), "the page of {exercise}: {link}");
                assert!(2 * takes >= 3 * alone, "{exercise} takes {alone} min alone, so more than {takes} in a class");
            }
            now += takes;
        }
        ends.push(now);
    }
    assert_eq!(ends, [240, 480, 480, 480], "half a day, a day, and two");
    for lesson in &register.lessons {
        let sum: u32 = lesson.exercises.iter().map(|exercise| minutes[&exercise.id()]).sum();
        let end = format!("| {} | {sum} |", lesson.exercises.len());
        let number = lesson.id.split('-').next().unwrap_or_default().trim_start_matches('0');
        let is_there = guide.lines().any(|line| line.starts_with(&format!("| {number}: ")) && line.ends_with(&end));
        assert!(is_there, "the table of minutes says of lesson {number}: {end}");
    }
}

/// Two rows for each exercise; the traps can be shown with `--trap`.
#[test]
fn the_guide_tells_of_stumbles_in_every_exercise() {
    let (workspace, register) = register();
    let guide = page("workshop.md");
    let stumbles = guide.split_once("\n## Common stumbles").expect("the guide tells of stumbles").1;
    let rows = rows(stumbles);
    let mut named = Vec::new();
    for row in &rows {
        let [exercise, _, trap, question] = row[..] else { panic!("a row has four cells: {row:?}") };
        named.push((exercise, trap.trim_matches('`')));
        assert!(question.ends_with(['?', '.']), "a question for the learner: {question:?}");
    }
    let mut of_exercises = 0;
    for exercise in register.lessons.iter().flat_map(|lesson| &lesson.exercises) {
        let header = exercise.header().minutes.expect("its head says how long it takes");
        let first = format!("[`{}`]({}), {header} min", exercise.name, target(exercise));
        let begin = named.iter().position(|(name, _)| *name == first);
        let begin = begin.unwrap_or_else(|| panic!("no row of the guide begins with {first}"));
        assert_eq!(begin, of_exercises, "{first} is in the order of the register, two rows for each exercise");
        let traps: Vec<String> = Attempt::catalogue(&workspace, exercise, Kind::Trap)
            .iter()
            .filter_map(|trap| trap.name().map(str::to_owned))
            .collect();
        for (_, trap) in &named[begin..begin + 2] {
            assert!(traps.iter().any(|name| name == trap), "{} has no trap {trap}", exercise.id());
        }
        of_exercises += 2;
    }
    assert_eq!(of_exercises, rows.len(), "rows of exercises that are gone");
}
