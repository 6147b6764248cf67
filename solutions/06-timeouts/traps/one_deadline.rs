//! What people write for `one_deadline`, and what it is told.

/// Trap: each step has the whole limit.
/// Caught by: all_steps_share_one_deadline
/// Says: A limit that starts anew with
mod a_limit_for_each_step {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match tokio::time::timeout(limit, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
                        if wait > limit {
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

/// Trap: each step has its share of the limit: a slow one fails though there is time.
/// Caught by: all_steps_share_one_deadline
/// Says: A limit that starts anew with
mod a_share_for_each_step {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let share = limit / u32::try_from(steps.len().max(1)).unwrap();
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let deadline = Instant::now() + share;
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
                        if again > deadline {
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

/// Trap: each try has a deadline of its own.
/// Caught by: all_steps_share_one_deadline
/// Says: A limit that starts anew with
mod a_deadline_for_each_try {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(Instant::now() + limit, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
                        if again > deadline {
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

/// Trap: the time is looked at before each step, and a step runs to its end.
/// Caught by: all_steps_share_one_deadline
/// Says: A limit that starts anew with
mod looked_at_between_the_steps {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                if Instant::now() > deadline {
                    return Err(Failed::TooLate { done });
                }
                match llm.complete(&prompt).await {
                    Ok(reply) => break reply.text,
                    Err(Error::RateLimited { retry_after: Some(wait) }) => {
                        let again = Instant::now() + wait;
                        if again > deadline {
                            return Err(Failed::TooLate { done });
                        }
                        sleep(wait).await;
                    }
                    Err(error) => return Err(Failed::Model(error)),
                }
            };
            done.push(text);
        }
        Ok(done.pop().unwrap_or_default())
    }
}

/// Trap: the wait that the model asks for is slept, however long it is.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model says when to come
mod sleeps_past_the_deadline {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
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

/// Trap: the wait is cut at the deadline: until then everybody waits for nothing.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model says when to come
mod sleeps_to_the_deadline {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
                        if timeout_at(deadline, sleep(wait)).await.is_err() {
                            return Err(Failed::TooLate { done });
                        }
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

/// Trap: a wait that is too long is cut, and the call is made once more at the last instant.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model says when to come
mod comes_back_at_the_deadline {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
                        tokio::time::sleep_until(again.min(deadline)).await;
                        if Instant::now() >= deadline {
                            return Err(Failed::TooLate { done });
                        }
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

/// Trap: the wait is compared with the limit, and not with what is left of it.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model says when to come
mod the_limit_not_what_is_left {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
                        if wait > limit {
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

/// Trap: the time that the model makes us wait is added to the deadline.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model says when to come
mod the_waits_do_not_count {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let mut deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
                        if again > deadline {
                            return Err(Failed::TooLate { done });
                        }
                        sleep(wait).await;
                        deadline += wait;
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

/// Trap: one `timeout_at` round the whole: the texts are dropped with it.
/// Caught by: all_steps_share_one_deadline
/// Says: The time is over when it
mod what_is_done_is_dropped {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let all = async {
            let mut text = String::new();
            for step in steps {
                let prompt = format!("{step}\n{text}");
                text = loop {
                    match llm.complete(&prompt).await {
                        Ok(reply) => break reply.text,
                        Err(Error::RateLimited { retry_after: Some(wait) }) if Instant::now() + wait <= deadline => {
                            sleep(wait).await;
                        }
                        Err(Error::RateLimited { retry_after: Some(_) }) => {
                            return Err(Failed::TooLate { done: Vec::new() });
                        }
                        Err(error) => return Err(Failed::Model(error)),
                    }
                };
            }
            Ok(text)
        };
        timeout_at(deadline, all).await.unwrap_or(Err(Failed::TooLate { done: Vec::new() }))
    }
}

/// Trap: the steps are asked at the same time, without what the step before gave.
/// Caught by: the_steps_build_on_each_other
/// Says: A step needs what the step
mod all_at_once {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let prompts: Vec<String> = steps.iter().map(|step| format!("{step}\n")).collect();
        let calls = prompts.iter().map(|prompt| timeout_at(deadline, llm.complete(prompt)));
        let mut done = Vec::new();
        for ended in futures::future::join_all(calls).await {
            match ended {
                Ok(Ok(reply)) => done.push(reply.text),
                Ok(Err(error)) => return Err(Failed::Model(error)),
                Err(_elapsed) => return Err(Failed::TooLate { done }),
            }
        }
        Ok(done.pop().unwrap_or_default())
    }
}

/// Trap: whatever goes wrong is tried again as long as there is time.
/// Caught by: any_other_error_ends_it
/// Says: Only a model that says when
mod every_error_is_tried_again {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        let again = Instant::now() + wait;
                        if again > deadline {
                            return Err(Failed::TooLate { done });
                        }
                        sleep(wait).await;
                    }
                    Ok(Err(_)) => sleep(Duration::from_millis(100)).await,
                    Err(_elapsed) => return Err(Failed::TooLate { done }),
                }
            };
            done.push(text);
        }
        Ok(done.pop().unwrap_or_default())
    }
}

/// Trap: a 429 ends the report, though the model says when to come back.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model says when to come
mod turned_away_is_an_error {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(error)) => return Err(Failed::Model(error)),
                    Err(_elapsed) => return Err(Failed::TooLate { done }),
                }
            };
            done.push(text);
        }
        Ok(done.pop().unwrap_or_default())
    }
}

/// Trap: it comes back once only.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model says when to come
mod comes_back_once {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let mut tries = 0;
            let text = loop {
                tries += 1;
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) if tries < 2 => {
                        let again = Instant::now() + wait;
                        if again > deadline {
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

/// Trap: a 429 is tried again at once, until it is let in.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model says when to come
mod tries_at_once {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        sleep(Duration::from_millis(10).min(wait)).await;
                        if Instant::now() > deadline {
                            return Err(Failed::TooLate { done });
                        }
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

/// Trap: the timer is looked at before the call: what comes at the last instant is too late.
/// Caught by: all_steps_share_one_deadline
/// Says: What comes at exactly the last instant
mod the_timer_first {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done = Vec::new();
        let mut text = String::new();
        for step in steps {
            let prompt = format!("{step}\n{text}");
            text = loop {
                match tokio::select! { biased; () = tokio::time::sleep_until(deadline) => Err(()), r = llm.complete(&prompt) => Ok(r) }
                {
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

/// Trap: the deadline is reckoned with the clock of `std`, which runs on while tokio's is paused.
/// Caught by: all_steps_share_one_deadline
/// Says: `std::time::Instant` does not see it pass
mod the_other_clock {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let started = std::time::Instant::now();
        let mut done = Vec::new();
        let mut text = String::new();
        for step in steps {
            let prompt = format!("{step}\n{text}");
            text = loop {
                match tokio::time::timeout(limit.saturating_sub(started.elapsed()), llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        if started.elapsed() + wait > limit {
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

/// Trap: the step that was dropped has a place in `done`, too.
/// Caught by: all_steps_share_one_deadline
/// Says: `done` is not what is done
mod what_runs_is_counted_as_done {
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
                        if Instant::now() + wait > deadline {
                            return Err(Failed::TooLate { done });
                        }
                        sleep(wait).await;
                    }
                    Ok(Err(error)) => return Err(Failed::Model(error)),
                    Err(_) => {
                        done.push(String::new());
                        return Err(Failed::TooLate { done });
                    }
                }
            };
            done.push(text.clone());
        }
        Ok(text)
    }
}

/// Trap: the first step is asked without its line end.
/// Caught by: the_steps_build_on_each_other
/// Says: Before the first one there is nothing
mod no_line_for_the_first {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done = Vec::new();
        let mut text = String::new();
        for step in steps {
            let prompt = if text.is_empty() { step.to_string() } else { format!("{step}\n{text}") };
            text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
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

/// Trap: each step is asked with the texts of all steps before it.
/// Caught by: the_steps_build_on_each_other
/// Says: A step needs what the step
mod all_that_was_said {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done = Vec::new();
        let mut text = String::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.join("\n"));
            text = loop {
                match timeout_at(deadline, llm.complete(&prompt)).await {
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

/// Trap: the report is the texts of all steps.
/// Caught by: the_steps_build_on_each_other
/// Says: The report is the text of
mod all_texts_are_the_report {
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
        Ok(done.join("\n"))
    }
}

/// Trap: a wait that is too long is told as the error of the model, and what is done is lost.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: The model would have answered, later
mod in_vain_is_told_as_a_429 {
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
                        if Instant::now() + wait > deadline {
                            return Err(Failed::Model(Error::RateLimited { retry_after: Some(wait) }));
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

/// Trap: after a call that was turned away the whole report is made anew.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: with the call that was turned away
mod starts_over {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        'again: loop {
            let mut done = Vec::new();
            let mut text = String::new();
            for step in steps {
                let prompt = format!("{step}\n{text}");
                text = match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                        if Instant::now() + wait > deadline {
                            return Err(Failed::TooLate { done });
                        }
                        sleep(wait).await;
                        continue 'again;
                    }
                    Ok(Err(error)) => return Err(Failed::Model(error)),
                    Err(_) => return Err(Failed::TooLate { done }),
                };
                done.push(text.clone());
            }
            return Ok(text);
        }
    }
}

/// Trap: after five tries the error of the model ends it, though the deadline is far.
/// Caught by: a_wait_that_is_in_vain_is_not_begun
/// Says: what ends the tries is the deadline
mod five_tries {
    pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
        let deadline = Instant::now() + limit;
        let mut done: Vec<String> = Vec::new();
        for step in steps {
            let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
            let mut tries = 0;
            let text = loop {
                tries += 1;
                match timeout_at(deadline, llm.complete(&prompt)).await {
                    Ok(Ok(reply)) => break reply.text,
                    Ok(Err(Error::RateLimited { retry_after: Some(wait) })) if tries <= 5 => {
                        let again = Instant::now() + wait;
                        if again > deadline {
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
