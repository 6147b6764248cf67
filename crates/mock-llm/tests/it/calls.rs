//! A reply in one piece.

use futures::future::{join, join_all};
use mock_llm::{End, Error, MockLlm, Model, Reply};

use crate::{atlas, ms, one_model, timed};

#[tokio::test(start_paused = true)]
async fn a_call_takes_until_its_last_token() {
    let llm = one_model();
    let (took, reply) = timed(llm.complete("count")).await;
    assert_eq!(took, ms(400 + 4 * 20));
    let text = "one two three four five".to_owned();
    assert_eq!(reply, Ok(Reply { model: "atlas".to_owned(), text, tokens: 5 }));
}

#[tokio::test(start_paused = true)]
async fn a_model_without_a_script_answers_at_once() {
    let llm = MockLlm::new([Model::new("atlas")]);
    let (took, reply) = timed(llm.complete("why?")).await;
    assert_eq!(took, ms(0));
    assert_eq!(reply.map(|reply| reply.text), Ok("atlas answers: why?".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_reply_without_tokens_ends_when_its_first_token_would_have_come() {
    let llm = MockLlm::new([atlas().reply("")]);
    let (took, reply) = timed(llm.complete("silence")).await;
    assert_eq!(took, ms(400));
    assert_eq!(reply.map(|reply| reply.tokens), Ok(0));
}

#[tokio::test(start_paused = true)]
async fn a_prompt_may_have_its_own_reply_and_its_own_wait() {
    let llm = MockLlm::new([atlas().reply_to("short", "done").time_to_first_token_for("short", ms(50))]);
    let (took, reply) = timed(llm.complete("short")).await;
    assert_eq!((took, reply.map(|reply| reply.text)), (ms(50), Ok("done".to_owned())));
    let (took, _) = timed(llm.complete("any other")).await;
    assert_eq!(took, ms(480));
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_before_the_first_poll() {
    let llm = one_model();
    let call = llm.complete("count");
    let stream = llm.stream("count");
    tokio::time::sleep(ms(10_000)).await;
    assert!(llm.journal().calls().is_empty(), "made, but not polled");
    drop((call, stream));
    assert!(llm.journal().calls().is_empty(), "dropped, and never polled");
}

/// Two calls made together and awaited in turn: the second begins when the first has ended.
#[tokio::test(start_paused = true)]
async fn the_time_of_a_call_counts_from_its_first_poll() {
    let llm = one_model();
    let (first, second) = (llm.complete("1"), llm.complete("2"));
    let (took, _) = timed(async {
        first.await.expect("the first has no fault");
        second.await.expect("the second has no fault");
    })
    .await;
    assert_eq!(took, ms(960));
    let started: Vec<_> = llm.journal().calls().iter().map(|call| call.started).collect();
    assert_eq!(started, [ms(0), ms(480)]);
    assert_eq!(llm.journal().high_water(), 1);
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_awaited_together_overlap() {
    let llm = one_model();
    let prompts: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    let (took, replies) = timed(join_all(prompts.iter().map(|prompt| llm.complete(prompt)))).await;
    assert_eq!(took, ms(480));
    assert!(replies.iter().all(Result::is_ok));
    assert_eq!((llm.journal().high_water(), llm.journal().in_flight()), (10, 0));
}

#[tokio::test(start_paused = true)]
async fn a_call_can_be_moved_to_a_task() {
    let llm = one_model();
    let task = tokio::spawn(llm.model("atlas").complete("count"));
    drop(llm);
    let reply = task.await.expect("the task does not panic");
    assert_eq!(reply.map(|reply| reply.tokens), Ok(5));
}

#[tokio::test(start_paused = true)]
async fn each_model_answers_for_itself() {
    let birch = Model::new("birch").time_to_first_token(ms(100)).reply("yes");
    let llm = MockLlm::new([atlas(), birch]);
    let (atlas, birch) = (llm.model("atlas"), llm.model("birch"));
    let (slow, fast) = join(timed(atlas.complete("?")), timed(birch.complete("?"))).await;
    assert_eq!((slow.0, fast.0), (ms(480), ms(100)));
    assert_eq!(fast.1.map(|reply| reply.model), Ok("birch".to_owned()));
    assert_eq!(llm.models().collect::<Vec<_>>(), ["atlas", "birch"]);
    assert_eq!(
        llm.complete("?").await.map(|reply| reply.model),
        Ok("atlas".to_owned()),
        "the first one is the default"
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_model_is_an_error_of_each_call() {
    let llm = one_model();
    let unknown = || Error::UnknownModel("atlass".to_owned());
    let (took, reply) = timed(llm.model("atlass").complete("count")).await;
    assert_eq!((took, reply), (ms(0), Err(unknown())));
    let journal = llm.journal();
    assert_eq!(journal.calls()[0].ended, Some((ms(0), End::Failed(unknown()))));
    assert_eq!((journal.in_flight(), journal.failed().count()), (0, 1));
    assert_eq!(unknown().to_string(), "404 there is no model `atlass`");
}

#[test]
#[should_panic(expected = "a provider needs at least one model")]
fn a_provider_without_models_is_refused() {
    let _ = MockLlm::new([]);
}

#[test]
#[should_panic(expected = "two models are named `atlas`")]
fn two_models_of_one_name_are_refused() {
    let _ = MockLlm::new([Model::new("atlas"), Model::new("atlas")]);
}
