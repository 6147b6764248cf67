use std::{
    cell::RefCell,
    fmt,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll},
};

use harness::{Check, Finished, Gate, Message, Outcome, Wakes, more_turns, saw, test};

use super::{Answer, Call, Writer, answer};

harness::checks!();

/// What happens to the writer's calls, in the order in which it happens.
#[derive(Clone, Default)]
struct Trace(Rc<RefCell<Vec<String>>>);

impl Trace {
    fn note(&self, what: impl fmt::Display) {
        let mut notes = self.0.borrow_mut();
        // A machine that never leaves its loop must not fill the memory until it is stopped.
        if notes.len() < 1000 {
            notes.push(what.to_string());
        }
    }

    fn all(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

/// A writer that notes what is asked of it. Its calls are not ready as often as it is told.
struct Noted {
    trace: Trace,
    pending: [u32; 2],
}

impl Noted {
    fn call(&self, name: &'static str, pending: u32, text: String) -> Call {
        self.trace.note(format_args!("{name} is called"));
        Box::pin(NotedCall { name, pending, text: Some(text), trace: self.trace.clone() })
    }
}

impl Writer for Noted {
    fn draft(&self) -> Call {
        self.call("draft", self.pending[0], "a draft".to_owned())
    }

    fn improve(&self, draft: &str) -> Call {
        self.call("improve", self.pending[1], format!("{draft}, improved"))
    }
}

struct NotedCall {
    name: &'static str,
    pending: u32,
    /// `None` after the end.
    text: Option<String>,
    trace: Trace,
}

impl Future for NotedCall {
    type Output = String;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        let name = self.name;
        if self.text.is_none() {
            self.trace.note(format_args!("{name} is polled after its end"));
            return Poll::Pending;
        }
        let Some(pending) = self.pending.checked_sub(1) else {
            self.trace.note(format_args!("{name} is polled: Ready"));
            return self.text.take().map_or(Poll::Pending, Poll::Ready);
        };
        self.pending = pending;
        self.trace.note(format_args!("{name} is polled: Pending"));
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Polls a future by hand whenever it was woken, until it is ready, at most ten times.
struct Driven {
    trace: Vec<String>,
    is_ready: bool,
    polls: usize,
    wakes: usize,
    /// The last poll returned `Pending`, and nobody was woken; or it panicked.
    is_stuck: bool,
    has_panicked: bool,
}

fn drive(pending: [u32; 2], future_of: impl FnOnce(Noted) -> Pin<Box<dyn Future<Output = String>>>) -> Driven {
    let trace = Trace::default();
    let mut future = future_of(Noted { trace: trace.clone(), pending });
    trace.note("(made)");
    let wakes = Wakes::new();
    let mut driven =
        Driven { trace: Vec::new(), is_ready: false, polls: 0, wakes: 0, is_stuck: false, has_panicked: false };
    while driven.polls < 10 && !driven.is_ready && !driven.is_stuck {
        driven.polls += 1;
        trace.note(format_args!("(poll {})", driven.polls));
        let before = wakes.count();
        let waker = wakes.waker();
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(&waker)))) {
            Ok(Poll::Ready(_)) => driven.is_ready = true,
            Ok(Poll::Pending) => driven.is_stuck = wakes.count() == before,
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let words = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
                trace.note(format_args!("a panic: {words}"));
                (driven.is_stuck, driven.has_panicked) = (true, true);
            }
        }
    }
    driven.trace = trace.all();
    driven.wakes = wakes.count();
    driven
}

/// The learner's state machine, and what the compiler has made of the `async fn`, driven in the same way.
fn both(pending: [u32; 2]) -> Finished<[Driven; 2]> {
    Check::new().when_stuck(does_not_return).by_hand(|| {
        [drive(pending, |writer| Box::pin(Answer::new(writer))), drive(pending, |writer| Box::pin(answer(writer)))]
    })
}

/// Requires the same trace of both, and says where the first difference is.
fn is_told_apart_by_nobody(pending: [u32; 2]) {
    let run = both(pending);
    let [yours, compilers] = run.value();
    if yours.trace == compilers.trace {
        return has_woken_as_often(&run);
    }
    let same = yours.trace.iter().zip(&compilers.trace).take_while(|(yours, theirs)| yours == theirs).count();
    let next = |trace: &[String]| trace.get(same).cloned().unwrap_or_else(|| "nothing more".to_owned());
    let (yours_next, theirs_next) = (next(&yours.trace), next(&compilers.trace));
    let because = if yours_next.contains("after its end") {
        "A future that has said `Ready` must not be polled again. When a call is ready, leave its state: the next poll has \
         to begin in another one."
    } else if yours.has_panicked && same > 2 {
        "`mem::replace` takes the state out and leaves `Done` behind. On the way to `Pending` the state has to be put back, \
         or the next poll finds `Done`."
    } else if yours.has_panicked {
        "This poll panics, and the compiler's does not."
    } else if yours.is_stuck {
        "Your `poll` has returned `Pending`, and no call has kept the waker: nobody will poll you again. `Pending` is right \
         only where a call has said `Pending` in this poll. After `Ready`, go on in the same poll: take the next state, \
         and poll its call at once."
    } else if theirs_next.starts_with("improve") && yours_next.starts_with("(poll") {
        "When the draft is ready, the compiler's machine goes on in the same poll, as far as it can. Yours stops between \
         two states, and needs a wake-up and a poll more."
    } else if yours_next.starts_with("improve") || (yours_next.contains("is called") && same == 0) {
        "The second line of `answer` begins when the first one has its value, not before. A call belongs to the state in \
         which it is polled."
    } else if yours_next == "draft is called" {
        "The draft is called a second time. A state machine remembers: keep the call in the state, and poll the same one \
         again."
    } else {
        "Each poll begins in the state in which the last one stopped, goes on as far as the calls are ready, and keeps the \
         state for the next poll."
    };
    let outcome = if yours.is_stuck && !yours.has_panicked { Outcome::LostWakeUp } else { Outcome::Wrong };
    run.fail(
        saw(format!("{}\n{}", yours.trace[..same].join("\n"), marked(&yours_next)))
            .expected(format!("{}\n{}", compilers.trace[..same].join("\n"), marked(&theirs_next)))
            .because(because)
            .outcome(outcome),
    );
}

/// The wake-ups are those of the calls.
#[track_caller]
fn has_woken_as_often(run: &Finished<[Driven; 2]>) {
    let [yours, compilers] = run.value();
    run.require(
        yours.wakes == compilers.wakes,
        saw(format!("wake-ups of the task: {}, in as many polls as the compiler's machine has", yours.wakes))
            .expected(format!("{}, by the calls", compilers.wakes))
            .because(
                "Whoever says `Pending` sees to the wake-up, and that is the call: it has the waker, and uses it when there is \
                 something to go on with. A machine that wakes its task besides is polled for nothing, again and again, for as \
                 long as the call takes.",
            )
            .outcome(Outcome::BusyLoop),
    );
}

/// The words for a poll that does not return.
fn does_not_return(outcome: Outcome) -> Option<Message> {
    let how = if outcome == Outcome::BusyLoop { "the processor is busy" } else { "the thread sleeps" };
    let seen = format!("polls that do not return, or take two seconds together; {how}");
    let because = "A loop in `poll` that goes round and never leaves holds the thread: an arm has to put the next state in place, \
                   or return, `Pending` where a call is pending, `Ready` at the end. And a poll must not wait, not even a \
                   little: `Pending` is how a future waits.";
    Some(saw(seen).expected("every poll to return soon, with `Ready` or `Pending`").because(because).outcome(outcome))
}

fn marked(line: &str) -> String {
    format!("{line}   <--")
}

/// Made and not polled, it has called nobody.
#[test]
fn making_it_calls_nobody() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let trace = Trace::default();
        let made = Answer::new(Noted { trace: trace.clone(), pending: [0, 0] });
        drop(made);
        trace.all()
    });
    let calls = run.value();
    run.require(
        calls.is_empty(),
        saw(calls.join("\n")).expected("nothing").because("A call of an `async fn` runs no line of its body."),
    );
}

/// Both calls are ready at once: one poll goes through all states.
#[test]
fn goes_on_while_the_calls_are_ready() {
    is_told_apart_by_nobody([0, 0]);
}

/// A call that is not ready ends the poll, and the next poll goes on there.
#[test]
fn stops_where_a_call_is_not_ready() {
    is_told_apart_by_nobody([2, 1]);
    is_told_apart_by_nobody([0, 2]);
    is_told_apart_by_nobody([3, 0]);
}

/// Between two polls it is in the state that says where it waits.
#[test]
fn is_in_the_state_where_it_waits() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let mut answer = pin!(Answer::new(Noted { trace: Trace::default(), pending: [1, 1] }));
        let mut states = vec![state(&answer)];
        for _ in 0..2 {
            let _ = answer.as_mut().poll(&mut Context::from_waker(&Wakes::new().waker()));
            states.push(state(&answer));
        }
        states
    });
    let expected = ["Start", "Drafting", "Improving"];
    run.require(
        *run.value() == expected,
        saw(run.value().join(", ")).expected(expected.join(", ")).because(
            "Each `.await` of the function is a state of its own, and holds the call that it waits for. The compiler does \
             it for `answer`; here you do it, without `answer`.",
        ),
    );
}

fn state<W>(answer: &Answer<W>) -> &'static str {
    match answer {
        Answer::Start { .. } => "Start",
        Answer::Drafting { .. } => "Drafting",
        Answer::Improving { .. } => "Improving",
        Answer::Done => "Done",
    }
}

/// A writer whose calls want many turns, and whose draft may be empty.
struct Slow {
    turns: usize,
    draft: &'static str,
}

impl Writer for Slow {
    fn draft(&self) -> Call {
        let (turns, draft) = (self.turns, self.draft);
        Box::pin(async move {
            more_turns(turns).await;
            draft.to_owned()
        })
    }

    fn improve(&self, draft: &str) -> Call {
        let (turns, improved) = (self.turns, format!("<{draft}>"));
        Box::pin(async move {
            more_turns(turns).await;
            improved
        })
    }
}

/// Whatever the draft is, and however long the calls take.
#[test]
fn hands_on_what_the_writer_says() {
    for (turns, draft) in [(0, ""), (3, " two  words\n"), (1000, "")] {
        let run = Check::new().when_stuck(does_not_return).by_hand(|| {
            let (task, mut answer) = (Wakes::new(), pin!(Answer::new(Slow { turns, draft })));
            loop {
                match task.poll(answer.as_mut()) {
                    Poll::Ready(text) => return (Some(text), task.polls()),
                    Poll::Pending if task.polls() > 2 * turns + 10 => return (None, task.polls()),
                    Poll::Pending => {}
                }
            }
        });
        let (text, polls) = run.value();
        run.require(
            *text == Some(format!("<{draft}>")),
            saw(format!("the draft {draft:?} became {text:?}")).expected(format!("{:?}", Some(format!("<{draft}>")))).because(
                "The draft goes into `improve` as it is, also where it is empty, and the answer is what comes out of it.",
            ),
        );
        run.require(
            *polls == 2 * turns + 1,
            saw(format!("{polls} polls")).expected((2 * turns + 1).to_string()).because(
                "Each of the two calls is pending so many times, and the last poll is ready. The one that finds the draft \
                 polls the improvement, too.",
            ),
        );
    }
}

/// A poll after the end panics, like the compiler's.
#[test]
fn a_poll_after_the_end_panics() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let wakes = Wakes::new();
        let mut answer = pin!(Answer::new(Noted { trace: Trace::default(), pending: [0, 0] }));
        let first = answer.as_mut().poll(&mut Context::from_waker(&wakes.waker()));
        let waker = wakes.waker();
        let second = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(&mut Context::from_waker(&waker))));
        (first, second.ok())
    });
    let (_, second) = run.value();
    run.require(
        second.is_none(),
        saw(format!("`{}` from a poll after `Ready`", if matches!(second, Some(Poll::Pending)) { "Pending" } else { "Ready" }))
            .expected("a panic, as from an `async fn`")
            .because(
            "Whoever polls after the end has made a mistake. A second answer would be a second call, and `Pending` would \
             hang without a word.",
        ),
    );
}

/// Holds something while its calls are on their way.
struct Holds {
    held: Rc<()>,
    gates: [Gate; 2],
}

impl Holds {
    fn call(&self, gate: usize) -> Call {
        let (held, gate) = (self.held.clone(), self.gates[gate].clone());
        let mut waits = Box::pin(gate.wait());
        // Held by the call until it is dropped, and not only until it is ready.
        Box::pin(poll_fn(move |cx| {
            let _held = &held;
            waits.as_mut().poll(cx).map(|()| String::new())
        }))
    }
}

impl Writer for Holds {
    fn draft(&self) -> Call {
        self.call(0)
    }

    fn improve(&self, _: &str) -> Call {
        self.call(1)
    }
}

/// Dropped half-way, it drops the call that it waits for; at its end it holds nothing.
#[test]
fn drops_what_it_does_not_need() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let (held, gates, task) = (Rc::new(()), [Gate::new(), Gate::new()], Wakes::new());
        let make = || Box::pin(Answer::new(Holds { held: held.clone(), gates: gates.clone() }));
        let mut answer = make();
        let _ = task.poll(answer.as_mut());
        let drafting = Rc::strong_count(&held);
        drop(answer);
        let dropped = Rc::strong_count(&held);
        let mut answer = make();
        gates[0].open();
        let _ = task.poll(answer.as_mut());
        let improving = Rc::strong_count(&held);
        gates[1].open();
        let _ = task.poll(answer.as_mut());
        let at_the_end = Rc::strong_count(&held);
        drop(answer);
        [drafting, dropped, improving, at_the_end, Rc::strong_count(&held)].map(|count| count - 1)
    });
    let [drafting, dropped, improving, at_the_end, after] = *run.value();
    run.premise(
        drafting == 2 && improving >= 1,
        "The machine does not wait at the two calls, so it holds nothing yet.",
    );
    run.require(
        dropped == 0,
        saw(format!("the machine is dropped while it waits for the draft, and {dropped} of its parts are still there"))
            .expected("none")
            .because("To drop a future is to cancel it: whatever its state holds goes with it, the call that is on its way, too."),
    );
    run.require(
        at_the_end == 0 && after == 0,
        saw(format!("after `Ready` {at_the_end} of its parts are still held, and {after} after its drop"))
            .expected("none")
            .because(
                "An `async fn` drops its variables when it returns. A state that was left drops what it held; what is forgotten \
                 (`mem::forget`) or kept beyond the end stays in memory.",
            ),
    );
}

/// Polled by another task half-way, it waits with that one's waker.
#[test]
fn waits_with_the_newest_waker() {
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let gates = [Gate::new(), Gate::new()];
        let (first, second) = (Wakes::new(), Wakes::new());
        let mut answer = Box::pin(Answer::new(Holds { held: Rc::default(), gates: gates.clone() }));
        let _ = (first.poll(answer.as_mut()), second.poll(answer.as_mut()));
        gates[0].open();
        let at_the_first = [first.count(), second.count()];
        let _ = (second.poll(answer.as_mut()), first.poll(answer.as_mut()));
        gates[1].open();
        let at_the_second = [first.count(), second.count()];
        // Given away while it drafts: the second task makes the second call, and is the only one to poll it.
        let gates = [Gate::new(), Gate::new()];
        let (first, second) = (Wakes::new(), Wakes::new());
        let mut answer = Box::pin(Answer::new(Holds { held: Rc::default(), gates: gates.clone() }));
        let _ = first.poll(answer.as_mut());
        gates[0].open();
        let _ = second.poll(answer.as_mut());
        gates[1].open();
        (at_the_first, at_the_second, [first.count(), second.count()])
    });
    let (at_the_first, at_the_second, given_away) = *run.value();
    run.require(
        (at_the_first, at_the_second) == ([0, 1], [1, 1]),
        saw(format!("two tasks poll in turn; they were woken {at_the_first:?} and then {at_the_second:?} times"))
            .expected("[0, 1] and then [1, 1]: each time the one that polled last")
            .because("The calls keep the waker, and they need the newest one: hand the `cx` of each poll on as it is.")
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        given_away == [1, 1],
        saw(format!(
            "one task polls until the draft is there, and another one after that; they were woken {given_away:?} times"
        ))
        .expected("[1, 1]: the first one by the draft, the second one by the improvement")
        .because(
            "The second call is polled for the first time in the poll that finds the draft, and keeps the waker that it gets \
             there. Hand it the `cx` of this poll, not a waker that was kept from an earlier one.",
        )
        .outcome(Outcome::LostWakeUp),
    );
}
