"""What GitHub would accept without effect: the plan or another setting switches it off.

Each source is the note on plans ("Who can use this feature?") of the page that is named.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from components.declaration.guards import protections
from components.declaration.release.permissions import PERMISSIONS, granted, nested_in
from components.files import code_owners, standard
from components.files.workflow import GITHUB_OWNERS, actions_used
from components.names.ref_patterns import WILDCARDS, matches
from components.organization import covers, reached

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.base import Config
    from components.declaration.mistakes import Problem
    from components.declaration.names import Names
    from components.declaration.yaml_file import Segments
    from components.environment import EnvironmentConfig
    from components.organization import OrganizationConfig, ResolvedOrganization, SettingsConfig
    from components.repository import RepositoryConfig, ResolvedRepository
    from components.ruleset import (
        BranchProtectionConfig,
        ForRepositories,
        OrganizationBranchProtectionConfig,
        ResolvedProtection,
    )

MOST_SECRETS_SEEN = 100
"""How many of the organization's secrets a workflow can use, in the order of their names.

Source: https://docs.github.com/actions/reference/security/secrets
"""

MOST_VARIABLE_BYTES = 256 * 1024
"""How much of the variables a workflow can use, in the order of their names.

Source: https://docs.github.com/actions/reference/workflows-and-actions/variables
"""


def check(organization: ResolvedOrganization, names: Names) -> Iterator[Problem]:
    """Check that what is declared has an effect."""
    config = organization.config
    yield from _settings(config)
    yield from _licenses(config)
    yield from _unused(config)
    yield from _free_plan(config)
    yield from _actions(organization)
    for name, protection in config.protection.items():
        yield from _no_repository(("protection", name), protection, names)
        yield from _protection(
            ("protection", name), protection, _covered(protection, config), names
        )
    for name, tags in config.tag_protection.items():
        yield from _no_repository(("tag_protection", name), tags, names)
    for repository in organization.repositories.values():
        if not repository.config.archived:
            yield from _repository(repository, organization, names)


def _covered(
    protection: OrganizationBranchProtectionConfig, config: OrganizationConfig
) -> dict[str, RepositoryConfig]:
    """Return the declared repositories for which a protection of the organization holds."""
    return {
        name: repository
        for name, repository in config.repositories.items()
        if covers(protection.repositories, protection.exclude_repositories, name)
    }


def _written(config: Config, field: str) -> bool:
    """Return whether ``field`` is in the file, and not a default."""
    return field in config.model_fields_set


def _switched_on(config: Config, field: str) -> bool:
    """Return whether the file switches ``field`` on; a default does not count."""
    return _written(config, field) and bool(getattr(config, field))


_SETTING_NEEDS = {
    "dependabot_alerts_enabled_for_new_repositories": (
        "dependency_graph_enabled_for_new_repositories"
    ),
    "dependabot_security_updates_enabled_for_new_repositories": (
        "dependabot_alerts_enabled_for_new_repositories"
    ),
    "secret_scanning_push_protection_enabled_for_new_repositories": (
        "secret_scanning_enabled_for_new_repositories"
    ),
}
"""The setting without which another has no effect."""


def _settings(config: OrganizationConfig) -> Iterator[Problem]:
    """Find settings that need another setting, or GitHub Enterprise.

    Source: https://docs.github.com/organizations/managing-organization-settings/restricting-repository-creation-in-your-organization
    """
    settings = config.settings
    for field, needed in _SETTING_NEEDS.items():
        if _switched_on(settings, field) and not getattr(settings, needed):
            what = f"this has no effect without {needed}"
            yield ("settings", field), what, f"false, or {needed}: true"
    if config.plan != "enterprise":
        yield from _settings_of_enterprise(settings)


def _settings_of_enterprise(settings: SettingsConfig) -> Iterator[Problem]:
    private, public = (f"members_can_create_{kind}_repositories" for kind in ("private", "public"))
    if getattr(settings, private) and not getattr(settings, public):
        what = (
            "below GitHub Enterprise, members may create repositories of both kinds or public ones"
        )
        yield ("settings", private), what, f"false, {public}: true, or plan: enterprise"


def _licenses(config: OrganizationConfig) -> Iterator[Problem]:
    """Find licenses that are not for sale on this plan.

    Source: https://docs.github.com/get-started/learning-about-github/about-github-advanced-security
    """
    if config.plan == "free" and config.licenses:
        what = "these licenses are for GitHub Team and Enterprise"
        yield ("licenses",), what, "leave it out, or plan: team"


def _unused(config: OrganizationConfig) -> Iterator[Problem]:
    """Find secrets and variables of the organization that no workflow can use.

    A repository's own value wins over the organization's. Source:
    https://docs.github.com/actions/concepts/security/secrets
    """
    for section in ("secrets", "variables"):
        for name, item in getattr(config, section).items():
            if isinstance(item.visible_to, str):
                continue  # repositories that are not declared may see it
            seen = reached(item.visible_to, config)
            if item.visible_to == []:
                what, allowed = "this has no effect: no repository sees it", "repositories, or all"
                yield (section, name, "visible_to"), what, allowed
            elif seen and all(
                _has_own(config.repositories[each], section, name, item) for each in seen
            ):
                what = "this has no effect: each repository that sees it has its own"
                yield (section, name), what, f"leave it out, or {name} in fewer repositories"


def _has_own(repository: RepositoryConfig, section: str, name: str, item: object) -> bool:
    """Return whether a repository's own value wins wherever the organization's could be used."""
    own = getattr(repository, section).get(name)
    stores: set[str] = set(getattr(item, "stores", ()))
    return own is not None and stores <= set(getattr(own, "stores", ()))


def _free_plan(config: OrganizationConfig) -> Iterator[Problem]:
    """Find secrets and variables of the organization for private repositories on plan free.

    Source: https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets
    """
    if config.plan != "free":
        return
    private = {
        name
        for name, repository in config.repositories.items()
        if repository.visibility != "public" and not repository.archived
    }
    for section in ("secrets", "variables"):
        for name, item in getattr(config, section).items():
            lost = sorted(private & set(reached(item.visible_to, config)))
            if lost or item.visible_to == "private":
                what = (
                    f"on GitHub Free no private repository sees the organization's {section}: "
                    f"{', '.join(lost) or 'there is none to see it'}"
                )
                allowed = f"public repositories, {section} of the repository, or plan: team"
                yield (section, name, "visible_to"), what, allowed


def _actions(organization: ResolvedOrganization) -> Iterator[Problem]:
    """Find permissions with which the managed workflows could not run."""
    actions = organization.config.actions
    repositories = organization.repositories.values()
    used = set[str]().union(*(actions_used(each.derived_files) for each in repositories))
    if not used:
        return
    if actions.allowed_actions == "local_only":
        what = "the managed workflows use actions of GitHub and others, and could not run"
        yield ("actions", "allowed_actions"), what, "selected, or workflows: false everywhere"
    if actions.allowed_actions == "selected" and not actions.github_owned_allowed:
        refused = [
            action
            for action in sorted(used)
            if action.startswith(GITHUB_OWNERS)
            and not any(fnmatchcase(f"{action}@v1", each) for each in actions.patterns_allowed)
        ]
        if refused:
            what = f"the managed workflows use {', '.join(refused)}, and could not run"
            patterns = sorted({f"{action.partition('/')[0]}/*" for action in refused})
            allowed = f"true, or {', '.join(patterns)} in patterns_allowed"
            yield ("actions", "github_owned_allowed"), what, allowed


def _protection(
    path: Segments,
    protection: BranchProtectionConfig,
    covered: Mapping[str, RepositoryConfig],
    names: Names,
    default: str | None = None,
) -> Iterator[Problem]:
    """Find fields without effect.

    Args:
        path: where the protection is declared.
        protection: the protection.
        covered: the repositories for which it holds.
        names: the names that are declared.
        default: the name of the default branch; None if that is not known.
    """
    if "default" in protection.exclude_branches:
        index = protection.exclude_branches.index("default")
        what = "`default` has no special meaning in exclude_branches"
        yield (*path, "exclude_branches", index), what, "the branch's own name"
    yield from _no_branch(path, protection)
    if protection.enforced_by == "ruleset":  # see references.py
        yield from _excluded_branches(path, protection, default)
    if not protection.required_checks:
        for field in ("strict_checks", "checks_app"):
            if _switched_on(protection, field):
                what = f"{field} has no effect without required_checks"
                yield (*path, field), what, "leave it out, or required_checks"
    if protection.enforced_by == "classic":
        yield from _classic(path, protection)
    elif _written(protection, "merge_methods"):
        yield from _merge_methods(path, protection, covered, names)


def _no_repository(path: Segments, protection: ForRepositories, names: Names) -> Iterator[Problem]:
    """Find protection that excludes each repository again, those on GitHub alone included."""
    if all(
        any(excluded in {name, "*"} for excluded in protection.exclude_repositories)
        for name in protection.repositories
    ):
        what = "this protects nothing: it excludes every repository that it includes"
        yield (*path, "exclude_repositories"), what, "fewer repositories"
    for index, excluded in enumerate(protection.exclude_repositories):
        # with patterns on both sides, a repository that is not declared may match both
        if names.repositories.issuperset(protection.repositories) and not any(
            fnmatchcase(name, excluded) for name in protection.repositories
        ):
            what = "this excludes nothing: `repositories` does not include it"
            yield (*path, "exclude_repositories", index), what, "leave it out"


def _no_branch(path: Segments, protection: BranchProtectionConfig) -> Iterator[Problem]:
    """Find protection that excludes each branch again.

    `default` is left to the policy pack (RS004), which knows the branch's name on GitHub.
    """
    if all(
        name not in {"default", "all"}
        and any(
            name == excluded or (not WILDCARDS & set(name) and matches(excluded, name))
            for excluded in protection.exclude_branches
        )
        for name in protection.branches
    ):
        what = "this protects nothing: it excludes every branch that it includes"
        yield (*path, "exclude_branches"), what, "fewer branches"


def _excluded_branches(
    path: Segments, protection: BranchProtectionConfig, default: str | None
) -> Iterator[Problem]:
    """Find excluded branches that are not included.

    Args:
        path: where the protection is declared.
        protection: the protection.
        default: the name that `default` stands for; None if that is not known.
    """
    included = {default if name == "default" else name for name in protection.branches}
    if any(name is None or name == "all" or WILDCARDS & set(name) for name in included):
        return
    for index, excluded in enumerate(protection.exclude_branches):
        found = any(name == excluded or matches(excluded, name) for name in included if name)
        if not found and excluded != "default":
            what = "this excludes nothing: `branches` does not include it"
            yield (*path, "exclude_branches", index), what, "leave it out"


def _classic(path: Segments, protection: BranchProtectionConfig) -> Iterator[Problem]:
    """Find fields that classic protection does not have."""
    for field in ("checks_app", "merge_methods"):
        if _switched_on(protection, field):
            what = f"classic protection has no {field}"
            yield (*path, field), what, "leave it out, or enforced_by: ruleset"
    for index, entry in enumerate(protection.bypass):
        if entry.mode == "always":
            what = "a bypass of classic protection is for pull requests only"
            yield (*path, "bypass", index, "mode"), what, "pull_request, or enforced_by: ruleset"


def _on(covered: Mapping[str, RepositoryConfig]) -> set[str]:
    """Return the merge methods that are on in at least one repository."""
    return set[str]().union(*(repository.merge.methods for repository in covered.values()))


def _merge_methods(
    path: Segments,
    protection: BranchProtectionConfig,
    covered: Mapping[str, RepositoryConfig],
    names: Names,
) -> Iterator[Problem]:
    """Find merge methods that no repository has, or that a linear history excludes."""
    on = _on(covered)
    sure = covered and all(names.sure(("repositories", name, "merge")) for name in covered)
    for index, method in enumerate(protection.merge_methods):
        where = (*path, "merge_methods", index)
        if method == "merge" and protection.require_linear_history:
            what = "`merge` has no effect with require_linear_history"
            yield where, what, "squash, rebase, or require_linear_history: false"
        elif sure and method not in on:
            what = f"`{method}` has no effect: it is off in each repository that this covers"
            yield where, what, f"{', '.join(sorted(on))}, or the method in the repository's merge"


def _repository(
    resolved: ResolvedRepository, organization: ResolvedOrganization, names: Names
) -> Iterator[Problem]:
    config, repository = organization.config, resolved.config
    path: Segments = ("repositories", resolved.name)
    for key, protection in repository.protection.items():
        where: Segments = (*path, "protection", key)
        default = None if resolved.keeps_branch else repository.default_branch
        yield from _protection(where, protection, {resolved.name: repository}, names, default)
    yield from _lower_access(path, repository, config, names)
    if names.sure((*path, "merge")) and names.sure((*path, "protection")):
        yield from _mergeable(path, resolved, organization)
    if repository.visibility != "public":
        yield from _private(path, repository, config)
    security = repository.security
    enforced = config.settings.web_commit_signoff_required and names.sure(("settings",))
    if enforced and not security.web_commit_signoff_required:
        what = "this has no effect: the organization requires sign-off in every repository"
        allowed = "true, or settings.web_commit_signoff_required: false"
        yield (*path, "security", "web_commit_signoff_required"), what, allowed
    directories = bool(repository.dependabot.directories)  # see references.py
    without = not (directories or repository.ecosystems) and names.sure((*path, "ecosystems"))
    if without and _written(repository, "dependabot") and names.sure((*path, "dependabot")):
        what = "dependabot has no effect without ecosystems"
        yield (*path, "dependabot"), what, "leave it out, or ecosystems"
    yield from _code_owners(path, repository, config)
    yield from _second_code_owners(path, resolved)
    for key, environment in resolved.environments.items():
        if (written := repository.environments.get(key)) is not None:
            where = (*path, "environments", key)
            yield from _environment(where, written, environment.config, repository, config)
    yield from _seen(path, resolved.name, repository, config)


def _mergeable(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find protections of the default branch that together allow no merge method."""
    left, config = repository.config.merge.methods, organization.config
    for each in protections(repository, organization):
        rules = each.config
        if rules.enforcement != "active" or not {"default", "all"} & set(rules.branches):
            continue
        methods = left if rules.enforced_by == "classic" else set(rules.merge_methods)
        if rules.require_linear_history:
            methods = methods - {"merge"}
        if rules.enforced_by == "ruleset" and not methods & _on_where(each, repository, config):
            continue  # reported once, where they are written
        allowed = left & methods
        if left and not allowed:
            reason = " with a linear history" if rules.require_linear_history else ""
            what = (
                f"nobody could merge into {repository.name}: its merge methods and other "
                f"protections leave {', '.join(sorted(left))}, and this one none of them{reason}"
            )
            written = _written(rules, "merge_methods")
            where: Segments = each.origin.path
            where = (*where, "merge_methods") if written else where
            if _written(repository.config, "merge") and not written:
                where = (*path, "merge")
            yield where, what, "merge methods that the repository and each protection allow"
        left = allowed


def _on_where(
    protection: ResolvedProtection, repository: ResolvedRepository, config: OrganizationConfig
) -> set[str]:
    """Return the methods of which `_merge_methods` reports none for this protection."""
    written = _written(protection.config, "merge_methods")
    if not written:
        return {"merge", "squash", "rebase"}
    if protection.origin.path[0] == "protection":
        return _on(_covered(config.protection[protection.name], config))
    return repository.config.merge.methods


def _lower_access(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig, names: Names
) -> Iterator[Problem]:
    """Find permissions below those that a nested team has from its parents.

    Source: https://docs.github.com/organizations/organizing-members-into-teams/about-teams
    """
    if not (names.sure(("teams",)) and names.sure((*path, "access"))):
        return
    for team, permission in repository.access.items():
        parent = config.teams[team].parent if team in config.teams else None
        if parent is None or team in nested_in(parent, config):
            continue  # of a circle, see references.py
        inherited = granted(parent, repository, config)
        if inherited and PERMISSIONS.index(inherited) > PERMISSIONS.index(permission):
            what = f"this has no effect: `{team}` has {inherited} from the team it is nested in"
            yield (*path, "access", team), what, f"leave it out, or {inherited} or more"


def _private(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    """Find features that need another plan or a license in private repositories.

    Source: https://docs.github.com/get-started/learning-about-github/githubs-plans
    """
    if config.plan == "free":
        for field, on in {
            ("code_owners",): bool(repository.code_owners),
            ("features", "wiki"): repository.features.wiki,
            ("merge", "allow_auto_merge"): repository.merge.allow_auto_merge,
        }.items():
            if on:
                what = f"GitHub Free has no {field[-1]} for private repositories"
                yield (*path, *field), what, "leave it out, visibility: public, or plan: team"
        effective = standard.effective(config.standard_files, repository.standard_files)
        if effective.workflow_owners:
            where = standard.where_owners(path, repository.standard_files)
            what = f"GitHub Free has no code owners for private repositories, such as `{path[-1]}`"
            allowed = (
                "standard_files: {workflow_owners: []} there, visibility: public or plan: team"
            )
            yield where, what, allowed
    if "secret-protection" not in config.licenses:
        for feature in ("secret_scanning", "secret_scanning_push_protection"):
            if _switched_on(repository.security, feature):
                what = f"{feature} of a private repository needs a license"
                allowed = "visibility: public, or licenses: [secret-protection]"
                yield (*path, "security", feature), what, allowed


def _environment(
    path: Segments,
    written: EnvironmentConfig,
    whole: EnvironmentConfig,
    repository: RepositoryConfig,
    config: OrganizationConfig,
) -> Iterator[Problem]:
    """Find fields of an environment that need reviewers or another plan.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
    """
    reviewers = whole.reviewers.teams or whole.reviewers.users
    if _switched_on(written, "prevent_self_review") and not reviewers:
        what = "prevent_self_review has no effect without reviewers"
        yield (*path, "prevent_self_review"), what, "leave it out, or reviewers"
    private = repository.visibility != "public" and config.plan != "enterprise"
    if private and written.can_admins_bypass:
        what = "in private repositories this needs GitHub Enterprise"
        yield (*path, "can_admins_bypass"), what, "false, visibility: public, or plan: enterprise"


def _code_owners(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    """Find code owners that GitHub ignores.

    Source: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    for pattern, owners in repository.code_owners.items():
        for index, slug in enumerate(owners):
            if slug in config.teams and config.teams[slug].visibility == "secret":
                what = f"GitHub ignores the code owner `{slug}`, because the team is secret"
                allowed = f"teams.{slug}.visibility: closed"
                yield (*path, "code_owners", pattern, index), what, allowed
    patterns = list(repository.code_owners)
    for number, pattern in enumerate(patterns):
        later = patterns[number + 1 :]
        if wider := next((each for each in later if _contains(each, pattern)), None):
            what = f"this has no effect: `{wider}` follows, matches the same files, and wins"
            yield (*path, "code_owners", pattern), what, f"a place after `{wider}`"
    effective = standard.effective(config.standard_files, repository.standard_files)
    for pattern in patterns if effective.workflow_owners else ():
        if _contains(standard.WORKFLOW_FOLDER, pattern):
            what = "this has no effect: workflow_owners of standard_files own these files, and win"
            allowed = "leave it out, or standard_files: {workflow_owners: []} in this repository"
            yield (*path, "code_owners", pattern), what, allowed
    where = standard.where_owners(path, repository.standard_files)
    for index, slug in enumerate(effective.workflow_owners or ()):
        if slug in config.teams and config.teams[slug].visibility == "secret":
            what = f"GitHub ignores the code owner `{slug}`, because the team is secret"
            yield (*where, index), what, f"teams.{slug}.visibility: closed"


def _contains(wider: str, pattern: str) -> bool:
    """Return whether a pattern of code owners surely matches all files of another one."""
    folder = wider.startswith("/") and wider.endswith("/") and not WILDCARDS & set(wider)
    return wider in {"*", "**", "/**"} or (folder and pattern.startswith(wider))


def _second_code_owners(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find CODEOWNERS files that GitHub ignores because of another one."""
    first, *others = [each for each in code_owners.PLACES if each in repository.files] or [""]
    for other in others:
        what = f"GitHub ignores this file, because it reads {first} first"
        allowed = "one CODEOWNERS file, or code_owners"
        yield (*path, "files", other), what, allowed


def _seen(
    path: Segments, name: str, repository: RepositoryConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    """Find secrets and variables beyond what a workflow can use."""
    seen = [
        key
        for key, secret in config.secrets.items()
        if "actions" in secret.stores and name in reached(secret.visible_to, config)
    ]
    if len(seen) > MOST_SECRETS_SEEN:
        what = (
            f"{len(seen)} of the organization's secrets are visible here, and a workflow can use "
            f"the first {MOST_SECRETS_SEEN} by name"
        )
        yield path, what, f"at most {MOST_SECRETS_SEEN}: see visible_to of secrets"
    own = sum(len(value.encode()) for value in repository.variables.values())
    shared = sum(
        len(variable.value.encode())
        for variable in config.variables.values()
        if name in reached(variable.visible_to, config)
    )
    if own + shared > MOST_VARIABLE_BYTES:
        what = f"the variables have {own + shared:,} bytes, and a workflow can use 256 KB"
        yield (*path, "variables") if own else path, what, "at most 256 KB together"
