//! The figures of the sources, as exact virtual times. S0 is the incident, S1 the study
//! notes; each test is named after the figure it pins.

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures::{Stream, StreamExt, TryStreamExt, join, stream};
use lesson_04_streams::{
    by_hand,
    callbacks::{self, Handler},
    generators, handlers, left_early, merged, sentences, several, stalled,
};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use runs::{measure, secs};
use tokio::time::{Instant, sleep, timeout};

fn model(name: &str, first: f64, each: f64, words: usize) -> Model {
    let words: Vec<String> = (1..=words).map(|word| word.to_string()).collect();
    Model::new(name)
        .time_to_first_token(secs(first))
        .inter_token_latency(secs(each))
        .reply(words.join(" "))
}

async fn times<T>(stream: impl Stream<Item = T>) -> Vec<(Duration, T)> {
    let start = Instant::now();
    stream.map(|item| (start.elapsed(), item)).collect().await
}

/// S1: 0 to 4, one every 0.1 s, by hand and as a generator.
#[tokio::test(start_paused = true)]
async fn s1_five_numbers_a_tenth_of_a_second_apart() {
    let expected: Vec<_> = (0..5).map(|n| (secs(0.1) * (n + 1), n)).collect();
    assert_eq!(times(by_hand::counted(5, secs(0.1))).await, expected);
    assert_eq!(times(generators::counted(5, secs(0.1))).await, expected);
    assert_eq!(by_hand::counted(5, secs(0.1)).size_hint(), (5, Some(5)));
    // By hand it may be asked after its end; a generator may, too.
    let mut empty = by_hand::counted(0, secs(0.1));
    assert_eq!(
        (empty.next().await, empty.next().await, empty.next().await),
        (None, None, None)
    );
}

/// S1: an answer of tokens 0.05 s apart, and a handler that hears of its start, its tokens
/// and its end. A handler that takes 0.02 s for each token is not noticed; one that is slower than the
/// model is.
#[tokio::test(start_paused = true)]
async fn s1_a_handler_of_start_token_and_end() {
    struct Screen {
        start: Instant,
        takes: Duration,
        heard: Vec<(Duration, String)>,
    }
    impl Screen {
        fn new(takes: Duration) -> Self {
            Self { start: Instant::now(), takes, heard: Vec::new() }
        }
        fn hear(&mut self, what: &str) {
            self.heard.push((self.start.elapsed(), what.to_owned()));
        }
        fn last(&self) -> Duration {
            self.heard.last().expect("it heard something").0
        }
    }
    impl Handler for Screen {
        async fn start(&mut self) {
            self.hear("start");
        }
        async fn token(&mut self, text: &str) {
            self.hear(text);
            sleep(self.takes).await;
        }
        async fn end(&mut self, result: Result<(), &Error>) {
            self.hear(if result.is_ok() { "end" } else { "error" });
        }
    }
    let llm = MockLlm::new([model("atlas", 0.05, 0.05, 4)]);
    let mut screen = Screen::new(secs(0.02));
    callbacks::tell(&llm, "Count.", &mut screen).await;
    let expected = [
        (0.0, "start"),
        (0.05, "1"),
        (0.1, " 2"),
        (0.15, " 3"),
        (0.2, " 4"),
        (0.22, "end"),
    ];
    assert_eq!(screen.heard, expected.map(|(at, what)| (secs(at), what.to_owned())));

    let mut slow = Screen::new(secs(1.0));
    callbacks::tell(&llm, "Count.", &mut slow).await;
    assert_eq!(slow.last(), secs(4.05));

    let broken = MockLlm::new([
        model("atlas", 0.05, 0.05, 4).fault(When::Always, Fault::CutAfter(1))
    ]);
    let mut screen = Screen::new(secs(0.0));
    callbacks::tell(&broken, "Count.", &mut screen).await;
    assert_eq!(screen.heard.last(), Some(&(secs(0.1), "error".to_owned())));
    assert_eq!(callbacks::first_words(&broken, "Count.", 1).await, Ok("1".to_owned()));
    assert_eq!(
        callbacks::first_words(&broken, "Count.", 2).await,
        Err(Error::Cut { tokens: 1 })
    );
}

/// S0: control is handed over at every chunk, so two handlers alternate.
#[tokio::test(start_paused = true)]
async fn s0_two_handlers_alternate() {
    let llm = MockLlm::new([model("atlas", 1.0, 0.5, 4)]);
    let sent = RefCell::new(Vec::new());
    let send = |user: &str, _: &str| sent.borrow_mut().push(user.to_owned());
    let run = measure(&llm, async {
        join!(
            handlers::handle(&llm, "anna", "a", send),
            handlers::handle(&llm, "ben", "b", send)
        )
    })
    .await;
    assert_eq!(run.value, (Ok(()), Ok(())));
    assert_eq!(run.took, secs(2.5));
    let sent = sent.into_inner();
    assert_eq!(sent.len(), 8);
    assert!(sent.chunks(2).all(|pair| pair[0] != pair[1]), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn sentences_come_as_soon_as_they_are_whole() {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(secs(1.0))
        .inter_token_latency(secs(0.5))
        .reply("It is late. Is it? Yes! And then")]);
    let said = times(sentences::sentences(llm.stream("Why?"))).await;
    let expected =
        [(2.0, "It is late."), (3.0, "Is it?"), (3.5, "Yes!"), (4.5, "And then")];
    assert_eq!(said, expected.map(|(at, what)| (secs(at), Ok(what.to_owned()))));

    let cut = MockLlm::new([Model::new("atlas")
        .reply("One. Two three.")
        .fault(When::Always, Fault::CutAfter(2))]);
    let mut said = sentences::sentences(cut.stream("Why?"));
    assert_eq!(said.next().await, Some(Ok("One.".to_owned())));
    assert_eq!(said.next().await, Some(Err(Error::Cut { tokens: 2 })));
    assert_eq!(said.next().await, None, "half a sentence is none");
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_a_generator_as_it_ends_a_function() {
    let llm =
        MockLlm::new([model("atlas", 0.1, 0.1, 4).fault(When::Always, Fault::CutAfter(2))]);
    let shouted: Vec<_> = generators::shouted(llm.stream("Count.")).collect().await;
    assert_eq!(
        shouted,
        [Ok("1".to_owned()), Ok(" 2".to_owned()), Err(Error::Cut { tokens: 2 })]
    );
}

/// The line below the loop is reached only by a reader who stays to the end. A destructor
/// runs in every case, even before the first poll.
#[tokio::test(start_paused = true)]
async fn a_reader_who_leaves_leaves_the_tail_behind() {
    let llm = MockLlm::new([model("atlas", 0.1, 0.1, 5)]);
    let booked = Rc::new(RefCell::new(Vec::new()));
    let book = || {
        let booked = Rc::clone(&booked);
        move |count| booked.borrow_mut().push(count)
    };
    let read = async |stream: std::pin::Pin<Box<dyn Stream<Item = _>>>, tokens: usize| {
        stream.take(tokens).try_fold(0, async |count, _| Ok::<_, Error>(count + 1)).await
    };
    for tokens in [9, 2, 0] {
        let _ =
            read(Box::pin(left_early::booked_at_the_end(llm.stream("a"), book())), tokens)
                .await;
    }
    assert_eq!(booked.take(), [5], "only the one that was read to its end");
    for tokens in [9, 2, 0] {
        let _ = read(Box::pin(left_early::booked_on_drop(llm.stream("a"), book())), tokens)
            .await;
    }
    assert_eq!(booked.take(), [5, 2, 0]);
    // And the model stops: a stream that is dropped is a call that is dropped.
    assert_eq!(llm.journal().dropped().count(), 2);
}

/// 3, 1, 2, 1 s, two at a time.
#[tokio::test(start_paused = true)]
async fn in_order_or_as_they_come() {
    let llm = MockLlm::new([["a", "b", "c", "d"]
        .into_iter()
        .zip([3.0, 1.0, 2.0, 1.0])
        .fold(Model::new("atlas"), |model, (prompt, latency)| {
            model.time_to_first_token_for(prompt, secs(latency)).reply_to(prompt, prompt)
        })]);
    let prompts = ["a", "b", "c", "d"];
    let texts = |replies: Result<Vec<mock_llm::Reply>, Error>| {
        replies
            .map(|replies| replies.into_iter().map(|reply| reply.text).collect::<Vec<_>>())
    };
    let run = measure(&llm, several::in_order(&llm, &prompts, 2)).await;
    assert_eq!(texts(run.value), Ok(prompts.map(String::from).to_vec()));
    // "b" is ready at 1 s and keeps its place until "a" is taken at 3 s.
    assert_eq!((run.took, llm.journal().high_water()), (secs(5.0), 2));
    let run = measure(&llm, several::as_ready(&llm, &prompts, 2)).await;
    assert_eq!(texts(run.value), Ok(["b", "a", "c", "d"].map(String::from).to_vec()));
    assert_eq!((run.took, llm.journal().high_water()), (secs(4.0), 2));
    assert_eq!(several::in_order(&llm, &[], 1).await, Ok(Vec::new()));
}

/// futures 0.3.34: a buffer of none polls not even an empty list.
#[tokio::test(start_paused = true)]
async fn a_buffer_of_none_never_ends() {
    let nothing = || stream::iter(Vec::<std::future::Ready<()>>::new());
    let hour = secs(3600.0);
    assert!(timeout(hour, nothing().buffered(0).collect::<Vec<_>>()).await.is_err());
    assert!(
        timeout(hour, nothing().buffer_unordered(0).collect::<Vec<_>>()).await.is_err()
    );
    assert!(timeout(hour, nothing().buffered(1).collect::<Vec<_>>()).await.is_ok());
    // Here, and not there, 0 means "no limit".
    let all = nothing().for_each_concurrent(0, |future| future);
    assert!(timeout(hour, all).await.is_ok());
}

/// A call of 1 s that sees 11 s, because its buffer is not polled; and one that sees 1 s.
#[tokio::test(start_paused = true)]
async fn a_buffer_beside_a_slow_body_stands_still() {
    let llm = MockLlm::new([model("atlas", 1.0, 0.0, 1)]);
    let prompts = ["a", "b", "c", "d", "e", "f"];
    let run = measure(&llm, stalled::in_the_loop(&llm, &prompts, secs(5.0))).await;
    let seen = run.value.expect("no faults");
    assert_eq!(run.took, secs(32.0));
    assert_eq!(seen, [1.0, 6.0, 11.0, 1.0, 6.0, 11.0].map(secs), "each call takes 1 s");
    let run = measure(&llm, stalled::beside_the_loop(&llm, &prompts, secs(5.0))).await;
    assert_eq!(run.value, Ok(vec![secs(1.0); 6]));
    assert_eq!(run.took, secs(31.0), "the work decides how long it takes");
}

/// An error ends the calls that are under way, and those that wait for room.
#[tokio::test(start_paused = true)]
async fn an_error_ends_the_calls_beside_the_loop() {
    let fault = Fault::RateLimited { retry_after: None };
    let llm = MockLlm::new([model("atlas", 1.0, 0.0, 1).fault(When::Call(1), fault)]);
    let run = stalled::beside_the_loop(&llm, &["x"; 10], secs(5.0));
    let run = timeout(secs(600.0), measure(&llm, run)).await.expect("it ends");
    assert!(run.value.is_err());
    assert_eq!(run.took, Duration::ZERO, "the call is refused at once");
}

/// A model that always has a token ready starves nobody in `select_all`; where the first
/// stream wins, the second never has its turn.
#[tokio::test(start_paused = true)]
async fn one_that_is_always_ready_starves_nobody() {
    let llm = MockLlm::new([model("chatty", 0.0, 0.0, 500), model("slow", 0.0, 0.0, 3)]);
    let tokens: Vec<_> = merged::merged(&llm, &["chatty", "slow"], "Go.")
        .map(|(model, _)| model)
        .collect()
        .await;
    let place = tokens.iter().rposition(|&model| model == "slow").expect("slow has spoken");
    assert!(place < 10, "its last token came as number {place}");
    let ones = merged::first_wins(stream::repeat(1).take(1000), stream::repeat(2).take(3));
    let order: Vec<_> = ones.collect().await;
    assert_eq!(order.iter().position(|&from| from == 2), Some(1000));
}
