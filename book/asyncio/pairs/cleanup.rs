// Two sessions: one comes to its end, the other is given up. Which of them is closed?
//
// Run: `cargo run -p from-asyncio cleanup`

// ANCHOR: program
use std::time::Duration;
use tokio::time::{sleep, timeout};

struct Session {
    is_open: bool,
}

impl Session {
    async fn close(mut self) {
        sleep(Duration::from_secs(1)).await;
        self.is_open = false;
        println!("session: closed");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.is_open {
            println!("session: dropped, and not closed");
        }
    }
}

async fn ask(secs: u64) {
    let session = Session { is_open: true };
    sleep(Duration::from_secs(secs)).await;
    session.close().await;
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    for secs in [1, 10] {
        match timeout(Duration::from_secs(3), ask(secs)).await {
            Ok(()) => println!("main: has the answer"),
            Err(_) => println!("main: gives up"),
        }
    }
}
// ANCHOR_END: program
