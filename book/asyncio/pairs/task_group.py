"""One task of a group fails: what happens to the others, and who is told.

Run: `python3 book/asyncio/pairs/task_group.py`
"""

# ANCHOR: program
import asyncio


async def ask(model, seconds, fails=False):
    try:
        await asyncio.sleep(seconds)
        if fails:
            raise ConnectionError(f"{model} is down")
        print(f"{model}: has answered")
    except asyncio.CancelledError:
        print(f"{model}: is cancelled")
        raise


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(ask("atlas", 2))
            group.create_task(ask("birch", 1, fails=True))
    except* ConnectionError as errors:
        print("main:", *errors.exceptions)
    print("main: the group has ended")


asyncio.run(main())
# ANCHOR_END: program
