"""The producer needs no time, the consumer a second for each item.

Run: `python3 book/asyncio/pairs/queue_size.py`
"""

# ANCHOR: program
import asyncio


async def consume(queue):
    for _ in range(4):
        await queue.get()
        await asyncio.sleep(1)


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    queue = asyncio.Queue()
    consumer = asyncio.create_task(consume(queue))
    for number in range(4):
        await queue.put(number)
        print(f"{loop.time() - start:.1f} s: {number} is in")
    await consumer
    print(f"{loop.time() - start:.1f} s: all are done")


asyncio.run(main())
# ANCHOR_END: program
