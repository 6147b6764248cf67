// Sets a tick at each exercise that has passed, and puts its solution into its page. Which have passed stands in `progress.js`,
// which `cargo workbook` writes into the built book; a book that mdBook alone has built knows of none.
(() => {
    'use strict';

    const solutions = document.querySelectorAll('details.solution[data-exercise]');
    const links = [...document.querySelectorAll('main td a')].flatMap((link) => {
        const [, lesson] = link.pathname.match(/\/exercises\/([^/]+)\.html$/) ?? [];
        const name = link.textContent;
        return lesson ? [{ link, id: name.includes('/') ? name : `${lesson}/${name}` }] : [];
    });

    const tick = () => {
        const mark = document.createElement('span');
        mark.className = 'passed';
        mark.setAttribute('role', 'img');
        mark.setAttribute('aria-label', 'passed');
        mark.textContent = '✓';
        return mark;
    };

    const show = (passed) => {
        for (const { link, id } of links) {
            if (Object.hasOwn(passed, id)) {
                link.after(' ', tick());
            }
        }
        for (const fold of solutions) {
            const id = fold.dataset.exercise;
            if (!Object.hasOwn(passed, id)) {
                continue;
            }
            const summary = fold.querySelector('summary');
            summary.textContent = 'The solution';
            summary.prepend(tick(), ' ');
            if (typeof passed[id] === 'string') {
                const code = document.createElement('code');
                code.className = 'language-rust';
                code.textContent = passed[id];
                const block = document.createElement('pre');
                block.append(code);
                summary.after(block);
                window.hljs?.highlightBlock(code);
            }
        }
    };

    if (solutions.length > 0 || links.length > 0) {
        const script = document.createElement('script');
        // mdBook's own, in each page.
        script.src = `${path_to_root}progress.js`;
        script.addEventListener('load', () => show(window.workbookPassed ?? {}));
        document.head.append(script);
    }
})();
