//! A reply token by token.

use futures::{FutureExt, StreamExt, stream};
use mock_llm::{CallKind, End, Error, MockLlm, Model, Token, TokenStream};
use tokio::time::{Instant, sleep, timeout};

use crate::{atlas, ms, one_model};

/// Every token with the instant at which it came, and the instant of the end.
async fn read(mut stream: TokenStream) -> (Vec<(u64, String)>, u64) {
    let start = Instant::now();
    let mut tokens = Vec::new();
    while let Some(token) = stream.next().await {
        let token = token.expect("the script has no fault");
        tokens.push((start.elapsed().as_millis() as u64, token.text));
    }
    (tokens, start.elapsed().as_millis() as u64)
}

#[tokio::test(start_paused = true)]
async fn every_token_comes_at_its_instant_and_the_end_with_the_last() {
    let (tokens, end) = read(one_model().stream("count")).await;
    let expected = [(400, "one"), (420, " two"), (440, " three"), (460, " four"), (480, " five")];
    assert_eq!(tokens, expected.map(|(at, text)| (at, text.to_owned())));
    assert_eq!(end, 480);
}

#[tokio::test(start_paused = true)]
async fn the_tokens_joined_are_the_reply() {
    let llm = one_model();
    let reply = llm.complete("count").await.expect("no fault");
    let tokens: Vec<Token> = llm.stream("count").map(|token| token.expect("no fault")).collect().await;
    assert_eq!(tokens.iter().map(|token| token.text.as_str()).collect::<String>(), reply.text);
    assert_eq!(tokens.iter().map(|token| token.index).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(reply.tokens, 5);
}

#[tokio::test(start_paused = true)]
async fn after_the_end_comes_the_end() {
    let mut stream = one_model().stream("count");
    while stream.next().await.is_some() {}
    for _ in 0..3 {
        assert_eq!(stream.next().now_or_never(), Some(None));
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_reply_is_an_empty_stream() {
    let llm = MockLlm::new([atlas().reply("")]);
    assert_eq!(read(llm.stream("silence")).await, (Vec::new(), 400));
    assert_eq!(llm.journal().finished().count(), 1);
}

/// The reader sleeps for 50 ms after each token while the model writes one every 20 ms: from the second on, each token
/// waits for the reader, and the model does not wait for anybody.
#[tokio::test(start_paused = true)]
async fn a_slow_reader_finds_the_tokens_waiting() {
    let llm = one_model();
    let mut stream = llm.stream("count");
    let start = Instant::now();
    let mut arrived = Vec::new();
    while let Some(token) = stream.next().await {
        token.expect("no fault");
        arrived.push(start.elapsed());
        sleep(ms(50)).await;
    }
    assert_eq!(arrived, [ms(400), ms(450), ms(500), ms(550), ms(600)]);
    let journal = llm.journal();
    assert_eq!(journal.calls()[0].produced, [ms(400), ms(420), ms(440), ms(460), ms(480)]);
    assert_eq!(journal.calls()[0].ended, Some((ms(600), End::Finished)), "it ends when the reader has the last token");
}

#[tokio::test(start_paused = true)]
async fn the_journal_tells_what_waits_for_a_slow_reader() {
    let llm = one_model();
    let mut stream = llm.stream("count");
    stream.next().await.expect("a token").expect("no fault");
    sleep(ms(45)).await;
    let journal = llm.journal();
    let call = &journal.calls()[0];
    assert_eq!(call.produced, [ms(400), ms(420), ms(440)], "produced by 445 ms");
    assert_eq!((call.delivered, call.kind, &call.ended), (1, CallKind::Stream, &None));
}

#[tokio::test(start_paused = true)]
async fn giving_up_on_one_token_loses_none() {
    let mut stream = one_model().stream("count");
    let mut tokens = Vec::new();
    let mut given_up = 0;
    loop {
        match timeout(ms(7), stream.next()).await {
            Err(_) => given_up += 1,
            Ok(Some(token)) => tokens.push(token.expect("no fault").index),
            Ok(None) => break,
        }
    }
    assert_eq!(tokens, [0, 1, 2, 3, 4]);
    assert!(given_up > 50, "most waits were given up: {given_up}");
}

#[tokio::test(start_paused = true)]
async fn streams_read_together_alternate() {
    let birch = Model::new("birch").time_to_first_token(ms(410)).inter_token_latency(ms(20)).reply("A B C D E");
    let llm = MockLlm::new([atlas(), birch]);
    let (left, right) = (llm.stream("?"), llm.model("birch").stream("?"));
    let text: String = stream::select(left, right).map(|token| token.expect("no fault").text).collect().await;
    assert_eq!(text, "oneA two B three C four D five E");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_model_is_the_only_item() {
    let items: Vec<_> = one_model().model("nobody").stream("count").collect().await;
    assert_eq!(items, [Err(Error::UnknownModel("nobody".to_owned()))]);
}
