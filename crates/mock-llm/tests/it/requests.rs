//! Requests with more to say than a prompt.

use futures::StreamExt;
use mock_llm::{CallKind, Error, Fault, Latency, MockLlm, Model, Request, When};

use crate::{atlas, ms, one_model, timed};

#[tokio::test(start_paused = true)]
async fn max_tokens_cuts_the_reply_and_saves_the_time() {
    let atlas = one_model().model("atlas");
    let (took, reply) = timed(atlas.complete_request(Request::new("count").max_tokens(2))).await;
    assert_eq!(took, ms(420));
    assert_eq!(reply.map(|reply| (reply.text, reply.tokens)), Ok(("one two".to_owned(), 2)));
    assert_eq!(atlas.stream_request(Request::new("count").max_tokens(0)).count().await, 0);
    assert_eq!(atlas.stream_request(Request::new("count").max_tokens(99)).count().await, 5);
}

#[tokio::test(start_paused = true)]
async fn the_first_stop_text_in_the_reply_ends_it() {
    let atlas = one_model().model("atlas");
    let text = |request| async { atlas.complete_request(request).await.map(|reply| reply.text) };
    let request = Request::new("count");
    assert_eq!(text(request.clone().stop([" four", "two"])).await, Ok("one ".to_owned()));
    assert_eq!(text(request.clone().stop(["nowhere", ""])).await, Ok("one two three four five".to_owned()));
    assert_eq!(text(request.stop(["one"])).await, Ok(String::new()));
}

#[tokio::test(start_paused = true)]
async fn a_request_may_bring_its_own_reply_and_prompt_length() {
    let llm = MockLlm::new([atlas().time_per_prompt_token(ms(1))]);
    let request = Request::new("count").reply(["{\"city\":", "\"Oslo\"}"]).prompt_tokens(100);
    let (took, reply) = timed(llm.model("atlas").complete_request(request)).await;
    assert_eq!(took, ms(400 + 100 + 20));
    assert_eq!(reply.map(|reply| reply.text), Ok("{\"city\":\"Oslo\"}".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn attempts_and_draws_belong_to_the_key() {
    let drawn = Model::new("atlas").time_to_first_token(Latency::Uniform { min: ms(100), max: ms(900) });
    let llm = MockLlm::new([drawn]);
    let took = async |prompt: &str, key: &str| {
        timed(llm.model("atlas").complete_request(Request::new(prompt).key(key))).await.0
    };
    let first = took("hello", "conversation 1").await;
    let other = took("hello", "conversation 2").await;
    assert_ne!(first, other, "the same prompt in two conversations");
    took("and then?", "conversation 1").await;
    let attempts: Vec<_> = llm.journal().calls().iter().map(|call| call.attempt).collect();
    assert_eq!(attempts, [1, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_request_may_bring_its_own_fault_and_a_name_for_the_journal() {
    let llm = MockLlm::new([atlas().fault(When::Always, Fault::Refused)]);
    let request = Request::new("count").fault(Fault::Status(418)).label("req_7").note("a teapot");
    let (took, reply) = timed(llm.model("atlas").complete_request(request)).await;
    assert_eq!((took, reply), (ms(400), Err(Error::Status(418))));
    assert_eq!(llm.journal().calls()[0].label.as_deref(), Some("req_7"));
    assert_eq!(llm.journal().calls()[0].note.as_deref(), Some("a teapot"));
}

/// A server reads a reply token by token and hands it on in one piece, and it has counted the attempts itself.
#[tokio::test(start_paused = true)]
async fn a_caller_may_say_what_the_call_is() {
    let llm = MockLlm::new([atlas().fault(When::Attempt(7), Fault::Overloaded)]);
    let request = Request::new("count").kind(CallKind::Complete).attempt(6);
    assert_eq!(llm.model("atlas").stream_request(request.clone()).count().await, 5);
    let call = llm.journal().calls()[0].clone();
    assert_eq!((call.kind, call.attempt, call.delivered), (CallKind::Complete, 6, 5));
    assert_eq!(llm.model("atlas").complete_request(request.attempt(7)).await, Err(Error::Status(503)));
}
