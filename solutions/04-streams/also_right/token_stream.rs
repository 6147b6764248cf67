//! Other right answers for `token_stream`.

/// One timer that is set anew for each word.
mod one_timer_that_is_reset {
    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let this = &mut *self;
            if let State::Asking(call) = &mut this.state {
                match ready!(call.as_mut().poll(cx)) {
                    Ok(reply) => this.state = State::Typing(words(&reply.text), None),
                    Err(error) => {
                        this.state = State::Ended;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
            let State::Typing(words, timer) = &mut this.state else { return Poll::Ready(None) };
            let Some(next) = words.front() else {
                this.state = State::Ended;
                return Poll::Ready(None);
            };
            match timer {
                None => *timer = Some(Box::pin(sleep(this.pace))),
                Some(pause) => {
                    ready!(pause.as_mut().poll(cx));
                    pause.as_mut().reset(tokio::time::Instant::now() + this.pace);
                }
            }
            let next = next.clone();
            words.pop_front();
            Poll::Ready(Some(Ok(next)))
        }
    }
}

/// A generator in a box: it writes the state machine.
mod a_generator {
    pub struct Typed(Pin<Box<dyn Stream<Item = Result<String, Error>> + Send>>);

    /// Types the reply of `call`, a word every `pace`.
    pub fn typed(call: BoxFuture<'static, Result<Reply, Error>>, pace: Duration) -> Typed {
        Typed(Box::pin(async_stream::try_stream! {
            let mut next = None;
            for word in words(&call.await?.text) {
                if let Some(next) = next {
                    tokio::time::sleep_until(next).await;
                }
                next = Some(tokio::time::Instant::now() + pace);
                yield word;
            }
        }))
    }

    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.0.as_mut().poll_next(cx)
        }
    }
}

/// Fields in place of a state, and a timer that is taken out when it has fired.
mod fields {
    pub struct Typed {
        pace: Duration,
        call: Option<BoxFuture<'static, Result<Reply, Error>>>,
        words: VecDeque<String>,
        timer: Option<Pin<Box<Sleep>>>,
    }

    /// Types the reply of `call`, a word every `pace`.
    pub fn typed(call: BoxFuture<'static, Result<Reply, Error>>, pace: Duration) -> Typed {
        Typed { pace, call: Some(call), words: VecDeque::new(), timer: None }
    }

    impl Stream for Typed {
        type Item = Result<String, Error>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            if let Some(call) = &mut self.call {
                let reply = ready!(call.as_mut().poll(cx));
                self.call = None;
                match reply {
                    Ok(reply) => self.words = words(&reply.text),
                    Err(error) => return Poll::Ready(Some(Err(error))),
                }
            }
            if let Some(timer) = &mut self.timer {
                ready!(timer.as_mut().poll(cx));
                self.timer = None;
            }
            let Some(word) = self.words.pop_front() else { return Poll::Ready(None) };
            self.timer = Some(Box::pin(sleep(self.pace)));
            Poll::Ready(Some(Ok(word)))
        }
    }
}
