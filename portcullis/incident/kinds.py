"""The steps of each kind of incident. `make docs` writes the runbooks in docs/runbooks from here.

Sources:
    https://docs.github.com/code-security/securing-your-organization
    https://docs.pypi.org/project-management/yanking
    https://docs.npmjs.com/policies/unpublish
    https://docs.github.com/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.incident.step import Action, IncidentKind, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETTINGS = "{web}/organizations/{organization}/settings"
_REPOSITORY = "{web}/{organization}/{repository}"

_REACH = Step(
    "reach",
    "See what it could reach",
    "Who holds the credential needs the people and steps that are shown to publish something. "
    "Name the person, the secret or the key by `--of`.",
    Action.REACH,
    commands=("portcullis reach --goal all --stack {stack}",),
)
_LOCKDOWN = Step(
    "lockdown",
    "Stop releases",
    "Tags, Actions, environments and publishing secrets are closed until the lockdown is lifted. "
    "What was there before is kept.",
    Action.LOCKDOWN,
    commands=("portcullis lockdown {organization} --stack {stack}",),
)
_CANCEL = Step(
    "cancel",
    "Cancel runs that are under way",
    "A lockdown stops new runs. One that has begun, or waits for an approval, goes on.",
    Action.CANCEL,
    places=(f"{_REPOSITORY}/actions",),
)
_EVIDENCE = Step(
    "evidence",
    "Keep the evidence",
    "Logs of runs and registries' files disappear. Download them before anything is deleted: "
    "logs, artifacts, attestations, the published files.",
    places=(f"{_REPOSITORY}/actions", f"{_REPOSITORY}/attestations", "{releases}"),
)
_AUDIT = Step(
    "audit",
    "Read what was done",
    "Look for pushes, new tags, changed settings, new keys and members since the incident began; "
    "which runs published; who approved them.",
    places=(
        f"{_SETTINGS}/audit-log",
        f"{_REPOSITORY}/deployments",
        f"{_REPOSITORY}/activity",
        f"{_REPOSITORY}/settings/keys",
    ),
    commands=("portcullis drift --stack {stack}", "portcullis publishers check --stack {stack}"),
)
_CREDENTIALS = Step(
    "credentials",
    "Replace every credential that could publish",
    "Each stays open until it is seen newer than the incident. One that is forgotten is enough "
    "for the next theft.",
    Action.CREDENTIALS,
    commands=("portcullis incident credentials --stack {stack}",),
)
_NOTIFY = Step(
    "notify",
    "Inform those concerned",
    "Users of what was published, the security and compliance teams, and who else your own rules "
    "name. A security advisory reaches users of the package.",
    places=(f"{_REPOSITORY}/security/advisories/new",),
)
_RESTORE = Step(
    "restore",
    "Open the release path again",
    "Only when the cause is known and closed, and no credential is open. Lifting brings back the "
    "settings before, and `up` the declared ones and the secrets.",
    commands=(
        "portcullis lockdown --lift --stack {stack}",
        "portcullis up --stack {stack}",
        "portcullis drift --stack {stack}",
    ),
)
_REVIEW = Step(
    "review",
    "Write down the cause, and what changes",
    "What happened and when, how it was noticed, which setting would have stopped it, and who "
    "declares that setting until when. Keep the record of this incident with it.",
    commands=("portcullis check --stack {stack}",),
)
_REVOKE_TOKENS = Step(
    "tokens",
    "Revoke publishing tokens at the registries",
    "A token works until the registry revokes it, wherever it is stored. Remove owners and trusted "
    "publishers that you do not know.",
    places=("{owners}",),
)

COMPROMISED_CREDENTIAL = IncidentKind(
    "compromised-credential",
    "A compromised credential",
    "A token, key, password or device of somebody who takes part in releases was stolen, or may "
    "have been.",
    (
        _REACH,
        _LOCKDOWN,
        _CANCEL,
        Step(
            "revoke",
            "Revoke it where it was issued",
            "Personal tokens, Apps and keys on GitHub; tokens at the registries. If it is a "
            "person's, end the sessions and replace the second factor, too.",
            places=(
                f"{_SETTINGS}/personal-access-tokens/active",
                f"{_SETTINGS}/installations",
                "{web}/orgs/{organization}/people",
                f"{_REPOSITORY}/settings/keys",
                "{owners}",
            ),
        ),
        _EVIDENCE,
        _AUDIT,
        _CREDENTIALS,
        _NOTIFY,
        _RESTORE,
        _REVIEW,
    ),
    past=(
        "LiteLLM (2026-03)",
        "axios (2026-03)",
        "chalk and debug (2025-09)",
        "Megalodon (2026-05)",
        "Trivy's first theft (2026-03)",
    ),
)
UNAUTHORIZED_RELEASE = IncidentKind(
    "unauthorized-release",
    "An unauthorized release",
    "Something was published that nobody approved, or by another publisher than the declared one.",
    (
        _LOCKDOWN,
        _CANCEL,
        Step(
            "which",
            "Find out what was published",
            "Which versions, at which registries, by which account or workflow, approved by whom.",
            places=("{releases}", f"{_REPOSITORY}/releases", f"{_REPOSITORY}/deployments"),
            commands=("portcullis publishers check --stack {stack}",),
        ),
        _EVIDENCE,
        Step(
            "yank",
            "Take the versions back at the registries",
            "PyPI: delete the release, or yank it where others depend on it. npm: unpublish it "
            "within 72 hours, else deprecate it. crates.io: yank it. The managed workflow "
            "`rollback.yml` does the same, but not during a lockdown.",
            places=("{releases}",),
        ),
        Step(
            "release",
            "Delete the release on GitHub",
            "Its files are no longer offered. Name it by `--release REPOSITORY@TAG`.",
            Action.DELETE_RELEASE,
            places=(f"{_REPOSITORY}/releases",),
        ),
        _REVOKE_TOKENS,
        _REACH,
        _AUDIT,
        _CREDENTIALS,
        _NOTIFY,
        _RESTORE,
        Step(
            "tag",
            "Delete the tag",
            "After the lockdown, which keeps all tags. A ruleset that protects release tags keeps "
            "it as well: then leave it, and skip this step. Nobody can move it to other code.",
            Action.DELETE_TAG,
            places=(f"{_REPOSITORY}/tags", f"{_REPOSITORY}/settings/rules"),
        ),
        _REVIEW,
    ),
    past=("TanStack (2026-05)", "axios (2026-03)", "xz (2024-03)"),
)
MALICIOUS_CODE = IncidentKind(
    "malicious-code",
    "Malicious code",
    "A commit, a workflow, an action or a dependency runs code that nobody reviewed.",
    (
        Step(
            "lockdown",
            "Stop all workflows",
            "No workflow runs in the whole organization, and no tag is made, until the lockdown "
            "is lifted.",
            Action.LOCKDOWN_ALL,
            commands=("portcullis lockdown {organization} --level all --stack {stack}",),
        ),
        _CANCEL,
        _REACH,
        _EVIDENCE,
        Step(
            "find",
            "Find the code and how it came in",
            "Compare workflow files and branches with what was reviewed; scan the checkouts and "
            "the published files for malware; look at new forks, branches and actions.",
            places=(
                f"{_REPOSITORY}/activity",
                f"{_REPOSITORY}/branches/all",
                f"{_REPOSITORY}/pulls?q=is%3Apr",
            ),
            commands=("portcullis drift --stack {stack}",),
        ),
        Step(
            "clean",
            "Clean the places where it could stay",
            "Delete caches, which later runs restore, and self-hosted runners that you did not "
            "register; build on new machines only.",
            places=(f"{_REPOSITORY}/actions/caches", f"{_SETTINGS}/actions/runners"),
            commands=("gh cache delete --all --repo {organization}/{repository}",),
        ),
        Step(
            "revert",
            "Revert the code by a reviewed pull request",
            "The rules for reviews hold on this day, too. Managed files come back by `up` after "
            "the lockdown.",
            places=(f"{_REPOSITORY}/pulls",),
        ),
        Step(
            "published",
            "Look whether it was published",
            "If a release holds the code, go on with `portcullis incident unauthorized-release`.",
            places=("{releases}",),
            commands=("portcullis publishers check --stack {stack}",),
        ),
        _AUDIT,
        _CREDENTIALS,
        _NOTIFY,
        _RESTORE,
        _REVIEW,
    ),
    past=(
        "tj-actions/changed-files and reviewdog (2025-03), Trivy and KICS (2026-03)",
        "Ultralytics (2024-12), Nx (2025-08)",
        "Shai-Hulud (2025-09, 2025-11)",
        "Megalodon (2026-05)",
        "agents in CI (2026)",
        "xz (2024-03)",
    ),
)
COMMITTED_SECRET = IncidentKind(
    "committed-secret",
    "A committed secret",
    "The value of a secret is in a commit, a log, an issue or an artifact.",
    (
        Step(
            "revoke",
            "Revoke it where it was issued",
            "First of all: everybody with a clone, a fork or a mirror has the value, whatever is "
            "deleted later.",
            places=("{owners}", f"{_SETTINGS}/personal-access-tokens/active"),
        ),
        _REACH,
        _LOCKDOWN,
        Step(
            "rotate",
            "Store a new value",
            "The command writes it to its source and to GitHub. The value is typed or generated, "
            "and never an argument.",
            commands=("portcullis secrets rotate NAME --stack {stack}",),
        ),
        Step(
            "history",
            "Remove it from the history",
            "On a fresh clone. The push needs the rules of the branch to admit it: an owner "
            "switches them off for the push, and `up` brings them back. Ask GitHub's support to "
            "remove cached views and references of pull requests.",
            places=(f"{_REPOSITORY}/settings/rules", "https://support.github.com/contact"),
            commands=(
                "git filter-repo --replace-text EXPRESSIONS",
                "git push --force --all && git push --force --tags",
            ),
        ),
        Step(
            "scan",
            "Look for it, and for others, everywhere else",
            "In all branches and repositories, in logs and artifacts, in what was published.",
            places=(f"{_REPOSITORY}/security/secret-scanning", f"{_REPOSITORY}/actions"),
            commands=("detect-secrets scan --all-files",),
        ),
        _AUDIT,
        _CREDENTIALS,
        _NOTIFY,
        _RESTORE,
        _REVIEW,
    ),
    past=("Trivy's first theft (2026-03)",),
)

KINDS: Mapping[str, IncidentKind] = {
    each.name: each
    for each in (COMPROMISED_CREDENTIAL, UNAUTHORIZED_RELEASE, MALICIOUS_CODE, COMMITTED_SECRET)
}
"""By name, as people type it."""
