use std::{pin::pin, sync::mpsc, thread, time::Duration};

use futures::{
    future::{Either, join_all, select},
    join, poll,
};
use harness::{Check, Finished, Message, Outcome, more_turns, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When, blocking::Gate};
use tokio::task::spawn_blocking;

use super::Conversations;

harness::checks!();

/// The model says yes to everything but this.
const REFUSED: &str = "no";

fn llm() -> MockLlm {
    let refused = |prompt: &str| When::Prompt(prompt.to_owned());
    let model = Model::new("atlas").time_to_first_token(secs(2.15)).reply("yes");
    MockLlm::new([model.fault(refused(&format!("0\nyes\n{REFUSED}")), Fault::Overloaded)])
}

/// A gate that only the event loop opens.
fn gate() -> Gate {
    // The watchdog comes first, with words of its own.
    Gate::new().safety_bound(Duration::from_secs(60))
}

/// What the model is sent with message `last` of a conversation whose messages are numbers.
fn history(last: usize) -> String {
    let before: String = (0..last).map(|number| format!("{number}\nyes\n")).collect();
    format!("{before}{last}")
}

/// Runs `code` with the paused clock held still, as a job of the pool does: a thread of one's own does not, and the
/// clock would run away while it works.
async fn with_the_clock_held<T>(code: impl Future<Output = T>) -> T {
    let (done, wait) = mpsc::channel::<()>();
    let job = spawn_blocking(move || wait.recv());
    let value = code.await;
    drop(done);
    let _ = job.await;
    value
}

const HOLDS_THE_EVENT_LOOP: &str = "The call of the core stands in the async function (or in a task: those run on the \
                                    event loop too). It holds the thread, and all other conversations with it. The \
                                    core may block, where it is called from a thread of the pool: that is what \
                                    `spawn_blocking` is for.";

/// What holds the run up, where calls of conversations that are named here should be in flight.
fn stuck(
    llm: &MockLlm,
    wanted: usize,
    because: &'static str,
) -> impl Fn(Outcome) -> Option<Message> + Send + Sync + 'static {
    let (llm, event_loop) = (llm.clone(), thread::current().id());
    move |outcome| {
        let journal = llm.journal();
        let here = journal.calls().iter().any(|call| call.thread == Some(event_loop));
        let in_flight = journal.in_flight();
        let because = match (here, in_flight) {
            (true, _) => HOLDS_THE_EVENT_LOOP,
            (false, few) if few < wanted => because,
            _ => {
                "The calls are on other threads, and your function holds the thread of the event loop until they are \
                 done: by a lock of `std` that somebody else holds for the time of a call, by `join()`, `recv()`, \
                 `block_on`. Whoever waits for longer than a few lines waits with `.await`."
            }
        };
        let seen = saw(format!("calls in flight: {in_flight}, and nothing goes on"));
        let expected = format!("calls in flight: {wanted}, on other threads, and an event loop that runs");
        (outcome == Outcome::Blocked).then(|| seen.expected(expected).because(because))
    }
}

/// The calls were made elsewhere, by the core, with these histories in this order.
#[track_caller]
fn require_calls<T>(run: &Finished<T>, wanted: &[String], because: &str) {
    let event_loop = thread::current().id();
    let calls = run.journal().calls();
    let here = calls.iter().filter(|call| call.thread == Some(event_loop)).count();
    run.require(
        here == 0,
        saw(format!("{here} of {} calls on the event loop's own thread", calls.len()))
            .expected("none: each call on another thread")
            .because(HOLDS_THE_EVENT_LOOP)
            .outcome(Outcome::Blocked),
    );
    run.require(
        calls.iter().all(|call| call.thread.is_some()),
        saw("calls by the async client").expected("the calls of `Conversation::say`").because(
            "The core was written anew. It is tested, and another program uses it: it stays synchronous, and the edge \
             wraps it.",
        ),
    );
    let prompts: Vec<&str> = calls.iter().map(|call| call.prompt.as_str()).collect();
    let Some(place) =
        (0..prompts.len().max(wanted.len())).find(|&i| prompts.get(i).copied() != wanted.get(i).map(String::as_str))
    else {
        return;
    };
    let told = |prompt: Option<&str>| prompt.map_or("no call".to_owned(), |prompt| format!("{prompt:?}"));
    let forgets = wanted.len() > 2 && prompts.iter().all(|prompt| !prompt.contains('\n'));
    run.fail(
        saw(format!("{} calls, and call {} sends {}", prompts.len(), place + 1, told(prompts.get(place).copied())))
            .expected(format!(
                "{} calls, and in this place {}",
                wanted.len(),
                told(wanted.get(place).map(String::as_str))
            ))
            .because(if forgets {
                "Each message begins a conversation of its own, and nothing is remembered. The `Conversation` has to \
                 be there still when the next message comes: a map of them, by name."
            } else {
                because
            }),
    );
}

#[track_caller]
fn require_replies<T>(run: &Finished<T>, replies: &[Result<String, Error>], wanted: &[Result<String, Error>]) {
    run.require(
        replies == wanted,
        saw(format!("the replies {replies:?}")).expected(format!("{wanted:?}")).because(
            "Each `say` returns what `Conversation::say` returned for its message: the reply, or the very error.",
        ),
    );
}

fn yes() -> Result<String, Error> {
    Ok("yes".to_owned())
}

/// What goes on by itself has the time to do it. What waits waits however long this is.
async fn a_moment() {
    let _ = spawn_blocking(|| thread::sleep(Duration::from_millis(20))).await;
}

/// The core is called on another thread, and a conversation remembers what was said, errors left out.
#[test]
fn a_conversation_remembers() {
    let llm = llm();
    let run = Check::new().draws(&llm).run(async || {
        with_the_clock_held(async {
            let chats = Conversations::new(llm.blocking());
            let mut replies = Vec::new();
            for message in ["0", REFUSED, "1", "2"] {
                replies.push(chats.say("support", message).await);
            }
            replies
        })
        .await
    });
    let wanted = [history(0), format!("0\nyes\n{REFUSED}"), history(1), history(2)];
    require_calls(
        &run,
        &wanted,
        "The model is sent all that was said before, and the new message. A refused one is no part of it.",
    );
    require_replies(&run, run.value(), &[yes(), Err(Error::Status(503)), yes(), yes()]);
}

/// Conversations do not wait for each other.
#[test]
fn conversations_overlap() {
    let (llm, gate) = (llm(), gate());
    let names: Vec<String> = (0..60).map(|room| format!("room {room}")).collect();
    let because = "Some conversations are being answered, and the others wait for them: something holds a lock on all \
                   of them for the time of a call, or one thread serves them all, or a limit stands before them. The \
                   map of conversations needs its lock for a moment, to find one. What is held across the call belongs \
                   to that one alone.";
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, names.len(), because)).run(async || {
        with_the_clock_held(async {
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let say_to_all = async |message: &str| join_all(names.iter().map(|name| chats.say(name, message))).await;
            // The second message comes while the first one is being answered, and waits for its turn.
            let second = async {
                gate.wait_for(names.len()).await;
                say_to_all("1").await
            };
            let opens = async {
                gate.wait_for(names.len()).await;
                more_turns(10).await;
                gate.open();
            };
            let (first, second, ()) = join!(say_to_all("0"), second, opens);
            [first, second].concat()
        })
        .await
    });
    let sent: Vec<&str> = run.journal().calls().iter().map(|call| call.prompt.as_str()).collect();
    let high_water = run.journal().high_water();
    run.require(
        high_water == names.len(),
        saw(format!("{high_water} calls in flight together"))
            .expected("one for each of 60 conversations, and no more")
            .because(
                "The messages of one conversation are answered one at a time: the second one needs the first reply.",
            ),
    );
    let times = |number| sent.iter().filter(|prompt| **prompt == history(number)).count();
    run.require(
        (times(0), times(1), sent.len()) == (60, 60, 120),
        saw(format!(
            "{} calls: {} with a first message, {} with a second one and what was said before it",
            sent.len(),
            times(0),
            times(1)
        ))
        .expected("120 calls: 60 with a first message, 60 with a second one and what was said before it")
        .because("Each name has a history of its own."),
    );
    require_replies(&run, run.value(), &vec![yes(); 120]);
}

/// Messages that wait for their conversation hold no thread: another conversation goes on beside 600 of them.
#[test]
fn who_waits_holds_no_thread() {
    let (llm, gate) = (llm(), gate());
    let because = "600 messages wait in one conversation, and a message in another one does not even begin: the pool \
                   has 512 threads, and all of them wait for a lock. A job that waits on the pool holds a thread and \
                   does nothing. Wait for the turn first, with `.await`, and go to the pool when it has come.";
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, 2, because)).run(async || {
        with_the_clock_held(async {
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let says = join_all((0..600).map(|number| {
                let chats = &chats;
                async move { chats.say("support", &number.to_string()).await }
            }));
            let another = async {
                gate.wait_for(1).await;
                // All of the 600 have been polled by then.
                more_turns(100).await;
                chats.say("sales", "0").await
            };
            let opens = async {
                gate.wait_for(2).await;
                gate.open();
            };
            match select(pin!(says), pin!(async { join!(another, opens).0 })).await {
                Either::Left((_, another)) => another.await,
                Either::Right((reply, _)) => reply,
            }
        })
        .await
    });
    require_replies(&run, std::slice::from_ref(run.value()), &[yes()]);
}

/// The messages of one conversation are answered one at a time, in the order in which they came.
#[test]
fn messages_keep_their_order() {
    let (llm, gate) = (llm(), gate());
    let count = 40;
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, 1, "Nothing is in flight.")).run(async || {
        with_the_clock_held(async {
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let says = join_all((0..count).map(|number| {
                let chats = &chats;
                async move { chats.say("support", &number.to_string()).await }
            }));
            let mut says = pin!(says);
            // All of them wait before the first one is answered.
            let _ = poll!(&mut says);
            gate.wait_for(1).await;
            join!(says, async {
                a_moment().await;
                gate.open();
            })
            .0
        })
        .await
    });
    let wanted: Vec<String> = (0..count).map(history).collect();
    require_calls(
        &run,
        &wanted,
        "The messages wait for the conversation, and who came later goes first. Threads that wait for a lock of `std` \
         get it in no order; jobs that are handed to the pool begin in no order. `tokio::sync::Mutex` gives itself to \
         whoever asked first, and a channel keeps the order too.",
    );
    let high_water = run.journal().high_water();
    run.require(
        high_water == 1,
        saw(format!("{high_water} calls of one conversation in flight together"))
            .expected("one at a time")
            .because("The next message is sent with the reply to this one."),
    );
    require_replies(&run, run.value(), &vec![yes(); count]);
    let polls = run.polls();
    run.require(
        // One for each call that ends, one for each that comes to the gate, and as many again.
        polls <= 200,
        saw(format!("{polls} polls while the calls were on their way"))
            .expected("a poll when one of them has ended, and few others")
            .because(
                "Your code asks again and again whether a job has ended (`is_finished()`, `yield_now()`), and the \
                     processor works for nothing meanwhile. A handle that is awaited wakes its task when there is \
                     something to see.",
            )
            .outcome(Outcome::BusyLoop),
    );
}

/// A message that is being answered when its caller gives up is answered, and the next one waits for it.
#[test]
fn a_caller_gives_up() {
    let (llm, gate) = (llm(), gate());
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, 1, "Nothing is in flight.")).run(async || {
        with_the_clock_held(async {
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let mut gives_up = Box::pin(chats.say("support", "0"));
            let _ = poll!(&mut gives_up);
            gate.wait_for(1).await;
            drop(gives_up);
            let next = async { chats.say("support", "1").await };
            let mut next = pin!(next);
            let early = poll!(&mut next);
            gate.open();
            match early {
                std::task::Poll::Ready(reply) => reply,
                std::task::Poll::Pending => next.await,
            }
        })
        .await
    });
    require_calls(
        &run,
        &[history(0), history(1)],
        "The caller of the first message has gone while it was being answered. Its call goes on, for nobody can stop a \
         thread, and then the conversation has a reply more. Where the conversation lives in the future that was \
         dropped, it is lost; where the turn ends with that future, the next message begins too early. What must last \
         as long as the call (the conversation, the guard of its lock) goes into the closure with it.",
    );
    require_replies(&run, std::slice::from_ref(run.value()), &[yes()]);
}
