"""A call that blocks is on a thread of its own, and its caller gives up.

Run: `python3 book/asyncio/pairs/to_thread.py`
"""

# ANCHOR: program
import asyncio
import threading

begun, may_end = threading.Event(), threading.Event()


def count_tokens():
    begun.set()
    may_end.wait()
    print("thread: has ended")


async def main():
    counting = asyncio.create_task(
        asyncio.to_thread(count_tokens)
    )
    await asyncio.to_thread(begun.wait)
    counting.cancel()
    try:
        await counting
    except asyncio.CancelledError:
        print("main: the await is cancelled")
    print("main: ends")
    may_end.set()


asyncio.run(main())
print("run: has returned")
# ANCHOR_END: program
