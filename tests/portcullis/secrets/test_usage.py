"""Which job uses which secret is read from the workflows (S15)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portcullis_policy.semantics.workflow_files.expressions import Mentions

from portcullis.secrets.usage import (
    Job,
    dependabot_mentions,
    jobs_of,
    mentions,
    workflow_jobs,
)

PATH = ".github/workflows/ci.yml"
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True).filter(
    lambda name: not name.upper().startswith("GITHUB_")
)
CASES = st.sampled_from(["secrets", "SECRETS", "Secrets"])


def named(*names: str, everything: bool = False) -> Mentions:
    """These secrets."""
    return Mentions(frozenset(names), everything)


def only_job(text: str) -> Job:
    """The one job of a workflow."""
    (job,) = workflow_jobs(PATH, text)
    return job


@given(NAMES, CASES, st.sampled_from(["{0}.{1}", "{0}['{1}']", "{0} [ '{1}' ]", "!{0}.{1}"]))
def test_a_name_is_found_however_it_is_written(name: str, secrets: str, form: str) -> None:
    """By a dot or by an index, in any case; GitHub compares names without regard to case."""
    expression = f"format('{{0}}', {form.format(secrets, name)})"
    assert mentions([expression]) == named(name.upper())


@given(NAMES, NAMES)
def test_several_names_of_an_expression_are_found(one: str, other: str) -> None:
    """A fallback names two."""
    assert mentions([f"secrets.{one} || secrets.{other}"]) == named(one.upper(), other.upper())


@pytest.mark.parametrize(
    "expression",
    [
        "toJSON(secrets)",
        "secrets[matrix.name]",
        "secrets[format('A_{0}', matrix.name)]",
        "secrets['A'",
        "secrets.*",
        "secrets",
    ],
)
def test_what_cannot_be_said_counts_as_everything(expression: str) -> None:
    """A name that is only known when the job runs may be any."""
    assert mentions([expression]).everything
    assert mentions([expression]).may_use("ANY_NAME")


@pytest.mark.parametrize(
    "expression",
    [
        "github.secrets",
        "needs.a.outputs.secrets.B",
        "'secrets.A'",
        "'it''s secrets.A'",
        "my_secrets",
    ],
)
def test_other_things_called_secrets_are_none(expression: str) -> None:
    """A property of another context, and a text, read no secret."""
    assert mentions([expression]) == named()


def test_githubs_own_token_is_no_secret_of_anybody() -> None:
    """It is made for each job; nobody can declare it."""
    assert mentions(["secrets.github_token"]) == named()


@given(st.text())
def test_any_text_as_an_expression_is_read(text: str) -> None:
    """Nothing that somebody writes into a workflow breaks the listing."""
    mentions([text])


@given(st.text())
def test_any_text_as_a_workflow_is_read(text: str) -> None:
    """A file that cannot be read is one job that may use everything."""
    for job in workflow_jobs(PATH, text):
        assert job.secrets.everything


@pytest.mark.parametrize(
    "place",
    [
        "env: {A: '${{ secrets.TOKEN }}'}",
        "steps: [{uses: a/b@c, with: {token: '${{ secrets.TOKEN }}'}}]",
        "steps: [{run: 'deploy \"${{ secrets.TOKEN }}\"'}]",
        "steps: [{if: \"secrets.TOKEN != ''\", run: x}]",
        "steps: [{if: \"${{ secrets.TOKEN != '' }}\", run: x}]",
        "{uses: ./x.yml, secrets: {theirs: '${{ secrets.TOKEN }}'}}",
        "container: {image: x, credentials: {password: '${{ secrets.TOKEN }}'}}",
        "steps: [{run: \"${{ format('}}', secrets.TOKEN) }}\"}]",
    ],
)
def test_a_job_names_its_secrets_wherever_it_may(place: str) -> None:
    """Variables, inputs, scripts, conditions, calls, containers; texts with braces in between."""
    indented = place if place.startswith("{") else "{" + place + "}"
    job = only_job(f"on: push\njobs:\n  build: {indented}\n")
    assert job == Job(PATH, "build", None, named("TOKEN"))


@pytest.mark.parametrize(
    "place",
    [
        "steps: [{run: 'echo secrets.TOKEN'}]  # ${{ secrets.TOKEN }}",
        "name: secrets.TOKEN",
        "steps: [{run: '${{ vars.TOKEN }}'}]",
    ],
)
def test_a_text_without_an_expression_names_none(place: str) -> None:
    """A script that prints the words, and a comment, read nothing."""
    assert only_job(f"on: push\njobs:\n  build:\n    {place}\n").secrets == named()


def test_variables_of_the_whole_workflow_are_every_jobs() -> None:
    """`env` at the top reaches all jobs; a job's own stays its own."""
    text = """
        env: {A: "${{ secrets.SHARED }}"}
        jobs:
          one: {steps: [{run: "${{ secrets.OWN }}"}]}
          two: {steps: [{run: x}]}
    """
    one, two = workflow_jobs(PATH, text)
    assert one.secrets == named("SHARED", "OWN")
    assert two.secrets == named("SHARED")


def test_a_called_workflow_that_inherits_may_use_all() -> None:
    """`secrets: inherit` hands everything over."""
    job = only_job("jobs: {call: {uses: a/b/.github/workflows/c.yml@main, secrets: inherit}}")
    assert job.secrets.everything


@pytest.mark.parametrize(
    ("written", "enters", "stays_out"),
    [
        ("Production", "production", "staging"),
        ("{name: production, url: https://example.com}", "production", "staging"),
    ],
)
def test_a_job_enters_its_environment(written: str, enters: str, stays_out: str) -> None:
    """By its name or as a mapping; GitHub does not tell upper from lower case."""
    job = only_job(f"jobs: {{deploy: {{environment: {written}}}}}")
    assert job.may_enter(enters)
    assert not job.may_enter(stays_out)


def test_an_environment_that_is_computed_may_be_any() -> None:
    """What an expression gives is known only when the job runs."""
    assert only_job("jobs: {a: {environment: '${{ inputs.where }}'}}").may_enter("production")
    assert not only_job("jobs: {a: {steps: []}}").may_enter("production")


@pytest.mark.parametrize(
    "text", [None, "", "jobs: [", "jobs: {a: 7}", "- x", "[" * 9**6, "- " * 9**6, "{}"]
)
def test_a_workflow_that_cannot_be_read_may_use_all(text: str | None) -> None:
    """Rather too much than a secret that is wrongly called unused."""
    assert only_job(text or "") == Job(PATH, "*", None, named(everything=True))
    (job,) = jobs_of({PATH: text})
    assert job.secrets.everything


def test_an_alias_that_contains_itself_comes_to_an_end() -> None:
    """A file made to hang its readers does not: it is one that cannot be read."""
    job = only_job("jobs: {a: {steps: &s [*s, {run: '${{ secrets.A }}'}]}}")
    assert job.secrets == named(everything=True)


@pytest.mark.parametrize("text", ["${{ ' ", "${{", "'${{''", "${{ 'a''"])
def test_a_text_of_unfinished_expressions_names_none(text: str) -> None:
    """However long it is, it is read once: a file made to hang its readers does not."""
    folded = f"jobs:\n  a:\n    run: |\n      {text * 100_000}\n"
    assert only_job(folded).secrets == named()


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", " }", "'", "$", "{{", "\n"]))))
def test_each_expression_of_a_text_is_found(parts: list[tuple[str, str]]) -> None:
    """Whatever stands between them."""
    text = "".join(f"{between}${{{{ secrets.{name} }}}}" for name, between in parts)
    job = only_job(f"jobs: {{a: {{run: {json.dumps(text)}}}}}")
    assert job.secrets == named(*(name.upper() for name, _ in parts))


def test_what_is_repeated_by_aliases_is_read_once() -> None:
    """Ten lists, each of ten of the one before, are ten lists and no thousand millions."""
    lists = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 10))
    job = only_job("env:\n  l0: &l0 ['${{ secrets.A }}']\n" + lists + "jobs: {a: {}}")
    assert job.secrets == named("A")


def test_only_workflows_have_jobs() -> None:
    """Other files of `.github` are none, whatever is in them."""
    text = "jobs: {a: {steps: [{run: '${{ secrets.A }}'}]}}"
    files = {PATH: text, ".github/workflows/README.md": text, ".github/x.yml": text}
    assert [job.workflow for job in jobs_of(files)] == [PATH]


def test_dependabots_file_names_secrets_of_its_registries() -> None:
    """Private registries take their passwords from the dependabot store."""
    text = """
        version: 2
        registries:
          npm: {type: npm-registry, url: https://npm.example, token: "${{secrets.NPM_READ}}"}
    """
    assert dependabot_mentions({".github/dependabot.yml": text}) == named("NPM_READ")
    assert dependabot_mentions({".github/dependabot.yaml": text}) == named("NPM_READ")
    assert dependabot_mentions({PATH: text}) == named()
    assert dependabot_mentions({".github/dependabot.yml": "a: ["}).everything
