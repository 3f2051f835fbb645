"""The catalogue: every rule, in the order in which it is printed. Ids are never reused."""

from portcullis_policy.rule import Rule
from portcullis_policy.rules import (
    access,
    actions,
    age_on_github,
    audit,
    branches,
    classic,
    dependabot,
    environments,
    organization,
    pack,
    people_files,
    plaintext,
    release_workflows,
    repository,
    roles,
    rotation,
    rulesets,
    secrets,
    sources,
    stack,
    tags,
    trust_aws,
    trust_vault,
    two_gates,
    workflow_stack,
    workflow_tools,
    workflows,
)

_FAMILIES = (
    (organization, roles),
    (actions,),
    (repository, access, people_files),
    (branches,),
    (rulesets, classic),
    (tags,),
    (environments, two_gates),
    (secrets, plaintext, rotation, age_on_github, sources),
    (workflows, release_workflows, workflow_stack, workflow_tools),
    (dependabot,),
    (trust_aws, trust_vault),
    (audit,),
    (stack,),
    (pack,),
)

RULES: tuple[Rule, ...] = tuple(
    rule
    for modules in _FAMILIES
    for rule in sorted(
        (each() for module in modules for each in module.RULES), key=lambda rule: rule.id
    )
)
