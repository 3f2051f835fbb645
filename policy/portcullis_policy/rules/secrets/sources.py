"""SE: where secrets come from."""

from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import example
from portcullis_policy.exemptions import ORGANIZATION
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics.declared_secrets import declared_secrets, place
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity


def _from(source: object, **more: object) -> Mapping[str, object]:
    """Return a root component that knows one secret."""
    known = {"path": ["secrets", "KEY"], "name": "KEY", "source": source}
    root = {"declaredIn": "orgs/guild.yaml", "path": [], "sandbox": False}
    return {**root, "secrets": {"secrets.KEY": known}, **more}


class NotFromTheRun(ResourceRule):
    """A real organization's secret does not come from an environment variable of the run.

    The next person who runs the update has another value in that variable, or none, and nobody
    keeps a list of the shells, CI settings and `.env` files that hold it. In the sandbox it is
    fine.
    """

    id = "SE013"
    title = "a secret comes from an environment variable of the run"
    severity = Severity.HIGH
    resource_types = (ORGANIZATION,)
    remediation = "Keep it in Vault, AWS, ESC or the stack's config: `portcullis secrets import`."
    good = (
        example("from Vault", ORGANIZATION, _from("vault ci/codecov token")),
        example("in a sandbox", ORGANIZATION, _from("env KEY", sandbox=True)),
    )
    bad = (
        example("from an environment variable of the run", ORGANIZATION, _from("env KEY")),
        example("a source that is unknown at preview", ORGANIZATION, _from(UNKNOWN)),
        example(
            "a target that is unknown at preview", ORGANIZATION, _from("env KEY", sandbox=UNKNOWN)
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.facts.flag("sandbox") is True:
            return
        for known in declared_secrets(resource.facts):
            source = known.text("source")
            if not isinstance(source, str) or source.split(" ")[0] == "env":
                detail = "its source is a variable of the run, or is not known"
                yield finding(detail, *place(known), value=source)


RULES = (NotFromTheRun,)
