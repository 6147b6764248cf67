"""Runs an asyncio program on virtual time: `python3 on_virtual_time.py PROGRAM.py`.

When nothing can go on, the clock jumps to the next timer: a sleep of a second is over at once, and the loop says that a
second has passed. tokio does the same with `start_paused`. A program that waits for a thread, and for no timer, really waits.

What asyncio and Python write to stderr, with paths and addresses in it, is printed among the program's own lines, without
them. Needs Python 3.11, and nothing else.
"""

import asyncio
import logging
import re
import runpy
import selectors
import sys
import time
import warnings


class Clock(selectors.DefaultSelector):
    """Where the loop waits, and what it reads the time from."""

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
        # A call that blocks holds the loop's clock, too.
        time.sleep = self.advance

    def time(self):
        return self.clock.now

    def advance(self, seconds):
        self.clock.now += seconds

    async def shutdown_default_executor(self, timeout=None):
        # asyncio sets a limit to this wait, by the loop's clock. The threads need real time.
        await super().shutdown_default_executor()

    def default_exception_handler(self, context):
        print(f"asyncio says: {context['message']}")


class Printed(logging.Handler):
    def emit(self, record):
        print("asyncio says:", re.sub("<.*>", "<...>", record.getMessage()))


def show_warning(message, category, *_):
    print(f"{category.__name__}: {message}")


# Where `asyncio.run` takes its loop from.
asyncio.events.new_event_loop = VirtualTimeLoop
logging.getLogger("asyncio").addHandler(Printed(logging.WARNING))
warnings.showwarning = show_warning
runpy.run_path(sys.argv[1], run_name="__main__")
