"""Standard files: what is declared, and what becomes of files that people wrote."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components.files import standard
from components.files.standard import AddedFile, Contact, IgnoredPattern, StandardFilesConfig
from portcullis.files.live import NOT_TEXT
from portcullis.files.merge import HEADING, merged

ALL = StandardFilesConfig(
    security_contact="security@acme.example",
    workflow_owners=["devs"],
    pre_commit=True,
    ignore_secret_files=True,
    ignored_files=["local.cfg", ".env"],
)
LINES = st.lists(st.sampled_from([".env", ".env ", "!.env", "*.pem", "", "# mine", "a b"]))


def ignored(content: str, live: str | None) -> str | None:
    """What becomes of `.gitignore`."""
    there = {} if live is None else {".gitignore": live}
    return merged(".gitignore", AddedFile(content, "lines"), there)


@given(lines=LINES, end=st.sampled_from(["\n", "\r\n"]), ended=st.booleans(), marked=st.booleans())
def test_lines_are_added_and_none_is_lost(
    lines: list[str], end: str, *, ended: bool, marked: bool
) -> None:
    """What people wrote is there as it was, has the last word, and keeps its line ends (E7)."""
    text = ("\ufeff" if marked else "") + end.join(lines) + (end if ended else "")
    new = ignored(".env\n.secrets/\n", text)
    assert new is not None
    assert new.endswith(text.removeprefix("\ufeff"))
    assert new.startswith("\ufeff" if marked else HEADING)
    shown = new.removeprefix("\ufeff").splitlines()
    assert ".secrets/" in shown
    assert sum(line.rstrip() == ".env" for line in shown) == max(
        1, sum(line.rstrip() == ".env" for line in lines)
    )
    assert set(re.findall(r"\r?\n", new)) == ({end} if end in text else {"\n"})
    assert ignored(".env\n.secrets/\n", new) is None


def test_a_line_that_people_took_out_comes_back_below_the_heading() -> None:
    """The heading is not repeated, and other lines stay where they are."""
    text = f"mine\n{HEADING}\n.env\n\nlast\n"
    assert ignored(".env\n.pypirc\n", text) == f"mine\n{HEADING}\n.env\n.pypirc\n\nlast\n"
    assert ignored(".env\n", None) == f"{HEADING}\n.env\n"
    assert ignored(".env\n", "") == f"{HEADING}\n.env\n"
    assert ignored(".env\n", NOT_TEXT) is None


BLOCKS: list[tuple[list[str], list[str], list[str]]] = [
    (["*.log"], ["*.log", "!keep.log"], ["*.log", "!keep.log"]),
    (["!keep.log"], ["*.log", "!keep.log"], ["*.log", "!keep.log"]),
    (["!keep.log", "*.log"], ["*.log", "!keep.log"], ["*.log", "!keep.log"]),
    (["*.log", "theirs"], ["*.log", "!keep.log"], ["*.log", "!keep.log", "theirs"]),
    (["*.log"], ["*.tmp", "!keep.log"], ["*.log", "*.tmp", "!keep.log"]),
    (["c", "a"], ["a", "b", "c", "d"], ["a", "b", "c", "d"]),
    (["*.log", "!a"], ["!a"], ["*.log", "!a"]),
    ([], ["*.log", "!keep.log"], ["*.log", "!keep.log"]),
]
"""The lines below the heading, the declared ones, and what becomes of the former."""


@pytest.mark.parametrize(("block", "declared", "expected"), BLOCKS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("rest", ["", "\n\n", "\n\nlast\n", "\n \n!last"])
def test_the_order_of_lines_is_the_declared_one(
    block: list[str], declared: list[str], expected: list[str], end: str, rest: str
) -> None:
    """The last match wins, so an exception follows its pattern, whichever was declared first."""
    content = "".join(f"{line}\n" for line in declared)
    text = "\n".join(["mine", "", HEADING, *block]) + rest
    new = ignored(content, text.replace("\n", end))
    there = text if new is None else new.replace("\r\n", "\n")
    assert there.rstrip("\n") == ("\n".join(["mine", "", HEADING, *expected]) + rest).rstrip("\n")
    assert new is None or (end == "\n") == ("\r" not in new)
    assert new is None or new.count("\r") in {0, new.count("\n")}
    assert ignored(content, new or text) is None


def test_what_people_wrote_outside_of_the_block_stays() -> None:
    """A declared line that people wrote is not repeated, and they keep the last word."""
    text = f"{HEADING}\n*.pem\n\n*.log\n"
    assert ignored("*.log\n!keep.log\n", text) == f"{HEADING}\n*.pem\n!keep.log\n\n*.log\n"
    assert ignored("*.pem\n*.log\n", text) is None


@pytest.mark.parametrize(
    ("path", "live", "is_written"),
    [
        (standard.BASELINE, {}, True),
        (standard.BASELINE, {standard.BASELINE: ""}, False),
        (standard.SECURITY_POLICY, {}, True),
        (standard.SECURITY_POLICY, {"SECURITY.md": "ours"}, False),
        (standard.SECURITY_POLICY, {".github/SECURITY.md": "ours"}, False),
        (standard.SECURITY_POLICY, {"docs/SECURITY.md": NOT_TEXT}, False),
        (standard.SECURITY_POLICY, {"SECURITY.md": f"<!-- {standard.MARK} -->\nold"}, True),
        (standard.SECURITY_POLICY, {"SECURITY.md": f"theirs\n{standard.MARK}"}, False),
        (standard.PRE_COMMIT, {".pre-commit-config.yml": "repos: []"}, False),
    ],
)
def test_a_file_of_people_stays(path: str, live: dict[str, str], *, is_written: bool) -> None:
    """A baseline is created once; policy and hooks are ours while their first line says it (G5)."""
    file = standard.added_files(ALL)[path]
    new = merged(path, file, live)
    assert new == (file.content if is_written else None)
    assert merged(path, file, {path: file.content}) is None


def test_a_repository_differs_from_the_organization_field_by_field() -> None:
    """What a repository leaves out is the organization's; it can switch off what that has on."""
    own = StandardFilesConfig(security_contact="", workflow_owners=[], ignored_files=["x"])
    found = standard.effective(ALL, own)
    assert found == ALL.model_copy(
        update={"security_contact": "", "workflow_owners": [], "ignored_files": ["x"]}
    )
    assert standard.SECURITY_POLICY not in standard.added_files(found)
    assert standard.added_files(StandardFilesConfig()) == {}


def test_no_code_owner_comes_after_those_of_workflow_files() -> None:
    """The last match wins: workflow files and CODEOWNERS have their owners, whatever precedes."""
    owners = {"/.github/": ["ops"], "*": ["devs"], "/docs/": []}
    found = standard.with_workflow_owners(owners, ALL)
    assert list(found.items()) == [("*", ["devs"]), ("/docs/", []), ("/.github/", ["devs"])]
    assert standard.with_workflow_owners(owners, StandardFilesConfig()) == owners


def test_the_lines_of_gitignore_are_listed_once() -> None:
    """Lines of the YAML follow the usual ones, each once (E7)."""
    lines = standard.added_files(ALL)[standard.GITIGNORE].content.splitlines()
    assert lines == [*standard.SECRET_FILES, "local.cfg"]
    assert {".env", ".secrets/", ".pypirc", "config/secrets.yaml"} <= {*lines}


def test_the_baseline_is_of_the_pinned_tool() -> None:
    """The hook and its baseline have one version, and no finding is accepted beforehand (G5)."""
    files = standard.added_files(ALL)
    baseline = json.loads(files[standard.BASELINE].content)
    assert baseline["results"] == {}
    assert f'"detect-secrets=={baseline["version"]}"' in files[standard.PRE_COMMIT].content


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Contact, "ana"),
        (Contact, "http://acme.example"),
        (Contact, "a@b.example\n# x"),
        (Contact, "a)](https://x@y"),
        (IgnoredPattern, "# a comment"),
        (IgnoredPattern, " .env"),
        (IgnoredPattern, "a\nb"),
        (IgnoredPattern, ""),
    ],
)
def test_what_would_be_another_line_is_a_mistake(kind: Any, text: str) -> None:  # noqa: ANN401 - a type
    """Neither a contact nor a line can put anything else into a file."""
    with pytest.raises(ValidationError, match="allowed: "):
        TypeAdapter(kind).validate_python(text)
