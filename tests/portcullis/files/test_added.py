"""What commits of managed files do to what is on GitHub: modes, links, folders, names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.files import standard
from components.organization import OrganizationConfig
from portcullis.files import added, contents
from portcullis.files.live import File, Head, Place
from portcullis.files.merge import merged
from portcullis.files.tree import Entry
from portcullis.project import UserError
from tests.components.declaration.resolved import resolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SETTINGS = {"display_name": "Acme", "billing_email": "billing@acme.example"}
FILE, RUN, LINK = Entry("blob", "100644"), Entry("blob", "100755"), Entry("blob", "120000")
FOLDER, MODULE = Entry("tree", "040000"), Entry("commit", "160000")


class Answers:
    """A repository `x` on GitHub, and the body of the tree that Portcullis creates."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tree: Mapping[str, Entry]) -> None:
        """Take what lies there; each file's text is `old`."""
        self.tree = tree
        self.bodies: list[Any] = []
        monkeypatch.setattr(added, "heads", lambda *_: {"x": Head("main", "c", "t")})
        monkeypatch.setattr(contents, "entries", self.entries)
        monkeypatch.setattr(contents, "read", self.read)
        monkeypatch.setattr(contents, "get_json", lambda *_: [])

    def entries(self, *asked: Any) -> dict[Place, dict[str, Entry]]:  # noqa: ANN401 - a client, too
        """Answer as `live.entries` does."""
        return {
            place: {
                path: entry
                for path, entry in self.tree.items()
                if path.rpartition("/")[0] == place.path
            }
            for place in asked[-1]
        }

    def read(self, *asked: Any) -> dict[Place, File]:  # noqa: ANN401 - a client, too
        """Answer as `live.read` does."""
        places: Iterable[Place] = asked[-1]
        return {each: File("o", "old") for each in places if self.tree[each.path].kind == "blob"}

    def request(self, _method: str, _path: str, json: Any) -> Answers:  # noqa: ANN401 - any JSON
        """Take a request of `added.create`."""
        self.bodies.append(json)
        return self

    def json(self) -> dict[str, str]:
        """Return GitHub's answer."""
        return {"sha": "s"}

    def look(self, *paths: str, **more: object) -> list[added.Commit]:
        """Return the commits for these files, by pull request."""
        files = {path: {"content": "new"} for path in paths}
        repository = {"files": files, "file_changes": "pull-request", "workflows": False, **more}
        data = {"organization": "acme", "plan": "team", "settings": SETTINGS}
        config = OrganizationConfig.model_validate({**data, "repositories": {"x": repository}})
        client: Any = self
        return added.commits(client, resolved(config), {})


def test_a_commit_keeps_the_mode_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script stays one that can be run, and a new file is a plain one."""
    github = Answers(monkeypatch, {"bin": FOLDER, "bin/run": RUN, "a.md": FILE})
    (commit,) = github.look("bin/run", "a.md", "bin/new")
    client: Any = github
    added.create(client, "/repos/acme/x", Head("main", "c", "t"), commit.changes, "m")
    modes = {each["path"]: each["mode"] for each in github.bodies[0]["tree"]}
    assert modes == {"bin/run": "100755", "a.md": "100644", "bin/new": "100644"}


def test_a_symbolic_link_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and no commit replaces it: a declared file, lines, and a policy alike."""
    links = {".gitignore": LINK, "a.md": LINK, "SECURITY.md": LINK, ".secrets.baseline": LINK}
    files = {
        "ignored_files": ["*.log"],
        "security_contact": "security@acme.example",
        "pre_commit": True,
    }
    (commit,) = Answers(monkeypatch, links).look("a.md", standard_files=files)
    assert [each.path for each in commit.changes] == [".pre-commit-config.yaml"]
    assert set(commit.links) == links.keys()


@pytest.mark.parametrize(
    ("tree", "path", "what"),
    [
        ({"docs": FOLDER, "docs/a.md": FILE}, "docs", "docs: it is a folder on GitHub"),
        ({"docs": MODULE}, "docs", "docs: it is a submodule on GitHub"),
        ({"docs": FILE}, "docs/a/b.md", "docs/a/b.md: `docs` is a file on GitHub"),
        (
            {"docs": FOLDER, "docs/a": RUN},
            "docs/a/b.md",
            "docs/a/b.md: `docs/a` is a file on GitHub",
        ),
        ({"docs": LINK}, "docs/a.md", "docs/a.md: `docs` is a symbolic link on GitHub"),
        ({"docs": MODULE}, "docs/a.md", "docs/a.md: `docs` is a submodule on GitHub"),
        ({".gitignore": FOLDER}, None, ".gitignore: it is a folder on GitHub"),
    ],
)
def test_nothing_but_a_file_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tree: dict[str, Entry], path: str | None, what: str
) -> None:
    """A folder, a submodule, and a file above a declared path are named before any change."""
    github = Answers(monkeypatch, tree)
    with pytest.raises(UserError) as raised:
        github.look(*([path] if path else []), standard_files={"ignored_files": ["*.log"]})
    assert f"\n  acme/x: {what}" in str(raised.value)


@pytest.mark.parametrize(
    "path", ["security.md", "SECURITY.rst", ".github/Security.md", "docs/SECURITY.txt", "SECURITY"]
)
def test_a_policy_of_people_counts_in_every_spelling(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """No `SECURITY.md` is written beside one that people wrote with another name."""
    folder = path.rpartition("/")[0]
    tree = {path: FILE} | ({folder: FOLDER} if folder else {})
    files = {"security_contact": "security@acme.example"}
    (commit,) = Answers(monkeypatch, tree).look(standard_files=files)
    assert commit.changes == ()
    policy = standard.added_files(standard.StandardFilesConfig.model_validate(files))
    assert merged("SECURITY.md", policy["SECURITY.md"], {"security.py": "x"}) is not None


def test_a_policy_below_files_counts_in_every_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository that declares its own policy gets no second one."""
    files = {"security_contact": "security@acme.example"}
    (commit,) = Answers(monkeypatch, {}).look("SECURITY.rst", standard_files=files)
    assert [each.path for each in commit.changes] == ["SECURITY.rst"]
