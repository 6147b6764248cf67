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
