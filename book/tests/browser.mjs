// Opens every page of the built book in a real browser, from files, and says what is wrong with it.
//
//     node book/tests/browser.mjs [--shots FOLDER] [--only PAGE] [--axe FILE] [--drawn FILE] [--edition LANGUAGE] [BOOK]
//
// BOOK is the folder that mdBook wrote, book/book if nothing is said. With --shots each page is also drawn into FOLDER.
// --only looks at one page, `03-join`. FILE is axe-core's `axe.min.js`; with it each page is searched for what readers with
// other abilities would miss. --drawn looks at a page that the crate `draw` has written, too. --edition looks at the pages in another
// language, `zh-CN`: as at the others, and beside those that they were translated from. The exit code is 0 if nothing is wrong, 1 if
// something is, 2 if there is no browser or no book.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { Browser, findChromium } from './chromium.mjs';
import { checkSwitch, compare, translatedPages } from './editions.mjs';
import {
    faintTexts,
    faults,
    focusParameter,
    focusPlayer,
    misplacedPairs,
    misplacedSigns,
    parametersOf,
    playerState,
    quizState,
    references,
    violations,
} from './in_page.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const VIEWS = [
    { name: 'desktop', width: 1280, height: 900, mobile: false },
    { name: 'phone', width: 360, height: 740, mobile: true },
];
const THEMES = ['light', 'rust', 'coal', 'navy', 'ayu'];

const problems = [];
const complain = (where, what) => problems.push(`${where}: ${what}`);

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
const shots = option('--shots');
const only = option('--only');
const axe = option('--axe');
const drawn = option('--drawn');
const edition = option('--edition');
const axeSource = axe && readFileSync(axe, 'utf8');
const book = resolve(args[0] ?? join(HERE, '..', 'book'));

const program = findChromium();
if (!program) {
    console.error('there is no Chromium here; install it, or name it in CHROMIUM');
    process.exit(2);
}
const folder = edition ? join(book, edition) : book;
if (!existsSync(join(folder, 'index.html'))) {
    const command = edition ? `book/po/run build ${edition}` : 'mdbook build book';
    console.error(`there is no book in ${folder}; run \`${command}\` first`);
    process.exit(2);
}

// The table of contents for readers without scripts is part of the other pages, and the pages for print are all of them.
// Of an edition, the pages that are translated, and one that is not.
const translated = edition ? translatedPages(book, edition) : [];
const pages = readdirSync(folder).filter((file) => file.endsWith('.html') && file !== 'toc.html').sort()
    .filter((file) => !edition || translated.includes(file) || file === '01-futures.html')
    .filter((file) => !only || file === `${only}.html`);
const browser = await Browser.start(program);
let where = '';
browser.listeners.add(watch);
// The pages for print open the dialog by themselves, and it would stop them in the middle of a look.
await browser.send('Page.addScriptToEvaluateOnNewDocument', { source: 'window.print = () => {};' });
try {
    for (const page of pages) {
        await look(page);
    }
    if (edition) {
        for (const page of pages.filter((page) => translated.includes(page))) {
            where = `${page} (${edition})`;
            await compare(browser, book, edition, page, (what) => complain(where, what));
            for (const view of VIEWS) {
                where = `${page} (${edition}, ${view.name}, the other language)`;
                await setView(view);
                await checkSwitch(browser, book, edition, page, axeSource, (what) => complain(where, what));
            }
        }
    }
    if (drawn && !edition) {
        await lookAtDrawn(resolve(drawn));
    }
    if (!only) {
        await withoutScripts('03-join.html');
        if (!edition) {
            await withoutScripts('05-queues.html');
        }
        await search('introduction.html', 'hedge');
    }
} catch (error) {
    // A page that is left while it is looked at, for example.
    complain(where, error.message);
} finally {
    await browser.close();
}

if (problems.length > 0) {
    console.error(problems.join('\n'));
    console.error(`\n${problems.length} problems on ${pages.length} pages`);
    process.exit(1);
}
console.log(`${pages.length} pages: nothing is wrong`);

/** What the browser complains of by itself, and what it asks the network for. */
function watch(method, params) {
    if (method === 'Runtime.exceptionThrown') {
        complain(where, params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    } else if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) {
        complain(where, `the console says ${params.args.map((argument) => argument.value ?? argument.description).join(' ')}`);
    } else if (method === 'Log.entryAdded' && params.entry.level === 'error') {
        complain(where, `${params.entry.text} ${params.entry.url ?? ''}`);
    } else if (method === 'Network.requestWillBeSent' && !/^(file|data|blob|about):/.test(params.request.url)) {
        complain(where, `asks the network for ${params.request.url}`);
    } else if (method === 'Network.loadingFailed' && !params.canceled) {
        complain(where, `a part does not load: ${params.errorText}`);
    }
}

async function look(page) {
    const url = pathToFileURL(join(folder, page)).href;
    for (const view of VIEWS) {
        where = `${page} (${view.name})`;
        await show(url, view);
        (await browser.evaluate(faults, view.width)).forEach((fault) => complain(where, fault));
        const misplaced = await browser.evaluate(misplacedPairs, !view.mobile);
        if (misplaced > 0) {
            complain(where, `${misplaced} pairs of programs are ${view.mobile ? '' : 'not '}beside each other`);
        }
        await openAllFolds();
        (await browser.evaluate(faults, view.width)).forEach((fault) => complain(where, `with all folds open: ${fault}`));
        await stepAll();
        (await browser.evaluate(faults, view.width)).forEach((fault) => complain(where, `in the middle of a step: ${fault}`));
        (await browser.evaluate(misplacedSigns)).forEach((fault) => complain(where, fault));
        for (const theme of THEMES) {
            where = `${page} (${view.name}, ${theme})`;
            await choose(theme);
            (await browser.evaluate(faintTexts)).forEach((text) => complain(where, `too faint: ${text}`));
            if (shots && (theme === 'light' || theme === 'navy')) {
                await draw(join(shots, edition ?? '', `${basename(page, '.html')}-${view.name}-${theme}.png`), view);
            }
        }
    }
    where = page;
    await show(url, VIEWS[0]);
    await choose('light');
    await checkNames();
    await checkReferences();
    // The pages for print have everything twice.
    if (axeSource && page !== 'print.html') {
        await checkWithAxe();
    }
    // For print, players are left out by the styles, and their buttons with them.
    if (page !== 'print.html') {
        await checkPlayers();
        await checkQuizzes();
        await checkCards();
    }
}

/** Each choice of a quiz is tried with the keyboard: one is right, each says so, and the answer opens. */
async function checkQuizzes() {
    const quizzes = await browser.evaluate(() => {
        const buttons = [...document.querySelectorAll('ol.choices')].map((list) => list.querySelectorAll('button').length);
        return { buttons, answers: document.querySelectorAll('details.answer').length };
    });
    if (quizzes.buttons.length !== quizzes.answers) {
        complain(where, `${quizzes.answers} answers, ${quizzes.buttons.length} lists of choices`);
    }
    // A page that is not translated speaks English in every edition.
    const isChinese = await browser.evaluate(() => document.querySelector('main h1').closest('[lang]').lang === 'zh-CN');
    const [yes, no] = isChinese ? ['对', '不对'] : ['Yes', 'No'];
    for (const [quiz, buttons] of quizzes.buttons.entries()) {
        const seen = [];
        for (let choice = 0; choice < buttons; choice += 1) {
            const focus = (quiz, choice) => document.querySelectorAll('ol.choices')[quiz].querySelectorAll('button')[choice].focus();
            await browser.evaluate(focus, quiz, choice);
            await browser.press('Enter');
            seen.push(await browser.evaluate(quizState, quiz));
        }
        const right = seen.filter((state) => state.right === 1 && state.wrong === 0 && state.says.startsWith(yes));
        const wrong = seen.filter((state) => state.right === 0 && state.wrong === 1 && state.says.startsWith(no));
        if (right.length !== 1 || wrong.length !== buttons - 1 || !seen.every((state) => state.isOpen)) {
            complain(where, `quiz ${quiz + 1} does not answer as it should: ${JSON.stringify(seen)}`);
        }
    }
}

/** A card turns with the keyboard, and turns back. */
async function checkCards() {
    const count = await browser.evaluate(() => document.querySelectorAll('details.card').length);
    const isOpen = (place) => document.querySelectorAll('details.card')[place].open;
    for (let place = 0; place < Math.min(count, 2); place += 1) {
        await browser.evaluate((place) => {
            const card = document.querySelectorAll('details.card')[place];
            card.open = false;
            card.querySelector('summary').focus();
        }, place);
        for (const wanted of [true, false]) {
            await browser.press('Enter');
            if ((await browser.evaluate(isOpen, place)) !== wanted) {
                complain(where, `card ${place + 1} does not turn`);
            }
        }
    }
}

/** A page of its own, without mdBook around it: it follows the reader's preference for light or dark. */
async function lookAtDrawn(file) {
    const url = pathToFileURL(file).href;
    for (const view of VIEWS) {
        for (const scheme of ['light', 'dark']) {
            where = `${basename(file)} (${view.name}, ${scheme})`;
            await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
            await show(url, view);
            await openAllFolds();
            await stepAll();
            (await browser.evaluate(faults, view.width)).forEach((fault) => complain(where, fault));
            (await browser.evaluate(faintTexts)).forEach((text) => complain(where, `too faint: ${text}`));
            (await browser.evaluate(misplacedSigns)).forEach((fault) => complain(where, fault));
            if (axeSource) {
                await browser.send('Runtime.evaluate', { expression: axeSource });
                (await browser.evaluate(violations)).forEach((violation) => complain(where, violation));
            }
            if (shots) {
                await draw(join(shots, `drawn-${view.name}-${scheme}.png`), view);
            }
        }
    }
    await browser.send('Emulation.setEmulatedMedia', { features: [] });
    where = basename(file);
    await show(url, VIEWS[0]);
    await checkPlayers();
}

async function show(url, view) {
    await setView(view);
    await browser.open(url);
}

async function setView({ width, height, mobile }) {
    await browser.send('Emulation.setDeviceMetricsOverride', { width, height, mobile, deviceScaleFactor: 1 });
}

/** Chooses a theme as a reader does. */
async function choose(theme) {
    const classes = await browser.evaluate((theme) => {
        document.getElementById(`mdbook-theme-${theme}`).click();
        return document.documentElement.className;
    }, theme);
    if (!classes.split(' ').includes(theme)) {
        complain(where, `does not show the theme ${theme}: ${classes}`);
    }
}

async function openAllFolds() {
    await browser.evaluate(() => document.querySelectorAll('details').forEach((fold) => (fold.open = true)));
}

/** Takes the second step of every player: there something has happened, and something is to come. */
async function stepAll() {
    await browser.evaluate(() => {
        for (const button of document.querySelectorAll('.timeline-player [data-key="ArrowRight"]')) {
            button.click();
            button.click();
        }
    });
}

/** Every figure, every picture and every button has a name for those who cannot see it. */
async function checkNames() {
    const { nodes } = await browser.send('Accessibility.getFullAXTree');
    const count = (role, isNamed) =>
        nodes.filter(
            (node) => node.role?.value === role && !node.ignored && Boolean(node.name?.value?.trim()) === isNamed,
        ).length;
    const figures = await browser.evaluate(() => document.querySelectorAll('figure').length);
    if (count('figure', true) !== figures) {
        complain(where, `${figures} figures, of which a screen reader can name ${count('figure', true)}`);
    }
    // mdBook's own icons have no name; the buttons around them have.
    const pictures = await browser.evaluate(() => document.querySelectorAll('main svg.timeline, main img').length);
    if (count('image', true) < pictures) {
        complain(where, `${pictures} pictures, of which a screen reader can name ${count('image', true)}`);
    }
    if (count('button', false) > 0) {
        complain(where, `${count('button', false)} buttons without a name`);
    }
}

/** Every file that the page refers to is there, and every anchor is in its page. */
async function checkReferences() {
    const { links, parts } = await browser.evaluate(references);
    for (const part of parts.filter((part) => !part.startsWith('file:') && !part.startsWith('data:'))) {
        complain(where, `takes a part from elsewhere: ${part}`);
    }
    for (const link of [...new Set([...links, ...parts])].filter((link) => link.startsWith('file:'))) {
        const target = new URL(link);
        const anchor = decodeURIComponent(target.hash.slice(1));
        target.hash = '';
        const file = fileURLToPath(target);
        if (!file.startsWith(book)) {
            complain(where, `leads out of the book: ${link}`);
        } else if (!existsSync(file)) {
            complain(where, `leads to nothing: ${link}`);
        } else if (anchor !== '' && !readFileSync(file, 'utf8').includes(`id="${anchor}"`)) {
            complain(where, `leads to no such place: ${link}`);
        }
    }
}

/** Each picture can be stepped through with keys alone, from the first instant to the last and back. */
async function checkPlayers() {
    const count = await browser.evaluate(() => document.querySelectorAll('.timeline-player').length);
    const pictures = await browser.evaluate(() => document.querySelectorAll('main svg.timeline').length);
    if (count !== pictures) {
        complain(where, `${pictures} pictures, ${count} players`);
    }
    for (let place = 0; place < count; place += 1) {
        await browser.evaluate(focusPlayer, place);
        const before = await browser.evaluate(playerState, place);
        const expect = (condition, what) => condition || complain(where, `${before.name}: ${what}`);
        const instants = before.count;
        expect(instants >= 2 && before.lines === 0 && before.faint === 0, `is not whole at first: ${before.where}`);

        const seen = [];
        for (let step = 1; step <= instants; step += 1) {
            await browser.press('ArrowRight');
            seen.push(await browser.evaluate(playerState, place));
        }
        expect(seen.every((state) => state.says.length > 8), 'says nothing at some instant');
        expect(seen.every((state) => state.hasFocus), 'loses the focus');
        expect(seen.every((state) => state.address === before.address), 'turns the page');
        expect(seen.every((state) => state.lines > 0), 'shows no line at the instant');
        expect(new Set(seen.map((state) => state.where)).size === instants, 'does not go forward');
        expect(seen[0].faint > 0 && seen.at(-1).faint === 0, 'does not fade what is to come');

        checkCode(before, seen, expect);
        expect(before.levels === 0 || seen.some((state) => / holds \d/.test(state.says)), 'does not say what a queue holds');
        expect(seen.every((state, step) => Number(state.slider) === step + 1), 'does not move its slider');

        await browser.press('ArrowLeft');
        const back = await browser.evaluate(playerState, place);
        expect(back.where === seen.at(-2).where && back.says === seen.at(-2).says, 'does not go back');
        await browser.press('Home');
        expect((await browser.evaluate(playerState, place)).where === seen[0].where, 'does not go to the first instant');
        await browser.press('End');
        expect((await browser.evaluate(playerState, place)).where === seen.at(-1).where, 'does not go to the last instant');
        await browser.press('Escape');
        const after = await browser.evaluate(playerState, place);
        expect(after.where === before.where && after.lines === 0, 'does not show the whole picture again');
        expect(after.marked.length === 0, 'leaves a mark in the code');
        await checkParameters(place, before.name);
    }
}

/** The lines that run are marked in the code below the picture, at every step at which the picture knows them. */
function checkCode(before, seen, expect) {
    if (!before.hasCode) {
        return;
    }
    expect(before.marked.length === 0, 'marks a line before the first step');
    expect(seen.every((state) => state.codeIsOpen), 'does not open its code');
    expect(seen.some((state) => state.marked.includes('▶')), 'never marks a line that runs');
    expect(seen.filter((state) => state.marked.length > 0).length > seen.length / 2, 'marks lines at few steps only');
    expect(seen.every((state) => !state.marked.includes('▶') || state.says.includes('▶ ')), 'marks what it does not say');
}

/** Each parameter is moved with keys alone, to its last value and back, and the run changes with it. */
async function checkParameters(place, name) {
    const expect = (condition, what) => condition || complain(where, `${name}: ${what}`);
    const parameters = await browser.evaluate(parametersOf, place);
    const before = await browser.evaluate(playerState, place);
    for (const [parameter, count] of parameters.entries()) {
        const seen = [before];
        for (let step = 1; step < count; step += 1) {
            await browser.evaluate(focusParameter, place, parameter);
            await browser.press('ArrowRight');
            seen.push(await browser.evaluate(playerState, place));
        }
        expect(new Set(seen.map((state) => state.picture)).size === count, `does not show a run for each value of ${parameter}`);
        expect(new Set(seen.map((state) => state.values)).size === count, `does not move parameter ${parameter}`);
        expect(seen.every((state) => state.result !== ''), 'does not say when the run ends');
        expect(seen.every((state) => state.address === before.address), 'turns the page');
        expect(seen.every((state) => state.hasFocus), 'loses the focus');
        expect(seen.every((state) => state.lines === 0 && state.says === ''), 'steps when a parameter moves');
        // A run that was chosen steps as the first one does.
        await browser.evaluate(focusPlayer, place);
        await browser.press('ArrowRight');
        const stepped = await browser.evaluate(playerState, place);
        expect(stepped.says.length > 8 && stepped.lines > 0, 'does not step through the run that was chosen');
        await browser.press('Escape');
        for (let step = 1; step < count; step += 1) {
            await browser.evaluate(focusParameter, place, parameter);
            await browser.press('ArrowLeft');
        }
        const after = await browser.evaluate(playerState, place);
        expect(after.picture === before.picture && after.result === before.result, 'does not come back to the first run');
    }
}

/** As it is first seen, and in the middle of a step with all folds open; by day and by night. */
async function checkWithAxe() {
    await browser.send('Runtime.evaluate', { expression: axeSource });
    for (const theme of ['light', 'navy']) {
        await choose(theme);
        (await browser.evaluate(violations)).forEach((violation) => complain(`${where} (${theme})`, violation));
    }
    await openAllFolds();
    await stepAll();
    for (const theme of ['navy', 'light']) {
        await choose(theme);
        (await browser.evaluate(violations)).forEach((violation) => complain(`${where} (${theme}, stepped)`, violation));
    }
    await show(await browser.evaluate(() => location.href), VIEWS[0]);
}

/** Without scripts the whole picture is there, and no button that does nothing. */
async function withoutScripts(page) {
    where = `${page} (without scripts)`;
    await browser.send('Emulation.setScriptExecutionDisabled', { value: true });
    await browser.open(pathToFileURL(join(folder, page)).href);
    await browser.send('Emulation.setScriptExecutionDisabled', { value: false });
    const seen = await browser.evaluate(() => ({
        pictures: [...document.querySelectorAll('main svg.timeline')].map((svg) => svg.getBoundingClientRect().height),
        players: document.querySelectorAll('.timeline-player').length,
        codes: document.querySelectorAll('figure details.code pre > code').length,
    }));
    if (seen.pictures.length === 0 || seen.pictures.some((height) => height < 50) || seen.players > 0 || seen.codes === 0) {
        complain(where, `does not show its pictures: ${JSON.stringify(seen)}`);
    }
}

/** The search works from files too. */
async function search(page, word) {
    where = `${page} (search)`;
    await show(`${pathToFileURL(join(folder, page)).href}?search=${word}`, VIEWS[0]);
    const found = await browser.evaluate(async () => {
        for (let tries = 0; tries < 100; tries += 1) {
            const results = document.querySelectorAll('#mdbook-searchresults li');
            if (results.length > 0) {
                return [...results].map((result) => result.textContent.replace(/\s+/g, ' '));
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return [];
    });
    if (!found.some((result) => result.includes('hedge'))) {
        complain(where, `does not find "${word}"`);
    }
    if (found.some((result) => result.includes('stroke'))) {
        complain(where, 'finds the styles of the pictures');
    }
    if (shots) {
        await draw(join(shots, edition ?? '', 'search.png'), VIEWS[0]);
    }
}

async function draw(file, view) {
    mkdirSync(dirname(file), { recursive: true });
    const height = await browser.evaluate(() => document.documentElement.scrollHeight);
    const clip = { x: 0, y: 0, width: view.width, height, scale: 1 };
    const { data } = await browser.send('Page.captureScreenshot', { clip, captureBeyondViewport: true });
    writeFileSync(file, Buffer.from(data, 'base64'));
}
