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
