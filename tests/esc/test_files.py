"""The files under `esc/`: all mistakes at once, and never a value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.esc import files
from portcullis.project import UserError
from tests.esc.project import ACCESS, KEYS, write

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-e2c95a"


def test_the_files_of_the_project() -> None:
    """S8, S9: five groups over three stages with imports, and the three access policies."""
    found = files.load(ROOT)
    groups = {"api-keys", "database-credentials", "security-tokens"}
    groups |= {"integration-credentials", "infrastructure-credentials"}
    assert set(found.projects["sophia"]) == groups
    assert set(found.access.policies) == {"admin-access", "developer-access", "ci-cd-access"}
    assert found.access.policies["developer-access"].stages == ["development"]
    environments = {str(each): each for each in found.environments()}
    assert len(environments) == 5 * 3 + 3
    for stage in files.STAGES:
        imports = environments[f"sophia/{stage}"].imports
        assert set(imports) == {f"sophia/{group}-{stage}" for group in groups}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("description: d\nkeys: [A]\nvalue: x\n", "`value` is not a field"),
        ("description: d\nkeys: [a-b]\n", "never the value itself"),
        ("description: d\nstages: [test]\n", "not known"),
        (f"description: d\nopened: {{A: {{fn::secret: {CANARY}}}}}\n", "belongs into ESC only"),
        (f"description: d\nopened: {{A: {CANARY}}}\n", "is no reference"),
        (f"description: d\nopened: {{A: {{b: [{{fn::secret: {CANARY}}}]}}}}\n", "into ESC only"),
        ("- a\n", "has to be a mapping"),
    ],
)
def test_a_mistake(tmp_path: Path, text: str, words: str) -> None:
    """A mistake is reported with file and line, and no value is quoted."""
    root = write(tmp_path, {"esc/access.yaml": ACCESS, "esc/sophia/keys.yaml": text})
    with pytest.raises(UserError) as error:
        files.load(root)
    assert words in str(error.value)
    assert "esc/sophia/keys.yaml:" in str(error.value)
    assert CANARY not in str(error.value)


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """Mistakes of all files are reported together; a name in two groups is one of them."""
    root = write(
        tmp_path,
        {
            "esc/access.yaml": "organization: acme\n",
            "esc/sophia/a.yaml": KEYS,
            "esc/sophia/b.yaml": KEYS,
        },
    )
    with pytest.raises(UserError) as error:
        files.load(root)
    said = str(error.value)
    assert "`policies` is missing" in said
    assert "`OPENAI_API_KEY` is in a.yaml too" in said
    assert "3 mistakes; nothing was changed" in said


@given(st.dictionaries(st.text(max_size=5), st.recursive(st.none() | st.text(), st.lists)))
def test_any_data(data: dict[str, object]) -> None:
    """Whatever is in a file, the model takes it or says what is wrong: nothing else happens."""
    try:
        files.Group.model_validate(data)
    except ValueError as error:
        said = str(error)
    else:
        return
    assert "input_value" not in said
