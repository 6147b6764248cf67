use harness::{Check, Finished, Lane, Sorted, Timeline, numbered, odd, saw, secs, test};
use mock_llm::{Call, End, Error, Fault, Journal, MockLlm, Model, When};

use super::{Failed, ask_all};

harness::checks!();

/// One mail, and what the model does with it.
#[derive(Clone, Copy)]
struct Mail {
    number: usize,
    seconds: f64,
    fault: Option<Fault>,
}

/// A mail that is answered after this many seconds.
const fn good(number: usize, seconds: f64) -> Mail {
    Mail { number, seconds, fault: None }
}

/// A mail whose call fails after this many seconds.
const fn bad(number: usize, seconds: f64, fault: Fault) -> Mail {
    Mail { number, seconds, fault: Some(fault) }
}

/// Three of seven fail, at different times and in different ways. The last one to end is one that fails.
const MAILS: [Mail; 7] = [
    good(1, 2.0),
    bad(2, 1.0, Fault::Overloaded),
    good(3, 0.5),
    bad(4, 3.0, Fault::CutAfter(2)),
    good(5, 1.5),
    bad(6, 2.5, Fault::InternalError),
    good(7, 2.0),
];

fn prompt(mail: usize) -> String {
    format!("Answer mail {mail}")
}

/// In the order of the alphabet, the answers are not in the order of the mails.
fn answer(mail: usize) -> String {
    let greeting = ["Thank you", "Good morning", "Hello", "Dear reader"][mail % 4];
    format!("{greeting}! We have read mail {mail}.")
}

/// The tokens that come before this error.
fn text_before(mail: usize, error: &Error) -> String {
    let tokens = if let Error::Cut { tokens } = error { *tokens } else { 0 };
    mock_llm::tokens(&answer(mail)).take(tokens).collect()
}

/// Runs `ask_all` for these mails.
fn ask(mails: &[Mail]) -> Finished<Vec<Outcome>> {
    let model = mails.iter().fold(Model::new("atlas"), |model, mail| {
        let prompt = prompt(mail.number);
        let model = model
            .time_to_first_token_for(prompt.as_str(), secs(mail.seconds))
            .reply_to(prompt.as_str(), answer(mail.number));
        mail.fault.into_iter().fold(model, |model, fault| model.fault(When::Prompt(prompt.clone()), fault))
    });
    let llm = MockLlm::new([model]);
    let lane = |mail: &Mail| match mail.fault {
        None => Lane::call(prompt(mail.number), 0.0, mail.seconds),
        Some(Fault::Panic) => Lane::dropped(prompt(mail.number), 0.0, mail.seconds),
        Some(_) => Lane::failed(prompt(mail.number), 0.0, mail.seconds),
    };
    let expected = mails.iter().map(lane).fold(Timeline::default(), Timeline::lane);
    let check = Check::new().draws(&llm).expects(expected).a_panic_means(if mails.is_empty() {
        "A list without prompts is a list too. Some tools panic when there is nothing to wait for."
    } else if mails.iter().any(Mail::panics) {
        "The client library panicked in one call. A panic goes up through everything that polls it: the call, whatever you \
         put the calls together with, `ask_all`. All the other calls are dropped on its way. Something has to stop it \
         between one call and all of them, and must not throw it again."
    } else {
        "A call that fails is no reason to panic: providers fail every day. Its error is a value like the reply, and \
         belongs into the list. A panic takes the other replies with it."
    });
    let prompts: Vec<String> = mails.iter().map(|mail| prompt(mail.number)).collect();
    check.run(async || ask_all(&llm, &prompts).await)
}

/// The mail that a call asks for; 0 for something else.
fn asked(call: &Call) -> usize {
    (1..=7).find(|&mail| call.prompt == prompt(mail)).unwrap_or(0)
}

/// Each prompt is asked once, also where the call fails.
#[test]
fn asks_every_prompt_once() {
    let run = ask(&MAILS);
    let calls = run.journal().calls();
    let mails: Vec<usize> = calls.iter().map(asked).collect();
    let mails = mails.sorted();
    let because = match calls.last().and_then(|call| call.ended.as_ref()) {
        _ if calls.iter().any(|call| call.attempt > 1) => {
            "A call that failed was made again. That can be right (lesson 10 is about it), but here the caller \
             decides: an error is a result like any other, and is handed on."
        }
        Some((_, End::Failed(_))) => {
            "After an error nothing more was asked. The customers know nothing of each other: what becomes of one mail \
             must not decide whether another one is answered."
        }
        _ => "Every mail is asked about once: none is left out, and none is paid for twice.",
    };
    run.require(
        mails == [1, 2, 3, 4, 5, 6, 7],
        saw(format!("calls for {}", numbered("mail", &mails)))
            .expected("one call for each of mails 1 to 7")
            .because(because),
    );
}

/// A call that fails does not end the others: none is dropped, and none is left behind.
#[test]
fn every_call_runs_to_its_end() {
    let run = ask(&MAILS);
    let dropped: Vec<&Call> = run.journal().dropped().collect();
    let mails: Vec<usize> = dropped.iter().copied().map(asked).collect();
    let at = dropped.first().and_then(|call| call.ended.as_ref()).map_or(0.0, |(at, _)| at.as_secs_f64());
    run.require(
        dropped.is_empty(),
        saw(format!("the calls for {} dropped at {at:.3} s", numbered("mail", &mails)))
            .expected("every call to end with a reply or with its own error")
            .because(
                "Something gave up before all had ended, and dropped the calls that were in flight: their customers \
                 get nothing. To end at the first error is right where one missing part spoils the whole \
                 (`fail_fast`), and wrong where every part counts.",
            ),
    );
    let left: Vec<usize> = run.journal().calls().iter().filter(|call| call.ended.is_none()).map(asked).collect();
    run.require(
        left.is_empty(),
        saw(format!("the calls for {} still in flight when `ask_all` returned", numbered("mail", &left)))
            .expected("every call to end before `ask_all` does")
            .because("`ask_all` did not wait for them: whatever they bring, nobody reads it."),
    );
}

/// The list has a result for each prompt, at its place: the reply, or the very error of the call.
#[test]
fn each_prompt_has_its_own_result() {
    let at_once = bad(2, 0.0, Fault::RateLimited { retry_after: Some(secs(5.0)) });
    for mails in [MAILS, [good(5, 0.2), at_once, good(7, 0.1), MAILS[3], good(1, 0.4), MAILS[5], good(3, 0.3)]] {
        let run = ask(&mails);
        let wanted: Vec<Outcome> = mails.iter().map(Mail::outcome).collect();
        let results = run.value();
        if *results != wanted {
            why_another_list(&run, &wanted, results);
        }
    }
}

/// What became of a mail: the text of its answer, or the error and the text that came before it.
type Outcome = Result<String, Failed>;

impl Mail {
    fn panics(&self) -> bool {
        self.fault == Some(Fault::Panic)
    }

    /// What becomes of it, by the script.
    fn outcome(&self) -> Outcome {
        let error = match self.fault {
            None => return Ok(answer(self.number)),
            Some(Fault::RateLimited { retry_after }) => Error::RateLimited { retry_after },
            Some(Fault::InternalError) => Error::Status(500),
            Some(Fault::Overloaded) => Error::Status(503),
            Some(Fault::CutAfter(tokens)) => Error::Cut { tokens },
            Some(Fault::Panic) => return Err(Failed::Panicked),
            Some(other) => unreachable!("no check uses {other:?}"),
        };
        Err(Failed::Error { text: text_before(self.number, &error), error })
    }
}

/// For a message: which mail is answered, or the error.
fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Ok(text) => match (1..=7).find(|&mail| *text == answer(mail)) {
            Some(mail) => format!("the answer to mail {mail}"),
            None => format!("the reply {text:?}, which no call gave"),
        },
        Err(Failed::Panicked) => "`Panicked`".to_owned(),
        Err(Failed::Error { text, error }) if text.is_empty() => format!("the error \"{error}\", without text"),
        Err(Failed::Error { text, error }) => format!("the error \"{error}\", after the text {text:?}"),
    }
}

/// The outcomes in the order in which the calls ended.
fn in_order_of_arrival(journal: &Journal) -> Vec<Outcome> {
    let outcome = |call: &Call| match &call.ended {
        Some((_, End::Finished)) => Some(Ok(answer(asked(call)))),
        Some((_, End::Failed(error))) => {
            Some(Err(Failed::Error { text: text_before(asked(call), error), error: error.clone() }))
        }
        _ => None,
    };
    journal.in_order_of_end().into_iter().filter_map(outcome).collect()
}

/// Tells the mistake behind a list that is not the one that is wanted.
fn why_another_list<T>(run: &Finished<T>, wanted: &[Outcome], results: &[Outcome]) -> ! {
    let (number, errors) = (results.len(), results.iter().filter(|result| result.is_err()).count());
    if number != wanted.len() {
        let because = if wanted.contains(&Err(Failed::Panicked)) {
            "A call that panicked has no result in the list: its place is lost, and all that stand behind it move up. A \
             task that panics gives nothing back, not even the number that it was to bring along: whoever waits for it has \
             to know whose it is."
        } else if errors == 0 {
            "The errors were left out. Some customers get neither an answer nor an apology, and the list no longer \
             says which answer belongs to whom: its places are not those of the prompts."
        } else {
            "The caller takes the first result for the first prompt, the second for the second. That works only with a \
             result for each."
        };
        run.fail(
            saw(format!("{number} results; errors among them: {errors}"))
                .expected(format!(
                    "{} results, one for each prompt; errors among them: {}",
                    wanted.len(),
                    wanted.iter().filter(|outcome| outcome.is_err()).count()
                ))
                .because(because),
        );
    }
    let place = results.iter().zip(wanted).position(|(result, wanted)| result != wanted).expect("the lists differ");
    let is_reordered = wanted.iter().all(|outcome| results.contains(outcome));
    let because = match (&results[place], &wanted[place]) {
        _ if is_reordered && results.is_sorted_by_key(Result::is_err) => {
            "All results are there: first the replies, then the errors. The caller takes the first result for the \
             first prompt, and an answer that moves up goes to the wrong customer. To sort them apart is the caller's \
             choice."
        }
        _ if is_reordered && results == in_order_of_arrival(run.journal()) => {
            "All results are there, in the order in which they came. The caller takes the first result for the first \
             prompt: which call is the fastest today must not decide who gets which answer."
        }
        _ if is_reordered => {
            "All results are there, and not at the places of their prompts. The caller takes the first result for the \
             first prompt: the answers go to the wrong customers."
        }
        (Ok(_), Err(_)) => {
            "The call failed, and the list says that it did not. A made-up reply looks like a real one, and nobody \
             apologises to the customer. The error is the result."
        }
        (Err(Failed::Error { .. }), Err(Failed::Panicked)) => {
            "The call panicked, and the list does not say so. It names an error that no provider gave, and the caller would \
             act on it: a 503 is worth another try, a bug of the client library is not."
        }
        (Err(Failed::Panicked), _) => {
            "The list says of a call that it panicked, and it did not. Each call has a result of its own."
        }
        (Err(Failed::Error { text, error }), Err(Failed::Error { error: wanted, .. })) if error == wanted => {
            if text.is_empty() {
                "The text that came before the error is lost. Half an answer is worth reading: read the stream token by \
                 token, and keep what has come where the error cannot take it away."
            } else {
                "The error is the right one, and the text beside it is not what had come before it: all tokens, in their \
                 order."
            }
        }
        (Err(_), Err(_)) => {
            "It is an error, and not the one of this call. The caller decides by the kind of error what to do next (to \
             wait after a 429, to try again after a 503): hand each error on as the call returned it."
        }
        (_, Ok(_)) => "The call got its reply: it belongs into the list, whatever became of the other calls.",
    };
    run.fail(
        saw(format!("at place {}: {}", place + 1, in_words(&results[place])))
            .expected(in_words(&wanted[place]))
            .because(because),
    )
}

/// The slowest call decides, whether it ends with a reply or with an error.
#[test]
fn takes_as_long_as_the_slowest() {
    let run = ask(&MAILS);
    run.takes(
        secs(3.0),
        match run.journal().high_water() {
            1 => {
                "The calls run one after another: each is awaited before the next one begins. To keep errors apart \
                 needs no waiting in turn. Put all futures together into one, and `.await` that one."
            }
            2..=6 => "Not all calls are in flight together: some wait for others. Start all seven, then wait.",
            _ => "The calls overlap, but something else takes time. Seven calls together take as long as the slowest.",
        },
    );
}

/// A stream that is cut late keeps all that came, and the others are read to their ends meanwhile.
#[test]
fn a_cut_stream_keeps_its_text() {
    for (cut, mail) in [(1, 3), (4, 6), (5, 2)] {
        let model = (1..=7).fold(Model::new("atlas"), |model, mail| {
            model.time_to_first_token_for(prompt(mail), odd(mail)).reply_to(prompt(mail), answer(mail))
        });
        let model = model.inter_token_latency(secs(0.271));
        let llm = MockLlm::new([model.fault(When::Prompt(prompt(mail)), Fault::CutAfter(cut))]);
        let prompts = [4, 2, 7, 3, 6, 1, 5].map(prompt);
        let wanted: Vec<Outcome> = [4, 2, 7, 3, 6, 1, 5]
            .map(|number| {
                Mail { number, seconds: 0.0, fault: (number == mail).then_some(Fault::CutAfter(cut)) }.outcome()
            })
            .into();
        let run = Check::new().draws(&llm).run(async || ask_all(&llm, &prompts).await);
        if *run.value() != wanted {
            why_another_list(&run, &wanted, run.value());
        }
        let calls = run.journal().calls();
        let unread = calls.iter().filter(|call| call.delivered < call.produced.len()).count();
        run.require(
            unread == 0,
            saw(format!("{unread} answers that were not read to their end"))
                .expected("none")
                .because("Every token is paid for, and belongs to the text."),
        );
    }
}

/// A call that panics takes no other call with it: `Panicked` stands at its place.
#[test]
fn a_panic_takes_nobody_with_it() {
    let mail = |number: usize| good(number, odd(number).as_secs_f64());
    // Once the first call to end, and once two of seven, in the same list as an error and a stream that is cut.
    let first = |number| Mail { fault: (number == 3).then_some(Fault::Panic), ..mail(number) };
    let two = |number| match number {
        2 | 7 => Mail { fault: Some(Fault::Panic), ..mail(number) },
        5 => Mail { fault: Some(Fault::Overloaded), ..mail(number) },
        6 => Mail { fault: Some(Fault::CutAfter(3)), ..mail(number) },
        _ => mail(number),
    };
    for mails in [[4, 2, 7, 3, 6, 1, 5].map(first), [1, 7, 4, 2, 6, 5, 3].map(two)] {
        let run = ask(&mails);
        let calls = run.journal().calls();
        let numbers: Vec<usize> = calls.iter().map(asked).collect();
        let again = numbers.iter().find(|number| numbers.iter().filter(|other| other == number).count() > 1);
        run.require(
            again.is_none(),
            saw(format!("a second call for mail {}", again.unwrap_or(&0))).expected("one call for each mail").because(
                "A call that panicked was made again. Nobody knows what state the panic has left: whether to try again \
                     is for the caller to decide.",
            ),
        );
        let panics: Vec<usize> = mails.iter().filter(|mail| mail.panics()).map(|mail| mail.number).collect();
        let ended = |call: &Call| matches!(call.ended, Some((_, End::Finished | End::Failed(_))));
        let taken: Vec<usize> =
            calls.iter().filter(|call| !ended(call)).map(asked).filter(|number| !panics.contains(number)).collect();
        run.require(
            taken.is_empty(),
            saw(format!(
                "a panic in the call for {}, and the calls for {} without an end",
                numbered("mail", &panics),
                numbered("mail", &taken)
            ))
            .expected("all the other calls to come to their ends")
            .because(
                "The panic took other calls with it. What catches it stands round all of them, or ends the others when it \
                 has caught one: it has to stand round each call.",
            ),
        );
        let wanted: Vec<Outcome> = mails.iter().map(Mail::outcome).collect();
        if *run.value() != wanted {
            why_another_list(&run, &wanted, run.value());
        }
    }
}

/// Nothing asked, nothing to collect.
#[test]
fn no_prompts_no_results() {
    let run = ask(&[]);
    let number = run.value().len();
    run.require(number == 0, saw(format!("{number} results")).expected("none").because("There is nothing to ask."));
    run.takes(secs(0.0), "To wait for all of nothing takes no time.");
}

/// More than a thousand mails, each prompt twice in the list: every place has its own call, made once, and they are all in flight
/// together.
#[test]
fn many_mails_and_each_twice() {
    let prompts: Vec<String> = (0..1100).map(|place| prompt(place * 37 % 550)).collect();
    let too_many = Fault::RateLimited { retry_after: None };
    let model = (0..550).fold(Model::new("atlas").time_to_first_token(secs(1.937)), |model, mail| {
        let model = model.reply_to(prompt(mail), answer(mail));
        if mail % 3 == 0 { model.fault(When::Prompt(prompt(mail)), too_many) } else { model }
    });
    let llm = MockLlm::new([model]);
    let run = Check::new().draws(&llm).run(async || ask_all(&llm, &prompts).await);
    let (calls, results) = (run.journal().calls().len(), run.value().len());
    run.require(
        calls == 1100 && results == 1100,
        saw(format!("{calls} calls and {results} results for 1100 prompts"))
            .expected("1100 calls and 1100 results: one for each place in the list")
            .because(if calls > 1100 {
                "A call that failed was made again. The task asks for each result as it is: whether to try again is for \
                 the caller to decide."
            } else {
                "Each prompt stands in the list twice: two customers wrote the same, and each wants an answer. The place \
                 in the list says whose it is, not the text."
            }),
    );
    let wanted = |place: usize| match place * 37 % 550 {
        mail if mail % 3 == 0 => {
            Err(Failed::Error { text: String::new(), error: Error::RateLimited { retry_after: None } })
        }
        mail => Ok(answer(mail)),
    };
    let wrong = run.value().iter().enumerate().position(|(place, result)| *result != wanted(place));
    run.require(
        wrong.is_none(),
        saw(format!("another result than that of its own call, at place {}", wrong.map_or(0, |place| place + 1)))
            .expected("at each place the result of its own call")
            .because("The caller takes the first result for the first prompt, however many there are."),
    );
    run.takes(
        secs(1.937),
        "Nobody asked for a limit: a call that waits needs no processor and no thread. What is not started is not being \
         waited for.",
    );
    run.leaves_nothing_behind();
}
