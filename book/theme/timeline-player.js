// Lets a reader step through the timelines of a page, forwards and backwards.
//
// It reads the data-* attributes that crates/timeline writes into its SVG, and nothing else. Without it the whole
// picture is there, with its description. With it there are four buttons below each picture, the arrow keys work while
// one of them has the focus, and a line says in words what happens at the instant that is shown.
//
// The picture of an event loop (lessons/02-executor/examples/event_loop) has steps in place of instants: most of them
// take no time. Each step brings its words with it, and the run queue and the timers as they stand after it.
(() => {
    'use strict';

    const SVG = 'http://www.w3.org/2000/svg';

    // What a lane does from an instant on, and what happens to it at an instant.
    const BEGINS = {
        queued: 'joins the queue',
        waiting: 'waits',
        streaming: 'streams',
        running: 'runs: the thread is busy',
    };
    const HAPPENS = {
        spawned: 'is spawned',
        started: 'starts',
        'first-token': 'has its first token',
        token: 'has a token',
        polled: 'is polled',
        woken: 'is woken',
        finished: 'is finished',
        failed: 'has failed',
        dropped: 'is dropped',
        stuck: 'never ends',
    };

    const number = (element, name) => Number(element.getAttribute(name));

    // 1500000000 to "1.500 s", as the drawings write it.
    function instant(nanos) {
        if (nanos === 0) {
            return '0 s';
        }
        if (nanos >= 1e9) {
            return `${(nanos / 1e9).toFixed(3)} s`;
        }
        return nanos >= 1e6 ? `${nanos / 1e6} ms` : `${nanos / 1e3} µs`;
    }

    // Everything that happens in one run, as { at, lane, words }, in the order of time and of the lanes.
    function eventsOf(run) {
        const events = [];
        const spans = [];
        for (const lane of run.querySelectorAll('g.lane')) {
            const name = lane.getAttribute('data-lane');
            const marks = [...lane.querySelectorAll('.mark')];
            for (const mark of marks) {
                const kind = mark.getAttribute('data-kind');
                events.push({ at: number(mark, 'data-at-ns'), lane: name, words: HAPPENS[kind] ?? kind });
            }
            for (const span of lane.querySelectorAll('.span')) {
                const kind = span.getAttribute('data-kind');
                const words = BEGINS[kind] ?? kind;
                const [from, to] = [number(span, 'data-from-ns'), number(span, 'data-to-ns')];
                // A future that is polled at this instant and then waits: first the one, then the other.
                events.push({ at: from, lane: name, words });
                spans.push({ from, to, lane: name, words });
            }
        }
        const end = run.getAttribute('data-end-ns');
        if (end !== null) {
            events.push({ at: Number(end), lane: '', words: 'the run ends' });
        }
        return { title: run.querySelector('.title')?.textContent ?? '', events, spans };
    }

    // What happens at an instant, in words. Where nothing does, what goes on.
    function at(run, now) {
        const happens = run.events.filter((event) => event.at === now);
        if (happens.length > 0) {
            return byLane(happens);
        }
        const goesOn = run.spans.filter((span) => span.from < now && now < span.to);
        return goesOn.length > 0 ? `nothing new: ${byLane(goesOn)}` : 'nothing goes on';
    }

    function byLane(events) {
        const lanes = new Map();
        for (const { lane, words } of events) {
            lanes.set(lane, [...(lanes.get(lane) ?? []), words]);
        }
        return [...lanes].map(([lane, words]) => `${lane} ${words.join(', ')}`.trim()).join('; ');
    }

    // The rectangles that fade what is still to come, and the line at the instant that is shown.
    function scene(svg) {
        const left = number(svg, 'data-plot-x');
        const width = number(svg, 'data-plot-width');
        const extent = number(svg, 'data-extent-ns');
        const veils = [];
        const lines = [];
        for (const lane of svg.querySelectorAll('g.lane')) {
            const bar = lane.querySelector('.span');
            const mark = lane.querySelector('.mark');
            if (bar === null && mark === null) {
                continue;
            }
            const middle = bar === null
                ? Number(/ ([\d.]+)\)/.exec(mark.getAttribute('transform'))[1])
                : number(bar, 'y') + number(bar, 'height') / 2;
            const veil = document.createElementNS(SVG, 'rect');
            veil.setAttribute('class', 'veil');
            veil.setAttribute('y', middle - 10);
            veil.setAttribute('height', 20);
            // Below the marks, which fade one by one.
            lane.insertBefore(veil, mark);
            veils.push(veil);
            const line = document.createElementNS(SVG, 'path');
            line.setAttribute('class', 'now');
            line.dataset.middle = middle;
            lane.append(line);
            lines.push(line);
        }
        return (now) => {
            const shown = now !== null;
            const x = shown ? left + width * Math.min(now / extent || 0, 1) : 0;
            for (const veil of veils) {
                veil.style.display = shown ? '' : 'none';
                veil.setAttribute('x', x);
                veil.setAttribute('width', left + width + 2 - x);
            }
            for (const line of lines) {
                line.style.display = shown ? '' : 'none';
                line.setAttribute('d', `M${x} ${line.dataset.middle - 13}v26`);
            }
            for (const element of svg.querySelectorAll('.lane [data-at-ns], .run > [data-at-ns], .run > .end')) {
                const run = element.closest('.run');
                const time = element.matches('.end') ? number(run, 'data-end-ns') : number(element, 'data-at-ns');
                element.classList.toggle('to-come', shown && time > now);
            }
        };
    }

    function button(label, sign, press) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = sign;
        button.setAttribute('aria-label', label);
        button.title = label;
        button.addEventListener('click', press);
        return button;
    }

    // A story is what a player steps through: how many places there are, what one is called, and how each is shown.
    // `show(null)` shows the whole picture.

    function storyOfInstants(svg) {
        const runs = [...svg.querySelectorAll('g.run')].map(eventsOf);
        const instants = [...new Set(runs.flatMap((run) => run.events.map((event) => event.at)))].sort((a, b) => a - b);
        const show = scene(svg);
        return {
            count: instants.length,
            one: 'instant',
            where: (place) => instant(instants[place]),
            show: (place) => show(place === null ? null : instants[place]),
            says: (place) => runs.map((run) => {
                const title = runs.length > 1 ? `, ${run.title}` : '';
                return paragraph(`At ${instant(instants[place])}${title}: ${at(run, instants[place])}.`);
            }),
        };
    }

    function storyOfSteps(svg) {
        const steps = [...svg.querySelectorAll('g.step')].map((step) => step.dataset);
        const where = (place) => instant(Number(steps[place].atNs));
        return {
            count: steps.length,
            one: 'step',
            where,
            show: stepScene(svg),
            says: (place) => {
                const { words, polling, queue, timers } = steps[place];
                return [
                    paragraph(`At ${where(place)}: ${words}.`),
                    // Each as a list of boxes, next first; a dash where there is nothing.
                    holdings({ 'Being polled': polling, 'Run queue': queue, Timers: timers }),
                ];
            },
        };
    }

    function paragraph(text) {
        const paragraph = document.createElement('p');
        paragraph.textContent = text;
        return paragraph;
    }

    function holdings(lists) {
        const table = document.createElement('dl');
        for (const [name, list] of Object.entries(lists)) {
            const term = document.createElement('dt');
            term.textContent = name;
            const value = document.createElement('dd');
            for (const item of list === '' ? [] : list.split(', ')) {
                const box = document.createElement('span');
                box.textContent = item;
                value.append(value.hasChildNodes() ? ' ' : '', box);
            }
            if (list === '') {
                value.textContent = '–';
            }
            table.append(term, value);
        }
        return table;
    }

    // As `scene`, for columns in place of instants: one veil and one line across all rows.
    function stepScene(svg) {
        const left = number(svg, 'data-plot-x');
        const width = number(svg, 'data-plot-width');
        const top = number(svg, 'data-plot-y');
        const height = number(svg, 'data-plot-height');
        const steps = number(svg, 'data-steps');
        const veil = document.createElementNS(SVG, 'rect');
        veil.setAttribute('class', 'veil');
        veil.setAttribute('y', top);
        veil.setAttribute('height', height);
        const line = document.createElementNS(SVG, 'path');
        line.setAttribute('class', 'now');
        // Below the arrows and the times, which fade one by one.
        svg.insertBefore(veil, svg.querySelector('.mark'));
        svg.append(line);
        return (now) => {
            const shown = now !== null;
            const x = shown ? left + (width * (now + 1)) / steps : 0;
            veil.style.display = line.style.display = shown ? '' : 'none';
            veil.setAttribute('x', x);
            veil.setAttribute('width', left + width + 2 - x);
            line.setAttribute('d', `M${x} ${top}v${height}`);
            for (const element of svg.querySelectorAll('[data-step]')) {
                element.classList.toggle('to-come', shown && number(element, 'data-step') > now);
            }
        };
    }

    function addPlayer(svg, figure) {
        const story = svg.hasAttribute('data-steps') ? storyOfSteps(svg) : storyOfInstants(svg);
        if (story.count < 2) {
            return;
        }
        const last = story.count - 1;
        // null: the whole picture.
        let place = null;

        const player = document.createElement('div');
        player.className = 'timeline-player';
        player.setAttribute('role', 'group');
        player.setAttribute('aria-label', `Step through: ${svg.querySelector('title').textContent}`);
        const keys = document.createElement('div');
        keys.className = 'keys';
        const where = document.createElement('span');
        where.className = 'where';
        const says = document.createElement('div');
        says.className = 'says';
        says.setAttribute('aria-live', 'polite');

        const moves = {
            ArrowLeft: () => (place === null ? last : Math.max(place - 1, 0)),
            ArrowRight: () => (place === null ? 0 : Math.min(place + 1, last)),
            Home: () => 0,
            End: () => last,
            Escape: () => null,
        };
        const go = (key) => {
            place = moves[key]();
            update();
        };
        const back = button(`One ${story.one} back`, '◀', () => go('ArrowLeft'));
        const forward = button(`One ${story.one} forward`, '▶', () => go('ArrowRight'));
        const first = button(`To the first ${story.one}`, 'Start', () => go('Home'));
        const whole = button('The whole picture', 'All', () => go('Escape'));
        keys.append(first, back, forward, whole, where);

        function update() {
            story.show(place);
            // Not `disabled`: a button that is disabled loses the focus, and the keys with it.
            back.setAttribute('aria-disabled', String(place === 0));
            forward.setAttribute('aria-disabled', String(place === last));
            whole.setAttribute('aria-disabled', String(place === null));
            if (place === null) {
                where.textContent = `${story.count} ${story.one}s`;
                says.replaceChildren();
                return;
            }
            where.textContent = `${place + 1} of ${story.count}: ${story.where(place)}`;
            says.replaceChildren(...story.says(place));
        }

        // mdBook turns pages with the arrow keys. While the player has the focus, they are the player's.
        player.addEventListener('keydown', (event) => {
            if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(event.key in moves)) {
                return;
            }
            event.preventDefault();
            event.stopPropagation();
            go(event.key);
        });

        player.append(keys, says);
        figure.append(player);
        update();
    }

    for (const figure of document.querySelectorAll('figure')) {
        const svg = figure.querySelector('svg.timeline');
        if (svg !== null && (svg.hasAttribute('data-extent-ns') || svg.hasAttribute('data-steps'))) {
            addPlayer(svg, figure);
        }
    }
})();
