"""Which secret is rotated, where its new value goes, what depends on it, and what is refused."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.organization import OrganizationConfig
from components.secrets.kind import Kind
from components.secrets.secret import Store
from portcullis.project import UserError
from portcullis.secrets.rotation import GENERATED_BYTES, ISSUERS, find
from tests.components.declaration.resolved import resolved
from tests.portcullis.secrets.states import noted, state
from tests.support.tokens import TEST_PYPI, npm_token, pypi_token

if TYPE_CHECKING:
    from components.organization import ResolvedOrganization
    from portcullis.secrets.rotation import Rotation

CANARY = "canary-that-no-message-may-quote"


def organization(
    *,
    tool: dict[str, Any] | None = None,
    gate: dict[str, Any] | None = None,
    lib: dict[str, Any] | None = None,
    **secrets: Any,  # noqa: ANN401 - any YAML
) -> ResolvedOrganization:
    """An organization with these secrets of its own, of two repositories and an environment."""
    return resolved(
        OrganizationConfig.model_validate(
            {
                "organization": "acme",
                "plan": "enterprise",
                "settings": {"display_name": "Acme", "billing_email": "a@acme.example"},
                "repositories": {
                    "tool": {
                        "secrets": tool or {},
                        "environments": {"gate": {"secrets": gate or {}}},
                    },
                    "lib": {"secrets": lib or {}},
                },
                "secrets": secrets,
            }
        )
    )


def of(**reference: str) -> dict[str, Any]:
    """A secret as YAML has it, from this source."""
    return {"from": reference}


def one(**more: Any) -> Rotation:  # noqa: ANN401 - any YAML
    """The rotation of the only secret, of the repository tool."""
    secret = {"from": {"config": "token"}, **more}
    return find(organization(tool={"TOKEN": secret}), "TOKEN")


def paths(rotation: Rotation) -> list[str]:
    """Where its dependents stand in the YAML."""
    return [".".join(map(str, each.path)) for each in rotation.dependents]


@pytest.mark.parametrize(
    "name", ["TOKEN", "token", "repositories.tool.environments.gate.secrets.TOKEN"]
)
def test_a_secret_is_found_by_its_name_or_its_place(name: str) -> None:
    """GitHub's names know no small letters; a place is written as messages show it."""
    config = organization(gate={"TOKEN": of(config="a")}, tool={"OTHER": of(config="b")})
    found = find(config, name)
    assert paths(found) == ["repositories.tool.environments.gate.secrets.TOKEN"]
    assert found.reference.config == "a"


@pytest.mark.parametrize("name", ["TOK", "", "repositories.tool", "secrets.TOKEN", "TOKEN "])
def test_a_part_of_a_name_is_none(name: str) -> None:
    """A new value never goes to a secret that only looks like the one that was named."""
    with pytest.raises(UserError, match="no secret of acme is called"):
        find(organization(tool={"TOKEN": of(config="a")}), name)


def test_the_nearest_name_is_offered() -> None:
    """And where none is near, all are; and where there is none, that."""
    config = organization(tool={"CODECOV_TOKEN": of(config="a"), "PYPI": of(config="b")})
    with pytest.raises(UserError, match=r"called CODECOV_TOKE; did you mean CODECOV_TOKEN\?"):
        find(config, "CODECOV_TOKE")
    with pytest.raises(UserError, match="declared: CODECOV_TOKEN, PYPI"):
        find(config, "x")
    with pytest.raises(UserError, match="declared: none"):
        find(organization(), "x")


def test_several_of_one_name_have_to_be_told_apart() -> None:
    """Each with its place and its source; by its place one is found, and it alone."""
    config = organization(
        TOKEN={**of(config="a"), "visible_to": "all"},
        tool={"TOKEN": of(config="b")},
        gate={"TOKEN": of(config="b")},
    )
    with pytest.raises(UserError) as raised:
        find(config, "TOKEN")
    assert str(raised.value) == (
        "several secrets are called TOKEN, each with a value of its own; name one by its place:\n"
        "  secrets.TOKEN  (config a)\n"
        "  repositories.tool.secrets.TOKEN  (config b)\n"
        "  repositories.tool.environments.gate.secrets.TOKEN  (config b)"
    )
    assert paths(find(config, "secrets.TOKEN")) == ["secrets.TOKEN"]


def test_all_that_share_a_reference_depend_on_it() -> None:
    """Under whatever name, in whatever scope; a name that they share is no ambiguity."""
    config = organization(
        ONE={**of(vault="kv/a", key="x"), "visible_to": "all"},
        tool={"TWO": of(vault="kv/a", key="x"), "THREE": of(vault="kv/a", key="y")},
        gate={"TWO": of(vault="kv/a", key="x")},
        lib={"FOUR": of(vault="kv/b", key="x")},
    )
    wanted = [
        "secrets.ONE",
        "repositories.tool.secrets.TWO",
        "repositories.tool.environments.gate.secrets.TWO",
    ]
    assert paths(find(config, "ONE")) == wanted
    assert paths(find(config, "TWO")) == wanted


def test_tokens_of_a_release_path_are_found() -> None:
    """They stand below `publish`, and not among the secrets."""
    data = organization(lib={}).config.model_dump(by_alias=True, exclude_unset=True)
    data["teams"] = {"a": {"members": ["ana"]}, "b": {"members": ["ben"]}}
    data["repositories"]["tool"]["publish"] = [
        {
            "python": "acme-tool",
            "auth": "hybrid",
            "approvers": ["a", "b"],
            "tokens": {"testpypi": of(config="test"), "pypi": of(config="live")},
        }
    ]
    found = find(resolved(OrganizationConfig.model_validate(data)), "PYPI_API_TOKEN")
    assert paths(found) == ["repositories.tool.publish.0.tokens.pypi"]
    assert found.kind == "pypi-token"
    found.check(pypi_token("acme-tool"))
    for wrong in (pypi_token("other"), pypi_token(None), pypi_token("acme-tool", domain=TEST_PYPI)):
        with pytest.raises(UserError, match="nothing was changed: the token is"):
            found.check(wrong)


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ({"config": "aToken"}, ("config", "", "aToken")),
        ({"vault": "kv/team/app", "key": "x.y"}, ("vault", "kv/team/app", "x.y")),
        ({"esc": "shared/app", "key": "group.x"}, ("esc", "shared/app", "group.x")),
        ({"aws": "app/token"}, ("aws", "app/token", "")),
        ({"aws": "app/all", "key": "x"}, ("aws", "app/all", "x")),
        ({"aws": "ssm:/app/token"}, ("ssm", "/app/token", "")),
        ({"aws": "ssm:token"}, ("ssm", "token", "")),
    ],
)
def test_a_value_goes_where_its_reference_reads_it(
    reference: dict[str, str], place: tuple[str, str, str]
) -> None:
    """Destination, path and key of each source (S16, G9)."""
    assert one(**of(**reference)).place() == place


@pytest.mark.parametrize(
    "reference",
    [
        {"vault": "kv/app", "key": "x", "version": "7"},
        {"esc": "shared/app", "key": "x", "version": "stable"},
        {"aws": "app/token", "version": "abc"},
        {"aws": "ssm:/app/token", "version": "3"},
    ],
)
def test_a_pinned_version_is_refused(reference: dict[str, str]) -> None:
    """A new value would not be the one that is read; the text says which and what to do."""
    with pytest.raises(UserError, match=f"is pinned to version {reference['version']}: take"):
        one(**of(**reference)).place()


def test_a_variable_of_the_run_is_refused() -> None:
    """Nothing outlives the run that could be written to."""
    with pytest.raises(UserError, match="env A_TOKEN is a variable of the run: set it where"):
        one(**of(env="A_TOKEN")).place()


def test_a_pinned_reference_does_not_depend_on_the_newest() -> None:
    """It is another reference: its value stays."""
    config = organization(
        tool={
            "NEWEST": of(vault="kv/a", key="x"),
            "PINNED": of(vault="kv/a", key="x", version="3"),
        }
    )
    assert paths(find(config, "NEWEST")) == ["repositories.tool.secrets.NEWEST"]


JSON_OBJECT = {
    "WHOLE": of(aws="app/all"),
    "OLD": of(aws="app/all", version="abc"),
    "PART": of(aws="app/all", key="x"),
    "OTHER": of(aws="app/all", key="y"),
    "APART": of(aws="app", key="x"),
}


def test_a_whole_that_others_read_keys_of_is_refused() -> None:
    """One text in the place of a JSON object would lose the others' values."""
    with pytest.raises(UserError) as raised:
        find(organization(tool=JSON_OBJECT), "WHOLE")
    assert str(raised.value) == (
        "aws app/all is a JSON object, and a new one would lose the values of others; "
        "rotate each of its keys:\n"
        "  repositories.tool.secrets.PART  (aws app/all x)\n"
        "  repositories.tool.secrets.OTHER  (aws app/all y)"
    )


def test_a_part_takes_the_whole_along() -> None:
    """Who has the whole object gets the new one; other keys and pinned versions do not."""
    found = find(organization(tool=JSON_OBJECT), "PART")
    assert paths(found) == ["repositories.tool.secrets.PART"]
    resources = [
        noted("ActionsSecret", f"tool/actions/{name}", repository="tool") for name in JSON_OBJECT
    ]
    names = [urn.rpartition("/")[2] for urn in found.urns(state(*resources))]
    assert sorted(names) == ["PART", "WHOLE"]


def test_every_target_on_github_gets_it_and_no_other() -> None:
    """Each store of each scope; not the same name elsewhere, and not what is not there yet."""
    stores = list(get_args(Store))
    shared = of(config="a")
    config = organization(
        TOKEN={**shared, "visible_to": "all", "stores": stores},
        tool={"TOKEN": {**shared, "stores": stores}},
        gate={"TOKEN": shared},
        lib={"NEW": shared, "OTHER": of(config="b")},
    )
    targets = [
        *((f"{store.title()}OrganizationSecret", f"{store}/TOKEN") for store in stores),
        *((f"{store.title()}Secret", f"tool/{store}/TOKEN") for store in stores),
        ("ActionsEnvironmentSecret", "tool/gate/TOKEN"),
    ]
    others = [
        ("ActionsSecret", "lib/actions/OTHER"),
        ("ActionsSecret", "lib/actions/TOKEN"),
        ("ActionsEnvironmentSecret", "lib/gate/TOKEN"),
        ("ActionsVariable", "tool/actions/TOKEN"),
    ]
    resources = [noted(kind, name) for kind, name in (*targets, *others)]
    found = find(config, "TOKEN").urns(state(*resources))
    assert found == [each["urn"] for each in resources[: len(targets)]]


def test_nothing_on_github_yet_is_nothing_to_update() -> None:
    """Before the first `up` the state has no secret."""
    assert one().urns({}) == []


def test_a_generated_value_is_long_random_and_safe_anywhere() -> None:
    """Letters, digits, - and _: no shell, URL or YAML takes them for something else."""
    made = {one().generated() for _ in range(50)}
    assert len(made) == 50
    for value in made:
        assert set(value) <= set(string.ascii_letters + string.digits + "-_")
        assert len(value) * 6 >= GENERATED_BYTES * 8


@pytest.mark.parametrize("kind", sorted(ISSUERS))
def test_what_only_its_issuer_makes_is_not_generated(kind: str) -> None:
    """The text says who makes it."""
    with pytest.raises(UserError, match=f"a {kind} is made by its issuer: .*; leave --generate"):
        one(kind=kind).generated()


def test_every_kind_but_opaque_has_an_issuer() -> None:
    """A new kind cannot be generated by oversight."""
    assert set(ISSUERS) == set(get_args(Kind)) - {"opaque"}


def test_the_strictest_kind_of_all_dependents_counts() -> None:
    """One that says what it is, is enough: the value is checked, and not generated."""
    config = organization(tool={"A": of(config="a"), "B": {**of(config="a"), "kind": "npm-token"}})
    found = find(config, "A")
    assert found.kind == "npm-token"
    with pytest.raises(UserError, match="leave --generate out"):
        found.generated()
    with pytest.raises(UserError, match="nothing was changed: the value is no npm token"):
        found.check(CANARY)
    found.check(npm_token())


@given(
    st.sampled_from(sorted(ISSUERS)),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=":"), max_size=40),
)
def test_a_wrong_value_is_refused_without_a_word_of_it(kind: str, text: str) -> None:
    """Anyone who sees the message learns nothing of the value (R7).

    Text without a colon: a token of Maven Central is any two texts with a colon between them.
    """
    value = f"{CANARY}{text}"
    with pytest.raises(UserError, match=r"^nothing was changed: ") as raised:
        one(kind=kind).check(value)
    assert CANARY not in str(raised.value)
    assert raised.value.__cause__ is None


def test_an_empty_value_is_refused() -> None:
    """Standard input was empty: the secret is not emptied."""
    with pytest.raises(UserError, match="nothing was changed: the new value is empty"):
        one().check("")


def test_a_value_that_github_does_not_take_is_refused() -> None:
    """Before it is written to a source that would take it."""
    with pytest.raises(UserError, match="longer than 48 KB"):
        one().check("x" * (48 * 1024 + 1))
    one().check("x" * 48 * 1024)
    with pytest.raises(UserError, match="not UTF-8"):
        one().check("\udc80")
