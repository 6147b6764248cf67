//! Answers from bytes: words, calls of tools, and four ends with four answers.

use futures::{FutureExt, StreamExt, stream};
use lesson_04_streams::{
    chat::{ApiError, Chunks, End, Piece, ToolCall, Usage},
    wire,
};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use serde_json::{Value, json};

const DONE: &str = "data: [DONE]\n\n";

fn chunk(delta: Value, reason: Option<&str>) -> String {
    String::from_utf8(wire::event(&wire::delta(delta, reason))).expect("JSON is UTF-8")
}

/// The pieces of a response in chunks of `length` bytes. `stays_open`: the connection is not
/// closed after the last of them.
fn pieces_of(status: u16, text: &str, length: usize, stays_open: bool) -> Vec<Piece> {
    let chunks: Vec<_> = text
        .as_bytes()
        .chunks(length)
        .map(|piece| Ok::<_, Error>(piece.to_vec()))
        .collect();
    let bytes = stream::iter(chunks).chain(if stays_open {
        stream::pending().left_stream()
    } else {
        stream::empty().right_stream()
    });
    Chunks::new(status, bytes)
        .collect::<Vec<_>>()
        .now_or_never()
        .expect("it does not wait after its end")
}

/// Read whole, byte by byte and in odd pieces: always the same.
#[track_caller]
fn pieces(status: u16, text: &str) -> Vec<Piece> {
    let whole = pieces_of(status, text, text.len().max(1), false);
    for length in [1, 2, 3, 7, 64] {
        assert_eq!(pieces_of(status, text, length, false), whole, "in pieces of {length}");
    }
    whole
}

fn text(text: &str) -> Piece {
    Piece::Text { choice: 0, text: text.to_owned() }
}

fn finished(reason: &str) -> Piece {
    Piece::Finished { choice: 0, reason: reason.to_owned() }
}

fn call(id: &str, name: &str, arguments: &str) -> Piece {
    let call = ToolCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
    };
    Piece::Call { choice: 0, call }
}

fn says(message: &str) -> ApiError {
    ApiError { message: message.to_owned(), ..ApiError::default() }
}

#[test]
fn words_reason_usage_and_the_mark() {
    let usage = "data: {\"choices\": [], \"usage\": {\"prompt_tokens\": 3, \"completion_tokens\": 2, \"total_tokens\": 5}}\n\n";
    let response = [
        ": a comment, so that the connection stays open\n\n",
        &chunk(json!({ "role": "assistant", "content": "" }), None),
        &chunk(json!({ "content": "Grüße" }), None),
        &chunk(json!({ "content": ", 日本" }), None),
        &chunk(json!({}), Some("stop")),
        usage,
        DONE,
    ]
    .concat();
    let cost = Piece::Usage(Usage { prompt_tokens: 3, completion_tokens: 2 });
    assert_eq!(
        pieces(200, &response),
        [text("Grüße"), text(", 日本"), finished("stop"), cost, Piece::End(End::Done)]
    );
}

#[test]
fn four_ends_have_four_answers() {
    let word = chunk(json!({ "content": "one" }), None);
    let error = "data: {\"error\": {\"message\": \"overloaded\", \"type\": \"server_error\", \"code\": 503}}\n\n";
    let failed = ApiError {
        message: "overloaded".to_owned(),
        kind: Some("server_error".to_owned()),
        code: Some("503".to_owned()),
    };
    let body = r#"{"error": {"message": "Slow down.", "type": "requests", "code": "rate_limit_exceeded", "param": null}}"#;
    let refused = ApiError {
        message: "Slow down.".to_owned(),
        kind: Some("requests".to_owned()),
        code: Some("rate_limit_exceeded".to_owned()),
    };
    let end =
        |status, text: &str| pieces(status, text).pop().expect("there is always an end");

    assert_eq!(end(200, &format!("{word}{DONE}")), Piece::End(End::Done));
    assert_eq!(end(200, &word), Piece::End(End::Cut { why: None }));
    assert_eq!(
        end(200, ""),
        Piece::End(End::Cut { why: None }),
        "an answer without a word is no whole answer"
    );
    assert_eq!(end(200, &format!("{word}{error}{DONE}")), Piece::End(End::Failed(failed)));
    assert_eq!(end(429, body), Piece::End(End::Refused { status: 429, error: refused }));
    let page = "<html>Bad gateway</html>\n";
    assert_eq!(
        end(502, page),
        Piece::End(End::Refused { status: 502, error: says("<html>Bad gateway</html>") })
    );
    let Piece::End(End::Malformed { what }) = end(200, "data: {\"id\":\"chatcmpl-\n\n")
    else {
        panic!("no JSON")
    };
    assert!(what.contains("EOF"), "{what}");
}

#[test]
fn a_limit_that_is_passed_behind_a_word_is_no_cut() {
    let answer =
        format!("{}id: {}\n", chunk(json!({ "content": "Hi" }), None), "x".repeat(2000));
    let found = pieces(200, &answer);
    let [word, Piece::End(End::Malformed { what })] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(*word, text("Hi"));
    assert!(what.contains("id"), "{what}");
    assert_eq!(pieces_of(200, &answer, answer.len(), true), found, "nothing else comes");
}

/// The text `[DONE]` inside an answer is text, and the mark ends a connection that stays open.
#[test]
fn the_mark_is_an_event_of_its_own() {
    let response = chunk(json!({ "content": "[DONE]" }), None)
        + DONE
        + &chunk(json!({ "content": "more" }), None);
    let expected = [text("[DONE]"), Piece::End(End::Done)];
    assert_eq!(pieces_of(200, &response, 5, true), expected);
    assert_eq!(pieces_of(200, &response, response.len(), true), expected);
}

fn fragment(index: usize, id: Option<&str>, name: Option<&str>, arguments: &str) -> Value {
    let mut fragment = json!({ "index": index, "function": { "arguments": arguments } });
    if let Some(id) = id {
        fragment["id"] = json!(id);
        fragment["type"] = json!("function");
    }
    if let Some(name) = name {
        fragment["function"]["name"] = json!(name);
    }
    json!({ "tool_calls": [fragment] })
}

#[test]
fn fragments_of_calls_find_their_calls() {
    let response = [
        chunk(fragment(0, Some("call_a"), Some("weather"), ""), None),
        chunk(fragment(1, Some("call_b"), Some("time"), "{\"zone\":"), None),
        chunk(fragment(0, None, None, "{\"city\":"), None),
        chunk(fragment(1, None, None, "\"CET\"}"), None),
        // Some servers repeat the id, some send an empty one.
        chunk(fragment(0, Some("call_a"), Some("weather"), "\"Os"), None),
        chunk(fragment(0, Some(""), None, "lo\"}"), None),
        // The same place and another id: another call.
        chunk(fragment(1, Some("call_c"), Some("time"), "{}"), None),
        chunk(json!({}), Some("tool_calls")),
        DONE.to_owned(),
    ]
    .concat();
    let expected = [
        call("call_a", "weather", "{\"city\":\"Oslo\"}"),
        call("call_b", "time", "{\"zone\":\"CET\"}"),
        call("call_c", "time", "{}"),
        finished("tool_calls"),
        Piece::End(End::Done),
    ];
    assert_eq!(pieces(200, &response), expected);
}

/// Half a command must not be run: a call whose choice has not ended is not handed on.
#[test]
fn a_call_that_was_cut_is_not_handed_on() {
    let begun =
        chunk(fragment(0, Some("call_a"), Some("remove"), "{\"path\":\"/tmp"), None);
    assert_eq!(pieces(200, &begun), [Piece::End(End::Cut { why: None })]);
    assert_eq!(pieces(200, &(begun.clone() + DONE)), [Piece::End(End::Done)]);
    let choice = |index| Piece::Finished { choice: index, reason: "tool_calls".to_owned() };
    let other = "data: {\"choices\": [{\"index\": 1, \"delta\": {}, \"finish_reason\": \"tool_calls\"}]}\n\n";
    assert_eq!(
        pieces(200, &(begun + other)),
        [choice(1), Piece::End(End::Cut { why: None })]
    );
}

/// The length of an answer may cut a call in its arguments, and what is left may even be JSON.
#[test]
fn a_call_that_the_length_has_cut_is_not_handed_on() {
    let begun =
        chunk(fragment(0, Some("call_a"), Some("remove"), "{\"path\":\"/tmp"), None);
    for reason in ["length", "content_filter"] {
        let cut = begun.clone() + &chunk(json!({}), Some(reason)) + DONE;
        assert_eq!(pieces(200, &cut), [finished(reason), Piece::End(End::Done)]);
    }
    // A call that the request named ends with `stop`.
    let whole = chunk(fragment(0, Some("call_a"), Some("list"), "{}"), None);
    let whole = whole + &chunk(json!({}), Some("stop")) + DONE;
    let expected = [call("call_a", "list", "{}"), finished("stop"), Piece::End(End::Done)];
    assert_eq!(pieces(200, &whole), expected);
}

#[test]
fn an_error_may_be_a_text_and_a_cost_may_be_half_told() {
    let failed = "data: {\"error\": \"Request failed during generation\", \"error_type\": \"generation\"}\n\n";
    let said = says("Request failed during generation");
    assert_eq!(pieces(200, failed), [Piece::End(End::Failed(said))]);
    let refused = pieces(503, r#"{"error": "Model is loading"}"#);
    let error = says("Model is loading");
    assert_eq!(refused, [Piece::End(End::Refused { status: 503, error })]);
    let silent = pieces(200, "data: {\"error\": {\"message\": null, \"code\": 500}}\n\n");
    let code = Some("500".to_owned());
    let error = ApiError { code, ..ApiError::default() };
    assert_eq!(silent, [Piece::End(End::Failed(error))]);
    let cost = "data: {\"choices\": [], \"usage\": {\"prompt_tokens\": 3}}\n\n";
    let usage = Usage { prompt_tokens: 3, completion_tokens: 0 };
    let expected = [Piece::Usage(usage), Piece::End(End::Done)];
    assert_eq!(pieces(200, &format!("{cost}{DONE}")), expected);
}

/// The mock model's own stream, as bytes that are cut anywhere.
#[tokio::test(start_paused = true)]
async fn the_model_s_answer_arrives_as_it_was_written() {
    let words = "Nothing runs, 日本, until it is polled.";
    let llm = MockLlm::new([Model::new("atlas").reply(words)]);
    let read = async |prompt: &str| {
        let response = wire::recut(wire::response(llm.stream(prompt)), &[1, 5, 2, 13]);
        let mut answer = String::new();
        let mut end = None;
        let mut pieces = std::pin::pin!(Chunks::new(200, response));
        while let Some(piece) = pieces.next().await {
            match piece {
                Piece::Text { text, .. } => answer += &text,
                Piece::End(how) => end = Some(how),
                _ => {}
            }
        }
        (answer, end)
    };
    assert_eq!(read("Why?").await, (words.to_owned(), Some(End::Done)));

    let cut = MockLlm::new([Model::new("atlas")
        .reply(words)
        .fault(When::Always, Fault::CutAfter(2))]);
    let why = Some(Error::Cut { tokens: 2 }.to_string());
    let expected = [text("Nothing"), text(" runs,"), Piece::End(End::Cut { why })];
    for length in [1, 13, 1000] {
        // What has come before the connection broke has come, also where it fills no piece.
        let lengths = [length];
        let response = wire::recut(wire::response(cut.stream("Why?")), &lengths);
        let pieces = Chunks::new(200, response).collect::<Vec<_>>().await;
        assert_eq!(pieces, expected, "in pieces of {length}");
    }
}
