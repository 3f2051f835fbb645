"""`python -m portcullis`."""

import atexit
import gc

# a command ends soon and leaves little garbage: Python need not look for it at each 700 objects,
# nor among all that is left at the end, which would take a quarter of a second
gc.set_threshold(100_000)
atexit.register(gc.freeze)

from portcullis.cli import app  # noqa: E402 - loading is a good part of what makes objects

app()
