"""Two sessions: one comes to its end, the other is given up. Which of them is closed?

Run: `python3 book/asyncio/pairs/cleanup.py`
"""

# ANCHOR: program
import asyncio


class Session:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        await asyncio.sleep(1)
        print("session: closed")


async def ask(seconds):
    async with Session():
        await asyncio.sleep(seconds)


async def main():
    for seconds in (1, 10):
        try:
            async with asyncio.timeout(3):
                await ask(seconds)
            print("main: has the answer")
        except TimeoutError:
            print("main: gives up")


asyncio.run(main())
# ANCHOR_END: program
