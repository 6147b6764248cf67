// Opens every page of the built book in a real browser, from files, and says what is wrong with it.
//
//     node book/tests/browser.mjs [--shots FOLDER] [--only PAGE] [--jobs N] [--axe FILE] [--drawn FILE] [--edition LANGUAGE] [BOOK]
//
// BOOK is the folder that mdBook wrote, book/book if nothing is said. With --shots each page is also drawn into FOLDER.
// --only looks at one page, `03-join` or `exercises/03-join`. --jobs is how many browsers share the pages: as many as there are cores if
// nothing is said. FILE is axe-core's `axe.min.js`; with it each page is searched for what readers with
// other abilities would miss. --drawn looks at a page that the crate `draw` has written, too. --edition looks at the pages in another
// language, `zh-CN`: as at the others, and beside those that they were translated from. The exit code is 0 if nothing is wrong, 1 if
// something is, 2 if there is no browser or no book.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
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
    paperFaults,
    parametersOf,
    playerState,
    quizState,
    references,
    unreached,
    violations,
    watchFocus,
} from './in_page.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const VIEWS = [
    { name: 'desktop', width: 1280, height: 900, mobile: false },
    { name: 'phone', width: 360, height: 740, mobile: true },
];
const THEMES = ['light', 'rust', 'coal', 'navy', 'ayu'];

// What axe says of mdBook's own parts and the book cannot mend. There is nothing; `theme/access.js` mends what there was.
// The one rule that is left out is of another level: seven to one is AAA, and mdBook's themes aim at AA, which is checked.
const WITHOUT_RULES = ['color-contrast-enhanced'];

const texts = new Map();
const problems = [];
const complain = (where, what) => problems.push(`${where}: ${what}`);

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
const shots = option('--shots');
const only = option('--only');
const axe = option('--axe');
const drawn = option('--drawn');
const edition = option('--edition');
const jobsWanted = option('--jobs');
// One process of several: `2/3`.
const share = option('--share');
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
// Of an edition, the pages that are translated, and one that is not. An edition is a book of its own in a folder of this one.
const translated = edition ? translatedPages(book, edition) : [];
const isOfAnother = (file) => file.includes('/') && existsSync(join(folder, file.split('/')[0], 'index.html'));
const pages = readdirSync(folder, { recursive: true })
    .map((file) => file.replaceAll('\\', '/'))
    // The grids of runs are parts of pages.
    .filter((file) => file.endsWith('.html') && file !== 'toc.html' && !file.startsWith('output/') && !isOfAnother(file))
    .filter((file) => !edition || translated.includes(file) || file === '01-futures.html')
    .filter((file) => !only || file === `${only}.html`)
    .sort();
if (pages.length === 0) {
    console.error(`there is no page ${only} in ${folder}`);
    process.exit(2);
}
const jobs = Number(jobsWanted ?? (only ? 1 : Math.min(4, availableParallelism())));
if (jobs > 1 && !share) {
    process.exit(await shareOut());
}

// What there is to do, each with its weight: the longest page takes the longest.
const tasks = pages.map((page) => ({ weight: statSync(join(folder, page)).size, run: () => look(page) }));
const also = (run) => tasks.push({ weight: 300_000, run });
if (edition) {
    for (const page of pages.filter((page) => translated.includes(page))) {
        also(() => lookAtEdition(page));
    }
}
if (drawn && !edition) {
    also(() => lookAtDrawn(resolve(drawn)));
}
if (!only) {
    also(() => withoutScripts('03-join.html'));
    also(() => search('introduction.html', 'hedge'));
}
if (!only && !edition) {
    also(() => withoutScripts('05-queues.html'));
    also(() => withoutScripts('exercises/03-join.html', false));
    also(() => searchWithKeys('exercises/03-join.html', 'waker'));
    also(() => controls('introduction.html'));
    also(() => ticks());
    also(() => reachable('introduction.html'));
    also(() => reachable('03-join.html'));
    also(() => reachable('exercises/03-join.html'));
}

const browser = await Browser.start(program);
let where = '';
browser.listeners.add(watch);
// The pages for print open the dialog by themselves, and it would stop them in the middle of a look.
await browser.send('Page.addScriptToEvaluateOnNewDocument', { source: 'window.print = () => {};' });
for (const task of mine(tasks)) {
    // A page that is left while it is looked at, for example.
    await task.run().catch((error) => complain(where, error.message));
}
await browser.close();

if (problems.length > 0) {
    console.error(problems.join('\n'));
    console.error(`\n${problems.length} problems${share ? ` in share ${share}` : ''}`);
    process.exit(1);
}
if (!share) {
    console.log(`${pages.length} pages: nothing is wrong`);
}

/** Several browsers, each with a share of the pages. Returns the exit code. */
async function shareOut() {
    const run = (_, place) => {
        const child = spawn(process.execPath, [...process.argv.slice(1), '--share', `${place + 1}/${jobs}`], { stdio: 'inherit' });
        return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 2)));
    };
    const worst = Math.max(...(await Promise.all(Array.from({ length: jobs }, run))));
    if (worst === 0) {
        console.log(`${pages.length} pages: nothing is wrong`);
    }
    return worst;
}

/** A page that is translated, beside the one that it was translated from. */
async function lookAtEdition(page) {
    where = `${page} (${edition})`;
    await compare(browser, book, edition, page, (what) => complain(where, what));
    for (const view of VIEWS) {
        where = `${page} (${edition}, ${view.name}, the other language)`;
        await setView(view);
        await checkSwitch(browser, book, edition, page, axeSource, (what) => complain(where, what));
    }
}

/** The share of this process: the heaviest task goes to whoever has the least to do, and so on. */
function mine(tasks) {
    const [number, of] = share ? share.split('/').map(Number) : [1, 1];
    const shares = Array.from({ length: of }, () => ({ weight: 0, tasks: [] }));
    for (const task of [...tasks].sort((a, b) => b.weight - a.weight)) {
        const least = shares.reduce((least, share) => (share.weight < least.weight ? share : least));
        least.weight += task.weight;
        least.tasks.push(task);
    }
    return shares[number - 1].tasks;
}

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
    const isWholeBook = page === 'print.html';
    for (const view of VIEWS) {
        where = `${page} (${view.name})`;
        await show(url, view);
        (await browser.evaluate(faults, view.width)).forEach((fault) => complain(where, fault));
        const misplaced = await browser.evaluate(misplacedPairs, !view.mobile);
        if (misplaced > 0) {
            complain(where, `${misplaced} pairs of programs are ${view.mobile ? '' : 'not '}beside each other`);
        }
        // As it is first seen by day, and with all open in the middle of a step by night. The pages for print have everything twice.
        const isForAxe = axeSource && !view.mobile && !isWholeBook;
        if (!view.mobile) {
            await choose('light');
            await checkNames();
            await checkReferences();
        }
        if (isForAxe) {
            await checkWithAxe('light');
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
            if (isForAxe && theme === 'navy') {
                await checkWithAxe('navy, stepped');
            }
            if (shots && !isWholeBook && (theme === 'light' || theme === 'navy')) {
                const name = page.replace('.html', '').replaceAll('/', '-');
                await draw(join(shots, edition ?? '', `${name}-${view.name}-${theme}.png`), view);
            }
        }
    }
    where = page;
    await show(url, VIEWS[0]);
    await choose('light');
    await checkPaper(isWholeBook);
    // For print, players are left out by the styles, and their buttons with them.
    if (!isWholeBook) {
        await checkPlayers();
        await checkQuizzes();
        await checkCards();
    }
}

/** On paper every run is whole and every fold is open, whatever the reader has done. */
async function checkPaper(isWholeBook) {
    await stepAll();
    const closed = () => document.querySelectorAll('main details:not([open])').length;
    const before = await browser.evaluate(closed);
    await browser.send('Emulation.setEmulatedMedia', { media: 'print' });
    await browser.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    (await browser.evaluate(paperFaults, isWholeBook)).forEach((fault) => complain(where, `on paper: ${fault}`));
    await browser.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    await browser.send('Emulation.setEmulatedMedia', { media: '' });
    const after = await browser.evaluate(closed);
    if (after !== before) {
        complain(where, `${before} folds were closed before the print, ${after} after it`);
    }
    await browser.evaluate(() => {
        for (const button of document.querySelectorAll('.timeline-player [data-key="ArrowRight"]')) {
            button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
        }
    });
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
                (await browser.evaluate(violations, 'html', WITHOUT_RULES)).forEach((violation) => complain(where, violation));
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
        // The files of the exercises are beside the book, in the folder in which it was built.
        const ofExercise = relative(dirname(dirname(book)), file);
        if (/^exercises\/[^/]+\/\w+\.rs$/.test(ofExercise.replaceAll('\\', '/')) && existsSync(file)) {
            continue;
        }
        if (!file.startsWith(book)) {
            complain(where, `leads out of the book: ${link}`);
        } else if (!existsSync(file)) {
            complain(where, `leads to nothing: ${link}`);
        } else if (anchor !== '' && !textOf(file).includes(`id="${anchor}"`)) {
            complain(where, `leads to no such place: ${link}`);
        }
    }
}

/** A file of the book. Many links lead to the same few pages. */
function textOf(file) {
    if (!texts.has(file)) {
        texts.set(file, readFileSync(file, 'utf8'));
    }
    return texts.get(file);
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

/** The whole page, mdBook's own parts too. */
async function checkWithAxe(state) {
    await browser.send('Runtime.evaluate', { expression: axeSource });
    const found = await browser.evaluate(violations, 'html', WITHOUT_RULES);
    found.forEach((violation) => complain(`${where} (${state})`, violation));
}

/** Without scripts the whole picture is there, and no button that does nothing. */
async function withoutScripts(page, hasPictures = true) {
    where = `${page} (without scripts)`;
    await browser.send('Emulation.setScriptExecutionDisabled', { value: true });
    await browser.open(pathToFileURL(join(folder, page)).href);
    await browser.send('Emulation.setScriptExecutionDisabled', { value: false });
    const seen = await browser.evaluate(() => ({
        pictures: [...document.querySelectorAll('main svg.timeline')].map((svg) => svg.getBoundingClientRect().height),
        players: document.querySelectorAll('.timeline-player').length,
        codes: document.querySelectorAll('figure details.code pre > code').length,
        text: document.querySelector('main').innerText.length,
        // Without scripts the side bar is a page in a frame.
        contents: document.querySelectorAll('nav noscript').length,
    }));
    if (seen.text < 2000 || seen.contents === 0) {
        complain(where, `does not show its text: ${JSON.stringify(seen)}`);
    }
    if (!hasPictures) {
        return;
    }
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
    if (found.some((result) => result.startsWith('What people write: lesson'))) {
        complain(where, 'finds wrong answers and solutions, for which nobody has asked');
    }
    if (shots) {
        await draw(join(shots, edition ?? '', 'search.png'), VIEWS[0]);
    }
}

/** The search from the keyboard alone: a key opens it, a word is typed, an arrow goes to what was found, and Enter opens that. */
async function searchWithKeys(page, word) {
    where = `${page} (search with keys)`;
    await show(pathToFileURL(join(book, page)).href, VIEWS[0]);
    await browser.press('/');
    const isOpen = () => document.activeElement?.id === 'mdbook-searchbar';
    if (!(await until(isOpen))) {
        complain(where, 'the key / does not open the search');
        return;
    }
    await browser.send('Input.insertText', { text: word });
    // mdBook searches when a key is let go.
    await browser.press('End');
    if (!(await until(() => document.querySelectorAll('#mdbook-searchresults li a').length > 0))) {
        complain(where, `does not find "${word}"`);
        return;
    }
    await browser.press('ArrowDown');
    const before = await browser.evaluate(() => location.pathname);
    await browser.press('Enter');
    const isThere = (before) => location.pathname !== before || location.search.includes('highlight');
    if (!(await until(isThere, before))) {
        complain(where, 'Enter does not open what was found');
    }
}

/** Waits until something holds in the page; says whether it came to that. */
async function until(condition, ...args) {
    for (let tries = 0; tries < 100; tries += 1) {
        // A page that is left just now does not answer.
        if (await browser.evaluate(condition, ...args).catch(() => false)) {
            return true;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
}

/** mdBook's own controls, in each state that they have: what axe says of them, and what keys do. */
async function controls(page) {
    const url = pathToFileURL(join(book, page)).href;
    for (const view of VIEWS) {
        await show(url, view);
        for (const theme of THEMES) {
            where = `${page} (${view.name}, ${theme}, controls)`;
            await choose(theme);
            await browser.evaluate(() => document.getElementById('mdbook-theme-toggle').focus());
            await browser.press('Enter');
            if (!(await until(() => document.getElementById('mdbook-theme-list').checkVisibility()))) {
                complain(where, 'the list of themes does not open');
            }
            await checkControls('themes');
            await browser.press('Escape');
            await browser.press('/');
            await until(() => document.activeElement?.id === 'mdbook-searchbar');
            await browser.evaluate(() => (document.getElementById('mdbook-searchbar').value = 'waker'));
            await browser.press('End');
            await until(() => document.querySelectorAll('#mdbook-searchresults li').length > 0);
            await checkControls('search');
            await browser.press('Escape');
            // The side bar: closed where there is room for it, open where there is not.
            const isExpanded = () => document.getElementById('mdbook-sidebar-toggle').getAttribute('aria-expanded');
            const before = await browser.evaluate(isExpanded);
            await browser.evaluate(() => document.getElementById('mdbook-sidebar-toggle').focus());
            await browser.press('Enter');
            const isOther = (before) => document.getElementById('mdbook-sidebar-toggle').getAttribute('aria-expanded') !== before;
            if (!(await until(isOther, before))) {
                complain(where, 'the side bar does not follow the key');
            }
            await checkControls('side bar');
            await browser.press('Enter');
        }
    }
    where = `${page} (controls)`;
    await show(url, VIEWS[0]);
    await browser.press('Tab');
    await browser.press('Enter');
    if (!(await browser.evaluate(() => document.activeElement === document.querySelector('main')))) {
        complain(where, 'the first tab stop does not lead to the text');
    }
}

async function checkControls(state) {
    // Colours and places fade in.
    await until(() => document.getAnimations().every((animation) => animation.playState !== 'running'));
    if (axeSource) {
        await checkWithAxe(state);
    }
}

/** Everything that can be operated is reached with the tab key alone, and shows that it has the focus. */
async function reachable(page) {
    where = `${page} (tab key)`;
    await show(pathToFileURL(join(book, page)).href, VIEWS[0]);
    await choose('light');
    const count = await browser.evaluate(watchFocus);
    // What scrolls by itself is a stop, too.
    for (let step = 0; step < count + 150; step += 1) {
        await browser.press('Tab');
    }
    (await browser.evaluate(unreached)).forEach((fault) => complain(where, fault));
}

/** What has passed has a tick and its solution; what has not has neither. */
async function ticks() {
    where = 'ticks';
    const passed = { '03-join/fan_out': '// </script> why it works\nfn ask_all() {}\n' };
    const body = Buffer.from(`window.workbookPassed = ${JSON.stringify(passed)};`).toString('base64');
    const answer = (method, { requestId }) => {
        if (method === 'Fetch.requestPaused') {
            browser.send('Fetch.fulfillRequest', { requestId, responseCode: 200, body });
        }
    };
    browser.listeners.add(answer);
    await browser.send('Fetch.enable', { patterns: [{ urlPattern: '*/progress.js' }] });
    for (const [page, ticks] of [['exercises/03-join.html', ['fan_out']], ['03-join.html', ['fan_out']], ['pitfalls.html', ['03-join/fan_out']]]) {
        where = `${page} (ticks)`;
        await show(pathToFileURL(join(book, page)).href, VIEWS[0]);
        await until(() => window.workbookPassed !== undefined);
        const seen = await browser.evaluate(() => ({
            ticks: [...document.querySelectorAll('td .passed')].map((tick) => tick.previousElementSibling.textContent),
            solutions: [...document.querySelectorAll('details.solution')]
                .filter((fold) => fold.querySelector('code.language-rust'))
                .map((fold) => [fold.dataset.exercise, fold.querySelector('code.language-rust').textContent]),
        }));
        const solutions = page.startsWith('exercises/') ? Object.entries(passed) : [];
        if (JSON.stringify(seen) !== JSON.stringify({ ticks, solutions })) {
            complain(where, `shows ${JSON.stringify(seen)}`);
        }
        if (shots && page.startsWith('exercises/')) {
            await openAllFolds();
            await draw(join(shots, 'ticks.png'), VIEWS[0]);
        }
    }
    await browser.send('Fetch.disable');
    browser.listeners.delete(answer);
}

async function draw(file, view) {
    mkdirSync(dirname(file), { recursive: true });
    const height = await browser.evaluate(() => document.documentElement.scrollHeight);
    const clip = { x: 0, y: 0, width: view.width, height, scale: 1 };
    const { data } = await browser.send('Page.captureScreenshot', { clip, captureBeyondViewport: true });
    writeFileSync(file, Buffer.from(data, 'base64'));
}
