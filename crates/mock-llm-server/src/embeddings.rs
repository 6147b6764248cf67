//! `POST /v1/embeddings`: vectors of length 1, drawn from the seed, the model and the text.

use std::{fmt::Write, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    app::App,
    chat::{
        self, Job,
        request::{ChatRequest, Fields, ResponseFormat, ToolChoice, key, read_json, unsupported},
    },
    connection::Reset,
    error::ApiError,
    wire::Wire,
};

/// What a request of this form asks for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    inputs: Vec<String>,
    dimensions: usize,
    base64: bool,
}

/// How many inputs a request may have, as the API has it.
const MOST_INPUTS: usize = 2048;

/// How many tokens an input may have.
const LONGEST_INPUT: usize = 8192;

const DIMENSIONS: usize = 1536;
const MOST_DIMENSIONS: i64 = 3072;

pub(crate) async fn embeddings(
    State(app): State<Arc<App>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    request: Request,
) -> Result<Response, ApiError> {
    chat::answer(app, reset, request, 0, |_, body| parse(body)).await
}

pub(crate) fn parse(body: &[u8]) -> Result<(ChatRequest, Wire), ApiError> {
    let value = read_json(body)?;
    let fields = Fields::of(&value)?;
    let model = fields.required("model", "a string", |value| value.as_str().map(str::to_owned))?;
    let (inputs, tokens) = read_inputs(fields.0.get("input").ok_or_else(|| ApiError::missing("input"))?)?;
    let dimensions = fields.integer("dimensions", 1, Some(MOST_DIMENSIONS))?.map_or(DIMENSIONS, |count| count as usize);
    let base64 = match fields.optional("encoding_format", "a string", Value::as_str)? {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => return Err(unsupported("encoding_format", other, &["float", "base64"])),
    };
    fields.optional("user", "a string", Value::as_str)?;
    let request = ChatRequest {
        model,
        prompt: inputs[0].clone(),
        prompt_tokens: tokens.max(1),
        after_tool: false,
        tool_rounds: 0,
        stream: false,
        include_usage: false,
        max_tokens: None,
        n: 1,
        stop: Vec::new(),
        top_logprobs: None,
        tools: Vec::new(),
        tool_choice: ToolChoice::None,
        format: ResponseFormat::Text,
        key: key(&value),
    };
    Ok((request, Wire::Embeddings(Asked { inputs, dimensions, base64 })))
}

/// The inputs as texts, and how many tokens they have together. Numbers of tokens are a text, too.
fn read_inputs(input: &Value) -> Result<(Vec<String>, usize), ApiError> {
    let expected = "a string, or an array of strings, of tokens, or of arrays of tokens";
    let wrong = |place: &str, value: &Value| ApiError::wrong_type(place, expected, value);
    let is_tokens = |list: &[Value]| list.iter().all(Value::is_u64);
    let inputs: Vec<&Value> = match input {
        Value::String(_) => vec![input],
        Value::Array(list) if list.is_empty() => return Err(ApiError::empty_array("input")),
        Value::Array(list) if is_tokens(list) => vec![input],
        Value::Array(list) => list.iter().collect(),
        other => return Err(wrong("input", other)),
    };
    if inputs.len() > MOST_INPUTS {
        let message = format!(
            "Invalid 'input': array too long. Expected an array with maximum length {MOST_INPUTS}, but got an array with length \
             {} instead.",
            inputs.len()
        );
        return Err(ApiError::parameter("input", "array_above_max_length", message));
    }
    let mut all = 0;
    let mut texts = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let place = format!("input[{index}]");
        let (text, tokens) = match input {
            Value::String(text) => (text.clone(), mock_llm::tokens(text).count()),
            Value::Array(list) if is_tokens(list) => {
                let numbers: Vec<String> = list.iter().map(Value::to_string).collect();
                (numbers.join(" "), list.len())
            }
            other => return Err(wrong(&place, other)),
        };
        if text.is_empty() {
            let message = format!("Invalid '{place}': an input cannot be empty.");
            return Err(ApiError::parameter("input", "invalid_value", message));
        }
        if tokens > LONGEST_INPUT {
            let message = format!(
                "Invalid '{place}': maximum context length is {LONGEST_INPUT} tokens, but got {tokens} tokens instead."
            );
            return Err(ApiError::parameter("input", "context_length_exceeded", message));
        }
        all += tokens;
        texts.push(text);
    }
    Ok((texts, all))
}

impl Asked {
    /// About how many bytes the vectors take.
    pub(crate) fn size(&self) -> usize {
        self.inputs.len() * self.dimensions * 8
    }
}

/// The whole reply.
pub(crate) fn list(job: &Job, asked: &Asked) -> String {
    let tokens = job.request.prompt_tokens;
    let mut data = String::with_capacity(asked.size());
    for (index, input) in asked.inputs.iter().enumerate() {
        let vector = vector(job.app.seed, &job.identity.model, input, asked.dimensions);
        let separator = if index == 0 { "" } else { "," };
        let embedding = if asked.base64 {
            let bytes: Vec<u8> = vector.iter().flat_map(|part| part.to_le_bytes()).collect();
            format!("\"{}\"", STANDARD.encode(bytes))
        } else {
            let parts: Vec<String> = vector.iter().map(f32::to_string).collect();
            format!("[{}]", parts.join(","))
        };
        write!(data, r#"{separator}{{"object":"embedding","index":{index},"embedding":{embedding}}}"#)
            .expect("a String takes every text");
    }
    let model = json!(job.identity.model);
    let usage = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    format!(r#"{{"object":"list","data":[{data}],"model":{model},"usage":{usage}}}"#)
}

/// A vector of length 1, in any direction as likely as in any other. A shorter one is the beginning of a longer one, made
/// longer, as with the API's newer models.
fn vector(seed: u64, model: &str, text: &str, dimensions: usize) -> Vec<f32> {
    let mut state = chat::hash(format!("{seed} {model} {text}").as_bytes());
    let parts: Vec<f64> = (0..dimensions).map(|_| normal(&mut state)).collect();
    let length = parts.iter().map(|part| part * part).sum::<f64>().sqrt();
    // All parts are zero once in many ages of the world; then any direction is as good.
    let length = if length == 0.0 { 1.0 } else { length };
    parts.iter().map(|part| (part / length) as f32).collect()
}

/// Nearly a normal distribution: a sum of four. Logarithms would differ from machine to machine in their last digit.
fn normal(state: &mut u64) -> f64 {
    // SplitMix64.
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    let quarters = (0..4).map(|place| (bits >> (16 * place)) & 0xffff).sum::<u64>();
    quarters as f64 - 2.0 * 65_535.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_has_length_1_and_belongs_to_its_text() {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let one = vector(7, "atlas", "one", 1536);
        assert!((dot(&one, &one) - 1.0).abs() < 1e-5);
        assert_eq!(one, vector(7, "atlas", "one", 1536));
        for other in [vector(8, "atlas", "one", 1536), vector(7, "birch", "one", 1536), vector(7, "atlas", "two", 1536)]
        {
            // Five standard deviations of the angle between two random directions.
            assert!(dot(&one, &other).abs() < 5.0 / 1536_f64.sqrt());
        }
        let short = vector(7, "atlas", "one", 3);
        assert!((dot(&short, &short) - 1.0).abs() < 1e-5);
        let ratio = short[0] / one[0];
        assert!((short[2] / one[2] - ratio).abs() < 1e-4 * ratio, "the beginning, made longer");
    }
}
