"""Nobody looks at how the task ended. Who hears of its error?

Run: `python3 book/asyncio/pairs/unhandled.py`
"""

# ANCHOR: program
import asyncio


async def report(name):
    raise ValueError(f"{name} has no paper")


async def main():
    task = asyncio.create_task(report("atlas"))
    await asyncio.sleep(1)
    print("main: one second later")
    del task
    print("main: ends")


asyncio.run(main())
# ANCHOR_END: program
