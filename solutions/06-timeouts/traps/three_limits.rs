//! What people write for `three_limits`, and what it is told.

/// Trap: the draft: the limit for a gap is used for the first token as well.
/// Caught by: each_wait_has_its_own_limit
/// Says: Nothing was late here. Thinking, a
mod the_gap_for_all {
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
            while let Some(token) = timeout(limits.gap, tokens.next()).await.map_err(|_elapsed| Failed::Gap)? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = tool(call).await;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: one limit, the longest of the three.
/// Caught by: the_first_token_of_each_reply
/// Says: Nothing of this reply has come
mod the_longest_for_all {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let longest = limits.first_token.max(limits.gap).max(limits.tool);
        let limits = Limits { first_token: longest, gap: longest, tool: longest };
        let mut prompt = question.to_owned();
        loop {
            let mut reply = String::new();
            let mut tokens = llm.stream(&prompt);
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
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

/// Trap: one deadline for the whole: the sum of the three.
/// Caught by: each_wait_has_its_own_limit
/// Says: Nothing was late here. Thinking, a
mod the_sum_for_all {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let all = async {
            let mut prompt = question.to_owned();
            loop {
                let mut reply = String::new();
                let mut tokens = llm.stream(&prompt);
                while let Some(token) = tokens.next().await {
                    reply.push_str(&token.map_err(Failed::Model)?.text);
                }
                let Some(call) = reply.strip_prefix("use ") else {
                    return Ok(reply);
                };
                let result = tool(call).await;
                prompt = format!("{question}\n{call}: {result}");
            }
        };
        timeout(limits.first_token + limits.gap + limits.tool, all).await.unwrap_or(Err(Failed::Gap))
    }
}

/// Trap: the limit for the first token is used in the first round only.
/// Caught by: each_wait_has_its_own_limit
/// Says: Nothing was late here. Thinking, a
mod only_the_first_round {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
        loop {
            let mut reply = String::new();
            let mut tokens = llm.stream(&prompt);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
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

/// Trap: a limit round the whole of a reply.
/// Caught by: each_wait_has_its_own_limit
/// Says: Nothing was late here. Thinking, a
mod one_limit_for_a_reply {
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
            let all = async {
                while let Some(token) = tokens.next().await {
                    reply.push_str(&token.map_err(Failed::Model)?.text);
                }
                Ok(())
            };
            timeout(limits.first_token, all).await.map_err(|_elapsed| Failed::FirstToken)??;
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: the tool is trusted.
/// Caught by: the_tool_has_a_limit_of_its_own
/// Says: A tool that hangs holds the
mod a_tool_without_a_limit {
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
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                (limit, too_late) = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = tool(call).await;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: the tool must answer as fast as a token.
/// Caught by: each_wait_has_its_own_limit
/// Says: Nothing was late here. Thinking, a
mod the_tool_has_the_gap {
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
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                (limit, too_late) = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = timeout(limits.gap, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: every limit that is over is told as a gap.
/// Caught by: the_first_token_of_each_reply
/// Says: Nothing of this reply has come
mod the_wrong_name {
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
            let (mut limit, mut too_late) = (limits.first_token, Failed::Gap);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
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

/// Trap: a tool that is too late gives an empty result, and the model goes on.
/// Caught by: the_tool_has_a_limit_of_its_own
/// Says: A tool that hangs holds the
mod the_tool_result_is_made_up {
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
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                (limit, too_late) = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = timeout(limits.tool, tool(call)).await.unwrap_or_default();
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: a reply that stops in the middle is taken for a whole one.
/// Caught by: a_gap_in_a_reply
/// Says: Some of this reply has come
mod half_a_reply {
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
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) = match timeout(limit, tokens.next()).await {
                Ok(token) => token,
                Err(_) if reply.is_empty() => return Err(too_late),
                Err(_) => None,
            } {
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

/// Trap: errors of the model are told as a gap.
/// Caught by: what_is_no_timeout_is_told_as_it_is
/// Says: An error is known at once
mod an_error_is_a_gap {
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
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
                reply.push_str(&token.map_err(|_| Failed::Gap)?.text);
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

/// Trap: a second call of the tool is taken for the answer.
/// Caught by: each_wait_has_its_own_limit
/// Says: A reply that begins with `use
mod one_round {
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
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                (limit, too_late) = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use ").filter(|_| prompt == question) else {
                return Ok(reply);
            };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: the time of a gap is counted from the start of the reply.
/// Caught by: a_gap_in_a_reply
/// Says: Each wait ends when what it
mod gap_since_the_question {
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
            let start = tokio::time::Instant::now();
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) =
                tokio::time::timeout_at(start + limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())?
            {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                limit += limits.gap;
                too_late = Failed::Gap;
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: an agent that gives up after ten rounds.
/// Caught by: each_wait_has_its_own_limit
/// Says: Nothing was late here. Thinking, a
mod ten_rounds {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        for _ in 0..10 {
            let mut reply = String::new();
            let mut phase = (limits.first_token, Failed::FirstToken);
            let mut tokens = llm.stream(&prompt);
            while let Some(token) = timeout(phase.0, tokens.next()).await.map_err(|_| phase.1.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                phase = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use ") else { return Ok(reply) };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
        Err(Failed::Tool)
    }
}

/// Trap: whatever begins with `use` is taken for a call of the tool.
/// Caught by: each_wait_has_its_own_limit
/// Says: The call is all that follows
mod use_without_its_space {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        loop {
            let mut reply = String::new();
            let mut phase = (limits.first_token, Failed::FirstToken);
            let mut tokens = llm.stream(&prompt);
            while let Some(token) = timeout(phase.0, tokens.next()).await.map_err(|_| phase.1.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                phase = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use") else { return Ok(reply) };
            let call = call.trim();
            let result = timeout(limits.tool, tool(call)).await.map_err(|_| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: a reply without a token is told as one that did not come.
/// Caught by: each_wait_has_its_own_limit
/// Says: The reply has ended, and in
mod no_token_is_too_late {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        loop {
            let mut tokens = llm.stream(&prompt);
            let mut reply = timeout(limits.first_token, tokens.next())
                .await
                .map_err(|_| Failed::FirstToken)?
                .ok_or(Failed::FirstToken)?
                .map_err(Failed::Model)?
                .text;
            while let Some(token) = timeout(limits.gap, tokens.next()).await.map_err(|_| Failed::Gap)? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
            }
            let Some(call) = reply.strip_prefix("use ") else { return Ok(reply) };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: the next prompt is the one before, with one more result.
/// Caught by: each_wait_has_its_own_limit
/// Says: It is asked the question, a
mod the_prompt_grows {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        loop {
            let mut reply = String::new();
            let mut phase = (limits.first_token, Failed::FirstToken);
            let mut tokens = llm.stream(&prompt);
            while let Some(token) = timeout(phase.0, tokens.next()).await.map_err(|_| phase.1.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                phase = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use ") else { return Ok(reply) };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_| Failed::Tool)?;
            prompt = format!("{prompt}\n{call}: {result}");
        }
    }
}

/// Trap: the tool is called as soon as a reply turns out to be a call, with what has come of it.
/// Caught by: each_wait_has_its_own_limit
/// Says: The call is all that follows
mod half_a_call {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        'rounds: loop {
            let mut reply = String::new();
            let mut phase = (limits.first_token, Failed::FirstToken);
            let mut tokens = llm.stream(&prompt);
            while let Some(token) = timeout(phase.0, tokens.next()).await.map_err(|_| phase.1.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                phase = (limits.gap, Failed::Gap);
                if let Some(call) = reply.strip_prefix("use ") {
                    let result = timeout(limits.tool, tool(call)).await.map_err(|_| Failed::Tool)?;
                    prompt = format!("{question}\n{call}: {result}");
                    continue 'rounds;
                }
            }
            return Ok(reply);
        }
    }
}

/// Trap: the uses of the tool share one limit.
/// Caught by: each_wait_has_its_own_limit
/// Says: Nothing was late here. Thinking, a
mod one_limit_for_all_uses {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        let mut left = limits.tool;
        loop {
            let mut reply = String::new();
            let mut phase = (limits.first_token, Failed::FirstToken);
            let mut tokens = llm.stream(&prompt);
            while let Some(token) = timeout(phase.0, tokens.next()).await.map_err(|_| phase.1.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                phase = (limits.gap, Failed::Gap);
            }
            let Some(call) = reply.strip_prefix("use ") else { return Ok(reply) };
            let started = tokio::time::Instant::now();
            let result = timeout(left, tool(call)).await.map_err(|_| Failed::Tool)?;
            left -= started.elapsed();
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: after what should be the last token the end is waited for without a limit.
/// Caught by: a_gap_in_a_reply
/// Says: Everything waits for something else, and
mod the_end_has_no_limit {
    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        loop {
            let mut tokens = llm.stream(&prompt);
            let mut reply = String::new();
            let mut next = timeout(limits.first_token, tokens.next()).await.map_err(|_| Failed::FirstToken)?;
            while let Some(token) = next {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                // The fifth is the last one in this house.
                next = match reply.split(' ').count() {
                    5.. => tokens.next().await,
                    _ => timeout(limits.gap, tokens.next()).await.map_err(|_| Failed::Gap)?,
                };
            }
            let Some(call) = reply.strip_prefix("use ") else { return Ok(reply) };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: what the model says is trimmed.
/// Caught by: each_wait_has_its_own_limit
/// Says: A reply is not trimmed
mod trimmed {
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
            let (mut limit, mut too_late) = (limits.first_token, Failed::FirstToken);
            while let Some(token) = timeout(limit, tokens.next()).await.map_err(|_elapsed| too_late.clone())? {
                reply.push_str(&token.map_err(Failed::Model)?.text);
                (limit, too_late) = (limits.gap, Failed::Gap);
            }
            let reply = reply.trim();
            let Some(call) = reply.strip_prefix("use ").map(str::trim) else {
                return Ok(reply.to_owned());
            };
            let result = timeout(limits.tool, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}

/// Trap: one timer for all, which is not set again when the tool has answered.
/// Caught by: the_first_token_of_each_reply
/// Says: nothing that an earlier wait has left over
mod the_tool_leaves_its_time {
    use tokio::time::{Instant, sleep};

    pub async fn answer(
        llm: &MockLlm,
        question: &str,
        limits: Limits,
        mut tool: impl AsyncFnMut(&str) -> String,
    ) -> Result<String, Failed> {
        let mut prompt = question.to_owned();
        let mut timer = std::pin::pin!(sleep(limits.first_token));
        loop {
            let mut reply = String::new();
            let mut tokens = llm.stream(&prompt);
            let mut too_late = Failed::FirstToken;
            loop {
                let token = tokio::select! {
                    biased;
                    token = tokens.next() => token,
                    () = timer.as_mut() => return Err(too_late),
                };
                timer.as_mut().reset(Instant::now() + limits.gap);
                too_late = Failed::Gap;
                match token {
                    Some(token) => reply.push_str(&token.map_err(Failed::Model)?.text),
                    None => break,
                }
            }
            let Some(call) = reply.strip_prefix("use ") else {
                return Ok(reply);
            };
            timer.as_mut().reset(Instant::now() + limits.tool + limits.first_token);
            let result = timeout(limits.tool, tool(call)).await.map_err(|_elapsed| Failed::Tool)?;
            prompt = format!("{question}\n{call}: {result}");
        }
    }
}
