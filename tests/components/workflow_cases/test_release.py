"""The structure of a release workflow: which gate stands before what."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

import pytest
from pydantic import ValidationError

from components.files.workflow import (
    CI_PATH,
    RELEASE_PATH,
    Release,
    WorkflowPlan,
    render,
)
from tests.components.workflow_cases.variants import (
    VARIANTS,
    artifacts,
    before,
    files,
    load,
    npm,
    plan,
    publishing,
    python,
    release_text,
    releases,
    steps,
)


def test_a_repository_that_publishes_nothing_has_no_release_workflow() -> None:
    """Nothing that could publish exists where nothing is published."""
    assert set(render(VARIANTS["nothing-to-publish"])) == {CI_PATH}
    with pytest.raises(ValidationError, match="packages"):
        Release(packages=())


@releases
def test_only_a_tag_or_a_confirmed_start_begins_a_release(variant: WorkflowPlan) -> None:
    """The triggers are the tags of the scheme, and the manual start with version and word (A1, A2).

    Which tags these are, `test_release_tags.py` proves.
    """
    triggers = files(variant)[RELEASE_PATH]["on"]
    assert set(triggers) == {"push", "workflow_dispatch"}
    (release,) = variant.releases
    assert triggers["push"] == {"tags": list(release.tags.filters)}
    inputs = triggers["workflow_dispatch"]["inputs"]
    assert {name for name, value in inputs.items() if value.get("required")} == {
        "version",
        "confirm",
    }


@releases
def test_every_publishing_job_waits_for_every_environment(variant: WorkflowPlan) -> None:
    """Validation, build, the first approval and TestPyPI come before publication (A3, A4, R1)."""
    workflow = files(variant)[RELEASE_PATH]
    gates = {"security-validation", "build"}
    if variant.releases[0].approval_environment:
        gates.add("approval")
    jobs = publishing(workflow)
    assert jobs
    for id_, job in jobs.items():
        assert gates <= before(workflow, id_)
        if id_.startswith("test-"):
            # a dry run tries the way to the registry for trials, and leaves out the upload alone
            first = next(s for s in job["steps"] if "gh-action-pypi-publish" in s.get("uses", ""))
            assert ("if" in job, first["if"]) == (False, "${{ !inputs.dry_run }}")
        else:
            assert job["if"] == "${{ !inputs.dry_run }}", "only a plain condition keeps success()"
        gated = before(workflow, id_) if id_ == "github-release" else set()
        assert any("environment" in workflow["jobs"][each] for each in {id_, *gated})
    for package in variant.packages:
        if package.test_environment:
            needed = before(workflow, f"publish-python-{package.id}")
            assert f"test-python-{package.id}" in needed


@releases
def test_the_jobs_enter_the_environments_of_the_plan(variant: WorkflowPlan) -> None:
    """Each package goes through its own environments, and no job enters another (E1, R3)."""
    workflow = files(variant)[RELEASE_PATH]
    expected: dict[str, str | None] = {}
    if variant.releases[0].approval_environment:
        expected["approval"] = variant.releases[0].approval_environment
    for package in variant.packages:
        job = f"publish-{package.ecosystem}-{package.id}"
        if package.ecosystem == "github":  # what is signed cannot be taken back
            job = "attest" if variant.visibility == "public" else "github-release"
        expected[job] = package.release_environment
        if package.test_environment:
            expected[f"test-python-{package.id}"] = package.test_environment
        if package.test_token_secret:
            expected[f"secrets-python-{package.id}"] = package.test_environment
    if webhook := variant.releases[0].webhook:
        expected |= dict.fromkeys(("secrets-notification", "webhook"), webhook.environment)
    entered = {
        id_: job["environment"]["name"]
        for id_, job in workflow["jobs"].items()
        if "environment" in job
    }
    assert entered == expected


@releases
def test_publishing_jobs_hold_no_more_than_they_need(variant: WorkflowPlan) -> None:
    """A publishing job has contents: read and, for OIDC or provenance, id-token: write (E5)."""
    workflow = files(variant)[RELEASE_PATH]
    jobs = publishing(workflow)
    for package in variant.packages:
        signs = (
            package.ecosystem == "npm"
            and package.access == "public"
            and variant.visibility == "public"
        )
        expected = {"contents": "read"}
        if package.ecosystem == "image":
            expected |= {"packages": "write"} if package.auth != "token" else {}
            if variant.visibility == "public" and package.key_secret is None:
                expected["id-token"] = "write"
        elif (package.ecosystem != "go" and package.auth != "token") or signs:
            expected["id-token"] = "write"
        for id_, job in jobs.items():
            if id_.endswith(f"{package.ecosystem}-{package.id}"):
                assert job["permissions"] == expected
    assert workflow["jobs"]["github-release"]["permissions"] == {"contents": "write"}
    others = set(workflow["jobs"]) - set(jobs) - {"attest"}
    held = {name for id_ in others for name in workflow["jobs"][id_]["permissions"]}
    assert not held & {"id-token", "packages"}


@releases
def test_packages_are_tried_before_each_approval(variant: WorkflowPlan) -> None:
    """As they were built, in a dry run too; Python's then as TestPyPI has them (R6, R10, R11).

    Where other people's code runs, there is no secret, no environment and no identity token.
    """
    jobs = files(variant)[RELEASE_PATH]["jobs"]
    (release,) = variant.releases
    trials = [each for each in release.of("python") if each.test_environment]
    expected = {"smoke-test"} if release.of("python") or release.of("npm") else set()
    expected |= {"trial"} if trials else set()
    assert {"smoke-test", "trial"} & set(jobs) == expected
    workflow = files(variant)[RELEASE_PATH]
    uploads = {f"test-python-{each.id}" for each in trials}
    for id_ in set(publishing(workflow)) - uploads | {"github-release"}:
        assert expected <= before(workflow, id_)
    for id_ in uploads | {"approval"} & set(jobs):
        assert "smoke-test" in before(workflow, id_) or not expected
    if "trial" in jobs:
        assert uploads <= before(workflow, "trial")
        assert (jobs["trial"]["permissions"], jobs["trial"]["if"]) == ({}, "${{ !inputs.dry_run }}")
    for id_ in expected:
        assert "environment" not in jobs[id_]
        assert not re.search(r"secrets\.|github\.token", str(jobs[id_]))
    if expected:
        assert jobs["smoke-test"]["permissions"] == {"contents": "read"}
        assert "if" not in jobs["smoke-test"]
        assert not set(publishing(workflow)) & before(workflow, "smoke-test")


RUN_AGAIN = "The person who runs this again may release"
"""The step that checks who runs a job again."""


@releases
def test_jobs_that_publish_check_who_runs_them_again(variant: WorkflowPlan) -> None:
    """A job that succeeded is not run again, so the validation alone would not see it (A1, R1)."""
    for path, workflow in files(variant).items():
        if not PurePosixPath(path).name.startswith(("release", "rollback")):
            continue
        for id_, job in workflow["jobs"].items():
            enters = "environment" in job and not id_.startswith(("secrets-", "webhook"))
            if enters or id_ in ("attest", "github-release"):
                first = job["steps"][0]
                assert first["name"] == RUN_AGAIN
                assert first["if"] == "${{ github.run_attempt > 1 }}"
                assert first["env"]["MAY_START"] == "maintain admin"


@releases
def test_publishing_jobs_run_none_of_the_repositorys_code(variant: WorkflowPlan) -> None:
    """What holds a credential checks nothing out: it publishes what `build` scanned (A6)."""
    workflow = files(variant)[RELEASE_PATH]
    made = {
        step["with"]["name"]
        for id_, step in steps(workflow)
        if id_ == "build" and "upload-artifact" in step.get("uses", "")
    }
    for id_, job in (
        publishing(workflow) | {"github-release": workflow["jobs"]["github-release"]}
    ).items():
        checkouts = [step for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
        if "publish-cargo" in id_:  # cargo packs again: nothing that is checked out is built or run
            assert len(checkouts) == 1
            scripts = [step for step in job["steps"] if "run" in step]
            places = {step["working-directory"] for step in scripts if "cargo " in step["run"]}
            assert places == {"${{ runner.temp }}"}
            assert all("--no-verify" in s["run"] for s in scripts if "cargo p" in s["run"])
        else:
            assert not checkouts
        taken = {s["with"]["name"] for s in job["steps"] if "download-artifact" in str(s)}
        if id_ == "github-release":  # of an image, it has the digest alone
            kept = {name for name in made if not name.startswith("image-")}
            assert taken - {"signatures"} == kept
        else:
            signed = any("cosign sign" in step.get("run", "") for step in job["steps"])
            assert taken <= made
            assert len(taken - ({"sboms"} if signed else set())) == 1


@releases
def test_only_the_files_that_approvers_saw_go_on(variant: WorkflowPlan) -> None:
    """Each job that downloads what was built compares it at once with the build's hashes (R10)."""
    workflow = files(variant)[RELEASE_PATH]
    assert workflow["jobs"]["build"]["outputs"]["hashes"] == "${{ steps.built.outputs.hashes }}"
    for id_, job in workflow["jobs"].items():
        names = [step.get("with", {}).get("name") for step in job["steps"]]
        downloads = [i for i, name in enumerate(names) if name in artifacts(variant)]
        if downloads and id_ != "build":
            after = job["steps"][downloads[-1] + 1]
            assert after["env"]["HASHES"] == "${{ needs.build.outputs.hashes }}"
            folder = job["steps"][downloads[-1]]["with"]["path"]
            assert folder.startswith(after["working-directory"])
            assert "build" in job["needs"]


@releases
def test_packages_are_scanned_for_secrets_before_they_leave_the_build(
    variant: WorkflowPlan,
) -> None:
    """detect-secrets runs over every package after the last build and before any upload (A6)."""
    build = files(variant)[RELEASE_PATH]["jobs"]["build"]["steps"]
    (scan,) = [i for i, step in enumerate(build) if "detect-secrets==" in step.get("run", "")]
    uploads = [
        i for i, step in enumerate(build) if step.get("with", {}).get("name") in artifacts(variant)
    ]
    named = [(i, step.get("name", "")) for i, step in enumerate(build)]
    builds = [i for i, name in named if name.startswith(("Build ", "Archive "))]
    assert max(builds) < scan < min(uploads)
    # cargo packs all packages at once, because they may need each other
    crates = [package for package in variant.packages if package.ecosystem == "cargo"]
    assert len(uploads) == len(variant.packages)
    assert len(builds) == len(variant.packages) - max(len(crates) - 1, 0)


@releases
def test_packages_leave_the_build_before_their_components_are_listed(
    variant: WorkflowPlan,
) -> None:
    """What is installed to make a list (SBOM) cannot change what is published (A6, R10)."""
    build = files(variant)[RELEASE_PATH]["jobs"]["build"]["steps"]
    uploads = [step["with"]["name"] for step in build if "upload-artifact" in str(step)]
    listed = [each for each in variant.packages if each.ecosystem != "github"]
    assert uploads == [*artifacts(variant), *(["sboms"] if listed else [])]
    (last,) = [i for i, step in enumerate(build) if artifacts(variant)[-1] in str(step.get("with"))]
    steps_after = [step.get("name", "") for step in build[last + 1 :]]
    lists = [name for name in steps_after if name.startswith("List the components of ")]
    assert len(lists) == len(listed)
    assert not [step for step in build[:last] if "sboms" in str(step)]


PLACES_OF_SECRETS = (
    *("password", "NODE_AUTH_TOKEN", "STORED_TOKEN", "REGISTRY_TOKEN"),
    *("CENTRAL_TOKEN", "GPG_KEY", "GPG_PASSPHRASE", "ADDRESS"),
    *("COSIGN_PRIVATE_KEY", "COSIGN_PASSWORD"),
)
"""The inputs and environment variables by which a step gets a secret."""


@releases
def test_secrets_reach_only_the_step_that_publishes(variant: WorkflowPlan) -> None:
    """A token is an input or an environment variable of the publishing step alone (R9, A5, E3)."""
    workflow = files(variant)[RELEASE_PATH]
    seen = set()
    for id_, job in workflow["jobs"].items():
        for step in job["steps"]:
            for place in PLACES_OF_SECRETS:
                value = {**step.get("with", {}), **step.get("env", {})}.pop(place, "")
                seen |= {(id_, name) for name in re.findall(r"secrets\.(\w+)", value)}
    expected = set()
    for package in variant.packages:
        for secret in (package.token_secret, package.key_secret, package.passphrase_secret):
            if secret:
                expected.add((f"publish-{package.ecosystem}-{package.id}", secret))
        if package.test_token_secret:
            expected.add((f"test-python-{package.id}", package.test_token_secret))
    if webhook := variant.releases[0].webhook:
        expected.add(("webhook", webhook.secret))
    assert seen == expected
    # the other expressions are conditions: whether a secret is there, and how it begins
    text = release_text(variant)
    conditions = r"secrets\.\w+ != ''|startsWith\(secrets\.\w+, '[a-z:/_-]*'\)"
    assert text.count("secrets.") == len(expected) + len(re.findall(conditions, text))


@releases
def test_secrets_are_looked_for_before_anything_is_published(variant: WorkflowPlan) -> None:
    """Where nobody approves, before the build; else first in the job; elsewhere none (R7, R9)."""
    workflow = files(variant)[RELEASE_PATH]
    found: dict[str, list[str]] = {}
    for id_, step in steps(workflow):
        if step.get("name", "").startswith("The secret "):
            names = found.setdefault(id_, [])
            # what runs again first checks who wants that
            own = [e for e in workflow["jobs"][id_]["steps"] if e.get("name") != RUN_AGAIN]
            assert own[len(names)] == step
            names.append(step["env"]["NAME"])
    expected = {}
    for package in variant.packages:
        stored = (package.token_secret, package.key_secret, package.passphrase_secret)
        if any(stored):
            expected[f"publish-{package.ecosystem}-{package.id}"] = [e for e in stored if e]
        if package.test_token_secret:
            expected[f"secrets-python-{package.id}"] = [package.test_token_secret]
    if webhook := variant.releases[0].webhook:
        expected["secrets-notification"] = [webhook.secret]
    assert {key for key in expected if "secrets-" in key} <= before(workflow, "build")
    assert found == expected
    validation = workflow["jobs"]["security-validation"]
    assert "environment" not in validation
    seen = {key for step in validation["steps"] for key in step.get("env", {}) if "SEEN_" in key}
    assert seen == {f"SEEN_{name}" for names in expected.values() for name in names}


@releases
def test_the_workflows_own_token_publishes_images_at_most(variant: WorkflowPlan) -> None:
    """github.token answers the validation, pushes to ghcr.io, makes the release on GitHub (A5).

    It also reads who approved and who runs a job again, verifies signatures, and writes an issue
    where that is declared.
    """
    workflow = files(variant)[RELEASE_PATH]
    assert "GITHUB_TOKEN" not in release_text(variant)
    using = [(id_, each) for id_, each in steps(workflow) if each.get("name") != RUN_AGAIN]
    holders = {id_ for id_, step in using if "github.token" in str(step)}
    pushing = {
        f"publish-image-{each.id}"
        for each in variant.packages
        if each.ecosystem == "image" and each.auth != "token"
    }
    issue = {"issue"} if variant.releases[0].issue else set()
    verifies = {"verify"} & workflow["jobs"].keys() if variant.visibility == "public" else set()
    asking = {"security-validation", "github-release", "notification"}
    assert holders == asking | pushing | issue | verifies


@releases
def test_the_end_is_always_reported(variant: WorkflowPlan) -> None:
    """`notification` waits for every other job and runs whatever became of them (A9).

    What tells others of it comes after, and never keeps a release from being complete.
    """
    workflow = files(variant)[RELEASE_PATH]
    job = workflow["jobs"]["notification"]
    after = {"webhook", "issue"} & set(workflow["jobs"])
    assert set(job["needs"]) == set(workflow["jobs"]) - {"notification"} - after
    assert job["if"] == "${{ always() }}"
    (release,) = variant.releases
    assert after == ({"webhook"} if release.webhook else set()) | (
        {"issue"} if release.issue else set()
    )
    for id_ in after:
        assert workflow["jobs"][id_]["needs"] == ["notification"]
        assert workflow["jobs"][id_]["if"].startswith("${{ always()")


def test_hybrid_tries_the_trusted_publisher_first() -> None:
    """The token is used only after the trusted publisher was refused; OIDC has none (E3)."""
    for name in ("test-python-escai-framework", "publish-python-escai-framework"):
        first, second = _uploads("python-hybrid", name)
        assert "password" not in first["with"]
        assert first["continue-on-error"] is True
        assert second["if"] == "${{ steps.trusted.outcome == 'failure' }}"
        assert "secrets." in second["with"]["password"]
        (only,) = _uploads("python-oidc", name)
        assert "continue-on-error" not in only
        assert "password" not in only["with"]


def _uploads(variant: str, job: str) -> list[dict[str, Any]]:
    """The steps of a job that upload to an index."""
    found = files(VARIANTS[variant])[RELEASE_PATH]["jobs"][job]["steps"]
    return [step for step in found if "gh-action-pypi-publish" in step.get("uses", "")]


@pytest.mark.parametrize("visibility", ["public", "private", "internal"])
def test_provenance_is_attested_for_public_repositories_only(visibility: str) -> None:
    """The transparency log is public: the name of a private repository does not go there (R10)."""
    workflow = load(release_text(plan(python(), npm(), visibility=visibility)))
    said = set()
    for _, step in steps(workflow):
        values = {**step.get("with", {}), **step.get("env", {})}
        said |= {values.get("attestations"), values.get("NPM_CONFIG_PROVENANCE")}
    assert said - {None} == {"true" if visibility == "public" else "false"}


@releases
def test_the_release_on_github_comes_after_every_registry(variant: WorkflowPlan) -> None:
    """Its files are those that were published: nothing is announced before (R10)."""
    workflow = files(variant)[RELEASE_PATH]
    published = set(publishing(workflow)) - {"github-release"}
    gates = {"approval"} if variant.releases[0].approval_environment else set()
    assert published | gates | {"build"} <= before(workflow, "github-release")
    assert workflow["jobs"]["github-release"]["if"] == "${{ !inputs.dry_run }}"


@releases
def test_what_a_release_proves_is_signed_and_verified_before_it_is_announced(
    variant: WorkflowPlan,
) -> None:
    """Every approval comes before `attest`, then `verify`, then the release on GitHub (R10).

    What is signed is in a public log for ever. The job that signs has no other permission, checks
    nothing out, and runs nothing of the repository (G6).
    """
    workflow = files(variant)[RELEASE_PATH]
    jobs = workflow["jobs"]
    published = set(publishing(workflow)) - {"github-release"}
    filed = [each for each in variant.packages if each.ecosystem != "image"]
    assert ("attest" in jobs) is (variant.visibility == "public" and filed != [])
    if "attest" in jobs:
        waits = before(workflow, "attest") | {"attest"}
        # the environment of the job webhook holds its secret, and nobody approves it
        gates = {id_ for id_, job in jobs.items() if "environment" in job} - {"webhook"}
        assert gates | published <= waits
        assert jobs["attest"]["permissions"] == {
            "contents": "read",
            "id-token": "write",
            "attestations": "write",
        }
        assert "checkout" not in str(jobs["attest"])
        assert "attest" in before(workflow, "verify")
    if "verify" in jobs:
        assert published <= before(workflow, "verify")
        assert "verify" in before(workflow, "github-release")
        assert jobs["verify"]["permissions"] == {"contents": "read"}
    for package in filed:
        names = str([step.get("name") for step in jobs.get("verify", {"steps": []})["steps"]])
        visible = package.ecosystem != "github" and package.access == "public"
        assert (f"{package.name} as it was built" in names) is visible
