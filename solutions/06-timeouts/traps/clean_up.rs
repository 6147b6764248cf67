//! What people write for `clean_up`, and what it is told.

/// Trap: the draft: `?` leaves the function, past the `close`.
/// Caught by: a_session_is_closed_after_an_error
/// Says: An error is an end like
mod question_marks {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let session = provider.open().await?;
        let mut answers = Vec::new();
        for prompt in prompts {
            answers.push(llm.complete(prompt).await?.text);
        }
        provider.close(session).await;
        Ok(answers)
    }
}

/// Trap: the session is closed after an error too, but a future that is dropped has no "after".
/// Caught by: a_session_is_abandoned_when_the_conversation_is_dropped
/// Says: A future that is dropped ends
mod closed_in_both_cases {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let session = provider.open().await?;
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        };
        let answers = conversation.await;
        provider.close(session).await;
        answers
    }
}

/// Trap: the guard abandons every session: nobody says goodbye.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: The good end says goodbye: `close(session).await`
mod the_guard_does_it_all {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let _guard = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        };
        let answers = conversation.await;
        answers
    }
}

/// Trap: the session is taken out of the guard before the questions.
/// Caught by: a_session_is_abandoned_when_the_conversation_is_dropped
/// Says: A future that is dropped ends
mod taken_out_too_early {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let session = guard.session.take();
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        };
        let answers = conversation.await;
        if let Some(session) = session {
            provider.close(session).await;
        }
        answers
    }
}

/// Trap: `let _ =` drops the guard at once: the session is abandoned before the first question.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: The session was abandoned while the
mod let_underscore {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let _ = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        };
        let answers = conversation.await;
        answers
    }
}

/// Trap: `close` is called, and its future is thrown away.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: The good end says goodbye: `close(session).await`
mod a_goodbye_that_is_not_awaited {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        };
        let answers = conversation.await;
        if let Some(session) = guard.session.take() {
            drop(provider.close(session));
        }
        answers
    }
}

/// Trap: `drop` calls `close`: a future that nobody polls.
/// Caught by: a_session_is_abandoned_when_the_conversation_is_dropped
/// Says: A future that is dropped ends
mod closed_in_drop {
    impl<P: Provider> Drop for Guard<'_, P> {
        fn drop(&mut self) {
            if let Some(session) = self.session.take() {
                drop(self.provider.close(session));
            }
        }
    }
}

/// Trap: `drop` blocks the thread until the goodbye has been said: on the thread that would have to drive it.
/// Caught by: a_session_is_abandoned_when_the_conversation_is_dropped
/// Says: A blocking call (`std::thread::sleep`, a lock
mod blocks_in_drop {
    impl<P: Provider> Drop for Guard<'_, P> {
        fn drop(&mut self) {
            if let Some(session) = self.session.take() {
                futures::executor::block_on(self.provider.close(session));
            }
        }
    }
}

/// Trap: an error is left to the guard: abandoned, though there was time to say goodbye.
/// Caught by: a_session_is_closed_after_an_error
/// Says: An error is an end like
mod abandoned_after_an_error {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok::<_, Error>(answers)
        };
        let answers = conversation.await?;
        if let Some(session) = guard.session.take() {
            provider.close(session).await;
        }
        Ok(answers)
    }
}

/// Trap: the conversation goes on after an error, and the last one is told.
/// Caught by: a_session_is_closed_after_an_error
/// Says: The conversation went on after its
mod goes_on_after_an_error {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let mut answers = Vec::new();
            let mut failed = Ok(());
            for prompt in prompts {
                match llm.complete(prompt).await {
                    Ok(reply) => answers.push(reply.text),
                    Err(error) => failed = Err(error),
                }
            }
            failed.map(|()| answers)
        };
        let answers = conversation.await;
        if let Some(session) = guard.session.take() {
            provider.close(session).await;
        }
        answers
    }
}

/// Trap: the guard ends with the block of the questions, and the session with it.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: The good end says goodbye: `close(session).await`
mod a_guard_for_the_questions_only {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let session = provider.open().await?;
        let conversation = async {
            let _guard = Guard { provider, session: Some(session) };
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        };
        conversation.await
    }
}

/// Trap: the prompts are asked at the same time.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: A conversation is a row of
mod the_prompts_at_once {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let replies = futures::future::try_join_all(prompts.iter().map(|prompt| llm.complete(prompt))).await?;
            Ok(replies.into_iter().map(|reply| reply.text).collect())
        };
        let answers = conversation.await;
        if let Some(session) = guard.session.take() {
            provider.close(session).await;
        }
        answers
    }
}

/// Trap: a panic is caught, and told as an error of the model.
/// Caught by: a_panic_abandons_the_session
/// Says: A mistake in the program is
mod a_panic_becomes_an_error {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        use futures::FutureExt;
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
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
                provider.close(guard.session.take().unwrap()).await;
                r
            }
            Err(_) => {
                drop(guard);
                Err(Error::Refused)
            }
        }
    }
}

/// Trap: each prompt has a session of its own.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: A session belongs to a conversation
mod a_session_for_each_prompt {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut answers = Vec::new();
        for prompt in prompts {
            let mut guard = Guard { provider, session: Some(provider.open().await?) };
            let r = llm.complete(prompt).await;
            provider.close(guard.session.take().unwrap()).await;
            answers.push(r?.text);
        }
        Ok(answers)
    }
}

/// Trap: the goodbye has a limit, and is dropped when it is over.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: The goodbye was begun, and dropped
mod a_limit_for_the_goodbye {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let mut answers = Vec::new();
        let mut failed = None;
        for prompt in prompts {
            match llm.complete(prompt).await {
                Ok(r) => answers.push(r.text),
                Err(e) => {
                    failed = Some(e);
                    break;
                }
            }
        }
        let _ =
            tokio::time::timeout(std::time::Duration::from_millis(100), provider.close(guard.session.take().unwrap()))
                .await;
        match failed {
            Some(e) => Err(e),
            None => Ok(answers),
        }
    }
}

/// Trap: a provider that lends no session is asked once more.
/// Caught by: a_session_is_closed_after_an_error
/// Says: Without a session there is no
mod opens_once_more {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let s = match provider.open().await {
            Ok(s) => s,
            Err(_) => provider.open().await?,
        };
        let mut guard = Guard { provider, session: Some(s) };
        let mut answers = Vec::new();
        let mut failed = None;
        for prompt in prompts {
            match llm.complete(prompt).await {
                Ok(r) => answers.push(r.text),
                Err(e) => {
                    failed = Some(e);
                    break;
                }
            }
        }
        provider.close(guard.session.take().unwrap()).await;
        match failed {
            Some(e) => Err(e),
            None => Ok(answers),
        }
    }
}

/// Trap: an error ends the conversation, and the answers so far are returned as if that were all.
/// Caught by: a_session_is_closed_after_an_error
/// Says: The caller wants to know why
mod what_came_is_the_answer {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let mut answers = Vec::new();
        for prompt in prompts {
            let Ok(r) = llm.complete(prompt).await else { break };
            answers.push(r.text);
        }
        provider.close(guard.session.take().unwrap()).await;
        Ok(answers)
    }
}

/// Trap: `drop` expects the session to be there, also where it was given back.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: the guard has its session
mod expects_a_session_in_drop {
    impl<P: Provider> Drop for Guard<'_, P> {
        fn drop(&mut self) {
            self.provider.abandon(self.session.take().expect("the guard has its session"));
        }
    }
}

/// Trap: a call that is turned away is made again when the model says.
/// Caught by: a_session_is_closed_after_an_error
/// Says: this one too: nobody asked for another try
mod patient_with_a_429 {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                let reply = loop {
                    match llm.complete(prompt).await {
                        Err(Error::RateLimited { retry_after: Some(wait) }) => tokio::time::sleep(wait).await,
                        outcome => break outcome?,
                    }
                };
                answers.push(reply.text);
            }
            Ok(answers)
        };
        let answers = conversation.await;
        if let Some(session) = guard.session.take() {
            provider.close(session).await;
        }
        answers
    }
}

/// Trap: the goodbye has a limit of ten seconds; a longer one is dropped.
/// Caught by: a_session_is_closed_when_all_goes_well
/// Says: The goodbye was begun, and dropped
mod ten_seconds_for_the_goodbye {
    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        };
        let answers = conversation.await;
        if let Some(session) = guard.session.take() {
            let _ = tokio::time::timeout(std::time::Duration::from_secs(10), provider.close(session)).await;
        }
        answers
    }
}

/// Trap: a panic is caught, the goodbye is said, and then the panic goes on.
/// Caught by: a_panic_abandons_the_session
/// Says: After a panic there is no goodbye
mod closes_after_a_panic {
    use futures::FutureExt;
    use std::panic::{AssertUnwindSafe, resume_unwind};

    pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
        let mut guard = Guard { provider, session: Some(provider.open().await?) };
        let conversation = async {
            let mut answers = Vec::new();
            for prompt in prompts {
                answers.push(llm.complete(prompt).await?.text);
            }
            Ok(answers)
        };
        let answers = AssertUnwindSafe(conversation).catch_unwind().await;
        if let Some(session) = guard.session.take() {
            provider.close(session).await;
        }
        answers.unwrap_or_else(|panic| resume_unwind(panic))
    }
}
