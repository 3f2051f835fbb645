"""ST: what only the whole stack shows."""

from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity


class DeclaredOnce(StackRule):
    """Everything on GitHub is declared once.

    Two resources for the same ruleset, environment or secret overwrite each other: the one that
    looks right in a review may not be the one in force.
    """

    id = "ST001"
    title = "the same thing on GitHub is declared twice"
    severity = Severity.HIGH
    resource_types = (
        gh.REPOSITORY,
        gh.ENVIRONMENT,
        gh.DEPLOYMENT_POLICY,
        gh.ACTIONS_SECRET,
        gh.ACTIONS_ENVIRONMENT_SECRET,
        gh.ACTIONS_ORGANIZATION_SECRET,
        gh.REPOSITORY_RULESET,
        gh.ORGANIZATION_RULESET,
        gh.ORGANIZATION_SETTINGS,
        gh.ACTIONS_ORGANIZATION_PERMISSIONS,
        gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
    )
    remediation = "Remove one of them."
    good = (
        stack(
            "resources for two environments",
            Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "a"}, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "b"}, "b"),
        ),
        stack(
            "unknown at preview",
            Declared(gh.ENVIRONMENT, {"repository": UNKNOWN, "environment": "a"}, "a"),
            Declared(gh.ENVIRONMENT, {"repository": UNKNOWN, "environment": "a"}, "b"),
        ),
    )
    bad = (
        stack(
            "two resources for one environment, in different case",
            Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "release"}, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "X", "environment": "Release"}, "b"),
        ),
        stack(
            "two resources for the same settings",
            Declared(gh.ORGANIZATION_SETTINGS, {"billingEmail": "a@guild.example"}, "a"),
            Declared(gh.ORGANIZATION_SETTINGS, {"billingEmail": "a@guild.example"}, "b"),
        ),
    )
    _keys: Mapping[str, tuple[str, ...]] = {
        gh.REPOSITORY: ("name",),
        gh.ENVIRONMENT: ("repository", "environment"),
        gh.DEPLOYMENT_POLICY: ("repository", "environment", "branchPattern", "tagPattern"),
        gh.ACTIONS_SECRET: ("repository", "secretName"),
        gh.ACTIONS_ENVIRONMENT_SECRET: ("repository", "environment", "secretName"),
        gh.ACTIONS_ORGANIZATION_SECRET: ("secretName",),
        gh.REPOSITORY_RULESET: ("repository", "name", "target"),
        gh.ORGANIZATION_RULESET: ("name", "target"),
    }

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        seen: set[tuple[object, ...]] = set()
        for item in stack.of(*self.resource_types):
            values = [item.facts.text(key) for key in self._keys.get(item.type, ())]
            if UNKNOWN in values:
                continue
            key = (item.type, item.provider, *(str(value or "").lower() for value in values))
            if key in seen:
                yield Finding("another resource declares it too", urn=item.urn)
            seen.add(key)


RULES = (DeclaredOnce,)
