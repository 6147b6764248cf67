"""After one second nobody wants the answer. When does the caller go on?

Run: `python3 book/asyncio/pairs/timeout.py`
"""

# ANCHOR: program
import asyncio


async def ask():
    try:
        await asyncio.sleep(10)
    finally:
        print("ask: cleans up")
        await asyncio.sleep(2)
        print("ask: has cleaned up")


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        await asyncio.wait_for(ask(), timeout=1)
    except TimeoutError:
        seconds = loop.time() - start
        print(f"main: goes on after {seconds:.1f} s")


asyncio.run(main())
# ANCHOR_END: program
