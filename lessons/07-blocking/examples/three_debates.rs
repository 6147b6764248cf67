//! Three debates at once: the log of the incident, mended and as it was.
//!
//! Run: `cargo run -p lesson-07-blocking --example three_debates`

use std::time::Duration;

use lesson_07_blocking::debates::{models, three};
use runs::draw;
use timeline::svg_beside;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), mock_llm::Error> {
    let (mended, incident) = (models(), models());
    let turns = three(&mended, false).await?.lines();
    let held = three(&incident, true).await?.lines();
    let line =
        |(at, line): &(Duration, String)| format!("{:6.2} s {line}", at.as_secs_f64());
    println!("{:32}  the synchronous SDK", "an async client");
    for (left, right) in turns.iter().zip(&held) {
        println!("{:32}  {}", line(left), line(right));
    }
    draw(|| {
        let (async_client, sdk) = (mended.journal(), incident.journal());
        svg_beside(
            &async_client.timeline("an async client"),
            &sdk.timeline("the synchronous SDK"),
        )
    });
    Ok(())
}
