"""Two producers, one consumer. How does the consumer know that nothing more will come?

Run: `python3 book/asyncio/pairs/queue_end.py`
"""

# ANCHOR: program
import asyncio


async def produce(queue, name, seconds):
    for number in (1, 2):
        await asyncio.sleep(seconds)
        await queue.put(f"{name} {number}")
    # The mark that means: this was the last one.
    await queue.put(None)


async def main():
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(queue, "fast", 1))
        group.create_task(produce(queue, "slow", 3))
        while (item := await queue.get()) is not None:
            print(item)
        print("main: the end")
    left = [queue.get_nowait() for _ in range(queue.qsize())]
    print("main: left behind:", left)


asyncio.run(main())
# ANCHOR_END: program
