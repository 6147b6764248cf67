//! Whatever a request says, it is taken or refused, in words: what nobody has thought of must not be a panic.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, watch};

use crate::{
    app::{App, Phase},
    chat::{
        reply::{Reply, reply},
        request::ChatRequest,
    },
    config::Config,
    embeddings,
    error::ApiError,
    responses,
    wire::Wire,
};

/// Good requests of all three forms, with all that the server looks at.
fn good() -> [Value; 3] {
    let schema = json!({ "type": "object", "properties": { "city": { "type": "string", "minLength": 2 } } });
    [
        json!({
            "model": "mock-llm", "stream": true, "stream_options": { "include_usage": true }, "n": 2, "max_tokens": 9,
            "stop": ["a", "b"], "seed": 3, "temperature": 1, "top_p": 0.5, "logprobs": true, "top_logprobs": 2,
            "messages": [
                { "role": "system", "content": "Speak json." },
                { "role": "user", "content": [{ "type": "text", "text": "why" }, { "type": "image_url", "image_url": {} }] },
                { "role": "assistant", "content": null, "tool_calls": [
                    { "id": "call_1", "type": "function", "function": { "name": "look", "arguments": "{}" } }] },
                { "role": "tool", "tool_call_id": "call_1", "content": "42" },
            ],
            "tools": [{ "type": "function", "function": { "name": "look", "parameters": schema } },
                      { "type": "custom", "custom": { "name": "run" } }],
            "tool_choice": { "type": "function", "function": { "name": "look" } },
            "response_format": { "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } },
        }),
        json!({
            "model": "mock-llm", "stream": true, "instructions": "Speak json.", "max_output_tokens": 99, "store": true,
            "input": [
                { "role": "user", "content": [{ "type": "input_text", "text": "why?" }] },
                { "type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{}" },
                { "type": "function_call_output", "call_id": "call_1", "output": "42" },
            ],
            "tools": [{ "type": "function", "name": "look", "parameters": schema }], "tool_choice": "auto",
            "text": { "format": { "type": "json_schema", "name": "answer", "schema": schema } },
            "include": ["message.output_text.logprobs"], "top_logprobs": 2, "reasoning": { "effort": "low" },
        }),
        json!({ "model": "mock-llm", "input": ["one", [1, 2, 3]], "dimensions": 7, "encoding_format": "base64" }),
    ]
}

fn app() -> App {
    let config = Config::default();
    let (_phase, phases) = watch::channel(Phase::Running);
    let (close_port, _closings) = mpsc::unbounded_channel();
    App::new(&config, mock_llm::MockLlm::new(config.models.clone()), phases, close_port)
}

/// Reads a body in the form of one of the three requests, and makes the reply to it.
fn answered(app: &App, form: usize, body: &[u8]) -> Result<(), ApiError> {
    let (request, wire) = match form {
        0 => (ChatRequest::parse(body)?, Wire::Chat),
        1 => responses::parse(app, body)?,
        _ => embeddings::parse(body)?,
    };
    if let Wire::Chat | Wire::Responses(_) = wire
        && let Reply::Text { choices, .. } = reply(&request, &app.replies, false, 1)?
    {
        assert_eq!(choices.len(), request.n);
    }
    Ok(())
}

/// What a refusal says: its message, and the parameter that it is about.
fn refusal(error: &ApiError) -> (String, Option<String>) {
    let body = error.body();
    let text = |name: &str| body["error"][name].as_str().map(str::to_owned);
    assert_eq!(text("type").as_deref(), Some("invalid_request_error"));
    let message = text("message").expect("a message");
    assert!((10..=2000).contains(&message.len()), "{message}");
    (message, text("param"))
}

/// Where there is a value in `value`: paths as `Value::pointer` takes them.
fn places(value: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let deeper = |(name, value): (String, &Value)| {
        let name = name.replace('~', "~0").replace('/', "~1");
        [format!("/{name}")].into_iter().chain(places(value).into_iter().map(move |rest| format!("/{name}{rest}")))
    };
    below.into_iter().flat_map(deeper).collect()
}

/// Any value, numbers at the edges of their types among them.
fn value() -> impl Strategy<Value = Value> {
    let numbers = [json!(0), json!(-1), json!(i64::MIN), json!(u64::MAX), json!(1e300), json!(-0.0), json!(5e-324)];
    let words =
        ["function", "custom", "json_object", "tool", "user", "#/$defs/a", "#", "object", "string", "(", "\u{0}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        select(numbers.to_vec()),
        any::<f64>().prop_map(Value::from),
        select(words.to_vec()).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let names = select(vec!["type", "name", "content", "function", "schema", "properties", "$ref", "items", "é"]);
        let fields = vec((names, inner.clone()), 0..4).prop_map(|fields| {
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
        });
        prop_oneof![vec(inner, 0..4).prop_map(Value::from), fields]
    })
}

/// Any schema, more or less: keywords in any company, with values that fit them as a rule.
fn schema() -> impl Strategy<Value = Value> {
    let kinds = ["object", "array", "string", "integer", "number", "boolean", "null"];
    let count = || prop_oneof![(0_u32..6).prop_map(Value::from), select(vec![json!(2.5), json!(-1), json!(u64::MAX)])];
    let bound = || prop_oneof![(-9_i32..9).prop_map(Value::from), any::<f64>().prop_map(Value::from)];
    let patterns = ["^[a-z]{3}$", "a|b", "\\d+", "(?=a)b", "(", "^.{2,}é"].map(Value::from).to_vec();
    let names = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains"];
    let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
    let plain = prop_oneof![
        select(kinds.to_vec()).prop_map(|kind| ("type", json!(kind))),
        vec(select(kinds.to_vec()), 0..3).prop_map(|kinds| ("type", json!(kinds))),
        (select(names.to_vec()), count()),
        (select(bounds.to_vec()), bound()),
        select(patterns).prop_map(|pattern| ("pattern", pattern)),
        select(vec!["uuid", "date-time", "email", "nobody's"]).prop_map(|format| ("format", json!(format))),
        select(vec!["#", "#/$defs/a", "#/nowhere", "https://example.org/s"]).prop_map(|target| ("$ref", json!(target))),
        vec(value(), 0..3).prop_map(|values| ("enum", json!(values))),
        value().prop_map(|value| ("const", value)),
        any::<bool>().prop_map(|unique| ("uniqueItems", json!(unique))),
        vec(select(vec!["a", "b", "c"]), 0..3).prop_map(|names| ("required", json!(names))),
    ];
    let of = |keywords: Vec<(&str, Value)>| {
        Value::from(keywords.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
    };
    let leaf = prop_oneof![9 => vec(plain.clone(), 0..4).prop_map(of), 1 => any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let members = vec((select(vec!["a", "b", "c"]), inner.clone()), 0..4).prop_map(of);
        let keyword = prop_oneof![
            3 => plain.clone(),
            1 => (select(vec!["items", "contains", "additionalProperties", "not"]), inner.clone()),
            1 => (select(vec!["allOf", "anyOf", "oneOf", "prefixItems"]), vec(inner, 0..4).prop_map(Value::from)),
            2 => (select(vec!["properties", "$defs"]), members),
        ];
        vec(keyword, 0..6).prop_map(of)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes_are_refused_in_words(body in vec(any::<u8>(), 0..200), form in 0_usize..3) {
        let error = answered(&app(), form, &body).expect_err("a request by chance");
        refusal(&error);
    }

    #[test]
    fn a_request_that_ends_early_is_no_json(form in 0_usize..3, cut in any::<prop::sample::Index>()) {
        let body = good()[form].to_string();
        let error = answered(&app(), form, &body.as_bytes()[..cut.index(body.len())]).expect_err("it is not whole");
        prop_assert!(refusal(&error).0.contains("could not parse the JSON body"));
    }

    /// Judged by `jsonschema` as it is read here, not by what made it.
    #[test]
    fn a_reply_to_any_schema_obeys_it_or_is_refused(schema in schema()) {
        let mut body = good()[0].clone();
        for name in ["tools", "tool_choice"] {
            body.as_object_mut().expect("it has fields").remove(name);
        }
        body["response_format"]["json_schema"]["schema"] = schema.clone();
        let request = ChatRequest::parse(body.to_string().as_bytes()).expect("the schema is judged later");
        match reply(&request, &[], false, 1) {
            Ok(Reply::Text { choices, .. }) => {
                let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("it was one");
                for text in choices.iter().map(|pieces| pieces.concat()) {
                    prop_assert!(text.len() <= 64 * 1024, "{} bytes", text.len());
                    let value: Value = serde_json::from_str(&text).expect("JSON");
                    prop_assert!(validator.is_valid(&value), "{schema}: {value}");
                }
            }
            Ok(other) => panic!("{schema}: {other:?}"),
            Err(error) => {
                let (message, named) = refusal(&error);
                prop_assert_eq!(named.as_deref(), Some("response_format.json_schema.schema"), "{}", message);
            }
        }
    }

    /// One wrong part: the request is taken, or its refusal names the field in which the part stands, or one that depends on it.
    #[test]
    fn one_part_that_is_replaced_is_taken_or_named(
        form in 0_usize..3,
        place in any::<prop::sample::Index>(),
        with in value(),
    ) {
        let mut body = good()[form].clone();
        let places = places(&body);
        let place = place.get(&places);
        *body.pointer_mut(place).expect("it is one of its places") = with;
        let Err(error) = answered(&app(), form, body.to_string().as_bytes()) else { return Ok(()) };
        let (message, named) = refusal(&error);
        let changed = place[1..].split('/').next().unwrap_or_default();
        let depends: &[&str] = match changed {
            "tools" => &["tool_choice"],
            "stream" => &["stream_options"],
            "logprobs" => &["top_logprobs"],
            "response_format" => &["messages"],
            "text" => &["input"],
            _ => &[],
        };
        let named = named.unwrap_or_else(|| panic!("{place}: no parameter: {message}"));
        let named = named.split(['.', '[']).next().unwrap_or_default();
        prop_assert!(named == changed || depends.contains(&named), "{place}: {named}: {message}");
    }
}

#[test]
fn the_good_requests_are_good() {
    for (form, body) in good().iter().enumerate() {
        answered(&app(), form, body.to_string().as_bytes()).expect("it is right");
    }
}
