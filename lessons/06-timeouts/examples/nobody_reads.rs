//! A customer asks for 200 tokens, reads five and leaves. How many are written?
//!
//! Run: `cargo run -p lesson-06-timeouts --example nobody_reads`

use lesson_06_timeouts::nobody::{stream_goes_too, task_goes_on, written};
use mock_llm::{MockLlm, Model};
use runs::secs;
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let model = Model::new("atlas")
        .inter_token_latency(secs(0.05))
        .reply("word ".repeat(200).trim_end());
    let llm = MockLlm::new([model]);
    for customers in [1, 10, 100] {
        llm.restart();
        for _ in 0..customers {
            task_goes_on(&llm, "Tell me all.", 5).await;
        }
        sleep(secs(60.0)).await;
        let for_nobody = written(&llm) - customers * 5;
        llm.restart();
        for _ in 0..customers {
            stream_goes_too(&llm, "Tell me all.", 5).await;
        }
        sleep(secs(60.0)).await;
        let cancelled = written(&llm) - customers * 5;
        println!(
            "customers: {customers:3}, {for_nobody:6} tokens for nobody, {cancelled} with the stream dropped"
        );
    }
}
