"""The families of rules: the two letters that begin an id, and the page that explains them."""

FOLDER = "docs/rules"
"""The folder of the pages, as it is printed after `why:`."""

FAMILIES = {
    "OR": "Organization",
    "AC": "Actions",
    "RE": "Repository",
    "ST": "Stack",
    "BR": "Branches",
    "RS": "Rulesets",
    "TG": "Tags",
    "EN": "Environments",
    "RP": "Release path",
    "SE": "Secrets",
    "WF": "Workflow files",
    "DB": "Dependabot",
    "TR": "Trust",
    "AU": "Audit archive",
    "PK": "Policy pack",
    "EX": "Exemptions",
}
"""The title of each family, by the letters of its ids."""


def page_of(rule_id: str) -> str:
    """Return the file name of the page of a rule's family, such as `workflow-files.md`.

    The rule of somebody else's family has the index.
    """
    return f"{FAMILIES.get(rule_id[:2], 'index').lower().replace(' ', '-')}.md"


def link_to(rule_id: str) -> str:
    """Return the place of a rule on that page, such as `environments.md#en001`."""
    return f"{page_of(rule_id)}#{rule_id.lower()}"
