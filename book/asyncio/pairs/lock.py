"""Two tasks read a count, wait, and write it back plus one.

Run: `python3 book/asyncio/pairs/lock.py`
"""

# ANCHOR: program
import asyncio

count = 0
lock = asyncio.Lock()


async def add():
    global count
    seen = count
    await asyncio.sleep(1)
    count = seen + 1


async def add_alone():
    async with lock:
        await add()


async def main():
    global count
    await asyncio.gather(add(), add())
    print("without a lock:", count)
    count = 0
    await asyncio.gather(add_alone(), add_alone())
    print("with a lock across the await:", count)


asyncio.run(main())
# ANCHOR_END: program
