"""The workflow files that a repository chooses beside CI and the release path."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from pydantic import ValidationError

from components.base import Ecosystem
from components.files.library import (
    CODEQL_ECOSYSTEMS,
    CODEQL_PATH,
    SCORECARD_PATH,
    VERIFY_IMAGE_PATH,
    codeql_languages,
    render,
)
from tests.components.workflow_cases.scripts import fake, run, step
from tests.components.workflow_cases.variants import (
    BY_KEY,
    CODEQL,
    SCORECARD,
    VARIANTS,
    cargo,
    files,
    npm,
    plan,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_written_that_was_not_chosen() -> None:
    """By default a repository has CI, and what releases and takes back its packages."""
    assert CODEQL_PATH not in render(VARIANTS["both"])
    assert CODEQL_PATH in render(VARIANTS["codeql"])
    assert {SCORECARD_PATH, VERIFY_IMAGE_PATH}.isdisjoint(render(VARIANTS["both"]))


# --- codeql.yml


def test_codeql_searches_each_language_of_the_repository() -> None:
    """Those of ecosystems and of packages; Go is built, which CodeQL requires (R8)."""
    job = files(VARIANTS["codeql"])[CODEQL_PATH]["jobs"]["codeql"]
    assert job["strategy"]["matrix"] == {"language": ["go", "javascript-typescript"]}
    builds = "${{ matrix.language == 'go' && 'autobuild' || 'none' }}"
    assert job["steps"][1]["with"]["build-mode"] == builds
    assert codeql_languages(plan(npm(), cargo(), chosen=CODEQL)) == (
        "javascript-typescript",
        "rust",
    )


@pytest.mark.parametrize("ecosystem", get_args(Ecosystem))
def test_codeql_is_written_where_it_knows_a_language(ecosystem: Ecosystem) -> None:
    """What the message for other repositories lists is what it knows."""
    found = CODEQL_PATH in render(plan(ecosystems=(ecosystem,), chosen=CODEQL))
    assert found is (ecosystem in CODEQL_ECOSYSTEMS)
    assert (ecosystem == "docker") is not found


def test_codeql_runs_on_proposals_on_the_default_branch_and_each_week() -> None:
    """What was merged before a weakness was known is searched again (R8, R14)."""
    workflow = files(VARIANTS["codeql"])[CODEQL_PATH]
    assert set(workflow["on"]) == {"pull_request", "merge_group", "push", "schedule"}
    assert workflow["on"]["push"] == {"branches": ["main"]}


def test_codeql_reads_runs_in_private_repositories_only() -> None:
    """A public repository shows them to everybody (R2)."""
    permissions = {
        name: files(VARIANTS[name])[CODEQL_PATH]["jobs"]["codeql"]["permissions"]
        for name in ("codeql", "codeql-private")
    }
    assert permissions["codeql"] == {"contents": "read", "security-events": "write"}
    assert permissions["codeql-private"] == {**permissions["codeql"], "actions": "read"}


# --- scorecard.yml


def test_scorecard_rates_the_default_branch_and_publishes_nothing() -> None:
    """It has no identity token, which would be valid outside of every environment (R2, R8)."""
    workflow = files(VARIANTS["scorecard"])[SCORECARD_PATH]
    assert set(workflow["on"]) == {"branch_protection_rule", "push", "schedule"}
    assert workflow["on"]["push"] == {"branches": ["trunk/2"]}
    job = workflow["jobs"]["scorecard"]
    assert "id-token" not in job["permissions"]
    assert job["steps"][1]["with"]["publish_results"] is False
    assert job["steps"][1]["with"]["results_file"] == job["steps"][2]["with"]["sarif_file"]


def test_scorecard_is_for_public_repositories() -> None:
    """Nothing is written elsewhere: the YAML is refused there."""
    assert render(plan(chosen=SCORECARD, visibility="private")) == {}


# --- verify-image.yml

SIGNED_BY = ("image-by-workflow", "image-by-key")
DIGEST = f"sha256:{'ab' * 32}"


@pytest.mark.parametrize("variant", SIGNED_BY)
def test_an_image_is_verified_before_it_is_promoted(variant: str) -> None:
    """By its digest, and once more after the approval of the environment (G6)."""
    workflow = files(VARIANTS[variant])[VERIFY_IMAGE_PATH]
    assert set(workflow["on"]) == {"workflow_call", "workflow_dispatch"}
    verify, promote = workflow["jobs"]["verify"], workflow["jobs"]["promote"]
    assert (promote["needs"], promote["environment"]) == (["verify"], {"name": "production"})
    assert promote["if"] == "${{ inputs.promote_to != '' }}"
    assert "promote_to" not in workflow["on"]["workflow_call"]["inputs"]
    assert verify["permissions"] == {"packages": "read"}
    names = [each.get("name") for each in promote["steps"]]
    signed, moved = names.index("The image is signed by whom it has to be"), len(names) - 1
    assert signed < moved
    assert '"$IMAGE@$DIGEST"' in promote["steps"][signed]["run"]
    assert '"docker://$IMAGE@$DIGEST"' in promote["steps"][moved]["run"]


def test_the_signer_is_one_workflow_of_one_repository_at_the_tag() -> None:
    """The identity is exact: no other file, branch or repository signs for it (G6)."""
    signed = step("verify", "The image", VERIFY_IMAGE_PATH, variant="image-by-workflow")
    assert signed["env"]["IDENTITY"] == (
        "https://github.com/guild/portal/.github/workflows/release.yml@refs/tags/${{ inputs.tag }}"
    )
    assert signed["env"]["ISSUER"] == "https://token.actions.githubusercontent.com"
    assert "regexp" not in signed["run"]


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, ""),
        ({"TAG": "portal/v2026.07.1", "PROMOTE_TO": "stable"}, ""),
        ({"PROMOTE_TO": "next-stable"}, ""),
        ({"DIGEST": "latest"}, "Not a digest"),
        ({"DIGEST": DIGEST + "\nimage=evil"}, "Not a digest"),
        ({"DIGEST": DIGEST.upper()}, "Not a digest"),
        ({"TAG": "main"}, "Not a release tag"),
        ({"TAG": "v1.2.3 v1.2.3"}, "Not a release tag"),
        ({"TAG": "xv1.2.3"}, "Not a release tag"),
        ({"TAG": ""}, "Not a release tag"),
        ({"PROMOTE_TO": "v1.2.3"}, "Not a name to move"),
        ({"PROMOTE_TO": "a b"}, "Not a name to move"),
    ],
)
def test_what_is_verified_is_a_digest_and_a_release_tag(
    tmp_path: Path, changes: dict[str, str], title: str
) -> None:
    """Others could have been tagged by everybody who may push; a version is never moved (G6)."""
    output = tmp_path / "output"
    given = {"DIGEST": DIGEST, "TAG": "v1.2.3", "PROMOTE_TO": "", **changes, "IMAGE": "g/p"}
    found = step("verify", "The inputs", VERIFY_IMAGE_PATH, variant="image-by-workflow")
    done = run(found, tmp_path, GITHUB_OUTPUT=str(output), **given)
    assert (done.returncode == 0) is (title == ""), done.stdout
    assert f"::error title={title}" in done.stdout or not title
    assert (output.read_text() if output.exists() else "") == (
        "" if title else f"image=g/p@{DIGEST}\n"
    )


@pytest.mark.parametrize("variant", SIGNED_BY)
@pytest.mark.parametrize("signed", [True, False])
def test_cosign_decides(tmp_path: Path, variant: str, *, signed: bool) -> None:
    """It gets exactly one signer and the digest; the token goes through standard input (G6, R9)."""
    given = {
        "IMAGE": "ghcr.io/guild/portal",
        "DIGEST": DIGEST,
        "GH_TOKEN": "secret-token",
        "GITHUB_ACTOR": "kim",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "IDENTITY": "https://github.com/x",
    }
    answer = str(signed).lower()
    fake(
        tmp_path,
        "cosign",
        f'#!/bin/sh\necho "$*" >> said\nif [ $1 = login ]; then cat > token; else {answer}; fi\n',
    )
    done = run(step("verify", "The image", VERIFY_IMAGE_PATH, variant=variant), tmp_path, **given)
    login, verify, *lists = (tmp_path / "said").read_text().splitlines()
    assert login == "login ghcr.io --username kim --password-stdin"
    assert (tmp_path / "token").read_text() == "secret-token\n"
    signer = {
        "image-by-workflow": "--certificate-identity https://github.com/x "
        "--certificate-oidc-issuer https://token.actions.githubusercontent.com",
        "image-by-key": "--key env://COSIGN_PUBLIC_KEY",
    }[variant]
    assert verify == f"verify {signer} ghcr.io/guild/portal@{DIGEST}"
    # the release workflow signs a list of components as well
    listed = f"verify-attestation {signer} --type cyclonedx ghcr.io/guild/portal@{DIGEST}"
    assert lists == ([listed] if signed and variant == "image-by-workflow" else [])
    assert (done.returncode == 0) is signed
    assert ("must not be deployed or promoted" in done.stdout) is not signed


@pytest.mark.parametrize("same", [True, False])
def test_a_promoted_name_leads_to_the_digest(tmp_path: Path, *, same: bool) -> None:
    """A registry that has another image there is an error (G6)."""
    fake(tmp_path, "skopeo", '#!/bin/sh\necho "$*" >> said\nprintf manifest\n')
    fake(
        tmp_path,
        "sha256sum",
        f"#!/bin/sh\necho '{'ab' * 32 if same else 'cd' * 32}  manifest.json'\n",
    )
    given = {"IMAGE": "g/p", "DIGEST": DIGEST, "PROMOTE_TO": "stable", "DOCKER_CONFIG": "d"}
    given |= {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_TRIGGERING_ACTOR": "kim"}
    found = step("promote", "Let the name", VERIFY_IMAGE_PATH, variant="image-by-key")
    done = run(found, tmp_path, **given)
    copied = (tmp_path / "said").read_text().splitlines()[0]
    assert copied.endswith(f"--preserve-digests docker://g/p@{DIGEST} docker://g/p:stable")
    assert (done.returncode == 0) is same


def test_a_plan_with_an_image_names_its_repository() -> None:
    """The signature has to be by this repository (G6)."""
    with pytest.raises(ValidationError, match="verify_image needs repository"):
        plan(chosen=BY_KEY, repository=None)
