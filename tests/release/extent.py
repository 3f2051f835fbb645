"""How much is executed: what `make test` needs, or the whole matrix of `make releases`."""

from __future__ import annotations

import os
from typing import TypeVar

Case = TypeVar("Case")
WHOLE = os.environ.get("PORTCULLIS_RELEASES") == "all"


def cases(always: list[Case], *more: Case) -> list[Case]:
    """Return the cases of every run of the tests, and in `make releases` some more."""
    return [*always, *more] if WHOLE else always
