"""Owners by CODEOWNERS, as GitHub's documentation describes them."""

import pytest
from portcullis_policy.semantics.code_owners import deciding, guarded_paths, read

MATCHES = [
    ("*", "a/b/c.yml", True),
    ("*.js", "web/app.js", True),
    ("*.js", "web/app.jsx", False),
    ("/build/logs/", "build/logs/a/b.txt", True),
    ("/build/logs/", "old/build/logs/a.txt", False),
    ("help/*", "help/first.md", True),
    ("help/*", "help/build-app/a.md", False),
    ("apps/", "x/apps/y/z", True),
    ("apps/", "apps", False),
    ("/help/", "help/a.md", True),
    ("/help/", "x/help/a.md", False),
    ("**/logs", "deeply/nested/logs/a", True),
    ("/apps/github", "apps/github", True),
    ("/apps/github", "apps/github/x", True),
    (".github", ".github/workflows/ci.yml", True),
    (".github/**", ".github/workflows/ci.yml", True),
    ("/.github/workflows/*.yml", ".github/workflows/ci.yml", True),
    ("/.github/workflows/*.yml", ".github/workflows/ci.yaml", False),
    ("workflows/", ".github/workflows/ci.yml", True),
    ("CODEOWNERS", ".github/CODEOWNERS", True),
    ("a?c", "abc", True),
    ("/a\\ b/", "a b/c", True),
    ("(a|b)+", "(a|b)+", True),
    ("(a|b)+", "aab", False),
]


@pytest.mark.parametrize(("pattern", "path", "matched"), MATCHES)
def test_patterns_match_as_github_documents(pattern: str, path: str, matched: bool) -> None:  # noqa: FBT001 - a table
    """C3: anchors, folders and wildcards, as in the examples of GitHub's documentation."""
    (line,) = read(f"{pattern} @guild/a")
    assert line.matches(path) is matched


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("* @a\n/.github/ @b/c", ("@b/c",)),
        ("/.github/ @b\n*", ()),
        ("/.github/ @b\n* # @a", ()),
        ("/.github/ @b\n* someone", ("@b",)),
        ("/.github/ @b\n!* @a", ("@b",)),
        ("/.github/ @b\n[a-z.]* @a", ("@b",)),
        ("/.github/ a@b.example @c", ("a@b.example", "@c")),
        ("  /.github/   @b  # who releases", ("@b",)),
        ("# only\n\n", None),
        ("/.github/ @b\n" + "# x\n" * 800_000, None),
    ],
)
def test_the_last_line_decides(text: str, owners: tuple[str, ...] | None) -> None:
    """C3: the last line that matches counts, lines with a mistake are skipped, huge files too."""
    line = deciding(read(text), ".github/workflows/any.yml")
    assert (line.owners if line else None) == owners


def test_patterns_with_many_wildcards_are_read_in_time() -> None:
    """C3: no pattern takes longer than its length times that of the path."""
    for pattern in ("*a" * 60 + "b", "**/" * 200 + "x", "**a" * 200 + "b"):
        (line,) = read(f"{pattern} @a")
        assert not line.matches("a" * 300)


def test_each_pattern_has_an_example_among_the_paths() -> None:
    """C3: a line about some workflow files only is tried with one of them."""
    lines = read("* @a\n/.github/workflows/release-*\n*.yaml @b\n")
    paths = guarded_paths(lines, [".github/workflows/own.yml", "src/a.py"])
    assert ".github/workflows/release-any.yml" in paths
    assert ".github/workflows/own.yml" in paths
    assert all(path.startswith(".github/workflows/") for path in paths)
