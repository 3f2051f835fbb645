"""What a step may do with a credential outside of an environment: it is known to publish nothing.

Tests with an account of their own, reports, messages, logins and pull requests. Everything else is
not understood, and a rule reports it.
"""

import re

from portcullis_policy.semantics.commands.commands import Command, commands, program_name
from portcullis_policy.semantics.commands.words import names_sending, words
from portcullis_policy.semantics.workflow_files.expressions import OPENING
from portcullis_policy.semantics.workflow_files.workflows import Step

_ACTION_WORDS = words(
    "checkout setup login auth credentials configure install installer app token notify "
    "notifier notification slack discord telegram teams mattermost message codecov coverage "
    "coveralls codacy sonarcloud sonarqube sonar scan scanner snyk fossa gitguardian ggshield "
    "semgrep trivy scorecard lint linter test tests testing e2e cypress playwright chromatic "
    "percy browserstack benchmark codspeed bencher report reports reporter results check "
    "checks label labeler labels issue issues project projects comment comments triage assign "
    "assignment reviewer review reviews pull pr stale lock backport merge automerge rebase "
    "cherry dispatch repository-dispatch changelog notes renovate dependabot update updater "
    "automations suggester cache secrets secret vault jira gajira linear asana cla "
    "contributor contributors wait status commit build compile changed files fetch get find "
    "download metadata agent gpg import signing sign codesign notarize certs certificate "
    "keychain profile tailscale vpn wireguard license audit outputs config matrix start stop "
    "runner debug"
)
"""Words in an action's name that tell what it does with what it is given."""
_IMAGES = words("docker image container oci buildx buildah podman")
"""Words beside which a build may send what it has built."""
_LOCAL_TOOLS = words(
    "cat cp mv mkdir rm ls tree cd tar zip unzip gzip gunzip xz sed awk gawk grep egrep rg head "
    "tail sort uniq cut tr wc tee touch chmod chown ln find test [ [[ ]] true false exit "
    "return export set unset read source . local readonly declare typeset shift trap sleep "
    "date jq yq diff cmp sha256sum sha512sum md5sum shasum base64 openssl xxd printenv env "
    "which type pwd pushd popd dirname basename realpath readlink stat file git gh hub svn hg "
    "echo printf write-host write-output for case esac fi done in select function break "
    "continue wait kill ps pkill free df du id whoami hostname uname nproc seq expr let "
    "mktemp install rsvg-convert envsubst gpg gpgconf gpg-connect-agent ssh-add ssh-agent "
    "ssh-keyscan ssh-keygen security codesign xcrun notarytool signtool apt apt-get apk yum "
    "dnf brew port choco scoop pip pip3 pipx rustup nvm fnm asdf sdk corepack systemctl "
    "service sysctl mount umount ip iptables ufw ping nc dig nslookup code xattr hdiutil "
    "ditto sudo su umask ulimit alias hash history mapfile readarray getopts command time "
    "times test-path get-content set-content new-item copy-item move-item remove-item "
    "write-error select-string foreach-object where-object out-file invoke-restmethod throw "
    "if else try catch param cosign rekor-cli slsa-verifier minisign signify sops age"
)
"""Programs that work on this computer, or with git and GitHub, which the job's token limits."""
_REPORTERS = words(
    "codecov codecovcli coveralls goveralls datadog-ci sonar-scanner sonar sentry-cli semgrep "
    "snyk fossa cc-test-reporter codacy trivy grype syft ggshield gitleaks trufflehog tflint "
    "tfsec checkov licensed osv-scanner govulncheck staticcheck golangci-lint gosec ruff mypy "
    "black flake8 pylint isort bandit eslint prettier tsc biome stylelint markdownlint "
    "hadolint shellcheck actionlint zizmor pre-commit reviewdog danger"
)
_TESTERS = words(
    "pytest py.test tox nox coverage unittest ginkgo gotestsum jest vitest mocha ava "
    "playwright cypress karma rspec minitest phpunit bats testem k6 locust artillery newman "
    "karate detox maestro robot behave cucumber wdio chromatic percy acc ctest pytest-xdist "
    "stestr enos"
)
_SESSIONS = words("tox nox")
"""Testers that run what a session calls for, such as `tox -e release`."""
_BUILDERS = words(
    "go cargo cmake ninja meson gcc clang g++ clang++ cc c++ ld javac kotlinc scalac rustc "
    "swift xcodebuild dotnet msbuild npm yarn pnpm bun deno node-gyp gradle gradlew mvn mvnw "
    "sbt mill lein bundle gem rake mix rebar3 composer stack cabal ghc dart flutter poetry uv "
    "pdm hatch rye flit python python3 make gmake just task mage ant bazel bazelisk buck2 "
    "pants nix earthly dagger docker podman buildah nerdctl docker-compose buildctl ko pack "
    "terraform tofu terragrunt packer vagrant pulumi helm kubectl kind minikube k3d kustomize "
    "skaffold tilt aws gcloud gsutil az doctl vault consul nomad conda mamba micromamba pixi "
    "virtualenv venv act turbo nx lerna rush tsx ts-node ruby perl php node psql mysql "
    "mongosh redis-cli sqlite3 electron-builder"
)
"""Programs that do one thing or the other: by their subcommand."""
_HARMLESS_WORDS = words(
    "all test tests testing vet check lint build compile install ci add sync lock restore "
    "download fetch get mod env list ls show info version status describe verify validate "
    "plan init fmt format clean generate gen tool help run-tests unit integration acceptance "
    "acc testacc e2e smoke bench benchmark coverage cover clippy doc docs audit outdated "
    "config pull login logout ps logs inspect images image tag create start stop down wait "
    "exec cp save load system network volume compose buildx bake builder cluster cluster-info "
    "get-credentials configure sts auth set-context use-context output state workspace "
    "providers refresh import shellcheck typecheck type-check tsc eslint prettier pytest jest "
    "vitest playwright cypress storybook prepare prep setup bootstrap dev deps vendor tidy "
    "package assemble archive bundle dist wheel sdist venv pip cache kind minikube fixtures "
    "seed migrate local preview report reports results sonar sonarqube codecov coveralls "
    "whoami token sbom scan analyze analyse license licenses version-check diff dedupe "
    "nextest llvm-cov"
)
_GENERAL = words("all dist package bundle")
"""Words that tell of a task only that it handles what is built, or does all there is to do."""
_UPLOADS_WITH = re.compile(
    r"TWINE_PASSWORD|UV_PUBLISH_(?:TOKEN|PASSWORD)|POETRY_(?:PYPI_TOKEN|HTTP_BASIC)_\w+|FLIT_PASSWORD"
    r"|HATCH_INDEX_AUTH|PDM_PUBLISH_PASSWORD|MATURIN_(?:PYPI_TOKEN|PASSWORD)|CARGO_REGISTRY_TOKEN"
    r"|GEM_HOST_API_KEY|VSCE_PAT|OVSX_PAT|HEX_API_KEY|JRELEASER_\w+|ORG_GRADLE_PROJECT_\w*(?:password|token)"
    r"|COCOAPODS_TRUNK_TOKEN|NUGET_API_KEY|CHOCO_API_KEY|SNAPCRAFT_STORE_CREDENTIALS",
    re.IGNORECASE,
)
"""Variables with which a client uploads, and which no client reads for anything else."""
_READS = words("analyze analyse scan check lint test validate verify audit")
"""Subcommands of any program that look at something and report."""
_TEST_NAMES = re.compile(
    r"(^|[^a-z])(test|tests|testing|e2e|spec|smoke|acceptance|integration|check|lint|bench)",
    re.IGNORECASE,
)
_ALWAYS = _LOCAL_TOOLS | _REPORTERS | _TESTERS | words("curl wget http")
"""What curl sends is looked at as an upload."""
_QUESTIONS = words("version help v h")
_SCRIPT = re.compile(r"\.(sh|py|js|mjs|ts|rb|ps1|pl|bat)$")
_FUNCTION = re.compile(r"^\s*(?:function\s+)?([\w-]+)\s*\(\)|^\s*function\s+([\w-]+)", re.MULTILINE)
_RELEASES = re.compile(
    r"createRelease|uploadReleaseAsset|updateRelease|/releases|exec\s*\(|spawn", re.IGNORECASE
)
"""What a script of github-script calls to make a release, or to run other programs."""
_WORD = re.compile(r"[a-z0-9]+")


def action_is_understood(action: str) -> bool:
    """Say whether an action's name tells that it publishes nothing."""
    named = set(_WORD.findall(action.replace("set-up", "setup")))
    known = _ACTION_WORDS - ({"build", "cache"} if named & _IMAGES else set())
    return bool(named & known)


def hands_on(step: Step) -> bool:
    """Say whether a step gives what it holds to an action that may publish."""
    if step.action == "actions/github-script":
        return bool(_RELEASES.search(step.with_("script")))
    return not action_is_understood(step.action)


def functions_of(step: Step) -> frozenset[str]:
    """Return the names of the functions that a script defines."""
    return frozenset(a or b for a, b in _FUNCTION.findall(step.at.get("run").text))


def first_not_understood(step: Step) -> int | None:
    """Return the first line of a script with a command that is not known; None if all are."""
    own = functions_of(step)
    uploads = any(map(_UPLOADS_WITH.fullmatch, step.at.get("env").items()))
    for line, command in commands(step.at.get("run").lines()):
        if command.words[0] in own:
            continue
        if not _is_understood(command) or (uploads and _may_do_all(command)):
            return line
    return None


def _may_do_all(command: Command) -> bool:
    """Say whether a command is a task whose name leaves open what it does with what is built."""
    given = {word.lower() for word in command.positionals[:4]}
    return command.program in _BUILDERS and bool(given & _GENERAL)


def _is_understood(command: Command) -> bool:
    program = command.program
    first = command.words[0]
    if program in _SESSIONS and any(
        names_sending(word) or names_sending(word.removeprefix("-e")) for word in command.words[1:]
    ):
        return False
    if program in _ALWAYS or not re.search(r"\w", program):
        return True
    asked = {word.lstrip("-").lower() for word in command.words[1:]}
    if asked <= _QUESTIONS and (asked or first.startswith("$")):
        return not first.startswith(OPENING)  # any command may stand there
    if command.positionals[:1] and command.positionals[0] in _READS:
        return not any(map(names_sending, command.words))
    if "/" in first or _SCRIPT.search(program):
        return bool(_TEST_NAMES.search(program)) and not names_sending(program)
    given = command.positionals[:4]
    return program in _BUILDERS and (not given or any(map(_is_harmless, given)))


def _is_harmless(word: str) -> bool:
    parts = set(_WORD.findall(program_name(word.lower())))
    if parts & _GENERAL and not parts - _GENERAL <= _HARMLESS_WORDS:
        parts -= _GENERAL
    return bool(parts & _HARMLESS_WORDS or _TEST_NAMES.search(word)) and not names_sending(word)
