"""Compiled templates, kept beside Python's own bytecode.

Compiling them takes a good part of a program's start, and each run starts several programs.
"""

from __future__ import annotations

import pickle
import sys
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.bccache import Bucket


class Compiled(FileSystemBytecodeCache):
    """Jinja's cache of bytecode; a folder that cannot be read or written only costs time."""

    def __init__(self, options: Mapping[str, object], folder: Path | None = None) -> None:
        """Keep what is compiled with ``options`` in a folder.

        Args:
            options: The environment's options: with others, the same text compiles differently.
            folder: Where files are kept; None: where Python keeps the bytecode of this module.
        """
        given = f"{version('jinja2')} {sorted(options.items())}"
        name = f"jinja-{sha256(given.encode()).hexdigest()[:12]}-%s.cache"
        super().__init__(str(folder or Path(cache_from_source(__file__)).parent), name)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template's code, if it is there and whole."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code, unless Python is to write no bytecode."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
