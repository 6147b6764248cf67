//! Quiz: nobody awaits the tasks. Which lines are printed?
//!
//! Run: `cargo run -p lesson-02-executor --example quiz_left_behind`

// ANCHOR: quiz
use std::time::Duration;

use lesson_02_executor::runtime::{Builder, sleep, spawn};

struct Note(&'static str);

impl Drop for Note {
    fn drop(&mut self) {
        println!("{} is dropped", self.0);
    }
}

async fn save(name: &'static str, seconds: u64) {
    let _note = Note(name);
    println!("{name} begins");
    sleep(Duration::from_secs(seconds)).await;
    println!("{name} is saved");
}

fn main() {
    Builder::new().virtual_clock().build().block_on(async {
        drop(spawn(save("the short one", 1)));
        drop(spawn(save("the long one", 3)));
        sleep(Duration::from_secs(2)).await;
        println!("block_on returns");
    });
}
// ANCHOR_END: quiz
