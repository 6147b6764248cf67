//! async-openai: typed requests, typed replies, its own reader of event streams.

use ::async_openai::{
    Client,
    config::OpenAIConfig,
    error::OpenAIError,
    middleware::{ReqwestService, retry::OpenAIRetryLayer},
    types::chat::{
        ChatCompletionStreamOptions, CreateChatCompletionRequest, CreateChatCompletionStreamResponse, FinishReason,
    },
};
use futures::{StreamExt, future::join_all};
use serde_json::{Value, json};
use tower::ServiceBuilder;

use crate::{Outcome, REPLY, Server, check, holds};

struct AsyncOpenai<'a> {
    server: &'a Server,
    client: Client<OpenAIConfig>,
}

pub async fn run(server: &Server) -> Outcome {
    println!("async-openai 0.43.0");
    let checks = AsyncOpenai { server, client: client(server, "sk-test") };
    check!(checks:
        a_plain_reply
        a_stream_with_usage
        a_tool_call_streamed
        models_are_listed
        errors_have_their_codes
        a_429_is_retried_when_it_said
        a_dropped_stream_is_cancelled
        an_error_in_mid_stream_ends_it
        slow_bytes_change_nothing
        a_hundred_at_once
    )
}

fn client(server: &Server, key: &str) -> Client<OpenAIConfig> {
    Client::with_config(OpenAIConfig::new().with_api_base(&server.url).with_api_key(key))
}

fn request(model: &str, fields: Value) -> Result<CreateChatCompletionRequest, serde_json::Error> {
    let mut body = json!({ "model": model, "messages": [{ "role": "user", "content": "Hello there" }] });
    for (name, value) in fields.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    serde_json::from_value(body)
}

fn text(chunks: &[CreateChatCompletionStreamResponse]) -> String {
    let choices = chunks.iter().flat_map(|chunk| &chunk.choices);
    choices.filter_map(|choice| choice.delta.content.as_deref()).collect()
}

impl AsyncOpenai<'_> {
    async fn stream(&self, model: &str, fields: Value) -> Result<Vec<CreateChatCompletionStreamResponse>, OpenAIError> {
        let request = request(model, fields).expect("the request is of the client's type");
        let stream = self.client.chat().create_stream(request).await?;
        stream.collect::<Vec<_>>().await.into_iter().collect()
    }

    async fn a_plain_reply(&self) -> Outcome {
        let reply = self.client.chat().create(request("atlas", json!({}))?).await?;
        let choice = &reply.choices[0];
        holds(&reply, choice.message.content.as_deref() == Some(REPLY))?;
        holds(&reply, choice.finish_reason == Some(FinishReason::Stop))?;
        holds(&reply, reply.usage.as_ref().is_some_and(|usage| usage.total_tokens == 12))
    }

    async fn a_stream_with_usage(&self) -> Outcome {
        let mut request = request("atlas", json!({}))?;
        request.stream_options =
            Some(ChatCompletionStreamOptions { include_usage: Some(true), include_obfuscation: None });
        let stream = self.client.chat().create_stream(request).await?;
        let chunks: Vec<_> = stream.collect::<Vec<_>>().await.into_iter().collect::<Result<_, _>>()?;
        holds(&chunks, text(&chunks) == REPLY)?;
        let (last, others) = chunks.split_last().ok_or("no chunks")?;
        holds(last, last.choices.is_empty() && last.usage.as_ref().is_some_and(|usage| usage.completion_tokens == 10))?;
        let reason = others.last().and_then(|chunk| chunk.choices[0].finish_reason);
        holds(reason, reason == Some(FinishReason::Stop))
    }

    async fn a_tool_call_streamed(&self) -> Outcome {
        let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
        let fields = json!({
            "messages": [{ "role": "user", "content": "Weather in Tromsø?" }],
            "tools": [{ "type": "function", "function": { "name": "get_weather", "parameters": parameters } }],
        });
        let chunks = self.stream("atlas", fields).await?;
        let deltas =
            chunks.iter().flat_map(|chunk| &chunk.choices).filter_map(|choice| choice.delta.tool_calls.as_ref());
        let functions: Vec<_> = deltas.flatten().filter_map(|call| call.function.as_ref()).collect();
        holds(&functions, functions[0].name.as_deref() == Some("get_weather"))?;
        let arguments: String = functions.iter().filter_map(|function| function.arguments.as_deref()).collect();
        holds(&arguments, serde_json::from_str::<Value>(&arguments)? == json!({ "city": "Tromsø", "unit": "celsius" }))
    }

    async fn models_are_listed(&self) -> Outcome {
        let models = self.client.models().list().await?;
        let names: Vec<_> = models.data.iter().map(|model| model.id.as_str()).collect();
        holds(&names, names == ["atlas", "slow", "drip", "limited"])
    }

    async fn errors_have_their_codes(&self) -> Outcome {
        let table = [
            ("nobody", json!({}), 404, "model_not_found"),
            ("atlas", json!({ "temperature": 3.0 }), 400, "decimal_above_max_value"),
        ];
        for (model, fields, status, code) in table {
            let error = self.client.chat().create(request(model, fields)?).await.err();
            let Some(OpenAIError::ApiError(error)) = error else { return Err(format!("{error:?}").into()) };
            holds(&error, error.status_code == status && error.api_error.code.as_deref() == Some(code))?;
        }
        let error = client(self.server, "sk-wrong-key-1234").chat().create(request("atlas", json!({}))?).await.err();
        holds(&error, matches!(&error, Some(OpenAIError::ApiError(error)) if error.status_code == 401))
    }

    async fn a_429_is_retried_when_it_said(&self) -> Outcome {
        let service = ServiceBuilder::new()
            .layer(OpenAIRetryLayer::new(2))
            .service(ReqwestService::new(self.server.http.clone()));
        let patient = client(self.server, "sk-test").with_http_service(service);
        let reply = patient.chat().create(request("atlas#attempt=1:rate-limit=2s", json!({}))?).await?;
        holds(&reply, reply.choices[0].message.content.as_deref() == Some(REPLY))?;
        let journal = self.server.get("/journal").await?;
        let started = |place: usize| journal["calls"][place]["started_ms"].as_f64().unwrap_or_default();
        holds(&journal, started(1) - started(0) >= 2000.0)
    }

    async fn a_dropped_stream_is_cancelled(&self) -> Outcome {
        let mut stream = self.client.chat().create_stream(request("drip", json!({}))?).await?;
        for _ in 0..5 {
            stream.next().await.ok_or("the stream is long")??;
        }
        holds("one is active", self.server.get("/healthz").await?["active"] == 1)?;
        drop(stream);
        self.server.is_cancelled().await
    }

    async fn an_error_in_mid_stream_ends_it(&self) -> Outcome {
        for fault in ["error-after=2", "malformed-after=2", "cut-after=2", "reset-after=2"] {
            let stream = self.client.chat().create_stream(request(&format!("atlas#{fault}"), json!({}))?).await?;
            let items: Vec<_> = stream.collect().await;
            let good: Vec<_> = items.iter().map_while(|item| item.as_ref().ok().cloned()).collect();
            holds((fault, &items), text(&good) == "Grüße aus" && items.len() > good.len())?;
        }
        Ok(())
    }

    async fn slow_bytes_change_nothing(&self) -> Outcome {
        let chunks = self.stream("atlas#slow-bytes=0ms", json!({})).await?;
        holds(&chunks, text(&chunks) == REPLY)
    }

    async fn a_hundred_at_once(&self) -> Outcome {
        let streams = join_all((0..100).map(|_| self.stream("slow", json!({})))).await;
        for chunks in streams {
            let chunks = chunks?;
            holds(&chunks, text(&chunks) == "At last.")?;
        }
        let journal = self.server.get("/journal").await?;
        holds(&journal["high_water"], journal["high_water"].as_u64().is_some_and(|together| together > 50))
    }
}
