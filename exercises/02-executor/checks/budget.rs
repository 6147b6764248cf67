use std::{cell::RefCell, ops::Range, pin::pin, rc::Rc};

use futures::future::{join, join_all};
use harness::{Check, Finished, Outcome, Trace, Wakes, more_turns, saw, test};

use super::{Executor, Tokens};

harness::checks!();

/// Tokens in the order in which they were read, each with the number of the turn.
#[derive(Clone, Default)]
struct Read {
    trace: Trace,
    tokens: Rc<RefCell<Vec<(usize, u32)>>>,
}

impl Read {
    /// The tokens that were read.
    fn tokens(&self) -> Vec<u32> {
        self.tokens.borrow().iter().map(|(_, token)| *token).collect()
    }

    /// Whether the tokens came one after the other, from the first one on.
    fn has_no_gap(&self) -> bool {
        self.tokens().into_iter().zip(0..).all(|(token, number)| token == number)
    }

    /// How many tokens were read in each turn in which any was read.
    fn in_each_turn(&self) -> Vec<usize> {
        self.tokens.borrow().chunk_by(|(turn, _), (next, _)| turn == next).map(<[_]>::len).collect()
    }

    /// The same in words, and not more than eight of them.
    fn turns(&self) -> String {
        let turns: Vec<_> = self.in_each_turn().iter().map(usize::to_string).collect();
        let more = if turns.len() > 8 { ", …" } else { "" };
        format!("turns with {}{more} tokens", turns[..turns.len().min(8)].join(", "))
    }

    fn note(&self, token: u32) {
        let turn = self.trace.all_polls();
        self.tokens.borrow_mut().push((turn, token));
    }

    /// A task that reads to the end.
    fn reader(&self, name: &'static str, tokens: Tokens) -> impl Future<Output = ()> + use<> {
        let this = self.clone();
        self.trace.task(name, async move {
            while let Some(token) = tokens.next().await {
                this.note(token);
            }
        })
    }

    /// Gives the code a new executor, and runs it. Fails if it never comes to an end, or if it breaks a rule.
    #[track_caller]
    fn drive(&self, code: impl FnOnce(&mut Executor)) -> Finished<()> {
        let trace = &self.trace;
        let run = Check::new().by_hand(|| {
            let mut executor = Executor::default();
            code(&mut executor);
            trace.watch(|| executor.run());
            trace.fault()
        });
        match run.value().clone() {
            Some(fault) => run.fail(fault),
            None => run.map(|_| ()),
        }
    }
}

/// A hundred tokens: six full turns and a rest.
const TOKENS: Range<u32> = 0..100;

/// While one task reads a hundred tokens that are there, another one has its turns.
#[test]
fn the_other_task_has_its_turns() {
    let read = Read::default();
    let trace = &read.trace;
    let run = read.drive(|executor| {
        executor.spawn(read.reader("r", executor.tokens(TOKENS)));
        executor.spawn(trace.task("o", more_turns(3)));
    });
    // Where tokens between others are missing, the next check says why.
    let ends_too_soon = trace.has_ended("r") && read.tokens().len() < TOKENS.len() && read.has_no_gap();
    run.require(
        !ends_too_soon,
        saw(format!("the reader was told that the tokens are at an end after {} of them", read.tokens().len()))
            .expected("the end after all hundred")
            .because(
                "`None` is the end of the tokens, and here only the turn is at its end: for that there is `Pending`.",
            ),
    );
    run.require(
        trace.has_ended("r"),
        saw(format!("the reader has read {} tokens, was pending, and was never polled again", read.tokens().len()))
            .expected("the reader to come back")
            .because(
                "Who ends the turn must ask for the next one. Nobody else will: the token is there already, so nobody will \
                 wake the reader when it comes.",
            )
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        trace.order() != "roooo",
        saw("the other task has its first turn when all the tokens have been read")
            .expected("turns for both, one after the other")
            .because(
                "Each token is ready, so no `.await` of the reader ever gives up the turn, and the executor cannot take it \
                 away. With an endless stream nobody else would run again: no timeout, no cancellation, no other user.",
            ),
    );
    run.require(
        trace.order().starts_with("rororo") && trace.has_ended("o"),
        saw(format!("the polls in the order `{}`", trace.order()))
            .expected("`rororo…`: one turn each, in turn")
            .because("Whoever has given up the turn stands at the end of the queue."),
    );
}

/// All tokens arrive at the reader, in their order.
#[test]
fn no_token_is_lost() {
    let read = Read::default();
    let run = read.drive(|executor| executor.spawn(read.reader("r", executor.tokens(TOKENS))));
    let tokens = read.tokens();
    let missing: Vec<u32> = TOKENS.filter(|token| !tokens.contains(token)).collect();
    run.require(
        missing.is_empty(),
        saw(format!("{} tokens are missing, the first one is number {}", missing.len(), missing.first().unwrap_or(&0)))
            .expected("all hundred")
            .because(
                "The token was taken out of the buffer, and then the poll was pending. What a poll has taken and does not \
                 return is gone: nobody keeps it for the next poll. So pay first, and take after that.",
            ),
    );
    run.require(
        tokens.iter().copied().eq(TOKENS),
        saw(format!("{} tokens, not in the order in which they have arrived", tokens.len()))
            .expected("0 to 99, each once")
            .because("A budget decides *when* a token is given, and nothing else."),
    );
}

/// A turn has sixteen tokens, and a hundred take seven turns.
#[test]
fn a_turn_has_sixteen_tokens() {
    let read = Read::default();
    let run = read.drive(|executor| executor.spawn(read.reader("r", executor.tokens(TOKENS))));
    run.require(
        read.in_each_turn() == [16, 16, 16, 16, 16, 16, 4],
        saw(read.turns()).expected("16, 16, 16, 16, 16, 16, 4").because(
            "A budget of sixteen pays for sixteen. With fewer the task spends its time changing places: a turn costs more \
             than a token. With more, the others wait longer than they were promised.",
        ),
    );
    let wakes = read.trace.wakes("r");
    run.require(
        wakes == 6,
        saw(format!("{wakes} wakes"))
            .expected("6, one for each turn that was given up")
            .because("A task that goes on has nothing to ask for. Only the one who says `Pending` needs a wake."),
    );
}

/// A task that reads two buffers has one budget for both.
#[test]
fn the_budget_is_the_tasks() {
    let read = Read::default();
    let this = read.clone();
    let run = read.drive(|executor| {
        let buffers = [executor.tokens(0..20), executor.tokens(20..40)];
        executor.spawn(read.trace.task("r", async move {
            loop {
                for buffer in &buffers {
                    match buffer.next().await {
                        Some(token) => this.note(token),
                        None => return,
                    }
                }
            }
        }));
    });
    run.require(
        read.in_each_turn() == [16, 16, 8],
        saw(read.turns()).expected("16, 16, 8").because(
            "It is the task that keeps the thread, however many buffers it reads. A budget for each buffer is none: with a \
             hundred buffers a turn has a hundred times as many tokens.",
        ),
    );
}

/// Two readers: each turn begins with a full budget, whoever was there before.
#[test]
fn every_turn_begins_with_a_full_budget() {
    let read = Read::default();
    let run = read.drive(|executor| {
        executor.spawn(read.reader("a", executor.tokens(0..40)));
        executor.spawn(read.reader("b", executor.tokens(0..40)));
    });
    run.require(
        read.in_each_turn() == [16, 16, 16, 16, 8, 8],
        saw(read.turns())
            .expected("16, 16, 16, 16, 8, 8")
            .because("What one task has spent is not for the next one to pay."),
    );
}

/// One task polls two readers in a join. They share the budget of its turn, also after the first of them was refused.
#[test]
fn two_readers_in_one_task_share_a_turn() {
    let read = Read::default();
    let this = read.clone();
    let run = read.drive(|executor| {
        let (one, two) = (executor.tokens(0..50), executor.tokens(50..100));
        let reads = |tokens: Tokens| {
            let this = this.clone();
            async move {
                while let Some(token) = tokens.next().await {
                    this.note(token);
                }
            }
        };
        let both = join(reads(one), reads(two));
        executor.spawn(read.trace.task("r", async move {
            both.await;
        }));
    });
    run.require(
        read.tokens().len() == 100 && read.in_each_turn().iter().all(|tokens| *tokens <= 16),
        saw(read.turns()).expected("not more than 16 in any turn, and a hundred tokens in all").because(
            "When the budget is spent, it is spent for the whole turn. The next reader in the same poll asks too, and must be \
             refused like the first one. Only the executor knows when a turn begins: it alone fills the budget. Or has \
             somebody got a token without asking `spend`? Each one is paid for, the last one of a buffer too.",
        ),
    );
}

/// Two readers of one task, each with a waker of its own, are refused in one turn. Both are woken, and nobody is before that.
#[test]
fn each_refusal_wakes_its_own_waker() {
    struct Seen {
        paid: usize,
        early: usize,
        refused: [bool; 2],
        wakes: [usize; 2],
    }
    let tasks = [Wakes::new(), Wakes::new()];
    let run = Check::new().by_hand(|| {
        let executor = Executor::default();
        executor.budget.refill();
        let buffers = [executor.tokens(0..19), executor.tokens(19..38)];
        let poll = |reader: usize| tasks[reader].poll(pin!(buffers[reader].next()));
        let paid = (0..16).filter(|_| poll(0).is_ready()).count();
        let early = tasks[0].count();
        let refused = [0, 1].map(|reader| poll(reader).is_pending());
        Seen { paid, early, refused, wakes: tasks.each_ref().map(Wakes::count) }
    });
    let Seen { paid, early, refused, wakes } = run.value();
    run.require(
        *paid == 16 && *refused == [true; 2],
        saw(format!("{paid} of 16 tokens in one turn; after that, is each of two readers refused? {refused:?}"))
            .expected("16, and then none for any reader")
            .because(
                "A budget of sixteen pays for sixteen, and when it is spent, it is spent for every reader of the turn.",
            ),
    );
    run.require(
        *early == 0,
        saw("the sixteenth token was given, and the waker was called with it, before any reader was refused")
            .expected("no wake with a token, and one with each `Pending`")
            .because(
                "Whoever has got a token goes on in this turn, and may want no other one: then the wake is a turn for nothing. \
                 And the waker to call is that of the reader that gets none, which may be another one.",
            ),
    );
    run.require(
        *wakes == [1; 2],
        saw(format!("two readers were refused in one turn, and their wakers were called {wakes:?} times"))
            .expected("[1, 1]")
            .because(
                "Each `Pending` needs a wake, with the waker of that poll. Where a task reads with `FuturesUnordered`, each \
                 reader has a waker of its own, and one that was not called is never polled again: it hangs, and its tokens \
                 are there.",
            )
            .outcome(Outcome::LostWakeUp),
    );
}

/// A task waits at ten buffers in which nothing has arrived, and reads one that is full. A turn has sixteen tokens.
#[test]
fn a_look_is_free() {
    let read = Read::default();
    let this = read.clone();
    let run = read.drive(|executor| {
        let quiet: Vec<_> = (0..10).map(|_| Rc::new(executor.no_tokens_yet())).collect();
        let busy = executor.tokens(0..32);
        let to_close = quiet.clone();
        executor.spawn(read.trace.task("r", async move {
            let waits = join_all(quiet.iter().map(|tokens| tokens.next()));
            let reads = async {
                while let Some(token) = busy.next().await {
                    this.note(token);
                }
                for tokens in &to_close {
                    tokens.close();
                }
            };
            drop(join(waits, reads).await);
        }));
    });
    run.require(
        read.tokens().len() == 32 && read.trace.has_ended("r"),
        saw(format!("{} tokens, and the task {}", read.tokens().len(), match read.trace.has_ended("r") {
            true => "has ended",
            false => "has not ended",
        }))
        .expected("32 tokens and the end of the task")
        .because(
            "Whoever finds nothing leaves its waker with the buffer: `arrive` and `close` call it. And a buffer that is empty \
             and open has no budget to ask for.",
        ),
    );
    run.require(
        read.in_each_turn() == [16, 16],
        saw(read.turns()).expected("16, 16").because(
            "An empty buffer has given nothing, so nothing is to be paid. If each look costs one, a task that waits at ten quiet \
             buffers has six left for the busy one, and at twenty it never comes to it.",
        ),
    );
}

/// Sixteen tokens and the end fit into one turn: the end costs nothing.
#[test]
fn the_end_is_free() {
    let read = Read::default();
    let run = read.drive(|executor| executor.spawn(read.reader("r", executor.tokens(0..16))));
    let polls = read.trace.polls("r");
    run.require(
        polls == 1 && read.tokens().len() == 16,
        saw(format!("{} tokens in {polls} polls", read.tokens().len()))
            .expected("16 tokens and the end, in one poll")
            .because("Only a token costs. Whoever is told that there is none has been given nothing to pay for."),
    );
}

/// Tokens that arrive later wake the reader, and the end does.
#[test]
fn what_arrives_later_is_read() {
    let read = Read::default();
    let trace = read.trace.clone();
    let run = read.drive(|executor| {
        let tokens = Rc::new(executor.no_tokens_yet());
        let (arriving, this) = (tokens.clone(), read.clone());
        executor.spawn(trace.task("r", async move {
            while let Some(token) = tokens.next().await {
                this.note(token);
            }
        }));
        executor.spawn(trace.task("w", async move {
            for token in 0..3 {
                arriving.arrive(token);
                more_turns(4).await;
            }
            arriving.close();
        }));
    });
    run.require(
        read.tokens() == [0, 1, 2] && trace.has_ended("r"),
        saw(format!(
            "the tokens {:?}, and the reader {}",
            read.tokens(),
            match trace.has_ended("r") {
                true => "has ended",
                false => "waits",
            }
        ))
        .expected("0, 1, 2 and the end")
        .because("Whoever is pending because nothing is there leaves its waker in `reader`. The next token calls it.")
        .outcome(Outcome::LostWakeUp),
    );
    let polls = trace.polls("r");
    run.require(
        polls == 5,
        saw(format!("{polls} polls of the reader"))
            .expected("5: one at the beginning, one for each token, one for the end")
            .because("Where nothing has arrived, the one who is to wake the reader is the one who brings the token."),
    );
}

/// Two tasks have asked one after the other. The one that has asked last is woken when a token arrives.
#[test]
fn the_newest_reader_is_woken() {
    let (first, second) = (Wakes::new(), Wakes::new());
    let run = Check::new().by_hand(|| {
        let executor = Executor::default();
        executor.budget.refill();
        let tokens = executor.no_tokens_yet();
        let mut next = pin!(tokens.next());
        let pending = [&first, &second].map(|task| task.poll(next.as_mut()).is_pending());
        let before = first.count() + second.count();
        tokens.arrive(7);
        (pending, before)
    });
    run.require(
        *run.value() == ([true, true], 0),
        saw(format!("two looks into an empty buffer, and {} wakes", run.value().1))
            .expected("`Pending` for both, and no wake before a token is there")
            .because("Who finds nothing leaves its waker in `reader`, and waits. To be woken at once is to look again in vain."),
    );
    run.require(
        second.count() == 1,
        saw("a token has arrived, and the task that has asked last was not woken")
            .expected("a wake of the newest waker")
            .because(
                "A reader may move to another task between two polls. Each poll that is pending leaves its own waker.",
            )
            .outcome(Outcome::LostWakeUp),
    );
}

/// The budget is spent. Who finds nothing waits for a token, and who is refused one that is there does not.
#[test]
fn only_who_finds_nothing_waits_for_a_token() {
    let (waits, refused) = (Wakes::new(), Wakes::new());
    let run = Check::new().by_hand(|| {
        let executor = Executor::default();
        let (quiet, busy) = (executor.no_tokens_yet(), executor.no_tokens_yet());
        (0..17).for_each(|token| busy.arrive(token));
        executor.budget.refill();
        let paid = (0..16).filter(|_| refused.poll(pin!(busy.next())).is_ready()).count();
        let mut next = pin!(quiet.next());
        let _ = waits.poll(next.as_mut());
        let after_the_look = waits.count();
        quiet.arrive(17);
        let after_the_token = waits.count();
        let _ = refused.poll(pin!(busy.next()));
        executor.budget.refill();
        let _ = refused.poll(pin!(busy.next()));
        let before = refused.count();
        busy.arrive(18);
        (paid, after_the_look, after_the_token, refused.count() - before)
    });
    let (paid, after_the_look, after_the_token, too_many) = *run.value();
    run.premise(paid == 16, "A turn has not given its sixteen tokens.");
    run.require(
        after_the_look == 0,
        saw("the budget is spent, a reader finds an open buffer empty, and wakes itself")
            .expected("no wake before a token is there")
            .because(
                "To look is free, also where the budget is spent, and a new turn would bring no token. The one who brings it \
                 wakes. Who wakes itself here looks again at every turn, as long as the task reads something else.",
            )
            .outcome(Outcome::BusyLoop),
    );
    run.require(
        after_the_token == 1,
        saw(format!("the budget was spent when a reader found nothing; a token has come, and it was woken {after_the_token} times"))
            .expected("one wake, with the token")
            .because("Whoever finds nothing leaves its waker with the buffer, whatever the budget says.")
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        too_many == 0,
        saw("a reader was refused, came back and got its token; it asks for no other one, and the next token wakes it")
            .expected("no wake: it does not wait")
            .because(
                "`reader` is for whoever finds nothing. Who is refused has its wake already, and a waker that it leaves in \
                 `reader` as well is called later, for nothing.",
            ),
    );
}
