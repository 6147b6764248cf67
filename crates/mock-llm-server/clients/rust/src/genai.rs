//! genai: a chat by its adapter of the newer API and by that of chats.

use ::genai::{
    Client, ModelIden, ServiceTarget,
    adapter::AdapterKind,
    chat::{
        ChatMessage, ChatOptions, ChatRequest, ChatResponseFormat, ChatStreamEvent, JsonSpec, StreamEnd, Tool,
        ToolResponse, Usage,
    },
    resolver::{AuthData, Endpoint, ServiceTargetResolver},
};
use futures::StreamExt;

use crate::{CITIES, Outcome, REPLY, Server, answer, check, holds, weather};

struct Genai<'a> {
    server: &'a Server,
    /// By the newer API, and by chats.
    both: [Client; 2],
}

pub async fn run(server: &Server) -> Outcome {
    println!("genai 0.7.2");
    let both = [AdapterKind::OpenAIResp, AdapterKind::OpenAI].map(|adapter| client(server, "sk-test", adapter));
    let [responses, chats] = both;
    let checks = Genai { server, both: [responses?, chats?] };
    check!(checks:
        a_reply_by_both_routes
        a_stream_by_both_routes
        tools_are_called_and_answered
        a_reply_to_a_schema
        equal_texts_have_equal_embeddings
        errors_have_their_status
        a_dropped_stream_is_cancelled
        an_error_in_mid_stream_is_told
        slow_bytes_change_nothing
    )
}

fn client(server: &Server, key: &str, adapter: AdapterKind) -> ::genai::Result<Client> {
    let (url, key) = (format!("{}/", server.url), key.to_owned());
    let resolver = ServiceTargetResolver::from_resolver_fn(move |target: ServiceTarget| {
        let endpoint = Endpoint::from_owned(url.clone());
        let model = ModelIden::new(adapter, target.model.model_name);
        Ok::<_, ::genai::resolver::Error>(ServiceTarget { endpoint, auth: AuthData::from_single(key.clone()), model })
    });
    Client::builder().with_service_target_resolver(resolver).build()
}

fn hello() -> ChatRequest {
    ChatRequest::from_user("Hello there")
}

fn counts(usage: &Usage, prompt: i32, completion: i32) -> bool {
    usage.prompt_tokens == Some(prompt) && usage.completion_tokens == Some(completion)
}

/// The pieces of the text, how the stream ended where it told so, and its errors.
struct Read {
    pieces: Vec<String>,
    end: Option<StreamEnd>,
    errors: Vec<::genai::Error>,
}

async fn read(client: &Client, model: &str, request: ChatRequest) -> ::genai::Result<Read> {
    let options = ChatOptions::default().with_capture_usage(true).with_capture_tool_calls(true);
    let mut stream = client.exec_chat_stream(model, request, Some(&options)).await?.stream;
    let mut read = Read { pieces: Vec::new(), end: None, errors: Vec::new() };
    while let Some(event) = stream.next().await {
        match event {
            Ok(ChatStreamEvent::Chunk(chunk)) => read.pieces.push(chunk.content),
            Ok(ChatStreamEvent::End(end)) => read.end = Some(end),
            Ok(_) => {}
            // It goes on polling after an error.
            Err(error) if read.errors.len() < 10 => read.errors.push(error),
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

impl Genai<'_> {
    async fn a_reply_by_both_routes(&self) -> Outcome {
        for client in &self.both {
            let reply = client.exec_chat("atlas", hello(), None).await?;
            holds(&reply, reply.first_text() == Some(REPLY) && counts(&reply.usage, 2, 10))?;
        }
        Ok(())
    }

    async fn a_stream_by_both_routes(&self) -> Outcome {
        for client in &self.both {
            let read = read(client, "atlas", hello()).await?;
            holds(&read.pieces, read.pieces.concat() == REPLY && read.pieces.len() > 5)?;
            let usage = read.end.and_then(|end| end.captured_usage);
            holds(&usage, usage.as_ref().is_some_and(|usage| counts(usage, 2, 10)))?;
        }
        Ok(())
    }

    async fn tools_are_called_and_answered(&self) -> Outcome {
        for client in &self.both {
            let tool = Tool::new("get_weather").with_description("The weather of a city.").with_schema(weather());
            let request = ChatRequest::from_user(CITIES).with_tools([tool]);
            let read = read(client, "atlas", request.clone()).await?;
            let calls = read.end.and_then(StreamEnd::captured_into_tool_calls).unwrap_or_default();
            let cities: Vec<_> = calls.iter().map(|call| &call.fn_arguments["city"]).collect();
            holds(&calls, cities == ["Tromsø", "Lima"])?;
            let results: Vec<_> = calls.iter().map(|call| ToolResponse::new(&call.call_id, "-3 degrees")).collect();
            let mut request = request.append_message(ChatMessage::from(calls));
            for result in results {
                request = request.append_message(result);
            }
            let reply = client.exec_chat("atlas", request, None).await?;
            holds(&reply, reply.first_text() == Some(REPLY))?;
        }
        Ok(())
    }

    async fn a_reply_to_a_schema(&self) -> Outcome {
        let (schema, is_one) = answer();
        for client in &self.both {
            let format = ChatResponseFormat::JsonSpec(JsonSpec::new("answer", schema.clone()));
            let options = ChatOptions::default().with_response_format(format);
            let reply = client.exec_chat("atlas", hello(), Some(&options)).await?;
            holds(&reply, reply.first_text().is_some_and(&is_one))?;
        }
        Ok(())
    }

    async fn equal_texts_have_equal_embeddings(&self) -> Outcome {
        let texts = ["one", "two", "one"].map(str::to_owned).to_vec();
        let [_, client] = &self.both;
        let embedded = client.embed_batch("atlas", texts, None).await?;
        let vectors: Vec<_> = embedded.embeddings.iter().map(|embedding| embedding.vector()).collect();
        holds(&vectors, vectors.len() == 3 && vectors[0] == vectors[2] && vectors[0] != vectors[1])
    }

    async fn errors_have_their_status(&self) -> Outcome {
        for (model, status) in [("nobody", 404), ("atlas#status=418", 418), ("atlas#rate-limit=2s", 429)] {
            for client in &self.both {
                let error = client.exec_chat(model, hello(), None).await.err();
                let found = error.as_ref().and_then(|error| error.status());
                holds((model, &error), found.is_some_and(|found| found.as_u16() == status))?;
            }
        }
        let wrong = client(self.server, "sk-wrong-key-1234", AdapterKind::OpenAI)?;
        let error = wrong.exec_chat("atlas", hello(), None).await.err();
        let status = error.as_ref().and_then(|error| error.status());
        holds(&error, status.is_some_and(|status| status.as_u16() == 401))
    }

    async fn a_dropped_stream_is_cancelled(&self) -> Outcome {
        for client in &self.both {
            self.server.reset().await?;
            let mut stream = client.exec_chat_stream("drip", hello(), None).await?.stream;
            for _ in 0..5 {
                stream.next().await.ok_or("the stream is long")??;
            }
            holds("one is active", self.server.get("/healthz").await?["active"] == 1)?;
            drop(stream);
            self.server.is_cancelled().await?;
        }
        Ok(())
    }

    async fn an_error_in_mid_stream_is_told(&self) -> Outcome {
        for fault in ["error-after=2", "cut-after=2", "reset-after=2"] {
            for client in &self.both {
                let read = read(client, &format!("atlas#{fault}"), hello()).await?;
                let told = (fault, &read.pieces, &read.end, &read.errors);
                holds(told, read.pieces.concat() == "Grüße aus" && !read.errors.is_empty())?;
            }
        }
        // An event that is no JSON it tells of, and reads on; by the newer API it passes over it.
        let [_, chats] = &self.both;
        let read = read(chats, "atlas#malformed-after=2", hello()).await?;
        holds((&read.pieces, &read.errors), read.pieces.concat() == REPLY && read.errors.len() == 1)
    }

    async fn slow_bytes_change_nothing(&self) -> Outcome {
        for client in &self.both {
            let read = read(client, "atlas#slow-bytes=0ms", hello()).await?;
            holds(&read.pieces, read.pieces.concat() == REPLY && read.errors.is_empty())?;
        }
        Ok(())
    }
}
