"""Replies are used as they come. Do the other calls go on while one reply is worked on?

Run: `python3 book/asyncio/pairs/as_completed.py`
"""

# ANCHOR: program
import asyncio


async def ask(model, seconds, start):
    for _ in range(3):
        await asyncio.sleep(seconds)
    now = asyncio.get_running_loop().time() - start
    print(f"{now:.1f} s: {model} has answered")
    return model


async def main():
    start = asyncio.get_running_loop().time()
    calls = [ask("atlas", 0.5, start), ask("birch", 1, start)]
    for reply in asyncio.as_completed(calls):
        model = await reply
        await asyncio.sleep(4)
        now = asyncio.get_running_loop().time() - start
        print(f"{now:.1f} s: {model} is printed")


asyncio.run(main())
# ANCHOR_END: program
