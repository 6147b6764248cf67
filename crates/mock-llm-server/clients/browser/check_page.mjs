// Calls the server from a page of another origin, in a real browser: what a web page may do, and what it may not.
//
//     node check_page.mjs http://127.0.0.1:8080/v1
//
// The exit code is 0 if all holds, 1 if something does not, 2 if there is no browser.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Browser, findChromium } from '../../../../book/tests/chromium.mjs';

const url = process.argv[2];
const root = url.replace(/\/v1$/, '');
const reply = 'Grüße aus 日本: nothing runs until it is polled. 🦀';

const program = findChromium();
if (!program) {
    console.error('there is no Chromium here; install it, or name it in CHROMIUM');
    process.exit(2);
}

// What runs in the page. Each function is sent to the browser as text, so it stands on its own.

/** Asks for a completion, and gives what the page may see of the answer. */
async function ask(url, fields, headers) {
    const response = await fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model: 'atlas', messages: [{ role: 'user', content: 'From a page' }], ...fields }),
    });
    const names = ['x-request-id', 'retry-after', 'retry-after-ms', 'x-should-retry', 'openai-processing-ms'];
    const seen = Object.fromEntries(names.map((name) => [name, response.headers.get(name)]));
    return { status: response.status, type: response.headers.get('content-type'), seen, text: await response.text() };
}

/** Reads a stream that stalls after some tokens, until it has read those, and leaves. */
async function readUntilItStalls(url, tokens) {
    const leave = new AbortController();
    const response = await fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: {
            authorization: 'Bearer sk-test',
            'content-type': 'application/json',
            'x-mock-fault': `stall-after=${tokens}`,
        },
        body: JSON.stringify({ model: 'atlas', stream: true, messages: [{ role: 'user', content: 'Stalls.' }] }),
        signal: leave.signal,
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let [rest, text, events] = ['', '', 0];
    while (events < 1 + tokens) {
        const { value, done } = await reader.read();
        if (done) {
            throw new Error(`the stream has ended after ${text}`);
        }
        const blocks = (rest + value).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
            text += JSON.parse(block.slice('data: '.length)).choices[0].delta.content ?? '';
            events += 1;
        }
    }
    leave.abort();
    return text;
}

/** What becomes of a request that only the server's own machine may make. */
async function outcome(url, method) {
    return fetch(url, { method }).then(
        (response) => `status ${response.status}`,
        (error) => error.name,
    );
}

// What is checked, for each kind of page.

const journal = async () => (await (await fetch(`${root}/journal`)).json()).calls;

async function eventually(what, holds) {
    for (const start = Date.now(); !(await holds()); ) {
        assert.ok(Date.now() - start < 20_000, `it never came about: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

const checks = {
    async 'a reply, after a preflight, with its headers'(browser) {
        const answer = await browser.evaluate(ask, url, {}, {});
        assert.equal(JSON.parse(answer.text).choices[0].message.content, reply);
        assert.match(answer.seen['x-request-id'], /^req_/);
        assert.match(answer.seen['openai-processing-ms'], /^\d+$/);
    },

    async 'a whole stream'(browser) {
        const answer = await browser.evaluate(ask, url, { stream: true }, {});
        assert.equal(answer.type, 'text/event-stream');
        const events = answer.text.trimEnd().split('\n\n').map((event) => event.slice('data: '.length));
        assert.equal(events.pop(), '[DONE]');
        assert.equal(events.map((event) => JSON.parse(event).choices[0].delta.content ?? '').join(''), reply);
    },

    // The stream has no end, so what is read of it was read as it came.
    async 'tokens as they come, and a page that leaves'(browser) {
        assert.equal(await browser.evaluate(readUntilItStalls, url, 3), 'Grüße aus 日本:');
        await eventually('the call is cancelled', async () => {
            const call = (await journal()).find((call) => call.prompt === 'Stalls.');
            return call?.outcome === 'cancelled' && call.delivered === 3;
        });
    },

    async 'errors are read, with what they say of a retry'(browser) {
        const limited = await browser.evaluate(ask, url, {}, { 'x-mock-fault': 'rate-limit=1500ms' });
        assert.equal(limited.status, 429);
        assert.equal(limited.seen['retry-after'], '2');
        assert.equal(limited.seen['retry-after-ms'], '1500');
        const empty = await browser.evaluate(ask, url, {}, { 'x-mock-fault': 'insufficient-quota' });
        assert.equal(empty.seen['x-should-retry'], 'false');
        const wrong = await browser.evaluate(ask, url, {}, { authorization: 'Bearer wrong' });
        assert.equal(wrong.status, 401);
        assert.equal(JSON.parse(wrong.text).error.code, 'invalid_api_key');
    },

    async 'the journal and the reset are not for pages'(browser) {
        await browser.evaluate(ask, url, {}, {});
        assert.equal(await browser.evaluate(outcome, `${root}/journal`, 'GET'), 'TypeError');
        assert.equal(await browser.evaluate(outcome, `${root}/reset`, 'POST'), 'TypeError');
        assert.equal((await journal()).length, 1, 'the page has emptied the journal');
    },
};

// Another port is another origin, and a page from a file has the origin `null`.
const html = '<!doctype html><title>a page</title>';
const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(html);
});
const folder = mkdtempSync(join(tmpdir(), 'mock-llm-page-'));
writeFileSync(join(folder, 'page.html'), html);
await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
const pages = {
    'another port': `http://127.0.0.1:${site.address().port}/`,
    'a file': pathToFileURL(join(folder, 'page.html')).href,
};
const browser = await Browser.start(program, '127.0.0.1');
console.log((await browser.send('Browser.getVersion')).product);
let failed = 0;
let held = 0;
try {
    for (const [kind, page] of Object.entries(pages)) {
        for (const [name, check] of Object.entries(checks)) {
            await fetch(`${root}/reset`, { method: 'POST' });
            try {
                await browser.open(page);
                await check(browser);
                held += 1;
                console.log(`  ok      ${kind}: ${name}`);
            } catch (error) {
                failed += 1;
                console.log(`  FAILED  ${kind}: ${name}\n${error.stack}`);
            }
        }
    }
} finally {
    await browser.close();
    site.close();
    rmSync(folder, { recursive: true, force: true });
}
console.log(`${held} of ${held + failed} hold`);
process.exit(failed === 0 ? 0 : 1);
