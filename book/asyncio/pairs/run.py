"""The program ends, and a task is left over.

Run: `python3 book/asyncio/pairs/run.py`
"""

# ANCHOR: program
import asyncio


async def report():
    try:
        await asyncio.sleep(10)
    finally:
        print("report: cleans up")
        await asyncio.sleep(1)
        print("report: has cleaned up")


async def main():
    task = asyncio.create_task(report())
    await asyncio.sleep(1)
    print("main: ends, and done is", task.done())


asyncio.run(main())
print("run: has returned")
# ANCHOR_END: program
