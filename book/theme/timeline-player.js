// Lets a reader step through the timelines of a page, forwards and backwards.
//
// It reads the data-* attributes that crates/timeline writes into its SVG, and nothing else. Without it the whole
// picture is there, with its description. With it there are four buttons and a slider below each picture, the arrow keys
// work while one of them has the focus, and a line says in words what happens at the instant that is shown.
//
// Where the code stands below the picture, the lines that run at the instant are marked in it, and those at which something
// waits. Where there is a grid of runs, one for each value of a parameter, the reader moves the parameter.
//
// The picture of an event loop (lessons/02-executor/examples/event_loop) has steps in place of instants: most of them
// take no time. Each step brings its words with it, and the run queue and the timers as they stand after it.
(() => {
    'use strict';

    const SVG = 'http://www.w3.org/2000/svg';

    // What a reader sees, in the language of the page: `edition.js` knows it, if the page has one. A word in braces is a value.
    function say(english, values = {}) {
        const words = globalThis.edition?.words[english] ?? english;
        return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    }

    // What a lane does from an instant on, and what happens to it at an instant.
    const BEGINS = {
        queued: say('joins the queue'),
        'for-room': say('waits for room in the queue'),
        'for-item': say('waits for an item'),
        waiting: say('waits'),
        streaming: say('streams'),
        running: say('runs: the thread is busy'),
    };
    const HAPPENS = {
        spawned: say('is spawned'),
        started: say('starts'),
        'first-token': say('has its first token'),
        token: say('has a token'),
        polled: say('is polled'),
        woken: say('is woken'),
        finished: say('is finished'),
        failed: say('has failed'),
        dropped: say('is dropped'),
        stuck: say('never ends'),
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
            events.push({ at: Number(end), lane: '', words: say('the run ends') });
        }
        for (const gauge of run.querySelectorAll('g.gauge')) {
            events.push(...changesOf(gauge));
        }
        return { title: run.querySelector('.title')?.textContent ?? '', events, spans };
    }

    // How much a queue holds, wherever that changes. Where there is no level, it is empty.
    function changesOf(gauge) {
        const name = gauge.getAttribute('data-gauge');
        const levels = [...gauge.querySelectorAll('.level')].map((level) => ({
            from: number(level, 'data-from-ns'),
            to: number(level, 'data-to-ns'),
            depth: level.getAttribute('data-depth'),
        }));
        return levels.flatMap(({ from, to, depth }, place) => {
            const events = [{ at: from, lane: name, words: say('holds {depth}', { depth }) }];
            const goesOn = place + 1 < levels.length ? levels[place + 1].from === to : to >= extentOf(gauge);
            return goesOn ? events : [...events, { at: to, lane: name, words: say('is empty') }];
        });
    }

    const extentOf = (element) => number(element.closest('svg'), 'data-extent-ns');

    // What happens at an instant, in words. Where nothing does, what goes on.
    function at(run, now) {
        const happens = run.events.filter((event) => event.at === now);
        if (happens.length > 0) {
            return byLane(happens);
        }
        const goesOn = run.spans.filter((span) => span.from < now && now < span.to);
        return goesOn.length > 0 ? say('nothing new: {words}', { words: byLane(goesOn) }) : say('nothing goes on');
    }

    function byLane(events) {
        const lanes = new Map();
        for (const { lane, words } of events) {
            lanes.set(lane, [...(lanes.get(lane) ?? []), words]);
        }
        return [...lanes].map(([lane, words]) => `${lane} ${words.join(say(', '))}`.trim()).join(say('; '));
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
        for (const gauge of svg.querySelectorAll('g.gauge')) {
            const [top, height] = [number(gauge, 'data-plot-y'), number(gauge, 'data-plot-height')];
            const veil = document.createElementNS(SVG, 'rect');
            veil.setAttribute('class', 'veil');
            veil.setAttribute('y', top);
            veil.setAttribute('height', height);
            gauge.insertBefore(veil, gauge.querySelector('.grid'));
            veils.push(veil);
            const line = document.createElementNS(SVG, 'path');
            line.setAttribute('class', 'now');
            line.dataset.middle = top + height / 2;
            line.dataset.half = height / 2;
            gauge.append(line);
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
                const half = Number(line.dataset.half ?? 13);
                line.setAttribute('d', `M${x} ${line.dataset.middle - half}v${2 * half}`);
            }
            for (const element of svg.querySelectorAll('.lane [data-at-ns], .run > [data-at-ns], .run > .end')) {
                const run = element.closest('.run');
                const time = element.matches('.end') ? number(run, 'data-end-ns') : number(element, 'data-at-ns');
                element.classList.toggle('to-come', shown && time > now);
            }
        };
    }

    // The button does what its key does.
    function button(label, sign, key, go) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = sign;
        button.setAttribute('aria-label', label);
        button.title = label;
        button.dataset.key = key;
        button.addEventListener('click', () => go(key));
        return button;
    }

    // The code that stands below a picture. The svg says which file and which lines each block has, and each step at which
    // of them a lane is, as BLOCK:PLACE.
    function codeOf(svg, figure) {
        const blocks = [...figure.querySelectorAll('details.code pre > code')];
        const parts = (svg.getAttribute('data-code') ?? '').split(' ').filter((part) => part !== '');
        if (parts.length === 0 || parts.length !== blocks.length) {
            return null;
        }
        const files = parts.map((part) => {
            const [file, lines] = part.split(':');
            return { name: decodeURIComponent(file).split('/').at(-1), lines: lines.split(',') };
        });
        // The signs lie above the code, and leave it as it is: what is copied is the code.
        const signs = blocks.map((block, place) => {
            const layer = document.createElement('div');
            layer.className = 'signs';
            layer.setAttribute('aria-hidden', 'true');
            layer.append(...files[place].lines.map(() => document.createElement('i')));
            block.parentElement.querySelector(':scope > .signs')?.remove();
            block.parentElement.append(layer);
            return layer;
        });
        const fold = blocks[0].closest('details');
        return {
            // `ran` and `waits` map a place to the names of the lanes that are there.
            mark: (ran, waits) => {
                signs.forEach((layer, block) => {
                    [...layer.children].forEach((row, line) => {
                        const place = `${block}:${line}`;
                        row.className = [ran.has(place) && 'runs', waits.has(place) && 'waits'].filter(Boolean).join(' ');
                        row.textContent = ran.has(place) ? '▶' : waits.has(place) ? '‖' : '';
                    });
                });
            },
            open: () => (fold.open = true),
            // `serial.rs 13: headline`
            words: (places) => [...places].map(([place, lanes]) => {
                const [block, line] = place.split(':').map(Number);
                const names = [...lanes];
                const more = names.length > 4 ? say(' and {count} more', { count: names.length - 3 }) : '';
                const shown = more === '' ? names : names.slice(0, 3);
                return `${files[block].name} ${files[block].lines[line]}: ${shown.join(', ')}${more}`;
            }),
        };
    }

    // What the code does at an instant: [places that ran, places at which something waits], each with the names of lanes.
    function linesAt(svg, before, now) {
        const [ran, waits] = [new Map(), new Map()];
        const add = (places, lane, lines) => {
            for (const place of lines) {
                places.set(place, (places.get(place) ?? new Set()).add(lane));
            }
        };
        for (const lane of svg.querySelectorAll('g.lane')) {
            const name = lane.getAttribute('data-lane');
            const steps = [...lane.querySelectorAll('.at')].map((step) => ({
                at: number(step, 'data-at-ns'),
                lines: step.getAttribute('data-lines').split(' '),
            }));
            const past = steps.filter((step) => step.at <= now);
            past.filter((step) => step.at > before).forEach((step) => add(ran, name, step.lines));
            const goesOn = [...lane.querySelectorAll('.span')].some((span) => number(span, 'data-to-ns') > now);
            if (goesOn && past.length > 0) {
                add(waits, name, past.at(-1).lines);
            }
        }
        return [ran, waits];
    }

    function inCode(code, ran, waits) {
        code.mark(ran, waits);
        const lists = {};
        if (ran.size > 0) {
            lists[say('▶ Runs')] = code.words(ran);
        }
        if (waits.size > 0) {
            lists[say('‖ Waits at')] = code.words(waits);
        }
        return Object.keys(lists).length > 0 ? [holdings(lists)] : [];
    }

    // A story is what a player steps through: how many places there are, what one is called, and how each is shown.
    // `show(null)` shows the whole picture.

    function storyOfInstants(svg, code) {
        const runs = [...svg.querySelectorAll('g.run')].map(eventsOf);
        const instants = [...new Set(runs.flatMap((run) => run.events.map((event) => event.at)))].sort((a, b) => a - b);
        const show = scene(svg);
        return {
            count: instants.length,
            back: say('One instant back'),
            forward: say('One instant forward'),
            start: say('Start: to the first instant'),
            which: say('Which instant'),
            all: say('{count} instants', { count: instants.length }),
            where: (place) => instant(instants[place]),
            at: (place) => instants[place],
            show: (place) => show(place === null ? null : instants[place]),
            says: (place) => {
                const words = runs.map((run) => {
                    const values = { time: instant(instants[place]), run: run.title, words: at(run, instants[place]) };
                    const sentence = runs.length > 1 ? say('At {time}, {run}: {words}.', values) : say('At {time}: {words}.', values);
                    return paragraph(sentence);
                });
                const lines = linesAt(svg, place === 0 ? -1 : instants[place - 1], instants[place]);
                return code === null ? words : [...words, ...inCode(code, ...lines)];
            },
        };
    }

    function storyOfSteps(svg, code) {
        const steps = [...svg.querySelectorAll('g.step')].map((step) => step.dataset);
        const where = (place) => instant(Number(steps[place].atNs));
        return {
            count: steps.length,
            back: say('One step back'),
            forward: say('One step forward'),
            start: say('Start: to the first step'),
            which: say('Which step'),
            all: say('{count} steps', { count: steps.length }),
            where,
            at: (place) => place,
            show: stepScene(svg),
            says: (place) => {
                const { words, polling, queue, timers, lines } = steps[place];
                const list = (text) => (text === '' ? [] : text.split(', '));
                const [ran, waits] = [new Map(), new Map()];
                // `model 0:3,0:7; reader 0:9`
                for (const [task, places] of (lines ?? '').split('; ').map((entry) => entry.split(' '))) {
                    for (const line of (places ?? '').split(',').filter((line) => line !== '')) {
                        const to = task === polling ? ran : waits;
                        to.set(line, (to.get(line) ?? new Set()).add(task));
                    }
                }
                return [
                    paragraph(say('At {time}: {words}.', { time: where(place), words })),
                    // Each as a list of boxes, next first; a dash where there is nothing.
                    holdings({
                        [say('Being polled')]: list(polling),
                        [say('Run queue')]: list(queue),
                        [say('Timers')]: list(timers),
                    }),
                    ...(code === null ? [] : inCode(code, ran, waits)),
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
            for (const item of list) {
                const box = document.createElement('span');
                box.textContent = item;
                value.append(value.hasChildNodes() ? ' ' : '', box);
            }
            if (list.length === 0) {
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

    function addPlayer(figure) {
        let svg = figure.querySelector('svg.timeline');
        const canStep = svg !== null && (svg.hasAttribute('data-extent-ns') || svg.hasAttribute('data-steps'));
        if (!canStep) {
            return;
        }
        let code;
        let story;
        // null: the whole picture.
        let place = null;
        const last = () => story.count - 1;

        function tell() {
            code = codeOf(svg, figure);
            story = svg.hasAttribute('data-steps') ? storyOfSteps(svg, code) : storyOfInstants(svg, code);
        }

        tell();
        const grid = figure.querySelector('.timeline-grid');
        if (story.count < 2 && grid === null) {
            return;
        }

        const player = document.createElement('div');
        player.className = 'timeline-player';
        player.setAttribute('role', 'group');
        const name = figure.querySelector('figcaption')?.textContent.trim() || svg.querySelector('title').textContent;
        player.setAttribute('aria-label', say('Step through: {name}', { name }));
        const keys = document.createElement('div');
        keys.className = 'keys';
        const where = document.createElement('span');
        where.className = 'where';
        const says = document.createElement('div');
        says.className = 'says';
        says.setAttribute('aria-live', 'polite');

        const moves = {
            ArrowLeft: () => (place === null ? last() : Math.max(place - 1, 0)),
            ArrowRight: () => (place === null ? 0 : Math.min(place + 1, last())),
            Home: () => 0,
            End: () => last(),
            Escape: () => null,
        };
        const go = (key) => {
            place = moves[key]();
            code?.open();
            update();
        };
        const back = button(story.back, '◀', 'ArrowLeft', go);
        const forward = button(story.forward, '▶', 'ArrowRight', go);
        const first = button(story.start, say('Start'), 'Home', go);
        const whole = button(say('All: the whole picture'), say('All'), 'Escape', go);
        const slider = document.createElement('input');
        slider.type = 'range';
        slider.min = 1;
        slider.setAttribute('aria-label', story.which);
        slider.addEventListener('input', () => {
            place = Number(slider.value) - 1;
            code?.open();
            update();
        });
        keys.append(first, back, forward, whole, slider, where);

        function update() {
            story.show(place);
            // Not `disabled`: a button that is disabled loses the focus, and the keys with it.
            back.setAttribute('aria-disabled', String(place === 0));
            forward.setAttribute('aria-disabled', String(place === last()));
            whole.setAttribute('aria-disabled', String(place === null));
            slider.max = story.count;
            slider.value = place === null ? story.count : place + 1;
            if (place === null) {
                where.textContent = story.all;
                slider.setAttribute('aria-valuetext', say('the whole picture'));
                code?.mark(new Map(), new Map());
                says.replaceChildren();
                return;
            }
            const values = { place: place + 1, count: story.count, time: story.where(place) };
            where.textContent = say('{place} of {count}: {time}', values);
            slider.setAttribute('aria-valuetext', where.textContent);
            says.replaceChildren(...story.says(place));
        }

        // mdBook turns pages with the arrow keys. While the player has the focus, they are the player's.
        player.addEventListener('keydown', (event) => {
            if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(event.key in moves)) {
                return;
            }
            event.stopPropagation();
            // A parameter moves as its element says.
            if (event.target.closest('.parameters') === null) {
                event.preventDefault();
                go(event.key);
            }
        });

        if (grid !== null) {
            const parameters = parametersOf(grid, (next) => {
                const instant = place === null ? null : story.at(place);
                svg.replaceWith(next);
                svg = next;
                tell();
                // The same instant, or the last one before it: two runs are compared where they are.
                const places = Array.from({ length: story.count }, (_, place) => place);
                place = instant === null ? null : (places.findLast((place) => story.at(place) <= instant) ?? 0);
                update();
            });
            player.append(parameters);
        }
        player.append(keys, says);
        const fold = figure.querySelector('details.code');
        figure.insertBefore(player, fold ?? figure.querySelector('figcaption'));
        update();
    }

    // A control for each parameter of a grid. `show` is given the picture that was chosen.
    function parametersOf(grid, show) {
        const names = grid.getAttribute('data-parameters').split('|');
        const first = grid.querySelector('svg');
        const others = [...grid.querySelectorAll('script')];
        const valuesOf = (element) => element.getAttribute('data-values').split('|');
        const runs = [first, ...others].map((element) => ({ values: valuesOf(element), element }));
        const chosen = [...runs[0].values];
        const parameters = document.createElement('div');
        parameters.className = 'parameters';
        const result = document.createElement('p');
        result.className = 'result';
        result.setAttribute('aria-live', 'polite');

        function choose(parameter, value) {
            chosen[parameter] = value;
            const run = runs.find((run) => run.values.every((value, place) => value === chosen[place]));
            let svg = run.element;
            if (svg.localName === 'script') {
                const holder = document.createElement('div');
                holder.innerHTML = svg.textContent;
                svg = holder.querySelector('svg');
                run.element = svg;
            }
            show(svg);
            say(svg);
        }

        function say(svg) {
            const ends = [...svg.querySelectorAll('g.run')].map((run) => {
                const title = run.querySelector('.title')?.textContent ?? '';
                return run.hasAttribute('data-end-ns') ? `${title}: ${instant(number(run, 'data-end-ns'))}` : title;
            });
            result.textContent = ends.join('; ');
        }

        names.forEach((name, parameter) => {
            const values = [...new Set(runs.map((run) => run.values[parameter]))];
            const areNumbers = values.every((value) => /^[\d.]+/.test(value));
            parameters.append(
                areNumbers
                    ? sliderFor(name, values, chosen[parameter], (value) => choose(parameter, value))
                    : choicesFor(name, values, chosen[parameter], (value) => choose(parameter, value)),
            );
        });
        parameters.append(result);
        say(first);
        return parameters;
    }

    function sliderFor(name, values, value, choose) {
        const label = document.createElement('label');
        const slider = document.createElement('input');
        slider.type = 'range';
        slider.min = 0;
        slider.max = values.length - 1;
        slider.value = values.indexOf(value);
        const output = document.createElement('output');
        const tell = () => {
            output.textContent = values[slider.value];
            slider.setAttribute('aria-valuetext', values[slider.value]);
        };
        slider.addEventListener('input', () => {
            tell();
            choose(values[slider.value]);
        });
        tell();
        label.append(`${name} `, slider, output);
        return label;
    }

    let groups = 0;
    function choicesFor(name, values, value, choose) {
        const set = document.createElement('fieldset');
        const legend = document.createElement('legend');
        legend.textContent = name;
        set.append(legend);
        groups += 1;
        for (const each of values) {
            const label = document.createElement('label');
            const radio = document.createElement('input');
            radio.type = 'radio';
            radio.name = `timeline-parameter-${groups}`;
            radio.checked = each === value;
            radio.addEventListener('change', () => choose(each));
            label.append(radio, ` ${each}`);
            set.append(label);
        }
        return set;
    }

    // A line of code may be longer than the page is wide. Then its block scrolls, with keys too, and they turn no page.
    function letCodeScroll(parts = [...document.querySelectorAll('main')]) {
        // What is folded has no width before it is opened, and to ask for one lays the page out for that block alone.
        const isFolded = (block) => block.closest('details:not([open])');
        const blocks = parts.flatMap((part) => [...part.querySelectorAll('pre > code')]).filter((block) => !isFolded(block));
        // First all widths, then all changes: a width that is asked for after a change lays the whole page out anew.
        const areWide = blocks.map((block) => block.scrollWidth > block.clientWidth);
        blocks.forEach((block, place) => {
            if (areWide[place]) {
                block.tabIndex = 0;
                block.onkeydown = (event) => event.key.startsWith('Arrow') && event.stopPropagation();
            } else if (block.hasAttribute('tabindex')) {
                block.removeAttribute('tabindex');
                block.onkeydown = null;
            }
        });
    }

    // For a page that gets its pictures later: the live page of the runner.
    globalThis.timelinePlayer = { add: addPlayer, letCodeScroll };

    for (const figure of document.querySelectorAll('figure')) {
        addPlayer(figure);
    }
    letCodeScroll();
    addEventListener('resize', () => letCodeScroll());
    // The event does not bubble. Many may be opened at once, for a print.
    let opened = [];
    document.addEventListener(
        'toggle',
        ({ target }) => {
            if (opened.push(target) === 1) {
                requestAnimationFrame(() => letCodeScroll(opened.splice(0)));
            }
        },
        true,
    );
})();
