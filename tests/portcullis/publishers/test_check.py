"""`portcullis publishers check`: who published the latest releases, by the registries' own word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from portcullis.cli import app
from tests.portcullis.publishers.double import (
    TRUSTED,
    WORKFLOW,
    Double,
    attestations,
    crate,
    index,
    packument,
    provenance,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

ORGANIZATION: dict[str, Any] = {
    "organization": "acme",
    "plan": "enterprise",
    "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
    "automation": {"app_id": 7},
    "teams": {"makers": {"members": ["ana", "ben"]}, "approvers": {"members": ["kim", "lea"]}},
    "tag_protection": {"releases": {"created_by": ["makers"]}},
    "repositories": {
        "tool": {
            "visibility": "public",
            "access": {"makers": "maintain", "approvers": "pull"},
            "workflows": False,
        }
    },
}
NAMES = ("pypi", "testpypi", "npm", "crates")
INDEX = "/".join(("", "simple", "acme-tool", ""))  # noqa: FLY002 - no file holds an index's path
"""Where an index has the files of the project."""

OLD, NEW, LATER = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"
MALLORY = {"name": "mallory", "email": "mallory@mail.example"}
BY_TOOL = {
    "num": "1.0.0",
    "created_at": NEW,
    "published_by": None,
    "trustpub_data": {
        "provider": "github",
        "repository": "acme/tool",
        "run_id": "7",
        "sha": "a" * 40,
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    """One server for all tests."""
    with serving() as double:
        yield double


@pytest.fixture
def double(server: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Double:
    """The registries without a document; the working directory is a project without packages."""
    server.documents.clear()
    server.requests.clear()
    (tmp_path / "orgs").mkdir()
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {portcullis:organization: acme}\n")
    monkeypatch.chdir(tmp_path)
    declare(tmp_path)
    return server


def declare(folder: Path, *publish: dict[str, Any], **repository: object) -> None:
    """Write the organization with what its repository publishes."""
    packages = [{"approvers": ["approvers"], **each} for each in publish]
    tool = {**ORGANIZATION["repositories"]["tool"], "publish": packages, **repository}
    text = yaml.safe_dump({**ORGANIZATION, "repositories": {"tool": tool}}, sort_keys=False)
    (folder / "orgs" / "acme.yaml").write_text(text)


def command(double: Double, *arguments: str) -> Result:
    """Run the check against the double."""
    registries = [f"--registry={name}={double.address}/{name}" for name in NAMES]
    prefixed = {
        f"/{name}{path}": found
        for path, found in double.documents.items()
        for name in NAMES
        if not path.startswith(tuple(f"/{each}/" for each in NAMES))
    }
    double.documents.update(prefixed)
    check = ["publishers", "check", "--stack", "prod", *registries, *arguments]
    return CliRunner().invoke(app, check)


def verdicts(double: Double, *arguments: str) -> dict[str, dict[str, Any]]:
    """What the check finds, by registry."""
    result = command(double, "--format=json", *arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return {each["registry"]: each for each in json.loads(result.stdout)["packages"]}


def on_pypi(double: Double, *publishers: dict[str, Any]) -> None:
    """Let PyPI alone have a release with provenance; TestPyPI has the declared one."""
    files = [("acme_tool-1.0.0-py3-none-any.whl", NEW), ("acme_tool-1.0.0.tar.gz", NEW)]
    for name, found in (
        ("pypi", publishers),
        ("testpypi", ({**WORKFLOW, "environment": "testpypi"},)),
    ):
        double.documents[f"/{name}{INDEX}"] = index("acme-tool", *files)
        for file, _ in files:
            path = f"/{name}/integrity/acme-tool/1.0.0/{file}/provenance"
            double.documents[path] = provenance(*found)


def test_all_packages_come_from_the_declared_publishers(double: Double, tmp_path: Path) -> None:
    """Each line has what was compared, and what the registry does not publish; exit code 0."""
    declare(
        tmp_path,
        {"python": "Acme.Tool"},
        {"npm": "@acme/web", "directory": "web"},
        {"cargo": "acme-tool"},
    )
    on_pypi(double, {**WORKFLOW, "environment": "pypi-release"})
    double.documents |= {
        "/npm/@acme%2Fweb": packument("@acme/web", ("1.0.0", NEW, TRUSTED)),
        "/npm/-/npm/v1/attestations/@acme%2Fweb@1.0.0": attestations(
            "https://github.com/acme/tool", ".github/workflows/release.yml"
        ),
        "/crates/api/v1/crates/acme-tool": crate("acme-tool", BY_TOOL),
    }
    result = command(double)
    assert result.exit_code == 0, result.output
    assert result.output == (
        "declared  TestPyPI Acme.Tool 1.0.0: acme/tool, release.yml, environment testpypi\n"
        "declared  PyPI Acme.Tool 1.0.0: acme/tool, release.yml, environment pypi-release\n"
        "declared  npm @acme/web 1.0.0: acme/tool, release.yml\n"
        "            npm does not publish the environment: not compared\n"
        "declared  crates.io acme-tool 1.0.0: acme/tool\n"
        "            crates.io does not publish the workflow and environment: not compared\n"
        "\n4 packages: 4 by the declared publisher, 0 by another, 0 unknown\n"
    )
    agents = {headers["User-Agent"] for _, headers in double.requests}
    assert agents == {"portcullis (publishers check)"}
    assert not any("Authorization" in headers for _, headers in double.requests)


@pytest.mark.parametrize(
    ("publisher", "shown", "reason"),
    [
        (
            {**WORKFLOW, "environment": "other"},
            "acme/tool, release.yml, environment other",
            "another environment",
        ),
        (
            {**WORKFLOW, "environment": None},
            "acme/tool, release.yml",
            "the publisher is registered without an environment",
        ),
        (
            {**WORKFLOW, "workflow": "Release.yml", "environment": "pypi-release"},
            "acme/tool, Release.yml, environment pypi-release",
            "another workflow",
        ),
        (
            {**WORKFLOW, "repository": "mallory/tool", "environment": "pypi-release"},
            "mallory/tool, release.yml, environment pypi-release",
            "another repository",
        ),
        (
            {**WORKFLOW, "repository": "acme/old", "environment": "pypi-release"},
            "acme/old, release.yml, environment pypi-release",
            "it is the repository's old name: register the new one",
        ),
        (
            {"kind": "GitLab", "repository": "acme/tool", "workflow_filepath": ".gitlab-ci.yml"},
            "GitLab acme/tool",
            "it is no workflow on GitHub",
        ),
    ],
    ids=["environment", "no environment", "workflow", "repository", "old name", "gitlab"],
)
def test_another_publisher_at_pypi(
    double: Double, tmp_path: Path, publisher: dict[str, Any], shown: str, reason: str
) -> None:
    """Repository, workflow file and environment are compared; the one that differs is named."""
    declare(tmp_path, {"python": "acme-tool"}, renamed_from="old")
    on_pypi(double, publisher)
    found = verdicts(double)["PyPI"]
    assert (found["status"], found["publisher"]["shown"]) == ("other", shown)
    assert found["reason"] == reason
    assert command(double).exit_code == 1


def test_names_of_repository_and_environment_in_another_spelling(
    double: Double, tmp_path: Path
) -> None:
    """GitHub and PyPI do not distinguish upper from lower case in them."""
    declare(tmp_path, {"python": "acme-tool"})
    on_pypi(double, {**WORKFLOW, "repository": "Acme/Tool", "environment": "PyPI-Release"})
    assert verdicts(double)["PyPI"]["status"] == "declared"


def test_one_file_of_another_publisher_decides(double: Double, tmp_path: Path) -> None:
    """A stranger's wheel beside good files, added to an old release last, is found."""
    declare(tmp_path, {"python": "acme-tool"})
    good = provenance({**WORKFLOW, "environment": "pypi-release"})
    double.documents |= {
        f"/pypi{INDEX}": index(
            "acme-tool",
            ("acme_tool-1.0.0.tar.gz", OLD),
            ("acme_tool-1.1.0.tar.gz", NEW),
            ("acme_tool-1.0.0-py3-none-any.whl", LATER),
        ),
        "/pypi/integrity/acme-tool/1.0.0/acme_tool-1.0.0.tar.gz/provenance": good,
        "/pypi/integrity/acme-tool/1.1.0/acme_tool-1.1.0.tar.gz/provenance": good,
        "/pypi/integrity/acme-tool/1.0.0/acme_tool-1.0.0-py3-none-any.whl/provenance": provenance(
            {**WORKFLOW, "repository": "mallory/tool"}
        ),
    }
    found = verdicts(double)["PyPI"]
    assert (found["status"], found["version"]) == ("other", "1.0.0")
    assert found["publisher"]["repository"] == "mallory/tool"


@pytest.mark.parametrize(
    ("file", "spelling"),
    [
        ("acme_tool-1.0-py3-none-any.whl", "1.0"),
        ("acme_tool-1.0-py3-none-any.whl", "1.0.0"),
        ("acme_tool-1-1-py3-none-any.whl", "1"),
        ("acme_tool-v1.0.0.0.tar.gz", "1.0.0.0"),
        ("acme_tool-1.tar.gz", "1"),
    ],
)
@pytest.mark.parametrize("times", [(NEW, NEW), (OLD, NEW), (NEW, OLD)])
def test_another_spelling_of_the_version_is_the_same_release(
    double: Double, tmp_path: Path, file: str, spelling: str, times: tuple[str, str]
) -> None:
    """A stranger's file of release 1.0.0 that spells it 1.0 is found, whatever came last."""
    declare(tmp_path, {"python": "acme-tool"})
    good = "acme_tool-1.0.0-py3-none-any.whl"
    double.documents |= {
        f"/pypi{INDEX}": index("acme-tool", (good, times[0]), (file, times[1])),
        f"/pypi/integrity/acme-tool/1.0.0/{good}/provenance": provenance(
            {**WORKFLOW, "environment": "pypi-release"}
        ),
        f"/pypi/integrity/acme-tool/{spelling}/{file}/provenance": provenance(
            {**WORKFLOW, "repository": "mallory/tool"}
        ),
    }
    found = verdicts(double)["PyPI"]
    assert (found["status"], found["publisher"]["repository"]) == ("other", "mallory/tool")


@pytest.mark.parametrize(
    "file", ["acme_tool-1.0.0-1.tar.gz", "acme_tool-1.0.0.exe", "other-1.0.0.tar.gz"]
)
def test_a_file_of_no_release_that_can_be_read_leaves_it_unknown(
    double: Double, tmp_path: Path, file: str
) -> None:
    """It may belong to the release; one that is older than the release does not."""
    declare(tmp_path, {"python": "acme-tool"})
    on_pypi(double, {**WORKFLOW, "environment": "pypi-release"})
    good = ("acme_tool-1.0.0.tar.gz", NEW), ("acme_tool-1.0.0-py3-none-any.whl", LATER)
    double.documents[f"/pypi{INDEX}"] = index("acme-tool", *good, (file, NEW))
    found = verdicts(double)["PyPI"]
    assert found["status"] == "unknown"
    assert found["reason"] == f"the name {file} does not tell of which release the file is"
    double.documents.clear()
    on_pypi(double, {**WORKFLOW, "environment": "pypi-release"})
    double.documents[f"/pypi{INDEX}"] = index("acme-tool", *good, (file, OLD))
    assert verdicts(double)["PyPI"]["status"] == "declared"


def test_a_file_without_attestation_leaves_it_unknown(double: Double, tmp_path: Path) -> None:
    """The other files of the release are from the declared publisher: that is not enough."""
    declare(tmp_path, {"python": "acme-tool"})
    wheel, source = "acme_tool-1.0.0-py3-none-any.whl", "acme_tool-1.0.0.tar.gz"
    on_pypi(double, {**WORKFLOW, "environment": "pypi-release"})
    double.documents[f"/pypi{INDEX}"] = index(
        "acme-tool", (wheel, NEW), (source, NEW), bare=(source,)
    )
    found = verdicts(double)["PyPI"]
    assert (found["status"], found["version"], found["publisher"]) == ("unknown", "1.0.0", None)
    assert found["reason"] == (
        "no attestation of acme_tool-1.0.0.tar.gz: uploaded with a token, or without "
        "attestations, and PyPI does not publish by whom"
    )
    assert command(double).exit_code == 0
    assert command(double, "--strict").exit_code == 1


@pytest.mark.parametrize(
    ("auth", "user", "attested", "status", "shown"),
    [
        ("oidc", TRUSTED, "acme/tool", "declared", "acme/tool, release.yml"),
        ("oidc", TRUSTED, "mallory/tool", "other", "mallory/tool, release.yml"),
        ("oidc", TRUSTED, None, "unknown", None),
        ("oidc", MALLORY, None, "other", "the npm account mallory, with a token"),
        ("hybrid", MALLORY, None, "unknown", None),
        ("token", MALLORY, None, "unknown", None),
        ("hybrid", MALLORY, "acme/tool", "declared", "acme/tool, release.yml"),
        ("token", MALLORY, "acme/tool", "declared", "acme/tool, release.yml"),
    ],
)
def test_npm(  # noqa: PLR0917 - a case in each row
    double: Double,
    tmp_path: Path,
    auth: str,
    user: dict[str, Any],
    attested: str | None,
    status: str,
    shown: str | None,
) -> None:
    """The version that was published last counts, whatever its number or tag.

    Its provenance names the workflow. Without one, an account's own token is not the declared
    publisher, unless a token is declared.
    """
    token = {"tokens": {"npm": {"from": {"config": "token"}}}} if auth != "oidc" else {}
    declare(tmp_path, {"npm": "web", "auth": auth, **token})
    double.documents["/npm/web"] = packument("web", ("2.0.0", OLD, TRUSTED), ("1.9.1", NEW, user))
    for version, repository in (("2.0.0", "acme/tool"), ("1.9.1", attested)):
        if repository:
            double.documents[f"/npm/-/npm/v1/attestations/web@{version}"] = attestations(
                f"https://github.com/{repository}", ".github/workflows/release.yml"
            )
    found = verdicts(double)["npm"]
    assert (found["status"], found["version"]) == (status, "1.9.1")
    assert (found["publisher"] or {}).get("shown") == shown


def test_a_token_in_the_declared_workflow_is_another_publisher(
    double: Double, tmp_path: Path
) -> None:
    """The declaration has no token: the release did not come from the trusted publisher."""
    declare(tmp_path, {"npm": "web"})
    double.documents |= {
        "/npm/web": packument("web", ("1.0.0", NEW, MALLORY)),
        "/npm/-/npm/v1/attestations/web@1.0.0": attestations(
            "https://github.com/acme/tool", ".github/workflows/release.yml"
        ),
    }
    found = verdicts(double)["npm"]
    assert found["status"] == "other"
    assert found["reason"] == "published with a token, and auth is oidc"
    assert found["notes"] == ["published with a token of the npm account mallory: disallow tokens"]


@pytest.mark.parametrize(
    ("ref", "status"),
    [
        ("refs/tags/v1.0.0", "declared"),
        ("refs/tags/v1.9.1", "declared"),
        ("refs/heads/evil", "other"),
        ("refs/heads/v1.0.0", "other"),
        ("refs/tags/1.0.0", "other"),
        ("refs/tags/v1.0.0-rc.1", "other"),
        ("refs/tags/evil/v1.0.0", "other"),
        ("refs/tags/v1.0.0\n", "other"),
        ("refs/pull/7/merge", "other"),
        ("v1.0.0", "other"),
    ],
)
@pytest.mark.parametrize("user", [TRUSTED, MALLORY], ids=["trusted", "token"])
def test_the_release_at_npm_has_to_run_on_a_release_tag(
    double: Double, tmp_path: Path, user: dict[str, Any], ref: str, status: str
) -> None:
    """The declared workflow on a branch, or on a tag that is no version, is another publisher."""
    token = {"tokens": {"npm": {"from": {"config": "token"}}}} if user is MALLORY else {}
    declare(tmp_path, {"npm": "web", "auth": "token" if token else "oidc", **token})
    double.documents |= {
        "/npm/web": packument("web", ("1.0.0", NEW, user)),
        "/npm/-/npm/v1/attestations/web@1.0.0": attestations(
            "https://github.com/acme/tool", ".github/workflows/release.yml", ref
        ),
    }
    found = verdicts(double)["npm"]
    assert found["status"] == status
    if status == "other":
        assert found["reason"] == (
            f"it ran on {ref}, which is no release tag (v and MAJOR.MINOR.PATCH without leading "
            "zeros)"
        )


@pytest.mark.parametrize(
    ("auth", "version", "status", "shown"),
    [
        ("oidc", BY_TOOL, "declared", "acme/tool"),
        (
            "oidc",
            {**BY_TOOL, "trustpub_data": {"provider": "github", "repository": "mallory/tool"}},
            "other",
            "mallory/tool",
        ),
        (
            "oidc",
            {**BY_TOOL, "trustpub_data": {"provider": "gitlab", "project_path": "acme/tool"}},
            "other",
            "gitlab acme/tool",
        ),
        (
            "oidc",
            {**BY_TOOL, "trustpub_data": None, "published_by": {"id": 1, "login": "mallory"}},
            "other",
            "the crates.io account mallory, with a token",
        ),
        (
            "hybrid",
            {**BY_TOOL, "trustpub_data": None, "published_by": {"id": 1, "login": "ana"}},
            "unknown",
            None,
        ),
        ("oidc", {**BY_TOOL, "trustpub_data": None}, "unknown", None),
    ],
)
def test_crates(  # noqa: PLR0917 - a case in each row
    double: Double,
    tmp_path: Path,
    auth: str,
    version: dict[str, Any],
    status: str,
    shown: str | None,
) -> None:
    """The trusted publisher's repository, or the account that published with a token."""
    token = {"tokens": {"crates": {"from": {"config": "token"}}}} if auth != "oidc" else {}
    declare(tmp_path, {"cargo": "tool", "auth": auth, **token})
    older = {**BY_TOOL, "num": "2.0.0", "created_at": OLD}
    double.documents["/crates/api/v1/crates/tool"] = crate("tool", older, version, only=False)
    found = verdicts(double)["crates.io"]
    assert (found["status"], found["version"]) == (status, "1.0.0")
    assert (found["publisher"] or {}).get("shown") == shown
    advised = ["crates.io still takes tokens: require trusted publishing (trustpub_only)"]
    assert found["notes"] == (advised if auth == "oidc" else [])


def test_no_release(double: Double, tmp_path: Path) -> None:
    """What no registry has is unknown, with this reason; so is what has no publisher."""
    declare(
        tmp_path,
        {"python": "acme-tool"},
        {"npm": "web", "directory": "web"},
        {"cargo": "tool"},
        {"github": "tool"},
        {"image": "portal"},
        ecosystems=["docker"],
    )
    assert {name: each["reason"] for name, each in verdicts(double).items()} == {
        "TestPyPI": "TestPyPI has no release of it",
        "PyPI": "PyPI has no release of it",
        "npm": "npm has no release of it, or shows it to members only",
        "crates.io": "crates.io has no release of it",
        "GitHub": "a release on GitHub has no trusted publisher",
        "ghcr.io": "a registry of images does not publish who pushed one",
    }


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((503, b"<html>down</html>"), "{} is down (HTTP 503)"),
        ((429, b""), "{} asks for fewer requests; try again later (HTTP 429)"),
        ((403, b""), "{} refuses the request (HTTP 403)"),
        ((302, b""), "{} answers (HTTP 302)"),
        ((200, b"<html>a login page</html>"), "{} answers something other than it documents"),
        ((200, b"[" * 100_000), "{} answers something other than it documents"),
        ((200, b"[]"), "{} answers something other than it documents"),
        ((200, b"{}"), "{} answers something other than it documents"),
    ],
    ids=["down", "busy", "refused", "moved", "page", "deep", "list", "empty"],
)
def test_a_registry_in_trouble_is_the_reason_not_to_know(
    double: Double, tmp_path: Path, answer: tuple[int, bytes], reason: str
) -> None:
    """One registry's trouble is reported by its name, and hides no other package."""
    declare(
        tmp_path,
        {"python": "acme-tool"},
        {"npm": "web", "directory": "web"},
        {"cargo": "tool"},
    )
    on_pypi(double, {**WORKFLOW, "environment": "pypi-release"})
    for path in (f"/pypi{INDEX}", "/npm/web", "/crates/api/v1/crates/tool"):
        double.documents[path] = answer
    found = verdicts(double)
    assert {name: each["reason"] for name, each in found.items()} == {
        "TestPyPI": None,
        **{name: reason.format(name) for name in ("PyPI", "npm", "crates.io")},
    }


def test_a_registry_that_cannot_be_reached(double: Double, tmp_path: Path) -> None:
    """No traceback: the reason names the registry, and other registries are still asked."""
    declare(tmp_path, {"cargo": "tool"})
    result = command(double, "--registry=crates=http://127.0.0.1:1", "--format=json")
    (found,) = json.loads(result.stdout)["packages"]
    assert found["reason"] == "crates.io cannot be reached (ConnectError)"
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://ana:hunter2@127.0.0.1:1"),
        ("all_proxy", "socks5://127.0.0.1:1"),
        ("HTTPS_PROXY", "ftp://ana:hunter2@127.0.0.1"),
        ("HTTP_PROXY", "http://127.0.0.1:hunter2"),
        ("SSL_CERT_FILE", "/nope"),
    ],
)
def test_an_environment_that_cannot_be_used_is_the_reason_not_to_know(
    double: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """No traceback: the reason names the variable, and never its value."""
    declare(tmp_path, {"python": "acme-tool"}, {"cargo": "tool"})
    monkeypatch.setenv(name, value)
    result = command(double, "--format=json")
    assert result.exit_code == 0, result.output
    for found in json.loads(result.stdout)["packages"]:
        assert found["status"] == "unknown"
        assert "cannot be reached: check " in found["reason"]
        assert name in found["reason"]
    assert "hunter2" not in result.output
    assert command(double, "--strict").exit_code == 1


def test_what_a_registry_answers_reaches_no_terminal_raw(double: Double, tmp_path: Path) -> None:
    """Names there are other people's: escapes are printed as text."""
    declare(tmp_path, {"cargo": "tool"})
    account = {**BY_TOOL, "trustpub_data": None, "published_by": {"login": "\x1b[2Jmallory"}}
    double.documents["/crates/api/v1/crates/tool"] = crate("tool", account)
    result = command(double)
    assert "the crates.io account \\x1b[2Jmallory, with a token" in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ("npm=http://mirror.example", "an https:// address, or one on this machine"),
        ("npm=https://ana:secret@mirror.example", "without a login"),
        ("npm=ftp://127.0.0.1", "an https:// address"),
        ("npm=https://[", "an https:// address"),
        ("gems=https://mirror.example", "NAME one of pypi, testpypi, npm, crates"),
        ("npm", "an https:// address"),
    ],
)
def test_an_address_that_is_not_safe_is_a_mistake(double: Double, given: str, allowed: str) -> None:
    """Exit code 2, and the answer says what is allowed, without the address."""
    result = command(double, "--registry", given)
    assert result.exit_code == 2
    assert allowed in " ".join(result.output.replace("│", "").split())
    assert "secret" not in result.output


def test_a_practice_stack_does_not_ask_the_real_registries(double: Double, tmp_path: Path) -> None:
    """The names of its packages may be other people's there; exit code 2."""
    declare(tmp_path, {"npm": "web"})
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config: {portcullis:organization: acme, github:baseUrl: 'http://127.0.0.1:1/acme/'}\n"
    )
    result = CliRunner().invoke(app, ["publishers", "check", "--stack", "dev"])
    assert result.exit_code == 2
    assert "nothing was checked: stack dev practises on a sandbox" in result.output
    assert "--registry npm=URL" in result.output
    asked = CliRunner().invoke(
        app, ["publishers", "check", "--stack=dev", f"--registry=npm={double.address}/npm"]
    )
    assert asked.exit_code == 0
    assert "unknown   npm web: npm has no release of it" in asked.output


def test_a_mistake_in_the_declaration_is_reported(double: Double, tmp_path: Path) -> None:
    """Nothing is asked; exit code 2."""
    declare(tmp_path, {"npm": "Web"})
    result = command(double)
    assert result.exit_code == 2
    assert "orgs/acme.yaml" in result.output
    assert double.requests == []
