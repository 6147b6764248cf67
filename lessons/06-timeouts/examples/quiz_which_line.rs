//! Quiz: the limit is over in the middle. Which lines are printed?
//!
//! Run: `cargo run -p lesson-06-timeouts --example quiz_which_line`

use runs::secs;
use tokio::time::{sleep, timeout};

// ANCHOR: quiz
struct Farewell(&'static str);

impl Drop for Farewell {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let work = async {
        let _first = Farewell("first guard");
        let _second = Farewell("second guard");
        sleep(secs(3.0)).await;
        println!("closed");
    };
    let outcome = timeout(secs(2.0), work).await;
    println!("{}", outcome.is_ok());
}
// ANCHOR_END: quiz
