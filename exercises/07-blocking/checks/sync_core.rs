use std::{
    cell::Cell,
    future::{pending, poll_fn},
    panic::resume_unwind,
    pin::pin,
    task::Poll,
    thread,
    time::Duration,
};

use futures::{
    future::{Either, join_all, maybe_done, select},
    join, poll,
};
use harness::{
    Check, Finished, Message, Outcome, a_moment, counting_polls, more_turns, nothing_happens_for, saw, secs, test,
    with_the_clock_held,
};
use mock_llm::{Error, Fault, MockLlm, Model, When, blocking::Gate};
use tokio::{runtime::Builder, task::unconstrained, time::advance};

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

/// Opens the gate where the code under test panics: the end of the runtime waits for the threads that are held there.
struct OpensAtTheEnd<'a>(&'a Gate);

impl Drop for OpensAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// What the model is sent with message `last` of a conversation whose messages are numbers.
fn history(last: usize) -> String {
    let before: String = (0..last).map(|number| format!("{number}\nyes\n")).collect();
    format!("{before}{last}")
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

/// Polls all of these in their order, and from the second time on from the last one to the first.
async fn in_their_order_then_from_the_end<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| Box::pin(maybe_done(future))).collect();
    let mut first = true;
    // The order is the check's, so nobody may be put off because the task has done much already.
    unconstrained(poll_fn(move |context| {
        let count = futures.len();
        let mut polls = |place: usize| futures[place].as_mut().poll(context).is_ready();
        let ready = if first {
            (0..count).filter(|&place| polls(place)).count()
        } else {
            (0..count).rev().filter(|&place| polls(place)).count()
        };
        first = false;
        if ready < count {
            return Poll::Pending;
        }
        let outputs = futures.iter_mut().map(|future| future.as_mut().take_output().expect("it is ready"));
        Poll::Ready(outputs.collect())
    }))
    .await
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
        "The model is sent all that was said before, and the new message. A refused message is no part of it, and it is \
         not sent again; it ends nothing, either: the next one goes on with the same conversation.",
    );
    require_replies(&run, run.value(), &[yes(), Err(Error::Status(503)), yes(), yes()]);
}

/// Conversations do not wait for each other.
#[test]
fn conversations_overlap() {
    let (llm, gate) = (llm(), gate());
    let names: Vec<String> = (0..60).map(|room| format!("room {room}")).collect();
    let because = "Some conversations are being answered, and the others wait for them: something holds a lock on all \
                   of them for the time of a call, or one thread serves them all, or a limit stands before them, or \
                   your function waits for its call with `join()` or `block_on` and holds the event loop. The map of conversations needs its lock for a moment, to find one. What is held across the call belongs \
                   to that one alone.";
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, names.len(), because)).run(async || {
        with_the_clock_held(async {
            let _opens = OpensAtTheEnd(&gate);
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
            let all = async { join!(say_to_all("0"), second, opens) };
            // Who looks on a timer is told of it by a check below, not by this one.
            let timers_fire = async {
                gate.wait_for(names.len()).await;
                for _ in 0..100 {
                    a_moment().await;
                    advance(secs(0.1)).await;
                }
                pending().await
            };
            match select(pin!(all), pin!(timers_fire)).await {
                Either::Left(((first, second, ()), _)) => [first, second].concat(),
                Either::Right((never, _)) => never,
            }
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
    let because = "600 messages wait in one conversation, and a message in another one does not even begin. Where they \
                   wait in the pool: it has 512 threads, and all of them wait for a lock. A job that waits on the pool \
                   holds a thread and does nothing. Wait for the turn first, with `.await`, and go to the pool when it \
                   has come. Where they wait with the map of conversations in hand, nobody finds another one: let it go \
                   before you wait.";
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, 2, because)).run(async || {
        with_the_clock_held(async {
            let _opens = OpensAtTheEnd(&gate);
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

const OUT_OF_ORDER: &str = "The messages wait for the conversation, and who came later goes first. Threads that wait for a \
                            lock of `std` get it in no order; jobs that are handed to the pool begin in no order; where \
                            all are woken, or each looks for itself, whoever is polled first takes the turn. The place in \
                            the line is taken with the first poll, and kept: `tokio::sync::Mutex` gives itself to whoever \
                            asked first, and a channel keeps the order too. (A task that takes the place has no order either: \
                            runtimes with several threads poll the newest one first.)";

const NOT_IN_LINE: &str = "A message was asked for, and nothing is in flight: the conversation is free, and nobody has the \
                           turn.";

/// The messages of one conversation are answered one at a time, in the order in which they came.
#[test]
fn messages_keep_their_order() {
    let (llm, gate) = (llm(), gate());
    let count = 40;
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, 1, NOT_IN_LINE)).run(async || {
        with_the_clock_held(async {
            let _opens = OpensAtTheEnd(&gate);
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let says = (0..count).map(|number| {
                let chats = &chats;
                async move { chats.say("support", &number.to_string()).await }
            });
            let polls = Cell::new(0);
            let says = counting_polls(&polls, in_their_order_then_from_the_end(says));
            let in_vain = async {
                // All of them wait before the first one is answered.
                gate.wait_for(1).await;
                a_moment().await;
                // Nobody has a reason to look.
                let before = polls.get();
                nothing_happens_for(secs(10.0)).await;
                gate.open();
                // Who looks on a timer would never see the end: the clock is held.
                if polls.get() == before { pending().await } else { polls.get() - before }
            };
            match select(pin!(says), pin!(in_vain)).await {
                Either::Left((replies, _)) => Ok(replies),
                Either::Right((in_vain, _)) => Err(in_vain),
            }
        })
        .await
    });
    let asks_again_and_again = "Your code asks again and again whether its turn has come, or a job has ended \
                                (`try_lock()` or `is_finished()`, and a `yield_now()` or a `sleep` in between), and the \
                                processor works for nothing meanwhile. A lock or a handle that is awaited wakes its task \
                                when there is something to see.";
    let replies = match run.value() {
        Ok(replies) => replies,
        Err(in_vain) => run.fail(
            saw(format!("{in_vain} polls while one message was on its way and the others waited"))
                .expected("none: nothing has happened")
                .because(asks_again_and_again)
                .outcome(Outcome::BusyLoop),
        ),
    };
    let wanted: Vec<String> = (0..count).map(history).collect();
    require_calls(&run, &wanted, OUT_OF_ORDER);
    let high_water = run.journal().high_water();
    run.require(
        high_water == 1,
        saw(format!("{high_water} calls of one conversation in flight together"))
            .expected("one at a time")
            .because("The next message is sent with the reply to this one."),
    );
    require_replies(&run, replies, &vec![yes(); count]);
    // A few for each message, where each has a task, and as many again.
    let polls = run.polls_of_tasks();
    run.require(
        polls <= 400,
        saw(format!("{polls} polls of tasks while the calls were on their way"))
            .expected("a poll when a call has ended, and few others")
            .because(asks_again_and_again)
            .outcome(Outcome::BusyLoop),
    );
}

/// The order is the same on a runtime with several threads, which polls a task that was spawned last before the others.
#[test]
fn their_order_on_another_runtime() {
    let count = 5;
    // Real time goes by on this runtime: the model needs none.
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(Duration::ZERO).reply("yes")]);
    let gate = gate();
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, 1, NOT_IN_LINE)).by_hand(|| {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build();
        let runtime = runtime.expect("a runtime without sockets needs nothing that can be missing");
        let _opens = OpensAtTheEnd(&gate);
        let chats = Conversations::new(llm.blocking().gated(&gate));
        let opens = gate.clone();
        let all = runtime.spawn(async move {
            let says = (0..count).map(|number| {
                let chats = &chats;
                async move { chats.say("support", &number.to_string()).await }
            });
            let opens = async {
                opens.wait_for(1).await;
                opens.open();
            };
            join!(in_their_order_then_from_the_end(says), opens).0
        });
        runtime.block_on(all).unwrap_or_else(|error| resume_unwind(error.into_panic()))
    });
    require_calls(&run, &(0..count).map(history).collect::<Vec<_>>(), OUT_OF_ORDER);
    require_replies(&run, run.value(), &vec![yes(); count]);
}

/// Who comes when the turn is given on does not get in before those who waited for it.
#[test]
fn nobody_gets_in_between() {
    let (llm, gate) = (llm(), gate());
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, 1, NOT_IN_LINE)).run(async || {
        with_the_clock_held(async {
            let _opens = OpensAtTheEnd(&gate);
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let mut answered = pin!(chats.say("support", "0"));
            let first = poll!(&mut answered);
            let mut waits = pin!(chats.say("support", "1"));
            let _ = poll!(&mut waits);
            let first = match first {
                Poll::Ready(reply) => reply,
                Poll::Pending => {
                    join!(answered, async {
                        gate.wait_for(1).await;
                        gate.let_through(1);
                    })
                    .0
                }
            };
            // The turn is free, and the one that waited for it was not polled yet.
            let mut comes_late = pin!(chats.say("support", "2"));
            let _ = poll!(&mut comes_late);
            gate.open();
            let (third, second) = join!(comes_late, waits);
            [first, second, third]
        })
        .await
    });
    require_calls(&run, &[history(0), history(1), history(2)], OUT_OF_ORDER);
    require_replies(&run, run.value(), &vec![yes(); 3]);
}

const GONE_WITH_THE_CALLER: &str = "The caller of the first message has gone while it was being answered. Its call goes on, \
                                    for nobody can stop a thread, and then the conversation has a reply more. Where the \
                                    conversation lives in the future that was dropped, it is lost; where the turn ends \
                                    with that future, the next message begins too early; where what gives the turn on \
                                    stands after its `.await`, nobody ever gives it on. What must last as long as the \
                                    call (the conversation, the guard of its lock) goes into the closure with it.";

/// A message that is being answered when its caller gives up is answered, and the next one waits for it.
#[test]
fn a_caller_gives_up() {
    let (llm, gate) = (llm(), gate());
    let check = Check::new().draws(&llm).when_stuck(stuck(&llm, 1, GONE_WITH_THE_CALLER));
    let run = check.a_panic_means(GONE_WITH_THE_CALLER).run(async || {
        with_the_clock_held(async {
            let _opens = OpensAtTheEnd(&gate);
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let mut gives_up = Box::pin(chats.say("support", "0"));
            let first = async {
                let _ = (&mut gives_up).await;
            };
            let begins = gate.wait_for(1);
            // The gate is closed: it is the second that is ready.
            let _ = select(pin!(first), begins).await;
            drop(gives_up);
            let next = async { chats.say("support", "1").await };
            let mut next = pin!(next);
            let early = poll!(&mut next);
            gate.open();
            match early {
                Poll::Ready(reply) => reply,
                Poll::Pending => next.await,
            }
        })
        .await
    });
    require_calls(&run, &[history(0), history(1)], GONE_WITH_THE_CALLER);
    require_replies(&run, std::slice::from_ref(run.value()), &[yes()]);
}

/// Callers give up while their messages wait: those behind them are answered, and what is left of them holds no thread.
#[test]
fn callers_give_up_in_line() {
    let (llm, gate) = (llm(), gate());
    let because = "A message waited for its turn, its caller gave up, and nobody behind it is answered. The turn was given \
                   to somebody who is gone: a `send` that fails gives back what it could not hand over, and it belongs to \
                   the next one. (`tokio::sync::Mutex` and the permits of a semaphore go on by themselves.)";
    let check = Check::new().draws(&llm).when_stuck(stuck(&llm, 1, because)).a_panic_means(because);
    let run = check.run(async || {
        with_the_clock_held(async {
            let _opens = OpensAtTheEnd(&gate);
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let mut answered = pin!(chats.say("support", "0"));
            let _ = poll!(&mut answered);
            let mut gives_up = Box::pin(chats.say("support", "1"));
            let _ = poll!(&mut gives_up);
            let mut behind = pin!(chats.say("support", "2"));
            let _ = poll!(&mut behind);
            drop(gives_up);
            let opens = async {
                gate.wait_for(1).await;
                gate.open();
            };
            let (first, last, ()) = join!(answered, behind, opens);
            [first, last]
        })
        .await
    });
    // The message in between may be left out.
    let (without, with) = ([history(0), format!("{}\n2", history(0) + "\nyes")], [history(0), history(1), history(2)]);
    let left_out = run.journal().calls().len() == without.len();
    require_calls(&run, if left_out { &without } else { &with }, "The messages behind it are sent in their order.");
    require_replies(&run, run.value(), &vec![yes(); 2]);

    let because = "600 callers have given up in one conversation, and a message in another one does not even begin. Each \
                   had its turn at once, for the turn had gone with the caller before, and went to the pool: there it \
                   waits for the call that is still going on, and holds a thread. The turn (the guard of the async lock, \
                   the permit) ends with the call, and not with the caller: it goes into the closure.";
    let gate = self::gate();
    let run = Check::new().draws(&llm).when_stuck(stuck(&llm, 2, because)).run(async || {
        with_the_clock_held(async {
            let _opens = OpensAtTheEnd(&gate);
            let chats = Conversations::new(llm.blocking().gated(&gate));
            let all = async {
                for number in 0..600 {
                    let message = number.to_string();
                    let mut gives_up = Box::pin(chats.say("support", &message));
                    let begins = async {
                        if number == 0 {
                            gate.wait_for(1).await;
                        } else {
                            more_turns(1).await;
                        }
                    };
                    let _ = select(&mut gives_up, pin!(begins)).await;
                }
            };
            all.await;
            let opens = async {
                gate.wait_for(2).await;
                gate.open();
            };
            join!(chats.say("sales", "0"), opens).0
        })
        .await
    });
    require_replies(&run, std::slice::from_ref(run.value()), &[yes()]);
}
