"""The packages of a repository: their names, their tags, and that each has a gate of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration import Declaration
from components.files.workflow import RELEASE_PATH
from tests.components.declaration.release.cases import Case, reported
from tests.components.declaration.sound import mistakes, outcome, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

    from components.repository import ResolvedRepository

PUBLISH = "    publish: [{python: app, approvers: [devs]}]"
TAGS = "  releases: {created_by: [security]}"
SDK = "  sdk: {created_by: [security], prefix: sdk/v, scheme: calver}"
SERIES = """\
  a: {created_by: [security], prefix: a-v}
  b: {created_by: [security], prefix: a/v}"""
NAMES = "python: NAME, npm: NAME, cargo: NAME, go: NAME, image: NAME, maven: NAME, github: NAME"


PUSHING = "auth: token, username: bot, tokens: {registry: {from: {config: p}}}"


SIGNING = "tokens: {central: {from: {config: p}}, gpg_key: {from: {config: q}}}"


def publish(*entries: str) -> tuple[str, str]:
    """An edit: what the repository publishes, each approved by devs."""
    listed = ", ".join(f"{entry.removesuffix('}')}, approvers: [devs]}}" for entry in entries)
    return PUBLISH, f"    publish: [{listed}]"


def with_tokens(name: str, mark: str = "") -> str:
    """A Python package with tokens, whose trials are in the environment `trial`."""
    registries = f"pypi: {{from: {{config: p}}}}, {mark}testpypi: {{from: {{config: t-{name}}}}}"
    token = f"directory: {name}, auth: token, test_environment: trial, tokens: {{{registries}}}"
    return f"{{python: {name}, {token}}}"


def also_of_web(package: str) -> tuple[str, str]:
    """An edit: the repository web publishes a package, too."""
    access = "access: {devs: pull, security: maintain}"
    entry = f"{{{package}, approvers: [devs]}}"
    return "  web: {}", f"  web: {{visibility: public, {access}, publish: [{entry}]}}"


CASES = (
    Case(
        "an unknown registry",
        ((PUBLISH, "    publish: [»{pyton: app, approvers: [devs]}]"),),
        "item 1 of `publish`: an entry names one registry, and the package there; "
        "did you mean `python`?",
        NAMES,
    ),
    Case(
        "no registry",
        ((PUBLISH, "    publish: [»{approvers: [devs]}]"),),
        "item 1 of `publish`: an entry names one registry, and the package there",
        NAMES,
    ),
    Case(
        "two registries in an entry",
        ((PUBLISH, "    publish: [»{python: app, npm: app, approvers: [devs]}]"),),
        "item 1 of `publish`: an entry names one registry, and the package there",
        NAMES,
    ),
    Case(
        "a mapping, as it was written before",
        ((PUBLISH, "    »publish: {python: {package: app, approvers: [devs]}}"),),
        "`publish`: has to be a list",
        "an entry such as `- python: agent-sdk`",
    ),
    Case(
        "a field of another registry",
        ((PUBLISH, "    publish: [{python: app, »access: public, approvers: [devs]}]"),),
        "`access` is not a field of a python package",
        "approvers, auth, directory, environment, python, smoke_test, tags, test_environment, "
        "tokens",
    ),
    Case(
        "a smoke test that a shell would expand",
        (publish('{python: app, »smoke_test: "app && rm $HOME"}'),),
        "`smoke_test` is not valid",
        "a command without quotes and variables, such as ./deploy.sh production",
    ),
    Case(
        "a module of the standard library",
        (publish("{»python: Secrets}"),),
        "`python`: PyPI refuses names of Python's standard library",
        "another name",
    ),
    Case(
        "a name that PyPI keeps for itself",
        (publish("{»python: requirements.txt}"),),
        "`python`: PyPI refuses this name",
        "another name",
    ),
    Case(
        "a module of Node",
        (publish("{»npm: crypto}"),),
        "`npm`: npm refuses names of Node's own modules",
        "another name",
    ),
    Case(
        "an npm name that is too long",
        (publish(f"{{»npm: {'a' * 215}}}"),),
        "`npm`: npm refuses a name of this length",
        "214 characters",
    ),
    Case(
        "an npm name in upper case",
        (publish("{»npm: Web}"),),
        "`npm` is not valid",
        "lower-case letters, digits, . _ and -, with or without a scope such as @guild/",
    ),
    Case(
        "restricted access without a scope",
        (publish("»{npm: web, access: restricted}"),),
        "item 1 of `publish`: access: restricted needs a scope, because npm makes other packages "
        "public",
        "a name such as @guild/web, or access: public",
    ),
    Case(
        "a restricted package that is staged",
        (publish("»{npm: '@acme/web', access: restricted, staged: true}"),),
        "item 1 of `publish`: staged: true needs access: public, because npm shows a release no "
        "restricted package, so it could not see the approval",
        "access: public, or staged: false",
    ),
    Case(
        "one package twice",
        (publish("{npm: web, environment: a}", "{»npm: web, environment: b}"),),
        "`web` is listed twice: npm or the workflow cannot hold both",
        "each package once",
    ),
    Case(
        "nearly the same name",
        (publish("{python: a.b}", "{»python: A_b, environment: x, test_environment: y}"),),
        "`A_b` is listed beside `a.b`, nearly the same name: PyPI or the workflow cannot hold both",
        "each package once",
    ),
    Case(
        "one environment for two packages",
        (publish("{python: app}", "{npm: app, »environment: PyPI-release}"),),
        "`PyPI-release` has another use in this repository, and one approval must not count for "
        "two environments",
        "an environment of its own for each package",
    ),
    Case(
        "the environment of another package's trials",
        (publish("{python: app}", "{npm: app, »environment: testpypi}"),),
        "`testpypi` has another use in this repository, and one approval must not count for two "
        "environments",
        "an environment of its own for each package",
    ),
    Case(
        "trials at the first gate",
        (publish("{python: app, »test_environment: release-approval}"),),
        "`release-approval` is the environment of the first of two approvals",
        "another environment",
    ),
    Case(
        "an environment for trials in two spellings",
        (
            publish(
                "{python: app, test_environment: trial}",
                "{python: sdk, directory: sdk, »test_environment: Trial}",
            ),
        ),
        "GitHub takes `Trial` and `trial` for the same environment",
        "trial",
    ),
    Case(
        "two packages of one folder",
        (publish("{python: app}", "»{python: sdk, directory: ./}"),),
        "the folder . has one package, and `app` is built from it",
        "directory: the package's own folder",
    ),
    Case(
        "two tokens under one name",
        (publish(with_tokens("app"), with_tokens("sdk", mark="»")),),
        "`publish.0.tokens.testpypi` has the same environment and name, and one of the two is lost",
        "another `name` for the token, or another test_environment",
    ),
    *(
        Case(
            f"two tokens of one package under one name, {second}",
            (
                publish(
                    f"{{maven: io.acme:app, tokens: {{{first}: {{name: KEY, from: {{config: p}}}}, "
                    f"»{second}: {{name: {name}, from: {{config: q}}}}{rest}}}}}"
                ),
            ),
            f"`publish.0.tokens.{first}` has the same environment and name, and one of the two is "
            "lost",
            "another `name` for the token",
        )
        for first, second, name, rest in (
            ("central", "gpg_key", "KEY", ""),
            ("central", "gpg_key", "key", ", gpg_passphrase: {from: {config: r}}"),
            ("gpg_key", "gpg_passphrase", "Key", ", central: {from: {config: r}}"),
            ("central", "gpg_passphrase", "KEY", ", gpg_key: {from: {config: r}}"),
        )
    ),
    Case(
        "a name that is the usual one of another token",
        (
            publish(
                "{maven: io.acme:app, tokens: {central: {name: MAVEN_GPG_KEY, from: {config: p}}, "
                "»gpg_key: {from: {config: q}}}}"
            ),
        ),
        "`publish.0.tokens.central` has the same environment and name, and one of the two is lost",
        "another `name` for the token",
    ),
    Case(
        "a Python name that no file could have",
        (publish(f"{{»python: {'a' * 201}}}"),),
        "`python` is not valid",
        "letters, digits, . _ and -, beginning and ending with a letter or digit, at most 200",
    ),
    Case(
        "a prefix with what git puts before it",
        ((TAGS, f"{TAGS[:-1]}, »prefix: refs/tags/v}}"),),
        "`prefix` is not valid",
        "letters, digits, - _ @ and single slashes, a letter or @ first, without refs/tags/",
    ),
    Case(
        "approvers without members",
        (
            (PUBLISH, "    publish: [{python: app, »approvers: [ops]}]"),
            ("  security: {members: [ines]}", "  security: {members: [ines]}\n  ops: {}"),
            ("security: push}", "security: push, ops: pull}"),
        ),
        "nobody is in `ops`, so nobody could approve",
        "a team of people",
    ),
    Case(
        "tags of two forms",
        ((TAGS, f"{TAGS}\n{SDK}"), publish("»{python: app}")),
        "tags of several forms are protected (sdk/v2026.7.1, v1.2.3): name those of this package",
        "tags: releases or tags: sdk",
    ),
    Case(
        "tags that are not protected",
        (publish("{python: app, »tags: sdk}"),),
        "`sdk` is no tag_protection of app",
        "releases",
    ),
    Case(
        "two entries of one name",
        (
            (
                PUBLISH,
                (
                    "    tag_protection: {releases: {created_by: [security], prefix: w}}\n"
                    "    publish: [{python: app, »tags: releases, approvers: [devs]}]"
                ),
            ),
        ),
        "two entries of tag_protection are named `releases`, for v1.2.3, w1.2.3",
        "the name of one entry alone",
    ),
    Case(
        "tags of another repository",
        (
            (TAGS, f"{TAGS}\n{SDK[:-1]}, repositories: [web]}}"),
            ("  web: {}", "  web: {access: {security: push}}"),
            publish("{python: app, »tags: sdk}"),
        ),
        "`sdk` is no tag_protection of app",
        "releases",
    ),
    Case(
        "versions of Python for npm",
        ((TAGS, f"{TAGS[:-1]}, scheme: pep440}}"), publish("»{npm: app}")),
        "npm takes no versions such as 1.2rc1",
        "tags of a tag_protection with scheme: semver or calver",
    ),
    *(
        Case(
            f"a package of two repositories, {kind}",
            (publish(f"{{{kind}: '{one}'}}"), also_of_web(f"»{kind}: '{other}'")),
            f"`{other}` is the package of app too, and {registry} has only one",
            "each package in one repository",
        )
        for kind, registry, one, other in (
            ("python", "PyPI", "acme.app", "Acme_App"),
            ("npm", "npm", "@acme/app", "@acme/app"),
            ("cargo", "crates.io", "acme-app", "acme_app"),
            ("image", "the registry", "portal", "portal"),
        )
    ),
    Case(
        "a prefix that another one begins",
        (
            (TAGS, f"{TAGS}\n  more: {{created_by: [security], »prefix: ver}}"),
            publish("{python: app, tags: releases}"),
        ),
        "nobody could create tags such as ver1.2.3: tag_protection.releases forbids what begins "
        "with v and has another form",
        "prefixes of which none begins with another",
    ),
    Case(
        "a crate that belongs to the language",
        (publish("{»cargo: std}"),),
        "`cargo`: crates.io refuses this name",
        "another name",
    ),
    Case(
        "a crate's name that begins with a digit",
        (publish("{»cargo: 1st}"),),
        "`cargo` is not valid",
        "letters, digits, _ and -, a letter first, at most 64",
    ),
    Case(
        "a crate without the token",
        (publish("»{cargo: core-x, auth: hybrid}"),),
        "item 1 of `publish`: auth: hybrid needs tokens.crates, or use auth: oidc",
    ),
    Case(
        "a module without an address",
        (publish("{»go: tool}"),),
        "`go` is not valid",
        "the path of a module, such as github.com/guild/tool",
    ),
    Case(
        "a module in a folder, with the tags of the root",
        (publish("»{go: acme.example/tool, directory: ./sdk}"),),
        "the tags of this Go module are sdk/v1.2.3, by its folder",
        "tags of a tag_protection with prefix: sdk/v, scheme: semver",
    ),
    Case(
        "a module of another repository",
        (publish("{»go: github.com/other/app}"),),
        "Go reads this module from the repository other/app, and this one is acme/app",
        "github.com/acme/app, with the module's folder, or a path of a domain of your own",
    ),
    Case(
        "a module of another repository of the organization, at gopkg.in",
        (publish("{»go: gopkg.in/acme/web.v1}"),),
        "Go reads this module from the repository acme/web, and this one is acme/app",
        "github.com/acme/app, with the module's folder, or a path of a domain of your own",
    ),
    Case(
        "a module at another host",
        (publish("{»go: gitlab.com/acme/app}"),),
        "`go`: a path at gitlab.com is a repository there",
        "the path of this repository, such as github.com/guild/tool, or one of a domain of your "
        "own",
    ),
    Case(
        "a module whose path is an owner's",
        (publish("{»go: github.com/acme}"),),
        "`go`: the path names no repository",
        "one such as github.com/guild/tool",
    ),
    Case(
        "a module whose path has version 1",
        (publish("{»go: github.com/acme/app/v1}"),),
        "`go`: paths of modules have no v1",
        "github.com/acme/app for versions 0 and 1, github.com/acme/app/v2 for version 2",
    ),
    Case(
        "a module at gopkg.in without a version",
        (publish("{»go: gopkg.in/acme/app}"),),
        "`go`: paths at gopkg.in have a major version",
        "one such as gopkg.in/guild/tool.v2",
    ),
    Case(
        "a module whose path names another folder",
        (
            (TAGS, f"{TAGS[:-1]}, prefix: sdk/v}}"),
            publish("{go: github.com/acme/app/tool/v2, »directory: sdk}"),
        ),
        "Go reads this module from the folder tool, by its path",
        "directory: tool, or a path of the module that ends with sdk",
    ),
    Case(
        "a module in a folder without the folder in its path",
        (publish("»{go: github.com/acme/app/tool}"),),
        "Go reads this module from the folder tool, by its path",
        "directory: tool, or a path of the module that ends with .",
    ),
    Case(
        "two major versions of a module for one form of tags",
        (publish("{go: github.com/acme/app}", "{»go: github.com/acme/app/v2, directory: v2}"),),
        "a tag such as v1.2.3 would release `github.com/acme/app` as well, and can have the major "
        "version of one of them only",
        "one module for tags of this form: the later major version",
    ),
    Case(
        "a module of a private repository",
        (("    visibility: public\n", ""), publish("{»go: acme.example/tool}")),
        "the Go proxy reads the repository itself, and can read public ones only",
        "visibility: public",
    ),
    Case(
        "an image in upper case",
        (publish("{»image: Portal}"),),
        "`image` is not valid",
        "lower-case letters and digits, with single . _ / or any - between them, at most 200; "
        "without registry, tag and digest",
    ),
    Case(
        "an image with a tag",
        (publish("{»image: 'portal:latest'}"),),
        "`image` is not valid",
        "lower-case letters and digits, with single . _ / or any - between them, at most 200; "
        "without registry, tag and digest",
    ),
    Case(
        "an image with the organization that is added to it",
        (publish("{»image: acme/portal}"),),
        "the image would be ghcr.io/acme/acme/portal: the owner is added to it",
        "portal",
    ),
    Case(
        "a registry with its address",
        (publish(f"{{image: portal, »registry: https://quay.io/acme, {PUSHING}}}"),),
        "`registry` is not valid",
        "the host of a registry of images, such as quay.io, without https:// and path",
    ),
    Case(
        "trusted publishing of images",
        (publish("{image: portal, registry: quay.io, »auth: hybrid}"),),
        "`auth`: registries of images have no trusted publishing",
        "auth: token, or registry: ghcr.io without auth, where the job's own short-lived token "
        "pushes",
    ),
    Case(
        "another registry without a credential",
        (publish("»{image: portal, registry: quay.io}"),),
        "item 1 of `publish`: quay.io needs auth: token, username and tokens.registry",
        "all three, or registry: ghcr.io",
    ),
    Case(
        "a stored token for ghcr.io",
        (publish(f"»{{image: portal, {PUSHING}}}"),),
        "item 1 of `publish`: ghcr.io takes the job's own token; take auth, username and "
        "tokens.registry out, or name another registry",
    ),
    Case(
        "the password of no key",
        (publish("{image: portal, »tokens: {cosign_password: {from: {config: p}}}}"),),
        "`tokens`: cosign_password is the password of a key",
        "with cosign_key",
    ),
    Case(
        "an image of Docker's own",
        (publish(f"»{{image: portal, registry: docker.io, {PUSHING}}}"),),
        "item 1 of `publish`: docker.io has its own images under names without an account",
        "image: ACCOUNT/NAME",
    ),
    Case(
        "a platform that no image has",
        (publish("{image: portal, platforms: [»linux/arm]}"),),
        "item 1 of `platforms` has a value that is not known; did you mean `linux/arm64`?",
        "linux/amd64, linux/arm64, linux/arm/v7, linux/386, linux/ppc64le, linux/s390x, "
        "linux/riscv64",
    ),
    Case(
        "two images of one Dockerfile",
        (publish("{image: portal}", "»{image: tool}"),),
        "the folder . has one package, and `portal` is built from it",
        "directory: the package's own folder",
    ),
    Case(
        "a Java package without its group",
        (publish(f"{{»maven: portal, {SIGNING}}}"),),
        "`maven` is not valid",
        "groupId:artifactId, such as io.github.guild:portal, at most 200 characters",
    ),
    Case(
        "a group that Maven Central does not verify",
        (publish(f"{{»maven: 'com.github.acme:portal', {SIGNING}}}"),),
        "`maven`: Maven Central does not take com.github",
        "a namespace such as io.github.guild",
    ),
    Case(
        "trusted publishing at Maven Central",
        (publish(f"{{maven: 'io.github.acme:portal', »auth: oidc, {SIGNING}}}"),),
        "`auth`: Maven Central has no trusted publishing",
        "auth: token",
    ),
    Case(
        "a Java package that nothing signs",
        (
            publish(
                "»{maven: 'io.github.acme:portal', tokens: {central: {from: {config: p}}}}",
            ),
        ),
        "item 1 of `publish`: Maven Central needs tokens.central and tokens.gpg_key, and "
        "tokens.gpg_passphrase if the key has one",
    ),
    Case(
        "two archives of one tag",
        (publish("{github: rules}", "»{github: tools}"),),
        "GitHub has one release of each tag, and another entry has its archive",
        "one entry with github, or other tags",
    ),
    Case(
        "a credential for GitHub",
        (publish("{github: rules, »auth: token}"),),
        "`auth` is not a field of a github package",
        "approvers, directory, environment, github, tags",
    ),
    Case(
        "prefixes that give one file",
        (
            (TAGS, f"{TAGS}\n{SERIES}"),
            publish(
                "{python: app, tags: releases}",
                "{npm: x, directory: x, environment: x, tags: a}",
                "»{npm: y, directory: y, environment: y, tags: b}",
            ),
        ),
        ".github/workflows/release-a-v.yml would be the workflow for the prefixes a-v and a/v",
        "prefixes that differ in letters or digits",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_packages_that_do_not_fit_are_reported(case: Case, tmp_path: Path) -> None:
    """One mistake a case, at its place, with what is allowed instead (E2, A4, A5)."""
    reported(case, tmp_path)


def test_one_prefix_has_one_scheme(tmp_path: Path) -> None:
    """Tags would have to be of both forms, so both entries are named."""
    more = "  more: {created_by: [security], »scheme: calver}"
    text, marked = places(
        replaced(
            (TAGS, f"{TAGS.replace('releases', '»releases')}\n{more}"),
            publish("{python: app, tags: more}"),
        )
    )
    found = mistakes(written(tmp_path, text))
    assert [str(each.place) for each in found] == marked
    assert {each.allowed for each in found} == {"one scheme for each prefix"}


def app(tmp_path: Path, *edits: tuple[str, str]) -> ResolvedRepository:
    """The repository of a sound file."""
    found = outcome(written(tmp_path, replaced(*edits)))
    assert isinstance(found, Declaration), found
    return found.resolved.repositories["app"]


def test_each_package_has_environments_of_its_own(tmp_path: Path) -> None:
    """Four Python packages and two of npm in one repository: no gate and no token is shared."""
    repository = app(
        tmp_path,
        publish(
            *(f"{{python: sdk-{name}, directory: {name}}}" for name in "abcd"),
            '{npm: "@acme/web", access: restricted}',
            "{npm: cli, directory: cli}",
        ),
    )
    names = [each.name for each in repository.release_path]
    python = [(f"testpypi-sdk-{name}", f"pypi-release-sdk-{name}") for name in "abcd"]
    assert names == [
        *(name for pair in python for name in pair),
        *("npm-release-acme-web", "npm-release-cli"),
    ]
    registered = [each.environment for each in repository.publishers]
    assert registered == names
    assert "--access restricted" in repository.derived_files[RELEASE_PATH]
