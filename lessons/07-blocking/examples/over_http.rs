//! The three forms as real servers, with real sockets and a mock server as the model: 215 ms stand for 2.15 s.
//!
//! Run: `cargo run -p lesson-07-blocking --example over_http`
//! Shown: as it was measured

use std::{io, time::Duration};

use lesson_07_blocking::{
    service::{Service, load},
    users::{Form, lane},
};
use mock_llm::Model;
use mock_llm_server::{Config, MockServer};
use timeline::{TextStyle, Timeline};

const LATENCY: Duration = Duration::from_millis(215);

fn main() -> io::Result<()> {
    let model = Model::new("atlas").time_to_first_token(LATENCY).reply("Done.");
    let upstream = MockServer::start(Config { models: vec![model], ..Config::default() })?;
    let mut table = Vec::new();
    for form in Form::ALL {
        let service = Service::start(form, upstream.address())?;
        // What is made at the first request is not what is measured.
        load(&service, 1);
        for users in [2, 5, 10] {
            upstream.llm().restart();
            let mut took = load(&service, users);
            took.sort();
            if users == 5 {
                println!(
                    "{}",
                    drawn(form, &took).text(&TextStyle { width: 72, ascii: false })
                );
            }
            let high_water = upstream.llm().journal().high_water();
            table.push((form, users, took.last().copied().unwrap_or_default(), high_water));
        }
    }
    println!(
        "form           users   last answer   as long as one call   in flight at the model"
    );
    for (form, users, last, high_water) in table {
        let (form, ratio) = (form.words(), last.as_secs_f64() / LATENCY.as_secs_f64());
        let last = last.as_secs_f64() * 1000.0;
        println!("{form:13} {users:6} {last:10.0} ms {ratio:19.1} × {high_water:24}");
    }
    Ok(())
}

/// One lane for each user, in the order of the answers.
fn drawn(form: Form, took: &[Duration]) -> Timeline {
    let lanes = took.iter().zip(1..).map(|(took, answer)| {
        let name = format!("answer {answer}");
        lane(&name, 0.0, took.as_secs_f64(), false)
    });
    lanes.fold(Timeline::new(form.words()), Timeline::lane)
}
