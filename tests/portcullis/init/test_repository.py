"""The files of a configuration repository."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from components.declaration import load
from portcullis.cli import app
from portcullis.init.repository import files, write
from portcullis.init.wheel import Wheel, this_wheel
from portcullis.project import UserError

if TYPE_CHECKING:
    from typer.testing import Result

WHEEL = Wheel("portcullis_program-0.1.0-py3-none-any.whl", "0.1.0", "ab" * 32)
LOGINS = st.from_regex(r"[A-Za-z0-9]{1,12}(-[A-Za-z0-9]{1,12}){0,2}", fullmatch=True)


def wheel_of(folder: Path, name: str = "portcullis-program") -> Path:
    """A wheel with nothing but its metadata."""
    path = folder / "some.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x-1.dist-info/METADATA", f"Name: {name}\nVersion: 9.9\n")
    return path


def run(*arguments: str) -> Result:
    """`portcullis init` with arguments."""
    return CliRunner().invoke(app, ["init", *arguments])


@given(LOGINS)
def test_every_login_gives_files_that_name_it(login: str) -> None:
    """A login that is a number or a word of YAML stays text in each file (C1)."""
    made = files([login], "", WHEEL)
    yaml = YAML(typ="safe")
    assert yaml.load(made[f"orgs/{login}.yaml"])["organization"] == login
    for stack in (login, f"{login}-practice"):
        assert yaml.load(made[f"Pulumi.{stack}.yaml"])["config"]["portcullis:organization"] == login


def test_the_declaration_to_start_from_has_no_mistake(tmp_path: Path) -> None:
    """`orgs/NAME.yaml` can be loaded as it is."""
    write(files(["acme"], "", WHEEL), tmp_path)
    assert load("acme", tmp_path).config.organization == "acme"


def test_several_organizations_share_one_repository() -> None:
    """Each organization has a declaration, a stack, a practice stack and its line of the README."""
    made = files(["acme", "umbrella"], "s3://state", WHEEL)
    assert {"orgs/acme.yaml", "orgs/umbrella.yaml", "Pulumi.umbrella-practice.yaml"} <= set(made)
    assert "| umbrella |" in made["README.md"]
    assert YAML(typ="safe").load(made["Pulumi.yaml"])["backend"] == {"url": "s3://state"}


def test_everything_is_pinned_by_hash() -> None:
    """Portcullis and each other package have a version and a hash, and no index is named (R5)."""
    text = files(["acme"], "", WHEEL)["requirements.txt"]
    assert f"portcullis-program==0.1.0 \\\n    --hash=sha256:{WHEEL.sha256}\n" in text
    packages = re.split(r"^(?=[A-Za-z])", text, flags=re.MULTILINE)
    assert [each for each in packages[1:] if "==" not in each or "--hash" not in each] == []
    assert not re.search(r"https?://|index-url|find-links|file:|/work|/home", text)


@pytest.mark.parametrize(
    "names",
    [["-acme"], ["acme-"], ["ac--me"], ["a" * 40], ["ac_me"], ["../x"], [""], ["a\n"], ["é"]],
)
def test_names_that_github_refuses_are_refused(names: list[str]) -> None:
    """A login that GitHub would not accept is a mistake."""
    with pytest.raises(UserError, match="GitHub allows"):
        files(names, "", WHEEL)


def test_names_that_need_the_same_file_are_refused() -> None:
    """GitHub ignores case in logins, and the practice stack's name is taken."""
    with pytest.raises(UserError, match="acme: named twice"):
        files(["acme", "Acme"], "", WHEEL)
    with pytest.raises(UserError, match="practice stack of acme"):
        files(["acme", "acme-practice"], "", WHEEL)


def test_all_mistakes_are_reported_at_once() -> None:
    """Two names and the backend are three mistakes of one message."""
    with pytest.raises(UserError) as caught:
        files(["-a", "b-"], "postgres://x", WHEEL)
    assert len(str(caught.value).splitlines()) == 4


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """All files that exist are listed, dead links included, and nothing is written."""
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "__main__.py").symlink_to("nowhere")
    result = run("acme", "--directory", str(tmp_path), "--wheel", str(wheel_of(tmp_path)))
    assert (result.exit_code, "README.md\n  __main__.py" in result.stderr) == (1, True)
    assert (tmp_path / "README.md").read_text() == "mine"
    assert {each.name for each in tmp_path.iterdir()} == {"README.md", "__main__.py", "some.whl"}


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file in the folder's place is a person's mistake, not a traceback."""
    result = run("acme", "--directory", "/dev/null/x", "--wheel", str(wheel_of(tmp_path)))
    assert result.exit_code == 1
    assert "cannot be written: Not a directory" in result.stderr


def test_the_wheel_has_to_be_known(tmp_path: Path) -> None:
    """No repository is made without the hash of what it installs."""
    for path, words in (
        (tmp_path / "none.whl", "--wheel"),
        (wheel_of(tmp_path, name="portcullis"), "not a wheel of portcullis-program"),
        (Path(__file__), "is not a wheel"),
    ):
        with pytest.raises(UserError, match=words):
            this_wheel(path)


def test_no_path_of_this_machine_is_committed(tmp_path: Path) -> None:
    """Of the wheel's path only the file's name reaches the files."""
    made = files(["acme"], "", this_wheel(wheel_of(tmp_path)))
    assert str(tmp_path) not in json.dumps(made)
