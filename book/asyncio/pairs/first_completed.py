"""The first of two answers is enough. What becomes of the other call?

Run: `python3 book/asyncio/pairs/first_completed.py`
"""

# ANCHOR: program
import asyncio


async def ask(model, seconds):
    await asyncio.sleep(seconds)
    print(f"{model}: has answered")
    return model


async def main():
    atlas = asyncio.create_task(ask("atlas", 2))
    birch = asyncio.create_task(ask("birch", 1))
    done, pending = await asyncio.wait(
        [atlas, birch],
        return_when=asyncio.FIRST_COMPLETED,
    )
    print("main: the winner is", done.pop().result())
    # To stop the others: `task.cancel()` for each.
    print("main:", len(pending), "goes on")
    await asyncio.sleep(5)


asyncio.run(main())
# ANCHOR_END: program
