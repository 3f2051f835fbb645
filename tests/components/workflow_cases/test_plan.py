"""The plan of a repository's workflows: what it admits, and that all that it admits works out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from components.files.library import render
from components.files.workflow import (
    CI_PATH,
    RELEASE_PATH,
    Package,
    Platform,
    Release,
    WorkflowPlan,
)
from components.files.workflow_choice import WorkflowsConfig
from tests.components.workflow_cases.variants import (
    AUTHS,
    BY_KEY,
    BY_WORKFLOW,
    WHOLE_TEMPLATES,
    archive,
    before,
    load,
    plan,
    publishing,
    python,
)

if TYPE_CHECKING:
    from components.files.workflow import Kind


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"auth": "token"}, "auth token needs token_secret"),
        ({"auth": "hybrid", "token_secret": "A"}, "auth hybrid needs test_token_secret"),
        ({"token_secret": "A"}, "token_secret is not used here"),
        ({"test_token_secret": "A"}, "test_token_secret is not used here"),
        ({"test_environment": "pypi-release"}, "must be two environments"),
        ({"ecosystem": "npm"}, "npm has no test registry"),
        ({"name": "a b"}, "not a name that python packages can have"),
        ({"ecosystem": "npm", "name": "A"}, "not a name that npm packages can have"),
        ({"name": "a\nb"}, "not a name"),
        ({"directory": "../other"}, "directory"),
        ({"directory": "/etc"}, "directory"),
        ({"release_environment": "${{ github.actor }}"}, "release_environment"),
        ({"release_environment": "pypi\n"}, "release_environment"),
        ({"auth": "token", "token_secret": "GITHUB_TOKEN"}, "token_secret"),
        ({"auth": "token", "token_secret": "A }} ${{ secrets.B"}, "token_secret"),
        ({"surprise": 1}, "surprise"),
        ({"ecosystem": "image", "name": "a", "test_environment": None}, "registry and platforms"),
        ({"registry": "ghcr.io", "platforms": ("linux/amd64",)}, "registry and platforms"),
        ({"registry": "https://ghcr.io"}, "registry"),
        ({"username": "a"}, "username is for images"),
        ({"username": '"'}, "username"),
        ({"ecosystem": "maven", "name": "a.b:c", "test_environment": None}, "need key_secret"),
        ({"key_secret": "A"}, "key_secret is for Java packages and images"),
        ({"passphrase_secret": "A"}, "passphrase_secret is for a key_secret"),
        ({"ecosystem": "maven", "name": "a:b:c"}, "not a name that maven packages can have"),
    ],
)
def test_a_contradictory_package_is_refused(changes: dict[str, Any], message: str) -> None:
    """What cannot be meant, or would break out of its place in the file, is no plan (R4, S13)."""
    good = python().model_dump()
    with pytest.raises(ValidationError, match=re.escape(message)):
        Package.model_validate({**good, **changes})


@pytest.mark.parametrize(
    ("packages", "changes", "message"),
    [
        ([python(), python()], {}, "two of the same ecosystem"),
        ([python(name="a.b"), python(name="a-b")], {}, "two of the same ecosystem"),
        ([archive(), archive(name="other")], {}, "two archives"),
        ([python()], {"approval_environment": "pypi-release"}, "one approval would count for both"),
        ([python()], {"approval_environment": "testpypi"}, "one approval would count for both"),
        ([], {"default_branch": "main*"}, "default_branch"),
        ([], {"default_branch": '"]'}, "default_branch"),
        ([python()], {"may_start": ()}, "may_start"),
        ([python()], {"may_start": ("maintain write",)}, "may_start"),
        ([python()], {"prefix": "v*"}, "prefix"),
        ([python()], {"prefix": '"'}, "prefix"),
        ([python()], {"scheme": "any"}, "scheme"),
    ],
)
def test_a_contradictory_plan_is_refused(
    packages: list[Package], changes: dict[str, Any], message: str
) -> None:
    """Two gates are two environments, and each package has jobs of its own (A4)."""
    with pytest.raises(ValidationError, match=re.escape(message)):
        plan(*packages, **changes)


names = st.from_regex(r"\A[a-z][a-z0-9]{0,8}([._-][a-z0-9]{1,8}){0,2}\Z")
environments = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9 ._-]{0,12}\Z")
secret_names = st.from_regex(r"\AX_[A-Z0-9_]{1,12}\Z")
directories = st.sampled_from([".", "sdk", "a/b", "./web", "yes", "1.0"])


registries = st.fixed_dictionaries(
    {
        "registry": st.sampled_from(["ghcr.io", "registry.guild.example:5000"]),
        "platforms": st.lists(
            st.sampled_from(get_args(Platform)), min_size=1, max_size=3, unique=True
        ).map(tuple),
    }
)


@st.composite
def packages(draw: st.DrawFn) -> Package:
    """Any package that the model admits."""
    ecosystem = draw(st.sampled_from(["python", "npm", "cargo", "go", "image", "maven", "github"]))
    auths = {"go": ("oidc",), "github": ("oidc",), "image": ("oidc", "token"), "maven": ("token",)}
    auth = draw(st.sampled_from(auths.get(ecosystem, AUTHS)))
    release, test = draw(st.lists(environments, min_size=2, max_size=2, unique=True))
    tested = ecosystem == "python" and draw(st.booleans())
    start = {"go": "guild.example/", "maven": "example.guild:"}.get(ecosystem, "")
    name = start + draw(names)
    scope = draw(st.sampled_from(["", "@guild/"])) if ecosystem == "npm" else ""
    return Package.model_validate(
        {
            "ecosystem": ecosystem,
            "name": scope + (name.replace(".", "-") if ecosystem == "cargo" else name),
            "directory": draw(directories),
            "auth": auth,
            "release_environment": f"r{release}",
            "test_environment": f"t{test}" if tested else None,
            "token_secret": draw(secret_names)
            if auth != "oidc" and ecosystem != "github"
            else None,
            "test_token_secret": draw(secret_names) if auth != "oidc" and tested else None,
            **(draw(registries) if ecosystem == "image" else {}),
            "key_secret": draw(secret_names) if ecosystem == "maven" else None,
            "username": "guild+bot" if ecosystem == "image" and auth == "token" else None,
        }
    )


releases = st.builds(
    Release,
    packages=st.lists(
        packages(),
        min_size=1,
        max_size=3,
        unique_by=lambda package: package.ecosystem == "github" or (package.ecosystem, package.id),
    ).map(tuple),
    prefix=st.sampled_from(["v", "sdk/v", "@guild/web@"]),
    scheme=st.sampled_from(["semver", "calver", "pep440"]),
    approval_environment=st.none() | environments.map("a{}".format),
    may_start=st.sampled_from([("maintain", "admin"), ("releaser",)]),
)
plans = st.builds(
    WorkflowPlan,
    default_branch=st.sampled_from(["main", "release/1.x", "on", "1.0"]),
    visibility=st.sampled_from(["public", "private", "internal"]),
    ecosystems=st.sets(st.sampled_from(["pip", "npm", "cargo", "docker", "bundler"])).map(tuple),
    releases=st.lists(releases, max_size=1).map(tuple),
    chosen=st.builds(
        WorkflowsConfig,
        rollback=st.booleans(),
        codeql=st.booleans(),
        scorecard=st.booleans(),
        verify_image=st.sampled_from([None, BY_KEY.verify_image, BY_WORKFLOW.verify_image]),
        secret_audit=st.none(),
    ),
    repository=st.just("guild/app"),
)


PLACES = {place for text in WHOLE_TEMPLATES.values() for place in re.findall(r"__[a-z_]+?__", text)}


@settings(deadline=None, max_examples=50)  # parsing YAML takes the time of a busy machine
@given(plans)
def test_every_plan_becomes_sound_files(variant: WorkflowPlan) -> None:
    """Whatever the plan: valid YAML, closed needs, no place left empty, every gate in its place."""
    for path, text in render(variant).items():
        assert not PLACES & set(re.findall(r"__[a-z_]+?__", text))
        assert not re.search(r"#:|[«»]|@pin\b|\n\n\n", text)
        workflow = load(text)
        for id_, job in workflow["jobs"].items():
            assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", id_)
            assert set(job.get("needs", [])) <= set(workflow["jobs"]) - {id_}
        if path == CI_PATH:
            assert workflow["on"]["push"]["branches"] == [variant.default_branch]
            continue
        if path != RELEASE_PATH:
            continue
        jobs = publishing(workflow)
        tests = [package for package in variant.packages if package.test_environment]
        assert len(jobs) == len(variant.packages) + len(tests)
        assert "github-release" in workflow["jobs"]
        (release,) = variant.releases
        first = {"approval"} if release.approval_environment else set()
        for id_ in jobs:
            assert {"security-validation", "build"} | first <= before(workflow, id_)


@pytest.mark.parametrize("ecosystem", ["python", "npm", "cargo", "go", "image", "maven"])
def test_job_ids_fit_however_long_the_name_is(ecosystem: Kind) -> None:
    """GitHub refuses a workflow file with a job id of 100 characters; two long names stay two."""
    start = {"go": "acme.example/", "maven": "example.acme:"}.get(ecosystem, "")
    more: dict[str, dict[str, Any]] = {
        "image": {"registry": "ghcr.io", "platforms": ("linux/amd64",)},
        "maven": {"auth": "token", "token_secret": "A", "key_secret": "B"},
    }
    named = tuple(
        Package(
            ecosystem=ecosystem,
            name=start + "a" * 180 + end,
            release_environment=end,
            **more.get(ecosystem, {}),
        )
        for end in "bc"
    )
    made = WorkflowPlan(
        default_branch="main", visibility="public", releases=(Release(packages=named),)
    )
    jobs = load(render(made)[RELEASE_PATH])["jobs"]
    published = [job for job in jobs if job.startswith(f"publish-{ecosystem}-")]
    assert len(published) == 2
    assert max(map(len, jobs)) < 100
