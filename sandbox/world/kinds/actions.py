"""GitHub Actions: workflows, runs and jobs, secrets and variables, runners."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict, final

from sandbox.world.records import Kind


class Shared(TypedDict):
    """What an organization's secrets and variables have: which repositories see them."""

    visibility: NotRequired[str]
    selected_repository_ids: NotRequired[list[int]]


class Secret(Shared):
    """A secret: sealed, as the client sent it."""

    encrypted_value: str
    key_id: str


class UserSecret(TypedDict):
    """A Codespaces secret of a user."""

    encrypted_value: str
    key_id: str
    selected_repository_ids: list[int]


class Variable(Shared):
    """A variable of Actions."""

    value: str


class KnownWorkflow(TypedDict):
    """A workflow file that was seen. The record's name is the path."""

    state: str
    runs: int
    """How many runs it had: the last one's number."""


class Run(TypedDict):
    """A run of a workflow."""

    workflow: int
    path: str
    workflow_name: str
    number: int
    event: str
    type: str
    """The event's activity type, such as `opened`; or nothing."""
    ref: str
    sha: str
    head_branch: str
    head_sha: str
    base: str | None
    pull: int | None
    inputs: dict[str, Any]
    payload: dict[str, Any]
    actor: int
    triggering_actor: int
    untrusted: str
    """`fork` or `dependabot` for a run without secrets; else nothing."""
    attempt: int
    status: str
    conclusion: str | None
    reason: str | None
    """Why it did not start, or was cancelled."""
    cancelled: NotRequired[bool]
    """Whether somebody cancelled it: what still runs are jobs whose `if` asks for that."""
    title: NotRequired[str]
    """Its name; without one, the workflow's."""
    concurrency: NotRequired[dict[str, Any] | None]
    """Its concurrency group, evaluated."""


CalledWorkflow = TypedDict(
    "CalledWorkflow",
    {
        "with": dict[str, Any],
        "inputs": dict[str, dict[str, Any]],
        "concurrency": Any,
        "outputs": dict[str, str],
        "jobs": "list[Job]",
    },
)
"""A reusable workflow that a job calls: what it is given, what it declares, and its jobs."""


@final
class Job(TypedDict):
    """A job of a run."""

    key: str
    name: str | None
    """As the workflow file has it."""
    title: str
    """As checks show it."""
    needs: list[str]
    after: NotRequired[list[str]]
    """What the jobs that call it need."""
    condition: str | None
    environment: Any
    """As the workflow file has it: a name, an object with `name`, or None."""
    environment_id: NotRequired[int]
    concurrency: NotRequired[Any]
    """As the workflow file has it."""
    groups: NotRequired[list[dict[str, Any]]]
    """Its concurrency groups, evaluated, each with its scope."""
    scope: NotRequired[str]
    strategy: dict[str, Any] | None
    strategy_context: NotRequired[dict[str, Any]]
    permissions: dict[str, str]
    secrets: dict[str, str] | None
    """Names of secrets that it sees, to their names at the caller; None: all."""
    inputs: NotRequired[dict[str, Any] | None]
    matrix: dict[str, Any] | None
    callers: NotRequired[list[dict[str, Any]]]
    """The calls that it is in, outermost first: key, inputs, and the declared outputs."""
    prefix: NotRequired[str]
    """What its title begins with."""
    call: CalledWorkflow | None
    workflow_ref: str
    workflow_sha: str
    status: str
    conclusion: str | None
    reason: str | None
    deployment: int | None
    ran: NotRequired[bool]
    """Whether it began: it got through its environment's gate."""
    outputs: NotRequired[dict[str, str]]
    timeout: NotRequired[Any]
    """`timeout-minutes` as the workflow file has it."""
    continues: NotRequired[Any]
    """`continue-on-error` as the workflow file has it."""
    tolerated: NotRequired[bool]
    """Whether its failure fails neither the run nor the jobs that need it."""
    matrices: NotRequired[list[dict[str, Any]]]
    """The matrices that it is in, outermost first: id, index, and whether one failure is enough."""
    ends_by: NotRequired[float | None]
    """When it is cancelled if it is still running, in Unix seconds."""
    attempt: int


class GroupMember(TypedDict):
    """A run, a call or a job that holds a concurrency group, or waits for it."""

    group: str
    run: int
    attempt: int
    scope: str
    state: str
    """`running`, `pending` or `cancelled`."""
    reason: str | None


class Approval(TypedDict):
    """A reviewer's answer to a run's pending deployments."""

    environments: list[int]
    deployments: list[int]
    state: str
    comment: str
    user: int


class RunnerGroup(TypedDict):
    """A runner group of an organization."""

    visibility: str
    selected_repository_ids: list[int]
    allows_public_repositories: bool
    restricted_to_workflows: bool
    selected_workflows: list[str]


class HostedRunner(TypedDict):
    """A runner that GitHub hosts for an organization."""

    image: dict[str, str]
    """Has `id`, and perhaps `source`."""
    size: str
    runner_group_id: int
    maximum_runners: int
    enable_static_ip: bool
    image_gen: bool


APPROVAL: Kind[Approval] = Kind("approval")
GROUP_MEMBER: Kind[GroupMember] = Kind("concurrency")
HOSTED_RUNNER: Kind[HostedRunner] = Kind("hosted_runner")
JOB: Kind[Job] = Kind("job")
RUN: Kind[Run] = Kind("run")
RUNNER_GROUP: Kind[RunnerGroup] = Kind("runner_group")
SECRETS: dict[str, Kind[Secret]] = {
    store: Kind(f"{store}_secret") for store in ("actions", "codespaces", "dependabot")
}
"""The kind of each store's secrets."""
USER_SECRET: Kind[UserSecret] = Kind("user_secret")
VARIABLE: Kind[Variable] = Kind("variable")
WORKFLOW: Kind[KnownWorkflow] = Kind("workflow")
