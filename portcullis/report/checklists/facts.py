"""Items that other facts answer: people, secrets, publishing, drift, records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis_policy.release_path.numbers import people

from components.files.standard import GITIGNORE
from components.publish.packages import RegistryPackage
from portcullis.records.chain import entries, verify
from portcullis.report.checklists.said import (
    Fault,
    Said,
    as_declared,
    at,
    not_asked,
    not_met,
    unknown,
)
from portcullis.report.model import Evidence
from portcullis.report.path import ENOUGH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.repository import ResolvedRepository
    from portcullis.drift.report import Item
    from portcullis.report.known import Known
    from portcullis.secrets.listing import ListedSecret


def second_factor(known: Known) -> Said:
    """Ask whether members need a second factor."""
    if known.github is None:
        return not_asked(known)
    where = f"GitHub: settings of {known.declaration.resolved.name}"
    required = known.github.live.two_factor
    if required is None:
        return unknown("GitHub does not show it to these credentials", where)
    if required:
        return _on_github("two-factor authentication is required", where)
    return not_met([Fault("two-factor authentication is not required", where)])


def secret_files_ignored(known: Known) -> Said:
    """Ask whether `.gitignore` names files that hold secrets."""
    lacking = {
        item.drift.name
        for item in (known.github.drift.items if known.github else ())
        if item.drift.kind == "RepositoryFile" and item.drift.what != "undeclared"
    }
    wrong = []
    for repository in _open(known):
        if GITIGNORE not in repository.added_files:
            why = "secret files are not ignored (standard_files: ignore_secret_files)"
        elif f"{repository.name}/{GITIGNORE}" in lacking:
            why = f"{GITIGNORE} lacks lines on GitHub"
        else:
            continue
        wrong.append(at(known, repository.origin.path, f"{repository.name}: {why}"))
    if wrong:
        return not_met(wrong)
    return as_declared(known, f"{GITIGNORE} of each repository names files with secrets")


def trusted_publishing(known: Known) -> Said:
    """Ask whether packages are published by OIDC wherever the registry can."""
    wrong = [
        at(
            known,
            (*repository.origin.path, *package.path),
            f"{package.config.name} is published by a stored token alone",
        )
        for repository in _open(known)
        for package in repository.packages
        if isinstance(package.config, RegistryPackage) and package.config.auth == "token"
    ]
    if wrong:
        return not_met(wrong)
    return as_declared(known, "each package that can be published by OIDC is")


def fallback_tokens(known: Known) -> Said:
    """Ask whether each declared token of an environment is there."""
    declared = [each for each in known.secrets if each.path and each.scope == "environment"]
    wrong = [
        at(known, _path(each), f"{each.name} is not in {each.target} on GitHub")
        for each in declared
        if each.missing_in
    ]
    if wrong:
        return not_met(wrong)
    if known.github is None and declared:
        return not_asked(known)
    return as_declared(known, "all declared tokens of environments are there")


def rotation_planned(known: Known) -> Said:
    """Ask whether every declared secret has a period after which it is replaced."""
    wrong = [
        at(known, _path(each), f"{each.name} of {each.target} has no rotate_every")
        for each in known.secrets
        if each.path and each.rotate_every_days is None
    ]
    return not_met(wrong) if wrong else as_declared(known, "each secret has `rotate_every`")


def nothing_overdue(known: Known) -> Said:
    """Ask whether any secret is older than its period."""
    if known.github is None:
        return not_asked(known)
    wrong = [
        Fault(
            f"{each.name} of {each.target} was due on {each.due}",
            each.path or f"GitHub: {each.target}",
            each.due,
            "GitHub",
        )
        for each in known.secrets
        if each.overdue_days
    ]
    if wrong:
        return not_met(wrong)
    dateless = [each.name for each in known.secrets if each.rotate_every_days and not each.changed]
    if dateless:
        return unknown(f"nobody knows the age of {', '.join(dateless)}", "GitHub")
    return _on_github("no secret is overdue", "GitHub: dates of secrets")


def all_used(known: Known) -> Said:
    """Ask whether every secret on GitHub is declared, and used by a workflow."""
    if known.github is None:
        return not_asked(known)
    wrong = [
        at(known, _path(each), f"no workflow uses {each.name} of {each.target}")
        for each in known.secrets
        if each.path and each.unused
    ]
    wrong += [
        Fault(
            f"{each.name} of {each.target} is not declared",
            f"GitHub: {each.target}",
            each.changed,
            "GitHub",
        )
        for each in known.secrets
        if each.path is None
    ]
    if wrong:
        return not_met(wrong)
    return _on_github("each secret is declared, and a workflow uses it", "GitHub")


def no_dangerous_drift(known: Known) -> Said:
    """Ask whether GitHub is as it is declared, and has nothing that the policy pack refuses."""
    if known.github is None:
        return not_asked(known)
    drift = known.github.drift
    wrong = [_item(each) for each in drift.items if each.dangerous or each.taken_back]
    wrong += [Fault(f"{each.rule.id}: {each.finding.detail}", "GitHub") for each in drift.findings]
    if wrong:
        return not_met(wrong)
    if drift.unread:
        return unknown(f"not read: {'; '.join(drift.unread)}", "GitHub")
    return _on_github("GitHub is as it is declared", "GitHub")


def nothing_new_undeclared(known: Known) -> Said:
    """Ask whether the last update saw what nobody declares, as it is."""
    if known.github is None:
        return not_asked(known)
    drift = known.github.drift
    undeclared = (each for each in drift.items if each.drift.what == "undeclared")
    wrong = [_item(each) for each in undeclared if not each.known]
    if wrong:
        return not_met(wrong)
    if drift.unread:
        return unknown(f"not read: {'; '.join(drift.unread)}", "GitHub")
    return _on_github("nothing undeclared is new since the last update", "GitHub")


def records_whole(known: Known) -> Said:
    """Ask whether the records of runs are as they were written."""
    if known.records is None:
        return unknown("records belong to a stack, and none was named", known.file)
    content, where = known.records.content(), known.records.path.name
    if not content:
        return unknown("there are no records of this stack here", where)
    if bad := verify(content):
        return not_met([Fault(f"entry {bad.number}: {bad.why}", where)])
    words = f"{len(entries(content))} entries, each with the hash of the one before"
    return Said("met", (Evidence(words=words, where=where),))


def two_people(known: Known) -> Said:
    """Ask whether one person, or one stolen credential, can publish a package."""
    wrong = [
        Fault(f"{each.name}: {people(each.answer.fewest_people)}", known.file)
        for each in known.reach.goals
        if each.answer.fewest_people is not None and each.answer.fewest_people < ENOUGH
    ]
    if wrong:
        return not_met(wrong)
    return as_declared(known, f"{len(known.reach.goals)} places publish; each needs two people")


def exemptions_in_force(known: Known) -> Said:
    """Ask whether an exemption has expired."""
    wrong = [
        at(known, ("exemptions", number), f"{each.rule} of {each.resource}: until {each.expires}")
        for number, each in enumerate(known.declaration.config.exemptions)
        if each.expires < known.today
    ]
    count = len(known.declaration.config.exemptions)
    return not_met(wrong) if wrong else as_declared(known, f"{count} exemptions, none expired")


def policy_not_weakened(known: Known) -> Said:
    """Ask whether the policy's configuration weakens a rule."""
    wrong = [Fault(each, "policy configuration") for each in known.weakened]
    return not_met(wrong) if wrong else as_declared(known, "no rule is off or weaker than usual")


def _on_github(words: str, where: str) -> Said:
    """Return that an item is met on GitHub today; since when, nobody knows."""
    return Said("met", (Evidence(words=words, where=where),))


def _item(item: Item) -> Fault:
    words = f"{item.drift.what} {item.noun} {item.drift.name}"
    return Fault(words, "GitHub", item.event.when.date() if item.event else None, "GitHub")


def _path(secret: ListedSecret) -> list[str]:
    return (secret.path or "").split(".")


def _open(known: Known) -> Iterator[ResolvedRepository]:
    for each in known.declaration.resolved.repositories.values():
        if not each.config.archived:
            yield each
