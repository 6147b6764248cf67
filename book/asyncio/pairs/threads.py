"""Two tasks hold their thread, and each waits for the other one to come.

Run: `python3 book/asyncio/pairs/threads.py`
"""

# ANCHOR: program
import asyncio
import threading

both = threading.Barrier(2)


async def meet(name):
    try:
        # Not async: it holds the thread until the other comes.
        both.wait(timeout=0.1)
        return f"{name} has met the other"
    except threading.BrokenBarrierError:
        return f"{name} has met nobody"


async def main():
    tasks = [
        asyncio.create_task(meet("atlas")),
        asyncio.create_task(meet("birch")),
    ]
    for task in tasks:
        print(await task)


asyncio.run(main())
# ANCHOR_END: program
