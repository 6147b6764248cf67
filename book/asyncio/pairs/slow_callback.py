"""A call that blocks holds the event loop. Who says so?

Run: `python3 book/asyncio/pairs/slow_callback.py`
"""

# ANCHOR: program
import asyncio
import time


async def count_tokens():
    # Not async: nothing else runs meanwhile.
    time.sleep(0.2)
    return 7


async def main():
    print(await asyncio.create_task(count_tokens()))


asyncio.run(main(), debug=True)
# ANCHOR_END: program
