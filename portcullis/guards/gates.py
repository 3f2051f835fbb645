"""Guard: no gate is lowered by the change that also publishes something new.

People who approve a release rely on the gates as they were reviewed. A change that adds a package,
or alters how one is released, and lowers a gate besides, is two changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.files.workflow import FOLDER
from portcullis.guards.managed import GATES, TAKEN_AWAY
from portcullis.guards.stop import Stop
from portcullis.preview.names import number_of
from portcullis.pulumi_runs.events import DONE, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from portcullis.guards.managed import Managed
    from portcullis.pulumi_runs.events import Step

Json = Any
"""A value of a resource's inputs."""

_RELEASE_FILES = f"{FOLDER}release"


def publishing(steps: Mapping[str, Step], packages: Iterable[str]) -> list[str]:
    """Return what of a change is about publishing, in words.

    Args:
        steps: What the change does, by URN.
        packages: What the declaration publishes anew, in words.
    """
    found = list(packages)
    for urn, step in steps.items():
        kind, name, inputs = _kind(urn), name_of(urn), step.new_inputs
        if step.operation not in DONE or not inputs:
            continue
        if kind == "RepositoryFile" and str(inputs.get("file", "")).startswith(_RELEASE_FILES):
            found.append(f"the release workflow {name}")
        if kind in GATES and inputs.get("target") == "tag" and _refs_differ(step):
            found.append(f"the release tags of {name}")
        is_new = step.operation == "create" and kind == "portcullis:index:Environment"
        if is_new and inputs.get("release"):
            found.append(f"the release environment {name}")
    return sorted(set(found))


def lowered(
    steps: Mapping[str, Step], before: Mapping[str, Managed], published: list[str]
) -> Iterator[Stop]:
    """Stop a change that lowers a gate and publishes.

    Args:
        steps: What the change does, by URN.
        before: What is on GitHub now.
        published: What of the change is about publishing; nothing is stopped if there is none.
    """
    if not published:
        return
    besides = f"in the change that also publishes ({', '.join(published)})"
    for path, how in _lowered(steps, before):
        yield Stop("lowered protection", f"{path}: {how}, {besides}", f"lower {path}")


def _lowered(steps: Mapping[str, Step], before: Mapping[str, Managed]) -> Iterator[tuple[str, str]]:
    existing = {each.path for each in before.values() if each.kind == "RepositoryEnvironment"}
    for urn, step in steps.items():
        thing = before.get(urn)
        if thing is None:
            new = step.new_inputs
            path = f"repositories.{new.get('repository')}.environments.{new.get('environment')}"
            if _kind(urn) == "RepositoryEnvironmentDeploymentPolicy" and path in existing:
                yield path, f"it admits more refs ({name_of(urn)})"
            continue
        if DONE.get(step.operation) in TAKEN_AWAY:
            if thing.kind in {*GATES, "RepositoryEnvironment"}:
                yield thing.path, f"{thing.title} is deleted"
            continue
        old, new = step.old_inputs, step.new_inputs
        if thing.kind == "RepositoryEnvironment":
            how = list(_environment(old, new))
        elif thing.kind == "RepositoryEnvironmentDeploymentPolicy":
            how = ["it admits other refs"] if _pattern(old) != _pattern(new) else []
        else:
            how = list(_ruleset(old, new)) if thing.kind in GATES else []
        yield from ((thing.path, each) for each in how)


def _environment(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[str]:
    """Yield how an environment lets more pass than before."""
    before, after = _reviewers(old), _reviewers(new)
    if len(after) < len(before):
        yield f"{len(after)} reviewers instead of {len(before)}"
    if before and after - before:
        yield "somebody else may approve"  # one of all reviewers is enough for GitHub
    if _number(new.get("waitTimer")) < _number(old.get("waitTimer")):
        yield "jobs wait shorter"
    if old.get("preventSelfReview") and not new.get("preventSelfReview"):
        yield "who starts a run may approve it"
    if new.get("canAdminsBypass") and not old.get("canAdminsBypass"):
        yield "administrators may bypass it"
    policy, policy_before = new.get("deploymentBranchPolicy"), old.get("deploymentBranchPolicy")
    if policy_before and policy != policy_before:
        yield "its policy of refs is another"


def _reviewers(inputs: Mapping[str, Json]) -> set[str]:
    """Return the teams and users that may approve, by their numbers where those are known."""
    blocks = inputs.get("reviewers")
    return {
        f"{who} {number_of(each) or each}"
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, dict)
        for who in ("teams", "users")
        if isinstance(block.get(who) or [], list)
        for each in block.get(who) or []
    }


def _pattern(inputs: Mapping[str, Json]) -> tuple[Json, Json]:
    return inputs.get("branchPattern"), inputs.get("tagPattern")


def _number(value: Json) -> float:
    return value if isinstance(value, int | float) else 0


def _ruleset(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[str]:
    """Yield how a ruleset or classic protection requires less than before."""
    if old.get("enforcement") == "active" != new.get("enforcement"):
        yield "it is not enforced"
    if _entries(new.get("bypassActors")) - _entries(old.get("bypassActors")):
        yield "somebody else may bypass it"
    if old.get("conditions") != new.get("conditions"):
        yield "it holds for other refs or repositories"
    rules, rules_before = (each.get("rules", each) for each in (new, old))
    for name in _weaker(rules_before, rules):
        yield f"it requires less ({name})"


def _entries(actors: Json) -> set[str]:
    return {
        repr(sorted(each.items(), key=str)) if isinstance(each, dict) else repr(each)
        for each in (actors if isinstance(actors, list) else [])
    }


_LOOSER_IF_MORE = frozenset(
    {"allowedMergeMethods", "allowsDeletions", "allowsForcePushes", "pushAllowances"}
    | {"forcePushBypassers", "pullRequestBypassers", "dismissalRestrictions"}
)
"""Fields that allow, where others require."""


def _weaker(old: Json, new: Json, name: str = "rules") -> Iterator[str]:
    """Yield the names of what is required less: off, a smaller number, entries that are missing."""
    if isinstance(old, dict):
        after = new if isinstance(new, dict) else {}
        for each in sorted({*old, *after} - {"bypassActors", "conditions"}):
            if not each.startswith("__"):
                yield from _weaker(old.get(each), after.get(each), each)
        return
    if name in _LOOSER_IF_MORE:
        old, new = new, old
    if isinstance(old, list):
        if _entries(old) - _entries(new):
            yield name
    elif isinstance(old, bool | int | float) and _number(new) < _number(old):
        yield name


def _refs_differ(step: Step) -> bool:
    return bool(step.old_inputs.get("conditions") != step.new_inputs.get("conditions"))


def _kind(urn: str) -> str:
    kind = urn.split("::", 3)[2].rpartition("$")[2]
    return kind if kind.startswith("portcullis:") else kind.rsplit(":", 1)[-1]
