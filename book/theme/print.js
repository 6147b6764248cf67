// Nothing unfolds on paper: what is folded is opened for the print, and closed again after it. Of the whole book, what people write
// stays folded: it is a book of its own, and it tells the solutions.
(() => {
    'use strict';

    const isWholeBook = location.pathname.endsWith('/print.html');
    let opened = [];

    window.addEventListener('beforeprint', () => {
        const folds = [...document.querySelectorAll('main details:not([open])')];
        opened = folds.filter((fold) => !isWholeBook || !fold.matches('.attempt'));
        opened.forEach((fold) => (fold.open = true));
    });

    window.addEventListener('afterprint', () => {
        opened.forEach((fold) => (fold.open = false));
        opened = [];
    });
})();
