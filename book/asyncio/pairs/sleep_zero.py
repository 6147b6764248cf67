"""Three tasks give way after each step. In which order do they come back?

Run: `python3 book/asyncio/pairs/sleep_zero.py`
"""

# ANCHOR: program
import asyncio


async def work(name, steps):
    for _ in range(3):
        steps.append(name)
        await asyncio.sleep(0)


async def main():
    steps = []
    async with asyncio.TaskGroup() as group:
        for name in "abc":
            group.create_task(work(name, steps))
    print("".join(steps))


asyncio.run(main())
# ANCHOR_END: program
