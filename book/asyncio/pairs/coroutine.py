"""A coroutine and a future do nothing until somebody awaits them.

Run: `python3 book/asyncio/pairs/coroutine.py`
"""

# ANCHOR: program
import asyncio


async def ask(model):
    print(f"{model} is asked")
    await asyncio.sleep(1)
    return f"{model}'s answer"


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    atlas, birch = ask("atlas"), ask("birch")
    ask("cedar")
    print("three calls are made")
    print(await atlas)
    print(await birch)
    print(f"{loop.time() - start:.1f} s")


asyncio.run(main())
# ANCHOR_END: program
