"""What a job can reach that others trust: secrets, what a login gives it, and its own token."""

import re
from collections.abc import Iterable, Iterator

from portcullis_policy.semantics.workflow_files.expressions import in_braces, mentions
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Step, Workflow

OWN_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of every job's own token
_LOGINS = re.compile(
    r"aws-actions/configure-aws-credentials|google-github-actions/auth|azure/login|hashicorp/vault-action"
    r"|docker/login-action|redhat-actions/podman-login|actions/create-github-app-token|tibdex/github-app-token"
    r"|aws-actions/amazon-ecr-login|azure/docker-login|rust-lang/crates-io-auth-action|1password/load-secrets-action"
    r"|google-github-actions/get-secretmanager-secrets|aws-actions/aws-secretsmanager-get-secrets"
    r"|dopplerhq/secrets-fetch-action|bitwarden/sm-action|infisical/secrets-action|akeyless-community/.*"
    r"|rubygems/configure-rubygems-credentials|nuget/login|pulumi/auth-actions|jfrog/setup-jfrog-cli"
)
"""Actions after which the steps of a job can prove who they are."""
_ENV = re.compile(r"\$\{\{[^}]*\benv(?:\.|\[\s*')([\w-]+)", re.IGNORECASE)
_IS_THERE = re.compile(r"(?<![\w.-])secrets\.[\w-]+\s*[!=]=\s*''(?!')", re.IGNORECASE)
"""A question of an expression whether there is a secret, which tells nothing of its value."""


_REPORTING = re.compile(
    r"codecov|coverall|sonar|snyk|fossa|codacy|code_?climate|cc_test|deepsource|gitguardian|semgrep"
    r"|slack|discord|teams|telegram|matrix|mattermost|zulip|gitter|webhook|hook_url|datadog|honeycomb"
    r"|sentry|new_?relic|grafana|chromatic|percy|applitools|argos|browserstack|sauce|lambdatest"
    r"|pub(lic)?_?key|nx_cloud|turbo|cachix|launchable|testspace|currents|codspeed|bencher|licen[cs]e|todo|jira|linear"
    r"|(^|_)(user(name)?|e?mail|login|url|uri|host|endpoint|region|bucket|org|project(_id)?|account(_id)?"
    r"|name|id|arn|path|audience|recipients?|channel)$|^(user|url|email)",
    re.IGNORECASE,
)
"""Names of secrets that open services for reports and messages, or that are no secrets."""


def that_open(secrets: frozenset[str]) -> frozenset[str]:
    """Return the secrets that may be credentials, but for services of reports and messages."""
    return frozenset(name for name in secrets if not _REPORTING.search(name))


def permissions_of(job: Job, workflow: Workflow) -> At:
    """Return the permissions that count for a job: its own, or those of the whole file."""
    own = job.at.get("permissions")
    return own if own.given else workflow.at.get("permissions")


def permission(job: Job, workflow: Workflow, name: str) -> str:
    """Return how far a job's own token may do something: `write`, `read`, or nothing."""
    given = permissions_of(job, workflow)
    if given.is_mapping:
        return given.get(name).text.lower()
    return {"write-all": "write", "read-all": "read"}.get(given.text.lower(), "")


def secrets_of(*values: At) -> frozenset[str]:
    """Return the secrets whose values some places hand on, but for every job's own token."""
    found: set[str] = set()
    for value in values:
        named = mentions(in_braces(_IS_THERE.sub("true", value.text)))
        found |= named.names | ({"*"} if named.everything else set())
    return frozenset(found - {OWN_TOKEN})


def secrets_of_step(step: Step, *around: At) -> frozenset[str]:
    """Return the secrets that a step names, also by a variable in an expression.

    Args:
        step: the step.
        around: `env` of the workflow and of the job.
    """
    values = [*step.values(), step.at.get("run")]
    return secrets_of(*values) | _by_variable(values, *around, step.at.get("env"))


def _by_variable(values: Iterable[At], *blocks: At) -> frozenset[str]:
    """Return the secrets of the variables that expressions name as `env.NAME`."""
    given = [at for at in values if "env" in at.text]
    named = {name.lower() for at in given for name in _ENV.findall(at.text)} if given else set()
    return secrets_of(
        *(
            value
            for block in blocks
            for name, value in block.items().items()
            if name.lower() in named
        )
    )


def secrets_of_job(job: Job, workflow: Workflow) -> frozenset[str]:
    """Return the secrets that every step of a job has: variables of the job and the workflow."""
    return secrets_of(*_values(workflow.at.get("env")), *_values(job.at.get("env")))


def keeps_own_token(step: Step, *around: At) -> bool:
    """Say whether a checkout leaves a secret in the git configuration of the working folder."""
    tokens = [step.at.get("with", name) for name in ("token", "ssh-key")]
    return (
        "checkout" in step.action
        and step.with_("persist-credentials").lower() != "false"
        and bool(secrets_of(*tokens) | _by_variable(tokens, *around, step.at.get("env")))
    )


def logs_in(step: Step) -> bool:
    """Say whether the steps after this one can prove who they are."""
    if not _LOGINS.fullmatch(step.action):
        return False
    if step.action == "docker/login-action" or step.action.endswith("login"):
        return bool(secrets_of_step(step))
    return True


def holds_credential(job: Job, workflow: Workflow) -> bool:
    """Say whether a job can reach what others trust, beside its own token's right to read."""
    secrets = secrets_of_job(job, workflow) | secrets_of(*_of_containers(job))
    for step in job.steps:
        secrets |= secrets_of_step(step)
    return (
        permission(job, workflow, "packages") == "write"
        or permission(job, workflow, "id-token") == "write"
        or bool(that_open(secrets))
        or any(logs_in(step) for step in job.steps)
    )


def _values(block: At) -> Iterator[At]:
    yield from block.items().values()


def _of_containers(job: Job) -> Iterator[At]:
    """Yield what the containers of a job are handed."""
    containers = [job.at.get("container"), *_values(job.at.get("services"))]
    for each in containers:
        for block in ("credentials", "env"):
            yield from _values(each.get(block))
