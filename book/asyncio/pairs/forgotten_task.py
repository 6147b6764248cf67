"""Nobody keeps the task. Python may collect it; tokio goes on with it.

Run: `python3 book/asyncio/pairs/forgotten_task.py`
"""

# ANCHOR: program
import asyncio
import gc


async def report():
    sent = asyncio.get_running_loop().create_future()
    await sent
    print("report: sent")


async def nap():
    await asyncio.sleep(1)
    print("nap: has ended")


async def main():
    asyncio.create_task(report())
    asyncio.create_task(nap())
    await asyncio.sleep(0)
    # Python does this by itself, now and then.
    gc.collect()
    await asyncio.sleep(2)
    print("main: ends")


asyncio.run(main())
# ANCHOR_END: program
