// Shows what the runner tells: the exercise, the verdict on the newest save, and the two runs, to be stepped through.
//
// The runner sends its whole state at each change (`watch/state.rs` says what is in it), so each part of the page is made anew
// from the newest state, and a state that was missed is missed by nobody. What has not changed is left alone: a reader may be
// in the middle of it.
//
// What the learner wrote and printed is put in as text, never as elements. The picture alone is parsed: the crate `timeline` has
// written it, as XML, and the policy of this page runs no script but those of its own files.
(() => {
    'use strict';

    const MARKS = { passed: '✓', failed: '✗', 'not judged': '○', 'not run': '–', running: '·' };
    /** When a stream that the browser has given up is asked for again, in milliseconds. */
    const AGAIN = 3000;

    const part = (id) => document.getElementById(id);

    /** An element with these attributes and children. Strings become text. */
    function element(name, attributes = {}, ...children) {
        const made = document.createElement(name);
        for (const [attribute, value] of Object.entries(attributes)) {
            made.setAttribute(attribute, value);
        }
        made.append(...children);
        return made;
    }

    /** Words with code between backticks, as tasks have them. */
    function prose(words) {
        return words.split('`').map((piece, place) => (place % 2 === 1 ? element('code', {}, piece) : piece));
    }

    const block = (text) => element('pre', {}, element('code', { tabindex: '0' }, text));

    function fold(className, title, ...children) {
        return element('details', { class: className }, element('summary', {}, title), ...children);
    }

    // Each part remembers what it was made from.
    const made = new Map();

    /** Makes a part of the page anew, if what it shows has changed. */
    function show(id, shown, make) {
        const text = JSON.stringify(shown ?? null);
        if (made.get(id) === text) {
            return;
        }
        made.set(id, text);
        const open = [...part(id).querySelectorAll('details')].filter((fold) => fold.open).map((fold) => fold.className);
        const focus = focusIn(part(id));
        part(id).replaceChildren(...(shown === null || shown === undefined ? [] : make(shown)));
        part(id).querySelectorAll('details').forEach((fold) => (fold.open ||= open.includes(fold.className)));
        if (id === 'picture') {
            part(id).querySelectorAll('figure').forEach(timelinePlayer.add);
        }
        focus?.();
    }

    /** Gives the focus to what has taken the place of the element that has it: a player's button, or the slider. */
    function focusIn(holder) {
        if (!holder.contains(document.activeElement)) {
            return undefined;
        }
        const name = document.activeElement.getAttribute('aria-label');
        return () => (holder.querySelector(`[aria-label="${CSS.escape(name ?? '')}"]`) ?? holder.querySelector('button, summary'))?.focus();
    }

    let exercise;

    function take(state) {
        const { exercise: about, running, report, saves } = state;
        const isAnother = exercise !== about.id;
        const isFirstSave = !isAnother && saves > 0 && part('task').dataset.saves === '0';
        exercise = about.id;

        part('title').textContent = about.title;
        part('lesson').textContent = `${about.lesson} · ${about.done} of ${about.of} passed`;
        part('file').replaceChildren(element('code', {}, about.file), about.minutes === null ? '' : ` · ${about.minutes} min`);
        part('task').querySelector('div').replaceChildren(...about.task.map((words) => element('p', {}, ...prose(words))));
        part('task').hidden = false;
        part('task').dataset.saves = saves;
        // Who has just come here must know first what is to be done. After a save the verdict comes first.
        if (isAnother) {
            part('task').open = true;
        } else if (isFirstSave && !part('task').contains(document.activeElement)) {
            part('task').open = false;
        }

        const checks = running?.checks.length > 0 ? running.checks : report?.checks;
        part('now').textContent = now(state);
        show('verdict', verdictOf(state), ({ words, heard }) => [words, element('span', { class: 'heard' }, `. ${heard}`)]);
        part('verdict').className = report?.passed ? 'good' : report?.outcome === 'not started' ? 'open' : 'bad';
        show('checks', checks, (checks) => checks.map(check));
        show('message', report ?? state.trouble, (told) => message(told));
        show('picture', report?.picture, (picture) => [figure(picture)]);
        show('printed', report && [report.printed, report.warnings], ([printed, warnings]) => output(printed, warnings));
        show('after', state.after, after);
        show('hint', [state.hint, about.id, state.has_keys, report?.passed], hint);
        show('notices', state.notices, (notices) => notices.map((notice) => element('p', {}, notice)));
        document.title = `${titleSign(state)} ${about.title}`;
        chapter(state.chapter);
        timelinePlayer.letCodeScroll();
    }

    const nameOf = (save) => (save === 0 ? 'The file as it was opened' : `Save ${save}`);

    /** What goes on, for the eye: who hears the page is told the verdict. */
    function now({ running, report, saves, exercise }) {
        if (running === null) {
            return '';
        }
        const below = report === null ? '' : ` Below is the verdict on ${report.save === 0 ? 'the file before' : `save ${report.save}`}.`;
        return `${nameOf(saves)}, ${exercise.file}: ${running.stage} …${below}`;
    }

    /**
     * `Save 3: too slow`. It is read aloud when it changes, and the number makes the same verdict again a change. Who hears the
     * page is told why, too: for the eye that stands below.
     */
    function verdictOf({ report, trouble, saves }) {
        if (report === null) {
            return trouble === null ? null : { words: `${nameOf(saves)}: no verdict`, heard: trouble };
        }
        const count = report.checks.length;
        const outcome = report.passed ? `passed, ${count} check${count === 1 ? '' : 's'}` : report.outcome;
        const place = report.place === null ? '' : ` at ${report.place}`;
        return { words: `${nameOf(report.save)}: ${outcome}${place}`, heard: report.headline ?? '' };
    }

    function titleSign({ running, report }) {
        return running !== null ? '…' : report === null ? '–' : report.passed ? '✓' : '✗';
    }

    function check({ state, label }) {
        const mark = element('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[state] ?? '–');
        return element('li', { class: state.replace(' ', '-') }, mark, element('span', { class: 'heard' }, `${state}: `), ...prose(label));
    }

    function message(told) {
        if (typeof told === 'string') {
            return [element('p', { class: 'words' }, told)];
        }
        const found = [];
        if (told.outcome !== 'not started' && told.parts?.length > 0) {
            const parts = told.parts.flatMap(({ name, words }) => [element('dt', {}, name), element('dd', {}, ...prose(words))]);
            found.push(element('dl', {}, ...parts));
        }
        if (told.text !== null) {
            found.push(block(told.text), ...told.more.map((words) => element('p', {}, ...prose(words))));
        }
        if (told.check !== null) {
            found.push(element('p', { class: 'source' }, told.check));
        }
        return found;
    }

    function figure({ svg, text, caption }) {
        const drawing = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
        const figure = element('figure', { 'aria-labelledby': 'caption' });
        figure.append(document.importNode(drawing, true), element('figcaption', { id: 'caption' }, caption));
        figure.append(fold('as-text', 'As text', block(text)));
        return figure;
    }

    function output(printed, warnings) {
        const found = [];
        if (printed !== null) {
            const title = printed.skipped > 0 ? `Your code printed, without the first ${printed.skipped} lines:` : 'Your code printed:';
            found.push(element('h2', {}, title), block(printed.lines));
        }
        if (warnings !== null) {
            found.push(block(warnings));
        }
        return found;
    }

    function after({ idea, solution, solution_file: file, others, next }) {
        const found = [element('h2', {}, 'Passed')];
        if (idea !== null) {
            found.push(element('p', {}, 'Our solution: ', ...prose(idea)));
        }
        if (solution !== null) {
            found.push(fold('solution', `The solution: why it works, and what else does`, element('p', {}, element('code', {}, file)), block(solution)));
        }
        if (others !== null) {
            const link = element('a', { href: others, target: 'chapter' }, 'What other people write');
            found.push(element('p', {}, link, ', right and wrong: it opens in place of the chapter.'));
        }
        found.push(element('p', {}, ...(next === null ? ['Every exercise has passed.'] : ['Next: ', element('code', {}, next.file), `, ${next.title}.`])));
        return found;
    }

    function hint([words, id, hasKeys, isPassed]) {
        if (words !== null) {
            return [element('h2', {}, 'Hint'), element('p', { class: 'words' }, words)];
        }
        if (isPassed) {
            const keys = 'Press n in the terminal for the next exercise. This page goes along.';
            return [element('p', {}, hasKeys ? keys : 'Save the next file, and this page goes there.')];
        }
        const keys = ['Stuck? Press h in the terminal: the hint is shown here, too.'];
        return [element('p', {}, ...(hasKeys ? keys : ['Stuck? Ask for a hint in a terminal: ', element('code', {}, `cargo workbook hint ${id}`)]))];
    }

    // The chapter stays where the reader has gone in it, until an exercise has another section.
    let address;
    // The address whose section was gone to. Where a link leads to, the reader has gone.
    let arrived;
    const frame = part('frame');

    /** The path of the page in the frame. None, where the browser shows a page of its own: the runner did not answer. */
    function pathInFrame() {
        try {
            return frame.contentWindow.location.pathname;
        } catch {
            return undefined;
        }
    }

    function chapter(told) {
        if (told?.address === address && (told === null || pathInFrame() !== undefined)) {
            return;
        }
        address = told?.address;
        frame.hidden = told === null;
        if (told === null) {
            part('chapter').textContent = 'The book has no chapter for this lesson yet.';
            return;
        }
        const link = element('a', { href: told.address, target: '_blank' }, 'Open the chapter alone');
        part('chapter').replaceChildren(...(told.read === null ? [] : prose(`Read: ${told.read}. `)), link);
        const [page] = told.address.split('#');
        if (pathInFrame() === page) {
            arrived = address;
            goToSection();
        } else {
            arrived = undefined;
            frame.src = page;
        }
    }

    /** A browser that goes to a section moves the pages around its frame, too. So the frame is moved by hand. */
    function goToSection() {
        const [page, section] = address.split('#');
        const { location, scrollY } = frame.contentWindow;
        const heading = section && frame.contentDocument.getElementById(section);
        if (location.pathname === page && heading) {
            frame.contentWindow.scrollTo(0, scrollY + heading.getBoundingClientRect().top - 12);
        }
    }

    const COLOURS = ['--bg', '--fg', '--links', '--theme-hover', '--table-border-color', '--quote-bg', '--mono-font'];

    /** Takes the colours of the chapter: the book has five themes, and its reader chooses one there. */
    function takeColours() {
        const [own, theirs] = [document.documentElement, frame.contentDocument.documentElement];
        const style = frame.contentWindow.getComputedStyle(theirs);
        own.className = theirs.className;
        for (const name of COLOURS) {
            own.style.setProperty(name, style.getPropertyValue(name));
        }
        own.style.colorScheme = style.colorScheme;
    }

    frame.addEventListener('load', () => {
        if (pathInFrame() === undefined) {
            return;
        }
        takeColours();
        if (address !== arrived) {
            arrived = address;
            goToSection();
        }
        new MutationObserver(takeColours).observe(frame.contentDocument.documentElement, { attributeFilter: ['class'] });
        // Another site does not open in our frame.
        for (const link of frame.contentDocument.querySelectorAll('a[href]')) {
            if (link.origin !== location.origin) {
                link.target = '_blank';
                link.rel = 'noopener';
            }
        }
    });

    // As long as no chapter is there, the reader's preference.
    const dark = matchMedia('(prefers-color-scheme: dark)');
    document.documentElement.className = dark.matches ? 'navy' : 'light';

    const tell = (words) => part('connection').replaceChildren(...(words === '' ? [] : prose(words)));
    let hasEnded = false;

    function follow() {
        const events = new EventSource('/live/events');
        events.addEventListener('state', (event) => {
            hasEnded = false;
            tell('');
            take(JSON.parse(event.data));
        });
        events.addEventListener('end', () => {
            hasEnded = true;
            tell('The runner has ended. Start it again with `cargo workbook book --live`.');
        });
        events.addEventListener('error', () => {
            if (!hasEnded) {
                tell('The runner does not answer. This page tries again, again and again.');
            }
            // The browser tries again by itself, unless the answer was no stream.
            if (events.readyState === EventSource.CLOSED) {
                setTimeout(follow, AGAIN);
            }
        });
    }

    follow();
})();
