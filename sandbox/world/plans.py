"""What GitHub's plans allow: the limits that an organization's settings can run into.

Sources: the availability notes of docs.github.com on environments ("On GitHub Free, Pro, Team,
other deployment protection rules are only available for public repositories"), rulesets and
protected branches (private repositories from Team on), organization rulesets (from Team on), the
`evaluate` mode, custom organization roles and internal repositories (Enterprise).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import forbidden, invalid
from sandbox.world.kinds.accounts import ORGANIZATION
from sandbox.world.records import is_a

if TYPE_CHECKING:
    from sandbox.world.kinds.accounts import Account
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

PLANS = ("free", "team", "enterprise")


def _rank(account: Account) -> int:
    return PLANS.index(account.data["plan"] if is_a(account, ORGANIZATION) else "free")


def at_least(account: Account, plan: str) -> bool:
    """Return whether an account has that plan or a higher one."""
    return _rank(account) >= PLANS.index(plan)


LICENSES: dict[str, tuple[str, ...]] = {
    "advanced_security": ("code-security", "secret-protection"),
    "secret_scanning": ("secret-protection",),
    "secret_scanning_push_protection": ("secret-protection",),
    "secret_scanning_non_provider_patterns": ("secret-protection",),
    "secret_scanning_validity_checks": ("secret-protection",),
}
"""Security features that only public repositories have without a licence: any of these gives them.

Source: https://docs.github.com/get-started/learning-about-github/about-github-advanced-security
"""


def offers(account: Account, visibility: str, feature: str) -> bool:
    """Return whether GitHub offers a security feature to an account's repositories.

    Args:
        account: The repositories' owner.
        visibility: The repositories' visibility.
        feature: The feature's name in `security_and_analysis`.
    """
    if visibility == "public" or feature not in LICENSES:
        return True
    bought = account.data["licenses"] if is_a(account, ORGANIZATION) else []
    return not set(bought).isdisjoint(LICENSES[feature])


def check_internal(account: Account) -> None:
    """Refuse internal repositories below Enterprise."""
    if not at_least(account, "enterprise"):
        raise invalid(
            "Only organizations associated with an enterprise can set visibility to internal"
        )


def check_branch_rules(account: Account, repository: Record[Repository]) -> None:
    """Refuse rulesets and classic protection on private repositories of the Free plan."""
    if repository.data["visibility"] != "public" and not at_least(account, "team"):
        raise forbidden(
            "Upgrade to GitHub Pro or make this repository public to enable this feature."
        )


def check_org_rulesets(account: Account, enforcement: str) -> None:
    """Refuse organization rulesets below Team, and `evaluate` below Enterprise."""
    if not at_least(account, "team"):
        raise forbidden("Upgrade to GitHub Team to enable this feature.")
    check_evaluate(account, enforcement)


def check_evaluate(account: Account, enforcement: str) -> None:
    """Refuse the enforcement `evaluate` below Enterprise."""
    if enforcement == "evaluate" and not at_least(account, "enterprise"):
        raise invalid("Enforcement evaluate is only available on an Enterprise plan")


def check_environments(account: Account, repository: Record[Repository]) -> None:
    """Refuse environments in private repositories of the Free plan."""
    if repository.data["visibility"] != "public" and not at_least(account, "team"):
        raise forbidden(
            "Upgrade to GitHub Pro or make this repository public to enable this feature."
        )


def check_environment_rule(account: Account, repository: Record[Repository], rule: str) -> None:
    """Refuse reviewers and wait timers in private repositories below Enterprise.

    Args:
        account: The repository's owner.
        repository: The repository.
        rule: The rule's name in the message: `required reviewers` or `wait timer`.
    """
    if repository.data["visibility"] != "public" and not at_least(account, "enterprise"):
        raise invalid(
            "Failed to create the environment protection rule. Please ensure the billing plan "
            f"supports the {rule} protection rule."
        )


def check_private_pages(account: Account) -> None:
    """Refuse a site that only some may see, below Enterprise."""
    if not at_least(account, "enterprise"):
        raise invalid("Private pages are only available on an Enterprise plan.")


def check_custom_roles(account: Account) -> None:
    """Refuse custom organization roles below Enterprise."""
    if not at_least(account, "enterprise"):
        raise forbidden("Upgrade to GitHub Enterprise to enable this feature.")
