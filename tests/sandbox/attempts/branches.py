"""What gets into main."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.attempts.attempt import ADMINISTRATORS, classic, pulls_only, stopped_by
from tests.sandbox.attempts.path import CI, RELEASE, REPO
from tests.sandbox.bodies import pull_request, status_checks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.attempts.path import Path


@stopped_by("a rule that takes pull requests only", pulls_only())
def _(path: Path) -> bool:
    """A contributor pushes straight to main."""
    return path.commit("carl", "src/sophia.py", "evil").is_success


@stopped_by("rulesets bind administrators who are not listed", pulls_only())
def _(path: Path) -> bool:
    """The organization's owner pushes straight to main."""
    return path.commit("olga", "src/sophia.py", "evil").is_success


@stopped_by(
    "protection that is enforced for administrators",
    classic(requiresApprovingReviews=True, isAdminEnforced=True),
)
def _(path: Path) -> bool:
    """An administrator pushes straight to a classically protected main."""
    return path.commit("adam", "src/sophia.py", "evil").is_success


@stopped_by("no force pushes", lambda path: path.ruleset({"type": "non_fast_forward"}))
def _(path: Path) -> bool:
    """A contributor replaces the history of main."""
    return path.move("carl", "heads/main", path.stray("carl")).is_success


@stopped_by("a locked branch", classic(lockBranch=True))
def _(path: Path) -> bool:
    """A contributor pushes to a branch that is done with."""
    return path.commit("carl", "src/sophia.py", "evil").is_success


@stopped_by("pushes restricted to nobody", classic(restrictsPushes=True))
def _(path: Path) -> bool:
    """A contributor pushes where only few may."""
    return path.commit("carl", "src/sophia.py", "evil").is_success


@stopped_by("required approvals", pulls_only())
def _(path: Path) -> bool:
    """A contributor merges what nobody has looked at."""
    return path.merge("carl", path.pull("carl"))


@stopped_by("two required approvals", pulls_only(2))
def _(path: Path) -> bool:
    """One colleague is enough to approve."""
    number = path.pull("carl")
    path.approve("max", number)
    return path.merge("carl", number)


@stopped_by("approvals that new commits dismiss", pulls_only(dismiss_stale_reviews_on_push=True))
def _(path: Path) -> bool:
    """A contributor changes the change after it was approved."""
    number = path.pull("carl")
    path.approve("mia", number)
    assert path.commit("carl", "src/sophia.py", "evil", "change").is_success
    return path.merge("carl", number)


@stopped_by("approval of the last push", pulls_only(require_last_push_approval=True))
def _(path: Path) -> bool:
    """A reviewer pushes to the change that they approve themselves."""
    number = path.pull("carl")
    assert path.commit("mia", "src/sophia.py", "evil", "change").is_success
    path.approve("mia", number)
    return path.merge("mia", number)


@stopped_by("reviews by code owners", pulls_only(require_code_owner_review=True))
def _(path: Path) -> bool:
    """A friend approves a change to the release workflow."""
    number = path.pull("carl", path=".github/workflows/release.yml", text=f"{RELEASE}# evil\n")
    path.approve("max", number)
    return path.merge("carl", number)


@stopped_by(
    "conversations that have to be resolved",
    pulls_only(0, required_review_thread_resolution=True),
)
def _(path: Path) -> bool:
    """A contributor merges over an objection."""
    number = path.pull("carl")
    comment = {
        "body": "this leaks",
        "path": "src/sophia.py",
        "commit_id": path.tip("change"),
    }
    assert path.as_("mia").post(f"{REPO}/pulls/{number}/comments", json=comment).is_success
    return path.merge("carl", number)


def checks(*, strict: bool = False, **check: object) -> Callable[[Path], object]:
    """Turn on a rule that asks for the check `ci`."""
    listed = [{"context": "ci", **check}]
    rule = status_checks(strict=strict, required_status_checks=listed)
    return lambda path: path.ruleset(rule, bypass=[ADMINISTRATORS])


@stopped_by("required status checks", checks())
def _(path: Path) -> bool:
    """A contributor merges what was never tested."""
    return path.merge("carl", path.pull("carl"))


@stopped_by("checks that only GitHub Actions may report", checks(integration_id=15_368))
def _(path: Path) -> bool:
    """A contributor reports the check as passed, by hand."""
    number = path.pull("carl")
    path.status("carl", path.tip("change"))
    return path.merge("carl", number)


def _owned_and_checked(path: Path) -> None:
    """Ask for the check, and for the owners of what is changed."""
    checks(integration_id=15_368)(path)
    path.ruleset(pull_request(0, require_code_owner_review=True))


@stopped_by(
    "code owners of workflow files, beside required checks",
    _owned_and_checked,
    checks(integration_id=15_368),
)
def _(path: Path) -> bool:
    """A contributor proposes a workflow whose empty job has the name of the required check."""
    fake = CI.replace("test:", "ci:")
    return path.merge("carl", path.pull("carl", path=".github/workflows/fake.yml", text=fake))


@stopped_by("branches that have to be up to date", checks(strict=True))
def _(path: Path) -> bool:
    """A contributor merges what was tested against an old main."""
    number = path.pull("carl")
    path.status("mia", path.tip("change"))
    assert path.commit("olga", "other.py", "y = 1\n").is_success
    return path.merge("carl", number)


@stopped_by("signed commits", lambda path: path.ruleset({"type": "required_signatures"}))
def _(path: Path) -> bool:
    """Somebody pushes a commit in another's name."""
    return path.commit("carl", "src/sophia.py", "evil").is_success


@stopped_by(
    "files that nobody pushes",
    lambda path: path.ruleset(
        {
            "type": "file_path_restriction",
            "parameters": {"restricted_file_paths": [".github/workflows/*"]},
        },
        target="push",
    ),
)
def _(path: Path) -> bool:
    """A contributor brings a workflow of their own, on a branch of their own."""
    path.ref("carl", "heads/mine")
    return path.commit("carl", ".github/workflows/mine.yml", CI, "mine").is_success


@stopped_by(
    "a deployment to testpypi that has to come first",
    lambda path: path.ruleset(
        {
            "type": "required_deployments",
            "parameters": {"required_deployment_environments": ["testpypi"]},
        }
    ),
)
def _(path: Path) -> bool:
    """A contributor merges what was never tried out."""
    return path.merge("carl", path.pull("carl"))


@stopped_by(
    "a ruleset of the organization instead of the repository's own",
    lambda path: path.ruleset(pull_request(), org=True),
)
def _(path: Path) -> bool:
    """The repository's administrator takes its rulesets away, and pushes."""
    admin = path.as_("adam")
    for each in admin.get(f"{REPO}/rulesets", params={"includes_parents": "false"}).json():
        admin.delete(f"{REPO}/rulesets/{each['id']}")
    return path.commit("adam", "src/sophia.py", "evil").is_success
