//! A service in three forms, and a number of users that moves.
//!
//! Run: `cargo run -p lesson-07-blocking --example how_many_users`

use lesson_07_blocking::users::{Form, ask_all, drawn, users};
use runs::{secs, show_grid};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    runs::code(&[
        "lessons/07-blocking/src/users.rs:pseudo",
        "lessons/07-blocking/src/users.rs:offloaded",
        "lessons/07-blocking/src/users.rs:awaited",
    ]);
    let mut grid = Vec::new();
    println!("the last user is served after");
    println!("users   pseudo-async   offloaded     async");
    for number in [1, 2, 3, 5, 8] {
        let mut row = format!("{number:5}");
        for (form, width) in Form::ALL.into_iter().zip([13, 10, 8]) {
            let (llm, prompts) = users(&vec![secs(2.15); number]);
            ask_all(&llm, &prompts, form).await;
            let run = drawn(&llm, form.words());
            row += &format!("{:width$.2} s", run.extent().as_secs_f64());
            grid.push((vec![number.to_string(), form.words().to_owned()], vec![run]));
        }
        println!("{row}");
    }
    show_grid(&["users", "form"], &grid);
}
