"""A task can be awaited again; a future is used up.

Run: `python3 book/asyncio/pairs/awaited_twice.py`
"""

# ANCHOR: program
import asyncio


async def ask(model):
    print(f"{model} is asked")
    await asyncio.sleep(1)
    return f"{model}'s answer"


async def main():
    task = asyncio.create_task(ask("atlas"))
    print("first:", await task)
    print("again:", await task)

    coroutine = ask("birch")
    print("first:", await coroutine)
    try:
        print("again:", await coroutine)
    except RuntimeError as error:
        print("again:", error)


asyncio.run(main())
# ANCHOR_END: program
