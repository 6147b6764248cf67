// What mdBook's own controls lack for a reader with a keyboard or a screen reader. Without JavaScript these controls are not there,
// so nothing is missing.
(() => {
    'use strict';

    const set = (id, attributes) => {
        const element = document.getElementById(id);
        Object.entries(attributes).forEach(([name, value]) => element?.setAttribute(name, value));
        return element;
    };

    // Every part of the page belongs to a landmark.
    set('mdbook-menu-bar', { role: 'banner' });
    set('mdbook-search-wrapper', { role: 'search' });

    // A title that shows under the pointer is no label.
    const bar = document.getElementById('mdbook-searchbar');
    bar?.setAttribute('aria-label', bar.placeholder);

    // The button of the side bar is the label of a box that nobody sees, and no key reaches it. A button takes its place:
    // https://github.com/rust-lang/mdBook/issues/2615
    const label = document.getElementById('mdbook-sidebar-toggle');
    const box = document.getElementById('mdbook-sidebar-toggle-anchor');
    if (label && box) {
        const page = document.documentElement;
        const button = document.createElement('button');
        button.type = 'button';
        [...label.attributes].filter(({ name }) => name !== 'for').forEach(({ name, value }) => button.setAttribute(name, value));
        button.append(...label.childNodes);
        label.replaceWith(button);
        button.addEventListener('click', () => {
            // mdBook listens to the label, and makes room for the side bar before it slides in.
            label.dispatchEvent(new Event('click'));
            box.click();
        });
        // A swipe opens it, too.
        const tell = () => button.setAttribute('aria-expanded', page.classList.contains('sidebar-visible'));
        new MutationObserver(tell).observe(page, { attributeFilter: ['class'] });
    }

    // Some controls stand before the text, and behind them, for who goes backwards, a link for every chapter:
    // https://github.com/rust-lang/mdBook/issues/2107
    const [content, main] = [document.getElementById('mdbook-content'), document.querySelector('main')];
    if (content && main) {
        main.tabIndex = -1;
        const skip = document.createElement('a');
        skip.className = 'skip';
        skip.href = `#${content.id}`;
        skip.textContent = document.documentElement.lang.startsWith('zh') ? '跳到正文' : 'Skip to the text';
        // A new hash would be a step in the reader's history.
        skip.addEventListener('click', (event) => {
            event.preventDefault();
            main.focus();
        });
        const home = document.createElement('nav');
        home.setAttribute('aria-label', skip.textContent);
        home.append(skip);
        // mdBook begins behind its side bar: there the first tab stop of a page is.
        document.getElementById('mdbook-page-wrapper')?.prepend(home);
    }
})();
