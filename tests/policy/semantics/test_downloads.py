"""Where a command puts what it downloads."""

import pytest
from portcullis_policy.semantics.commands.commands import commands
from portcullis_policy.semantics.publishing.downloads import _targets, covers


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("curl --silent --output /dev/null --write-out '%{http_code}' https://x.example", []),
        ("wget -O - https://x.example/a", []),
        ("curl --output dist/a https://x.example/a", ["dist/a"]),
        ("wget https://x.example/a.tar.gz", ["a.tar.gz"]),
    ],
)
def test_a_question_whether_a_server_answers_is_no_download(line: str, files: list[str]) -> None:
    """Promise: WF024 does not refuse our own releases, which ask a registry whether it answers."""
    assert [to for _, command in commands([(1, line)]) for to in _targets(command)] == files


@pytest.mark.parametrize(
    ("path", "below"),
    [("a", True), ("./a/b", True), ("/tmp/a", False), ("$RUNNER_TEMP/a", False), ("../a", False)],  # noqa: S108 - a path in a workflow
)
def test_the_working_folder_holds_only_what_is_below_it(path: str, *, below: bool) -> None:
    """Promise: a release of the whole working folder does not count files elsewhere (WF024)."""
    assert covers({"."}, path) == below
