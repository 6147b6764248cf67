use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use harness::{
    Check, Elsewhere, Finished, Lane, MarkKind, Message, Outcome, SpanKind, Timeline, Wakes, in_between, recorder, saw,
    secs, test,
};
use tokio::time::{sleep, timeout};

use super::{FirstToken, WholeReply, Writer, reply};

harness::checks!();

/// The two futures, each in its place: whether they may be moved is theirs to say.
type Pinned<F> = Pin<Box<F>>;

fn pinned_reply() -> (Writer, Pinned<FirstToken>, Pinned<WholeReply>) {
    let (writer, first, whole) = reply();
    (writer, Box::pin(first), Box::pin(whole))
}

/// What is there already is the result of the first poll.
#[test]
fn takes_what_is_there_already() {
    struct Taken {
        first: Poll<Option<String>>,
        late: Poll<Option<String>>,
        early: Poll<String>,
        whole: Poll<String>,
        nothing: Poll<Option<String>>,
        empty: Poll<String>,
    }
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (writer, mut first, mut whole) = pinned_reply();
        writer.push("It ");
        let task = Wakes::new();
        let first = task.poll(first.as_mut());
        let early = task.poll(whole.as_mut());
        writer.push("comes ");
        writer.push("later.");
        writer.finish();
        let whole = task.poll(whole.as_mut());
        let (writer, mut late, mut whole_before) = pinned_reply();
        ["It ", "comes ", "later."].into_iter().for_each(|token| writer.push(token));
        writer.finish();
        let _ = task.poll(whole_before.as_mut());
        let late = task.poll(late.as_mut());
        let (writer, mut nothing, mut empty) = pinned_reply();
        writer.finish();
        let (nothing, empty) = (task.poll(nothing.as_mut()), task.poll(empty.as_mut()));
        Taken { first, late, early, whole, nothing, empty }
    });
    let Taken { first, late, early, whole, nothing, empty } = run.value();
    run.require(
        *whole != Poll::Ready("comes later.".to_owned()),
        saw("the first token was given to who waited for it, and the whole reply is \"comes later.\"")
            .expected("\"It comes later.\"")
            .because(
                "The first token must stay for the other future: it is a part of the whole reply. Give out a clone.",
            ),
    );
    run.require(
        *first == Poll::Ready(Some("It ".to_owned())) && *whole == Poll::Ready("It comes later.".to_owned()),
        saw(format!("{first:?} where the first token is there, {whole:?} where the whole reply is"))
            .expected("Ready(Some(\"It \")) and Ready(\"It comes later.\")")
            .because(
                "It may come before anybody has polled. Then nobody is woken: `poll` has to look before it waits.",
            ),
    );
    run.require(
        late == first,
        saw(format!("{late:?} from a poll after three tokens, when the whole reply was given already"))
            .expected(format!("{first:?}"))
            .because(
                "The first token is the first one, also for who asks for it late: leave it there for the other future.",
            ),
    );
    run.require(
        early.is_pending(),
        saw(format!("{early:?} from the whole reply, after its first token"))
            .expected("Pending")
            .because("The whole reply is there when the writer says so, and not before."),
    );
    run.require(
        *nothing == Poll::Ready(None) && *empty == Poll::Ready(String::new()),
        saw(format!("a reply was finished without a token: {nothing:?} and {empty:?}"))
            .expected("Ready(None) and Ready(\"\")")
            .because("A reply may end without a token. Then the first one will never come, and nobody waits for it."),
    );
}

/// How often the two tasks were woken by each step: who waits for the first token, and who for the whole reply.
struct Woken {
    by_the_polls: [usize; 2],
    by_the_first_push: [usize; 2],
    by_the_second_push: [usize; 2],
    by_finish: [usize; 2],
}

/// Two tasks wait, each for its own; then the reply comes.
fn two_tasks_wait(who_polls_first: &'static str) -> Finished<Woken> {
    Check::new().when_stuck(does_not_return).by_hand(|| {
        let (writer, mut first, mut whole) = pinned_reply();
        let (shows, saves) = (Wakes::new(), Wakes::new());
        let mut so_far = [0, 0];
        let mut since = || {
            let now = [shows.count(), saves.count()];
            let new = [now[0] - so_far[0], now[1] - so_far[1]];
            so_far = now;
            new
        };
        let saves_is_first = who_polls_first == "saves";
        if saves_is_first {
            let _ = saves.poll(whole.as_mut());
        }
        let _ = shows.poll(first.as_mut());
        if !saves_is_first {
            let _ = saves.poll(whole.as_mut());
        }
        let by_the_polls = since();
        writer.push("It ");
        let by_the_first_push = since();
        writer.push("comes.");
        let by_the_second_push = since();
        writer.finish();
        Woken { by_the_polls, by_the_first_push, by_the_second_push, by_finish: since() }
    })
}

/// Two tasks wait. `push` wakes the one that waits for the first token, `finish` the one that waits for the whole reply.
#[test]
fn wakes_whose_wait_is_over() {
    for who_polls_first in ["shows", "saves"] {
        let run = two_tasks_wait(who_polls_first);
        let Woken { by_the_polls, by_the_first_push, by_the_second_push, by_finish } = run.value();
        run.require(
            *by_the_polls == [0, 0],
            saw("a poll has woken its own task, and nothing is there yet").expected("no wake-up before `push`").because(
                "A future that wakes itself whenever it is not ready is polled again at once, and again, without end: the \
                 processor works at full load to learn that there is nothing. Keep the waker; `push` will use it.",
            )
            .outcome(Outcome::BusyLoop),
        );
        let crowded_out = "Two tasks wait for two things, and there is one place for a waker: whoever polls second finds \
                           the place taken, or takes it from the other. Each of the two futures needs a place of its own.";
        let nobody_kept = "`Pending` is a promise that the waker of this poll will be called. `push` and `finish` can only \
                           call a waker that `poll` has kept.";
        run.require(
            by_the_first_push[0] > 0,
            saw(format!(
                "the first token is there; the task that waits for it was not woken, and the one that waits for the whole \
                 reply was woken {}",
                times(by_the_first_push[1])
            ))
            .expected("a wake-up of the task that waits for the first token")
            .because(if by_the_first_push[1] > 0 { crowded_out } else { nobody_kept })
            .outcome(Outcome::LostWakeUp),
        );
        let by_tokens = by_the_first_push[1] + by_the_second_push[1];
        let first_woken = by_the_first_push[0] + by_the_second_push[0] + by_finish[0];
        run.require(
            by_finish[1] > 0,
            saw(format!(
                "the reply is finished, and the task that waits for it was not woken; tokens have woken it {}",
                times(by_tokens)
            ))
            .expected("a wake-up of the task that waits for the whole reply, when it is finished")
            .because(if by_tokens > 0 {
                "A token has used up its waker, though its wait was not over. Nobody has polled it since, so nobody has kept \
                 a waker for the end."
            } else if is_woken_alone() {
                crowded_out
            } else {
                nobody_kept
            })
            .outcome(Outcome::LostWakeUp),
        );
        run.require(
            by_tokens == 0 && first_woken == 1 && by_finish[1] == 1,
            saw(format!(
                "who waits for the first token was woken {}, by two tokens and the end; who waits for the whole reply was woken \
                 {} by the tokens, and {} by the end",
                times(first_woken),
                times(by_tokens),
                times(by_finish[1])
            ))
            .expected("once, not at all, and once")
            .because(
                "A wake-up too many does no harm but work. A reply has a thousand tokens: whoever waits for its end would \
                 be polled a thousand times for nothing. Wake those whose wait is over, once.",
            ),
        );
    }
}

/// Whether the end wakes who waits for it where nobody waits for anything else.
fn is_woken_alone() -> bool {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (writer, _first, mut whole) = pinned_reply();
        let saves = Wakes::new();
        let _ = saves.poll(whole.as_mut());
        writer.finish();
        saves.count() > 0
    });
    *run.value()
}

/// A reply that ends without a token ends both waits.
#[test]
fn an_end_without_a_token_wakes_both() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (writer, mut first, mut whole) = pinned_reply();
        let (shows, saves) = (Wakes::new(), Wakes::new());
        let _ = (shows.poll(first.as_mut()), saves.poll(whole.as_mut()));
        writer.finish();
        (shows.count(), saves.count())
    });
    let (shows, saves) = *run.value();
    run.require(
        shows > 0 && saves > 0,
        saw(format!(
            "no token has come, and the reply is finished; who waits for the first token was woken {}, who waits for the \
             whole reply {}",
            times(shows),
            times(saves)
        ))
        .expected("both of them to be woken")
        .because("Who waits for the first token waits in vain from now on. `finish` ends this wait, too.")
        .outcome(Outcome::LostWakeUp),
    );
}

/// What became of the wakers of tasks that have polled one future, one after the other.
struct Moved {
    /// How often the task that polled last was woken, and all the others together.
    last: usize,
    others: usize,
    /// How many wakers of the others were kept.
    kept: usize,
    before: usize,
}

/// Polls as one task, as another one, and so on, and then as the second one again; then `comes` brings what they wait for.
fn moved<F: Future>(mut future: Pinned<F>, comes: impl FnOnce()) -> Moved {
    let tasks: Vec<Wakes> = (0..4).map(|_| Wakes::new()).collect();
    for task in [0, 1, 1, 2, 3, 1] {
        let _ = tasks[task].poll(future.as_mut());
    }
    let before = tasks.iter().map(Wakes::count).sum();
    let others = [&tasks[0], &tasks[2], &tasks[3]];
    let kept = others.iter().map(|task| task.kept()).sum();
    comes();
    Moved { last: tasks[1].count(), others: others.iter().map(|task| task.count()).sum(), kept, before }
}

/// Several tasks have polled, one after the other: only the one that polled last is woken.
#[test]
fn wakes_only_the_task_that_polled_last() {
    for what in ["first token", "whole reply"] {
        let run = Check::new().when_stuck(does_not_return).by_hand(|| {
            let (writer, first, whole) = pinned_reply();
            if what == "first token" { moved(first, || writer.push("It ")) } else { moved(whole, || writer.finish()) }
        });
        let Moved { last, others, kept, before } = *run.value();
        run.require(
            before == 0,
            saw(format!("the {what} is not there yet, and tasks were woken {}", times(before)))
                .expected("no wake-up")
                .because(
                    "A poll that finds another task's waker has nothing to tell anybody: it puts its own waker in the \
                     place, and waits.",
                )
                .outcome(Outcome::BusyLoop),
        );
        run.require(
            last > 0,
            saw(format!(
                "four tasks have polled for the {what}, one after the other; it is there, the last one was not woken, and \
                 the others were woken {}",
                times(others)
            ))
            .expected("the last one to be woken")
            .because(
                "A future can move: from one task to another, or into a `select!` that polls it with a waker of its own. \
                 The waker of the first poll then wakes somebody who does not wait any more. Each poll replaces the waker \
                 of the one before.",
            )
            .outcome(Outcome::LostWakeUp),
        );
        run.require(
            others == 0 && kept == 0,
            saw(format!(
                "tasks that have given the future away were woken {}, and {kept} of their wakers kept",
                times(others)
            ))
            .expected("only the newest waker to be kept and used")
            .because(
                "They have given the future away. Whoever wakes them makes them poll for nothing, and a list of all \
                     wakers grows with every poll.",
            ),
        );
    }
}

/// An empty token is a token, too.
#[test]
fn an_empty_token_is_the_first_one() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let shows = Wakes::new();
        let (writer, mut first, _whole) = pinned_reply();
        let _ = shows.poll(first.as_mut());
        ["", "It "].into_iter().for_each(|token| writer.push(token));
        let of_two = shows.poll(first.as_mut());
        // And where it is the only one: before the first poll, and after it.
        let (writer, mut first, _whole) = pinned_reply();
        writer.push("");
        let alone = shows.poll(first.as_mut());
        let (writer, mut first, _whole) = pinned_reply();
        let _ = shows.poll(first.as_mut());
        let before = shows.count();
        writer.push("");
        (of_two, alone, shows.count() - before)
    });
    let (of_two, alone, woken) = run.value();
    let because = "Models do send empty tokens, at the beginning of a reply above all. Whoever waits for the first token waits for \
                   a call of `push`, whatever it brings.";
    let ready = Poll::Ready(Some(String::new()));
    run.require(
        *of_two == ready,
        saw(format!("{of_two:?} after the tokens \"\" and \"It \"")).expected(format!("{ready:?}")).because(because),
    );
    run.require(
        *alone == ready,
        saw(format!("{alone:?} from the first poll, after the token \"\" alone"))
            .expected(format!("{ready:?}"))
            .because(because),
    );
    run.require(
        *woken == 1,
        saw(format!("the first token was \"\"; the task that waits for it was woken {}", times(*woken)))
            .expected("once")
            .because(because)
            .outcome(Outcome::LostWakeUp),
    );
}

/// Who has got what it waited for is not woken any more.
#[test]
fn wakes_nobody_who_has_got_it() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (writer, mut first, mut whole) = pinned_reply();
        let (shows, saves) = (Wakes::new(), Wakes::new());
        writer.push("It ");
        let _ = shows.poll(first.as_mut());
        let _ = saves.poll(whole.as_mut());
        writer.push("comes.");
        writer.finish();
        shows.count()
    });
    run.require(
        *run.value() == 0,
        saw(format!("the first poll gave the first token, and its task was woken {} after that", times(*run.value())))
            .expected("no wake-up of a task that has got its token")
            .because(
                "A poll that returns `Ready` has nothing to wait for, so it leaves no waker: the next `push` would call it, \
                 for a future that is done. Whoever keeps the waker before the look takes it out again.",
            ),
    );
}

/// A waker may poll at once: what it is told of is there, and no lock is held.
#[test]
fn a_waker_may_poll_at_once() {
    let run = Check::new().when_stuck(wakes_with_the_lock).by_hand(|| {
        let (writer, first, whole) = pinned_reply();
        let (shows, saves) = (Wakes::new(), Wakes::new());
        let shown = polls_when_woken(&shows, first);
        let saved = polls_when_woken(&saves, whole);
        writer.push("It ");
        let shown = shown.take();
        writer.finish();
        (shown, saved.take())
    });
    let (shown, saved) = run.value();
    run.require(
        shown.is_some() && saved.is_some(),
        saw(format!("polled by their wakers: {shown:?} and {saved:?}")).expected("both to be ready").because(
            "The waker was called, and the poll that it asks for finds nothing. First put in place what is waited for, then \
             let the lock go, then wake. (A poll that does not get the lock must wait for it: it is held for a few lines.)",
        )
        .outcome(Outcome::LostWakeUp),
    );
}

/// The words for a poll that was asked for by a waker and waits for ever.
fn wakes_with_the_lock(outcome: Outcome) -> Option<Message> {
    let message = saw("`push` or `finish` calls `wake()`, the waker polls at once, and this poll does not return")
        .expected("every call of a waker to return")
        .because(
            "Your code calls a waker while it holds a lock: the guard in `push` or `finish` still lives at its `wake()`, and \
             the poll waits for the same lock. A guard lives to the end of its block, one in the head of an `if let` to the \
             end of the `if let`. Take the waker out with a `let` in a block of its own, let the lock go, and wake last.",
        )
        .outcome(outcome);
    (outcome == Outcome::Blocked).then_some(message)
}

/// Polls once, and once more whenever the waker is called, at once. What the last poll has given.
fn polls_when_woken<F: Future + 'static>(task: &Wakes, mut future: Pinned<F>) -> Rc<RefCell<Option<F::Output>>> {
    let _ = task.poll(future.as_mut());
    let given = Rc::<RefCell<Option<F::Output>>>::default();
    let (task_again, again) = (task.clone(), given.clone());
    task.when_woken(move || {
        if let Poll::Ready(output) = task_again.poll(future.as_mut()) {
            again.replace(Some(output));
        }
    });
    given
}

/// What comes from another thread in the middle of a poll is not lost.
#[test]
fn nothing_is_lost_in_the_middle_of_a_poll() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (writer, mut first, _whole) = pinned_reply();
        let shows = Wakes::new();
        let push = InTheMiddle::of_a_clone(&shows, move || {
            writer.push("It ");
            writer
        });
        let poll = shows.poll(first.as_mut());
        let writer = push.done(&shows);
        let token = (writer.is_some(), poll.is_ready() || shows.count() > 0);
        // The same, and it is the other future that is polled in the middle.
        let (writer, mut first, mut whole) = pinned_reply();
        let (shows, saves) = (Wakes::new(), Wakes::new());
        let waker = saves.waker();
        let poll = InTheMiddle::of_a_clone(&shows, move || {
            let _ = whole.as_mut().poll(&mut Context::from_waker(&waker));
            whole
        });
        let _ = shows.poll(first.as_mut());
        let whole = poll.done(&shows);
        writer.finish();
        (token, (whole.is_some(), saves.count() > 0))
    });
    let ((pushed, shown), (polled, saved)) = *run.value();
    run.premise(pushed && polled, "No poll has cloned its waker, so nothing could come in the middle of it.");
    run.require(
        shown,
        saw("`push` came in the middle of a poll: the poll returned `Pending`, and nobody was woken")
            .expected("the token to be seen by this poll, or its task to be woken")
            .because(
                "Between the look at the tokens and the note of the waker the lock was free. `push` came there: it found no \
                 waker, and the poll had seen no token. Take the lock once, and keep it from the look to the note. Or note \
                 the waker first, and look after that.",
            )
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        saved,
        saw("two futures were polled at the same time on two threads; the reply is finished, and one task was not woken")
            .expected("a wake-up of both")
            .because(
                "A poll that does not get the lock at once (`try_lock`) must not say `Pending`: it has not kept its waker, so \
                 nobody will poll it again. Wait for the lock, with `lock`: it is held for a few lines.",
            )
            .outcome(Outcome::LostWakeUp),
    );
}

/// A poll that comes while another side has the lock waits for it.
#[test]
fn waits_for_the_lock_that_another_side_has() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (writer, _first, mut whole) = pinned_reply();
        writer.push("It ");
        let saves = Wakes::new();
        let waker = saves.waker();
        let mut other = None;
        print_and_meanwhile(&writer, || {
            other = Some(Elsewhere::until_it_waits(move || {
                let _ = whole.as_mut().poll(&mut Context::from_waker(&waker));
                whole
            }));
        });
        let whole = other.and_then(Elsewhere::end);
        writer.finish();
        // Where nothing was written, nothing could come in the middle of it.
        whole.is_none() || saves.count() > 0
    });
    run.require(
        *run.value(),
        saw("a poll came while another thread had the lock; it returned `Pending`, and the end has woken nobody")
            .expected("a wake-up of the task that waits for the whole reply")
            .because(
                "A poll that does not get the lock at once (`try_lock`) must not say `Pending`: it has not kept its waker, so \
                 nobody will poll it again. Wait for the lock, with `lock`: it is held for a few lines.",
            )
            .outcome(Outcome::LostWakeUp),
    );
}

/// The look and the note of the waker are one step: what comes from another thread comes before it, or after it.
#[test]
fn looks_and_keeps_the_waker_in_one_step() {
    // One try is enough on a quiet machine; see `in_between`.
    for _ in 0..20 {
        let saves = Wakes::new();
        let (writer, first, mut whole) = pinned_reply();
        writer.push("It ");
        let waker = saves.waker();
        let mut others = None;
        print_and_meanwhile(&first, || {
            let polls = move || whole.as_mut().poll(&mut Context::from_waker(&waker)).is_pending();
            others = Some(in_between(polls, move || writer.finish()));
        });
        // Where nothing was written, nothing could come in the middle of it.
        let is_pending = others.and_then(|(polls, finish)| {
            let _ = finish.end();
            polls.end()
        });
        let run = Check::new().by_hand(|| is_pending == Some(true) && saves.count() == 0);
        run.require(
            !run.value(),
            saw("a poll and `finish` came at one instant: the poll returned `Pending`, and nobody was woken")
                .expected("the end to be seen by this poll, or its task to be woken")
                .because(
                    "Between the look and the note of the waker the lock was free. `finish` came there: it found no waker, and \
                     the poll had seen no end. Take one lock, once, and keep it from the look to the note. Or note the waker \
                     first, and look after that: so it is done with an `AtomicWaker`.",
                )
                .outcome(Outcome::LostWakeUp),
        );
    }
}

/// Prints one of the three sides, and does this in the middle of it: `{:?}` of a `Mutex` holds it while it writes.
fn print_and_meanwhile(side: &impl std::fmt::Debug, meanwhile: impl FnOnce()) {
    struct Printed<F: FnOnce()>(Option<F>);

    impl<F: FnOnce()> std::fmt::Write for Printed<F> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            // A token: whatever the lock is for, it is held here.
            if text.contains("It")
                && let Some(code) = self.0.take()
            {
                code();
            }
            Ok(())
        }
    }
    let _ = std::fmt::write(&mut Printed(Some(meanwhile)), format_args!("{side:?}"));
}

/// Something that another thread does while a waker is cloned, for the first time.
struct InTheMiddle<T> {
    other: Rc<RefCell<Option<Elsewhere<T>>>>,
}

impl<T: Send + 'static> InTheMiddle<T> {
    /// Where `code` needs a lock that the cloner holds, it comes right after.
    fn of_a_clone(task: &Wakes, code: impl FnOnce() -> T + Send + 'static) -> Self {
        let other = Rc::<RefCell<Option<Elsewhere<T>>>>::default();
        let (begun, mut code) = (other.clone(), Some(code));
        task.when_cloned(move || {
            if let Some(code) = code.take() {
                begun.replace(Some(Elsewhere::until_it_waits(code)));
            }
        });
        Self { other }
    }

    /// What it has given. `None` where no waker was cloned.
    fn done(self, task: &Wakes) -> Option<T> {
        task.when_cloned(|| {});
        self.other.take()?.end()
    }
}

/// Moved to another task, it is ready as soon as the token is there.
#[test]
fn survives_a_move_to_another_task() {
    let futures = recorder();
    let waits = Lane::new("moved to a task").mark(MarkKind::Started, 0.137).mark(MarkKind::Polled, 0.137);
    let waits = waits.span(SpanKind::Waiting, 0.137, 0.5).mark(MarkKind::Woken, 0.5).mark(MarkKind::Polled, 0.5);
    let run = Check::new()
        .draws_futures(&futures)
        .expects(Timeline::default().lane(waits.mark(MarkKind::Finished, 0.5)))
        .run(async || {
            let (writer, mut first, _whole) = pinned_reply();
            // Polled here first, and given up after 137 ms.
            let _ = timeout(secs(0.137), first.as_mut()).await;
            let moved = tokio::spawn(futures.future("moved to a task", timeout(secs(60.0), first)));
            sleep(secs(0.363)).await;
            writer.push("It ");
            moved.await.ok()?.ok()?
        });
    run.takes(
        secs(0.5),
        "The token came at 500 ms. The task that waits for it has to be woken at that instant, not when something else \
         happens to poll it.",
    );
    run.require(
        run.value().as_deref() == Some("It "),
        saw(format!("{:?}", run.value()))
            .expected("Some(\"It \")")
            .because("The token that was pushed is the first one."),
    );
}

/// The words for a poll that does not return.
fn does_not_return(outcome: Outcome) -> Option<Message> {
    let (seen, because) = match outcome {
        Outcome::BusyLoop => (
            "a poll that does not return; the processor is busy",
            "A loop that looks for the text holds the thread, and `push` does not get its turn. Look once. If it is not \
             there, keep the waker and return `Pending`: `push` will ask for the next poll.",
        ),
        _ => (
            "a poll that does not return; the thread sleeps",
            "A poll must not wait: `Pending` is how a future waits. If you use a lock, take it once: a thread that locks a \
             `Mutex` of `std` for the second time waits for itself.",
        ),
    };
    Some(saw(seen).expected("every poll to return soon, with `Ready` or `Pending`").because(because).outcome(outcome))
}

fn times(count: usize) -> String {
    match count {
        0 => "not at all".to_owned(),
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    }
}
