"""One of two fails. Python's other one goes on; Rust's is dropped.

Run: `python3 book/asyncio/pairs/gather_error.py`
"""

# ANCHOR: program
import asyncio


async def ask(model, seconds, fails=False):
    try:
        await asyncio.sleep(seconds)
        if fails:
            raise ConnectionError(f"{model} is down")
        print(f"{model}: has answered")
    finally:
        print(f"{model}: ends")


async def main():
    try:
        await asyncio.gather(
            ask("atlas", 2), ask("birch", 1, fails=True)
        )
    except ConnectionError as error:
        print("main:", error)
    await asyncio.sleep(5)


asyncio.run(main())
# ANCHOR_END: program
