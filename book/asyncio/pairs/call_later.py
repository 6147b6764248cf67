"""Something is to happen in two seconds, unless it is called off.

Run: `python3 book/asyncio/pairs/call_later.py`
"""

# ANCHOR: program
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(2, print, "after 2 s")
    called_off = loop.call_later(1, print, "after 1 s")
    called_off.cancel()
    await asyncio.sleep(3)
    print("main: ends")


asyncio.run(main())
# ANCHOR_END: program
