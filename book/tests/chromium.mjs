// Drives a Chromium through its debugging pipe: no package, no port, no network.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PLACES = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/snap/bin/chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** How long a single answer may take, in milliseconds. */
const PATIENCE = 180_000;

export function findChromium() {
    return PLACES.find((place) => place && existsSync(place));
}

/** One browser with one page. */
export class Browser {
    /** The page reaches no host but those that are named, `127.0.0.1` for example. */
    static async start(program, ...hosts) {
        const profile = mkdtempSync(join(tmpdir(), 'book-browser-'));
        const flags = [
            '--headless=new',
            '--remote-debugging-pipe',
            `--user-data-dir=${profile}`,
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-dev-shm-usage',
            '--disable-gpu',
            '--force-device-scale-factor=1',
            // What a page must not do, it cannot do.
            `--host-resolver-rules=${['MAP * ~NOTFOUND', ...hosts.map((host) => `EXCLUDE ${host}`)].join(', ')}`,
        ];
        // Chromium's sandbox does not work for the superuser, whom a container often has.
        if (process.getuid?.() === 0) {
            flags.push('--no-sandbox');
        }
        const child = spawn(program, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
        const browser = new Browser(child, profile);
        const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
        const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
        browser.session = sessionId;
        for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'Accessibility']) {
            await browser.send(`${domain}.enable`);
        }
        return browser;
    }

    constructor(child, profile) {
        this.child = child;
        this.profile = profile;
        this.waiting = new Map();
        this.listeners = new Set();
        this.lastId = 0;
        this.session = undefined;
        let rest = '';
        child.stdio[4].setEncoding('utf8');
        child.stdio[4].on('data', (data) => {
            const messages = (rest + data).split('\0');
            rest = messages.pop();
            messages.forEach((message) => this.#receive(JSON.parse(message)));
        });
        this.ended = new Promise((resolve) => child.on('exit', resolve));
        child.on('exit', () => {
            for (const { reject } of this.waiting.values()) {
                reject(new Error('Chromium has ended'));
            }
        });
    }

    #receive(message) {
        if (message.id === undefined) {
            this.listeners.forEach((listener) => listener(message.method, message.params));
            return;
        }
        const { resolve, reject } = this.waiting.get(message.id) ?? {};
        this.waiting.delete(message.id);
        if (message.error) {
            reject?.(new Error(message.error.message));
        } else {
            resolve?.(message.result);
        }
    }

    send(method, params = {}) {
        const id = ++this.lastId;
        const sessionId = this.session;
        this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
        return new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error(`no answer to ${method}`)), PATIENCE);
            const settle = (then) => (value) => {
                clearTimeout(late);
                then(value);
            };
            this.waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
        });
    }

    /** Opens an address and waits until everything on it is loaded. */
    async open(url) {
        await this.arrive(url, async () => {
            const { errorText } = await this.send('Page.navigate', { url });
            if (errorText) {
                throw new Error(`${url}: ${errorText}`);
            }
        });
    }

    /** Does what leads to another page, and waits until everything on that is loaded. */
    async arrive(url, leave) {
        const loaded = new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error(`${url} does not load`)), PATIENCE);
            const listener = (method) => {
                if (method === 'Page.loadEventFired') {
                    clearTimeout(late);
                    this.listeners.delete(listener);
                    resolve();
                }
            };
            this.listeners.add(listener);
        });
        await leave();
        await loaded;
    }

    /** Runs a function in the page. Arguments and result travel as JSON. */
    async evaluate(body, ...args) {
        const expression = `(${body})(...${JSON.stringify(args)})`;
        const answer = await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
        if (answer.exceptionDetails) {
            throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
        }
        return answer.result.value;
    }

    async press(key) {
        const codes = { ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, Home: 36, End: 35, Escape: 27, Tab: 9, Enter: 13, '/': 191 };
        const event = { key, code: key, windowsVirtualKeyCode: codes[key] };
        // Only a key that writes something activates what has the focus.
        const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
        const down = text === undefined ? { type: 'rawKeyDown' } : { type: 'keyDown', text };
        await this.send('Input.dispatchKeyEvent', { ...down, ...event });
        await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    }

    async close() {
        this.session = undefined;
        await this.send('Browser.close').catch(() => {});
        const late = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
        await this.ended;
        clearTimeout(late);
        rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
    }
}
