"""The producer waits until all items are done. The worker fails at the second one.

Run: `python3 book/asyncio/pairs/queue_join.py`
"""

# ANCHOR: program
import asyncio


async def work(queue):
    while True:
        item = await queue.get()
        await asyncio.sleep(1)
        if item == 2:
            raise ValueError("item 2 is bad")
        print("work: has done", item)
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    worker = asyncio.create_task(work(queue))
    for item in (1, 2, 3):
        await queue.put(item)
    try:
        await asyncio.wait_for(queue.join(), timeout=60)
    except TimeoutError:
        print("main: still waiting after a minute")
    print("main:", repr(worker.exception()))


asyncio.run(main())
# ANCHOR_END: program
