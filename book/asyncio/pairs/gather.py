"""Three calls at once: tasks of their own in Python, branches of one task in Rust.

Run: `python3 book/asyncio/pairs/gather.py`
"""

# ANCHOR: program
import asyncio


async def ask(model, seconds):
    task = asyncio.current_task().get_name()
    await asyncio.sleep(seconds)
    return model, task


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    replies = await asyncio.gather(
        ask("atlas", 3), ask("birch", 1), ask("cedar", 2)
    )
    print([model for model, _ in replies])
    print(f"{loop.time() - start:.1f} s")
    tasks = {task for _, task in replies}
    print("run by", len(tasks), "tasks")


asyncio.run(main())
# ANCHOR_END: program
