//! Other right answers for `short_borrow`.

/// A block that looks and writes the whole question, in which the borrow ends.
mod a_block {
    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let question = {
                let newest = prompt.borrow();
                if newest.as_str() == "stop" {
                    return Ok(translations);
                }
                format!("{}\n{page}", *newest)
            };
            translations.push(llm.complete(&question).await?.text);
        }
        Ok(translations)
    }
}

/// `borrow_and_update`, with a receiver that is `mut`.
mod marked_as_seen {
    pub async fn translate(
        llm: &MockLlm,
        pages: &[String],
        mut prompt: Receiver<String>,
    ) -> Result<Vec<String>, Error> {
        let mut translations = Vec::new();
        for page in pages {
            let newest: String = prompt.borrow_and_update().to_string();
            if newest == "stop" {
                return Ok(translations);
            }
            let reply = llm.complete(&[newest.as_str(), page.as_str()].join("\n")).await?;
            translations.push(reply.text);
        }
        Ok(translations)
    }
}

/// A function that is not async has the borrow.
mod a_function_that_is_not_async {
    fn question(prompt: &Receiver<String>, page: &str) -> Option<String> {
        let newest = prompt.borrow();
        (*newest != "stop").then(|| format!("{}\n{page}", *newest))
    }

    pub async fn translate(llm: &MockLlm, pages: &[String], prompt: Receiver<String>) -> Result<Vec<String>, Error> {
        let mut translations = Vec::with_capacity(pages.len());
        for page in pages {
            let Some(question) = question(&prompt, page) else { break };
            translations.push(llm.complete(&question).await?.text);
        }
        Ok(translations)
    }
}
