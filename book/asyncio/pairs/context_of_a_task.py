"""A number belongs to a request. Who of those that work for it can see it?

Run: `python3 book/asyncio/pairs/context_of_a_task.py`
"""

# ANCHOR: program
import asyncio
from contextvars import ContextVar

request = ContextVar("request", default=None)


async def seen_by(who):
    print(f"{who}: {request.get()}")


async def handle(number):
    request.set(number)
    await seen_by("the same task")
    await asyncio.create_task(seen_by("a task of its own"))
    number = await asyncio.to_thread(request.get)
    print(f"a thread: {number}")


async def main():
    await asyncio.create_task(handle(7))
    await seen_by("after it")


asyncio.run(main())
# ANCHOR_END: program
