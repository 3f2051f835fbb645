"""The jobs of a workflow moved to workflows that it calls: GitHub runs the same as before.

Source: https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.workflows import read

from tests.policy.metamorphic.workflow_texts import WAIVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis_policy.examples.base import Declared

_KEPT = ("name", "needs", "if", "permissions", "concurrency")
_SECRET = re.compile(r"secrets\.(\w+)")
_NOT_PASSED = re.compile(r"\b(inputs|needs|vars)\b[.\[]|toJSON\(\s*secrets|secrets\s*\[")


class _Loader(yaml.SafeLoader):
    """Reads every scalar as text, so that `on` is a key and `1.10` is no number."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag.endswith(":null")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def in_called_workflows(declared: Declared) -> Iterator[Declared]:
    """Yield a workflow that calls one file for each of its jobs, and those files."""
    content = declared.props.get("content")
    own = declared.type == gh.REPOSITORY_FILE and isinstance(content, str)
    if not own or not read(str(content)) or WAIVES.search(str(content)):
        yield declared
        return
    top: dict[str, Any] = yaml.load(str(content), Loader=_Loader)  # noqa: S506 - a safe loader
    called: dict[str, dict[str, Any]] = {}
    for key, job in top["jobs"].items():
        if isinstance(job, dict) and "steps" in job and not _NOT_PASSED.search(str(job)):
            path = f".github/workflows/called-{declared.name}-{len(called)}.yml"
            secrets = sorted({*_SECRET.findall(str(job))} - {"GITHUB_TOKEN"})
            called[path] = _called_file(top, key, job, secrets)
            top["jobs"][key] = _calling(job, path, secrets)
    if called:
        declared = replace(declared, props={**declared.props, "content": _written(top)})
    yield declared
    for number, (path, made) in enumerate(called.items()):
        props = {**declared.props, "file": path, "content": _written(made)}
        yield replace(declared, props=props, name=f"{declared.name}-called-{number}")


def _called_file(
    top: dict[str, Any], key: str, job: dict[str, Any], secrets: list[str]
) -> dict[str, Any]:
    named: dict[str, dict[str, str]] = {name: {} for name in secrets}
    call = {"secrets": named} if secrets else None
    shared = {name: top[name] for name in ("permissions", "env") if name in top}
    return {"on": {"workflow_call": call}} | shared | {"jobs": {key: _called(job)}}


def _called(job: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in job.items() if key not in ("needs", "if", "concurrency")}


def _calling(job: dict[str, Any], path: str, secrets: list[str]) -> dict[str, Any]:
    made = {key: job[key] for key in _KEPT if key in job} | {"uses": f"./{path}"}
    given = {name: f"${{{{ secrets.{name} }}}}" for name in secrets}
    return made | {"secrets": given} if given else made


def _written(top: dict[str, Any]) -> str:
    return yaml.dump(top, Dumper=_Dumper, sort_keys=False, width=1 << 20)


class _Dumper(yaml.SafeDumper):
    """Writes a text plainly where it can, as people do: `on`, `true`, `1.10`."""

    def ignore_aliases(self, data: object) -> bool:
        """Write everything in full."""
        del data
        return True


_Dumper.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers
