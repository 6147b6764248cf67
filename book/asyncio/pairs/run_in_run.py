"""Code that is not async wants the result of code that is.

Run: `python3 book/asyncio/pairs/run_in_run.py`
"""

# ANCHOR: program
import asyncio


async def ask():
    return "an answer"


def ask_and_wait():
    call = ask()
    try:
        return asyncio.run(call)
    finally:
        call.close()


print("outside:", ask_and_wait())


async def main():
    try:
        ask_and_wait()
    except RuntimeError as error:
        print("inside:", error)


asyncio.run(main())
# ANCHOR_END: program
