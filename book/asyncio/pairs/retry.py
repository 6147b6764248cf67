"""The first try fails. What is it that is tried again?

Run: `python3 book/asyncio/pairs/retry.py`
"""

# ANCHOR: program
import asyncio

tries = 0


async def ask():
    global tries
    tries += 1
    if tries == 1:
        raise ConnectionError("busy")
    return f"an answer at try {tries}"


async def retry(call):
    for _ in range(3):
        try:
            return await call()
        except ConnectionError as error:
            print("retry:", error)
            await asyncio.sleep(1)


async def main():
    print("a function:", await retry(ask))
    global tries
    tries = 0
    call = ask()
    try:
        print("a coroutine:", await retry(lambda: call))
    except RuntimeError as error:
        print("a coroutine:", error)


asyncio.run(main())
# ANCHOR_END: program
