use std::{sync::Mutex, time::Duration};

use futures::StreamExt;
use harness::{Check, Finished, odd, saw, secs, test};
use mock_llm::{MockLlm, Model};
use tokio::{sync::broadcast, time::sleep};

use super::{Archive, Screen, Seen, Token, follow};

harness::checks!();

/// Where the tokens of one run come from, and how slow its viewer is.
#[derive(Clone, Copy, Default)]
struct Setting {
    capacity: usize,
    screen: Duration,
    archive: Duration,
}

/// What one viewer saw, and how often the archive was read.
struct Outcome {
    seen: Vec<Seen>,
    reads: usize,
}

impl Outcome {
    fn texts(&self) -> Vec<&str> {
        let text = |seen: &'_ Seen| matches!(seen, Seen::Text(_));
        self.seen.iter().filter(|seen| text(seen)).map(words).collect()
    }

    fn missed(&self) -> Vec<u64> {
        let missed = |seen: &Seen| if let Seen::Missed(tokens) = seen { Some(*tokens) } else { None };
        self.seen.iter().filter_map(missed).collect()
    }
}

fn words(seen: &Seen) -> &str {
    if let Seen::Text(text) = seen { text } else { "" }
}

/// Token `place` of the answers of these checks. Some are alike; no part of the answer is like the one that comes after it.
fn token(place: usize) -> String {
    format!("{} ", ["so", "it", "is", "so", "that", "it", "flies"][place % 7].repeat(1 + place % 5))
}

fn answer(tokens: usize) -> String {
    (0..tokens).map(token).collect()
}

/// Writes the bursts of an answer: so many tokens at once, then a silence. Then it closes the channel.
fn watch(setting: Setting, bursts: &[(usize, Duration)]) -> Finished<Outcome> {
    Check::new().within(secs(4_000.0)).run(async || {
        let (sender, tokens) = broadcast::channel(setting.capacity);
        let archive = Archive { takes: setting.archive, ..Archive::default() };
        let mut screen = Screen { takes: setting.screen, ..Screen::default() };
        let writes = async {
            let mut place = 0;
            for &(burst, silence) in bursts {
                for _ in 0..burst {
                    write(&archive.tokens, &sender, place, token(place));
                    place += 1;
                }
                if !silence.is_zero() {
                    sleep(silence).await;
                }
            }
            drop(sender);
        };
        tokio::join!(biased; writes, follow(tokens, &archive, &mut screen));
        Outcome { seen: screen.seen, reads: archive.reads.get() }
    })
}

/// The archive has a token before anybody else.
fn write(archive: &Mutex<Vec<String>>, sender: &broadcast::Sender<Token>, place: usize, text: String) {
    archive.lock().expect("nobody panics with the lock").push(text.clone());
    // A viewer who has left is a matter of other checks.
    let _ = sender.send(Token { place, text });
}

/// Every text begins the answer and is no shorter than the one before, and the last is the whole answer.
fn shows_nothing_but_the_answer<T>(run: &Finished<T>, outcome: &Outcome, whole: &str) {
    let texts = outcome.texts();
    for (place, text) in texts.iter().enumerate() {
        let gap = "A token was left out, or stands there twice. After a gap the text is that of the archive; the tokens that \
                   still wait in the channel may be in it already, and their places tell.";
        run.require(
            whole.starts_with(text),
            saw(format!("as text number {}: {:?}", place + 1, last_of(text)))
                .expected("a text with which the answer begins")
                .because(gap),
        );
        run.require(
            place == 0 || text.len() >= texts[place - 1].len(),
            saw(format!("text number {} shorter than the one before", place + 1))
                .expected("a text that only grows")
                .because("What is shown must never be older than what was shown: the viewer has read it."),
        );
    }
    run.require(
        texts.last().copied().unwrap_or("") == whole,
        saw(format!("in the end {} letters of {}", texts.last().map_or(0, |text| text.len()), whole.len()))
            .expected("the whole answer on the screen")
            .because(if outcome.missed().is_empty() && !texts.is_empty() || texts.is_empty() && run.elapsed() > secs(0.0) {
                "`follow` ended while the channel was open: silence is not the end, and neither is a gap."
            } else {
                "A gap is not the end, and what is lost does not come again: `Lagged` says so, and the next `recv` goes on. \
                 The archive has what the channel has lost. Tokens may come while it is read."
            }),
    );
}

/// A long text is told by its end.
fn last_of(text: &str) -> String {
    let start = text.char_indices().rev().nth(59).map_or(0, |(at, _)| at);
    text[start..].to_owned()
}

/// Each gap has been told, and the archive was read for a gap only.
fn tells_gaps<T>(run: &Finished<T>, outcome: &Outcome, gaps: &[u64]) {
    let missed = outcome.missed();
    run.require(
        missed == gaps,
        saw(format!("missed tokens told: {missed:?}"))
            .expected(format!("{gaps:?}"))
            .because("The channel counts what it had to let go, and `Lagged(n)` says it. A gap that nobody tells looks like none."),
    );
    reads_for_gaps(run, outcome);
}

fn reads_for_gaps<T>(run: &Finished<T>, outcome: &Outcome) {
    let (reads, gaps) = (outcome.reads, outcome.missed().len());
    run.require(
        reads == gaps,
        saw(format!("the archive read {reads} times, for {gaps} gaps"))
            .expected("`read` called once for each gap")
            .because("The channel is there so that not every viewer reads the archive for every token. What a gap has taken, `read` \
                 brings back."),
    );
}

/// A viewer who keeps up sees each token as it comes, and needs no archive.
#[test]
fn shows_each_token_as_it_comes() {
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token(odd(0))
        .inter_token_latency(odd(3))
        .reply("A future is a value that may not be there yet.")]);
    let run = Check::new().draws(&llm).run(async || {
        let (sender, tokens) = broadcast::channel(4);
        let (archive, mut screen) = (Archive::default(), Screen::default());
        let writes = async {
            let mut answer = llm.stream("What is a future?").enumerate();
            while let Some((place, token)) = answer.next().await {
                write(&archive.tokens, &sender, place, token.expect("the script has no faults").text);
            }
            drop(sender);
        };
        tokio::join!(biased; writes, follow(tokens, &archive, &mut screen));
        Outcome { seen: screen.seen, reads: archive.reads.get() }
    });
    let whole = "A future is a value that may not be there yet.";
    let mut text = String::new();
    let steps: Vec<Seen> = mock_llm::tokens(whole)
        .map(|token| {
            text.push_str(token.as_ref());
            Seen::Text(text.clone())
        })
        .collect();
    shows_nothing_but_the_answer(&run, run.value(), whole);
    tells_gaps(&run, run.value(), &[]);
    run.require(
        run.value().seen == steps,
        saw(format!("{} texts for {} tokens", run.value().seen.len(), steps.len()))
            .expected("the text so far after each token")
            .because("The viewer reads while the answer is written."),
    );
    run.only_looks_when_woken(0);
}

/// After a gap the viewer is told how many tokens are missing, and then sees the whole text, even where the channel is closed.
#[test]
fn tells_the_gap_and_fills_it() {
    for (capacity, tokens) in [(2, 5), (4, 11), (8, 300)] {
        let run = watch(Setting { capacity, ..Setting::default() }, &[(tokens, Duration::ZERO)]);
        let outcome = run.value();
        shows_nothing_but_the_answer(&run, outcome, &answer(tokens));
        tells_gaps(&run, outcome, &[(tokens - capacity) as u64]);
        run.require(
            matches!(outcome.seen.first(), Some(Seen::Missed(_))),
            saw("a text after the gap, and then the number of missed tokens")
                .expected("first the number, then the text")
                .because("To read the archive takes time, and the viewer waits meanwhile: tell the gap first."),
        );
    }
}

/// A gap is not the end: what comes after it is shown, up to the closing of the channel.
#[test]
fn goes_on_until_the_channel_is_closed() {
    let bursts = [(7, odd(0)), (2, odd(1)), (9, odd(2)), (1, odd(5))];
    let run = watch(Setting { capacity: 4, ..Setting::default() }, &bursts);
    shows_nothing_but_the_answer(&run, run.value(), &answer(19));
    tells_gaps(&run, run.value(), &[3, 5]);
    for tokens in [8, 9, 19] {
        let text = answer(tokens);
        run.require(
            run.value().texts().contains(&text.as_str()),
            saw(format!("token {tokens} came without a gap, and no text on the screen ends with it"))
                .expected("the text so far after each token")
                .because(
                    "Tokens 8 and 9 come at once, and the channel holds both: each of them is shown. Who takes out all that is there, \
                     and shows the last, does in small what the gap does: something was there, and nobody saw it.",
                ),
        );
    }
    run.takes(
        bursts.iter().map(|(_, silence)| *silence).sum(),
        "`follow` ends when the channel is closed: silence is not the end, and neither is a gap.",
    );
    run.only_looks_when_woken(0);
}

/// Tokens that come while the archive is read are neither lost nor shown twice.
#[test]
fn loses_nothing_while_the_archive_is_read() {
    for silence in [secs(0.211), secs(0.757), secs(1.9)] {
        let setting = Setting { capacity: 8, archive: odd(2), ..Setting::default() };
        // Fewer than the channel holds, and more.
        for meanwhile in [2, 23] {
            let run = watch(setting, &[(11, silence), (meanwhile, silence), (1, Duration::ZERO)]);
            shows_nothing_but_the_answer(&run, run.value(), &answer(12 + meanwhile));
            reads_for_gaps(&run, run.value());
        }
    }
}

/// A token that the archive has, and that is sent only after it was read, stands in the text once.
#[test]
fn a_token_that_is_sent_after_the_archive_was_read_comes_once() {
    // While the archive is read, and after that.
    for late in [secs(0.211), secs(1.9)] {
        let run = Check::new().within(secs(4_000.0)).run(async || {
            let (sender, tokens) = broadcast::channel(4);
            let archive = Archive { takes: odd(2), ..Archive::default() };
            let mut screen = Screen::default();
            let writes = async {
                (0..7).for_each(|place| write(&archive.tokens, &sender, place, token(place)));
                let archived = |place| archive.tokens.lock().expect("nobody panics with the lock").push(token(place));
                (7..9).for_each(archived);
                sleep(late).await;
                for place in 7..9 {
                    let _ = sender.send(Token { place, text: token(place) });
                }
                sleep(secs(3.0)).await;
                write(&archive.tokens, &sender, 9, token(9));
                drop(sender);
            };
            tokio::join!(biased; writes, follow(tokens, &archive, &mut screen));
            Outcome { seen: screen.seen, reads: archive.reads.get() }
        });
        let whole = answer(10);
        let wrong = run.value().texts().into_iter().find(|text| !whole.starts_with(text)).map(last_of);
        run.require(
            wrong.is_none(),
            saw(format!("{:?}", wrong.unwrap_or_default())).expected(format!("{whole:?}")).because(
                "Tokens 8 and 9 stood in the archive when it was read, and were sent after that. So it is not enough to empty the \
                 channel before the reading, or to count what waits in it: what comes later may be known, too. The place of each \
                 token tells.",
            ),
        );
        shows_nothing_but_the_answer(&run, run.value(), &whole);
        reads_for_gaps(&run, run.value());
    }
}

/// A slow screen falls behind again and again. Its texts are whole, and they only grow.
#[test]
fn a_slow_screen_falls_behind_and_stays_right() {
    let bursts: Vec<(usize, Duration)> = (0..120).map(|burst| (burst * 37 % 11, secs(0.05))).collect();
    let tokens = bursts.iter().map(|(burst, _)| burst).sum();
    let setting = Setting { capacity: 16, screen: secs(0.353), archive: secs(0.171) };
    let run = watch(setting, &bursts);
    shows_nothing_but_the_answer(&run, run.value(), &answer(tokens));
    reads_for_gaps(&run, run.value());
    let gaps = run.value().missed().len();
    run.require(
        gaps >= 4,
        saw(format!("{gaps} gaps told"))
            .expected("four or more")
            .because("The screen is much slower than the tokens: the channel lets go of many, again and again."),
    );
}

/// A channel that is closed without a token: nothing to show, and nothing to wait for.
#[test]
fn no_tokens_nothing_shown() {
    let run = watch(Setting { capacity: 2, ..Setting::default() }, &[]);
    let seen = &run.value().seen;
    run.require(
        seen.is_empty() && run.value().reads == 0,
        saw(format!("{} things on the screen, {} readings", seen.len(), run.value().reads))
            .expected("none")
            .because("Nobody wrote anything."),
    );
    run.takes(secs(0.0), "The channel is closed from the beginning.");
}
