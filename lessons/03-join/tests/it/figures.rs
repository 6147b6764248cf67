//! The figures of the sources, as exact virtual times. S1 is the study notes, S3 the
//! chapter for LLM developers, S4 the article on LLM applications; each test is named after
//! the figure it pins.

use std::time::Duration;

use futures::{StreamExt, future::join_all};
use lesson_03_join::{
    as_completed, background, gather, joined,
    newsroom::{ARTICLE, comments, model, moderator},
    serial,
};
use mock_llm::{MockLlm, Model};
use runs::{measure, secs};
use tokio::time::{Instant, sleep};

/// S1: three fetches of 1 s take 3 s in turn and 1 s together.
#[tokio::test(start_paused = true)]
async fn s1_three_fetches_of_one_second() {
    let llm = MockLlm::new([model("fetch", 1.0)]);
    let fetches = comments(3);
    assert_eq!(measure(&llm, gather::weigh_in_turn(&llm, &fetches)).await.took, secs(3.0));
    assert_eq!(measure(&llm, gather::weigh_all(&llm, &fetches)).await.took, secs(1.0));
}

/// S1: a thousand requests of 0.1 s, all in flight together, on one thread.
#[tokio::test(start_paused = true)]
async fn s1_a_thousand_requests_of_a_tenth_of_a_second() {
    let llm = MockLlm::new([model("server", 0.1)]);
    let run = measure(&llm, gather::weigh_all(&llm, &comments(1000))).await;
    assert_eq!(run.took, secs(0.1));
    assert_eq!(llm.journal().high_water(), 1000);
    assert_eq!(run.value.map(|replies| replies.len()), Ok(1000));
}

/// S1: a stream of four tokens, 0.1 s apart. Three such streams, read together, take as
/// long as one.
#[tokio::test(start_paused = true)]
async fn s1_streams_of_four_tokens() {
    let model =
        Model::new("atlas").time_to_first_token(secs(0.1)).inter_token_latency(secs(0.1));
    let llm = MockLlm::new([model.reply("one two three four")]);
    let read = async || llm.stream("Count.").count().await;
    let one = measure(&llm, read()).await;
    assert_eq!((one.value, one.took), (4, secs(0.4)));
    let three = measure(&llm, join_all([read(), read(), read()])).await;
    assert_eq!((three.value, three.took), (vec![4, 4, 4], secs(0.4)));
}

/// S1: of two tasks, of 2 s and of 1 s, the second finishes first, and the results stay in
/// the order of the arguments.
#[tokio::test(start_paused = true)]
async fn s1_tasks_of_two_and_one_seconds() {
    let llm = MockLlm::new([moderator([2.0, 1.0])]);
    let run = measure(&llm, gather::weigh_all(&llm, &comments(2))).await;
    assert_eq!(run.took, secs(2.0));
    let journal = llm.journal();
    let ended: Vec<_> =
        journal.calls().iter().map(|call| call.ended.as_ref().map(|(at, _)| *at)).collect();
    assert_eq!(ended, [Some(secs(2.0)), Some(secs(1.0))]);
    let texts: Vec<String> =
        run.value.expect("no faults").into_iter().map(|reply| reply.text).collect();
    assert_eq!(texts, ["moderator answers: comment 1", "moderator answers: comment 2"]);
}

/// S1: gather, and create_task: 1.0, 2.0 and 1.5 s take 2.0 s either way.
#[tokio::test(start_paused = true)]
async fn s1_gather_and_create_task_of_1_0_and_2_0_and_1_5_seconds() {
    let llm = MockLlm::new([moderator([1.0, 2.0, 1.5])]);
    let comments = comments(3);
    assert_eq!(measure(&llm, gather::weigh_all(&llm, &comments)).await.took, secs(2.0));

    let tasks = async {
        let tasks: Vec<_> =
            comments.iter().map(|comment| tokio::spawn(llm.complete(comment))).collect();
        for task in tasks {
            assert!(task.await.expect("no call panics").is_ok());
        }
    };
    assert_eq!(measure(&llm, tasks).await.took, secs(2.0));
}

/// S1: several models at once: 1.0, 0.8 and 0.6 s take 1.0 s; in turn they take 2.4 s, also
/// when the futures are made first.
#[tokio::test(start_paused = true)]
async fn s1_models_of_1_0_and_0_8_and_0_6_seconds() {
    let llm = MockLlm::new([
        model("headline", 1.0),
        model("summary", 0.8),
        model("translation", 0.6),
    ]);
    assert_eq!(measure(&llm, joined::edition(&llm, ARTICLE)).await.took, secs(1.0));
    assert_eq!(measure(&llm, serial::edition(&llm, ARTICLE)).await.took, secs(2.4));
    assert_eq!(
        measure(&llm, serial::edition_made_first(&llm, ARTICLE)).await.took,
        secs(2.4)
    );
}

/// S1: the chores of daily life: 10, 10 and 30 minutes, 50 in turn and 30 together.
#[tokio::test(start_paused = true)]
async fn s1_chores_of_ten_ten_and_thirty_minutes() {
    let minutes = |minutes: u64| sleep(Duration::from_secs(60 * minutes));
    let start = Instant::now();
    for chore in [10, 10, 30] {
        minutes(chore).await;
    }
    assert_eq!(start.elapsed(), Duration::from_secs(50 * 60));

    let start = Instant::now();
    tokio::join!(minutes(10), minutes(10), minutes(30));
    assert_eq!(start.elapsed(), Duration::from_secs(30 * 60));
}

/// S3: ten prompts of 2 s: 20 s in turn, 2 s together. (The source measured 2.5 s on a real
/// network.)
#[tokio::test(start_paused = true)]
async fn s3_ten_prompts_of_two_seconds() {
    let llm = MockLlm::new([model("atlas", 2.0)]);
    assert_eq!(
        measure(&llm, gather::weigh_in_turn(&llm, &comments(10))).await.took,
        secs(20.0)
    );
    assert_eq!(measure(&llm, gather::weigh_all(&llm, &comments(10))).await.took, secs(2.0));
    assert_eq!(llm.journal().high_water(), 10);
}

/// S3: 1 s of main work beside a background task of 2 s: 2 s in all.
#[tokio::test(start_paused = true)]
async fn s3_one_second_of_main_work_beside_a_task_of_two() {
    let llm = MockLlm::new([model("headline", 1.0), model("translation", 2.0)]);
    let run = measure(&llm, background::bilingual(&llm, ARTICLE)).await;
    assert_eq!(run.took, secs(2.0));
    assert!(run.value.is_ok());
}

/// S3: calls of 3, 1 and 2 s are complete in the order second, third, first, at 1, 2 and 3
/// s.
#[tokio::test(start_paused = true)]
async fn s3_as_completed_of_three_one_and_two_seconds() {
    let llm = MockLlm::new([moderator([3.0, 1.0, 2.0])]);
    let start = Instant::now();
    let mut seen = Vec::new();
    as_completed::weigh_as_completed(&llm, &comments(3), |number, result| {
        assert!(result.is_ok());
        seen.push((number, start.elapsed()));
    })
    .await;
    assert_eq!(seen, [(2, secs(1.0)), (3, secs(2.0)), (1, secs(3.0))]);
}

/// S4: ten calls of one second: 10 s in turn, 1 s together.
#[tokio::test(start_paused = true)]
async fn s4_ten_calls_of_one_second() {
    let llm = MockLlm::new([model("atlas", 1.0)]);
    assert_eq!(
        measure(&llm, gather::weigh_in_turn(&llm, &comments(10))).await.took,
        secs(10.0)
    );
    assert_eq!(measure(&llm, gather::weigh_all(&llm, &comments(10))).await.took, secs(1.0));
}

/// In virtual time nothing but the waits counts: serial ÷ concurrent ÷ N is 1 exactly,
/// joined or in tasks.
#[tokio::test(start_paused = true)]
async fn serial_over_concurrent_is_n_for_ten_and_for_a_thousand() {
    let llm = MockLlm::new([model("atlas", 1.0)]);
    for count in [10, 1000] {
        let prompts = comments(count);
        let serial = measure(&llm, gather::weigh_in_turn(&llm, &prompts)).await.took;
        let joined = measure(&llm, gather::weigh_all(&llm, &prompts)).await.took;
        let spawned = measure(&llm, async {
            join_all(prompts.iter().map(|prompt| tokio::spawn(llm.complete(prompt)))).await;
        });
        let spawned = spawned.await.took;
        let per_call = |concurrent: Duration| {
            serial.as_secs_f64() / concurrent.as_secs_f64() / count as f64
        };
        assert_eq!((per_call(joined), per_call(spawned)), (1.0, 1.0), "N = {count}");
    }
}
