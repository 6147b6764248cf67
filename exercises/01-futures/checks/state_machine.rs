use std::{
    cell::RefCell,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll},
};

use harness::{Check, Finished, Message, Outcome, Wakes, saw, test};

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
    output: Option<String>,
    polls: usize,
    /// The last poll returned `Pending`, and nobody was woken; or it panicked.
    is_stuck: bool,
    has_panicked: bool,
}

fn drive(pending: [u32; 2], future_of: impl FnOnce(Noted) -> Pin<Box<dyn Future<Output = String>>>) -> Driven {
    let trace = Trace::default();
    let mut future = future_of(Noted { trace: trace.clone(), pending });
    trace.note("(made)");
    let wakes = Wakes::new();
    let mut driven = Driven { trace: Vec::new(), output: None, polls: 0, is_stuck: false, has_panicked: false };
    while driven.polls < 10 && driven.output.is_none() && !driven.is_stuck {
        driven.polls += 1;
        trace.note(format_args!("(poll {})", driven.polls));
        let before = wakes.count();
        let waker = wakes.waker();
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(&waker)))) {
            Ok(Poll::Ready(output)) => driven.output = Some(output),
            Ok(Poll::Pending) => driven.is_stuck = wakes.count() == before,
            Err(_) => {
                trace.note("a panic");
                (driven.is_stuck, driven.has_panicked) = (true, true);
            }
        }
    }
    driven.trace = trace.all();
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
    if yours.trace == compilers.trace && yours.output == compilers.output {
        return;
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

/// The words for a poll that does not return.
fn does_not_return(outcome: Outcome) -> Option<Message> {
    let (seen, because) = match outcome {
        Outcome::BusyLoop => (
            "a poll that does not return; the processor is busy",
            "The loop in your `poll` goes round and never leaves. An arm has to put the next state in place, or return: \
             `Pending` where a call is pending, `Ready` at the end.",
        ),
        _ => {
            ("a poll that does not return; the thread sleeps", "A poll must not wait: `Pending` is how a future waits.")
        }
    };
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

/// The answer is the improved draft.
#[test]
fn answers_with_the_improved_draft() {
    let run = both([1, 1]);
    let [yours, compilers] = run.value();
    run.require(
        yours.output == compilers.output,
        saw(format!("{:?}", yours.output))
            .expected(format!("{:?}", compilers.output))
            .because("The draft goes into `improve`, and the answer is what comes out of it."),
    );
}

/// Dropped half-way, it drops the call that it waits for.
#[test]
fn drops_its_call_with_itself() {
    struct Holds(Rc<()>);
    impl Writer for Holds {
        fn draft(&self) -> Call {
            let held = self.0.clone();
            Box::pin(async move {
                std::future::pending::<()>().await;
                drop(held);
                String::new()
            })
        }
        fn improve(&self, _: &str) -> Call {
            self.draft()
        }
    }
    let run = Check::new().when_stuck(does_not_return).by_hand(|| {
        let held = Rc::new(());
        let mut answer = Box::pin(Answer::new(Holds(held.clone())));
        let _ = answer.as_mut().poll(&mut Context::from_waker(&Wakes::new().waker()));
        let while_waiting = Rc::strong_count(&held);
        drop(answer);
        (while_waiting, Rc::strong_count(&held))
    });
    run.require(
        *run.value() == (3, 1),
        saw(format!("the writer and its call are held {:?} times, while it waits and after the drop", run.value()))
            .expected("(3, 1)")
            .because(
                "While it waits for the draft, the machine holds the writer and the call. To drop a future is to cancel \
                 it: whatever its state holds goes with it.",
            ),
    );
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
        saw(format!("{second:?} from a poll after `Ready`")).expected("a panic, as from an `async fn`").because(
            "Whoever polls after the end has made a mistake. A second answer would be a second call, and `Pending` would \
             hang without a word.",
        ),
    );
}
