// One of two fails. Python's other one goes on; Rust's is dropped.
//
// Run: `cargo run -p from-asyncio gather_error`

// ANCHOR: program
use std::time::Duration;
use tokio::time::sleep;

struct Ends(&'static str);

impl Drop for Ends {
    fn drop(&mut self) {
        println!("{}: ends", self.0);
    }
}

async fn ask(
    model: &'static str,
    secs: u64,
    fails: bool,
) -> Result<(), String> {
    let _ends = Ends(model);
    sleep(Duration::from_secs(secs)).await;
    if fails {
        return Err(format!("{model} is down"));
    }
    println!("{model}: has answered");
    Ok(())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let both = async {
        tokio::try_join!(
            ask("atlas", 2, false),
            ask("birch", 1, true)
        )
    };
    if let Err(error) = both.await {
        println!("main: {error}");
    }
    sleep(Duration::from_secs(5)).await;
}
// ANCHOR_END: program
