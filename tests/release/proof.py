"""What a release proves, executed: what differs from what was built and signed is not announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.release.harness.stage import Stage


def stops_what_differs(made: Stage, name: str) -> None:
    """Check that `verify` stops a release three times, and leave the cause of none.

    A file at PyPI has other content; a file there is not attested; a list of components was changed
    after it was signed. Each attempt looks at everything anew.

    Args:
        made: What the release needs; it is approved.
        name: Its Python package.
    """
    release = made.release
    wheel = f"{name.replace('-', '_')}-1.2.3-py3-none-any.whl"
    undo: list[Callable[[], None]] = []
    release.before["verify"] = lambda: undo.append(changed(made.pypi.folder / wheel))
    _fails(made, "Not as built")
    undo.pop()()

    release.before["verify"] = lambda: None
    provenance = made.pypi.provenance.pop(wheel)
    assert release.again("kim") == 201
    _fails(made, "Not attested")
    assert len(release.result("verify").pauses) == 5
    made.pypi.provenance[wheel] = provenance

    artifacts = next(each for each in release.place.artifacts.iterdir() if each.is_dir())
    change_back = changed(artifacts / f"sboms/python-{name}-1.2.3.cdx.json")
    assert release.again("kim") == 201
    _fails(made, "Not signed")
    change_back()
    assert release.again("kim") == 201


def _fails(made: Stage, title: str) -> None:
    """Check that `verify` stopped the newest release, and says why."""
    states = made.release.run()
    assert states["verify"] == states["notification"] == "failure"
    assert states["github-release"] == "skipped"
    assert f"error: {title}: " in made.release.result("verify").text
    assert made.release.request("kim", "GET", "/releases/tags/v1.2.3")[0] == 404


def changed(file: Path) -> Callable[[], None]:
    """Change a file in its middle; return what changes it back."""
    old = file.read_bytes()
    middle = len(old) // 2
    other = b"y" if old[middle : middle + 1] == b"x" else b"x"
    file.write_bytes(old[:middle] + other + old[middle + 1 :])

    def change_back() -> None:
        file.write_bytes(old)

    return change_back
