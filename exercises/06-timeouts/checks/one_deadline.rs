use harness::{Check, Finished, Outcome, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};

use super::{Failed, report};

harness::checks!();

/// What a step is asked, and what it gives.
fn prompt(step: usize) -> String {
    if step == 0 { "step 0\n".to_owned() } else { format!("step {step}\n{}", text(step - 1)) }
}

fn text(step: usize) -> String {
    format!("text {step}")
}

/// A model whose steps take so long.
fn model(times: &[f64]) -> Model {
    times.iter().enumerate().fold(Model::new("atlas"), |model, (step, &time)| {
        model.reply_to(prompt(step), text(step)).time_to_first_token_for(prompt(step), secs(time))
    })
}

/// The n-th try at this step is turned away, and told to come back.
fn turned_away(model: Model, step: usize, tries: u32, wait: f64) -> Model {
    (1..=tries).fold(model, |model, attempt| {
        model.fault(When::PromptAttempt(prompt(step), attempt), Fault::RateLimited { retry_after: Some(secs(wait)) })
    })
}

fn run(model: Model, steps: usize, limit: f64) -> Finished<Result<String, Failed>> {
    let llm = MockLlm::new([model]);
    let names: Vec<String> = (0..steps).map(|step| format!("step {step}")).collect();
    Check::new().draws(&llm).timers(20).run(async || {
        llm.restart();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        report(&llm, &names, secs(limit)).await
    })
}

fn too_late(done: usize) -> Result<String, Failed> {
    Err(Failed::TooLate { done: (0..done).map(text).collect() })
}

#[track_caller]
fn require(
    run: &Finished<Result<String, Failed>>,
    story: &str,
    wanted: &Result<String, Failed>,
    end: f64,
    because: &str,
) {
    // In the checks, the text of a step does not depend on its tries: a prompt is one of these, or it is wrong.
    let known: Vec<String> = (0..20).map(prompt).collect();
    if let Some(odd) = run.journal().calls().iter().find(|call| !known.contains(&call.prompt)) {
        run.fail(saw(format!("{story}: the model was asked {:?}", odd.prompt)).expected(format!("{:?}, {:?}, …", known[0], known[1])).because(
            "A step needs what the step before gave, so they run one after another, and each is asked `{step}\\n{what the step before gave}`. \
             Before the first one there is nothing. Only the deadline is common to them.",
        ));
    }
    let in_time = run.elapsed() == secs(end);
    run.require(
        run.value() == wanted && in_time,
        saw(format!("{story}: {:?} after {:.3} s", run.value(), run.elapsed().as_secs_f64()))
            .expected(format!("{wanted:?} after {end:.3} s"))
            .because(match (run.value(), wanted) {
                (Err(Failed::TooLate { done }), Err(Failed::TooLate { done: all })) if done.len() < all.len() && in_time => {
                    "The time is over when it should be, and the texts of the steps that have ended are gone: they were dropped with what \
                     the timeout drops. Keep them outside of it."
                }
                (Err(Failed::TooLate { done }), Err(Failed::TooLate { done: all })) if done != all && in_time => {
                    "The time is over when it should be, and `done` is not what is done: it holds the text of each step that has ended, as \
                     the model gave it, and nothing of the one that was dropped."
                }
                (Err(Failed::TooLate { .. }), Ok(_)) if in_time => {
                    "What comes at exactly the last instant is in time. Both are ready then, the call and the timer, and whoever is polled \
                     first wins; `timeout_at` polls the call first."
                }
                (Err(Failed::Model(Error::RateLimited { retry_after: Some(_) })), Err(Failed::TooLate { .. })) if in_time => {
                    "The model would have answered, later. What ends the report is the deadline, so it is `TooLate`, with what is done."
                }
                (Ok(all), Ok(last)) if all != last && in_time => "The report is the text of the last step, as the model gave it.",
                _ => because,
            })
            .outcome(if run.value() == wanted && run.elapsed() > secs(end) { Outcome::TooSlow } else { Outcome::Wrong }),
    );
    run.leaves_nothing_behind();
    // Each call that was turned away is followed by a wait.
    run.only_looks_when_woken(20 + run.journal().calls().len());
}

/// Each step is asked with what the step before gave, and the last one is the report.
#[test]
fn the_steps_build_on_each_other() {
    let because = "The steps run one after another, and each begins when the one before has ended.";
    let story = "steps of 1.423, 0.353 and 2.709 s, a limit of 30 s";
    require(&run(model(&[1.423, 0.353, 2.709]), 3, 30.0), story, &Ok(text(2)), 4.485, because);
    require(&run(model(&[1.423]), 1, 30.0), "one step of 1.423 s", &Ok(text(0)), 1.423, because);
    require(
        &run(model(&[]), 0, 30.0),
        "no step",
        &Ok(String::new()),
        0.0,
        "Without steps there is nothing to wait for.",
    );
}

/// All steps share one deadline, whichever of them is slow.
#[test]
fn all_steps_share_one_deadline() {
    let because = "The reader waits for one instant: compute it once, at the start, and hand it to each wait. A limit that starts anew with each \
                   step adds up. A share for each step fails a slow one though there is time. And who looks at the clock between the steps \
                   learns too late that a step is late. (The clock here is tokio's: `std::time::Instant` does not see it pass.)";
    for (times, limit, done) in [
        (vec![1.933, 1.709, 1.979], 5.0, 2),
        (vec![4.1, 0.5, 0.6], 4.5, 1),
        (vec![0.2; 12], 1.1, 5),
        (vec![5.5, 1.0], 5.4, 0),
    ] {
        let story = format!("steps of {times:?} s, a limit of {limit} s");
        require(&run(model(&times), times.len(), limit), &story, &too_late(done), limit, because);
    }
    for times in [vec![4.1, 0.2, 0.3], vec![0.2, 0.3, 4.1], vec![1.5, 1.6, 1.5]] {
        let total: f64 = times.iter().sum();
        let story = format!("steps of {times:?} s, a limit of {total:.1} s");
        require(&run(model(&times), 3, total), &story, &Ok(text(2)), total, because);
    }
}

/// What is done when the time is over is not lost, and what runs is dropped.
#[test]
fn what_is_done_is_not_lost() {
    let because =
        "The texts of the steps that have ended are there, and paid for. Keep them outside of what the timeout drops.";
    for done in 0..4 {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let limit = 0.811 * done as f64 + 0.2;
        let run = run(model(&[0.811; 5]), 5, limit);
        require(&run, &format!("steps of 0.811 s, a limit of {limit:.3} s"), &too_late(done), limit, because);
        let dropped = run.journal().dropped().count();
        run.require(
            dropped == 1,
            saw(format!("{dropped} calls were dropped"))
                .expected("1: the one that ran")
                .because("Its answer would be paid for, and read by nobody."),
        );
    }
}

/// A call that is turned away is made again when the model says, unless the deadline comes first.
#[test]
fn a_wait_that_is_in_vain_is_not_begun() {
    let because = "The model says when to come back. If that is before the deadline, come back then, as often as it asks, with the call that was \
         turned away and no other.";
    let in_vain = "The model says when to come back, and that is after the deadline: all is known now. To wait until the deadline is to wait \
                   for nothing, and to sleep past it is worse. The waits count: compare with what is left, and not with the whole.";
    // In time: three waits, and the answer at exactly the last instant.
    let well = turned_away(model(&[1.423, 0.811]), 1, 3, 2.3);
    require(
        &run(well.clone(), 2, 30.0),
        "three waits of 2.3 s, a limit of 30 s",
        &Ok(text(1)),
        1.423 + 6.9 + 0.811,
        because,
    );
    let patient = turned_away(model(&[1.423, 0.811]), 1, 300, 0.057);
    require(
        &run(patient, 2, 30.0),
        "three hundred waits of 0.057 s, a limit of 30 s",
        &Ok(text(1)),
        1.423 + 17.1 + 0.811,
        "The model says when to come back, as often as it likes: what ends the tries is the deadline, and not their number.",
    );
    require(&run(well.clone(), 2, 9.134), "three waits of 2.3 s, a limit of 9.134 s", &Ok(text(1)), 9.134, because);
    // The waits count: after two of them, the third does not fit any more.
    require(&run(well.clone(), 2, 7.0), "three waits of 2.3 s, a limit of 7 s", &too_late(1), 1.423 + 4.6, in_vain);
    // The wait fits, and the call after it does not.
    require(&run(well, 2, 8.9), "three waits of 2.3 s, a limit of 8.9 s", &too_late(1), 8.9, because);
    // It does not fit from the start.
    let long = turned_away(model(&[1.423, 0.811, 0.5]), 1, 1, 60.0);
    require(&run(long, 3, 30.0), "a wait of 60 s, a limit of 30 s", &too_late(1), 1.423, in_vain);
    let first = turned_away(model(&[1.423]), 0, 1, 60.0);
    require(&run(first, 1, 30.0), "a wait of 60 s for the first step", &too_late(0), 0.0, in_vain);
    // Each wait is shorter than the limit, but not than what is left of it.
    let late = turned_away(model(&[4.1, 0.5]), 1, 1, 4.5);
    require(&run(late, 2, 5.0), "a wait of 4.5 s when 0.9 s are left", &too_late(1), 4.1, in_vain);
}

/// Any other error ends the report as it is.
#[test]
fn any_other_error_ends_it() {
    let because = "Only a model that says when to come back is asked again. Another error is not mended by the next try, and the caller \
                   wants to know it now.";
    for (fault, error, end) in [
        (Fault::Overloaded, Error::Status(503), 1.423 + 0.811),
        (Fault::RateLimited { retry_after: None }, Error::RateLimited { retry_after: None }, 1.423),
        (Fault::Refused, Error::Refused, 1.423),
    ] {
        let run = run(model(&[1.423, 0.811, 0.5]).fault(When::Prompt(prompt(1)), fault), 3, 30.0);
        require(&run, &format!("`{fault:?}` in the second step"), &Err(Failed::Model(error)), end, because);
    }
}
