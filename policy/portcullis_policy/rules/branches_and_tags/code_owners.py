"""BR: code owners of workflow files have to be asked."""

from collections.abc import Iterator
from dataclasses import replace

from portcullis_policy.examples.base import Example, stack
from portcullis_policy.examples.rulesets import ESCAI, reviews, ruleset
from portcullis_policy.examples.workflow_files import file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, scorecard
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.rules.branches_and_tags.branches import PROTECTIONS, guarded
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.code_owners import WORKFLOWS, deciding, in_force
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_OWNERS = file("/.github/ @guild/security\n", ".github/CODEOWNERS", "owners")


def _with(example: Example, *more: str) -> Example:
    text = "".join(more) or "/.github/ @guild/security\n"
    owners = file(text, ".github/CODEOWNERS", "owners")
    return replace(example, resources=(*example.resources, owners))


class OwnersAsked(StackRule):
    """Where CODEOWNERS names owners of workflow files, their review is required.

    Somebody decided that a change of a workflow needs the people who understand it. Without the
    setting, GitHub only suggests them, and any approval counts.
    """

    id = "BR015"
    title = "the owners of workflow files need not review their changes"
    severity = Severity.HIGH
    maps = (*scorecard("Branch-Protection"), *cis("1.1.7"))
    resource_types = (*PROTECTIONS, gh.REPOSITORY_FILE)
    remediation = "Keep `require_code_owner_review: true` (the default)."
    good = (
        stack("their review is required", ESCAI, ruleset(), _OWNERS),
        reviews("no CODEOWNERS in the stack", requireCodeOwnerReview=False),
        _with(
            reviews("owners of sources alone", requireCodeOwnerReview=False),
            "/src/ @guild/developers\n",
        ),
    )
    bad = (
        _with(reviews("their review is not required", requireCodeOwnerReview=False)),
        _with(reviews("owners of all files", requireCodeOwnerReview=None), "* @guild/developers\n"),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        owned = {
            repository
            for repository, (_, lines) in in_force(stack).items()
            if (last := deciding(lines, f"{WORKFLOWS}any.yml")) is not None and last.owners
        }
        for subject, guards in guarded(stack):
            asking = [each for each in guards if each.requires_pull_request]
            readings = [each.rules["requireCodeOwnerReview"] for each in guards]
            if subject.name in owned and asking and not any(each is True for each in readings):
                yield Finding(
                    "no protection of the default branch asks the owners of `/.github/`",
                    ("require_code_owner_review",),
                    unknown=UNKNOWN in readings,
                    urn=asking[0].resource.urn,
                    subject=subject.name,
                    subject_urn=subject.urn,
                )


RULES = (OwnersAsked,)
