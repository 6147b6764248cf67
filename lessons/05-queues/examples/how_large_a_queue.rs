//! Ten articles through queues of different sizes, with a slow consumer and with a slow producer.
//!
//! Run: `cargo run -p lesson-05-queues --example how_large_a_queue`

use lesson_05_queues::bounded::{Desk, drawn};
use runs::{recorder, secs, show_grid};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    runs::code(&["lessons/05-queues/src/bounded.rs:run"]);
    let consumer_is_slow = Desk { articles: 10, makes: secs(0.1), takes: secs(0.3) };
    let producer_is_slow = Desk { articles: 10, makes: secs(0.3), takes: secs(0.1) };
    let mut grid = Vec::new();
    println!("capacity   slow consumer: at most   ends     slow producer: at most   ends");
    for capacity in [1, 2, 4, 8] {
        let mut row = format!("{capacity:8}");
        for (slow, desk) in [("consumer", consumer_is_slow), ("producer", producer_is_slow)]
        {
            let recorder = recorder();
            desk.run(capacity, &recorder).await;
            let run = drawn(&recorder, &format!("a queue of {capacity}, a slow {slow}"));
            let (most, ends) = (run.gauges[0].highest(), run.extent().as_secs_f64());
            row += &format!("{most:25} {ends:6.1} s");
            grid.push((vec![capacity.to_string(), slow.to_owned()], vec![run]));
        }
        println!("{row}");
    }
    show_grid(&["capacity", "slow"], &grid);
}
