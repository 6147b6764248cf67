//! Every tool, put to the same three tests.
//!
//! Run: `cargo run -p lesson-03-join --example which_tool`

use lesson_03_join::which_tool::Tool;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("                  all is well    one fails      caller gives up");
    println!("                                 after 0.8 s    after 0.5 s");
    for tool in Tool::ALL {
        let (all_is_well, one_fails) = (tool.all_is_well().await, tool.one_fails().await);
        println!(
            "{:16}  {all_is_well}   {one_fails}   {}",
            tool.name(),
            tool.given_up().await
        );
    }
    println!(
        "\nheadline, summary, translation: ✓ finished  ! failed  × dropped  · never started"
    );
}
