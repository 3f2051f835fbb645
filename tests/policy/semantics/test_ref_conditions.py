"""The condition of a job says which refs it runs on, or it may run on every push."""

from __future__ import annotations

import pytest
from portcullis_policy.semantics.workflow_files.ref_conditions import refs_of_condition


@pytest.mark.parametrize(
    ("condition", "admitted"),
    [
        ("startsWith(github.ref, 'refs/tags/')", ("**",)),
        ("${{ startsWith( github.ref , 'refs/tags/v' ) }}", ("v**",)),
        ("github.repository == 'o/r' && github.ref_type == 'tag'", ("**",)),
        ("github.ref == 'refs/heads/main'", ()),
        ("github.event_name == 'release'", ()),
        ("github.event.action == 'published'", ()),
        ("", None),
        ("always()", None),
        ("github.event_name == 'push'", None),
        ("!startsWith(github.ref, 'refs/tags/')", None),
        ("startsWith(github.ref, 'refs/tags/') || always()", None),
        ("github.ref != 'refs/heads/main'", None),
        ("contains(github.ref, 'refs/tags/')", None),
    ],
)
def test_refs_that_a_condition_admits(condition: str, admitted: tuple[str, ...] | None) -> None:
    """C3: a chain of `&&` is understood; everything else may admit every push."""
    assert refs_of_condition(condition) == admitted
