"""A task is cancelled. Can it refuse?

Run: `python3 book/asyncio/pairs/cancel.py`
"""

# ANCHOR: program
import asyncio


async def ask():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("ask: no")
    await asyncio.sleep(1)
    return "an answer, all the same"


async def main():
    task = asyncio.create_task(ask())
    await asyncio.sleep(1)
    task.cancel()
    print("main: is it done?", task.done())
    print("main:", await task)
    print("main: was it cancelled?", task.cancelled())


asyncio.run(main())
# ANCHOR_END: program
