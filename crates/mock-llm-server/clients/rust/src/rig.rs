//! rig: its models as they are unless told otherwise, which is over `/v1/responses`, and over chats.

use futures::StreamExt;
use rig_core::{
    DynModel,
    completion::{CompletionRequest, CompletionResponse, FinishReason, Message, ToolDefinition, Usage},
    error::ProviderError,
    message::{ToolName, ToolResultContent},
    operation::Completion,
    providers::openai::{OpenAI, OpenAIConfig},
    schemars::Schema,
    streaming::{Item, StreamEvent, Streamed},
};

use crate::{CITIES, Outcome, REPLY, Server, answer, check, holds, weather};

struct Rig<'a> {
    server: &'a Server,
    client: OpenAI,
}

pub async fn run(server: &Server) -> Outcome {
    println!("rig-core 0.44.0");
    let checks = Rig { server, client: client(server, "sk-test") };
    check!(checks:
        a_reply_by_both_routes
        a_stream_by_both_routes
        tools_are_called_and_answered
        a_reply_to_a_schema
        models_are_listed
        equal_texts_have_equal_embeddings
        errors_have_their_status
        a_dropped_stream_is_cancelled
        an_error_in_mid_stream_ends_it
        slow_bytes_change_nothing
    )
}

fn client(server: &Server, key: &str) -> OpenAI {
    OpenAIConfig::new(key).with_base_url(&server.url).client()
}

/// The pieces of the text, and the reply that they made.
async fn read(mut stream: Streamed<Completion>) -> (Vec<String>, Result<CompletionResponse, ProviderError>) {
    let mut pieces = Vec::new();
    while let Some(item) = stream.next().await {
        if let Ok(Item::Event(StreamEvent::Text { text, .. })) = item {
            pieces.push(text);
        }
    }
    (pieces, stream.finish().await)
}

fn counts(usage: &Usage, input: u64, output: u64) -> bool {
    usage.input_tokens == Some(input) && usage.output_tokens == Some(output)
}

impl Rig<'_> {
    /// The model by the route that nobody chose, and by the older one.
    fn both(&self, model: &str) -> [(&'static str, DynModel<Completion>); 2] {
        [("response", self.client.completion(model).into()), ("chat.completion", self.client.chat(model).into())]
    }

    async fn a_reply_by_both_routes(&self) -> Outcome {
        for (route, model) in self.both("atlas") {
            let reply = model.call("Hello there").await?;
            holds(&reply, reply.text() == REPLY && reply.raw["object"] == route)?;
            holds(&reply, reply.finish_reason() == Some(FinishReason::Stop) && counts(&reply.usage, 2, 10))?;
        }
        Ok(())
    }

    async fn a_stream_by_both_routes(&self) -> Outcome {
        for (_, model) in self.both("atlas") {
            let (pieces, reply) = read(model.stream("Hello there")?).await;
            holds(&pieces, pieces.concat() == REPLY && pieces.len() > 5)?;
            let reply = reply?;
            holds(&reply, reply.text() == REPLY && counts(&reply.usage, 2, 10))?;
        }
        Ok(())
    }

    async fn tools_are_called_and_answered(&self) -> Outcome {
        for (_, model) in self.both("atlas") {
            let tool = ToolDefinition::new(ToolName::new("get_weather")?, "The weather of a city.", weather());
            let (_, called) = read(model.stream(CompletionRequest::new(CITIES).tool(tool.clone()))?).await;
            let called = called?;
            let cities: Vec<_> = called.tool_calls().map(|call| &call.function.arguments["city"]).collect();
            holds(&called, cities == ["Tromsø", "Lima"] && called.finish_reason() == Some(FinishReason::ToolCalls))?;
            let results = called.tool_calls().map(|call| call.result(vec![ToolResultContent::text("-3 degrees")]));
            // What is added stands before the message that the request began with.
            let request = CompletionRequest::new(Message::tool_results(results.collect()));
            let request = request.message(Message::user(CITIES)).messages(called.message()).tool(tool);
            let reply = model.call(request).await?;
            holds(&reply, reply.text() == REPLY)?;
        }
        Ok(())
    }

    async fn a_reply_to_a_schema(&self) -> Outcome {
        let (schema, is_one) = answer();
        for (_, model) in self.both("atlas") {
            let request = CompletionRequest::new("Hello there").output_schema(Schema::try_from(schema.clone())?);
            let reply = model.call(request).await?;
            holds(&reply, is_one(&reply.text()))?;
        }
        Ok(())
    }

    async fn models_are_listed(&self) -> Outcome {
        self.client.verify().await?;
        let models = self.client.list_models().await?;
        let names: Vec<_> = models.data.iter().map(|model| model.id.as_str()).collect();
        holds(&names, names == ["atlas", "slow", "drip", "limited"])
    }

    async fn equal_texts_have_equal_embeddings(&self) -> Outcome {
        let texts = ["one", "two", "one"].map(str::to_owned).to_vec();
        let embedded = self.client.embedding("atlas", Some(64)).call(texts).await?;
        let vectors: Vec<_> = embedded.embeddings.iter().map(|embedding| &embedding.vec).collect();
        holds(&vectors, vectors.len() == 3 && vectors[0] == vectors[2] && vectors[0] != vectors[1])?;
        let length: f64 = vectors[0].iter().map(|number| number * number).sum();
        holds(&vectors, vectors[0].len() == 64 && (length - 1.0).abs() < 1e-4)
    }

    async fn errors_have_their_status(&self) -> Outcome {
        for (name, status) in [("nobody", 404), ("atlas#status=418", 418), ("atlas#rate-limit=2s", 429)] {
            for (_, model) in self.both(name) {
                let error = model.call("Hello there").await.err();
                let found = error.as_ref().and_then(|error| error.report().http_status);
                holds((name, &error), found == Some(status))?;
            }
        }
        let refused = client(self.server, "sk-wrong-key-1234").verify().await;
        holds(&refused, matches!(refused, Err(ProviderError::InvalidAuthentication(_))))
    }

    async fn a_dropped_stream_is_cancelled(&self) -> Outcome {
        for (_, model) in self.both("drip") {
            self.server.reset().await?;
            let mut stream = model.stream("Hello there")?;
            for _ in 0..5 {
                stream.next().await.ok_or("the stream is long")??;
            }
            holds("one is active", self.server.get("/healthz").await?["active"] == 1)?;
            drop(stream);
            self.server.is_cancelled().await?;
        }
        Ok(())
    }

    async fn an_error_in_mid_stream_ends_it(&self) -> Outcome {
        for fault in ["error-after=2", "malformed-after=2", "cut-after=2", "reset-after=2"] {
            for (route, model) in self.both(&format!("atlas#{fault}")) {
                let (pieces, reply) = read(model.stream("Hello there")?).await;
                holds((fault, route, &pieces, &reply), pieces.concat() == "Grüße aus" && reply.is_err())?;
            }
        }
        Ok(())
    }

    async fn slow_bytes_change_nothing(&self) -> Outcome {
        for (_, model) in self.both("atlas#slow-bytes=0ms") {
            let (pieces, reply) = read(model.stream("Hello there")?).await;
            holds(&reply, pieces.concat() == REPLY && reply.is_ok())?;
        }
        Ok(())
    }
}
