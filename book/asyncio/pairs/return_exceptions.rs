// Three calls, of which one fails and one has a bug: what is in the list of results.
//
// Run: `cargo run -p from-asyncio return_exceptions`

// ANCHOR: program
use futures::future::join_all;
use std::time::Duration;
use tokio::time::sleep;

async fn ask(model: &str) -> Result<&str, String> {
    sleep(Duration::from_secs(1)).await;
    match model {
        "birch" => Err(format!("{model} is down")),
        "cedar" => panic!("no text in the reply"),
        _ => Ok("yes"),
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let models = ["atlas", "birch", "cedar"];
    let tasks = models.map(|model| tokio::spawn(ask(model)));
    for ended in join_all(tasks).await {
        match ended {
            Ok(reply) => println!("{reply:?}"),
            Err(error) => {
                println!("panic: {}", error.is_panic())
            }
        }
    }
}
// ANCHOR_END: program
