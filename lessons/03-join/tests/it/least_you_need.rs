//! The screenful of the chapter, as it is printed there.

use mock_llm::{Error, Reply};

async fn ask(question: &str) -> Result<Reply, Error> {
    Ok(Reply { model: "atlas".to_owned(), text: format!("{question}!"), tokens: 1 })
}

async fn ask_owned(question: String) -> Result<Reply, Error> {
    ask(&question).await
}

// ANCHOR: least
use futures::future::{join_all, try_join_all};
use tokio::task::JoinSet;

async fn least(questions: [&str; 2]) -> Result<Vec<Reply>, Error> {
    // Two or three, all of them. The results have the places of the calls.
    let (a, b) = tokio::join!(ask("a"), ask("b"));

    // All, or the first error. The others are dropped.
    let (c, d) = tokio::try_join!(ask("c"), ask("d"))?;

    // A list, in order, every error a value.
    let results: Vec<Result<Reply, Error>> = join_all(questions.map(ask)).await;

    // A list, or its first error.
    let replies: Vec<Reply> = try_join_all(questions.map(ask)).await?;

    // In the background. Keep the handle, or no code hears of the error.
    let task = tokio::spawn(ask_owned("e".to_owned()));
    let e = task.await.expect("the task does not panic")?;

    // A group. Dropped, it aborts its tasks; `shutdown` waits until they have stopped.
    let mut group = JoinSet::new();
    group.spawn(ask_owned("f".to_owned()));
    while let Some(ended) = group.join_next().await {
        println!("{}", ended.expect("no task panics")?.text);
    }

    let mut all = vec![a?, b?, c, d, e];
    all.extend(replies);
    all.extend(results.into_iter().collect::<Result<Vec<_>, _>>()?);
    Ok(all)
}
// ANCHOR_END: least

#[tokio::test(start_paused = true)]
async fn the_least_you_need_compiles_and_runs() {
    let texts = least(["x", "y"]).await.map(|all| all.into_iter().map(|reply| reply.text));
    let texts: Vec<String> = texts.expect("no call fails").collect();
    assert_eq!(texts, ["a!", "b!", "c!", "d!", "e!", "x!", "y!", "x!", "y!"]);
}
