"""Runs an asyncio program on virtual time: `python3 on_virtual_time.py PROGRAM.py`.

When nothing can go on, the clock jumps to the next timer: a sleep of a second is over at once, and the loop says that a
second has passed. tokio does the same with `start_paused`. A program that waits for a thread, and for no timer, really waits.

What asyncio and Python write to stderr, with paths in it, is printed in its place among the program's own lines. Needs
Python 3.11, and nothing else.
"""

import asyncio
import runpy
import selectors
import sys
import warnings


class Clock(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout=None):
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.clock = Clock()
        super().__init__(self.clock)

    def time(self):
        return self.clock.now

    def default_exception_handler(self, context):
        print(f"asyncio says: {context['message']}")


def run(main, *, debug=None):
    with asyncio.Runner(debug=debug, loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


def show_warning(message, category, *_):
    print(f"{category.__name__}: {message}")


asyncio.run = run
warnings.showwarning = show_warning
runpy.run_path(sys.argv[1], run_name="__main__")
