use std::{cell::Cell, time::Duration};

use harness::{Check, Finished, Outcome, Sorted, odd, saw, secs, test};
use mock_llm::{MockLlm, Model};
use tokio::time::{sleep, timeout};

use super::{Draft, edit};

harness::checks!();

/// What came of a pile.
#[derive(Debug)]
struct Printed {
    texts: Vec<String>,
    /// The most letters that had been taken from the pile and were not printed.
    most_open: usize,
    taken: usize,
    returned: bool,
}

/// A pile of letters, of which every tenth is there twice.
#[derive(Debug, Clone, Copy)]
struct Pile {
    count: usize,
    /// How many drafts of letter `number` are not good.
    weak: fn(usize) -> usize,
    latency: fn(usize) -> Duration,
}

impl Pile {
    fn number(place: usize) -> usize {
        if place % 10 == 9 { place - 1 } else { place }
    }

    /// How long the writer works on each letter of the pile, if each first draft is good.
    fn writing(self) -> Duration {
        (0..self.count).map(|place| (self.latency)(Self::number(place))).sum()
    }

    fn texts(self) -> Vec<String> {
        (0..self.count).map(|place| format!("answer {}", Self::number(place))).collect()
    }

    fn llm(self) -> MockLlm {
        let mut model = Model::new("atlas");
        for number in 0..self.count {
            let weak = (self.weak)(number);
            for attempt in 0..=weak {
                let letter = format!("letter {number}{}", "!".repeat(attempt));
                let text = if attempt == weak { format!("answer {number}") } else { format!("hm {number}") };
                model = model.reply_to(letter.clone(), text).time_to_first_token_for(letter, (self.latency)(number));
            }
        }
        MockLlm::new([model])
    }

    /// Runs `edit` on the pile, with a printer that takes `pause` for each draft.
    fn edit(self, capacity: usize, pause: Duration) -> Finished<Printed> {
        let llm = self.llm();
        // A few calls are drawn; hundreds are not.
        let check = if self.count <= 12 { Check::new().draws(&llm) } else { Check::new().within(secs(9000.0)) };
        check.run(async || {
            llm.restart();
            let (taken, done, most_open) = (Cell::new(0_usize), Cell::new(0_usize), Cell::new(0_usize));
            let mut texts = Vec::new();
            let letters = (0..self.count).map(|place| {
                taken.set(taken.get() + 1);
                most_open.set(most_open.get().max(taken.get() - done.get()));
                format!("letter {}", Self::number(place))
            });
            let print = async |draft: Draft| {
                texts.push(draft.text);
                sleep(pause).await;
                done.set(done.get() + 1);
            };
            let returned = timeout(secs(8000.0), edit(&llm, letters, capacity, print)).await.is_ok();
            Printed { texts, most_open: most_open.get(), taken: taken.get(), returned }
        })
    }
}

/// All is printed, once, and the function has returned.
#[track_caller]
fn require_all(run: &Finished<Printed>, pile: Pile, capacity: usize) {
    let printed = run.value();
    let (count, seen) = (pile.count, printed.texts.len());
    run.require(
        printed.returned,
        saw(format!(
            "with {count} letters and a capacity of {capacity}, `edit` never returns: {} letters taken, {seen} printed",
            printed.taken
        ))
        .expected(format!("{count} letters printed"))
        .because(
            "A ring of two queues. The editor waits for a place in the writer's queue, and takes no draft meanwhile. The writer \
             waits for a place in the editor's queue, and takes no letter meanwhile. Both queues are full, and each waits for \
             the other. A longer queue only needs more letters, or more drafts that are not good. Whoever is in a ring must \
             go on taking while it waits for a place, or never have so much on its way that it must wait. (Was a letter \
             lost, or counted twice? Then the editor waits for a draft that nobody writes.)",
        )
        .outcome(Outcome::Deadlock),
    );
    let (texts, wanted) = (printed.texts.clone(), pile.texts());
    let texts = texts.iter().map(String::as_str).collect::<Vec<&str>>().sorted();
    let wanted = wanted.iter().map(String::as_str).collect::<Vec<&str>>().sorted();
    let why = if texts.iter().any(|text| text.contains("hm")) {
        "A draft that is not good is not printed: its letter goes to the writer once more."
    } else if texts.len() < wanted.len() {
        "A letter has been lost. A queue that is full is no reason to drop one, and neither is a draft that is not good."
    } else {
        "Each letter of the pile is printed once."
    };
    run.require(texts == wanted, {
        let (first, printed, needed) = first_difference(&texts, &wanted);
        let times = |times| match times {
            0 => "not at all".to_owned(),
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        saw(format!(
            "with {count} letters and a capacity of {capacity}: {seen} drafts printed, {first:?} {}",
            times(printed)
        ))
        .expected(format!("{count}, {first:?} {}", times(needed)))
        .because(why)
    });
}

/// The first text that stands in one list more often than in the other, and how often in each.
fn first_difference<'a>(seen: &[&'a str], wanted: &[&'a str]) -> (&'a str, usize, usize) {
    let count = |texts: &[&str], text: &str| texts.iter().filter(|other| **other == text).count();
    let texts = seen.iter().chain(wanted);
    let mut counts = texts.map(|&text| (text, count(seen, text), count(wanted, text)));
    counts.find(|(_, seen, wanted)| seen != wanted).unwrap_or_default()
}

/// At most two queues, and what is in somebody's hand, and not much less either.
#[track_caller]
fn require_room(run: &Finished<Printed>, capacity: usize) {
    let (seen, most) = (run.value().most_open, 2 * capacity + 3);
    run.require(
        seen <= most,
        saw(format!("with a capacity of {capacity}: {seen} letters taken from the pile and not printed"))
            .expected(format!("{most} at most: two full queues, and what is in somebody's hand"))
            .because(
                "The letters have only moved from the pile into memory. A queue without an end, a longer one, a list, or a task \
                 for each letter lets nobody wait, and so the ring does not stop; but it grows with the pile. The caller \
                 says how long a queue is.",
            ),
    );
    // One letter at a time has words of its own, in another check.
    run.require(
        seen >= capacity || seen <= 1,
        saw(format!("with a capacity of {capacity}: never more than {seen} letters were taken from the pile and not printed"))
            .expected(format!("{capacity} at some time, and {most} at most"))
            .because(
                "The caller says how long a queue is. A short one, or a low limit of your own, stops no ring, but then somebody waits \
                 though there should be room.",
            ),
    );
}

/// Some drafts are not good, a few of them twice.
fn some(number: usize) -> usize {
    usize::from(number % 7 == 3) + usize::from(number % 21 == 3)
}

/// A writer for many letters.
fn quick(number: usize) -> Duration {
    odd(number % 12) / 10
}

/// However many letters there are, and however long the queues: all is printed, and `edit` returns.
#[test]
fn the_ring_never_stops() {
    for (count, capacity) in [(40, 1), (41, 3), (300, 16), (700, 64)] {
        let pile = Pile { count, weak: some, latency: quick };
        let run = pile.edit(capacity, secs(0.013));
        require_all(&run, pile, capacity);
        run.leaves_nothing_behind();
    }
}

/// No draft is good at first: what goes round once more stops the ring as little as what is new.
#[test]
fn drafts_that_go_round_again_do_not_stop_it() {
    for (count, capacity) in [(60, 1), (90, 4), (200, 30)] {
        let pile = Pile { count, weak: |number| 1 + number % 3, latency: quick };
        let run = pile.edit(capacity, secs(0.007));
        require_all(&run, pile, capacity);
        run.leaves_nothing_behind();
    }
}

/// A letter is taken from the pile when there is room for it: the queues do not grow with the pile.
#[test]
fn the_queues_do_not_grow_with_the_pile() {
    for (count, capacity) in [(50, 1), (200, 5), (400, 17)] {
        // A slow writer fills the one queue, a slow printer the other.
        let slow: fn(usize) -> Duration = |number| odd(number % 12);
        for (latency, pause) in [(slow, 0.0), (|_| secs(0.003), 0.731)] {
            let pile = Pile { count, weak: some, latency };
            let all_weak = Pile { weak: |number| 1 + number % 2, ..pile };
            for pile in [pile, all_weak] {
                let run = pile.edit(capacity, secs(pause));
                require_room(&run, capacity);
                require_all(&run, pile, capacity);
            }
        }
    }
}

/// The writer always has the next letter, also while the editor prints.
#[test]
fn the_writer_goes_on_while_the_editor_prints() {
    let pile = Pile { count: 9, weak: |_| 0, latency: odd };
    let pause = secs(0.211);
    for capacity in [1, 2, 5] {
        let run = pile.edit(capacity, pause);
        require_all(&run, pile, capacity);
        run.require(
            run.journal().high_water() == 1,
            saw(format!("{} letters written at the same time", run.journal().high_water()))
                .expected("1")
                .because("There is one writer, and it is right as it is: one letter after another."),
        );
        run.require(
            run.journal().calls().len() == pile.count,
            saw(format!("{} calls to the model for {} letters", run.journal().calls().len(), pile.count))
                .expected(format!("{}, as each first draft is good", pile.count))
                .because("Every call costs money: a letter is answered once more only where its draft is not good."),
        );
        let wanted = pile.writing() + pause;
        let outcome = if run.elapsed() > wanted { Outcome::TooSlow } else { Outcome::Wrong };
        run.require(
            run.elapsed() == wanted,
            saw(format!("with a capacity of {capacity}, nine letters took {:.3} s", run.elapsed().as_secs_f64()))
                .expected(format!("{:.3} s: the writer is never without a letter", wanted.as_secs_f64()))
                .because(if run.elapsed() > wanted && pile.edit(5, pause).elapsed() == wanted {
                    "While a draft is printed, the writer has no letter, if the queue is short. The editor fills the queue as far as \
                     it can and then waits for a draft alone. But meanwhile the writer takes a letter out, and there is room again: \
                     wait for a place and for a draft at the same time."
                } else {
                    "While a draft is printed, the writer has no letter. One letter at a time stops no ring, but then nobody \
                     works while the other does, and the queues are for nothing. The next letter must be with the writer \
                     before the draft of the last one is printed."
                })
                .outcome(outcome),
        );
        // The printer has a timer for each letter, and the check has one.
        run.only_looks_when_woken(10);
    }
}

/// An empty pile, and a single letter.
#[test]
fn a_pile_may_be_small() {
    for (count, capacity) in [(0, 1), (1, 1), (1, 8), (2, 1)] {
        // The draft may be good the second time, or not for a long time.
        for weak in [|_| 1, |_| 25] {
            let pile = Pile { count, weak, latency: odd };
            let run = pile.edit(capacity, secs(0.1));
            require_all(&run, pile, capacity);
            run.leaves_nothing_behind();
        }
    }
}
