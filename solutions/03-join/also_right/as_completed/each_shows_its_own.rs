//! Also right: `join_all` of futures that call `show` themselves. They run in one task, one at a time: a `RefCell` is enough.

use std::cell::RefCell;

use futures::future::join_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], show: impl FnMut(usize, Reply)) {
    let show = RefCell::new(show);
    let calls = prompts.iter().enumerate().map(|(place, prompt)| {
        let show = &show;
        async move {
            let reply = ask(llm, prompt).await;
            // Borrowed after the await: a borrow that is held over it would meet the borrow of another call.
            let mut show = show.borrow_mut();
            show(place, reply);
        }
    });
    join_all(calls).await;
}
