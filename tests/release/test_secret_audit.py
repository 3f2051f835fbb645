"""The secret audit, executed: a GitHub App lists names and dates, and nothing reads a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from components.files import secret_audit
from components.files.workflow_choice import SecretAuditConfig
from components.secrets.declared import DeclaredSecret
from components.secrets.secret import RepositorySecretConfig, SecretConfig
from tests.release.harness import projects
from tests.release.harness.organization import AUDITOR
from tests.release.harness.stage import Machine, Stage, stage
from tests.sandbox.sealing import sealed
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from pathlib import Path

AUDIT = SecretAuditConfig(client_id=str(AUDITOR), environment="secret-audit", key="AUDIT_APP_KEY")
TOKENS = {each: {"from": {"config": "x"}} for each in ("pypi", "testpypi")}
DECLARED: list[dict[str, Any]] = [
    {"python": "riveter", "auth": "token", "approvers": ["releasers"], "tokens": TOKENS}
]


def _secret(name: str, environment: str | None = None, **more: object) -> DeclaredSecret:
    model = SecretConfig if environment else RepositorySecretConfig
    config = model.model_validate({"from": {"config": "x"}, "rotate_every": "90d", **more})
    here = ("riveter",)
    if environment:
        return DeclaredSecret((name,), name, config, "environment", here, environment)
    return DeclaredSecret((name,), name, config, "repository", here)


SECRETS = (
    _secret("PYPI_API_TOKEN", "pypi-release"),
    _secret("TEST_PYPI_API_TOKEN", "testpypi"),
    _secret("AUDIT_APP_KEY", "secret-audit"),
    _secret("HOOK", stores=["actions", "dependabot"]),
)


def _put(made: Stage, place: str, name: str, value: str = "canary-of-the-audit") -> None:
    """Store a secret as an owner of the organization."""
    with made.release.world.client() as api:
        base = f"/repos/{made.release.repository}/{place}"
        api.put(f"{base}/{name}", json=sealed(api, base, value)).raise_for_status()


def _issue(made: Stage) -> dict[str, Any]:
    """Return the only issue of the repository."""
    (found,) = made.release.request("zoe", "GET", "/issues?state=all")[1]
    issue: dict[str, Any] = found
    return issue


def test_secrets_are_compared_with_the_declared_ones(machine: Machine, tmp_path: Path) -> None:
    """What is missing and what nobody declared is named; then both are put right (R8, R14).

    An issue is open until then. It has the number of findings, and no name of a secret.
    """
    files = {**projects.python("riveter"), **secret_audit.render(AUDIT, SECRETS)}
    with stage(machine, tmp_path, "riveter", DECLARED, files) as made:
        policy = {"protected_branches": True, "custom_branch_policies": False}
        place = "/environments/secret-audit"
        body = {"deployment_branch_policy": policy}
        assert made.release.request("olga", "PUT", place, body)[0] == 200
        _put(made, "environments/secret-audit/secrets", "AUDIT_APP_KEY", app_keys()[0])
        _put(made, "actions/secrets", "LEFT_OVER")
        _put(made, "dependabot/secrets", "HOOK")
        audit = replace(made.release, workflow=secret_audit.PATH, done=[])
        audit.hold()
        assert audit.dispatch("kim", "main") == 204
        assert audit.run() == {"secret-audit": "failure", "issue": "success"}
        found = audit.result("secret-audit")
        missing = "HOOK of the repository is declared and not there"
        assert f"error: Missing: {missing}: update the organization with Portcullis" in found.log
        assert "| Not declared | LEFT_OVER of the repository" in found.summary
        assert "5 secrets are there, 2 findings" in found.summary
        issue = _issue(made)
        number, text = issue["number"], issue["body"]
        assert (issue["title"], issue["state"]) == ("Secret audit", "open")
        assert text.startswith(
            "The secret audit has 2 findings; the summary of the run lists them: "
        )
        assert not [each for each in SECRETS if each.name in text]

        assert made.release.request("olga", "DELETE", "/actions/secrets/LEFT_OVER")[0] == 204
        _put(made, "actions/secrets", "HOOK")
        assert audit.dispatch("kim", "main") == 204
        assert audit.run() == {"secret-audit": "success", "issue": "success"}
        assert (_issue(made)["number"], _issue(made)["state"]) == (number, "closed")
        for done in audit.done:
            leaked = {*made.secrets(), "PRIVATE KEY", "sandbox_app_"}
            assert not [each for each in leaked if each in done.text]
        assert made.front.refused == []
