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
