// Choose, then see. A quiz is a list of choices in front of an answer that folds; this makes each choice a button. Which one is
// right is not written anywhere: it is the one that the program printed. Without JavaScript the list and the answer stand.
'use strict';

(() => {
    const NEXT_LINE = ' · ';
    // In the language of the page: see `edition.js`.
    const say = (english) => window.edition?.words[english] ?? english;
    const squeeze = (text) => text.trim().replace(/\s+/g, ' ');

    /** Whether a choice is what was printed. `…` stands for any text in a line, and alone for any number of lines. */
    const agrees = (pieces, lines) => {
        if (pieces.length === 0) {
            return lines.length === 0;
        }
        const [piece, ...rest] = pieces;
        if (piece === '…') {
            return lines.some((_, from) => agrees(rest, lines.slice(from))) || agrees(rest, []);
        }
        if (lines.length === 0) {
            return false;
        }
        const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        const pattern = new RegExp(`^${piece.split('…').map(literal).join('.*')}$`);
        return pattern.test(lines[0]) && agrees(rest, lines.slice(1));
    };

    const ask = (answer) => {
        const list = answer.previousElementSibling;
        const printed = answer.querySelector('pre code');
        if (list?.tagName !== 'OL' || !printed) {
            return;
        }
        const lines = printed.textContent.split('\n').map(squeeze).filter((line) => line !== '');
        const verdict = document.createElement('p');
        verdict.className = 'verdict';
        verdict.setAttribute('role', 'status');
        list.classList.add('choices');
        list.after(verdict);
        for (const item of list.children) {
            const isRight = agrees(squeeze(item.textContent).split(NEXT_LINE), lines);
            const button = document.createElement('button');
            button.type = 'button';
            button.append(...item.childNodes);
            button.addEventListener('click', () => {
                for (const other of list.children) {
                    other.classList.remove('right', 'wrong');
                }
                item.classList.add(isRight ? 'right' : 'wrong');
                verdict.textContent = isRight
                    ? say('Yes, this is what the program prints.')
                    : say('No. Look at what the program prints.');
                answer.open = true;
            });
            item.append(button);
        }
    };

    document.querySelectorAll('details.answer').forEach(ask);
})();
