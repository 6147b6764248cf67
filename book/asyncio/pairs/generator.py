"""The reader takes two tokens and leaves. When is the stream closed, and by whom?

Run: `python3 book/asyncio/pairs/generator.py`
"""

# ANCHOR: program
import asyncio


async def tokens():
    try:
        for number in range(100):
            await asyncio.sleep(1)
            yield number
    finally:
        task = asyncio.current_task().get_name()
        print("tokens: closed in", task)


async def first_two():
    async for number in tokens():
        print("token", number)
        if number == 1:
            break


async def main():
    print("main: is", asyncio.current_task().get_name())
    await first_two()
    print("main: has two tokens")
    await asyncio.sleep(1)
    print("main: ends")


asyncio.run(main())
# ANCHOR_END: program
