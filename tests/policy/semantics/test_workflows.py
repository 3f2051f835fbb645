"""Workflow files are read as GitHub reads them, with the line of each part."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portcullis_policy.examples.workflow_files import CI, RELEASE, RELEASE_PATH, file
from portcullis_policy.registry import RULES
from portcullis_policy.semantics.languages.refs import filter_not_version
from portcullis_policy.semantics.publishing.jobs import (
    injected,
    piped_to_shell,
    prints_secret,
    publishing_line,
    secrets_named,
)
from portcullis_policy.semantics.workflow_files.workflows import LONGEST, Workflow, read

from tests.policy.harness import Pack
from tests.support.extent import EVERY

STEP = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - {}\n"
COMMANDS = (
    *("twine upload dist/*", "python -m twine upload x", 'uvx "twine==6" upload x', "uv publish"),
    *("poetry publish", "npm publish ./x.tgz", "pnpm -r publish", "yarn npm publish"),
    *("cargo publish", "gem push x.gem", "docker push x", "mvn -B deploy", "helm push x oci://y"),
    *("dotnet nuget push x", "goreleaser release", "npx semantic-release"),
    *("mvn deploy -DaltDeploymentRepository=x::https://y",),
    *("buildah push x docker://y/x", "podman push y/x", "buildah push x docker://y/x # dir:z"),
    *("skopeo copy oci:x docker://y", 'skopeo copy --all "docker://x" "docker://y"'),
    *("skopeo sync --src dir --dest docker x y", "buildah manifest push --all x docker://y"),
)
NO_COMMANDS = (
    *("mvn deploy -DaltDeploymentRepository=x::file:///tmp/y",),
    *("buildah manifest push --all x oci-archive:y.tar", 'podman push x "dir:y"'),
    *(
        "skopeo copy docker://x oci:y",
        'skopeo copy "docker://x" "dir:y"',
        "skopeo inspect docker://x",
    ),
    *("npm publish --dry-run", "echo npm publish", "twine check dist/*", "# uv publish", "make x"),
    *("uv run pytest", "docker build .", "git push", "npm run build"),
)


def workflow(text: str) -> Workflow:
    """A workflow that can be read."""
    found = read(text)
    assert found is not None
    return found


def step_of(step: str) -> tuple[Workflow, int | None]:
    """A workflow of one step, and the line on which it publishes."""
    found = workflow(STEP.format(step))
    return found, publishing_line(found.jobs[0].steps[0])


@pytest.mark.parametrize(
    ("on", "events"),
    [
        ("push", {"push"}),
        ("[push, pull_request]", {"push", "pull_request"}),
        ("{push: {branches: [main]}}", {"push"}),
        ("\n  push:\n  schedule: []", {"push", "schedule"}),
    ],
)
def test_triggers_in_all_forms(on: str, events: set[str]) -> None:
    """C3: a word, a list, a mapping; `on` is a key and not the truth."""
    text = f"on: {on}\njobs: {{a: {{runs-on: x, steps: []}}}}\n"
    assert set(workflow(text).triggers) == events
    assert set(workflow(text.replace("on:", '"on":', 1)).triggers) == events


def test_anchors_are_the_thing_they_name() -> None:
    """C3: a job behind an anchor is judged like one that is written out."""
    text = "on: push\njobs:\n  a: &a\n    runs-on: x\n    steps: [{run: uv publish}]\n  b: *a\n"
    assert [publishing_line(job.steps[0]) for job in workflow(text).jobs] == [5, 5]


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "on: push", "jobs: {}", "on: push\njobs: []", "on: push\njobs: ["),
        "on: push\njobs: {a: {}}\njobs: {b: {}}",
        "on: push\njobs: {a: {<<: {runs-on: x}}}",
        "on: push\njobs: {a: &a [*a]}\n\t",
        "on: push\njobs: {a: {}}\n#" + "x" * LONGEST,
    ],
)
def test_what_github_would_refuse_is_not_read(text: str) -> None:
    """C3: not guessed at; WF001 refuses the file."""
    assert read(text) is None


def test_lines_are_those_of_the_file() -> None:
    """C3: a finding names the line that is to be changed."""
    wrong = RELEASE.replace("    environment: pypi-release\n", "")
    (said,) = [d for d in Pack().run([file(wrong)]) if d.policyName == "WF002"]
    line = next(i for i, text in enumerate(wrong.splitlines(), 1) if "uses: pypa" in text)
    assert f"{RELEASE_PATH}, line {line}" in said.message
    script = CI.replace("uv run pytest", "curl x | sh")
    (said,) = [d for d in Pack().run([file(script)]) if d.policyName == "WF011"]
    line = next(i for i, text in enumerate(script.splitlines(), 1) if "curl" in text)
    assert f"line {line}" in said.message


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_that_publish(command: str) -> None:
    """C3: the registries' tools, in the ways in which they are called."""
    assert step_of(f"run: {command!r}")[1] == 6


@pytest.mark.parametrize("command", NO_COMMANDS)
def test_commands_that_do_not_publish(command: str) -> None:
    """C3: a rehearsal, a word in a sentence and a comment are no release."""
    assert step_of(f"run: {command!r}")[1] is None


@pytest.mark.parametrize(
    ("step", "publishes"),
    [
        ("uses: docker/build-push-action@v6\n        with: {push: true}", True),
        ("uses: docker/build-push-action@v6\n        with: {push: '${{ inputs.x }}'}", True),
        ("uses: docker/build-push-action@v6\n        with: {push: false}", False),
        ("uses: docker/build-push-action@v6", False),
        ("uses: PyPA/gh-action-pypi-publish@release/v1", True),
        ("uses: actions/checkout@v4", False),
    ],
)
def test_actions_that_publish(step: str, publishes: bool) -> None:  # noqa: FBT001 - expected
    """C3: an image is published where it is pushed."""
    assert (step_of(step)[1] is not None) == publishes


@pytest.mark.parametrize(
    ("pattern", "strict"),
    [
        ("v[0-9]+.[0-9]+.[0-9]+", True),
        ("v[0-9]+.[0-9]+.[0-9]+-rc.[0-9]+", True),
        ("sdk-v[0-9]+.[0-9]+.[0-9]+", True),
        ("v[0-9]*.[0-9]*.[0-9]*", True),  # as strict as a ruleset's pattern can be
        *(
            (loose, False)
            for loose in ("*", "**", "v*", "v*.*.*", "v[0-9]+", "v?.?.?", "[", "v1.x+")
        ),
    ],
)
def test_filters_of_tags(pattern: str, strict: bool) -> None:  # noqa: FBT001 - expected
    """C3: filters of workflows have other rules than rulesets: `+` repeats, `.` is a dot."""
    assert (filter_not_version(pattern) == ()) == strict


def test_variables_that_name_each_other_end_soon() -> None:
    """C3: a small file in which variables name each other many times is read in a bounded time."""
    many = "".join("${{ env.%s }}" for _ in range(400))
    a, b, c = (many.replace("%s", name) for name in "ABC")
    text = (
        f"on: push\nenv: {{C: x}}\njobs:\n  a:\n    env: {{B: '{c}'}}\n    steps:\n"
        f"      - env: {{A: '{b}', D: '{a}'}}\n        run: echo '{a}' ${{{{ toJSON(env) }}}}\n"
    )
    found = workflow(text)
    ((job, step),) = found.steps()
    begun = time.process_time()
    around = (found.at.get("env"), job.at.get("env"))
    assert [*injected(step, frozenset(), *around)]  # not followed to the end, so it may be anything
    assert [*prints_secret(step, *around)]
    assert time.process_time() - begun < 2


@settings(max_examples=300 if EVERY else 100, deadline=None)
@given(text=st.one_of(st.text(), st.text("on:jbs\n -{}[]&*!|>'\"#runwithuse$", max_size=200)))
def test_no_text_crashes_the_reader(text: str) -> None:
    """C3: whatever a file holds, it is a workflow or it is not."""
    read(text)
    step = workflow(STEP.format("run: |\n          x")).jobs[0].steps[0]
    for body in (text, "${{" + text + "}}"):
        secrets_named(body)
    for look in (piped_to_shell, prints_secret):
        list(look(step))
    list(injected(step, frozenset()))


@settings(max_examples=150, deadline=None)
@given(
    old=st.sampled_from([word for word in (RELEASE + CI).split() if len(word) > 2]),
    new=st.sampled_from(["", "canary-7d2e", "[", "{}", "null", "*x", "&x", "|", "'", "canary: x"]),
)
def test_no_file_crashes_a_rule_or_is_quoted(old: str, new: str) -> None:
    """C3: one word of a workflow replaced: an answer of the pack, and never a word of the file."""
    rules = [rule for rule in RULES if rule.id[:2] in ("WF", "PK", "EX") and "17" not in rule.id]
    rules = [rule for rule in rules if rule.id not in ("WF018", "WF019")]  # tools: test_tools.py
    for text in (RELEASE, CI):
        said = Pack(rules=rules).run([file(text.replace(old, new))])
        messages = "".join(item.message for item in said)
        assert "canary" not in messages
        assert "could not judge" not in messages
