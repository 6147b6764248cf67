"""Three calls, of which one fails and one has a bug: what is in the list of results.

Run: `python3 book/asyncio/pairs/return_exceptions.py`
"""

# ANCHOR: program
import asyncio


async def ask(model):
    await asyncio.sleep(1)
    if model == "birch":
        raise ConnectionError("birch is down")
    if model == "cedar":
        return {"reply": "yes"}["text"]
    return "yes"


async def main():
    replies = await asyncio.gather(
        *[ask(model) for model in ["atlas", "birch", "cedar"]],
        return_exceptions=True,
    )
    for reply in replies:
        print(repr(reply))


asyncio.run(main())
# ANCHOR_END: program
