//! Other right answers for `merge`.

/// A `FuturesUnordered` by hand: each stream is a future of its next item, and goes back into the set.
mod a_set_of_futures {
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
            let mut voices: stream::FuturesUnordered<_> = voices.into_iter().map(StreamExt::into_future).collect();
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut stop => break,
                    next = voices.next() => next,
                };
                match next {
                    Some((Some(item), voice)) => {
                        voices.push(voice.into_future());
                        yield item;
                    }
                    Some((None, _)) => {}
                    None => break,
                }
            }
        }
    }
}

/// By hand: the streams are asked in a ring, which begins behind the one that spoke last.
mod in_a_ring {
    struct Ring<'a, S> {
        voices: Option<Vec<(&'a str, TokenStream)>>,
        next: usize,
        stop: std::pin::Pin<Box<S>>,
    }

    impl<'a, S: Future<Output = ()>> Stream for Ring<'a, S> {
        type Item = (&'a str, Result<Token, Error>);

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            use std::task::Poll;

            let this = &mut *self;
            let Some(voices) = &mut this.voices else { return Poll::Ready(None) };
            if this.stop.as_mut().poll(cx).is_ready() {
                this.voices = None;
                return Poll::Ready(None);
            }
            let mut asked = 0;
            while asked < voices.len() {
                let place = this.next % voices.len();
                let (name, voice) = &mut voices[place];
                match voice.poll_next_unpin(cx) {
                    Poll::Ready(Some(token)) => {
                        this.next = place + 1;
                        return Poll::Ready(Some((*name, token)));
                    }
                    Poll::Ready(None) => {
                        voices.remove(place);
                        this.next = place;
                    }
                    Poll::Pending => {
                        asked += 1;
                        this.next = place + 1;
                    }
                }
            }
            if voices.is_empty() {
                this.voices = None;
                return Poll::Ready(None);
            }
            Poll::Pending
        }
    }

    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices = models.iter().map(|&name| (name, ask(llm, name, question))).collect();
        Ring { voices: Some(voices), next: 0, stop: Box::pin(stop) }
    }
}

/// `take_until` inside of a generator, which drops it when it ends.
mod take_until_in_a_generator {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> =
            models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
        stream! {
            let mut voices = pin!(stream::select_all(voices).take_until(stop));
            while let Some(item) = voices.next().await {
                yield item;
            }
        }
    }
}

/// A task for each model, in a set that is dropped with the end: an aborted task needs one turn more to go.
mod tasks_in_a_set {
    pub fn debate<'a, S: Future<Output = ()> + 'a>(
        llm: &MockLlm,
        models: &[&'a str],
        question: &str,
        stop: S,
    ) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
        let voices: Vec<_> = models.iter().map(|&name| (name, ask(llm, name, question))).collect();
        stream! {
            let mut stop = pin!(stop);
            if futures::poll!(&mut stop).is_ready() {
                return;
            }
            let mut tasks = tokio::task::JoinSet::new();
            let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
            let mut names = Vec::new();
            for (place, (name, mut tokens)) in voices.into_iter().enumerate() {
                names.push(name);
                let sender = sender.clone();
                tasks.spawn(async move {
                    while let Some(token) = tokens.next().await {
                        if sender.send((place, token)).await.is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
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
