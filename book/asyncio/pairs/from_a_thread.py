"""A thread that knows nothing of async hands tokens to a task.

Run: `python3 book/asyncio/pairs/from_a_thread.py`
"""

# ANCHOR: program
import asyncio
import threading


def generate(loop, queue):
    for token in ("to", "ken", None):
        loop.call_soon_threadsafe(queue.put_nowait, token)


async def main():
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue()
    thread = threading.Thread(
        target=generate, args=(loop, queue)
    )
    thread.start()
    while (token := await queue.get()) is not None:
        print(token)
    thread.join()


asyncio.run(main())
# ANCHOR_END: program
