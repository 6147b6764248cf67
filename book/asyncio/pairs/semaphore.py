"""Three calls, and at most one of them at a time.

Run: `python3 book/asyncio/pairs/semaphore.py`
"""

# ANCHOR: program
import asyncio


async def ask(model, semaphore, start):
    async with semaphore:
        now = asyncio.get_running_loop().time() - start
        print(f"{now:.1f} s: {model} is asked")
        await asyncio.sleep(1)


async def main():
    start = asyncio.get_running_loop().time()
    semaphore = asyncio.Semaphore(1)
    async with asyncio.TaskGroup() as group:
        for model in ("atlas", "birch", "cedar"):
            group.create_task(ask(model, semaphore, start))


asyncio.run(main())
# ANCHOR_END: program
