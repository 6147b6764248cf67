use harness::{Check, Finished, Lane, Outcome, Sorted, Timeline, numbered, saw, secs, test};
use mock_llm::{Call, End, Journal, MockLlm, Model, Reply};

use super::ask_all;

harness::checks!();

/// More than anybody would write into the code as a limit.
const PAGES: usize = 600;

const NOTHING_TO_WAIT_FOR: &str =
    "A list without prompts is a list too. Some tools panic when there is nothing to wait for.";

fn prompt(page: usize) -> String {
    format!("Read page {page}")
}

/// The model's notes on a page: what the second call asks about.
fn notes(page: usize) -> String {
    format!("Page {page}: {}", ["storm", "boat", "ball", "map"][page % 4])
}

/// What the model makes of the notes. In the order of the alphabet, the reviews are not in the order of the pages.
fn review(page: usize) -> String {
    let verdict = ["Well written", "A few mistakes", "Too long", "Clear"][page % 4];
    format!("{verdict}: page {page}.")
}

/// After how many seconds the notes are there, where both calls of the page take this long. The share differs from page to
/// page: the notes of one page are there when those of another have only begun. A whole number of milliseconds, because
/// the clock knows no smaller ones.
fn noted_after(page: usize, seconds: f64) -> f64 {
    let share = 0.05 + 0.9 * (page * 7 % 10) as f64 / 10.0;
    (seconds * share * 1000.0).round() / 1000.0
}

/// A model that takes this many seconds for the two calls of each page together.
fn model(pages: &[(usize, f64)]) -> Model {
    pages.iter().fold(Model::new("atlas"), |model, &(page, seconds)| {
        let first = secs(noted_after(page, seconds));
        model
            .reply_to(prompt(page), notes(page))
            .reply_to(notes(page), review(page))
            .time_to_first_token_for(prompt(page), first)
            .time_to_first_token_for(notes(page), secs(seconds) - first)
    })
}

/// Runs `ask_all` for these pages, in this order, where the two calls of a page take this many seconds together.
fn ask(pages: &[(usize, f64)]) -> Finished<Vec<Reply>> {
    let prompts: Vec<String> = pages.iter().map(|&(page, _)| prompt(page)).collect();
    let llm = MockLlm::new([model(pages)]);
    let first = |&(page, seconds): &(usize, f64)| Lane::call(prompt(page), 0.0, noted_after(page, seconds));
    let second = |&(page, seconds): &(usize, f64)| Lane::call(notes(page), noted_after(page, seconds), seconds);
    let mut by_notes = pages.to_vec();
    by_notes.sort_by(|&(one, first), &(other, second)| noted_after(one, first).total_cmp(&noted_after(other, second)));
    let lanes = pages.iter().map(first).chain(by_notes.iter().map(second));
    let expected = lanes.fold(Timeline::default(), Timeline::lane);
    let check = Check::new().draws(&llm);
    // Hundreds of lanes show nothing that ten do not show.
    let check = if (1..=10).contains(&pages.len()) { check.expects(expected) } else { check };
    let check = if pages.is_empty() { check.a_panic_means(NOTHING_TO_WAIT_FOR) } else { check };
    check.run(async || ask_all(&llm, &prompts).await)
}

/// This many pages, of which each takes this long.
fn alike(pages: usize, seconds: f64) -> Vec<(usize, f64)> {
    (1..=pages).map(|page| (page, seconds)).collect()
}

/// The page whose text this is, as `of_page` writes it.
fn page_of(text: &str, of_page: fn(usize) -> String) -> Option<usize> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|&page| of_page(page) == text)
}

/// The calls that ask for this of a page.
fn calls_for(journal: &Journal, of_page: fn(usize) -> String) -> Vec<(usize, &Call)> {
    journal.calls().iter().filter_map(|call| Some((page_of(&call.prompt, of_page)?, call))).collect()
}

/// The pages, in the order in which their reviews came.
fn in_order_of_arrival(journal: &Journal) -> Vec<usize> {
    let calls = journal.in_order_of_end().into_iter().filter(|call| matches!(call.ended, Some((_, End::Finished))));
    calls.filter_map(|call| page_of(&call.prompt, notes)).collect()
}

/// The pages of all replies, in order.
fn pages_of(run: &Finished<Vec<Reply>>) -> Vec<usize> {
    let page = |reply: &Reply| {
        page_of(&reply.text, review).unwrap_or_else(|| {
            run.fail(saw(format!("the reply {:?}", reply.text)).expected("only reviews that the model gave").because(
                if page_of(&reply.text, notes).is_some() {
                    "These are notes, the reply to the first call of the page. The review is the reply to the second: a \
                     page has two calls, and the second one asks about what the first one brought."
                } else {
                    "Each review comes from the second call for its page: nobody else knows what the model says."
                },
            ))
        })
    };
    run.value().iter().map(page).collect()
}

/// Each page is asked about twice, for notes and for a review, and every call brings its reply.
#[test]
fn asks_every_prompt_once() {
    let run = ask(&alike(4, 1.0));
    let asked = |of_page| {
        let pages: Vec<usize> = calls_for(run.journal(), of_page).into_iter().map(|(page, _)| page).collect();
        pages.sorted()
    };
    let (noted, reviewed) = (asked(prompt), asked(notes));
    let calls = run.journal().calls().len();
    run.require(
        noted == [1, 2, 3, 4] && reviewed == [1, 2, 3, 4] && calls == 8,
        saw(format!(
            "{calls} calls: for notes on {}; for reviews of {}",
            numbered("page", &noted),
            numbered("page", &reviewed)
        ))
        .expected("8 calls: for each of pages 1, 2, 3, 4 one for notes and one for a review")
        .because(if reviewed.is_empty() {
            "A page has two calls. The reply to the first one is what the second one asks about: `review` was not called."
        } else {
            "Every call costs money: none is repeated, and none is left out."
        }),
    );
    let unfinished = calls - run.journal().finished().count();
    run.require(
        unfinished == 0,
        saw(format!("{unfinished} of the 8 calls did not end with a reply"))
            .expected("every reply to come from its own call")
            .because("A call that is dropped or left behind was paid for, and its reply is lost."),
    );
    run.leaves_nothing_behind();
}

/// Ten pages of 2 s, all on their way together, take 2 s: no page waits for another one.
#[test]
fn ten_prompts_take_as_long_as_one() {
    let run = ask(&alike(10, 2.0));
    let high_water = run.journal().high_water();
    if high_water == 10 && waits_of_reviews(run.journal()).is_none() {
        run.takes_each_reply_when_it_is_there();
    }
    let because = match (high_water, run.tasks_spawned()) {
        (1, 0) => {
            "The calls run one after another. A list of futures is a list of calls that have not begun: a future does \
             nothing until it is polled, and an `.await` polls one until it is done. Make one future of all ten pages, \
             and `.await` that one."
                .to_owned()
        }
        (1, tasks) => format!(
            "The calls run one after another. You spawned {tasks} {}, and a task runs by itself; but an `.await` holds \
             up the lines below it, and in a loop the next round too. What does your code wait for before it starts \
             the second page?",
            if tasks == 1 { "task" } else { "tasks" }
        ),
        (2..=9, _) => format!(
            "Only {high_water} calls are in flight together, and the others wait for them. Nobody asked for a limit \
             here: a call that waits needs no processor and no thread, so ten cost no more time than one."
        ),
        _ => waits_of_reviews(run.journal()).unwrap_or_else(|| {
            "The calls overlap, but something else takes time. Ten pages together take as long as the slowest."
                .to_owned()
        }),
    };
    run.takes(secs(2.0), &because);
}

/// What a review waited for that could have begun when the notes of its page were there.
fn waits_of_reviews(journal: &Journal) -> Option<String> {
    let noted = calls_for(journal, prompt);
    let there = |call: &Call| call.ended.as_ref().map(|(at, _)| *at);
    let mut reviews = calls_for(journal, notes);
    reviews.sort_by_key(|(_, call)| call.started);
    let (page, waiting, from) = reviews.iter().find_map(|&(page, call)| {
        let noted = noted.iter().find(|(noted, _)| *noted == page).and_then(|(_, call)| there(call))?;
        (call.started > noted).then_some((page, call, noted))
    })?;
    let last_notes = noted.iter().filter_map(|(_, call)| there(call)).max()?;
    let cause = if reviews.windows(2).all(|pair| there(pair[0].1).is_some_and(|ended| ended <= pair[1].1.started)) {
        "The reviews run one after another: each is awaited before the next one begins."
    } else if reviews[0].1.started >= last_notes {
        "No review begins before the notes on all pages are there: one `.await` for all first calls holds up all second \
         calls, and each page waits for the slowest."
    } else {
        "It waited for another page, which it does not need."
    };
    Some(format!(
        "The notes on page {page} were there at {:.3} s, and its review began at {:.3} s. {cause} Write down the way of \
         *one* page, with its two calls, as one future; then join the pages.",
        from.as_secs_f64(),
        waiting.started.as_secs_f64()
    ))
}

/// The review of the first page comes first in the list, also when it arrives last.
#[test]
fn replies_keep_the_order_of_the_prompts() {
    for pages in [[(3, 0.937), (1, 0.353), (4, 0.611), (2, 0.117)], [(2, 0.211), (4, 0.457), (3, 0.117), (1, 0.353)]] {
        let run = ask(&pages);
        run.premise(
            run.journal().high_water() > 1,
            "The calls run one after another, so no reply can overtake another one: first let them overlap.",
        );
        if let Some(because) = waits_of_reviews(run.journal()) {
            run.takes(secs(0.937), &because);
        }
        run.takes_each_reply_when_it_is_there();
        let wanted = pages.map(|(page, _)| page);
        let replies = pages_of(&run);
        run.require(
            replies.len() == wanted.len(),
            saw(format!("{} reviews", replies.len())).expected("4, one for each prompt").because(
                "The caller pairs the first review with the first prompt, the second with the second. If one is \
                 missing, all that follow have the wrong prompt.",
            ),
        );
        run.require(
            replies == wanted,
            saw(format!("the reviews of {}, in this order", numbered("page", &replies)))
                .expected(format!("{}: the order of the prompts", numbered("page", &wanted)))
                .because(if replies == in_order_of_arrival(run.journal()) {
                    "The reviews are in the order in which they came. The caller pairs the first review with the first \
                     prompt: which page is the fastest today must not change what the caller gets. Which tool starts \
                     all pages together and still keeps their places?"
                } else {
                    "The caller pairs the first review with the first prompt, the second with the second. A reply does \
                     not say which prompt it answers: only its place in the list does."
                }),
        );
    }
}

/// An empty list needs no call and no time.
#[test]
fn no_prompts_no_replies() {
    let run = ask(&[]);
    let (calls, replies) = (run.journal().calls().len(), run.value().len());
    run.require(
        calls == 0 && replies == 0,
        saw(format!("{calls} calls and {replies} replies")).expected("none").because("There is nothing to ask."),
    );
    run.takes(secs(0.0), "To wait for all of nothing takes no time.");
}

/// One page, or six hundred: all of them are on their way together.
#[test]
fn any_number_at_once() {
    for pages in [1, PAGES] {
        let run = ask(&alike(pages, 1.937));
        let (high_water, replies) = (run.journal().high_water(), pages_of(&run));
        run.require(
            high_water == pages,
            saw(format!("at most {high_water} calls in flight together, of {pages}"))
                .expected(pages.to_string())
                .because(if high_water < pages {
                    "The number of prompts is known only when the program runs: a number in the code is a limit that \
                     nobody asked for. What is not started is not being waited for, and the time is lost."
                } else {
                    "Every call costs money: none is repeated."
                })
                .outcome(if high_water < pages { Outcome::TooSlow } else { Outcome::Wrong }),
        );
        run.require(
            replies.iter().copied().eq(1..=pages),
            saw(format!("{} reviews, and not all at the places of their pages", replies.len()))
                .expected(format!("{pages} reviews, in the order of the prompts"))
                .because("Every prompt has a review, however many there are."),
        );
        run.takes(secs(1.937), "Pages that start together and take equally long end together, however many there are.");
    }
}

/// A prompt that stands in the list twice is asked twice: it has two places.
#[test]
fn the_same_prompt_twice_is_two_calls() {
    let pages = [(1, 1.0), (2, 1.0), (1, 1.0)];
    let run = ask(&pages);
    let [noted, reviewed] = [prompt, notes].map(|of_page| calls_for(run.journal(), of_page).len());
    let replies = pages_of(&run);
    run.require(
        noted == 3 && reviewed == 3 && replies == [1, 2, 1],
        saw(format!(
            "{noted} calls for notes and {reviewed} for reviews, and the reviews of {}",
            numbered("page", &replies)
        ))
        .expected("3 calls for notes and 3 for reviews, and the reviews of page 1, page 2, page 1")
        .because(
            "What a reply belongs to is the place of its prompt in the list. The text of a prompt does not name \
                 it: two places may hold the same text, and a model may answer it in two ways.",
        ),
    );
}
