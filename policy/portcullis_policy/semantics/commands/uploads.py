"""What a command sends away: packages, images, releases and files.

A known client of a registry publishes. Of any other program the words are read: a subcommand
`publish`, `upload`, `push`, `release` or `deploy` sends something, which matters in a job that
holds a credential. Only programs that are known to work on files alone are left out.
"""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache

from portcullis_policy.semantics.commands.commands import Command, program_name
from portcullis_policy.semantics.commands.words import SENDING, names_sending, parts, words


class Upload(Enum):
    """How something leaves a job."""

    REGISTRY = "a package or an image, by a client that is made for it"
    RELEASE = "a release on GitHub"
    BY_WORD = "something, by a program that is not known, with a word for it"
    TRANSFER = "files, to a server or a bucket"


_CLIENTS = words(
    "twine uv poetry flit hatch pdm rye maturin setup.py setuptools devpi npm pnpm yarn bun "
    "deno jsr lerna rush beachball changeset vsce ovsx cargo cross cargo-workspaces gem rake "
    "bundle rebar3 mix hex dart flutter pub luarocks stack cabal pod nuget dotnet choco paket "
    "conan anaconda rattler-build snapcraft charmcraft rockcraft wingetcreate web-ext "
    "ansible-galaxy buf wally helm oras img kaniko wasm-to-oci werf spin pulp alr nimble opam "
    "pear composer porter imgpkg flux notation"
)
"""Programs whose subcommand with such a word sends a package or an image to a registry."""
_RUN_TASKS = words("npm yarn pnpm bun deno rake bundle hatch pdm poetry cargo")
_TASKS = (["run"], ["run-script"], ["test"], ["install"], ["add"], ["build"])
"""After these, such a program runs a task of the project: it is known by its words only."""
_PUBLISHERS = words(
    "semantic-release python-semantic-release release-it np shipjs cargo-release jreleaser "
    "goreleaser cpan-upload executor kaniko-executor release-plz multi-semantic-release "
    "semantic-release-cargo npm-publish gh-release ghr changelogithub"
)
"""Programs that are run to publish, unless they are asked for something else."""
_SOMETHING_ELSE = re.compile(
    r"(--?version|-v|version|--help|help|check|healthcheck|init|completion|config|schema|jsonschema"
    r"|man|changelog|build|deps|login|logout|verify-conditions|print-version|update|set-version"
    r"|update-version|diff)"
)
_REHEARSAL = re.compile(
    r"(^|\s)(--dry-?run(?!=(false|none))|--skip[-_=]publish|--snapshot|--no-push|--skip-push"
    r"|--push=false|--dry|-DskipPublish|--local(?!-)|--noop|--auto-snapshot|--version|--help"
    r"|--print|--skip-deploy|--insecure-registry)\b"
)
_PUSHES = re.compile(
    r"(^|\s)--push(?!=(false|0))\b|(push=true|type=registry)\b|--set\s+\S*push\S*true"
)
_TELLS = words("echo printf write-host write-output")
_NEARBY = re.compile(r"(\s|//|=)(localhost|127\.0\.0\.1)[:/]")
"""A registry on the runner, which ends with it."""
_ELSEWHERE = re.compile(
    r"(?:(?:oci|docker|https?)://)?(?!localhost\b|127\.)[\w-]+(?:\.[\w-]+)+(?::\d+)?/\S"
)
"""A registry or a server that is not on the runner."""
_COPIES = words("copy cp sync")
_SETS = re.compile(r"(?:^|[\s;&(])(\w+)=([\"']?)([^\s\"';&|()]*)\2", re.MULTILINE)
_HAS_MORE_VALUES = re.compile(r"\b(?:for|read|select|mapfile|readarray)\b([^;\n]*)")
_LOCAL = re.compile(
    r"(oci|oci-archive|docker-archive|docker-daemon|dir|containers-storage|tarball|file):"
)
"""Where an image stays on the runner."""
_RUNNERS = words(
    "make gmake just task rake mage npm yarn pnpm bun deno nox tox invoke inv poe nx turbo "
    "lerna ant earthly dagger nix mise hatch pdm poetry cargo composer sh bash zsh dash "
    "python python3 node ruby perl pwsh tsx ts-node php ."
)
"""Programs that run a task or a script by its name."""
_INLINE = ("-c", "-e", "-p", "--eval", "-command")
_BEFORE_A_TASK = words("run run-script run-many exec -s -f -e -c --target -t")
_QUIET = words(
    "curl wget cat cp mv mkdir rm ls cd tar zip unzip gzip gunzip sed awk grep egrep rg head "
    "tail sort uniq cut tr wc tee touch chmod chown ln find test [ [[ true false exit return "
    "export set unset read source declare local readonly shift trap sleep date jq yq diff cmp "
    "sha256sum sha512sum md5sum shasum base64 openssl xxd printenv env which type pwd pushd "
    "popd dirname basename realpath readlink stat file git gh hub svn hg echo printf for case "
    "esac fi done in select function apt apt-get apk yum dnf brew pip pip3 pipx rustup nvm "
    "fnm asdf snap sdk codecov coveralls datadog-ci sonar-scanner sentry-cli semgrep snyk "
    "fossa cc-test-reporter codacy tokei cloc gcc clang cmake ninja meson go rustc javac "
    "gofmt black ruff mypy pytest eslint prettier tsc hadolint shellcheck actionlint zizmor "
    "trivy grype syft strip objdump dpkg dpkg-deb rpm rpmbuild gpg ssh-keyscan ssh-keygen "
    "ssh-add ssh-agent umask ulimit wait kill ps free df du lsof id whoami hostname uname "
    "nproc seq expr let time cosign slsa-verifier minisign signify rekor-cli xcrun"
)
"""Programs in whose arguments such a word sends nothing: they work on files, or report."""
_TRANSFERS = re.compile(
    r"(aws s3(api)? (cp|sync|mv|put-object)\b|aws codeartifact publish\S*|aws ecr put-image"
    r"|gsutil (\S+ )*?(cp|rsync|mv)\b|gcloud (alpha |beta )?storage (cp|rsync|mv)"
    r"|gcloud (alpha |beta )?artifacts (\S+ )*?upload|az (\S+ )*?(upload|upload-batch|publish)\b"
    r"|rclone (copy|sync|move|copyto)\b|s3cmd (put|sync)\b|mc (cp|mirror|put)\b|b2 (\S+ )*?upload"
    r"|jf(rog)? (rt )?(u|upload|up|\S+ publish)\b|linode-cli obj put"
    r"|(scp|sftp|lftp|rsync|ncftpput|gcloud compute scp|croc send|dput)\b)"
)
_READS_BUCKET = re.compile(r"\S+( \S+)*? (s3|gs|r2|b2)://\S+ (?!\S+://)\S+")
_SENT_FILE = re.compile(
    r"(?:^|\s)(?:(?:-F|--form|-d|--data(?:-binary|-raw)?)[ =]?(?:[^\s=@]*=)?[@<]\S"
    r"|-T\S*|--upload-file\b)"
)
_QUIET_HOSTS = re.compile(
    r"https?://(api\.github\.com/(?!.*/releases)|hooks\.|\S*slack\.com|\S*codecov\.io"
    r"|\S*coveralls\.io|\S*discord(app)?\.com|\S*codeclimate\.com|\S*codacy\.com)"
)
_RELEASE_API = re.compile(
    r"https?://uploads\.github\.com/|https?://api\.github\.com/repos/\S+/releases(?!/generate-notes)"
)
_INDEXES = re.compile(r"homebrew-|scoop-|aur\.archlinux\.org|winget-pkgs|flathub/")
"""Repositories from which people install: what is pushed there is published."""
_LIBRARIES = re.compile(
    r"\btwine\b.*\b(upload|main)\b|setup\.py\b.*\bupload\b|\b(npm|libnpmpublish)\b.*\bpublish\b",
    re.DOTALL,
)
_GOAL = re.compile(r"(^|:)(deploy|jib:build|release:perform|publish)$|jib:build")
_GRADLE_TASKS = words("publish release upload deploy jib")
_STAYS = re.compile(r"local|dryrun", re.IGNORECASE)
_WRITES = re.compile(r"(-X|--method)[ =]?(POST|PUT|PATCH)|\s(-f|-F|--field|--raw-field|--input)\b")
_CURL_WRITES = re.compile(
    r"\s(-X\s?|--request[ =])(POST|PUT|PATCH)\b|\s(-d|--data(-binary|-raw|-urlencode)?|--json|-T"
    r"|--upload-file)(?=[ =@])"
)
_RELEASES = re.compile(r"/releases(?!/generate-notes)(/|$)")
_SCRIPT = re.compile(r"\.(sh|py|js|mjs|ts|rb|ps1|pl)$")
_FURTHEST = 40
"""Words of a command that are looked at for one in a container."""


@lru_cache(maxsize=4096)  # the commands of many scripts are the same
def upload_of(command: Command) -> Upload | None:
    """Return how a command sends something away; None for one that does not."""
    text = f" {command.text}"
    if command.program in _TELLS or _REHEARSAL.search(text) or _stays_nearby(command):
        return None
    ways = (_in_container, _by_client, _on_github, _by_transfer, _by_word)
    return next((found for way in ways if (found := way(command)) is not None), None)


def nearby_names(script: str, environment: Mapping[str, str]) -> frozenset[str]:
    """Return the variables of a script that name a registry on the runner, whatever happens.

    Args:
        script: its text.
        environment: the step's own variables.
    """
    given: dict[str, list[str]] = {name: [value] for name, value in environment.items()}
    for name, _, value in _SETS.findall(script):
        given.setdefault(name, []).append(value)
    others = {name for listed in _HAS_MORE_VALUES.findall(script) for name in listed.split()}
    return frozenset(
        name
        for name, values in given.items()
        if name not in others and all(_NEARBY.match(f" {value}/") for value in values)
    )


def with_nearby(command: Command, names: frozenset[str]) -> Command:
    """Return a command with a registry on the runner in the place of such variables."""
    if not names:
        return command
    listed = "|".join(map(re.escape, sorted(names)))
    variable = re.compile(rf"\$(?:({listed})\b|\{{({listed})\}})")
    return Command(tuple(variable.sub("localhost:5000/name", word) for word in command.words))


def _stays_nearby(command: Command) -> bool:
    """Say whether a command sends something to a registry on the runner, and nowhere else."""
    if not _NEARBY.search(f" {command.text}"):
        return False
    if _COPIES & set(command.positionals[:3]):
        return bool(_NEARBY.search(f" {command.positionals[-1]}"))
    return not any(_ELSEWHERE.match(word.rpartition("=")[2]) for word in command.words[1:])


def _in_container(command: Command) -> Upload | None:
    """Return what a command sends that is started in a container."""
    if command.program not in ("docker", "podman", "nerdctl") or "run" not in command.words[1:3]:
        return None
    for at, word in enumerate(command.words[2:_FURTHEST], 2):
        program = program_name(word).partition(":")[0]
        if program in _CLIENTS | _PUBLISHERS:
            found = _by_client(Command((program, *command.words[at + 1 :])))
            if found is not None:
                return found
    return None


def _by_client(command: Command) -> Upload | None:
    """Return what a client of a registry sends."""
    sends = _SPECIAL.get(command.program)
    if sends is None and command.program in _PUBLISHERS:
        sends = _publisher
    if sends is None and command.program in _CLIENTS:
        sends = _client
    return Upload.REGISTRY if sends is not None and sends(command) else None


def _client(command: Command) -> bool:
    first = [word.lower() for word in command.positionals[:4]]
    if command.program in _RUN_TASKS and first[:1] in _TASKS:
        return False
    return any(set(re.split(r"[.:]", word)) & (SENDING - {"deploy"}) for word in first)


def _publisher(command: Command) -> bool:
    asked = next(iter(command.positionals), "")
    return not _SOMETHING_ELSE.fullmatch(asked.lower())


def _builds_image(command: Command) -> bool:
    return command.positionals[:1] in (("build",), ("publish",))


def _interpreter(command: Command) -> bool:
    return bool(_LIBRARIES.search(command.text))


def _maven(command: Command) -> bool:
    away = not re.search(r"altDeploymentRepository=\S*::file:", command.text)
    return away and any(map(_GOAL.search, command.positionals))


def _gradle(command: Command) -> bool:
    return any(
        (_GRADLE_TASKS & set(parts(task)) and not _STAYS.search(task))
        or parts(task)[-2:] == ["ci", "release"]
        for task in command.positionals
    )


def _image(command: Command) -> bool:
    first = set(command.positionals[:4])
    if "push" in first:
        stays = _LOCAL.match(command.positionals[-1])
        return not (stays and command.program in ("podman", "buildah"))
    builds = {"build", "buildx", "bake", "compose", "bud"} & first
    builds |= {command.program} & {"buildctl", "depot"}
    return {"imagetools", "create"} <= first or bool(builds and _PUSHES.search(command.text))


def _pack(command: Command) -> bool:
    return command.has("--publish")


def _copies_image(command: Command) -> bool:
    return bool({"push", "copy", "cp", "import", "put"} & set(command.positionals[:2]))


def _skopeo(command: Command) -> bool:
    given = command.positionals
    if "sync" in given[:3]:
        to = re.search(r"(?:--dest[ =]|-d )(\S+)", command.text)
        return bool(to and "docker" in to[1])
    named = [word for word in given if re.match(r"[a-z-]+:", word)]
    return "copy" in given[:3] and bool(named) and not _LOCAL.match(named[-1])


_SPECIAL: Mapping[str, Callable[[Command], bool]] = {
    **dict.fromkeys(words("docker podman buildah nerdctl buildctl depot buildx"), _image),
    **dict.fromkeys(words("crane gcrane regctl regclient"), _copies_image),
    **dict.fromkeys(words("mvn mvnw"), _maven),
    **dict.fromkeys(
        words("gradle gradlew gradlew.bat sbt mill lein clojure clj scala-cli pants"), _gradle
    ),
    **dict.fromkeys(words("bazel bazelisk"), _gradle),
    **dict.fromkeys(words("ko jib"), _builds_image),
    **dict.fromkeys(words("python python3 py node ruby"), _interpreter),
    "pack": _pack,
    "skopeo": _skopeo,
}


def _on_github(command: Command) -> Upload | None:
    """Return whether a command makes a release on GitHub that is no draft."""
    given = command.positionals
    if command.program == "curl" and _RELEASE_API.search(command.text):
        return Upload.RELEASE if _CURL_WRITES.search(command.text) else None
    if command.program in ("gh", "hub", "glab") and given[:1] == ("release",):
        made = given[1:2] == ("create",) and not command.has("--draft", "-d")
        return Upload.RELEASE if made or given[1:2] == ("upload",) else None
    if command.program == "gh" and given[:1] == ("api",) and _WRITES.search(command.text):
        return Upload.RELEASE if any(map(_RELEASES.search, given)) else None
    return None


def _by_transfer(command: Command) -> Upload | None:
    """Return whether a command sends files to a server or a bucket."""
    text = " ".join((command.program, *command.words[1:]))
    if command.program == "curl":
        sends = bool(_SENT_FILE.search(text)) and not _QUIET_HOSTS.search(text)
    elif command.program in ("invoke-restmethod", "invoke-webrequest", "irm", "iwr"):
        sends = bool(re.search(r"\s-infile\s", text, re.IGNORECASE))
    elif command.program == "wget":
        sends = bool(re.search(r"--(post|body)-file", text))
    elif command.program in ("http", "https", "xh"):
        sends = bool(re.search(r"\s\S*@\S", text))
    else:
        plain = " ".join((command.program, *command.positionals))
        sends = bool(_TRANSFERS.match(text)) and not _READS_BUCKET.fullmatch(plain)
    return Upload.TRANSFER if sends else None


def _by_word(command: Command) -> Upload | None:
    """Return what a program sends that is not known, by its subcommand or its own name."""
    program, first = command.program, command.words[0]
    if program == "git" and command.positionals[:1] in (("clone",), ("push",), ("remote",)):
        return Upload.BY_WORD if _INDEXES.search(command.text) else None
    if program in _QUIET | _SPECIAL.keys() - _RUNNERS or first.startswith("-"):
        return None
    if command.has(*_INLINE):
        return None  # the script in the next word has commands of its own
    if ("/" in first or _SCRIPT.search(program)) and names_sending(program):
        return Upload.BY_WORD
    if command.has("--push", "--publish"):
        return Upload.BY_WORD
    given = [word for word in command.positionals[:5] if word not in _BEFORE_A_TASK][:3]
    if program in _RUNNERS:
        sends = any(names_sending(program_name(word)) for word in given if "=" not in word)
    else:
        plain = [word for word in given if "/" not in word and "." not in word]
        sends = any(set(re.split(r"[:-]", word.lower())) & SENDING for word in plain)
    return Upload.BY_WORD if sends else None
