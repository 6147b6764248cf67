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
