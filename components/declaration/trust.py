"""Mistakes in `trust`: what outside systems would refuse, or what would not get in as declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from components.files.workflow import FOLDER
from components.trust import aws, vault
from components.trust.config import DOTCOM_ISSUER
from components.trust.subject import subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.names import Names
    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig, ResolvedOrganization
    from components.repository import ResolvedRepository
    from components.trust.config import ResolvedTrust
    from components.trust.subject import SubjectForm

_LONG_ID = 9_999_999_999
"""As long as ids on GitHub are."""

_ENVIRONMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]*[A-Za-z0-9])?")
"""Names without a meaning in subjects, in Vault's patterns and in workflow files."""


def check(resolved: ResolvedOrganization, names: Names) -> Iterator[Problem]:
    """Find problems of the trust of an organization."""
    config = resolved.config
    yield from _unused(resolved, names)
    yield from _archive(resolved, names)
    for repository in resolved.repositories.values():
        for trust in repository.trusts:
            path: Segments = trust.origin.path
            yield from _systems(path, trust, config, names)
            yield from _lengths(path, trust, config)
            yield from _environment(path, trust, repository, config)
            yield from _workflow(path, trust, repository)
            yield from _subject(path, trust, config)
            yield from _credentials(trust, resolved)


def _unused(resolved: ResolvedOrganization, names: Names) -> Iterator[Problem]:
    """Find outside systems that no environment uses."""
    trust = resolved.config.trust
    if not names.sure(("repositories",)):
        return
    for system in ("aws", "vault"):
        used = any(getattr(each.config, system) for each in resolved.trusts)
        archive = system == "aws" and resolved.config.audit_archive
        if getattr(trust, system) and not used and not archive:
            what = "this has no effect: no environment has it in its trust"
            yield ("trust", system), what, f"leave it out, or trust.{system} in an environment"
    if trust.subject_claims and not resolved.trusts:
        what = "this has no effect: no environment has a trust"
        yield ("trust", "subject_claims"), what, "leave it out, or trust in an environment"


def _archive(resolved: ResolvedOrganization, names: Names) -> Iterator[Problem]:
    """Find what keeps the audit archive from being written."""
    archive = resolved.config.audit_archive
    if archive is None:
        return
    writer, path = archive.writer, ("audit_archive", "writer")
    repository = resolved.repositories.get(writer.repository)
    if repository is None:
        yield from names.repository((*path, "repository"), writer.repository)
    elif repository.config.archived:
        what = "this repository is archived, and runs no workflow"
        yield (*path, "repository"), what, "a repository that is not archived"
    elif (own := repository.config.environments.get(writer.environment)) and own.trust:
        what = "this environment has a trust of its own, and the archive's would be another one"
        yield (*path, "environment"), what, "an environment without trust, or a name for a new one"
    if resolved.config.trust.aws is None and names.sure(("trust",)):
        what = "the archive is in the account of trust.aws, and there is none"
        yield ("audit_archive",), what, "trust.aws of the organization: account, region, ..."


def _systems(
    path: Segments, trust: ResolvedTrust, config: OrganizationConfig, names: Names
) -> Iterator[Problem]:
    """Find grants of a system that the organization does not name."""
    if not names.sure(("trust",)):
        return
    if trust.config.aws and not config.trust.aws and path[0] != "audit_archive":
        what = "the organization does not name the AWS account that trusts its jobs"
        yield (*path, "aws"), what, "trust.aws of the organization: account, region, ..."
    elif trust.config.aws and (account := config.trust.aws):
        own = {(account.partition, account.account), (account.partition, "aws")}
        for index, arn in enumerate(trust.config.aws.policies):
            _, partition, _, _, owner, _ = arn.split(":", 5)
            if (partition, owner) not in own:
                what = "AWS attaches no policy of another account or partition to a role"
                allowed = f"a policy of {account.account}, or one of AWS in {account.partition}"
                yield (*path, "aws", "policies", index), what, allowed
    if trust.config.vault and not config.trust.vault:
        what = "the organization does not name the Vault that trusts its jobs"
        yield (*path, "vault"), what, "trust.vault of the organization: address, ..."
    server = config.trust.vault
    if trust.config.vault and server and not vault.address(server, config.sources.vault):
        what = "the jobs need Vault's address"
        allowed = "trust.vault.address, or sources.vault.address"
        yield ("trust", "vault", "address"), what, allowed


def _lengths(path: Segments, trust: ResolvedTrust, config: OrganizationConfig) -> Iterator[Problem]:
    """Find policies that are longer than AWS stores."""
    account, access = config.trust.aws, trust.config.aws
    if not (account and access):
        return
    # the ids are not known yet, and the subject may have them
    ids = {"owner_id": _LONG_ID, "repository_id": _LONG_ID}
    form: SubjectForm = "both" if config.trust.subject_form == "both" else "ids"
    policy = aws.trust_policy(
        account,
        trust.job,
        issuer=config.trust.issuer or DOTCOM_ISSUER,
        subjects=subjects(trust.job, config.trust.subject_claims, form, **ids),
        repository_id=_LONG_ID,
    )
    most, length = account.trust_policy_characters, aws.characters(policy)
    if length > most:
        count = len(trust.job.workflow_refs)
        what = (
            f"the role's trust policy would have {length} characters, with {count} refs of "
            f"deploy_from, and AWS stores {most}"
        )
        allowed = (
            "fewer refs, or patterns for several of them; or ask AWS for a larger quota (role "
            "trust policy length), and set trust.aws.trust_policy_characters"
        )
        yield (*path[:-1], "deploy_from"), what, allowed
    length = aws.characters(aws.inline_policy(access))
    if length > aws.MOST_INLINE_CHARACTERS:
        what = (
            f"the role's policy would have {length} characters, and AWS stores "
            f"{aws.MOST_INLINE_CHARACTERS}"
        )
        yield (*path, "aws", "allow"), what, "less, or a managed policy under policies"


def _environment(
    path: Segments,
    trust: ResolvedTrust,
    repository: ResolvedRepository,
    config: OrganizationConfig,
) -> Iterator[Problem]:
    environment = repository.environments[trust.job.environment]
    if not _ENVIRONMENT.fullmatch(environment.name):
        what = "the name of an environment with trust stands in subjects and patterns"
        yield path, what, "letters, digits, blanks, . _ / and -"
    if environment.release and repository.workflows:
        what = (
            "the jobs of the managed release workflow only publish, and use nothing of AWS or Vault"
        )
        yield path, what, "trust in another environment, or workflows: false"
    refs = (*trust.job.branches, *trust.job.tags)
    if not refs:
        what = "AWS and Vault trust the refs of an environment, and this one names none"
        yield (*path[:-1], "deploy_from"), what, "branches or tags"
    if trust.config.vault and any("," in ref for ref in refs):
        what = "Vault takes a comma for the end of a ref, so that its role would admit other refs"
        yield (*path[:-1], "deploy_from"), what, "names and patterns without commas"
    declared = repository.config.environments.get(environment.name)
    written = declared.variables if declared else {}
    derived = trust.variables(config.trust, config.sources.vault)
    for name in sorted(written.keys() & derived.keys()):
        what = f"the trust of this environment sets `{name}`"
        yield (*path[:-1], "variables", name), what, "leave it out"


def _workflow(
    path: Segments, trust: ResolvedTrust, repository: ResolvedRepository
) -> Iterator[Problem]:
    """Find workflow files that have no job for the trust."""
    file = f"{FOLDER}{trust.job.workflow}"
    own = repository.config.files.get(file)
    if trust.config.run:
        return
    if file in repository.derived_files and not own:
        what = f"no job of the managed {trust.job.workflow} is in this environment"
        yield (*path, "workflow"), what, "run, or the name of the repository's own workflow file"
    elif own and own.content is not None and (what := _missing(own.content, trust)):
        yield (*path, "workflow"), what, f"a job with environment: {trust.job.environment}"


def _missing(text: str, trust: ResolvedTrust) -> str:
    """Return what a workflow file lacks for the trust to be used; nothing if it lacks nothing."""
    name = trust.job.workflow
    try:
        document = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return f"{name} in files is not YAML"
    document = document if isinstance(document, dict) else {}
    jobs = document.get("jobs")
    found = [
        job
        for job in (jobs.values() if isinstance(jobs, dict) else ())
        if isinstance(job, dict) and _of(job) == trust.job.environment.lower()
    ]
    if not found:
        return f"no job of {name} in files is in the environment {trust.job.environment}"
    if not any(_asks(job.get("permissions", document.get("permissions"))) for job in found):
        return f"the job of {name} in files may not ask for a token: it lacks id-token: write"
    return ""


def _of(job: dict[str, Any]) -> str:
    """Return the name of a job's environment, as GitHub compares it."""
    environment = job.get("environment")
    if isinstance(environment, dict):
        environment = environment.get("name")
    return str(environment or "").lower()


def _asks(permissions: object) -> bool:
    if isinstance(permissions, dict):
        return permissions.get("id-token") == "write"
    return permissions == "write-all"


def _subject(path: Segments, trust: ResolvedTrust, config: OrganizationConfig) -> Iterator[Problem]:
    """Find subjects that cannot be named exactly."""
    if "job_workflow_ref" in config.trust.subject_claims and not trust.job.is_exact:
        what = (
            "the subject has job_workflow_ref, and this environment admits refs by pattern: "
            "no exact subject could be trusted"
        )
        yield (*path[:-1], "deploy_from"), what, "names of branches and tags, without patterns"


def _credentials(trust: ResolvedTrust, resolved: ResolvedOrganization) -> Iterator[Problem]:
    """Find stored credentials that the trust makes needless, and values under the same name.

    Dependabot's own runs have no environment, so what only they see is left to them.
    """
    needless: dict[str, str] = {}
    if trust.config.aws:
        needless |= dict.fromkeys(aws.STATIC_CREDENTIALS, "a stored AWS key")
    if trust.config.vault:
        needless |= dict.fromkeys(vault.STATIC_CREDENTIALS, "a stored login to Vault")
        kind = "a value that the job reads from Vault"
        needless |= dict.fromkeys(trust.config.vault.secrets, kind)
    for secret in resolved.secrets:
        seen = trust.job.repository in secret.repositories and "actions" in secret.stores
        here = secret.environment in (None, trust.job.environment)
        if secret.name in needless and seen and here:
            what = (
                f"`{secret.name}` is {needless[secret.name]}: the trust of {trust.name} replaces it"
            )
            yield secret.path, what, "leave the secret out here, and revoke a stored credential"
