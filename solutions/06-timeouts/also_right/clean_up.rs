//! Other right answers for `clean_up`.

/// A guard that runs any code, unless it is disarmed.
mod a_guard_of_a_closure {
    struct OnDrop<T, F: FnMut(T)>(Option<T>, F);

    impl<T, F: FnMut(T)> Drop for OnDrop<T, F> {
        fn drop(&mut self) {
            if let Some(value) = self.0.take() {
                (self.1)(value);
            }
        }
    }

    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = OnDrop(Some(provider.open().await?), |session| provider.abandon(session));
        let mut answers = Ok(Vec::new());
        for prompt in prompts {
            match (llm.complete(prompt).await, &mut answers) {
                (Ok(reply), Ok(answers)) => answers.push(reply.text),
                (Err(error), _) => {
                    answers = Err(error);
                    break;
                }
                (Ok(_), Err(_)) => unreachable!("the loop ends with the first error"),
            }
        }
        let session = guard.0.take().expect("nobody else takes it");
        provider.close(session).await;
        answers
    }
}

/// The questions in a function of their own, and the guard with a method that ends it well.
mod two_functions {
    impl<P: Provider> Guard<'_, P> {
        async fn close(mut self) {
            if let Some(session) = self.session.take() {
                self.provider.close(session).await;
            }
        }
    }

    async fn ask(llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut answers = Vec::new();
        for prompt in prompts {
            answers.push(llm.complete(prompt).await?.text);
        }
        Ok(answers)
    }

    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let session = provider.open().await?;
        let guard = Guard { provider, session: Some(session) };
        let answers = ask(llm, prompts).await;
        guard.close().await;
        answers
    }
}

/// A session of your own type that closes itself by value, with `ManuallyDrop` in place of `Option`.
mod closes_itself {
    struct Session<'a, P: Provider> {
        provider: &'a P,
        inner: std::mem::ManuallyDrop<P::Session>,
    }
    impl<'a, P: Provider> Session<'a, P> {
        async fn open(provider: &'a P) -> Result<Self, Error> {
            Ok(Self { provider, inner: std::mem::ManuallyDrop::new(provider.open().await?) })
        }
        async fn close(self) {
            let mut this = std::mem::ManuallyDrop::new(self);
            // SAFETY: `this` is not dropped, and nobody uses `inner` again.
            let session = unsafe { std::mem::ManuallyDrop::take(&mut this.inner) };
            this.provider.close(session).await;
        }
    }
    impl<P: Provider> Drop for Session<'_, P> {
        fn drop(&mut self) {
            // SAFETY: nobody uses `inner` after this.
            let session = unsafe { std::mem::ManuallyDrop::take(&mut self.inner) };
            self.provider.abandon(session);
        }
    }
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let session = Session::open(provider).await?;
        let mut answers = vec![];
        for prompt in prompts {
            match llm.complete(prompt).await {
                Ok(r) => answers.push(r.text),
                Err(e) => {
                    session.close().await;
                    return Err(e);
                }
            }
        }
        session.close().await;
        Ok(answers)
    }
}

/// A panic is caught and goes on, when the guard has gone.
mod caught_and_passed_on {
    struct Lent<'a, P: Provider>(&'a P, Option<P::Session>);
    impl<P: Provider> Drop for Lent<'_, P> {
        fn drop(&mut self) {
            if let Some(s) = self.1.take() {
                self.0.abandon(s)
            }
        }
    }
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        use futures::FutureExt;
        let mut lent = Lent(provider, Some(provider.open().await?));
        let asked = std::panic::AssertUnwindSafe(async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        })
        .catch_unwind()
        .await;
        match asked {
            Ok(r) => {
                provider.close(lent.1.take().unwrap()).await;
                r
            }
            Err(p) => {
                drop(lent);
                std::panic::resume_unwind(p)
            }
        }
    }
}
