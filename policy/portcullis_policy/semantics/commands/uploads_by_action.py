"""What an action sends away: by its name, and by what its inputs ask for."""

import re
from collections.abc import Mapping
from itertools import pairwise

from portcullis_policy.semantics.commands.uploads import Upload
from portcullis_policy.semantics.commands.words import SENDING, parts, words
from portcullis_policy.semantics.workflow_files.workflows import Step

_WITHIN_GITHUB = words(
    "actions/upload-artifact actions/upload-pages-artifact actions/deploy-pages "
    "actions/download-artifact github/codeql-action/upload-sarif"
)
"""Actions that send something to GitHub alone, where nobody installs it from."""
_REGISTRY = re.compile(
    r"(pypa/gh-action-pypi-publish|etils-actions/pypi|katyo/publish-crates|chrnorm/publish-nuget"
    r"|bufbuild/buf-action|artis3n/ansible_galaxy_collection|robertdebock/galaxy-action"
    r"|ansible/galaxy-action|changesets/action|(go-)?semantic-release(-action)?)(/.*)?"
)
_ON_GITHUB = re.compile(
    r"(softprops/action-gh-release|ncipollo/release-action|actions/create-release"
    r"|actions/upload-release-asset|svenstaro/upload-release-action"
    r"|(googleapis|google-github-actions)/release-please-action"
    r"|marvinpinto/action-automatic-releases|(elgohr|eloquent)/github-release-action)(/.*)?"
)
_ONLY_ASKED = re.compile(r"docker/(build-push|bake)-action(/.*)?")
"""Actions that send only where their inputs ask for it."""
_SENDING_NAME = words(
    "publish publisher publishing release releaser releases upload uploader push pusher "
    "deploy deployer kaniko goreleaser jreleaser twine jib"
)
_OTHERWISE = words(
    "test tests unit result results report reports reporter coverage junit sarif notes "
    "changelog drafter draft notify notification notifier get fetch latest download "
    "downloader find check checker verify verifier lint linter comment log logs setup install "
    "installer cache pages docs preview previews status info version please label labels "
    "title pull pr issue issues branch commit commits metadata size bundle benchmark protect "
    "wait cancel matrix gist attest attestation sbom provenance tools sourcemaps symbols "
    "crowdin translations diff validate generate generator"
)
"""Words in a name beside which such a word sends nothing that anybody installs."""
_SWITCHES = words(
    "push publish upload deploy release push-image push_image publish_images push-to-registry "
    "push-images upload-to-pypi publish-package upload_to_pypi"
)
"""Inputs that turn sending on."""
_REHEARSALS = words("dry-run dry_run skip_push skip-push noop")
_ORDERS = words(
    "command cmd args arguments run script goals tasks task target subcommand entrypoint "
    "publish-command version-command inlinescript"
)
"""Inputs that are a command, or a part of one."""
_SCRIPT_RELEASES = re.compile(
    r"\.(createRelease|uploadReleaseAsset)\s*\(|[\"'`]POST\s+/repos/[^\"'`]*/releases"
)
"""What a script of github-script calls to make a release on GitHub."""
_ON_THE_RUNNER = re.compile(r"(localhost|127\.0\.0\.1)(:\d+)?/")
_NO = frozenset({"", "false", "no", "never", "0", "none", "off", "null"})
_NOT_THIS_TIME = re.compile(
    r"(^|\s)(--snapshot|--dry-?run)(=true)?(?=\s|$)|(^|\s)--skip[= ](\w+,)*publish(?=,|\s|$)"
    r"|^\s*(build|check|healthcheck|changelog)(?=\s|$)"
)


def upload_of_action(step: Step) -> Upload | None:
    """Return how an action sends something away; None for one that does not."""
    action = step.action
    if not action or action in _WITHIN_GITHUB:
        return None
    if action == "actions/github-script":
        return Upload.RELEASE if _SCRIPT_RELEASES.search(step.with_("script")) else None
    if _REGISTRY.fullmatch(action):
        return Upload.REGISTRY
    if _ON_GITHUB.fullmatch(action):
        return None if step.with_("draft").lower() == "true" else Upload.RELEASE
    given = {key.lower(): value.text.strip() for key, value in step.at.get("with").items().items()}
    tags = re.split(r"[\s,]+", given.get("tags", ""))
    stays = any(given.get(name, "").lower() == "true" for name in _REHEARSALS)
    if stays or all(map(_ON_THE_RUNNER.match, tags)):
        return None
    sends = _by_inputs(given, action) or _by_name(given, action)
    return Upload.REGISTRY if sends else None


def _by_inputs(given: Mapping[str, str], action: str) -> bool:
    """Say whether an input turns sending on, or is a command that sends."""
    if any(given.get(name, "").lower() not in _NO for name in _SWITCHES):
        return not set(parts(action)) & (_OTHERWISE - {"setup"})
    if re.search(r"push=true|type=registry", given.get("outputs", "").lower()):
        return True
    orders = [given[name] for name in _ORDERS if given.get(name)]
    return any(
        order.split()[0].lower() in SENDING and not _NOT_THIS_TIME.search(order) for order in orders
    )


def _by_name(given: Mapping[str, str], action: str) -> bool:
    """Say whether an action's own name, without its owner's, tells that it sends something."""
    if _ONLY_ASKED.fullmatch(action):
        return False
    name = action if action.startswith("./") else action.removeprefix("docker://").partition("/")[2]
    named = parts(name or action)
    switched = [given[each].lower() for each in _SWITCHES if each in given]
    if set(named) & _OTHERWISE or (switched and all(value in _NO for value in switched)):
        return False
    if {"goreleaser", "jreleaser"} & set(named):
        only_installed = given.get("install-only", "").lower() == "true"
        return not only_installed and not _NOT_THIS_TIME.search(given.get("args", "release"))
    joined = {"".join(named), *(first + second for first, second in pairwise(named))}
    return bool((set(named) | joined) & _SENDING_NAME)
