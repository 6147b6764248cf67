"""A task goes on beside its parent, and what both of them use must belong to both.

Run: `python3 book/asyncio/pairs/spawn.py`
"""

# ANCHOR: program
import asyncio


async def ask(model, seconds, answers):
    await asyncio.sleep(seconds)
    answers.append(model)


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    answers = []
    tasks = [
        asyncio.create_task(ask("atlas", 2, answers)),
        asyncio.create_task(ask("birch", 1, answers)),
    ]
    print("two tasks are made")
    for task in tasks:
        await task
    print(answers, f"{loop.time() - start:.1f} s")


asyncio.run(main())
# ANCHOR_END: program
