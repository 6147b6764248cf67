use futures::future::join_all;
use harness::{Check, Lane, Timeline, Wakes, kept_by, saw, secs, test};
use mock_llm::{MockLlm, Model};
use tokio::time::sleep;

use super::{Scratch, ask_about};

harness::checks!();

const PAGE: &str = "  A future is a value\n\tthat is not there   yet. ";
const PROMPT: &str = "Sum up: A future is a value that is not there yet.";

/// The bytes of a long page: many times as many as a scratch has room for.
const LONG: usize = 32 * Scratch::SIZE;

/// The pages of many questions, each another one.
fn page(number: usize) -> String {
    format!(" Page\n  {number}   of   a  book. ")
}

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
        "A future is one value with room for its largest state at least, and every variable that lives across an `.await` is part \
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
    let pages: Vec<String> = (0..100).map(page).collect();
    let run = Check::new().run(async || {
        let (questions, look) = (join_all(pages.iter().map(|page| ask_about(&llm, page))), async {
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

/// The model gets the words of each page, with one space between them, and no more of them than fit into a scratch.
#[test]
fn asks_about_the_cleaned_page() {
    let llm = atlas();
    let long = "token ".repeat(Scratch::SIZE / 6 + 100);
    let pages = [PAGE.to_owned(), page(7), String::new(), long];
    let expected = (0..).zip(["the first page", "the second page", "the empty page", "the long page"]);
    let expected = expected.fold(Timeline::default(), |drawing, (from, name)| {
        drawing.lane(Lane::call(name, f64::from(from), f64::from(from) + 1.0))
    });
    let run = Check::new().draws(&llm).expects(expected).run(async || {
        let mut replies = Vec::new();
        for page in &pages {
            replies.push(ask_about(&llm, page).await.text);
        }
        replies
    });
    let prompts: Vec<&str> = run.journal().calls().iter().map(|call| call.prompt.as_str()).collect();
    let short = [PROMPT, "Sum up: Page 7 of a book.", "Sum up: "];
    run.require(
        prompts.len() == 4 && prompts[..3] == short,
        saw(format!("the prompts {:?}", &prompts[..prompts.len().min(3)]))
            .expected(format!("{short:?}"))
            .because("The prompt is `Sum up: `, and what `Scratch::clean` returns for this page."),
    );
    // Words of five letters with a space between them, as many as there is room for.
    let words = (Scratch::SIZE + 1) / 6;
    run.require(
        prompts[3].split(' ').count() == words + 2 && prompts[3].len() == "Sum up: ".len() + 6 * words - 1,
        saw(format!("a prompt of {} bytes for a page of {}", prompts[3].len(), pages[3].len()))
            .expected(format!(
                "{} bytes: a scratch has room for {words} of its words",
                "Sum up: ".len() + 6 * words - 1
            ))
            .because("A page may be longer than a scratch. `Scratch::clean` leaves out what does not fit."),
    );
    run.require(
        run.value().iter().all(|reply| reply == "It comes later."),
        saw(format!("{:?}", run.value())).expected("the replies of the model").because("The caller waits for them."),
    );
    run.takes(secs(4.0), "Four calls in turn, and nothing else to wait for.");
}

/// A question that waits holds its prompt, and little more, wherever it is.
#[test]
fn holds_nothing_large_behind_a_pointer() {
    let llm = atlas();
    // The future in its box, and what the call needs besides: a prompt of 50 characters, a timer, a line in the journal.
    let bound = size_of_val(&llm.complete(PROMPT)) + 1024 + 3072;
    let (mostly_space, many_words) = (format!("{PAGE}{}", " ".repeat(LONG)), "token ".repeat(LONG / 6));
    let run = Check::new().run(async || {
        [PAGE, &mostly_space, &many_words].map(|page| {
            let (task, mut waiting) = (Wakes::new(), Vec::new());
            let kept = kept_by(|| {
                let mut asked = Box::pin(ask_about(&llm, page));
                let _ = task.poll(asked.as_mut());
                waiting.push(asked);
            });
            usize::try_from(kept.bytes).unwrap_or_default()
        })
    });
    let [bytes, of_space, of_words] = *run.value();
    run.require(
        bytes <= bound,
        saw(format!("a question that waits keeps {bytes} bytes on the heap"))
            .expected(format!("{bound} at most: the future in its box, and what its call needs"))
            .because(
                "The room of a scratch is still there, behind a pointer: in a `Box` that lives on or was leaked, in a future in \
                 a box (it has the place of its variables, also after `drop`), or in a string with room for more than its \
                 text. A thousand questions have a thousand of them.",
            ),
    );
    run.require(
        of_space <= bound,
        saw(format!(
            "a page of {LONG} bytes that is mostly white space: a question that waits keeps {of_space} bytes on the heap"
        ))
        .expected(format!("{bound} at most: its prompt is as short as that of a short page"))
        .because(
            "What waits with the question grows with the page, and nobody reads it any more: a copy of the page, or a string \
             that was made with room for it (`String::with_capacity(page.len())` asks for the room of a page that is not \
             cleaned yet). The prompt is all that the call needs.",
        ),
    );
    // A full prompt is there a few times: the learner's, that of the call, and that in the journal.
    let bound = bound + 6 * Scratch::SIZE;
    run.require(
        of_words <= bound,
        saw(format!("a page of {LONG} bytes, all of it words: a question that waits keeps {of_words} bytes on the heap"))
            .expected(format!("{bound} at most: of such a page the prompt has no more than fits into a scratch"))
            .because(
                "What waits with the question grows with the page, and nobody reads it any more: a list of its words, say. A \
                 variable lives to the end of its block, also where its last use is long over. End it before the `.await`.",
            ),
    );
}
