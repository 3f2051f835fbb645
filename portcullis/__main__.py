"""`python -m portcullis`."""

import gc

# a command ends soon and leaves little garbage: Python need not look for it at each 700 objects
gc.set_threshold(100_000)

from portcullis.cli import app  # noqa: E402 - loading is a good part of what makes objects

app()
