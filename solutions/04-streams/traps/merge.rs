//! What people write for `merge`, and what it is told.

/// Trap: the streams are chained: each model waits until the one before it has ended.
/// Caught by: each_token_is_heard_when_it_is_said
/// Says: Nobody waits for another model
mod one_after_another {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut stop = pin!(stop);
            let mut voices = stream::iter(voices).flatten();
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut stop => break,
                    next = voices.next() => next,
                };
                match next {
                    Some(item) => yield item,
                    None => break,
                }
            }
        }
    }
}

/// Trap: the streams are put together two by two, and the left one is always asked first.
/// Caught by: one_that_is_always_ready_drowns_nobody
/// Says: in a fixed order
mod the_first_goes_first {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut stop = pin!(stop);
            let mut voices = voices.into_iter().fold(stream::empty().boxed_local(), |all, voice| {
                stream::select_with_strategy(all, voice, |_: &mut ()| stream::PollNext::Left).boxed_local()
            });
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut stop => break,
                    next = voices.next() => next,
                };
                match next {
                    Some(item) => yield item,
                    None => break,
                }
            }
        }
    }
}

/// Trap: `select` of two is fair, so a tree of them seems to be: the model at its end has half of all turns, the first one hardly any.
/// Caught by: one_that_is_always_ready_drowns_nobody
/// Says: the turns are not shared evenly
mod two_by_two {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut stop = pin!(stop);
            let mut voices = voices
                .into_iter()
                .fold(stream::empty().boxed_local(), |all, voice| stream::select(all, voice).boxed_local());
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut stop => break,
                    next = voices.next() => next,
                };
                match next {
                    Some(item) => yield item,
                    None => break,
                }
            }
        }
    }
}

/// Trap: one token of each model in turn: a slow one holds up all others.
/// Caught by: each_token_is_heard_when_it_is_said
/// Says: whoever has a token is heard at once
mod in_rounds {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let mut voices: Vec<_> = models.iter().map(|&name| (name, ask(llm, name, question))).collect();
        stream! {
            let mut stop = pin!(stop);
            'debate: while !voices.is_empty() {
                let mut place = 0;
                while place < voices.len() {
                    let (name, voice) = &mut voices[place];
                    let next = tokio::select! {
                        biased;
                        () = &mut stop => break 'debate,
                        next = voice.next() => next,
                    };
                    match next {
                        Some(token) => {
                            let item = (*name, token);
                            place += 1;
                            yield item;
                        }
                        None => {
                            let _ = voices.remove(place);
                        }
                    }
                }
            }
        }
    }
}

/// Trap: `select!` without `biased`: it looks first at one of the two by chance.
/// Caught by: stop_ends_it_at_once
/// Says: Tokens were ready as well
mod stop_by_chance {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut stop = pin!(stop);
            let mut voices = stream::select_all(voices);
            loop {
                let next = tokio::select! {
                    next = voices.next() => next,
                    () = &mut stop => break,
                };
                match next {
                    Some(item) => yield item,
                    None => break,
                }
            }
        }
    }
}

/// Trap: tokens first, then `stop`.
/// Caught by: stop_ends_it_at_once
/// Says: Tokens were ready as well
mod stop_after_the_tokens {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut stop = pin!(stop);
            let mut voices = stream::select_all(voices);
            loop {
                let next = tokio::select! {
                    biased;
                    next = voices.next() => next,
                    () = &mut stop => break,
                };
                match next {
                    Some(item) => yield item,
                    None => break,
                }
            }
        }
    }
}

/// Trap: the adapter that ends a stream: it stops to ask, and holds the calls until it is dropped.
/// Caught by: stop_ends_it_at_once
/// Says: still in flight when the audience had heard
mod take_until {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream::select_all(voices).take_until(stop)
    }
}

/// Trap: `stop` is looked at when a token has come: in a silence nobody looks.
/// Caught by: stop_ends_a_silence_too
/// Says: must have the waker, too
mod stop_only_between_tokens {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            use futures::FutureExt;

            let mut stop = pin!(stop);
            let mut voices = stream::select_all(voices);
            while stop.as_mut().now_or_never().is_none() {
                match voices.next().await {
                    Some(item) => yield item,
                    None => break,
                }
            }
        }
    }
}

/// Trap: the debate goes on until it is stopped, though all models have ended.
/// Caught by: each_token_is_heard_when_it_is_said
/// Says: the debate has not
mod waits_for_stop {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut stop = pin!(stop);
            let mut voices = stream::select_all(voices);
            loop {
                let item = tokio::select! {
                    biased;
                    () = &mut stop => break,
                    Some(item) = voices.next() => item,
                };
                yield item;
            }
        }
    }
}

/// Trap: the first error ends the debate.
/// Caught by: an_error_ends_one_voice_and_not_the_debate
/// Says: speaks for itself
mod an_error_ends_it {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut stop = pin!(stop);
            let mut voices = stream::select_all(voices);
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut stop => break,
                    next = voices.next() => next,
                };
                match next {
                    Some(item) => {
                        let failed = item.1.is_err();
                        yield item;
                        if failed {
                            break;
                        }
                    }
                    None => break,
                }
            }
        }
    }
}

/// Trap: who fails falls silent.
/// Caught by: an_error_ends_one_voice_and_not_the_debate
/// Says: why somebody falls silent
mod errors_are_left_out {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut stop = pin!(stop);
            let mut voices = stream::select_all(voices);
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut stop => break,
                    next = voices.next() => next,
                };
                match next {
                    Some(item) if item.1.is_err() => {}
                    Some(item) => yield item,
                    None => break,
                }
            }
        }
    }
}

/// Trap: a task for each model, which reads on when nobody listens.
/// Caught by: stop_ends_it_at_once
/// Says: still in flight when the audience had heard
mod tasks_and_a_channel {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
        for (place, &name) in models.iter().enumerate() {
            let (sender, mut tokens) = (sender.clone(), ask(llm, name, question));
            tokio::spawn(async move {
                while let Some(token) = tokens.next().await {
                    let _ = sender.send((place, token)).await;
                }
            });
        }
        drop(sender);
        let names = models.to_vec();
        stream! {
            let mut stop = pin!(stop);
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut stop => break,
                    next = receiver.recv() => next,
                };
                match next {
                    Some((place, token)) => yield (names[place], token),
                    None => break,
                }
            }
        }
    }
}
