"""The caller gives up; what it waited for must not.

Run: `python3 book/asyncio/pairs/shield.py`
"""

# ANCHOR: program
import asyncio


async def save():
    await asyncio.sleep(2)
    print("save: has ended")
    return "saved"


async def main():
    # Without this reference nobody would keep the task.
    saving = asyncio.create_task(save())
    try:
        async with asyncio.timeout(1):
            await asyncio.shield(saving)
    except TimeoutError:
        print("main: gives up")
    print("main:", await saving)


asyncio.run(main())
# ANCHOR_END: program
