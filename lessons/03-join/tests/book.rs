//! The book shows what the examples print and draw, and nothing else.

use chapter::Chapter;

fn chapter() -> Chapter {
    Chapter::of("03-join")
}

#[test]
fn what_the_book_shows_is_what_the_examples_print() {
    chapter().shows_what_the_examples_print();
}

#[test]
fn the_chapter_shows_every_output() {
    chapter().shows_every_output();
}

#[test]
fn the_chapter_knows_every_exercise_and_its_minutes() {
    chapter().knows_every_exercise_and_its_minutes();
}
