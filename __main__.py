"""Load the stack's organization and declare it."""

import gc

# the program ends soon and leaves little garbage: Python need not look for it at each 700 objects
gc.set_threshold(100_000)

from components.stack import declare  # noqa: E402 - loading is a good part of what makes objects

declare()
