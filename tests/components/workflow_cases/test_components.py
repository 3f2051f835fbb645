"""The scripts that list the components of a package (SBOM, in the format CycloneDX)."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from tests.components.workflow_cases.scripts import fake, run, step

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "1.2.3"


def listed(folder: Path, of: str, variant: str, **environment: str) -> dict[str, Any]:
    """The list that the build's step writes about a package."""
    script = step("build", f"List the components of {of}", variant=variant)
    done = run(script, folder, VERSION=VERSION, SBOMS=str(folder / "sboms"), **environment)
    assert done.returncode == 0, done.stderr
    (file,) = (folder / "sboms").iterdir()
    assert file.name.endswith(f"-{VERSION}.cdx.json")
    loaded: dict[str, Any] = json.loads(file.read_text())
    return loaded


def test_each_list_has_a_number_that_follows_from_its_content(tmp_path: Path) -> None:
    """actions/attest refuses a list without `serialNumber`; a rebuild has the same one (R10)."""
    numbers = []
    for content in ({"a": 1}, {"a": 1}, {"a": 2}):
        (tmp_path / "x-1.2.3.cdx.json").write_text(json.dumps(content))
        done = run(step("build", "Give each list", variant="python-oidc"), tmp_path)
        assert done.returncode == 0, done.stderr
        numbers.append(json.loads((tmp_path / "x-1.2.3.cdx.json").read_text())["serialNumber"])
    assert numbers[0] == numbers[1] != numbers[2]
    assert uuid.UUID(numbers[0]).urn == numbers[0]
    assert uuid.UUID(numbers[0]).variant == uuid.RFC_4122


def _printing(folder: Path, program: str, said: dict[str, Any]) -> None:
    (folder / "said.json").write_text(json.dumps(said))
    fake(folder, program, f'#!/bin/sh\ncat "{folder}/said.json"\n')


def test_a_python_package_is_no_component_of_itself(tmp_path: Path) -> None:
    """It is what the list is about, by its name at PyPI; the wheel's path is left out (R10)."""
    package: dict[str, Any] = {"bom-ref": "x", "name": "ESCAI.framework", "version": VERSION}
    package["externalReferences"] = [{"type": "distribution", "url": "file:///home/x.whl"}]
    other = {"bom-ref": "idna==3.20", "name": "idna", "version": "3.20", "type": "library"}
    said = {"components": [other, package], "metadata": {"properties": []}}
    _printing(tmp_path, "uvx", said)
    found = listed(tmp_path, "escai-framework", "python-oidc", INSTALLED="installed")
    assert found["components"] == [other]
    assert found["metadata"]["component"]["purl"] == "pkg:pypi/escai-framework@1.2.3"
    assert "file:" not in json.dumps(found)


def test_python_packages_of_one_release_may_need_each_other(tmp_path: Path) -> None:
    """PyPI does not have a sibling yet: uv installs it from where it was built (R10)."""
    packages = tmp_path / "packages"
    for name in ("escai-framework", "second"):
        (packages / f"python-{name}").mkdir(parents=True)
        (packages / f"python-{name}" / "x-1.2.3-py3-none-any.whl").touch()
    fake(tmp_path, "uv", '#!/bin/sh\necho "$*" >> calls\n')
    script = step("build", "Install second", variant="two-python")
    places = {"DIST": f"{packages}/python-second", "PACKAGES": str(packages), "INSTALLED": "here"}
    assert run(script, tmp_path, **places).returncode == 0
    call = (tmp_path / "calls").read_text().splitlines()[-1]
    for name in ("escai-framework", "second"):
        assert f"--find-links {packages}/python-{name}" in call
    assert call.endswith(f"{packages}/python-second/x-1.2.3-py3-none-any.whl")


def test_build_backends_are_frozen() -> None:
    """Two builds of a tag take the same backend: none is later than the tools of workflows (G6)."""
    built = step("build", "Build second", variant="two-python")["env"]
    listing = step("build", "List the components of second", variant="two-python")["env"]
    assert built["UV_EXCLUDE_NEWER"] == listing["UV_EXCLUDE_NEWER"]


def test_an_npm_package_has_its_own_name(tmp_path: Path) -> None:
    """Npm puts the folder's name there; development dependencies are left out (R10)."""
    _printing(tmp_path, "npm", {"metadata": {"component": {"name": "web"}}, "components": []})
    found = listed(tmp_path, "@guild/explorer-web", "npm-oidc-public")
    assert found["metadata"]["component"]["name"] == "@guild/explorer-web"
    assert "--omit dev" in step("build", "List the", variant="npm-oidc-public")["run"]


def test_a_rust_package_has_what_it_is_built_from(tmp_path: Path) -> None:
    """All that cargo resolved, at any depth, each once; not what only tests need (R10)."""
    needs: dict[str, dict[str, str | None]] = {
        "riveter-core": {"serde": None, "cc": "build", "ryu": "dev"},
        "serde": {"core": None},
        "cc": {"core": None},
        "core": {"serde": "dev"},
        "ryu": {},
    }
    nodes = []
    for name, needed in needs.items():
        kinds = [{"pkg": f"id of {each}", "dep_kinds": [{"kind": k}]} for each, k in needed.items()]
        nodes.append({"id": f"id of {name}", "deps": kinds})
    own, other = {"source": None, "license": None}, {"source": "x", "license": "MIT/Apache-2.0"}
    packages = [
        {"id": f"id of {name}", "name": name, "version": VERSION}
        | (own if name == "riveter-core" else other)
        for name in needs
    ]
    _printing(tmp_path, "cargo", {"packages": packages, "resolve": {"nodes": nodes}})
    found = listed(tmp_path, "riveter-core", "cargo-oidc")
    assert sorted(each["name"] for each in found["components"]) == ["cc", "core", "serde"]
    assert found["metadata"]["component"]["purl"] == "pkg:cargo/riveter-core@1.2.3"
    assert {str(each.get("licenses")) for each in found["components"]} == {
        "[{'expression': 'MIT OR Apache-2.0'}]"
    }
    edges = {each["ref"]: each["dependsOn"] for each in found["dependencies"]}
    assert edges["pkg:cargo/core@1.2.3"] == []
    assert sorted(edges["pkg:cargo/riveter-core@1.2.3"]) == [
        "pkg:cargo/cc@1.2.3",
        "pkg:cargo/serde@1.2.3",
    ]


def test_a_go_module_has_the_version_of_the_release(tmp_path: Path) -> None:
    """In a folder, cyclonedx-gomod makes up a version, because the tag begins with the folder."""
    name, made = "github.com/guild/riveter", "v0.0.0-20261130144930-f21031520c21"
    own, other = f"pkg:golang/{name}@{made}?type=module", f"pkg:golang/{name}/other@{made}"
    component = {"bom-ref": own, "name": name, "version": made, "purl": own}
    said = {
        "metadata": {"component": component},
        "components": [{"name": f"{name}/other", "version": made, "purl": other}],
        "dependencies": [{"ref": own, "dependsOn": [other]}],
    }
    (tmp_path / "said.json").write_text(json.dumps(said))
    fake(tmp_path, "go", '#!/bin/sh\ncp said.json "$RUNNER_TEMP/listed.json"\n')
    found = listed(tmp_path, name, "module", RUNNER_TEMP=str(tmp_path))
    purl = f"pkg:golang/{name}@v1.2.3?type=module"
    expected = {"bom-ref": purl, "name": name, "version": "v1.2.3", "purl": purl}
    assert found["metadata"]["component"] == expected
    assert found["components"] == said["components"]
    assert found["dependencies"] == [{"ref": purl, "dependsOn": [other]}]


def test_a_list_without_the_package_stops_the_build(tmp_path: Path) -> None:
    """An empty file would be published as a list of nothing (R10)."""
    _printing(tmp_path, "uvx", {"components": [], "metadata": {}})
    script = step("build", "List the components of escai-framework", variant="python-oidc")
    done = run(script, tmp_path, VERSION=VERSION, SBOMS=str(tmp_path), INSTALLED="installed")
    assert done.returncode != 0
