use futures::future::join_all;
use harness::{Check, Lane, Timeline, saw, secs, test};
use mock_llm::{MockLlm, Model};
use tokio::time::sleep;

use super::{Scratch, ask_about};

harness::checks!();

const PAGE: &str = "  A future is a value\n\tthat is not there   yet. ";
const PROMPT: &str = "Sum up: A future is a value that is not there yet.";

fn atlas() -> MockLlm {
    MockLlm::new([Model::new("atlas").time_to_first_token(secs(1.0)).reply("It comes later.")])
}

/// The future is about as large as the call that it waits for.
#[test]
fn is_small_while_it_waits() {
    let llm = atlas();
    let call = size_of_val(&llm.complete(PROMPT));
    // The rest is for the arguments, the prompt and the like: room for 128 words, one sixteenth of a scratch.
    let bound = call + 1024;
    let run = Check::new().run(async || {
        let asked = Box::pin(ask_about(&llm, PAGE));
        let size = size_of_val(&*asked);
        let mut asked = asked;
        let _ = futures::poll!(&mut asked);
        (size, Scratch::in_use())
    });
    let (size, in_use) = *run.value();
    let because = if in_use == 0 {
        "The scratch is gone while the future waits, and its place is still there: `drop(scratch)` ends the value and not \
         its place. The place of a variable that was borrowed lasts until the end of its block. So end the block before \
         the `.await`."
    } else {
        "A future is one value with room for its largest state, and every variable that lives across an `.await` is part \
         of a state. So is a temporary of the statement with the `.await` in it. What is not needed after the `.await` has \
         to end before it: give it a block, or a function, of its own."
    };
    run.require(
        size <= bound,
        saw(format!("a future of {size} bytes"))
            .expected(format!("{bound} bytes at most: {call} for the call that it awaits, and 1024 for the rest"))
            .because(because),
    );
}

/// While a hundred questions wait, there is not one scratch.
#[test]
fn holds_no_scratch_while_it_waits() {
    let llm = atlas();
    let run = Check::new().run(async || {
        let (questions, look) = (join_all((0..100).map(|_| ask_about(&llm, PAGE))), async {
            sleep(secs(0.5)).await;
            Scratch::in_use()
        });
        let (replies, in_use) = futures::join!(questions, look);
        (replies.len(), in_use, Scratch::in_use())
    });
    let (_, waiting, after) = *run.value();
    run.require(
        waiting == 0 && after == 0,
        saw(format!(
            "while 100 questions wait there are {waiting} of the scratches, {} KiB; after that, {after}",
            waiting * Scratch::SIZE / 1024
        ))
        .expected("none")
        .because(if after > 0 {
            "The scratch outlives the question that it was made for. Make it when it is needed, and let it end before the \
             `.await`, while the question waits."
        } else {
            "The future itself is small, and what it holds behind a pointer is as large as before. A pointer makes a future \
             cheap to move. Only the end of the scratch makes it cheap to keep: let it end before the `.await`."
        }),
    );
    run.takes(secs(1.0), "A hundred questions that wait together take as long as one.");
}

/// The model gets the words of the page, with one space between them.
#[test]
fn asks_about_the_cleaned_page() {
    let llm = atlas();
    let expected = Timeline::default().lane(Lane::call("atlas", 0.0, 1.0));
    let run = Check::new().draws(&llm).expects(expected).run(async || ask_about(&llm, PAGE).await);
    let prompts: Vec<&str> = run.journal().calls().iter().map(|call| call.prompt.as_str()).collect();
    run.require(
        prompts == [PROMPT],
        saw(format!("the prompts {prompts:?}"))
            .expected(format!("{:?}", [PROMPT]))
            .because("The prompt is `Sum up: `, and what `Scratch::clean` returns."),
    );
    run.require(
        run.value().text == "It comes later.",
        saw(format!("{:?}", run.value().text)).expected("the reply of the model").because("The caller waits for it."),
    );
    run.takes(secs(1.0), "One call takes as long as its model.");
}
