"""How much is tested: what `make test` needs, or every case of `make every` and `make releases`.

A case is left to `make every` when it takes long and differs from its neighbors in one choice whose
own tests run always, such as the source that a value comes from.
"""

from __future__ import annotations

import os
from typing import TypeVar

Case = TypeVar("Case")
EVERY = os.environ.get("PORTCULLIS_TESTS") == "every"
"""Whether every case runs."""


def cases(always: list[Case], *more: Case) -> list[Case]:
    """Return the cases of every run of the tests, and those of `make every` if it is one."""
    return [*always, *more] if EVERY else always
