"""The workflow that docs/audit-archive.md gives people."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from components.audit_archive import ArchiveWriterConfig
from engine import ensure_actionlint
from tests.components.workflow_cases.variants import UNKNOWN
from tests.support.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def workflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, as somebody copies it."""
    page = (ROOT / "docs" / "audit-archive.md").read_text(encoding="utf-8")
    (text,) = [block for block in page.split("```")[1::2] if "jobs:" in block]
    folder = tmp_path_factory.mktemp("repository") / ".github" / "workflows"
    folder.mkdir(parents=True)
    file = folder / "audit-archive.yml"
    file.write_text(text.lstrip("\n"), encoding="utf-8")
    return file


def test_the_workflow_has_no_finding(workflow: Path) -> None:
    """zizmor, at its strictest, and actionlint find nothing (R8)."""
    lint = subprocess.run(
        [ensure_actionlint(), *UNKNOWN, "-no-color", workflow],
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.stdout == ""
    zizmor = shutil.which("zizmor", path=sysconfig.get_path("scripts"))
    assert zizmor
    audit = subprocess.run(
        [zizmor, "--offline", "--no-progress", "--persona", "auditor", workflow],
        capture_output=True,
        text=True,
        check=False,
    )
    assert audit.returncode == 0, audit.stdout


def test_it_is_the_one_that_the_role_trusts(workflow: Path) -> None:
    """Its name and its environment are the defaults of `audit_archive.writer` (G8)."""
    document: dict[str, Any] = YAML(typ="safe").load(workflow)
    writer = ArchiveWriterConfig(repository="config")
    assert workflow.name == writer.workflow
    assert document["jobs"]["archive"]["environment"] == writer.environment
