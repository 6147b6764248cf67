"""One answer is promised, and whoever promised it fails.

Run: `python3 book/asyncio/pairs/future_result.py`
"""

# ANCHOR: program
import asyncio


async def ask():
    await asyncio.sleep(1)
    raise ConnectionError("atlas is down")


async def answer(promise):
    promise.set_result(await ask())


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    promise = loop.create_future()
    task = asyncio.create_task(answer(promise))
    try:
        async with asyncio.timeout(60):
            print("main:", await promise)
    except TimeoutError:
        seconds = loop.time() - start
        print(f"main: gives up after {seconds:.1f} s")
    print("main:", repr(task.exception()))


asyncio.run(main())
# ANCHOR_END: program
