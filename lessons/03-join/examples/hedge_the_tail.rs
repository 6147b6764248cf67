//! Ten thousand headlines, each latency drawn by itself: how much a second request helps,
//! and how often it is sent.
//!
//! Run: `cargo run -p lesson-03-join --example hedge_the_tail`

use std::time::Duration;

use futures::future::join_all;
use lesson_03_join::{hedge, newsroom::headline};
use mock_llm::{Error, Latency, MockLlm, Model};
use runs::secs;
use tokio::time::Instant;

const REQUESTS: usize = 10_000;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    println!("              p50      p95      p99    calls");
    println!("{}", row("no hedge", Duration::MAX).await?);
    println!("{}", row("after 0.9 s", secs(0.9)).await?);
    println!("{}", row("after 0.6 s", secs(0.6)).await?);
    Ok(())
}

/// All requests at once, each for an article of its own. Half of them take less than 0.4 s;
/// the tail is long.
async fn row(name: &str, patience: Duration) -> Result<String, Error> {
    let latency = Latency::LogNormal { median: secs(0.4), sigma: 0.5 };
    let llm = MockLlm::builder()
        .seed(3)
        .model(Model::new("headline").time_to_first_token(latency))
        .build();

    let requests = (0..REQUESTS).map(|number| {
        let llm = llm.clone();
        async move {
            let start = Instant::now();
            let article = format!("article {number}");
            match patience {
                Duration::MAX => headline(&llm, &article).await?,
                patience => hedge::patient_headline(&llm, &article, patience).await?,
            };
            Ok(start.elapsed())
        }
    });
    let mut took: Vec<Duration> =
        join_all(requests).await.into_iter().collect::<Result<_, Error>>()?;
    took.sort_unstable();

    let percentile = |percent: usize| took[REQUESTS * percent / 100 - 1].as_secs_f64();
    let calls = llm.journal().calls().len();
    Ok(format!(
        "{name:11}  {:.2} s   {:.2} s   {:.2} s   {calls:6}",
        percentile(50),
        percentile(95),
        percentile(99)
    ))
}
