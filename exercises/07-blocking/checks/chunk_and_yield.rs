use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::join;
use harness::{Check, Finished, Outcome, saw, test};
use tokio::{task::yield_now, time::sleep};

use super::{SLICE, Tokenizer, count_all};

harness::checks!();

/// A tokenizer that notes how often another task has had its turn when a piece is counted. It cannot leave its thread.
#[derive(Debug, Clone, Default)]
struct Noting {
    turns: Arc<AtomicUsize>,
    pieces: Rc<RefCell<Vec<(usize, String)>>>,
}

impl Tokenizer for Noting {
    fn count(&self, piece: &str) -> usize {
        self.pieces.borrow_mut().push((self.turns.load(Ordering::Relaxed), piece.to_owned()));
        tokens_in(piece)
    }
}

fn tokens_in(piece: &str) -> usize {
    piece.len().div_ceil(4)
}

/// What was counted, and when.
#[derive(Debug)]
struct Counted {
    sum: usize,
    pieces: Vec<(usize, String)>,
    /// The turns of the other task while the count went on.
    turns: usize,
}

/// Counts beside another task, which takes every turn that it gets.
fn count(pieces: &[String]) -> Finished<Counted> {
    Check::new().run(async || {
        let tokenizer = Noting::default();
        let turns = tokenizer.turns.clone();
        let other = tokio::spawn({
            let turns = turns.clone();
            async move {
                // More turns than any count needs. It has an end, so that a count which nobody wakes is seen.
                for turn in 1..=600_000 {
                    turns.fetch_add(1, Ordering::Relaxed);
                    // Whoever sleeps meanwhile needs a clock that goes on.
                    if turn % 4000 == 0 {
                        sleep(Duration::from_millis(1)).await;
                    }
                    yield_now().await;
                }
            }
        });
        // The other task is there before the count begins.
        yield_now().await;
        let before = turns.load(Ordering::Relaxed);
        let sum = count_all(&tokenizer, pieces).await;
        let turns = turns.load(Ordering::Relaxed) - before;
        other.abort();
        let pieces = tokenizer.pieces.take().into_iter().map(|(turn, piece)| (turn - before, piece)).collect();
        Counted { sum, pieces, turns }
    })
}

/// Pieces of all sizes, those of no bytes too, and some alike. Each bears its number, where it has the room.
fn pieces(count: usize) -> Vec<String> {
    (0..count).map(|place| format!("{:>1$}", place % 97, place * 7919 % 1201)).collect()
}

/// How many slices these pieces need.
fn slices(pieces: &[String]) -> usize {
    let (mut slices, mut bytes) = (1, 0);
    for piece in pieces {
        if bytes > 0 && bytes + piece.len() > SLICE {
            slices += 1;
            bytes = 0;
        }
        bytes += piece.len();
    }
    slices
}

fn lists() -> Vec<Vec<String>> {
    let large = "l".repeat(3 * SLICE);
    let small = "s".repeat(SLICE / 2);
    vec![
        pieces(700),
        // Many small ones, and then few large ones: the number of pieces says nothing.
        (0..3000).map(|place| "x".repeat(place % 3)).chain((0..9).map(|_| "y".repeat(SLICE - 1))).collect(),
        vec![small.clone(), large.clone(), small.clone(), small.clone(), large.clone(), large.clone(), small.clone()],
        // A large one is the first, and the last.
        vec![large.clone(), small.clone(), small.clone(), small.clone(), large],
        // Slices that are full to the last byte.
        (0..11).map(|_| small.clone()).collect(),
        // A character is not a byte.
        (0..90).map(|place| "語".repeat(place * 7919 % 401)).collect(),
    ]
}

/// Every piece is counted once, in order, and the sum is right.
#[test]
fn the_sum_is_the_same() {
    let few = [vec![], vec![String::new(); 3], vec!["one piece".to_owned()]];
    for list in lists().into_iter().chain(few) {
        let run = count(&list);
        let counted: Vec<&String> = run.value().pieces.iter().map(|(_, piece)| piece).collect();
        run.require(
            counted == list.iter().collect::<Vec<_>>(),
            saw(format!("the tokenizer was given {} pieces", counted.len()))
                .expected(format!("the {} pieces of the list, each once, in order", list.len()))
                .because(
                    "To give way is to go on later at the same place. Work that is done twice, cut at other places, or \
                     left out gives another bill: a token may go across the place where a piece is cut.",
                ),
        );
        let wanted: usize = list.iter().map(|piece| tokens_in(piece)).sum();
        let sum = run.value().sum;
        run.require(
            sum == wanted,
            saw(format!("{sum} tokens")).expected(wanted.to_string()).because("It is the bill."),
        );
    }
}

/// Between two turns of the other tasks, at most a slice is counted.
#[test]
fn gives_way_in_time() {
    for list in lists() {
        let run = count(&list);
        let all: usize = list.iter().map(String::len).sum();
        let too_few = run.value().turns <= 1 && slices(&list) > 2;
        let (mut turn, mut bytes, mut in_slice) = (usize::MAX, 0, 0);
        for (at, piece) in &run.value().pieces {
            if *at != turn {
                (turn, bytes, in_slice) = (*at, 0, 0);
            }
            bytes += piece.len();
            in_slice += usize::from(!piece.is_empty());
            if bytes <= SLICE || in_slice == 1 {
                continue;
            }
            run.fail(
                saw(format!("{bytes} bytes, in {in_slice} pieces, counted without a turn for the other task"))
                    .expected(format!("at most {SLICE} bytes, or one piece"))
                    .because(if too_few {
                        format!(
                            "All {all} bytes are counted in one or two polls, and every other task of this thread \
                             waits. `async` alone gives nothing away, and neither does an `.await` on something that \
                             is ready at once: `sleep(Duration::ZERO)`, an async block, a budget that lasts for many \
                             turns. A future gives way when it returns `Pending`, having asked to be polled again."
                        )
                    } else {
                        "It gives way, and too late: the work between two turns is what counts, and it is measured in \
                         bytes here (`len()` of a text). A number of pieces says nothing about it, for they are of all \
                         sizes, and a large one needs a turn before it as well as after it. The new slice begins with the \
                         bytes of the piece that did not fit, not with none. (And an `.await` that is ready at once gives \
                         nothing away, whatever it waits for.)"
                            .to_owned()
                    })
                    .outcome(Outcome::Blocked),
            );
        }
    }
}

/// It does not sleep: nothing is waited for, so no time passes.
#[test]
fn does_not_sleep() {
    let run = count(&pieces(700));
    run.require(
        run.elapsed().is_zero(),
        saw(format!("the count took {:.3} s of the clock", run.elapsed().as_secs_f64()))
            .expected("0.000 s")
            .because(
                "A pause between the slices gives way, and then the thread may have nothing to do and stands still, \
                 while there is work. A count that gives way comes back when everybody else had a turn, be it at once.",
            )
            .outcome(Outcome::TooSlow),
    );
}

/// It gives way as often as it must, and no more often.
#[test]
fn gives_way_no_more_often_than_it_must() {
    for list in lists() {
        let run = count(&list);
        let Counted { pieces, turns, .. } = run.value();
        let (mut last, mut bytes, mut slice) = (0, 0, 1);
        let mut in_vain = None;
        for (at, piece) in pieces {
            let given = at - last;
            let fits = bytes == 0 || bytes + piece.len() <= SLICE;
            // One before the first piece, or one after the last, is not worth a word.
            let first = bytes == 0 && slice == 1;
            in_vain = in_vain.or(match given {
                0 => None,
                1 if first || !fits => None,
                1 => Some((
                    format!("after {bytes} bytes of a slice, before a piece of {} that fits", piece.len()),
                    IT_FITS,
                )),
                _ => Some((format!("among {given} at once, after {bytes} bytes of a slice"), NOTHING_COUNTED)),
            });
            if given > 0 {
                (last, bytes, slice) = (*at, 0, slice + 1);
            }
            bytes += piece.len();
        }
        if *turns > last + 1 {
            in_vain = in_vain.or(Some(("among several after the last piece".to_owned(), NOTHING_COUNTED)));
        }
        let needed = slices(&list) - 1;
        if let Some((place, because)) = in_vain {
            run.fail(
                saw(format!("turns given: {turns}, for {} pieces; one in vain is {place}", list.len()))
                    .expected(format!("turns given: {needed}, each before a piece that is too much for its slice"))
                    .because(because),
            );
        }
    }
}

const IT_FITS: &str = "Each turn goes round all tasks that are ready. To give way after every piece, or after fewer bytes than \
                       a slice, makes the count longer, and nobody is served sooner than within a slice. A slice may be full \
                       to the last byte.";

const NOTHING_COUNTED: &str = "A turn is given for what was counted since the last one. Where nothing was counted meanwhile, \
                               nobody has waited.";

/// Two counts side by side take turns.
#[test]
fn two_counts_alternate() {
    let list: Vec<String> = (0..20).map(|_| "z".repeat(SLICE - 3)).collect();
    let run = Check::new().run(async || {
        let order = Rc::new(RefCell::new(Vec::new()));
        let (a, b) = (Named { name: 'a', order: order.clone() }, Named { name: 'b', order: order.clone() });
        join!(count_all(&a, &list), count_all(&b, &list));
        order.take().into_iter().collect::<String>()
    });
    let order = run.value();
    run.require(
        *order == "ab".repeat(20),
        saw(order.clone()).expected("ab".repeat(20)).because(
            "Both counts are polled by one task. The first one gives way after its slice, and the second one has its \
             turn; where they do not alternate, one of them has kept the thread.",
        ),
    );
}

struct Named {
    name: char,
    order: Rc<RefCell<Vec<char>>>,
}

impl Tokenizer for Named {
    fn count(&self, piece: &str) -> usize {
        self.order.borrow_mut().push(self.name);
        tokens_in(piece)
    }
}
