"""The state that is made from GitHub alone, compared with the one that an update writes."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from components.declaration import load
from portcullis.adopt import existing, from_live
from portcullis.drift.look import conversation
from portcullis.live import reader
from portcullis.project import StackSettings
from portcullis.pulumi_runs import run
from tests.end_to_end.conftest import PEOPLE, SECRETS, SMALL, seed
from tests.support.extent import cases
from tests.support.project import ROOT, STACK, Project, short
from tests.support.tokens import TEST_PYPI, pypi_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import Sandbox

EVERY_KIND = Path(__file__).with_name("every_kind.yaml")
GUILD = ROOT / "orgs" / "guild.yaml"
TOKENS = {
    "testPypiToken": pypi_token("escai-framework", "a", TEST_PYPI),
    "pypiToken": pypi_token("escai-framework", "a"),
    "agentSdkTestPypiToken": pypi_token("agent-sdk", "a", TEST_PYPI),
    "agentSdkPypiToken": pypi_token("agent-sdk", "a"),
    "explorerNpmToken": f"npm_{'a' * 36}",
}
"""The secrets of the guild that have a form."""

UNLIKE = {
    "created": "when the entry was written",
    "modified": "when the entry was written",
    "sourcePosition": "a line of the program: the next update adds it",
    "stackTrace": "lines of the program: the next update adds them",
    "resourceHooks": "functions of the program: the next update adds them",
    "provider": "ends in the id of the provider's entry, which is random",
    "id of the provider": "random",
    "outputs of the stack": "says that an update has ended, and none has",
    "__pulumi_raw_state_delta": "how values differ from Terraform's; the provider works it out",
    "createdAt": "only describes the thing on GitHub",
    "updatedAt": "only describes the thing on GitHub",
    "etag": "only describes the thing on GitHub",
    "nodeId of a ruleset": "only describes the thing on GitHub",
    "fork": "only describes the thing on GitHub",
    "fullName": "only describes the thing on GitHub",
    "gitCloneUrl": "only describes the thing on GitHub",
    "htmlUrl": "only describes the thing on GitHub",
    "httpCloneUrl": "only describes the thing on GitHub",
    "sshCloneUrl": "only describes the thing on GitHub",
    "svnUrl": "only describes the thing on GitHub",
    "vulnerabilityAlerts": "has a resource of its own",
    "defaultBranch": "an update writes it before the branch gets its name",
    "ciphertext": "each encryption has another one",
    "commitSha": "of the last commit that the provider made",
    "unset": "a field without a value, which the provider takes for one that is left out",
}
"""What differs, each with the reason."""


def emptied(project: Project) -> dict[str, Any]:
    """Take everything out of the project's state, and return what was in it."""
    exported = json.loads(project.pulumi("stack", "export", check=True).stdout)
    before = dict(exported["deployment"])
    del exported["deployment"]["resources"]
    project.pulumi("stack", "import", "--force", check=True, stdin=json.dumps(exported))
    return before


def written(project: Project, monkeypatch: pytest.MonkeyPatch) -> from_live.Written:
    """Write the project's state from GitHub."""
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    for name in {*os.environ} - {*project.environment}:
        monkeypatch.delenv(name)
    monkeypatch.chdir(project.folder)
    settings, declaration = StackSettings(STACK, project.folder), load("test", project.folder)
    stack = run.select(settings, project.environment)
    access = existing.access(stack, project.environment)
    organization = declaration.config.organization
    with conversation(access, organization, Console(file=io.StringIO())) as asking:
        live = reader.read(asking, organization)
        return from_live.write(
            stack, project.environment, settings, declaration, live, asking=asking
        )


def differences(ours: Any, theirs: Any, name: str = "", kind: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield the fields that differ, by the names of the table."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for field in {*ours, *theirs}:
            yield from differences(ours.get(field), theirs.get(field), field, kind)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = zip(*(sorted(each, key=json.dumps) for each in (ours, theirs)), strict=True)
        for one, other in pairs:
            yield from differences(one, other, name, kind)
    elif not ours and not theirs:
        yield "unset" if ours is not theirs else "created"
    elif ours != theirs:
        special = {
            ("id", "github"): "id of the provider",
            ("outputs", "Stack"): "outputs of the stack",
            ("nodeId", "OrganizationRuleset"): "nodeId of a ruleset",
            ("nodeId", "RepositoryRuleset"): "nodeId of a ruleset",
        }
        yield special.get((name, kind), name)


@pytest.mark.parametrize("declared", cases([EVERY_KIND], SMALL, GUILD), ids=lambda path: path.stem)
def test_the_state_is_what_an_update_had_written(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declared: Path
) -> None:
    """Promise: the state made from GitHub is the one that an update leaves, for every kind (16).

    The preview that follows is empty but for secrets, whose values nobody can read, and an update
    changes nothing else on GitHub. No secret is in the clear in the state.
    """
    text = declared.read_text(encoding="utf-8")
    organization = "guild" if declared == GUILD else "acme"
    people = [*PEOPLE, "ines", "raj", "tom"]
    world = sandbox.world(f"state-{declared.stem}", seed(organization, people, "enterprise"))
    project = Project(tmp_path / "project", world, protect=True)
    project.write(text)
    values = TOKENS if declared == GUILD else SECRETS
    keys = re.findall(r"config: (\w+)", text)
    project.create({key: values.get(key, "opaque") for key in keys})
    if declared == EVERY_KIND:  # the credentials are in the stack's config, and so in the state
        token = project.environment.pop("GITHUB_TOKEN")
        project.pulumi("config", "set", "--secret", "github:token", check=True, stdin=token)
    project.make()
    before = emptied(project)
    world.clear_journal()
    adopted = {short(urn) for urn in written(project, monkeypatch).adopted}
    assert world.writes() == []
    after = project.state()
    assert world.tokens["portcullis[bot]"] not in json.dumps(after)
    theirs = {short(each["urn"]): each for each in before["resources"]}
    ours = {short(each["urn"]): each for each in after["resources"]}
    secrets = {name for name in theirs if name.partition(" ")[0].endswith("Secret")}
    assert set(theirs) - set(ours) == secrets
    assert set(ours) <= set(theirs)
    assert adopted == {name for name in ours if ours[name]["custom"]} - {"github github"}
    found = {
        (name, field)
        for name in ours
        for field in differences(ours[name], theirs[name], kind=name.partition(" ")[0])
    }
    assert {each for each in found if each[1] not in UNLIKE} == set()
    preview = project.preview()
    assert preview.code == 0, preview.text
    assert preview.operations() == dict.fromkeys(secrets, "create")
    world.clear_journal()
    done = project.update()
    assert done.code == 0, done.text
    assert {each["path"].split("/")[-2] for each in world.writes()} == {"secrets"}
