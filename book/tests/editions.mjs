// The book in another language, beside the one in English: what must be the same in both, and the way from one to the other.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { differences, partsInMenu, violations } from './in_page.mjs';

/** How often the key Tab is pressed before somebody gives up. There are few buttons above a page. */
const PATIENCE = 12;

/** The pages that an English page knows to be translated: `03-join.html`. */
export function translatedPages(book, language) {
    const script = readdirSync(join(book, 'theme')).find((file) => /^edition.*\.js$/.test(file));
    const known = /window\.edition = (\{.*\});\n/.exec(readFileSync(join(book, 'theme', script), 'utf8'));
    const edition = JSON.parse(known[1]).others.find((other) => other.language === language);
    return (edition?.pages ?? []).map((page) => `${page}.html`);
}

/** Code, outputs, pictures, names of places, links and numbers are the same, and so is the order of headings and paragraphs. */
export async function compare(browser, book, language, page, complain) {
    const english = readFileSync(join(book, page), 'utf8');
    const other = readFileSync(join(book, language, page), 'utf8');
    (await browser.evaluate(differences, english, other)).forEach(complain);
}

/** With the keyboard alone, from a place of the English page to the same place of the other one, and back. */
export async function checkSwitch(browser, book, language, page, axeSource, complain) {
    const address = (folder, place) => pathToFileURL(join(book, folder, page)).href + place;
    await browser.open(address('', ''));
    const place = await browser.evaluate(() => `#${[...document.querySelectorAll('main h2')].at(1).id}`);
    await browser.evaluate((place) => (location.hash = place), place);
    for (const [from, to] of [['', language], [language, '']]) {
        await checkMenu(browser, axeSource, complain);
        if (!(await reach(browser, '.other-language'))) {
            complain(`no key leads to the link to ${address(to, '')}`);
            return;
        }
        await browser.arrive(address(to, place), () => browser.press('Enter'));
        const here = await browser.evaluate(() => ({ address: location.href, language: document.documentElement.lang }));
        if (here.address !== address(to, place) || here.language !== (to || 'en')) {
            complain(`the link of ${address(from, place)} leads to ${here.address}, in ${here.language}`);
            return;
        }
    }
}

/** The link is to be seen, names its language, and axe finds nothing in it. */
async function checkMenu(browser, axeSource, complain) {
    const { links, room } = await browser.evaluate(partsInMenu);
    if (links.length !== 1 || links.some((link) => link.right > room || link.width < 20 || link.height < 24)) {
        complain(`the link to the other language is not to be seen: ${JSON.stringify(links)} in ${room} pixels`);
    }
    if (links.some((link) => link.lang === '' || link.text.trim() === '')) {
        complain(`the link does not say its language: ${JSON.stringify(links)}`);
    }
    if (axeSource) {
        await browser.send('Runtime.evaluate', { expression: axeSource });
        (await browser.evaluate(violations, '.other-language')).forEach(complain);
    }
}

/** Goes on with Tab from the first button above the page, until an element has the focus. */
async function reach(browser, selector) {
    const isThere = (selector) => document.activeElement?.matches(selector) ?? false;
    await browser.evaluate(() => document.querySelector('#mdbook-menu-bar button').focus());
    for (let tries = 0; tries < PATIENCE; tries += 1) {
        await browser.press('Tab');
        if (await browser.evaluate(isThere, selector)) {
            return true;
        }
    }
    return false;
}
