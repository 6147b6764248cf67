//! What people write for `short_borrow`, and what it is told.

/// Trap: the borrow stands in the expression of the call, as if it ended with the `format!`: a guard in a `match` or an `if let` lives to the end of it.
/// Caught by: each_page_has_the_newest_prompt
/// Says: waits for a borrow
mod a_borrow_in_the_call {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            match prompt.borrow().as_str() {
                "stop" => break,
                newest => {
                    let reply = llm.complete(&format!("{newest}\n{page}")).await?;
                    translations.push(reply.text);
                }
            }
        }
        Ok(translations)
    }
}

/// Trap: the guard is dropped by hand, one line too late.
/// Caught by: each_page_has_the_newest_prompt
/// Says: waits for a borrow
mod dropped_after_the_call {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow();
            if *newest == "stop" {
                break;
            }
            let reply = llm.complete(&format!("{}\n{page}", *newest)).await?;
            drop(newest);
            translations.push(reply.text);
        }
        Ok(translations)
    }
}

/// Trap: the guard is dropped before the call. Nobody waits; but for the compiler a variable that was borrowed may live on.
/// Caught by: the_future_can_be_spawned
/// Says: lives across an `.await`
mod dropped_by_hand {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow();
            if *newest == "stop" {
                break;
            }
            let sent = format!("{}\n{page}", *newest);
            drop(newest);
            let reply = llm.complete(&sent).await?;
            translations.push(reply.text);
        }
        Ok(translations)
    }
}

/// Trap: the prompt is copied once, before the loop.
/// Caught by: each_page_has_the_newest_prompt
/// Says: not once for all pages
mod once_for_all_pages {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let newest = prompt.borrow().clone();
        let mut translations = Vec::new();
        for page in pages {
            if newest == "stop" {
                break;
            }
            let reply = llm.complete(&format!("{newest}\n{page}")).await?;
            translations.push(reply.text);
        }
        Ok(translations)
    }
}

/// Trap: all calls begin together, so none of them sees an edit.
/// Caught by: each_page_has_the_newest_prompt
/// Says: one after another
mod all_at_once {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let newest = prompt.borrow().clone();
        if newest == "stop" {
            return Ok(Vec::new());
        }
        let calls = pages.iter().map(|page| llm.complete(&format!("{newest}\n{page}")));
        let replies = futures::future::try_join_all(calls).await?;
        Ok(replies.into_iter().map(|reply| reply.text).collect())
    }
}

/// Trap: it waits for a change before each page but the first.
/// Caught by: each_page_has_the_newest_prompt
/// Says: Who sends it
mod waits_for_an_edit {
    pub async fn translate(
        llm: &MockLlm,
        pages: &[String],
        mut prompt: Receiver<String>,
    ) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow_and_update().clone();
            if newest == "stop" {
                break;
            }
            let reply = llm.complete(&format!("{newest}\n{page}")).await?;
            translations.push(reply.text);
            if prompt.changed().await.is_err() {
                break;
            }
        }
        Ok(translations)
    }
}

/// Trap: a channel without a sender is taken for the end.
/// Caught by: the_last_prompt_stays_when_the_editor_goes
/// Says: no reason to stop
mod ends_with_its_editor {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            if prompt.has_changed().is_err() {
                break;
            }
            let newest = prompt.borrow().clone();
            if newest == "stop" {
                break;
            }
            let reply = llm.complete(&format!("{newest}\n{page}")).await?;
            translations.push(reply.text);
        }
        Ok(translations)
    }
}

/// Trap: an edit to "stop" drops the call that is in flight.
/// Caught by: stop_begins_no_further_page
/// Says: its translation counts
mod stop_drops_the_call {
    pub async fn translate(
        llm: &MockLlm,
        pages: &[String],
        mut prompt: Receiver<String>,
    ) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow_and_update().clone();
            if newest == "stop" {
                break;
            }
            let mut watched = prompt.clone();
            tokio::select! {
                reply = llm.complete(&format!("{newest}\n{page}")) => translations.push(reply?.text),
                Ok(_) = watched.wait_for(|prompt| prompt == "stop") => break,
            }
        }
        Ok(translations)
    }
}

/// Trap: a prompt in which the word stands is taken for the word.
/// Caught by: stop_begins_no_further_page
/// Says: letter for letter
mod a_prompt_with_the_word_in_it {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow().clone();
            if newest.contains("stop") {
                break;
            }
            let reply = llm.complete(&format!("{newest}\n{page}")).await?;
            translations.push(reply.text);
        }
        Ok(translations)
    }
}

/// Trap: the prompt is tidied up before it is looked at: spaces and capitals go.
/// Caught by: stop_begins_no_further_page
/// Says: letter for letter
mod the_word_in_capitals {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow().clone();
            if newest.trim().eq_ignore_ascii_case("stop") {
                break;
            }
            let reply = llm.complete(&format!("{newest}\n{page}")).await?;
            translations.push(reply.text);
        }
        Ok(translations)
    }
}

/// Trap: others have a turn between the copy and the call, and what they write is not sent.
/// Caught by: each_page_has_the_newest_prompt
/// Says: Between the copy of the prompt and the
mod others_have_a_turn_in_between {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow().clone();
            if newest == "stop" {
                break;
            }
            tokio::task::yield_now().await;
            translations.push(llm.complete(&format!("{newest}\n{page}")).await?.text);
        }
        Ok(translations)
    }
}

/// Trap: without a prompt the page is sent alone.
/// Caught by: stop_begins_no_further_page
/// Says: goes before the pages like all
mod an_empty_prompt_is_none {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow().clone();
            let request = match newest.as_str() {
                "stop" => break,
                "" => page.clone(),
                newest => format!("{newest}\n{page}"),
            };
            translations.push(llm.complete(&request).await?.text);
        }
        Ok(translations)
    }
}

/// Trap: a "stop" during a call is remembered, though it was taken back.
/// Caught by: stop_begins_no_further_page
/// Says: Only the newest prompt counts
mod a_stop_is_remembered {
    pub async fn translate(
        llm: &MockLlm,
        pages: &[String],
        mut prompt: Receiver<String>,
    ) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        let mut stop = false;
        for page in pages {
            let newest = prompt.borrow_and_update().clone();
            if stop || newest == "stop" {
                break;
            }
            let request = format!("{newest}\n{page}");
            let mut call = std::pin::pin!(llm.complete(&request));
            let reply = loop {
                tokio::select! {
                    reply = &mut call => break reply?,
                    Ok(()) = prompt.changed() => stop |= *prompt.borrow_and_update() == "stop",
                }
            };
            translations.push(reply.text);
        }
        Ok(translations)
    }
}

/// Trap: a new prompt is taken only where `has_changed` says so, and that is an error when the editor has gone.
/// Caught by: the_last_prompt_stays_when_the_editor_goes
/// Says: also if there is a value that was not seen
mod only_what_has_changed {
    pub async fn translate(
        llm: &MockLlm,
        pages: &[String],
        mut prompt: Receiver<String>,
    ) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        let mut newest = prompt.borrow_and_update().clone();
        for page in pages {
            if prompt.has_changed().unwrap_or(false) {
                newest = prompt.borrow_and_update().clone();
            }
            if newest == "stop" {
                break;
            }
            translations.push(llm.complete(&format!("{newest}\n{page}")).await?.text);
        }
        Ok(translations)
    }
}

/// Trap: an error is the end of the list.
/// Caught by: an_error_is_returned
/// Says: looks like a whole one
mod an_error_is_the_end {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest = prompt.borrow().clone();
            if newest == "stop" {
                break;
            }
            let Ok(reply) = llm.complete(&format!("{newest}\n{page}")).await else { break };
            translations.push(reply.text);
        }
        Ok(translations)
    }
}
