"""No input makes the pack crash, pass in silence because it could not see, or quote a secret."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portcullis_policy.examples.base import Declared, Example
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.registry import RULES
from portcullis_policy.rule import ResourceRule, Rule
from portcullis_policy.rules.pack.pack import WEAKENED
from portcullis_policy.semantics.aws_and_vault import VAULT_JWT_ROLE

from tests.policy.harness import ids, started
from tests.support.extent import EVERY

CANARY = "canary-5f3a"
NAMES = ("name", "repository", "repositoryId", "secretName", "variableName", "rule", "declaredIn")
"""Properties that a message may repeat: they say where."""
SAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{example.note}")
    for rule in RULES
    for example in (*rule.good, *rule.bad)
]
VALUES: Any = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 99),
        st.floats(allow_nan=False, allow_infinity=False, width=32),
        st.sampled_from([UNKNOWN, "", CANARY, "active", "~ALL", "always", "v*", "true", "[", "\0"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["includes", "users", "status", "x"]), inner, max_size=3),
    ),
    max_leaves=6,
)
DECLARED = [d for rule in RULES for e in (*rule.good, *rule.bad) for d in e.resources]


@pytest.fixture(autouse=True)
def without_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other program is run for each of thousands of files; test_tools.py has them."""
    for name in ("ZIZMOR", "ACTIONLINT"):
        monkeypatch.setenv(f"PORTCULLIS_{name}", "/nowhere/at/all")


def paths(value: object, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a value, the value itself left out."""
    found: list[tuple[Any, ...]] = []
    items: list[tuple[Any, object]] = []
    if isinstance(value, Mapping):
        items = list(value.items())
    elif isinstance(value, list | tuple):
        items = list(enumerate(value))
    for key, inner in items:
        found += [(*here, key), *paths(inner, (*here, key))]
    return found


def replaced(value: Any, path: tuple[Any, ...], new: object) -> Any:  # noqa: ANN401 - any JSON
    """A copy with another value at a place; `...` takes the place away."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    if len(path) == 1 and new is ...:
        del copy[path[0]]
    else:
        copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


@settings(
    max_examples=400 if EVERY else 150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_value_crashes_the_pack_or_is_quoted(data: st.DataObject) -> None:
    """C3: whatever stands in a property, the pack answers, and never repeats it."""
    declared = data.draw(st.sampled_from(DECLARED))
    props: Any = declared.props
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.sampled_from(paths(props) or [()]))
        if where:
            props = replaced(props, where, data.draw(st.one_of(VALUES, st.just(...))))
    said = started().run([Declared(declared.type, props, declared.name)])
    assert CANARY not in "".join(item.message for item in said).replace("concerns: " + CANARY, "")
    assert "could not judge" not in "".join(item.message for item in said)


@pytest.mark.parametrize("role", [UNKNOWN, [], 1], ids=str)
def test_a_role_that_is_not_known_yet_is_no_crash(role: object) -> None:
    """C3: a policy is judged at a preview where only the update makes the role's name."""
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}
    props = {"role": role, "policy": {"Statement": allowed}}
    policy = Declared("aws:iam/rolePolicy:RolePolicy", props, "policy")
    assert not [item for item in started().run([policy]) if "could not judge" in item.message]


@pytest.mark.parametrize("entry", [{}, [], 7], ids=str)
def test_a_policy_that_is_not_a_name_is_unknown(entry: object) -> None:
    """C3: a Vault policy of another type is refused by the rules, and none of them fails."""
    role = {
        "roleName": "release",
        "backend": "github",
        "boundClaims": {"repository": "guild/escai", "environment": "pypi-release"},
        "tokenPolicies": [entry],
    }
    messages = [item.message for item in started().run([Declared(VAULT_JWT_ROLE, role, "role")])]
    assert any("names a policy that is not declared" in message for message in messages)
    assert not any("could not judge" in message for message in messages)


@pytest.mark.parametrize(("rule", "example"), SAMPLES)
def test_secret_values_are_never_quoted(rule: Rule, example: Example) -> None:
    """C3: with a canary in every text that is no name, no message repeats it."""
    for declared in example.resources:
        texts = [
            path
            for path in paths(declared.props)
            if isinstance(Facts(declared.props).at(*path), str)
            and path[-1] not in NAMES
            and "path" not in path  # of the YAML file: it says where
            and WEAKENED not in path  # the pack's own list: rules with their reasons and dates
        ]
        for path in texts:
            props = replaced(declared.props, path, CANARY)
            said = started(example.given).run([Declared(declared.type, props, declared.name)])
            assert CANARY not in "".join(item.message for item in said), (rule.id, path)


def test_unknown_is_neither_true_nor_false() -> None:
    """C3: a rule that forgets to ask about UNKNOWN raises, which is a finding."""
    with pytest.raises(TypeError, match="unknown"):
        bool(UNKNOWN)


@pytest.mark.parametrize("rule", [r for r in RULES if isinstance(r, ResourceRule) and not r.waits])
def test_good_resource_made_unknown_is_refused_or_does_not_matter(rule: ResourceRule) -> None:
    """C3: the properties that made a bad example good are not taken on trust when unknown."""
    for bad in rule.bad:
        declared = bad.resources[0]
        good = next(
            (g.resources[0] for g in rule.good if g.resources[0].type == declared.type), None
        )
        if good is None or bad.given or len(bad.resources) > 1:
            continue
        changed = {
            key
            for key in {*good.props, *declared.props}
            if good.props.get(key) != declared.props.get(key)
        }
        unseen = {**declared.props, **dict.fromkeys(changed, UNKNOWN)}
        said = started().run([Declared(declared.type, unseen)])
        assert ids(said), (rule.id, bad.note)  # by this rule, or by the one that asks for the block


def test_unknown_is_said_in_the_message() -> None:
    """C3: the message explains that the preview cannot see the value, and what to do."""
    rule = next(rule for rule in RULES if rule.id == "EN004")
    props = {**rule.good[0].resources[0].props, "deploymentBranchPolicy": UNKNOWN}
    said = started().analyze(Declared(rule.resource_types[0], props))
    assert ["pass a literal" in item.message for item in said] == [True]


@pytest.mark.parametrize(
    ("value", "flag"), [(True, True), ("false", False), ("TRUE", True), (None, None), (1, UNKNOWN)]
)
def test_flags_are_read_strictly(value: object, flag: object) -> None:
    """C3: a value that is no boolean is unknown, never true by accident."""
    assert Facts({"x": value}).flag("x") is flag


@pytest.mark.parametrize(
    "value", [{"a": {"b": 1}}, {"a": [{"b": 1}]}], ids=["object", "list of one"]
)
def test_blocks_are_read_in_both_shapes(value: dict[str, object]) -> None:
    """C3: a block is an object in one version of the provider and a list in another."""
    assert Facts(value).number("a", "b") == 1
    block = Facts(value).block("a")
    assert block is not None
    assert block.number("b") == 1


def test_two_blocks_where_one_belongs_are_not_guessed() -> None:
    """C3: a second block does not hide behind the first."""
    assert Facts({"a": [{"b": 1}, {"b": 0}]}).at("a", "b") is UNKNOWN
