"""Portcullis, installed: the folders of its repository lie in this package, unchanged.

Their names, such as `components`, are too general for the top of site-packages, where those of
others would be mixed up with them. So they are put on the path only in processes of Portcullis.
"""

from __future__ import annotations

import atexit
import gc
import runpy
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Run the command line: the console script `portcullis`."""
    _begin()
    from portcullis.cli import app  # noqa: PLC0415 - found only now

    app()


def declare() -> None:
    """Declare the stack's organization: what `__main__.py` of a configuration repository calls.

    Raises:
        SystemExit: after every mistake was reported.
    """
    _begin()
    from components.stack import declare as declare_stack  # noqa: PLC0415 - found only now

    declare_stack()


def github_settings() -> None:
    """Serve the provider of GitHub's settings to Pulumi, which finds this script on PATH."""
    _begin()
    from github_settings.__main__ import main as serve  # noqa: PLC0415 - found only now

    serve()


def policies() -> None:
    """Serve the policy pack to Pulumi, until Pulumi ends it: the pack's `__main__.py` calls it."""
    pack = FOLDER / "policy"
    sys.path.insert(0, str(pack))
    runpy.run_path(str(pack / "__main__.py"))


def _begin() -> None:
    # as in __main__.py of the repository: the process ends soon and leaves little garbage
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    sys.path.insert(0, str(FOLDER))
