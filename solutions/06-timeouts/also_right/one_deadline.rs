//! Other right answers for `one_deadline`.

/// One `timeout_at` round the whole; the texts stand outside.
mod round_the_whole {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        let all = async {
            for step in steps {
                let prompt = format!("{step}\n{}", done.last().cloned().unwrap_or_default());
                let text = loop {
                    match llm.complete(&prompt).await {
                        Ok(reply) => break reply.text,
                        Err(Error::RateLimited { retry_after: Some(wait) }) => {
                            if wait > deadline.duration_since(Instant::now()) {
                                return Ok(false);
                            }
                            sleep(wait).await;
                        }
                        Err(error) => return Err(error),
                    }
                };
                done.push(text);
            }
            Ok(true)
        };
        match timeout_at(deadline, all).await {
            Ok(Ok(true)) => Ok(done.pop().unwrap_or_default()),
            Ok(Err(error)) => Err(Failed::Model(error)),
            Ok(Ok(false)) | Err(_) => Err(Failed::TooLate { done }),
        }
    }
}

/// What is left of the limit, computed before each wait.
mod what_is_left {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let start = Instant::now();
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match tokio::time::timeout(limit.saturating_sub(start.elapsed()), llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        if start.elapsed() + wait > limit {
                            return Err(Failed::TooLate { done });
                        }
                        sleep(wait).await;
                    }
                    Ok(Err(error)) => return Err(Failed::Model(error)),
                    Err(_elapsed) => return Err(Failed::TooLate { done }),
                }
            };
            done.push(text);
        }
        Ok(done.pop().unwrap_or_default())
    }
}

/// A function for a step that is handed the deadline.
mod a_step_is_a_function {
    enum Ended {
        Text(String),
        TooLate,
    }

    async fn make(llm: &MockLlm, prompt: &str, deadline: Instant) -> Result<Ended, Error> {
        loop {
            let Ok(reply) = timeout_at(deadline, llm.complete(prompt)).await else {
                return Ok(Ended::TooLate);
            };
            match reply {
                Ok(reply) => return Ok(Ended::Text(reply.text)),
                Err(Error::RateLimited { retry_after: Some(wait) }) if Instant::now() + wait > deadline => {
                    return Ok(Ended::TooLate);
                }
                Err(Error::RateLimited { retry_after: Some(wait) }) => sleep(wait).await,
                Err(error) => return Err(error),
            }
        }
    }

    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let (mut done, mut last) = (Vec::new(), String::new());
        for step in steps {
            match make(llm, &format!("{step}\n{last}"), deadline).await.map_err(Failed::Model)? {
                Ended::Text(text) => {
                    done.push(text.clone());
                    last = text;
                }
                Ended::TooLate => return Err(Failed::TooLate { done }),
            }
        }
        Ok(last)
    }
}

/// To come back at the very deadline is in vain, says the chapter; the task leaves it open.
mod coming_back_at_the_last_instant {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done = Vec::new();
        let mut text = String::new();
        for step in steps {
            let prompt = format!("{step}\n{text}");
            text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        if Instant::now() + wait >= deadline {
                            return Err(Failed::TooLate { done });
                        }
                        sleep(wait).await;
                    }
                    Ok(Err(error)) => return Err(Failed::Model(error)),
                    Err(_) => return Err(Failed::TooLate { done }),
                }
            };
            done.push(text.clone());
        }
        Ok(text)
    }
}

/// One function for a call with its waits, and an error type of its own.
mod a_call_that_may_be_late {
    enum Stop {
        Late,
        Model(Error),
    }
    async fn ask(llm: &MockLlm, prompt: &str, deadline: Instant) -> Result<String, Stop> {
        loop {
            match timeout_at(deadline, llm.complete(prompt)).await.map_err(|_| Stop::Late)? {
                Ok(reply) => return Ok(reply.text),
                Err(Error::RateLimited { retry_after: Some(wait) }) => {
                    let back = Instant::now().checked_add(wait).ok_or(Stop::Late)?;
                    if back > deadline {
                        return Err(Stop::Late);
                    }
                    tokio::time::sleep_until(back).await;
                }
                Err(e) => return Err(Stop::Model(e)),
            }
        }
    }
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = vec![];
        for step in steps {
            let before = done.last().cloned().unwrap_or_default();
            match ask(llm, &format!("{step}\n{before}"), deadline).await {
                Ok(text) => done.push(text),
                Err(Stop::Late) => return Err(Failed::TooLate { done }),
                Err(Stop::Model(e)) => return Err(Failed::Model(e)),
            }
        }
        Ok(done.pop().unwrap_or_default())
    }
}

/// Each call in a task that a `JoinSet` owns.
mod each_call_in_a_task {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done = Vec::new();
        let mut text = String::new();
        for step in steps {
            let prompt = format!("{step}\n{text}");
            text = loop {
                match {
                    let mut set = tokio::task::JoinSet::new();
                    let (llm, prompt) = (llm.clone(), prompt.clone());
                    set.spawn(async move { timeout_at(deadline, llm.complete(&prompt)).await });
                    set.join_next().await.unwrap().unwrap()
                } {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        if Instant::now() + wait > deadline {
                            return Err(Failed::TooLate { done });
                        }
                        sleep(wait).await;
                    }
                    Ok(Err(error)) => return Err(Failed::Model(error)),
                    Err(_) => return Err(Failed::TooLate { done }),
                }
            };
            done.push(text.clone());
        }
        Ok(text)
    }
}
