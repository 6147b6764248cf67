// Runs the official openai SDK for Node and the Vercel AI SDK against the server, as they are unless told otherwise: the AI SDK
// calls `/v1/responses` then.
//
//     node check_node.mjs http://127.0.0.1:8080/v1

import assert from "node:assert/strict";

import { createOpenAI } from "@ai-sdk/openai";
import { embedMany, generateObject, generateText, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { z } from "zod";

const url = process.argv[2];
const root = url.replace(/\/v1$/, "");
const reply = "Grüße aus 日本: nothing runs until it is polled. 🦀";
const hello = [{ role: "user", content: "Hello there" }];
const client = new OpenAI({ baseURL: url, apiKey: "sk-test", maxRetries: 0 });
const provider = createOpenAI({ baseURL: url, apiKey: "sk-test" });
const weather = {
    get_weather: tool({
        description: "The weather of a city",
        inputSchema: z.object({ city: z.string(), unit: z.enum(["celsius", "kelvin"]) }),
        execute: async ({ city }) => `${city}: -3 degrees`,
    }),
};
const journal = async () => {
    const calls = [];
    for (let path = "/journal?limit=1000"; path !== null; ) {
        const page = await (await fetch(root + path)).json();
        calls.push(...page.calls);
        path = page.next;
    }
    return calls;
};
const withFault = (fault) => ({ headers: { "x-mock-fault": fault } });

const checks = {
    async "openai: a plain reply and a stream"() {
        const plain = await client.chat.completions.create({ model: "atlas", messages: hello });
        assert.equal(plain.choices[0].message.content, reply);
        let text = "";
        for await (const chunk of await client.chat.completions.create({ model: "atlas", messages: hello, stream: true })) {
            text += chunk.choices[0]?.delta.content ?? "";
        }
        assert.equal(text, reply);
    },

    async "openai: a response and its stream"() {
        const plain = await client.responses.create({ model: "atlas", input: "Hello there" });
        assert.equal(plain.output_text, reply);
        const stream = client.responses.stream({ model: "atlas", input: "Hello there" });
        let text = "";
        for await (const event of stream) {
            if (event.type === "response.output_text.delta") text += event.delta;
        }
        assert.equal(text, reply);
        assert.equal((await stream.finalResponse()).output_text, reply);
    },

    async "openai: an error in mid-stream is thrown"() {
        const read = async () => {
            const asked = { model: "atlas", input: "Hello there", stream: true };
            for await (const _ of await client.responses.create(asked, withFault("error-after=2")));
        };
        await assert.rejects(read, OpenAI.APIError);
    },

    async "openai: embeddings, in base64 and in numbers"() {
        const asked = { model: "atlas", input: ["one", "two"] };
        const binary = await client.embeddings.create(asked);
        const plain = await client.embeddings.create({ ...asked, encoding_format: "float" });
        assert.equal(binary.data[0].embedding.length, 1536);
        const off = binary.data[1].embedding.map((part, place) => Math.abs(part - plain.data[1].embedding[place]));
        assert.ok(Math.max(...off) < 1e-6);
    },

    async "openai: a body of 11 MB gets its 413"() {
        for (let number = 0; number < 5; number += 1) {
            const large = [{ role: "user", content: "x".repeat(11 * 1024 * 1024) }];
            const failed = await client.chat.completions.create({ model: "atlas", messages: large }).catch((error) => error);
            assert.equal(failed.status, 413, `${failed}`);
        }
    },

    async "ai: words, in one piece and one by one"() {
        const { text, usage } = await generateText({ model: provider("atlas"), prompt: "Hello there" });
        assert.equal(text, reply);
        assert.equal(usage.outputTokens, 10);
        const stream = streamText({ model: provider("atlas"), prompt: "Hello there" });
        let streamed = "";
        for await (const part of stream.textStream) streamed += part;
        assert.equal(streamed, reply);
        assert.equal(await stream.finishReason, "stop");
    },

    async "ai: a tool is called, and its result answered"() {
        for (const model of [provider("atlas"), provider.chat("atlas")]) {
            const asked = { model, tools: weather, stopWhen: stepCountIs(3), prompt: "Weather in Tromsø and Lima?" };
            const { steps, text } = await generateText(asked);
            const results = steps[0].toolResults.map((result) => result.output);
            assert.deepEqual(results, ["Tromsø: -3 degrees", "Lima: -3 degrees"]);
            assert.equal(text, reply);
            const stream = streamText(asked);
            assert.equal(await stream.text, reply);
            assert.equal((await stream.steps).length, 2);
        }
    },

    async "ai: an object obeys its schema"() {
        const schema = z.object({ name: z.string().min(3), age: z.number().int().min(0), mail: z.string() });
        const { object } = await generateObject({ model: provider("atlas"), schema, prompt: "Who?" });
        schema.parse(object);
    },

    async "ai: embeddings"() {
        const { embeddings } = await embedMany({ model: provider.embedding("atlas"), values: ["one", "two"] });
        assert.equal(embeddings.length, 2);
        assert.equal(embeddings[0].length, 1536);
    },

    async "ai: a fault that a retry mends, and one in mid-stream"() {
        const mended = { model: provider("atlas"), prompt: "Retry.", ...withFault("attempt=1:status=503") };
        assert.equal((await generateText(mended)).text, reply);
        assert.equal((await journal()).filter((call) => call.prompt === "Retry.").length, 2);
        const errors = [];
        const onError = ({ error }) => errors.push(error);
        const stream = streamText({ model: provider("atlas"), prompt: "Break.", onError, ...withFault("error-after=2") });
        let text = "";
        for await (const part of stream.textStream) text += part;
        assert.equal(text, "Grüße aus");
        assert.ok(errors.length > 0);
    },
};

let failed = 0;
console.log(`openai for Node and the Vercel AI SDK, Node ${process.version}`);
for (const [name, check] of Object.entries(checks)) {
    await fetch(`${root}/reset`, { method: "POST" });
    try {
        await check();
        console.log(`  ok      ${name}`);
    } catch (error) {
        failed += 1;
        console.log(`  FAILED  ${name}\n${error?.stack ?? error}`);
    }
}
console.log(`${Object.keys(checks).length - failed} of ${Object.keys(checks).length} hold`);
process.exit(failed ? 1 : 0);
