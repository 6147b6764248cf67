//! The questions of the book: a quiz has one right choice, which is what its program prints; cards are there for learning by heart.
//!
//! `UPDATE_BOOK=1 cargo test -p workbook --test it questions` writes `book/src/cards.txt` anew, the file that Anki imports.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

const NEXT_LINE: &str = " · ";

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/").join("book/src")
}

/// The chapters: their names without the ending, and their texts.
fn chapters() -> Vec<(String, String)> {
    let files = fs::read_dir(book()).expect("the book is there").flatten();
    let mut names: Vec<String> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".md") && name.starts_with(|first: char| first.is_ascii_digit()));
    names.sort();
    assert!(names.len() >= 7, "the book has a chapter for each lesson");
    let text = |name: &String| fs::read_to_string(book().join(name)).expect("the chapter can be read");
    names.iter().map(|name| (name.trim_end_matches(".md").to_owned(), text(name))).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a line is this piece of a choice. `…` stands for any text.
fn is_line(piece: &str, line: &str) -> bool {
    let Some((before, rest)) = piece.split_once('…') else { return piece == line };
    let Some(line) = line.strip_prefix(before) else { return false };
    line.char_indices().map(|(at, _)| at).chain([line.len()]).any(|at| is_line(rest, &line[at..]))
}

/// Whether a choice is what was printed. A piece that is `…` alone stands for any number of lines. As in `theme/quiz.js`.
fn agrees(pieces: &[&str], lines: &[String]) -> bool {
    match (pieces, lines) {
        ([], lines) => lines.is_empty(),
        (["…", rest @ ..], lines) => (0..=lines.len()).any(|from| agrees(rest, &lines[from..])),
        ([_, ..], []) => false,
        ([piece, rest @ ..], [line, others @ ..]) => is_line(piece, line) && agrees(rest, others),
    }
}

/// A question of a quiz, by its heading.
struct Quiz {
    heading: String,
    choices: Vec<String>,
    printed: Vec<String>,
}

fn quizzes(chapter: &str) -> Vec<Quiz> {
    let part = chapter.split("\n## Quiz").nth(1).expect("each chapter has a quiz");
    let part = part.split("\n## ").next().expect("there is one");
    let quiz = |section: &str| {
        let choice = |line: &str| {
            let (number, rest) = line.split_once(". `")?;
            number.parse::<u32>().ok()?;
            Some(squeezed(rest.strip_suffix('`')?))
        };
        let (question, answer) = section.split_once("<details class=\"answer\">").expect("a quiz has an answer");
        let output = answer.split("{{#include output/").nth(1).and_then(|rest| rest.split("}}").next());
        let output = book().join("output").join(output.expect("the answer shows what was printed"));
        let printed = fs::read_to_string(output).expect("the output is there");
        Quiz {
            heading: section.lines().next().unwrap_or_default().to_owned(),
            choices: question.lines().filter_map(choice).collect(),
            printed: printed.lines().map(squeezed).filter(|line| !line.is_empty()).collect(),
        }
    };
    part.split("\n### ").skip(1).map(quiz).collect()
}

#[test]
fn a_quiz_has_one_right_choice_which_is_what_its_program_prints() {
    for (name, text) in chapters() {
        let quizzes = quizzes(&text);
        assert!(quizzes.len() >= 5, "{name} has {} quizzes, and at least five are wanted", quizzes.len());
        let mut places = BTreeSet::new();
        for Quiz { heading, choices, printed } in quizzes {
            assert!(choices.len() >= 3, "{name}, quiz {heading}: {} choices", choices.len());
            let different: BTreeSet<&String> = choices.iter().collect();
            assert_eq!(different.len(), choices.len(), "{name}, quiz {heading}: a choice stands there twice");
            let right: Vec<usize> = (0..choices.len())
                .filter(|&place| agrees(&choices[place].split(NEXT_LINE).collect::<Vec<_>>(), &printed))
                .collect();
            let [place] = right[..] else {
                panic!("{name}, quiz {heading}: {} of {choices:?} are what is printed: {printed:?}", right.len())
            };
            places.insert(place);
        }
        assert!(places.len() > 1, "{name}: the right choice always stands at the same place");
    }
}

#[test]
fn a_choice_agrees_with_its_lines_alone() {
    let lines: Vec<String> = ["one 1", "two", "three"].map(str::to_owned).into();
    let agrees = |choice: &str| agrees(&choice.split(NEXT_LINE).collect::<Vec<_>>(), &lines);
    for right in ["one 1 · two · three", "… · three", "one 1 · …", "… · two · …", "one … · two · three", "… · o…1 · …"]
    {
        assert!(agrees(right), "{right}");
    }
    for wrong in ["one 1 · two", "two · three", "… · two", "one 1 · three · two", "one 2 · …", "", "… · four · …"]
    {
        assert!(!agrees(wrong), "{wrong}");
    }
}

/// Both sides of each card, as they stand in the chapter.
fn cards(chapter: &str) -> Vec<(String, String)> {
    let card = |part: &str| {
        let (front, rest) = part.split_once("</summary>").expect("a card has a front");
        let front = front.trim().strip_prefix("<summary>").expect("the front is the summary").to_owned();
        let back = rest.split("</details>").next().unwrap_or_default().trim().to_owned();
        (front, back)
    };
    chapter.split("<details class=\"card\">").skip(1).map(card).collect()
}

/// A side of a card as Anki shows it: in HTML, on one line.
fn as_html(side: &str, name: &str) -> String {
    assert!(
        !side.contains("```") && !side.contains("]("),
        "{name}: a card is a sentence or two, without blocks and links: {side}"
    );
    let side = side.replace("<code>", "`").replace("</code>", "`").replace("&lt;", "<").replace("&gt;", ">");
    let escaped = side.replace("&amp;", "&").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let pieces: Vec<&str> = escaped.split('`').collect();
    assert!(pieces.len() % 2 == 1, "{name}: a backtick without its other: {side}");
    let shown = pieces
        .iter()
        .enumerate()
        .map(|(place, piece)| if place % 2 == 1 { format!("<code>{piece}</code>") } else { (*piece).to_owned() });
    let paragraphs = shown.collect::<String>().replace("\n\n", "<br><br>");
    squeezed(&paragraphs)
}

#[test]
fn cards_can_be_imported() {
    let mut deck = String::from(
        "#separator:tab\n#html:true\n#notetype:Basic\n#deck:Tokens in Flight\n#columns:Front\tBack\tTags\n#tags column:3\n",
    );
    let mut fronts = BTreeSet::new();
    for (name, text) in chapters() {
        let cards = cards(&text);
        assert!(cards.len() >= 10, "{name} has {} cards, and ten are wanted", cards.len());
        for (front, back) in cards {
            // Markdown does not look into a line of HTML.
            assert!(!front.contains('`'), "{name}: <code> in place of backticks in a summary: {front}");
            let (front, back) = (as_html(&front, &name), as_html(&back, &name));
            assert!(!front.is_empty() && !back.is_empty(), "{name}: a card has two sides: {front}");
            // Anki takes two notes with the same first field for one.
            assert!(fronts.insert(front.clone()), "{name}: two cards ask the same: {front}");
            deck.push_str(&format!("{front}\t{back}\tlesson-{name}\n"));
        }
    }
    let path = book().join("cards.txt");
    if env::var_os("UPDATE_BOOK").is_some() {
        fs::write(&path, &deck).expect("the book can be written");
    }
    let advice = "UPDATE_BOOK=1 cargo test -p workbook --test it questions";
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == deck,
        "book/src/cards.txt is not what the chapters hold\n{advice}"
    );
}
