//! Other right answers for `three_limits`.

/// A function that waits for one thing, with a limit and a reason.
mod one_small_function {
    async fn within<T>(limit: Duration, why: Failed, what: impl Future<Output = T>) -> Result<T, Failed> {
        timeout(limit, what).await.map_err(|_elapsed| why)
    }

    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        loop {
            let mut reply = String::new();
            let mut tokens = llm.stream(&prompt);
            let mut next = within(limits.first_token, Failed::FirstToken, tokens.next()).await?;
            while let Some(token) = next {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                next = within(limits.gap, Failed::Gap, tokens.next()).await?;
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = within(limits.tool, Failed::Tool, tool(call)).await?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Whether a token has come is seen by the text.
mod the_text_tells {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        loop {
            let mut reply = String::new();
            let mut tokens = llm.stream(&prompt);
            loop {
                let first = reply.is_empty();
                let limit = if first { limits.first_token } else { limits.gap };
                let next = timeout(limit, tokens.next()).await;
                let Some(token) = next.map_err(|_elapsed| if first { Failed::FirstToken } else { Failed::Gap })? else {
                    break;
                };
                reply.push_str(&token.map_err(Failed::Model)?.text);
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// One timer, set anew for each wait, and `select!`.
mod one_timer_set_anew {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        let mut timer = std::pin::pin!(tokio::time::sleep(Duration::MAX));
        loop {
            let mut reply = String::new();
            let mut tokens = llm.stream(&prompt);
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            loop {
                timer.as_mut().reset(tokio::time::Instant::now() + limit);
                let token = tokio::select! {
                    biased;
                    token = tokens.next() => token,
                    () = &mut timer => return Err(too_late),
                };
                let Some(token) = token else { break };
                reply.push_str(&token.map_err(Failed::Model)?.text);
                (limit, too_late) = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// A list of limits, one for each wait, and a stream that is folded into the reply.
mod a_stream_with_its_limits {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        use futures::{TryStreamExt, stream};
        let mut prompt = question.to_owned();
        loop {
            let waits = std::iter::once((limits.first_token, Failed::FirstToken))
                .chain(std::iter::repeat((limits.gap, Failed::Gap)));
            let pieces = stream::try_unfold((llm.stream(&prompt), waits), |(mut tokens, mut waits)| async move {
                let (limit, late) = waits.next().unwrap();
                match timeout(limit, tokens.next()).await {
                    Err(_) => Err(late),
                    Ok(None) => Ok(None),
                    Ok(Some(Ok(t))) => Ok(Some((t.text, (tokens, waits)))),
                    Ok(Some(Err(e))) => Err(Failed::Model(e)),
                }
            });
            let reply = pieces.try_fold(String::new(), |all, piece| async move { Ok(all + &piece) }).await?;
            let Some(call) = reply.strip_prefix("use ") else { return Ok(reply) };
            let result = timeout(limits.tool, tool(call)).await.or(Err(Failed::Tool))?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// One timer for a reply, set again after each token, below the stream in a `biased` `select!`.
mod one_timer_set_again {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        use tokio::time::{Instant, sleep};
        let mut prompt = question.to_owned();
        loop {
            let mut reply = String::new();
            {
                let mut tokens = llm.stream(&prompt);
                let mut timer = std::pin::pin!(sleep(limits.first_token));
                let mut begun = false;
                loop {
                    tokio::select! {
                        biased;
                        token = tokens.next() => match token {
                            Some(Ok(t)) => reply += &t.text,
                            Some(Err(e)) => return Err(Failed::Model(e)),
                            None => break,
                        },
                        () = &mut timer => return Err(if begun { Failed::Gap } else { Failed::FirstToken }),
                    }
                    begun = true;
                    timer.as_mut().reset(Instant::now() + limits.gap);
                }
            }
            let Some(call) = reply.strip_prefix("use ") else { return Ok(reply) };
            let result = tokio::select! {
                biased;
                result = tool(call) => result,
                () = sleep(limits.tool) => return Err(Failed::Tool),
            };
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}
