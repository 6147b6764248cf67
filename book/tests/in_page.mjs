// What is looked at inside a page. Each function is sent to the browser as text, so it stands on its own.

/** What is wrong with the page as it stands, in sentences. `width` is the width of the window. */
export function faults(width) {
    const found = [];
    // mdBook hides what is too wide for the page, so the page itself does not tell. What may be wider is what scrolls by
    // itself: code and tables.
    const room = Math.min(document.documentElement.clientWidth, width);
    // What is folded is looked at when it is open. To ask for its place now would lay it out by itself.
    const isFolded = (element) => element.closest('details:not([open]) > :not(summary)');
    const isWide = (element) =>
        !isFolded(element) &&
        element.getBoundingClientRect().right > room + 1 &&
        !element.closest('pre > *, .table-wrapper > *, svg > *');
    const wide = [...document.querySelectorAll('main, main *')].filter(isWide);
    if (wide.length > 0 || document.documentElement.scrollWidth > room) {
        const names = wide.slice(-3).map((element) => `${element.tagName} "${element.textContent.trim().slice(0, 40)}"`);
        found.push(`wider than its ${room} pixels: ${names.join(', ')}`);
    }
    if (document.body.textContent.includes('{{#')) {
        found.push('an include that was not replaced');
    }
    const [ids, twice] = [new Set(), new Set()];
    for (const { id } of document.querySelectorAll('[id]')) {
        (ids.has(id) ? twice : ids).add(id);
    }
    if (twice.size > 0) {
        found.push(`ids that occur twice: ${[...twice].join(', ')}`);
    }
    for (const image of document.querySelectorAll('img:not([alt])')) {
        found.push(`an image without a text: ${image.src}`);
    }
    for (const figure of document.querySelectorAll('figure')) {
        const caption = figure.querySelector('figcaption')?.textContent.trim() ?? '';
        const svg = figure.querySelector('svg');
        const text = (attribute) => document.getElementById(svg?.getAttribute(attribute))?.textContent.trim() ?? '';
        if (caption === '' || text('aria-labelledby') === '' || text('aria-describedby').length < 40) {
            found.push(`a figure without its words: ${caption}`);
        }
        const box = svg?.getBoundingClientRect();
        if (!box || box.width < 200 || box.height < 50) {
            found.push(`a figure that cannot be seen: ${caption}`);
        }
    }
    for (const block of document.querySelectorAll('main pre > code')) {
        if (block.textContent.trim() === '') {
            found.push('an empty block of code');
        }
    }
    return found;
}

/** Text that is too faint for its background. 4.5 to one is what WCAG asks for. */
export function faintTexts() {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    // A page has thousands of texts, and a few dozen colours. To read a pixel back takes long.
    const colours = new Map();
    const parse = (colour) => {
        if (!colours.has(colour)) {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            colours.set(colour, [...canvas.getImageData(0, 0, 1, 1).data]);
        }
        return colours.get(colour);
    };
    const over = (front, back) => {
        const alpha = front[3] / 255;
        return [0, 1, 2].map((channel) => front[channel] * alpha + back[channel] * (1 - alpha)).concat(255);
    };
    const luminance = (colour) => {
        const linear = colour.slice(0, 3).map((value) => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const backgrounds = new Map([[null, [255, 255, 255, 255]]]);
    const background = (element) => {
        if (!backgrounds.has(element)) {
            const below = background(element.parentElement);
            backgrounds.set(element, over(parse(getComputedStyle(element).backgroundColor), below));
        }
        return backgrounds.get(element);
    };
    const seen = new Map();
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const style = getComputedStyle(element);
        const isShown = element.getClientRects().length > 0 && !element.closest('style, title, desc, [aria-disabled="true"]');
        if (walker.currentNode.textContent.trim() === '' || !isShown || style.visibility === 'hidden') {
            continue;
        }
        const back = background(element);
        const colour = element.closest('svg') ? style.fill : style.color;
        const [light, dark] = [luminance(over(parse(colour), back)), luminance(back)].sort((a, b) => b - a);
        const ratio = (light + 0.05) / (dark + 0.05);
        if (ratio < 4.5) {
            const name = `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`;
            seen.set(name, `${name} ${ratio.toFixed(1)}:1 (${element.textContent.trim().slice(0, 30)})`);
        }
    }
    return [...seen.values()];
}

/** Everything that the page refers to, as absolute addresses. */
export function references() {
    const links = [...document.querySelectorAll('a[href]')].map((link) => link.href);
    const parts = [...document.querySelectorAll('script[src], img[src], iframe[src]')].map((part) => part.src);
    const heads = [...document.querySelectorAll('link[href]')].map((part) => part.href);
    return { links, parts: [...parts, ...heads] };
}

/** Two programs stand beside each other where there is room for both, and one below the other where there is not. */
export function misplacedPairs(areBeside) {
    const isMisplaced = (pair) => {
        const [first, second] = [...pair.children].map((half) => half.getBoundingClientRect());
        return areBeside ? second.top !== first.top || second.left < first.right : second.top < first.bottom;
    };
    return [...document.querySelectorAll('.pair')].filter(isMisplaced).length;
}

/** Puts the focus on the button that goes forward, of one picture. */
export function focusPlayer(place) {
    document.querySelectorAll('.timeline-player')[place].querySelector('[data-key="ArrowRight"]').focus();
}

/** What one player shows. */
export function playerState(place) {
    const player = document.querySelectorAll('.timeline-player')[place];
    const svg = player.closest('figure').querySelector('svg.timeline');
    const lines = [...svg.querySelectorAll('.now')].filter((line) => line.style.display !== 'none');
    return {
        name: player.getAttribute('aria-label'),
        where: player.querySelector('.where').textContent,
        says: player.querySelector('.says').innerText,
        lines: lines.length,
        faint: svg.querySelectorAll('.to-come').length,
        hasFocus: player.contains(document.activeElement),
        address: location.href,
        slider: player.querySelector('.keys input').value,
        count: Number(player.querySelector('.keys input').max),
        hasCode: player.closest('figure').querySelector('details.code') !== null,
        codeIsOpen: player.closest('figure').querySelector('details.code')?.open ?? false,
        marked: [...player.closest('figure').querySelectorAll('.signs i')]
            .filter((sign) => sign.className !== '')
            .map((sign) => sign.textContent),
        result: player.querySelector('.result')?.textContent ?? '',
        picture: svg.id,
        levels: svg.querySelectorAll('g.gauge .level').length,
        values: svg.dataset.values ?? '',
    };
}

/** How many parameters a picture has, and how many values each of them. */
export function parametersOf(place) {
    const player = document.querySelectorAll('.timeline-player')[place];
    return [...player.querySelectorAll('.parameters > label, .parameters > fieldset')].map((parameter) => {
        const slider = parameter.querySelector('input[type="range"]');
        return slider ? Number(slider.max) + 1 : parameter.querySelectorAll('input').length;
    });
}

/** Puts the focus on one parameter of one picture. */
export function focusParameter(place, parameter) {
    const player = document.querySelectorAll('.timeline-player')[place];
    const input = [...player.querySelectorAll('.parameters > label, .parameters > fieldset')][parameter];
    (input.querySelector('input:checked') ?? input.querySelector('input')).focus();
}

/** Each mark in the code lies on its line: the same height, one below the other, and never more of them than lines. */
export function misplacedSigns() {
    const found = [];
    for (const layer of document.querySelectorAll('details.code .signs')) {
        const code = layer.parentElement.querySelector(':scope > code');
        const lines = code.textContent.replace(/\n$/, '').split('\n').length;
        if (lines !== layer.children.length) {
            found.push(`${lines} lines of code, ${layer.children.length} signs`);
            continue;
        }
        const style = getComputedStyle(code);
        const line = Number.parseFloat(style.lineHeight);
        const top = code.getBoundingClientRect().top + Number.parseFloat(style.paddingTop);
        [...layer.children].forEach((sign, place) => {
            const off = sign.getBoundingClientRect().top - (top + place * line);
            if (Math.abs(off) > 2) {
                found.push(`the sign of line ${place + 1} of ${lines} is off by ${off.toFixed(1)} pixels`);
            }
        });
    }
    return found.slice(0, 3);
}

/** What axe has to say of a part of the page as it stands. Its source was evaluated before. `without`: all of its rules but these,
    also those that it leaves out by itself. */
export async function violations(part = 'main', without = undefined) {
    const rules = axe.getRules().map(({ ruleId }) => ruleId).filter((rule) => !without?.includes(rule));
    const options = { resultTypes: ['violations'], preload: false };
    const results = await axe.run(part, without ? { ...options, runOnly: rules } : options);
    return results.violations.map((violation) => {
        const nodes = violation.nodes.slice(0, 3).map((node) => node.target.join(' '));
        return `axe: ${violation.id}, ${violation.help}: ${nodes.join(' | ')} (${violation.nodes.length})`;
    });
}

/** Numbers everything that a reader can operate and that is shown, and notes what gets the focus. Returns how many there are. */
export function watchFocus() {
    const operable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]');
    // Of a group of radio buttons the tab key reaches the one that is chosen; arrows reach the others.
    const isOne = (element) => element.type !== 'radio' || element.checked;
    const all = [...document.querySelectorAll(operable)].filter(
        (element) => element.tabIndex >= 0 && isShown(element) && isOne(element) && !element.disabled,
    );
    const clickable = [...document.querySelectorAll('[role="button"], label[for], [onclick]')].filter(isShown);
    window.focused = new Set();
    window.dim = new Set();
    window.operable = [...new Set([...all, ...clickable])];
    document.addEventListener('focusin', ({ target }) => {
        window.focused.add(target);
        const style = getComputedStyle(target);
        const isMarked = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || target.matches('#mdbook-searchbar');
        if (!isMarked && !target.matches('main')) {
            window.dim.add(target);
        }
    });
    return window.operable.length;
}

/** What no key has reached, and what does not show that it has the focus. */
export function unreached() {
    const name = (element) => `${element.tagName.toLowerCase()}#${element.id}.${element.className} "${element.textContent.trim().slice(0, 30)}"`;
    const missed = window.operable.filter((element) => !window.focused.has(element)).map((element) => `no key reaches ${name(element)}`);
    const dim = [...window.dim].map((element) => `does not show its focus: ${name(element)}`);
    return [...missed.slice(0, 5), ...dim.slice(0, 5)];
}

/** What would be wrong on paper. `isWholeBook`: then what people write stays folded. */
export function paperFaults(isWholeBook) {
    const found = [];
    const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const folded = [...document.querySelectorAll('main details:not([open])')];
    const wrong = folded.filter((fold) => !isWholeBook || !fold.matches('.attempt'));
    if (wrong.length > 0) {
        found.push(`${wrong.length} of its folds are closed`);
    }
    for (const [what, selector] of [
        ['buttons of players', '.timeline-player'],
        ['a veil', 'svg.timeline .veil'],
        ['the mark of an instant', 'svg.timeline .now'],
        ['the side bar', '#mdbook-sidebar'],
        ['the menu bar', '#mdbook-menu-bar'],
        ['signs of a step', 'details.code .signs'],
    ]) {
        if ([...document.querySelectorAll(selector)].some(isShown)) {
            found.push(`shows ${what}`);
        }
    }
    if ([...document.querySelectorAll('svg.timeline .to-come')].some((part) => getComputedStyle(part).opacity < 1)) {
        found.push('shows a part of a run only');
    }
    if ([...document.querySelectorAll('main svg.timeline')].some((svg) => svg.getBoundingClientRect().height < 50)) {
        found.push('leaves out a picture');
    }
    return found;
}

/** What a quiz shows after a choice. */
export function quizState(quiz) {
    const list = document.querySelectorAll('ol.choices')[quiz];
    const answer = list.parentElement.querySelectorAll('details.answer')[quiz];
    return {
        right: list.querySelectorAll('.right').length,
        wrong: list.querySelectorAll('.wrong').length,
        says: list.nextElementSibling.textContent,
        isOpen: answer.open,
    };
}

/** The links to other languages in the bar above the page, and how wide the page is. */
export function partsInMenu() {
    const links = [...document.querySelectorAll('#mdbook-menu-bar .other-language')].map((link) => {
        const { right, width, height } = link.getBoundingClientRect();
        return { right, width, height, lang: link.lang, text: link.textContent };
    });
    return { links, room: document.documentElement.clientWidth };
}

/** In what a page differs from the English one, though only its words may: in sentences. Both are given as HTML. */
export function differences(english, other) {
    const sorted = (list) => [...list].sort();
    const blocks = 'h1, h2, h3, h4, p, ul, ol, li, table, tr, th, td, blockquote, figure, figcaption, details, summary, pre, svg.timeline';
    const parts = {
        'blocks of code and outputs': (main) => [...main.querySelectorAll('pre')].map((block) => block.outerHTML),
        pictures: (main) => [...main.querySelectorAll('svg.timeline')].map((picture) => picture.outerHTML),
        'runs of a grid': (main) => [...main.querySelectorAll('script')].map((run) => run.outerHTML),
        'names of places': (main) => [...main.querySelectorAll('[id]')].map((element) => element.id),
        links: (main) => sorted([...main.querySelectorAll('a[href]')].map((link) => link.getAttribute('href'))),
        'pieces of code': (main) => sorted([...main.querySelectorAll(':not(pre) > code')].map((code) => code.textContent)),
        'kinds of paragraphs': (main) => [...main.querySelectorAll(blocks)].map((block) => `${block.localName}.${block.className}`),
        'emphasised words': (main) => [main.querySelectorAll('strong').length, main.querySelectorAll('em').length],
        numbers: (main) => {
            const words = main.cloneNode(true);
            words.querySelectorAll('pre, svg, script, style, code').forEach((element) => element.remove());
            return sorted(words.textContent.match(/\d+(\.\d+)?/g) ?? []);
        },
    };
    const [first, second] = [english, other].map((page) => new DOMParser().parseFromString(page, 'text/html').querySelector('main'));
    const found = [];
    for (const [name, of] of Object.entries(parts)) {
        const [wanted, seen] = [of(first), of(second)];
        const at = wanted.findIndex((part, place) => part !== seen[place]);
        if (wanted.length !== seen.length || at >= 0) {
            const place = at < 0 ? wanted.length : at;
            const shown = [wanted, seen].map((list) => String(list[place]).slice(0, 120));
            found.push(`${name}: ${wanted.length} in English, ${seen.length} here; the first that differ: ${shown.join(' | ')}`);
        }
    }
    if (second.textContent === first.textContent) {
        found.push('nothing is translated');
    }
    return found;
}
