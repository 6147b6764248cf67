use harness::{Check, Finished, Lane, Outcome, Sorted, Timeline, numbered, saw, secs, test};
use mock_llm::{Call, End, Journal, MockLlm, Model, Reply};

use super::ask_all;

harness::checks!();

const PAGES: usize = 60;

const NOTHING_TO_WAIT_FOR: &str =
    "A list without prompts is a list too. Some tools panic when there is nothing to wait for.";

fn prompt(page: usize) -> String {
    format!("Review page {page}")
}

/// What the model says of a page. In the order of the alphabet, the reviews are not in the order of the pages.
fn review(page: usize) -> String {
    let verdict = ["Well written", "A few mistakes", "Too long", "Clear"][page % 4];
    format!("{verdict}: page {page}.")
}

/// A model that has read the document.
fn model() -> Model {
    (1..=PAGES).fold(Model::new("atlas"), |model, page| model.reply_to(prompt(page), review(page)))
}

/// Runs `ask_all` for these pages, in this order, where the model takes this many seconds for each.
fn ask(pages: &[(usize, f64)]) -> Finished<Vec<Reply>> {
    let prompts: Vec<String> = pages.iter().map(|&(page, _)| prompt(page)).collect();
    let model = pages
        .iter()
        .fold(model(), |model, &(page, seconds)| model.time_to_first_token_for(prompt(page), secs(seconds)));
    let llm = MockLlm::new([model]);
    let expected = pages.iter().map(|&(page, seconds)| Lane::call(prompt(page), 0.0, seconds));
    let expected = expected.fold(Timeline::default(), Timeline::lane);
    let check = Check::new().draws(&llm);
    // One call is drawn with the name of its model: there is nothing to compare.
    let check = if pages.len() > 1 { check.expects(expected) } else { check };
    let check = if pages.is_empty() { check.a_panic_means(NOTHING_TO_WAIT_FOR) } else { check };
    check.run(async || ask_all(&llm, &prompts).await)
}

/// This many pages, of which each takes this long.
fn alike(pages: usize, seconds: f64) -> Vec<(usize, f64)> {
    (1..=pages).map(|page| (page, seconds)).collect()
}

/// The page that a prompt asks for.
fn asked(call: &Call) -> Option<usize> {
    (1..=PAGES).find(|&page| call.prompt == prompt(page))
}

/// The page that a reply is about.
fn answered(reply: &Reply) -> Option<usize> {
    (1..=PAGES).find(|&page| reply.text == review(page))
}

/// The pages, in the order in which their reviews came.
fn in_order_of_arrival(journal: &Journal) -> Vec<usize> {
    let calls = journal.in_order_of_end().into_iter().filter(|call| matches!(call.ended, Some((_, End::Finished))));
    calls.filter_map(asked).collect()
}

/// The pages of all replies, in order.
fn pages_of(run: &Finished<Vec<Reply>>) -> Vec<usize> {
    let page = |reply: &Reply| {
        answered(reply).unwrap_or_else(|| {
            run.fail(
                saw(format!("the reply {:?}", reply.text))
                    .expected("only replies that the model gave")
                    .because("Each reply comes from the call for its prompt: nobody else knows what the model says."),
            )
        })
    };
    run.value().iter().map(page).collect()
}

/// Each prompt is asked once, and every call brings its reply.
#[test]
fn asks_every_prompt_once() {
    let run = ask(&alike(4, 1.0));
    let pages: Vec<usize> = run.journal().calls().iter().filter_map(asked).collect();
    let pages = pages.sorted();
    run.require(
        pages == [1, 2, 3, 4],
        saw(format!("calls for {}", numbered("page", &pages)))
            .expected("one call for each of pages 1, 2, 3, 4")
            .because("Every call costs money: none is repeated, and none is left out."),
    );
    let unfinished = pages.len() - run.journal().finished().count();
    run.require(
        unfinished == 0,
        saw(format!("{unfinished} of the 4 calls did not end with a reply"))
            .expected("every reply to come from its own call")
            .because("A call that is dropped or left behind was paid for, and its reply is lost."),
    );
}

/// For ten calls: one poll starts them, and each reply wakes the future once, or twice where it comes through a task
/// or a channel.
const MOST_POLLS: u64 = 1 + 2 * 10;

const LOOKS_AGAIN_AND_AGAIN: &str = "Your code looks again and again whether something has come. A future that is \
     `.await`ed is woken by the reply, and costs nothing until then.";

/// Ten calls of 2 s, all in flight together, take 2 s.
#[test]
fn ten_prompts_take_as_long_as_one() {
    let run = ask(&alike(10, 2.0));
    let high_water = run.journal().high_water();
    let because = match (high_water, run.tasks_spawned()) {
        (1, 0) => {
            "The calls run one after another. A list of futures is a list of calls that have not begun: a future does \
             nothing until it is polled, and an `.await` polls one until it is done. Make one future of all ten, and \
             `.await` that one."
                .to_owned()
        }
        (1, tasks) => format!(
            "The calls run one after another. You spawned {tasks} {}, and a task runs by itself; but an `.await` holds \
             up the lines below it, and in a loop the next round too. What does your code wait for before it starts \
             the second call?",
            if tasks == 1 { "task" } else { "tasks" }
        ),
        (2..=9, _) => format!(
            "Only {high_water} calls are in flight together, and the others wait for them. Nobody asked for a limit \
             here: a call that waits needs no processor and no thread, so ten cost no more time than one."
        ),
        _ if run.polls() > MOST_POLLS => {
            format!("Your future was polled {} times in this time. {LOOKS_AGAIN_AND_AGAIN}", run.polls())
        }
        _ if run.elapsed() < secs(2.0) => {
            "The model needs 2.000 s, and on the clock of this run they did not pass. Your code waited somewhere else: \
             on a thread or a runtime of its own."
                .to_owned()
        }
        _ => "The calls overlap, but something else takes time. Ten calls together take as long as the slowest."
            .to_owned(),
    };
    run.takes(secs(2.0), &because);
}

/// The reply to the first prompt comes first in the list, also when it arrives last.
#[test]
fn replies_keep_the_order_of_the_prompts() {
    for pages in [[(3, 0.9), (1, 0.3), (4, 0.6), (2, 0.1)], [(2, 0.2), (4, 0.4), (3, 0.1), (1, 0.3)]] {
        let run = ask(&pages);
        let wanted = pages.map(|(page, _)| page);
        let replies = pages_of(&run);
        run.require(
            replies.len() == wanted.len(),
            saw(format!("{} replies", replies.len())).expected("4, one for each prompt").because(
                "The caller pairs the first reply with the first prompt, the second with the second. If one is \
                 missing, all that follow have the wrong prompt.",
            ),
        );
        run.require(
            replies == wanted,
            saw(format!("the reviews of {}, in this order", numbered("page", &replies)))
                .expected(format!("{}: the order of the prompts", numbered("page", &wanted)))
                .because(if replies == in_order_of_arrival(run.journal()) {
                    "The replies are in the order in which they came. The caller pairs the first reply with the first \
                     prompt: which page is the fastest today must not change what the caller gets. Which tool starts \
                     all calls together and still keeps their places?"
                } else {
                    "The caller pairs the first reply with the first prompt, the second with the second. A reply does \
                     not say which prompt it answers: only its place in the list does."
                }),
        );
        let slowest = pages.into_iter().map(|(_, seconds)| seconds).fold(0.0, f64::max);
        run.takes(secs(slowest), "Whichever page is the slowest, it decides how long the four take together.");
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

/// One prompt, or sixty: all of them are in flight together.
#[test]
fn any_number_at_once() {
    for pages in [1, PAGES] {
        let run = ask(&alike(pages, 2.0));
        let (high_water, replies) = (run.journal().high_water(), run.value().len());
        run.require(
            high_water == pages,
            saw(format!("at most {high_water} calls in flight together, of {pages}"))
                .expected(pages.to_string())
                .because(
                    "The number of prompts is known only when the program runs: a number in the code is a limit that \
                     nobody asked for. What is not started is not being waited for, and the time is lost.",
                )
                .outcome(Outcome::TooSlow),
        );
        run.require(
            replies == pages,
            saw(format!("{replies} replies")).expected(pages.to_string()).because("Every prompt has a reply."),
        );
        run.takes(secs(2.0), "Calls of 2.0 s that start together end together, however many there are.");
    }
}

/// A prompt that stands in the list twice is asked twice: it has two places.
#[test]
fn the_same_prompt_twice_is_two_calls() {
    let llm = MockLlm::new([model().time_to_first_token(secs(1.0))]);
    let pages = [1, 2, 1];
    let prompts = pages.map(prompt);
    let run = Check::new().draws(&llm).run(async || ask_all(&llm, &prompts).await);
    let (calls, replies) = (run.journal().calls().len(), pages_of(&run));
    run.require(
        calls == 3 && replies == pages,
        saw(format!("{calls} calls, and {} replies: {}", replies.len(), numbered("page", &replies)))
            .expected("3 calls, and 3 replies: pages 1, 2, 1")
            .because(
                "What a reply belongs to is the place of its prompt in the list. The text of a prompt does not name \
                 it: two places may hold the same text, and a model may answer it in two ways.",
            ),
    );
}

/// Who waits sleeps: the future is polled when something has come, and not to look whether it has.
#[test]
fn is_polled_only_when_something_has_come() {
    let run = ask(&alike(10, 2.0));
    let polls = run.polls();
    run.require(
        polls <= MOST_POLLS,
        saw(format!("{polls} polls of your future in 2.000 s"))
            .expected(format!("{MOST_POLLS} at the most: one to start the ten calls, and two for each reply"))
            .because(LOOKS_AGAIN_AND_AGAIN),
    );
}
