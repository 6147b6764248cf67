//! # Find the blocker: what people write
//!
//! Each module holds only what differs from the solution, `../find_the_blocker.rs`.

/// Trap: all tokens are collected, and shown when the answer is whole.
/// Caught by: each_piece_is_shown_when_it_comes
/// Says: something collects them
mod collects_first {
    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let tokens: Vec<_> = llm.model(speaker).stream(title).collect().await;
        for token in tokens {
            show(&token?.text);
        }
        Ok(())
    }
}

/// Trap: `stream::iter` makes a stream of the blocking iterator: it looks async, and each `next` holds the thread.
/// Caught by: no_call_holds_the_thread
/// Says: on the event loop's own thread
mod dressed_as_a_stream {
    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut tokens = futures::stream::iter(llm.model(speaker).blocking().stream(title));
        while let Some(token) = tokens.next().await {
            show(&token?.text);
        }
        Ok(())
    }
}

/// Trap: an error is taken for the end of the answer.
/// Caught by: the_first_error_ends_the_debate
/// Says: A stream gives an error as an item
mod errors_end_the_answer {
    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut tokens = llm.model(speaker).stream(title);
        while let Some(Ok(token)) = tokens.next().await {
            show(&token.text);
        }
        Ok(())
    }
}

/// Trap: `block_on` inside the event loop, to get the title without an `.await`.
/// Caught by: no_call_holds_the_thread
/// Says: Inside `async`, waiting is `.await`
mod nested_block_on {
    async fn title(llm: &MockLlm, topic: &str) -> Result<String, Error> {
        let call = llm.model("atlas").complete(&format!("A title for: {topic}"));
        Ok(futures::executor::block_on(call)?.text)
    }
}

/// Trap: the pause is left out: then nothing blocks.
/// Caught by: many_debates_take_as_long_as_the_longest
/// Says: the reader cannot follow
mod no_pause {
    async fn pause() {}
}

/// Trap: only the stream is mended, for it is where most of the time goes.
/// Caught by: no_call_holds_the_thread
/// Says: 1 of 3 calls by the blocking client, on the event loop's own thread
mod only_the_stream {
    async fn title(llm: &MockLlm, topic: &str) -> Result<String, Error> {
        let atlas = llm.model("atlas").blocking();
        Ok(atlas.complete(&format!("A title for: {topic}"))?.text)
    }
}

/// Trap: a thread of the pool for each call.
/// Caught by: no_call_holds_the_thread
/// Says: on threads of their own
mod spawn_blocking {
    async fn title(llm: &MockLlm, topic: &str) -> Result<String, Error> {
        let (atlas, prompt) = (llm.model("atlas").blocking(), format!("A title for: {topic}"));
        let reply = tokio::task::spawn_blocking(move || atlas.complete(&prompt)).await;
        Ok(reply.expect("the call does not panic")?.text)
    }
}

/// Trap: a task for the call, which nobody ends when the reader leaves.
/// Caught by: a_dropped_debate_ends_its_call
/// Says: a task whose handle is dropped runs on
mod spawned {
    async fn title(llm: &MockLlm, topic: &str) -> Result<String, Error> {
        let call = tokio::spawn(llm.model("atlas").complete(&format!("A title for: {topic}")));
        Ok(call.await.expect("the call does not panic")?.text)
    }
}

/// Trap: `thread::sleep` is overlooked: it is short.
/// Caught by: many_debates_take_as_long_as_the_longest
/// Says: your code holds its thread
mod thread_sleep {
    async fn pause() {
        std::thread::sleep(PAUSE);
    }
}

/// Trap: the blocking iterator, with a `yield_now` between the tokens: each token still holds the thread.
/// Caught by: no_call_holds_the_thread
/// Says: for each token
mod yields_between_tokens {
    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        for token in llm.model(speaker).blocking().stream(title) {
            show(&token?.text);
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// Trap: the speakers talk at the same time, as fast as it goes.
/// Caught by: many_debates_take_as_long_as_the_longest
/// Says: the speakers of one debate do not
mod both_at_once {
    pub async fn debate(llm: &MockLlm, topic: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let title = title(llm, topic).await?;
        show(&title);
        pause().await;
        let show = std::cell::RefCell::new(show);
        let speaks = |speaker: &'static str| speak(llm, speaker, &title, |piece: &str| (show.borrow_mut())(piece));
        futures::try_join!(speaks("atlas"), speaks("birch"))?;
        Ok(())
    }
}

/// Trap: the sleep is made, and not awaited.
/// Caught by: many_debates_take_as_long_as_the_longest
/// Says: without the `.await` it does not begin
mod sleep_not_awaited {
    async fn pause() {
        let _ = tokio::time::sleep(PAUSE);
    }
}

/// Trap: the first tick of an interval, which is at once.
/// Caught by: many_debates_take_as_long_as_the_longest
/// Says: the first tick of an interval is at once
mod first_tick {
    async fn pause() {
        tokio::time::interval(PAUSE).tick().await;
    }
}

/// Trap: `llm.stream` in place of the stream of this speaker: the first model answers for both.
/// Caught by: many_debates_take_as_long_as_the_longest
/// Says: not what is asked of whom
mod always_the_same_speaker {
    async fn speak(llm: &MockLlm, _speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut tokens = llm.stream(title);
        while let Some(token) = tokens.next().await {
            show(&token?.text);
        }
        Ok(())
    }
}

/// Trap: the result of a speaker falls.
/// Caught by: the_first_error_ends_the_debate
/// Says: lets the result of a speaker fall
mod a_result_that_falls {
    pub async fn debate(llm: &MockLlm, topic: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let title = title(llm, topic).await?;
        show(&title);
        for speaker in ["atlas", "birch"] {
            pause().await;
            let _ = speak(llm, speaker, &title, &mut show).await;
        }
        Ok(())
    }
}

/// Trap: the error is kept, and returned when all have spoken.
/// Caught by: the_first_error_ends_the_debate
/// Says: The error is returned, and too late
mod error_at_the_end {
    pub async fn debate(llm: &MockLlm, topic: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let title = title(llm, topic).await?;
        show(&title);
        let mut result = Ok(());
        for speaker in ["atlas", "birch"] {
            pause().await;
            if let Err(error) = speak(llm, speaker, &title, &mut show).await {
                result = Err(error);
            }
        }
        result
    }
}

/// Trap: the title comes token by token, too.
/// Caught by: each_piece_is_shown_when_it_comes
/// Says: the title comes in one piece
mod title_in_pieces {
    pub async fn debate(llm: &MockLlm, topic: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut title = String::new();
        let asks = format!("A title for: {topic}");
        speak(llm, "atlas", &asks, |piece: &str| {
            show(piece);
            title.push_str(piece);
        })
        .await?;
        for speaker in ["atlas", "birch"] {
            pause().await;
            speak(llm, speaker, &title, &mut show).await?;
        }
        Ok(())
    }
}

/// Trap: a task for the stream, and a channel: it goes on when the reader has left.
/// Caught by: a_dropped_debate_ends_its_call
/// Says: a task whose handle is dropped runs on
mod a_task_for_the_stream {
    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut tokens = llm.model(speaker).stream(title);
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(token) = tokens.next().await {
                let _ = sender.send(token);
            }
        });
        while let Some(token) = receiver.recv().await {
            show(&token?.text);
        }
        Ok(())
    }
}

/// Trap: the call begins with the pause, to save time: the reader reads less long.
/// Caught by: many_debates_take_as_long_as_the_longest
/// Says: the pause first, then the question
mod asks_during_the_pause {
    pub async fn debate(llm: &MockLlm, topic: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let title = title(llm, topic).await?;
        show(&title);
        for speaker in ["atlas", "birch"] {
            let mut tokens = llm.model(speaker).stream(&title);
            let (mut next, ()) = tokio::join!(tokens.next(), pause());
            while let Some(token) = next {
                show(&token?.text);
                next = tokens.next().await;
            }
        }
        Ok(())
    }
}

/// Trap: a limit for all debates together, which is awaited.
/// Caught by: many_debates_take_as_long_as_the_longest
/// Says: a permit of a semaphore
mod a_limit_for_all {
    use tokio::sync::Semaphore;

    static SPEAKERS: Semaphore = Semaphore::const_new(4);

    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let _place = SPEAKERS.acquire().await;
        let mut tokens = llm.model(speaker).stream(title);
        while let Some(token) = tokens.next().await {
            show(&token?.text);
        }
        Ok(())
    }
}

/// Trap: a title that is refused is asked for again.
/// Caught by: the_first_error_ends_the_debate
/// Says: the same question was asked once more first
mod asks_again {
    async fn title(llm: &MockLlm, topic: &str) -> Result<String, Error> {
        let prompt = format!("A title for: {topic}");
        let reply = match llm.model("atlas").complete(&prompt).await {
            Err(Error::Status(503)) => llm.model("atlas").complete(&prompt).await?,
            other => other?,
        };
        Ok(reply.text)
    }
}

/// Trap: tokens that are ready together are shown in one piece.
/// Caught by: each_piece_is_shown_when_it_comes
/// Says: Tokens that are ready at the same time
mod ready_ones_in_one_piece {
    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut batches = llm.model(speaker).stream(title).ready_chunks(16);
        while let Some(batch) = batches.next().await {
            let texts: Vec<String> =
                batch.into_iter().map(|token| token.map(|token| token.text)).collect::<Result<_, _>>()?;
            show(&texts.concat());
        }
        Ok(())
    }
}

/// Trap: tokens that are ready together are collected up to the error among them, and lost with it.
/// Caught by: the_first_error_ends_the_debate
/// Says: what had come before it is lost
mod ready_ones_are_lost {
    use futures::TryStreamExt;

    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut batches = llm.model(speaker).stream(title).try_ready_chunks(16).map_err(|error| error.1);
        while let Some(batch) = batches.try_next().await? {
            batch.iter().for_each(|token| show(&token.text));
        }
        Ok(())
    }
}
