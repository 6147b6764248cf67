// Opens the live page of the runner in a real browser, saves a file, and sees the verdict follow.
//
//     node book/tests/live.mjs --runner FILE [--shots FOLDER] [--axe FILE] [BOOK]
//
// FILE is the runner, target/debug/workbook. It works in a small workbook of its own, in a temporary folder: nobody's exercises
// are touched. BOOK is the folder that mdBook wrote, book/book if nothing is said; its chapters are shown beside the exercise.
// The exit code is 0 if nothing is wrong, 1 if something is, 2 if something is missing.

import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { Browser, findChromium } from './chromium.mjs';
import { faintTexts, faults, focusPlayer, playerState, violations } from './in_page.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const FIXTURE = join(HERE, '../../crates/workbook/tests/fixture');
const VIEWS = [
    { name: 'desktop', width: 1280, height: 900, mobile: false },
    { name: 'phone', width: 360, height: 740, mobile: true },
];
/** Longer than anything takes on a machine that is busy, in milliseconds. */
const PATIENCE = 120_000;
/** What a learner prints must stay a text. */
const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>';

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
const shots = option('--shots');
const axe = option('--axe');
const runner = option('--runner');
const axeSource = axe && readFileSync(axe, 'utf8');
const book = resolve(args[0] ?? join(HERE, '..', 'book'));

const program = findChromium();
if (!program || !runner || !existsSync(runner) || !existsSync(join(book, 'index.html'))) {
    console.error('this needs a Chromium, the runner (--runner target/debug/workbook) and a book that is built');
    process.exit(2);
}

const problems = [];
let where = 'live';
const complain = (what) => problems.push(`${where}: ${what}`);
const expect = (condition, what) => condition || complain(what);

const workbook = makeWorkbook();
let live = await start();
const browser = await Browser.start(program, '127.0.0.1');
// Once the runner has ended, nobody answers: the browser says so, and the page goes on asking.
let isServed = true;
browser.listeners.add(watch);
try {
    await browser.open(live.address);
    await followsEachSave();
    await looksRight();
    await followsTheTheme();
    await servesTheBook();
    await saysThatTheRunnerHasEnded();
} catch (error) {
    complain(error.stack);
} finally {
    await browser.close();
    await live.stop();
    rmSync(workbook, { recursive: true, force: true, maxRetries: 5 });
}

if (problems.length > 0) {
    console.error(problems.join('\n'));
    console.error(`\n${problems.length} problems on the live page`);
    process.exit(1);
}
console.log('the live page: nothing is wrong');

/** A small workbook with a chapter, and checks that tell two runs. */
function makeWorkbook() {
    const folder = mkdtempSync(join(tmpdir(), 'live-page-'));
    cpSync(FIXTURE, folder, { recursive: true });
    cpSync(book, join(folder, 'book', 'book'), { recursive: true });
    cpSync(join(book, '03-join.html'), join(folder, 'book', 'book', '01-demo.html'));
    writeFileSync(join(folder, 'book', 'book.toml'), '');
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'mdbook'), '#!/bin/sh\n[ "$1" != --version ] || echo mdbook v0.5.9\n');
    chmodSync(join(folder, 'bin', 'mdbook'), 0o755);
    for (const file of ['exercises/01-demo/greet.rs', 'solutions/01-demo/starters/greet.rs']) {
        edit(folder, file, 'book, chapter 1 ·', 'book, chapter 1, In one sentence ·');
    }
    const at = (millis) => millis * 1e6;
    const lane = (name, from, to) => ({
        name,
        spans: [{ kind: 'waiting', from: at(from), to: at(to) }],
        marks: [{ kind: 'finished', at: at(to) }],
    });
    const run = (...lanes) => JSON.stringify({ title: '', lanes });
    const yours = run(lane('<b>atlas</b>', 0, 1000), lane('birch', 1000, 1800));
    const expected = run(lane('<b>atlas</b>', 0, 1000), lane('birch', 0, 800));
    const parts = JSON.stringify([
        { name: 'saw', words: 'the run took 1.800 s' },
        { name: 'why', words: '`await` waits for one.' },
    ]);
    // The text of the stand-in is a format of Rust: braces are doubled.
    const doubled = (json) => json.replaceAll('{', '{{').replaceAll('}', '}}');
    edit(
        folder,
        'stand_in.rs',
        '"yours":null,"expected":null,"place"',
        doubled(`"yours":${yours},"expected":${expected},"parts":${parts},"place"`),
    );
    return folder;
}

function edit(folder, file, from, to) {
    const text = readFileSync(join(folder, file), 'utf8');
    if (!text.includes(from)) {
        throw new Error(`${file} does not hold ${from}`);
    }
    writeFileSync(join(folder, file), text.replace(from, to));
}

/** The runner without a terminal, at this port or any that is free. */
async function start(...more) {
    const env = { ...process.env, PATH: join(workbook, 'bin') + delimiter + process.env.PATH };
    for (const name of ['CARGO_TARGET_DIR', 'CARGO_BUILD_TARGET_DIR', 'RUSTFLAGS', 'CARGO_ENCODED_RUSTFLAGS', 'CARGO_MANIFEST_DIR']) {
        delete env[name];
    }
    const child = spawn(resolve(runner), ['book', '--live', '--no-open', ...more], {
        cwd: workbook,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
    const line = await Promise.race([
        new Promise((resolve) => createInterface(child.stdout).once('line', resolve)),
        ended.then((code) => Promise.reject(new Error(`the runner ended with ${code}`))),
    ]);
    const address = line.match(/http:\/\/127\.0\.0\.1:(\d+)\/live\//);
    return {
        address: address[0],
        port: address[1],
        stop: () => {
            child.kill('SIGTERM');
            return ended;
        },
    };
}

/** What the browser complains of by itself, and what it asks others for. */
function watch(method, params) {
    if (method === 'Runtime.exceptionThrown') {
        complain(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    } else if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) {
        complain(`the console says ${params.args.map((argument) => argument.value ?? argument.description).join(' ')}`);
    } else if (method === 'Log.entryAdded' && params.entry.level === 'error' && isServed) {
        complain(`${params.entry.text} ${params.entry.url ?? ''}`);
    } else if (method === 'Network.requestWillBeSent') {
        const { protocol, origin } = new URL(params.request.url);
        const isOurs = origin === new URL(live.address).origin || ['data:', 'blob:', 'about:'].includes(protocol);
        expect(isOurs, `asks the network for ${params.request.url}`);
    } else if (method === 'Page.javascriptDialogOpening') {
        complain('what the learner printed was run');
    }
}

/** Waits until the page is as it should be, and tells what it is where it never is. */
async function waitFor(what, holds, ...more) {
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
        if (await browser.evaluate(holds, ...more)) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`never came: ${what}\n${await browser.evaluate(() => document.querySelector('main').innerText)}`);
}

function verdict(words) {
    return waitFor(words, (words) => document.getElementById('verdict').textContent.includes(words), words);
}

function save(name, ...edits) {
    const file = join('exercises/01-demo', `${name}.rs`);
    for (const [from, to] of edits) {
        edit(workbook, file, from, to);
    }
}

async function followsEachSave() {
    await verdict('not started');
    const first = await browser.evaluate(() => ({
        title: document.getElementById('title').textContent,
        taskIsOpen: document.getElementById('task').open,
        frame: document.getElementById('frame').src,
        codes: document.querySelectorAll('#task code').length,
    }));
    expect(first.title === 'Greet' && first.taskIsOpen && first.codes === 1, `does not begin with the task: ${JSON.stringify(first)}`);
    expect(first.frame.endsWith('/01-demo.html'), `shows another chapter: ${first.frame}`);
    await waitFor('the chapter', () => document.getElementById('frame').contentDocument?.querySelector('h1') !== null);
    const section = () => {
        const { contentWindow: there, contentDocument } = document.getElementById('frame');
        const top = contentDocument.getElementById('in-one-sentence')?.getBoundingClientRect().top;
        return top !== undefined && top >= -5 && top < there.innerHeight;
    };
    await waitFor('the section of the exercise', section);
    expect((await browser.evaluate(() => scrollY)) === 0, 'moves the page when the chapter goes to its section');

    save('greet', ['todo!("say hello to {name}")', `println!("${HOSTILE}"); name.to_owned()`]);
    await verdict('Save 1: wrong');
    const wrong = await browser.evaluate(() => ({
        checks: [...document.querySelectorAll('#checks li')].map((check) => check.innerText.trim().slice(0, 1)).join(''),
        message: document.getElementById('message').innerText,
        printed: document.querySelector('#printed pre')?.textContent,
        runs: [...document.querySelectorAll('#picture g.run .title')].map((title) => title.textContent),
        lanes: [...document.querySelectorAll('#picture g.lane')].map((lane) => lane.getAttribute('data-lane')),
        strange: document.querySelectorAll('main img, main b, main script').length,
        taskIsOpen: document.getElementById('task').open,
        says: document.getElementById('verdict').getAttribute('role'),
        title: document.title,
    }));
    expect(wrong.checks === '✓✗✓', `marks its checks ${wrong.checks}`);
    expect(/saw\s+the run took 1\.800 s/.test(wrong.message) && wrong.message.includes('says_hello'), `says ${wrong.message}`);
    expect(wrong.printed === HOSTILE && wrong.strange === 0, `does not keep what was printed a text: ${JSON.stringify(wrong)}`);
    expect(wrong.runs.join() === 'yours,expected' && wrong.lanes.includes('<b>atlas</b>'), `draws ${wrong.runs}: ${wrong.lanes}`);
    expect(!wrong.taskIsOpen && wrong.says === 'status' && wrong.title.startsWith('✗'), `does not lead to the verdict: ${JSON.stringify(wrong)}`);
    await stepsBothRuns();
}

/** With keys alone, from the first instant to the last; and the focus stays through a save. */
async function stepsBothRuns() {
    await browser.evaluate(focusPlayer, 0);
    const seen = [];
    for (let step = 0; step < 4; step += 1) {
        await browser.press('ArrowRight');
        seen.push(await browser.evaluate(playerState, 0));
    }
    expect(seen[0].where.startsWith('1 of 4') && seen[3].where.startsWith('4 of 4'), `steps ${seen.map((state) => state.where)}`);
    expect(seen[1].says.includes('At 800 ms, yours:') && seen[1].says.includes('At 800 ms, expected:'), `says ${seen[1].says}`);
    expect(seen.every((state) => state.lines === 4 && state.hasFocus), 'does not move through both runs');
    await browser.press('Home');
    save('greet', ['name.to_owned()', '{ let name = name; name.to_owned() }']);
    await verdict('Save 2: wrong');
    const kept = await browser.evaluate(playerState, 0);
    expect(kept.hasFocus && kept.where.startsWith('1 of 4'), `does not leave alone what has not changed: ${kept.where}`);
}

async function looksRight() {
    for (const view of VIEWS) {
        const { width, height, mobile } = view;
        await browser.send('Emulation.setDeviceMetricsOverride', { width, height, mobile, deviceScaleFactor: 1 });
        for (const scheme of ['light', 'dark']) {
            await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
            where = `live (${view.name}, ${scheme})`;
            await browser.open(live.address);
            await verdict('wrong');
            await waitFor('the colours', (dark) => document.documentElement.classList.contains(dark ? 'navy' : 'light')
                && document.documentElement.style.getPropertyValue('--bg') !== '', scheme === 'dark');
            await waitFor('the section', () => document.getElementById('frame').contentWindow.scrollY > 0);
            expect((await browser.evaluate(() => scrollY)) === 0, 'moves the page when the chapter goes to its section');
            await browser.evaluate(() => document.querySelectorAll('main details').forEach((fold) => (fold.open = true)));
            await browser.evaluate(focusPlayer, 0);
            await browser.press('ArrowRight');
            (await browser.evaluate(faults, width)).forEach(complain);
            (await browser.evaluate(faintTexts)).forEach((text) => complain(`too faint: ${text}`));
            await axeFindsNothing();
            const [main, aside] = await browser.evaluate(() =>
                [...document.querySelectorAll('main, aside')].map((side) => side.getBoundingClientRect().toJSON()));
            const areBeside = aside.right <= main.left + 1 && aside.top === 0 && aside.height === height;
            expect(mobile ? aside.top >= main.bottom : areBeside, 'does not stand where it should');
            await shoot(`live-${view.name}-${scheme}`, view);
        }
    }
    where = 'live';
    await browser.send('Emulation.setEmulatedMedia', { features: [] });
    await browser.send('Emulation.setDeviceMetricsOverride', { ...VIEWS[0], deviceScaleFactor: 1 });
    await browser.open(live.address);
    await verdict('wrong');

    save('greet', [`{ let name = name; name.to_owned() }`, 'nobody_knows_this()']);
    await verdict('does not compile');
    await waitFor('the error', () => document.querySelector('#message pre')?.textContent.includes('nobody_knows_this'));
    expect(await browser.evaluate(() => document.querySelector('#picture figure') === null), 'draws what was not run');
    await axeFindsNothing();
    await shoot('live-does-not-compile', VIEWS[0]);

    save('greet', ['nobody_knows_this()', 'format!("Hello, {name}!")']);
    await verdict('passed, 3 checks');
    await waitFor('the solution', () => document.querySelector('details.solution pre')?.textContent.includes('format!'));
    await axeFindsNothing();
    await shoot('live-passed', VIEWS[0]);

    save('count', ['todo!("the numbers from 1 to {n}")', '(1..n).collect()']);
    await waitFor('the exercise that was saved', () => document.getElementById('title').textContent === 'Count');
    await verdict('wrong');
    expect(await browser.evaluate(() => document.getElementById('task').open), 'does not show the task of the next exercise');
}

async function axeFindsNothing() {
    if (axeSource) {
        await browser.send('Runtime.evaluate', { expression: axeSource });
        (await browser.evaluate(violations)).forEach(complain);
        // The chapter is looked at by itself, and mdBook's own parts are mdBook's.
        const around = await browser.evaluate(async () => {
            const results = await axe.run(document, { iframes: false, resultTypes: ['violations'], preload: false });
            return results.violations.map((violation) => `axe: ${violation.id}, ${violation.help}`);
        });
        around.forEach(complain);
    }
}

/** The book has five themes. Who chooses one in the chapter has chosen it for the page. */
async function followsTheTheme() {
    for (const theme of ['rust', 'coal', 'navy', 'ayu', 'light']) {
        where = `live (${theme})`;
        await browser.evaluate((theme) => document.getElementById('frame').contentDocument.getElementById(`mdbook-theme-${theme}`).click(), theme);
        await waitFor(theme, (theme) => {
            const own = getComputedStyle(document.body).backgroundColor;
            const theirs = getComputedStyle(document.getElementById('frame').contentDocument.documentElement).backgroundColor;
            return document.documentElement.classList.contains(theme) && own === theirs;
        }, theme);
        (await browser.evaluate(faintTexts)).forEach((text) => complain(`too faint: ${text}`));
    }
    where = 'live';
}

/** The book by itself: what it may do here is less than what it may do as a file, and enough. */
async function servesTheBook() {
    where = 'live (the book)';
    await browser.open(new URL('/introduction.html?search=hedge', live.address).href);
    await waitFor('what the search finds', () => document.querySelectorAll('#mdbook-searchresults li').length > 0);
    await browser.open(new URL('/03-join.html', live.address).href);
    await browser.evaluate(focusPlayer, 0);
    await browser.press('ArrowRight');
    expect((await browser.evaluate(playerState, 0)).where.startsWith('1 of '), 'does not step');
    where = 'live';
    await browser.open(live.address);
    await verdict('wrong');
}

async function saysThatTheRunnerHasEnded() {
    isServed = false;
    expect((await live.stop()) === 143, 'the runner does not end as SIGTERM ends it');
    await waitFor('the end', () => document.getElementById('connection').textContent.includes('has ended'));
    await shoot('live-ended', VIEWS[0]);
    live = await start('--port', live.port, '01-demo/greet');
    await waitFor('the runner that was started again', () => document.getElementById('connection').textContent === '');
    await verdict('passed');
}

async function shoot(name, view) {
    if (!shots) {
        return;
    }
    mkdirSync(shots, { recursive: true });
    await browser.evaluate(() => scrollTo(0, 0));
    const height = view.mobile ? await browser.evaluate(() => document.documentElement.scrollHeight) : view.height;
    const clip = { x: 0, y: 0, width: view.width, height, scale: 1 };
    const { data } = await browser.send('Page.captureScreenshot', { clip, captureBeyondViewport: view.mobile });
    writeFileSync(join(shots, `${name}.png`), Buffer.from(data, 'base64'));
}
