//! Notify: the four cases of what is remembered.
//!
//! Run: `cargo run -p lesson-05-queues --example remembered`

use lesson_05_queues::remembered::{
    all_after_it_was_made, all_before, one_before, the_second_of_two,
};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("notify_waiters, then notified()             {}", comes(all_before().await));
    println!(
        "notified(), notify_waiters, then .await     {}",
        comes(all_after_it_was_made().await)
    );
    println!("notify_one, then notified()                 {}", comes(one_before().await));
    println!(
        "notify_one twice, then notified() twice     {}",
        comes(the_second_of_two().await)
    );
}

fn comes(comes: bool) -> &'static str {
    if comes { "comes" } else { "never comes" }
}
