"""Files: one or a folder of them, and text that is no YAML, or not what it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration import Declaration
from components.yaml_text import parsed, quick
from tests.components.declaration.sound import SOUND, mistakes, outcome, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

ORGANIZATION = SOUND.partition("repositories:\n")[0]
REPOSITORY = "visibility: public\n"


def folder(root: Path, **repositories: str) -> Path:
    """An organization as a folder, with one file a repository."""
    written(root, ORGANIZATION.replace("[app]", "all"), "orgs/acme/organization.yaml")
    for name, text in {"app": REPOSITORY, **repositories}.items():
        written(root, text, f"orgs/acme/repositories/{name}.yaml")
    return root


UNREADABLE = (
    ("a tab", "teams:\n»\tdevs: {}\n", "a tab stands here; indent with blanks"),
    ("a quote that is not closed", "a: »'x\n", "a quote is not closed"),
    ("a bracket that is not closed", "a: »[x\nb: y\n", "a bracket is not closed"),
    ("a second colon", "a: b»: c\n", "put the text in quotes"),
    ("indentation", "a:\n  b: 1\n »c: 2\n", "the indentation does not fit"),
    ("a key twice", "a: 1\nb: 1\n»a: 2\n", "for the second time (the first is on line 1)"),
    ("a key twice below", "a:\n  {b: 1, »b: 2}\n", "for the second time (the first is on line 2)"),
    ("a merge twice", "a: &a {}\nb: {<<: *a, »<<: *a}\n", "for the second time: one"),
    ("a member twice", "a: !!set {b, »b}\n", "for the second time: one"),
    ("an anchor that is not there", "a: »*s3cret\n", "put a text that begins with * in quotes"),
    ("two documents", "a: 1\n»---\nb: 2\n", "one document"),
    ("a list", "»- a\n", "has to be a mapping"),
    ("a text", "»a\n", "has to be a mapping"),
    ("nothing", "»", "it is empty"),
    ("a comment alone", "»# later\n", "it is empty"),
    ("half of a character", '»a: "x\\ud800"\n', "has half of a character"),
    ("half of one in a list", 'a: [x, »"\\uDFFF"]\n', "has half of a character"),
    ("half of one in a name", '»"\\ud83dx": y\n', "has half of a character"),
    ("itself", "a: »&x\n  b: *x\n", "an alias refers to what it stands in"),
    ("a list in itself", "a: »&x [1, *x]\n", "an alias refers to what it stands in"),
    ("a control character", "»a: 1\n", "a control character"),
    ("a number as a name", "»1: a\n", "a name has to be a text"),
    ("a mapping as a name", "? »{a: b}\n: c\n", "a name has to be a text"),
    ("a number beyond all", f"a: »{'9' * 5000}\n", "this value cannot be read"),
)


@pytest.mark.parametrize(
    ("text", "what"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE]
)
def test_what_is_not_a_mapping_in_yaml_is_reported_with_its_place(
    text: str, what: str, tmp_path: Path
) -> None:
    """A file that cannot be read has one mistake, at the place, in words that say what to do."""
    text, marked = places(text)
    text = text.replace("»", "")
    if what == "a control character":
        text = "\x07" + text
    (mistake,) = mistakes(written(tmp_path, text))
    assert [str(mistake.place)] == marked
    assert what in mistake.what
    assert "s3cret" not in str(mistake)


def test_deep_nesting_is_a_mistake(tmp_path: Path) -> None:
    """Brackets without end are answered, not crashed on."""
    (mistake,) = mistakes(written(tmp_path, "a: " + "[\n  " * 3_000))
    assert mistake.what == "is nested too deeply"


@pytest.mark.parametrize("tag", ["", "t: !!str x\n"], ids=["quick", "complete"])
@pytest.mark.parametrize("repeat", ["[*a{0}, *a{0}]", "{{x: *a{0}, y: *a{0}}}"])
def test_aliases_that_multiply_are_a_mistake(
    tag: str, repeat: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty lines of aliases to aliases end with a sentence; before, they filled the memory."""
    monkeypatch.setattr(parsed, "MOST_ITEMS", 5_000)
    lines = [f"a{each + 1}: &a{each + 1} {repeat.format(each)}\n" for each in range(40)]
    text = f"{tag}a0: &a0 [x]\n{''.join(lines)}"
    (mistake,) = mistakes(written(tmp_path, text))
    assert "aliases that refer to aliases multiply them" in mistake.what


def test_merges_that_multiply_are_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same by merge keys, of which each takes its source twice."""
    monkeypatch.setattr(quick, "MOST_ITEMS", 5_000)
    lines = [f"a{each + 1}: &a{each + 1} {{<<: [*a{each}, *a{each}]}}\n" for each in range(40)]
    (mistake,) = mistakes(written(tmp_path, f"a0: &a0 {{k: v}}\n{''.join(lines)}"))
    assert "aliases that refer to aliases multiply them" in mistake.what


def test_text_of_another_encoding_is_reported(tmp_path: Path) -> None:
    """A file in UTF-16 or Latin-1 is reported, with the advice to save it as UTF-8."""
    for data in (SOUND.encode("utf-16"), SOUND.replace("Acme", "Äcme").encode("latin-1")):
        (mistake,) = mistakes(written(tmp_path, data))
        assert mistake.what == "is not UTF-8 text: save it as UTF-8"


@pytest.mark.parametrize("text", ["\ufeff" + SOUND, SOUND.replace("\n", "\r\n"), "---\n" + SOUND])
def test_a_byte_order_mark_windows_lines_and_a_document_mark_do_no_harm(
    text: str, tmp_path: Path
) -> None:
    """What editors on other systems write is read alike."""
    assert isinstance(outcome(written(tmp_path, text)), Declaration)


def test_a_file_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    """The mistake names the file, what names it, and the organizations that there are."""
    written(tmp_path, SOUND, "orgs/guild.yaml")
    written(tmp_path, ORGANIZATION, "orgs/big/organization.yaml")
    written(tmp_path, "{}", "orgs/portcullis.schema.json")
    (mistake,) = mistakes(tmp_path)
    assert str(mistake.place) == "orgs/acme.yaml:1:1"
    assert "the stack's portcullis:organization names it" in mistake.what
    assert mistake.allowed == "big, guild"


@pytest.mark.parametrize("name", ["../acme", "/etc/passwd", "a/b", "", "."])
def test_a_name_never_leaves_the_folder(name: str, tmp_path: Path) -> None:
    """The stack's config names a declaration, not a path."""
    written(tmp_path, SOUND, "acme.yaml")
    (mistake,) = mistakes(tmp_path / "project", name)
    assert "there is no such file" in mistake.what


def test_a_name_with_a_dot_is_a_name(tmp_path: Path) -> None:
    """`orgs/acme.io.yaml` is found as acme.io."""
    assert isinstance(
        outcome(written(tmp_path, SOUND, "orgs/acme.io.yaml"), "acme.io"), Declaration
    )


def test_a_folder_is_one_organization(tmp_path: Path) -> None:
    """organization.yaml and repositories/*.yaml are read together, each with its origin."""
    found = outcome(folder(tmp_path, web="description: Web\n"))
    assert isinstance(found, Declaration)
    assert {name: each.description for name, each in found.config.repositories.items()} == {
        "app": "",
        "web": "Web",
    }
    assert str(found.resolved.origin) == "orgs/acme/organization.yaml"
    origins = {name: str(each.origin) for name, each in found.resolved.repositories.items()}
    assert origins == {
        "app": "orgs/acme/repositories/app.yaml repositories.app",
        "web": "orgs/acme/repositories/web.yaml repositories.web",
    }


def test_mistakes_point_into_the_right_file_of_a_folder(tmp_path: Path) -> None:
    """Mistakes of several files are reported together, file by file."""
    folder(tmp_path, web="description: 1\naccess: {dev: push}\n", lib="{}\n")
    written(tmp_path, "topics: [A]\n", "orgs/acme/repositories/app.yaml")
    text = ORGANIZATION.replace("[app]", "all") + "repositories: {tool: {visibility: x}}\n"
    written(tmp_path, text, "orgs/acme/organization.yaml")
    assert [(str(mistake.place), mistake.path) for mistake in mistakes(tmp_path)] == [
        ("orgs/acme/organization.yaml:20:23", "repositories.tool.visibility"),
        ("orgs/acme/repositories/app.yaml:1:10", "repositories.app.topics.0"),
        ("orgs/acme/repositories/web.yaml:1:1", "repositories.web.description"),
        ("orgs/acme/repositories/web.yaml:2:10", "repositories.web.access.dev"),
    ]


def test_unreadable_files_of_a_folder_are_reported_together(tmp_path: Path) -> None:
    """One file that cannot be read does not hide another."""
    folder(tmp_path, a="- x\n", b="x: [\n")
    assert [mistake.place.file for mistake in mistakes(tmp_path)] == [
        "orgs/acme/repositories/a.yaml",
        "orgs/acme/repositories/b.yaml",
    ]


def test_a_repository_stands_in_one_file(tmp_path: Path) -> None:
    """A repository in organization.yaml and in a file of its own is one mistake, naming both."""
    folder(tmp_path)
    text = ORGANIZATION.replace("[app]", "all") + "repositories: {app: {}}\n"
    written(tmp_path, text, "orgs/acme/organization.yaml")
    (mistake,) = mistakes(tmp_path)
    assert mistake.what == "orgs/acme/repositories/app.yaml declares it too: keep one of them"
    assert mistake.path == "repositories.app"


def test_a_file_beside_its_folder_is_a_mistake(tmp_path: Path) -> None:
    """Neither wins silently."""
    written(folder(tmp_path), SOUND)
    (mistake,) = mistakes(tmp_path)
    assert str(mistake.place) == "orgs/acme.yaml:1:1"
    assert "keep one of them" in mistake.what


@pytest.mark.parametrize("file", ["lib.yml", "lib.yaml.bak", "more/lib.yaml"])
def test_no_repository_s_file_is_passed_over(file: str, tmp_path: Path) -> None:
    """A file with another ending would be a repository that is not declared any more."""
    written(folder(tmp_path), REPOSITORY, f"orgs/acme/repositories/{file}")
    (mistake,) = mistakes(tmp_path)
    assert "would be ignored" in mistake.what
    assert mistake.allowed == "<repository>.yaml"


def test_a_file_s_name_is_a_repository_s_name(tmp_path: Path) -> None:
    """A file called `my web.yaml` is reported with the names that are allowed."""
    (mistake,) = mistakes(folder(tmp_path, **{"my web": "{}"}))
    assert str(mistake.place) == "orgs/acme/repositories/my web.yaml:1:1"
    assert "the name `my web`" in mistake.what


def test_aliases_and_merge_keys_are_read_as_yaml_means_them(tmp_path: Path) -> None:
    """What stands under an anchor counts wherever it is used; a key beside a merge wins."""
    text = replaced(
        ("  app:\n", "  app: &app\n"),
        ("  web: {}", "  web: {<<: *app, publish: [], visibility: internal}"),
    )
    found = outcome(written(tmp_path, text))
    assert isinstance(found, Declaration)
    web = found.config.repositories["web"]
    assert (web.visibility, web.ecosystems) == ("internal", ["pip"])
    assert found.config.repositories["app"].visibility == "public"


def test_a_mistake_that_a_merge_brings_in_is_reported_where_it_is_brought_in(
    tmp_path: Path,
) -> None:
    """Keys from `<<` have no place of their own: the item that merges them is named."""
    text, marked = places(
        replaced(("actions: {}", "actions: &a {}"), ("  web: {}", "  »web: {<<: {topics: [A]}}"))
    )
    (mistake,) = mistakes(written(tmp_path, text))
    assert mistake.path == "repositories.web.topics.0"
    assert mistake.place.line == int(marked[0].split(":")[1])


def test_booleans_with_anchors_and_dates_in_quotes_are_taken(tmp_path: Path) -> None:
    """YAML's spelling of a value makes no difference to the models."""
    text = replaced(
        ("visibility: public", "visibility: public\n    archived: &no false"),
        ("expires: 2027-03-31", "expires: '2027-03-31'"),
        ("value: info", "value: 2027-03-31"),
    )
    found = outcome(written(tmp_path, text))
    assert isinstance(found, Declaration)
    assert found.config.variables["LEVEL"].value == "2027-03-31"
    assert found.config.exemptions[0].expires.year == 2027
