"""What a job that publishes may do: fetch what was built, verify it, sign it and publish it."""

import re
from collections.abc import Iterator

from portcullis_policy.semantics.commands.commands import Command, commands, is_fetched_anew
from portcullis_policy.semantics.commands.understood import functions_of
from portcullis_policy.semantics.commands.uploads import Upload, upload_of
from portcullis_policy.semantics.commands.uploads_by_action import upload_of_action
from portcullis_policy.semantics.commands.words import parts, words
from portcullis_policy.semantics.publishing.credentials import logs_in
from portcullis_policy.semantics.workflow_files.workflows import Job, Step, Workflow

_ACTIONS = re.compile(
    r"actions/(checkout|download-artifact|upload-artifact|attest[\w-]*|setup-[\w-]+|github-script"
    r"|create-github-app-token)|step-security/harden-runner|sigstore/[\w-]+|docker/(login|metadata)-action"
    r"|docker/setup-(buildx|qemu)-action|astral-sh/setup-uv|(dtolnay|actions-rs)/(rust-)?toolchain"
    r"|oven-sh/setup-bun|denoland/setup-deno|pnpm/action-setup|ruby/setup-ruby|erlef/setup-beam"
    r"|dart-lang/setup-dart|crazy-max/ghaction-import-gpg|slsa-framework/slsa-verifier[\w/-]*"
    r"|anchore/sbom-action[\w/-]*|cyclonedx/[\w-]+|oras-project/setup-oras|azure/setup-helm"
    r"|imjasonh/setup-crane|ko-build/setup-ko|hynek/build-and-inspect-python-package"
    r"|rubygems/[\w-]+|slackapi/slack-github-action"
)
"""Actions that fetch, verify, sign or prepare a client."""
_OTHER_PROGRAMS = re.compile(r"\b(require|import|exec\w*|spawn)\s*\(", re.IGNORECASE)
"""What a script of github-script calls to run other files."""
_SCANNERS = words("trivy snyk codeql grype semgrep sonar sonarcloud scan scanner fossa checkov")
_TOOLS = words(
    "cat cp mv mkdir rm ls tree cd tar zip unzip gzip gunzip xz sed awk gawk grep egrep head tail "
    "sort uniq cut tr wc tee touch chmod find test [ [[ ]] true false exit return export set "
    "unset read source . local readonly declare typeset shift trap sleep date jq yq diff cmp "
    "comm sha256sum sha512sum sha1sum md5sum shasum base64 openssl xxd env which type pwd "
    "pushd popd dirname basename realpath readlink stat file git gh echo printf for case esac "
    "fi done in select function break continue wait kill du id whoami hostname uname seq expr "
    "let mktemp install gpg gpgconf gpg-connect-agent shopt mapfile readarray getopts command "
    "time umask eval cosign rekor-cli slsa-verifier minisign signify sigstore in-toto witness "
    "notation syft curl wget http skopeo crane oras regctl aws gcloud gsutil az vault sops op "
    "ssh-add ssh-agent write-host write-output compress-archive get-childitem copy-item"
)
"""Programs that handle files, verify, sign, and ask or record over the network."""
_CLIENTS = words(
    "twine uv poetry flit hatch pdm rye maturin npm pnpm yarn bun deno jsr cargo rustup gem "
    "bundle go docker podman buildah helm mvn mvnw gradle gradlew dotnet nuget mix python "
    "python3 pip pip3 pipx node ruby corepack lerna changeset vsce ovsx pod conan anaconda "
    "dart flutter luarocks snapcraft ansible-galaxy goreleaser jreleaser semantic-release ko"
)
"""Clients of registries, which may do more than publish."""
_ASKS = words(
    "view info show search config whoami login logout ping dist-tag access owner yank "
    "deprecate token trust inspect manifest tag tags images pull version env list ls verify "
    "check audit get-registry set-registry help outdated set setup credentials auth retract"
)
"""Subcommands that ask a registry, or change what it says of a package."""
_GO = ("mod", "list", "env", "version")
_LOADS = re.compile(r"LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|BASH_ENV|PERL5DB", re.IGNORECASE)
_MAY_LOAD = re.compile(
    r"NODE_OPTIONS|RUBYOPT|PERL5OPT|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|MAVEN_OPTS", re.IGNORECASE
)
_CODE = re.compile(r"(?:^|\s)(?:-r|-M|-I|--require|--import|--loader)\b|-(?:javaagent|agentpath)")
_PLAIN = re.compile(r"http://(?!localhost\b|127\.)", re.IGNORECASE)
_PINNED_INSTALL = re.compile(
    r"--require-hashes|--frozen|--locked|--immutable|\s-r\s*\S*lock|npm ci\b"
    r"|@?\S+(==|@)v?\d[\w.]*(\s|$)"
    r"|--version[= ]\S+|^rustup (\S+ )*\$\w+"
)
_INSTALLERS = words(
    "pip pip3 pipx uv npm pnpm yarn bun gem cargo go dotnet corepack apt apt-get apk yum dnf "
    "brew choco snap rustup conda"
)
_INSTALL = words("install add i ci get prepare")
_NOT_INSTALL = words("config dist-tag owner access list view")
_LOOKS_LIKE_PROGRAM = re.compile(r"[A-Za-z~./$][\w~./@+-]*[A-Za-z][\w./-]*")


def more_than_publishing(job: Job) -> Iterator[tuple[int, str]]:
    """Yield what a publishing job does beside fetching, verifying, signing and publishing."""
    for image in (each.get("image") for each in job.at.get("services").items().values()):
        if image.text and "@sha256:" not in image.text:
            yield (image.line, "a service by a tag that can be moved")
    for step in job.steps:
        if step.uses:
            if not _action_is_allowed(step):
                yield (step.at.get("uses").line, "an action that does not publish, verify or sign")
        else:
            yield from _commands_beside(step)


def loads_code(job: Job, workflow: Workflow) -> Iterator[tuple[int, str]]:
    """Yield the variables of a job that load code into the programs which it runs."""
    blocks = [workflow.at.get("env"), job.at.get("env")]
    blocks += [step.at.get("env") for step in job.steps]
    for block in blocks:
        for name, value in block.items().items():
            if _LOADS.fullmatch(name) or (_MAY_LOAD.fullmatch(name) and _CODE.search(value.text)):
                yield (value.line, "a variable that loads code into other programs")
    for step in job.steps:
        for value in step.at.get("with").items().values():
            if upload_of_action(step) is not None and _PLAIN.match(value.text.strip()):
                yield (value.line, "published without TLS")


def _action_is_allowed(step: Step) -> bool:
    if set(parts(step.action)) & _SCANNERS or _OTHER_PROGRAMS.search(step.with_("script")):
        return False
    return (
        bool(_ACTIONS.fullmatch(step.action)) or upload_of_action(step) is not None or logs_in(step)
    )


def _commands_beside(step: Step) -> Iterator[tuple[int, str]]:
    own = functions_of(step)
    for line, command in commands(step.at.get("run").lines()):
        if command.words[0] not in own and (what := _beside(command)) is not None:
            yield (line, what)


def _beside(command: Command) -> str | None:
    """Return what a command does that is not part of publishing; None for what is."""
    text = " ".join((command.program, *command.words[1:]))
    if is_fetched_anew(command):
        return "a tool without a fixed version"
    if _installs(command):
        return None if _PINNED_INSTALL.search(f"{text} ") else "a tool without a fixed version"
    if upload_of(command) not in (None, Upload.BY_WORD) or command.program in _TOOLS:
        return None
    if command.program in _CLIENTS:
        return None if _only_asks(command) else "something is built or run beside publishing"
    if not _LOOKS_LIKE_PROGRAM.fullmatch(command.words[0]) or command.words[0].isupper():
        return None
    return "a command that is not known to publish, verify or sign"


def _installs(command: Command) -> bool:
    given = command.positionals[:2]
    return (
        command.program in _INSTALLERS
        and bool(set(given) & _INSTALL)
        and not set(given[:1]) & _NOT_INSTALL
    )


def _only_asks(command: Command) -> bool:
    """Say whether a client only asks, or rehearses what it would publish."""
    given = [word.lower() for word in command.positionals[:3]]
    if command.program == "go":
        return given[:1] in [[each] for each in _GO]
    if command.program in ("python", "python3", "node", "ruby"):
        return command.has("-c", "-e", "--version", "-V", "-")
    rehearses = re.search(r"\s--dry-?run\b|\s--version\b|\s--help\b", command.text)
    return (
        not given
        or bool(rehearses)
        or bool(set(given) & _ASKS)
        or (command.program in ("cargo", "helm") and given[0] == "package")
    )
