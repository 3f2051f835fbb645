"""Which tags release a package, and which workflow file and environments they reach."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from components.files.workflow import RELEASE_PATH
from components.publish.packages import GoPackage
from tests.components.declaration.release.test_packages import PUBLISH, SDK, TAGS, app, publish

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "directory", "prefix"),
    [
        ("acme.example/tool", ".", "v"),
        ("acme.example/tool/v2", ".", "v"),
        ("acme.example/tool/v2", "v2", "v"),
        ("acme.example/tool/sdk", "sdk", "sdk/v"),
        ("acme.example/tool/sdk/v3", "./sdk/v3", "sdk/v"),
        ("acme.example/tool/sdk/v3", "sdk", "sdk/v"),
        ("acme.example/tool/v2x", "v2x", "v2x/v"),
    ],
)
def test_tags_of_a_module_leave_out_its_major_version(
    path: str, directory: str, prefix: str
) -> None:
    """Go looks for the tags of the folder above that of a major version."""
    module = GoPackage.model_validate({"go": path, "directory": directory, "approvers": ["devs"]})
    assert module.prefix == prefix


@pytest.mark.parametrize(
    "module",
    [
        "{go: github.com/acme/app}",
        "{go: github.com/Acme/App}",
        "{go: github.com/acme/app/v2}",
        "{go: github.com/acme/app/v2, directory: v2}",
        "{go: gopkg.in/acme/app.v3}",
        "{go: acme.example/app}",
        "{go: acme.example/app/v2}",
        "{go: go.acme.example/all/of/it}",
    ],
)
def test_a_module_has_the_path_of_its_repository_or_of_a_domain(
    tmp_path: Path, module: str
) -> None:
    """Vanity paths lead Go to any repository; the others name this one, at any major version."""
    (package,) = app(tmp_path, publish(module)).packages
    assert package.config.kind == "go"


FORMS = {
    "semver": ("v", '["v[0-9]+.[0-9]+.[0-9]+"]'),
    "calver": ("@acme/app@", '["@acme/app@2[0-9][0-9][0-9].[0-9]+.[0-9]+"]'),
    "pep440": ("sdk/v", '["sdk/v[0-9]+.[0-9]+", "sdk/v[0-9]+.[0-9]+[.abr][0-9.abcdeoprstv]+"]'),
}


@pytest.mark.parametrize("scheme", FORMS)
@pytest.mark.parametrize("owner", ["organization", "repository"])
def test_releases_take_the_form_of_the_protected_tags(
    scheme: str, owner: str, tmp_path: Path
) -> None:
    """Prefix and scheme of the tag protection are those of the workflow and the environments."""
    prefix, filters = FORMS[scheme]
    entry = f'{{created_by: [security], prefix: "{prefix}", scheme: {scheme}}}'
    edit = (TAGS, f"  releases: {entry}")
    if owner == "repository":
        edit = (PUBLISH, f"    tag_protection: {{own: {entry}}}\n{PUBLISH}")
    edits = [edit] if owner == "organization" else [edit, ("tag_protection:\n" + TAGS + "\n", "")]
    repository = app(tmp_path, *edits)
    release = repository.derived_files[RELEASE_PATH]
    assert f"    tags: {filters}\n" in release
    assert f'PREFIX: "{prefix}"' in release
    (package,) = repository.packages
    for environment in repository.release_path:
        assert environment.config.deploy_from.tags == list(package.tags.admitted)
        assert all(tag.startswith(prefix) for tag in package.tags.admitted)


def test_each_series_of_tags_has_a_workflow_of_its_own(tmp_path: Path) -> None:
    """A tag of one package releases this one alone, and gets into its environments alone."""
    repository = app(
        tmp_path,
        (TAGS, f"{TAGS}\n{SDK}"),
        publish("{python: app, tags: releases}", "{npm: app, tags: sdk}"),
    )
    other = ".github/workflows/release-sdk-v.yml"
    releases = {RELEASE_PATH: ("pypi", "npm"), other: ("npm", "pypi")}
    for path, (its_own, others) in releases.items():
        text = repository.derived_files[path]
        assert f"{its_own}-release" in text
        assert f"{others}-release" not in text
    assert {each.registry: each.workflow for each in repository.publishers} == {
        "TestPyPI": "release.yml",
        "PyPI": "release.yml",
        "npm": "release-sdk-v.yml",
    }
    tags = {each.name: each.config.deploy_from.tags for each in repository.release_path}
    assert all(re.match(r"sdk/v", tag) for tag in tags["npm-release"])
    assert all(re.match(r"v", tag) for tag in (*tags["pypi-release"], *tags["testpypi"]))


def test_a_shared_first_gate_admits_the_tags_of_each_package(tmp_path: Path) -> None:
    """Two approvals for two series: one first gate, and each last gate for its own tags."""
    both = "approvers: [security, devs]"
    repository = app(
        tmp_path,
        (TAGS, f"{TAGS}\n{SDK}"),
        (
            PUBLISH,
            f"    publish: [{{python: a, tags: releases, {both}}}, {{npm: a, tags: sdk, {both}}}]",
        ),
    )
    gates = {each.name: each.config.deploy_from.tags for each in repository.release_path}
    assert gates["release-approval"] == [*gates["pypi-release"], *gates["npm-release"]]
