"""Wait until three replies are there.

Run: `python3 book/asyncio/pairs/condition.py`
"""

# ANCHOR: program
import asyncio


async def ask(condition, replies):
    for number in range(3):
        await asyncio.sleep(1)
        async with condition:
            replies.append(number)
            condition.notify_all()


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    condition = asyncio.Condition()
    replies = []
    task = asyncio.create_task(ask(condition, replies))
    async with condition:
        await condition.wait_for(lambda: len(replies) >= 3)
        seconds = loop.time() - start
        print(f"{len(replies)} replies after {seconds:.1f} s")
    await task


asyncio.run(main())
# ANCHOR_END: program
