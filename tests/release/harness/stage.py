"""All that a repository's releases need: its world, the registries, and the way to them."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.release.harness import act, front, hooks, organization
from tests.release.harness.proof.sigstore import CERTIFICATES, LOG, Sigstore, is_store, sigstore
from tests.release.harness.registries import central, images, modules, npm, publishers
from tests.release.harness.registries.crates import HOST, INDEX_HOST, Crates, crates
from tests.release.harness.registries.index import Index, index
from tests.release.harness.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from components.files.workflow_choice import WorkflowsConfig
    from tests.release.harness.authority import Authority
    from tests.release.harness.organization import Visibility
    from tests.release.harness.registries.central import Central
    from tests.release.harness.registries.images import Images
    from tests.release.harness.registries.npm import Registry
    from tests.release.harness.tools import GoTools, Tools
    from tests.support.sandbox import Sandbox, World


@dataclass(frozen=True)
class Machine:
    """What all releases of a test session share.

    Attributes:
        sandbox: The sandbox.
        tools: The programs.
        authority: The authority that jobs trust.
        verdaccio: Starts verdaccio when it is first needed; returns where it listens.
        images: The same for docker-registry.
        go: Returns the tools for Go modules when they are first needed.
    """

    sandbox: Sandbox
    tools: Tools
    authority: Authority
    verdaccio: Callable[[], str]
    images: Callable[[], str]
    go: Callable[[], GoTools]


@dataclass(frozen=True)
class Stage:
    """What the releases of one repository need.

    Attributes:
        release: The releases.
        pypi: PyPI's double.
        testpypi: TestPyPI's double.
        npm: The npm registry's double.
        crates: The double of crates.io.
        ghcr: The double of ghcr.io.
        images: Another registry of images.
        central: The double of the Central Portal and of Maven Central.
        hooks: The chat service.
        sigstore: The double of Sigstore, and of GitHub's store of attestations.
        modules: The double of the Go proxy and its checksum database, if a Go module is declared.
        front: The way to GitHub and to them.
    """

    release: Release
    pypi: Index
    testpypi: Index
    npm: Registry
    crates: Crates
    ghcr: Images
    images: Images
    central: Central
    hooks: hooks.Hooks
    sigstore: Sigstore
    modules: modules.Modules | None
    front: front.Front

    def trust(self, registry: publishers.TrustingRegistry, project: str, environment: str) -> None:
        """Register the release workflow as a trusted publisher of a project at a registry."""
        with self.release.world.client() as api:
            owner = api.get(f"/orgs/{organization.OWNER}").raise_for_status().json()["id"]
        registry.registered.append(
            publishers.Publisher(project, str(owner), self.release.repository, environment)
        )

    def secrets(self) -> set[str]:
        """Return every value that no log may have: tokens of environments and of registries."""
        registries = (self.pypi, self.testpypi, self.npm, self.crates, self.ghcr, self.images)
        tokens = {token for each in registries for token in each.tokens}
        return tokens | {"canary-", "sandbox_job_", "sandbox_oidc_", "eyJ"}


@contextmanager
def stage(
    machine: Machine,
    folder: Path,
    name: str,
    declared: Sequence[Mapping[str, Any]],
    files: Mapping[str, str],
    *,
    notified: Mapping[str, Any] | None = None,
    visibility: Visibility = "private",
    chosen: WorkflowsConfig | None = None,
    prefix: str = "v",
) -> Iterator[Stage]:
    """Make the world of a repository, its registries, and a front.

    Args:
        machine: What is shared.
        folder: An empty folder.
        name: The repository's name.
        declared: Its `publish`, as in an organization's file.
        files: Its files, without the managed ones.
        notified: Its `release_notification`.
        visibility: Who sees it; a public one signs what it publishes.
        chosen: Its `workflows`.
        prefix: What its release tags begin with.
    """
    world = organization.world(
        machine.sandbox,
        name,
        declared,
        files,
        notified=notified,
        visibility=visibility,
        chosen=chosen,
        prefix=prefix,
    )
    with ExitStack() as stack:
        pypi = stack.enter_context(index("pypi", folder / "pypi"))
        testpypi = stack.enter_context(index("testpypi", folder / "testpypi"))
        registry = stack.enter_context(npm.registry(machine.verdaccio))
        rust = stack.enter_context(crates())
        chat = stack.enter_context(hooks.hooks())
        granted: dict[str, Mapping[str, str]] = {}
        ghcr, other = (
            stack.enter_context(images.images(host, machine.images, granted))
            for host in (images.GHCR, images.OTHER)
        )
        signing = stack.enter_context(sigstore())
        for each in (pypi, testpypi, registry, rust, signing):
            each.issuers.add(f"{world.base_url}_oidc")
        maven = stack.enter_context(central.central())
        routes = {
            **_github(world, signing),
            CERTIFICATES: front.to(signing.address),
            LOG: front.to(signing.address),
            "pypi.org": front.to(pypi.address),
            "upload.pypi.org": front.to(pypi.address),
            "test.pypi.org": front.to(testpypi.address),
            npm.HOST: front.to(registry.address),
            HOST: front.to(rust.address),
            INDEX_HOST: front.to(rust.address),
            images.GHCR: front.to(ghcr.address),
            images.OTHER: front.to(other.address),
            central.PORTAL: front.to(maven.address),
            central.HOST: front.to(maven.address),
            hooks.HOST: front.to(chat.address),
        }
        go: modules.Modules | None = None
        programs: tuple[Path, ...] = ()
        if any("go" in each for each in declared):
            tools, repository = machine.go(), f"https://github.com/{organization.OWNER}/{name}"
            lead = {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"url.{folder / 'git'}.insteadOf",
                "GIT_CONFIG_VALUE_0": repository,
            }
            go = stack.enter_context(modules.modules(tools, folder / "modules", lead))
            routes |= {modules.HOST: front.to(go.address), modules.SUMS_HOST: front.to(go.sums)}
            programs = (tools.folder,)
        way = stack.enter_context(front.front(machine.authority, routes, front.names(world)))
        for part in ("jobs", "artifacts"):
            (folder / part).mkdir()
        trusted = folder / "trusted_root.json"
        trusted.write_text(json.dumps(signing.trusted_root()), encoding="utf-8")
        services = folder / "signing_config.json"
        services.write_text(json.dumps(signing.signing_config()), encoding="utf-8")
        variables = {
            **way.variables,
            "RELEASE_TRUSTED_ROOT": str(trusted),
            # cosign reads its options from here as well; no certificate is in a log of certificates
            "COSIGN_TRUSTED_ROOT": str(trusted),
            "COSIGN_SIGNING_CONFIG": str(services),
            "COSIGN_INSECURE_SKIP_VERIFY": "true",
            "COSIGN_INSECURE_IGNORE_SCT": "true",
        }
        variables |= go.variables if go else {}
        place = act.Place(
            machine.tools,
            folder / "jobs",
            folder / "git",
            folder / "artifacts",
            variables,
            programs,
        )
        release = Release(world, f"{organization.OWNER}/{name}", place, granted)
        release.hold()
        yield Stage(
            release, pypi, testpypi, registry, rust, ghcr, other, maven, chat, signing, go, way
        )


def _github(world: World, signing: Sigstore) -> dict[str, front.Route]:
    """Return the routes of GitHub's hosts: to the sandbox, but for the store of attestations."""
    routes = front.github(world)
    api = routes["api.github.com"]
    stored = front.to(signing.address)
    routes["api.github.com"] = lambda path: stored(path) if is_store(path) else api(path)
    return routes
