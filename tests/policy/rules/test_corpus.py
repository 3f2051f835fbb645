"""One bad workflow file for each thing that zizmor finds offline, and the same file fixed.

`corpus/<audit>.yml` is wrong in one way, which its first line tells; `<audit>.good.yml` is not.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from portcullis_policy.examples.workflow_files import CI_PATH, file

from tests.policy.harness import Pack

CORPUS = Path(__file__).parent / "corpus"
AUDITS = sorted(path.stem for path in CORPUS.glob("*.yml") if not path.stem.endswith(".good"))
TOLD_BY = {
    "WF017": (
        "bot-conditions dangerous-triggers github-app github-env "
        "hardcoded-container-credentials insecure-commands template-injection typosquat-uses "
        "unpinned-images unpinned-uses unsound-condition unsound-contains"
    ),
    "WF018": (
        "adhoc-packages archived-uses artipacked misfeature obfuscation overprovisioned-secrets "
        "secrets-inherit self-repository superfluous-actions unpinned-tools unredacted-secrets "
        "unsound-ternary use-trusted-publishing"
    ),
    "WF022": (
        "anonymous-definition concurrency-limits excessive-permissions secrets-outside-env "
        "self-hosted-runner undocumented-permissions"
    ),
}
RULE = {audit: rule for rule, audits in TOLD_BY.items() for audit in audits.split()}
ELSEWHERE = {
    "cache-poisoning": "it counts where a release takes in the cache: tests/policy/real_shapes",
    "dependabot-cooldown": "it is about dependabot.yml (DB003 is our rule)",
    "dependabot-execution": "it is about dependabot.yml",
    "forbidden-uses": "it says nothing without a list of one's own in zizmor's configuration",
    "impostor-commit": "it asks GitHub whether the commit is of that repository",
    "insecure-url-scheme": "it is about pre-commit's files",
    "known-vulnerable-actions": "it asks GitHub for advisories",
    "ref-confusion": "it asks GitHub for branches and tags of one name",
    "ref-version-mismatch": "it asks GitHub which version the commit is",
    "stale-action-refs": "it asks GitHub whether a tag points to the commit",
}
"""Audits of zizmor 1.32 that cannot be found offline in a workflow file, and why not."""


def said(name: str) -> dict[str, str]:
    """What the pack says of a file, by rule."""
    text = (CORPUS / f"{name}.yml").read_text(encoding="utf-8")
    pack = Pack({"WF022": {"persona": "auditor"}})
    return {item.policyName: item.message for item in pack.run([file(text, CI_PATH)])}


@pytest.mark.parametrize("audit", AUDITS)
def test_each_kind_is_found(audit: str) -> None:
    """C3: what zizmor documents is a finding of the pack, under zizmor's name, at its line."""
    rule = RULE[audit]
    assert f"zizmor {audit}: {CI_PATH}, line" in said(audit)[rule]


@pytest.mark.parametrize("audit", AUDITS)
def test_fixed_files_are_left_in_peace(audit: str) -> None:
    """C3: the same file without the one mistake has no finding of any rule.

    The stack of this test is one file: it has no environment to publish through (WF020), and no
    other file in its repository (RE012, RE013).
    """
    found = said(f"{audit}.good")
    others = [
        reported for rule, reported in found.items() if rule not in ("WF020", "RE012", "RE013")
    ]
    assert not others, "\n\n".join(others)


def test_no_audit_is_forgotten() -> None:
    """C3: each audit that the installed zizmor links to has its file, or a reason why it has none.

    The program holds the address of each audit's documentation, with other text glued to it.
    """
    command = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert command is not None
    linked = re.findall(rb"docs\.zizmor\.sh/audits/#([a-z][a-z-]+)", Path(command).read_bytes())
    known = {*AUDITS, *ELSEWHERE}
    assert len({*linked}) >= len(known) >= 41
    unknown = {each.decode() for each in linked if not each.decode().startswith(tuple(known))}
    assert not unknown
    assert {*RULE} == {*AUDITS}


@pytest.mark.parametrize("audit", AUDITS)
def test_first_line_tells_what_is_wrong(audit: str) -> None:
    """C3: the corpus can be read without zizmor's documentation."""
    assert (CORPUS / f"{audit}.yml").read_text(encoding="utf-8").startswith("# Wrong: ")
