"""Mistakes in `trust`: each is reported once, with its location and what is allowed (G2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    ACTIONS,
    ENVIRONMENTS,
    TOKEN,
    WEB,
    Case,
    reported,
)
from tests.components.declaration.sound import SOUND, mistakes, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

AWS = '{account: "123456789012", region: eu-central-1, permissions_boundary: "BOUNDARY"}'
BOUNDARY = "arn:aws:iam::123456789012:policy/ci"
VAULT = "{address: https://vault.acme.example}"
ROLE = "{policies: [arn:aws:iam::aws:policy/ReadOnlyAccess]}"
READS = "{secrets: {DSN: {path: kv/app, key: dsn}}}"
JOB = "run: ./deploy.sh"
CLUSTER = f"      cluster: {{trust: {{{JOB}, aws: {ROLE}, vault: {READS}}}}}"
TRUST = f"""\
trust:
  aws: {AWS.replace("BOUNDARY", BOUNDARY)}
  vault: {VAULT}
"""
TRUSTED = replaced(
    (ENVIRONMENTS, f"    environments:\n{CLUSTER}"), ("repositories:\n", f"{TRUST}repositories:\n")
)
ACCOUNT = ("aws: {account", "»aws: {account")
"""The mistake is in the organization's account."""
OWN = (CLUSTER, CLUSTER.replace(JOB, "workflow: own.yml"))


def own(text: str) -> tuple[str, str]:
    """The managed file own.yml of the repository app, with this text."""
    files = f"    files: {{.github/workflows/own.yml: {{content: '{text}'}}}}\n"
    return "    environments:\n", f"{files}    environments:\n"


CASES = (
    Case(
        "an account in digits",
        'account: "123456789012"',
        '»account: "1234"',
        "`account`",
        "12 digits",
    ),
    Case(
        "a boundary of another account",
        f"  aws: {AWS.replace('BOUNDARY', BOUNDARY)}",
        f"  »aws: {AWS.replace('BOUNDARY', BOUNDARY.replace('1', '2'))}",
        "permissions_boundary is of another account",
        "a policy of `account`",
    ),
    Case(
        "no boundary",
        f', permissions_boundary: "{BOUNDARY}"',
        "",
        "`permissions_boundary` is missing",
        also=(ACCOUNT,),
    ),
    Case(
        "run and workflow",
        f"trust: {{{JOB}",
        f"»trust: {{{JOB}, workflow: own.yml",
        "give the job that is trusted",
    ),
    Case(
        "neither run nor workflow",
        f"trust: {{{JOB}, ",
        "»trust: {",
        "give the job that is trusted",
    ),
    Case(
        "nothing granted",
        f"trust: {{{JOB}, aws: {ROLE}, vault: {READS}",
        f"»trust: {{{JOB}",
        "nothing is granted",
    ),
    Case(
        "an archive that deletes before its retention ends",
        "repositories:\n",
        "»audit_archive: {bucket: acme-audit, writer: {repository: app}, retention_days: 400,"
        " delete_after_days: 399}\nrepositories:\n",
        "delete_after_days is less than retention_days",
        "400 or more",
    ),
    Case(
        "an archive for a moment",
        "repositories:\n",
        "audit_archive: {bucket: acme-audit, writer: {repository: app}, »retention_days: 29}\n"
        "repositories:\n",
        "`retention_days`",
        "30",
    ),
    Case(
        "a writer that is not declared",
        "repositories:\n",
        "audit_archive: {bucket: acme-audit, writer: {»repository: ap}}\nrepositories:\n",
        "`ap` is not a repository of this organization; did you mean `app`?",
        "app",
    ),
    Case(
        "an archive's environment with a trust of its own",
        "repositories:\n",
        "audit_archive: {bucket: acme-audit, writer: {repository: app, »environment: cluster}}\n"
        "repositories:\n",
        "this environment has a trust of its own",
        "an environment without trust",
    ),
    Case(
        "an archive for everybody",
        "repositories:\n",
        "audit_archive: {bucket: acme-audit, writer: {repository: app}, readers: [»'*']}\n"
        "repositories:\n",
        "`readers`",
        "the ARN of a role or a user",
    ),
    Case(
        "a role without permissions",
        f"aws: {ROLE}",
        "»aws: {}",
        "a role without permissions",
        "policies, allow",
    ),
    Case(
        "every action",
        ROLE,
        '{allow: [{actions: [»"*"], resources: ["arn:aws:s3:::a/*"]}]}',
        "item 1 of `actions`",
        "s3:PutObject",
    ),
    Case(
        "every resource",
        ROLE,
        '{allow: [{actions: ["s3:GetObject"], resources: [»"*"]}]}',
        "item 1 of `resources`",
        "ARN",
    ),
    Case(
        "a session of a day",
        ROLE,
        ROLE[:-1] + ", »session_minutes: 1440}",
        "`session_minutes` is too large",
        "at most 720",
    ),
    Case(
        "a token of two hours",
        READS,
        READS[:-1] + ", »ttl_minutes: 120}",
        "`ttl_minutes` is too large",
        "at most 60",
    ),
    Case("every path", READS, "{secrets: {DSN: {»path: kv/*, key: dsn}}}", "`path`", "ci/codecov"),
    Case(
        "a command with a variable",
        JOB,
        '»run: "./x $HOME"',
        "`run`",
        "without quotes and variables",
    ),
    Case(
        "no account",
        f"  aws: {AWS.replace('BOUNDARY', BOUNDARY)}\n",
        "",
        "does not name the AWS account",
        "trust.aws",
        also=((f"aws: {ROLE}", f"»aws: {ROLE}"),),
    ),
    Case(
        "no Vault",
        f"  vault: {VAULT}\n",
        "",
        "does not name the Vault",
        "trust.vault",
        also=((f"vault: {READS}", f"»vault: {READS}"),),
    ),
    Case(
        "no address",
        f"vault: {VAULT}",
        "»vault: {mount: ci}",
        "the jobs need Vault's address",
        "sources.vault.address",
    ),
    Case(
        "an account for nobody",
        f"aws: {ROLE}, ",
        "",
        "no environment has it in its trust",
        also=(ACCOUNT,),
    ),
    Case(
        "a Vault for nobody",
        f", vault: {READS}",
        "",
        "no environment has it in its trust",
        also=((f"vault: {VAULT}", f"»vault: {VAULT}"),),
    ),
    Case(
        "a subject for nobody",
        f"\n{CLUSTER}",
        " {}",
        "no environment has a trust",
        also=((f"{TRUST}", "trust: {»subject_claims: [repo, context]}\n"),),
    ),
    Case(
        "a subject without environment",
        f"  vault: {VAULT}",
        f"  vault: {VAULT}\n  subject_claims: [repo]",
        "the subject has to name the repository and the environment",
        also=(("trust:\n", "»trust:\n"),),
    ),
    Case(
        "an unknown claim",
        f"  vault: {VAULT}",
        f"  vault: {VAULT}\n  subject_claims: [repo, context, »actor]",
        "`subject_claims`",
        "job_workflow_ref",
    ),
    Case(
        "a subject with refs by pattern",
        f"  vault: {VAULT}",
        f"  vault: {VAULT}\n  subject_claims: [repo, context, job_workflow_ref]",
        "no exact subject could be trusted",
        "without patterns",
        also=(
            (
                CLUSTER,
                CLUSTER.replace("{trust", '{»deploy_from: {branches: ["release/*"]}, trust', 1),
            ),
        ),
    ),
    Case(
        "a name with a meaning in patterns",
        CLUSTER,
        CLUSTER.replace("cluster: {", '"a*": {»', 1),
        "stands in subjects and patterns",
        "letters, digits",
    ),
    Case(
        "a policy of another account",
        ROLE,
        ROLE.replace("arn:aws:iam::aws:", "»arn:aws:iam::999999999999:"),
        "no policy of another account",
        "a policy of 123456789012",
    ),
    Case(
        "a policy of another partition",
        ROLE,
        ROLE.replace("arn:aws:iam::aws:", "»arn:aws-us-gov:iam::aws:"),
        "no policy of another account or partition",
        "in aws",
    ),
    Case(
        "a comma, which ends a ref for Vault",
        CLUSTER,
        CLUSTER.replace("{trust", '{»deploy_from: {branches: ["wip,main"]}, trust', 1),
        "Vault takes a comma for the end of a ref",
        "without commas",
    ),
    Case(
        "an issuer with a slash at its end",
        f"  vault: {VAULT}",
        f"  vault: {VAULT}\n  »issuer: https://token.actions.githubusercontent.com/acme/",
        "`issuer` is not valid",
        "without a slash at its end",
    ),
    Case(
        "the release path",
        CLUSTER,
        CLUSTER.replace("cluster: {", "pypi-release: {»", 1),
        "the jobs of the managed release workflow only publish",
        "another environment",
    ),
    Case(
        "a variable that the trust sets",
        CLUSTER,
        CLUSTER.replace("{trust", "{variables: {»AWS_REGION: x}, trust", 1),
        "sets `AWS_REGION`",
        "leave it out",
    ),
    Case(
        "the managed release workflow",
        JOB,
        "»workflow: release.yml",
        "no job of the managed release.yml is in this environment",
        "run",
    ),
    Case(
        "a file in the place of the managed one",
        "    environments:\n",
        "    files: {».github/workflows/deploy.yml: {content: x}}\n    environments:\n",
        "Portcullis writes this file itself",
    ),
    Case(
        "a stored key of the repository",
        "    environments:\n",
        "    secrets: {»AWS_SECRET_ACCESS_KEY: {from: {config: k}}}\n    environments:\n",
        "is a stored AWS key",
        "revoke",
    ),
    Case(
        "a stored token of the organization",
        f"  TOKEN: {TOKEN}",
        f"  »VAULT_TOKEN: {TOKEN}",
        "is a stored login to Vault",
        "leave the secret out",
    ),
    Case(
        "a stored value that the job reads",
        CLUSTER,
        CLUSTER.replace("{trust", "{secrets: {»DSN: {from: {config: k}}}, trust", 1),
        "the job reads from Vault",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_mistake_in_trust_is_reported(case: Case, tmp_path: Path) -> None:
    """It is reported while the file is read, with its location and the fix (G2)."""
    reported(case, tmp_path, TRUSTED)


@pytest.mark.parametrize(
    ("jobs", "what"),
    [
        ("jobs: {a: {environment: cluster, permissions: {id-token: write}}}", None),
        ("jobs: {a: {environment: {name: Cluster}}}, permissions: write-all", None),
        (
            "jobs: {a: {environment: other, permissions: {id-token: write}}}",
            "is in the environment",
        ),
        ("jobs: {a: {permissions: {id-token: write}}}", "is in the environment"),
        (
            "jobs: {a: {environment: cluster}}, permissions: {contents: read}",
            "lacks id-token: write",
        ),
        ("jobs: [a]", "is in the environment"),
        ("jobs: {", "is not YAML"),
    ],
)
def test_own_workflow_files(jobs: str, what: str | None, tmp_path: Path) -> None:
    """A managed file of one's own has the job that is trusted, or the difference is reported."""
    document = f"{{{jobs}}}" if what != "is not YAML" else jobs
    text, _ = places(replaced(OWN, own(document), text=TRUSTED))
    found = mistakes(written(tmp_path, text))
    assert [what in str(mistake) for mistake in found if what] == ([True] if what else [])
    assert len(found) == (1 if what else 0), found


def with_tags(count: int) -> tuple[str, str]:
    """The environment admits so many tags."""
    tags = ", ".join(f"release-{number:03}" for number in range(count))
    return CLUSTER, CLUSTER.replace("{trust", f"{{»deploy_from: {{tags: [{tags}]}}, trust", 1)


def test_a_trust_policy_that_aws_does_not_store(tmp_path: Path) -> None:
    """AWS' quota is 2,048 characters: about twenty refs. The message has both ways out."""
    text, marked = places(replaced(with_tags(25), text=TRUSTED))
    (found,) = mistakes(written(tmp_path, text))
    assert str(found.place) == marked[0]
    assert re.search(
        r"the role's trust policy would have 2\d{3} characters, with 25 refs of deploy_from, "
        r"and AWS stores 2048$",
        found.what,
    )
    assert "fewer refs" in found.allowed
    assert "trust.aws.trust_policy_characters" in found.allowed
    raised = (f'"{BOUNDARY}"', f'"{BOUNDARY}", trust_policy_characters: 4096')
    assert mistakes(written(tmp_path, replaced(raised, text=text))) == []
    few, _ = places(replaced(with_tags(15), text=TRUSTED))
    assert mistakes(written(tmp_path, few)) == []


def test_a_policy_of_the_role_that_aws_does_not_store(tmp_path: Path) -> None:
    """Inline policies have 10,240 characters at most; managed policies are the way out."""
    resources = ", ".join(f'"arn:aws:s3:::bucket-{"x" * 50}-{number}/*"' for number in range(150))
    role = f"{{»allow: [{{actions: [s3:GetObject], resources: [{resources}]}}]}}"
    text, marked = places(replaced((ROLE, role), text=TRUSTED))
    (found,) = mistakes(written(tmp_path, text))
    assert str(found.place) == marked[0]
    assert "AWS stores 10240" in found.what
    assert "a managed policy" in found.allowed


def test_only_what_the_job_sees_is_replaced(tmp_path: Path) -> None:
    """Stored keys that no job with trust sees are left alone: of others, and Dependabot's own."""
    key = "{from: {config: k}}"
    for old, new in (
        (WEB, f"  web: {{secrets: {{VAULT_TOKEN: {key}}}}}"),
        (f"\n{CLUSTER}", f"\n      other: {{secrets: {{AWS_ACCESS_KEY_ID: {key}}}}}\n{CLUSTER}"),
        (
            "    environments:\n",
            (
                "    secrets: {VAULT_TOKEN: {from: {config: k}, stores: [dependabot]}}\n"
                "    environments:\n"
            ),
        ),
    ):
        assert mistakes(written(tmp_path, replaced((old, new), text=TRUSTED))) == []


def test_actions_that_the_job_uses_have_to_be_allowed(tmp_path: Path) -> None:
    """The managed deploy workflow needs actions of others, also where there is no other one."""
    edits = (
        (ACTIONS, "actions: {allowed_actions: local_only}"),
        ("    ecosystems: [pip]\n", "    workflows: false\n"),
    )
    found = mistakes(written(tmp_path, replaced(*edits, text=TRUSTED)))
    assert ["actions of GitHub and others" in str(each) for each in found] == [True], found


def test_the_issuer_of_an_enterprise_is_allowed(tmp_path: Path) -> None:
    """An enterprise's own issuer ends in its slug."""
    issuer = "  issuer: https://token.actions.githubusercontent.com/acme-inc\n"
    edit = (f"  vault: {VAULT}\n", f"  vault: {VAULT}\n{issuer}")
    assert mistakes(written(tmp_path, replaced(edit, text=TRUSTED))) == []


def test_an_archive_needs_an_account(tmp_path: Path) -> None:
    """The archive is in the account of `trust.aws`, which is named where it is missing (G8)."""
    archive = "»audit_archive: {bucket: acme-audit, writer: {repository: app}}\nrepositories:\n"
    text, marked = places(replaced(("repositories:\n", archive), text=SOUND))
    (found,) = mistakes(written(tmp_path, text))
    assert [str(found.place)] == marked
    assert "the archive is in the account of trust.aws, and there is none" in found.what


def test_a_sound_archive_has_no_mistakes(tmp_path: Path) -> None:
    """Its environment is created, or is one that is declared without trust (G8)."""
    for environment in ("audit-archive", "other"):
        archive = (
            "audit_archive: {bucket: acme-audit, delete_after_days: 400, "
            f"writer: {{repository: app, environment: {environment}}}}}\nrepositories:\n"
        )
        edits = (("repositories:\n", archive), (CLUSTER, f"{CLUSTER}\n      other: {{}}"))
        assert mistakes(written(tmp_path, replaced(*edits, text=TRUSTED))) == []


def test_a_sound_trust_has_no_mistakes(tmp_path: Path) -> None:
    """What the cases break is right, and so is an organization without trust."""
    assert mistakes(written(tmp_path, TRUSTED)) == []
    assert mistakes(written(tmp_path, SOUND)) == []
    tags = (CLUSTER, CLUSTER.replace("{trust", '{deploy_from: {tags: ["v*"]}, trust', 1))
    assert mistakes(written(tmp_path, replaced(tags, text=TRUSTED))) == []
    assert (
        mistakes(
            written(
                tmp_path,
                replaced(
                    (WEB, "  web: {secrets: {VAULT_TOKEN: {from: {config: k}}}}"), text=TRUSTED
                ),
            )
        )
        == []
    )
