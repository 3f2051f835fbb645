"""The catalogue: every rule, in the order in which it is printed. Ids are never reused."""

from portcullis_policy.rule import Rule
from portcullis_policy.rules import (
    actions,
    branches,
    environments,
    organization,
    pack,
    repository,
    rulesets,
    secrets,
    stack,
    tags,
)

RULES: tuple[Rule, ...] = tuple(
    rule()
    for family in (
        organization,
        actions,
        repository,
        branches,
        rulesets,
        tags,
        environments,
        secrets,
        stack,
        pack,
    )
    for rule in family.RULES
)
