"""It has happened before anybody waits for it. Who hears of it?

Run: `python3 book/asyncio/pairs/event.py`
"""

# ANCHOR: program
import asyncio


async def main():
    ready = asyncio.Event()
    ready.set()
    for number in (1, 2):
        try:
            await asyncio.wait_for(ready.wait(), timeout=5)
            print(f"Event, wait {number}: seen")
        except TimeoutError:
            print(f"Event, wait {number}: missed")


asyncio.run(main())
# ANCHOR_END: program
