"""What GitHub's plans do not offer for private repositories, and what to do there instead.

Sources: https://docs.github.com/get-started/learning-about-github/githubs-plans and
https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
"""

_WITHOUT_REVIEWERS = frozenset({"free", "team"})
_WITHOUT_PROTECTION = frozenset({"free"})


def remedy_for_reviewers(plan: str | None, *, private: bool) -> str | None:
    """Return what to do where an environment cannot have reviewers; None where it can."""
    if not private or plan not in _WITHOUT_REVIEWERS:
        return None
    return (
        f"GitHub has no reviewers for private repositories on plan {plan}: set `visibility: public`"
        " or `plan: enterprise`, or publish from a repository that can have them."
    )


def remedy_for_protection(plan: str | None, *, private: bool) -> str | None:
    """Return what to do where a repository cannot have branch or tag protection, or None."""
    if not private or plan not in _WITHOUT_PROTECTION:
        return None
    return (
        f"GitHub has no protection for private repositories on plan {plan}: set "
        "`visibility: public` or `plan: team`."
    )
