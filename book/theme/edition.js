// The language of this book, and the others that it was built in.
//
// A book that is built alone knows of no others: then there is no link to them. `book/po/run build` writes here, into what was
// built, which others there are, and what the scripts say in their language. English is what they say without it.
'use strict';

window.edition = { others: [], words: {} };

(() => {
    // A page that is not translated speaks English as a whole.
    if (document.querySelector('main > .not-translated')) {
        window.edition.words = {};
    }
    const { others, words } = window.edition;
    const say = (english) => words[english] ?? english;

    // The edition of this page is in `root`; a translation is in a folder of the English one.
    const root = new URL(path_to_root || './', location.href).href;
    const page = location.pathname.slice(new URL(root).pathname.length).replace(/\.html$/, '') || 'index';
    const isEnglish = document.documentElement.lang === 'en';

    for (const { language, name, pages } of others) {
        if (pages && !pages.includes(page)) {
            continue;
        }
        const link = document.createElement('a');
        link.className = 'other-language';
        link.lang = link.hreflang = language;
        link.rel = 'alternate';
        link.textContent = name;
        const folder = new URL(isEnglish ? `${language}/` : '../', root);
        // Headings have the same names in every language: the reader stays at the place.
        const lead = () => (link.href = new URL(`${page}.html${location.hash}`, folder).href);
        lead();
        addEventListener('hashchange', lead);
        document.querySelector('#mdbook-menu-bar .right-buttons')?.append(link);
    }

    if (Object.keys(words).length === 0) {
        return;
    }
    // What mdBook says in English whatever the language is.
    const OF_MDBOOK = [
        say('Toggle Table of Contents'),
        say('Table of contents'),
        say('Change theme'),
        say('Toggle Searchbar'),
        say('Search (`/`)'),
        say('Search this book ...'),
        say('Print this book'),
        say('Page navigation'),
        say('Previous chapter'),
        say('Next chapter'),
    ];
    for (const attribute of ['title', 'aria-label', 'placeholder']) {
        for (const element of document.querySelectorAll(`body [${attribute}]`)) {
            const translated = say(element.getAttribute(attribute));
            if (OF_MDBOOK.includes(translated)) {
                element.setAttribute(attribute, translated);
            }
        }
    }
    // The code below a picture was written by the recorder, in English, and the chapter includes it.
    for (const fold of document.querySelectorAll('main details.code')) {
        const summary = fold.querySelector('summary');
        if (summary.textContent === 'The code, and the line that runs at each step') {
            summary.textContent = say('The code, and the line that runs at each step');
        }
        for (const place of fold.querySelectorAll('p > code')) {
            const [, file, first, last] = /^(.+), lines? (\d+)(?: to (\d+))?$/.exec(place.textContent) ?? [];
            if (file) {
                const lines = last ? say('lines {first} to {last}') : say('line {first}');
                place.after(say(', '), lines.replace('{first}', first).replace('{last}', last));
                place.textContent = file;
            }
        }
    }
    // Programs, what they print and what is drawn of them are the same in every language.
    for (const element of document.querySelectorAll('main pre, main svg.timeline, main .timeline-grid')) {
        element.lang = 'en';
    }
})();
