"""Mistakes in sources, kinds, custom properties and selections, one a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    LEVEL,
    MAIN,
    PUBLISH,
    TOKEN,
    WEB,
    Case,
    reported,
)
from tests.components.declaration.sound import mistakes, places, replaced, written
from tests.support.tokens import npm_token, pypi_token

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "{config: token}"


def section(text: str) -> str:
    """A section behind `protection`."""
    return f"{MAIN}\n{text}"


def refers(reference: str) -> str:
    """The sound secret with another reference, in which the mistake is."""
    return TOKEN.replace("from: {config: token}", f"»from: {reference}")


CASES = (
    # references
    Case("path", SOURCE, "{»vault: ci, key: a}", "`vault`", "such as ci/codecov"),
    Case("ESC's path", SOURCE, "{»esc: ci, key: a}", "`esc`", "project/environment"),
    Case("AWS' path", SOURCE, "{»aws: 'ssm:'}", "`aws`", "ssm:/path of a parameter"),
    Case("variable", SOURCE, "{»env: A-B}", "`env`", "the variable's name"),
    Case("version", SOURCE, "{aws: a, »version: 'a b'}", "`version`", "such as '7'"),
    Case("version as a number", SOURCE, "{aws: a, »version: 7}", "a text (in quotes"),
    Case("token for a key", SOURCE, f"{{vault: ci/a, »key: {npm_token()}}}", "`key`", "never the"),
    Case("token for a path", SOURCE, f"{{»aws: {pypi_token('a')}}}", "`aws`", "a secret's name"),
    Case("unknown source", SOURCE, "{»vualt: ci/a, key: a, config: b}", "`vault`?", "aws, config"),
    Case("key of one value", TOKEN, refers("{config: a, key: b}"), "one value and no versions"),
    Case("version of one value", TOKEN, refers("{env: A, version: '1'}"), "no versions"),
    Case("no key in Vault", TOKEN, refers("{vault: ci/a}"), "the value under the vault path"),
    Case("no key in ESC", TOKEN, refers("{esc: a/b}"), "the value under the esc path"),
    Case("two sources", TOKEN, refers("{vault: ci/a, aws: a, key: b}"), "one source", "esc, vault"),
    Case(
        "version in Vault",
        TOKEN,
        refers("{vault: ci/a, key: b, version: v7}"),
        "a number in quotes",
    ),
    # sources
    Case(
        "address in the open",
        MAIN,
        section("sources: {vault: {»address: 'http://vault.acme.example'}}"),
        "`address`",
        "http on this machine only",
    ),
    Case(
        "login in an address",
        MAIN,
        section("sources: {esc: {organization: a, »host: 'https://a:b@esc'}}"),
        "`host`",
        "https://host",
    ),
    Case("region", MAIN, section("sources: {aws: {»region: Frankfurt}}"), "`region`", "a region"),
    Case("no ESC organization", MAIN, section("sources: {»esc: {}}"), "`organization` is missing"),
    Case("mount", MAIN, section("sources: {vault: {mounts: {»kv: 3}}}"), "is not known", "1, 2"),
    Case("token", MAIN, section("sources: {vault: {»token: s3cret}}"), "is not a field", "approle"),
    Case(
        "secret id",
        MAIN,
        section("sources: {vault: {approle: {role_id: r, »secret_id: s3cret}}}"),
        "`secret_id` is not a field",
        "mount, role_id",
    ),
    Case(
        "two logins",
        MAIN,
        section("sources: {»vault: {approle: {role_id: r}, jwt: {role: r}}}"),
        "give one login",
        "approle, jwt",
    ),
    # kinds
    Case("kind", TOKEN, TOKEN[:-1] + ", »kind: pypi_token}", "mean `pypi-token`?", "opaque"),
    Case(
        "registry",
        TOKEN,
        TOKEN[:-1] + ", kind: pypi-token, »registry: pypy}",
        "did you mean `pypi`?",
        "testpypi",
    ),
    Case(
        "project's name",
        TOKEN,
        TOKEN[:-1] + ", kind: pypi-token, »project: -a}",
        "`project`",
        "beginning and ending with a letter",
    ),
    Case(
        "project of no PyPI token",
        "TOKEN: " + TOKEN,
        "»TOKEN: " + TOKEN[:-1] + ", kind: npm-token, project: app}",
        "are for kind: pypi-token",
    ),
    Case(
        "kind of a registry's token",
        PUBLISH,
        PUBLISH.replace(
            "app,",
            "app, auth: hybrid, tokens: {testpypi: {from: {config: t}}, "
            "pypi: {from: {config: x}, »kind: opaque}},",
        ),
        "`kind` is not a field",
        "from, name, rotate_every",
    ),
    # custom properties
    Case(
        "its name",
        MAIN,
        section("properties: {»a b: {type: string}}"),
        "the name `a b`",
        "at most 75",
    ),
    Case(
        "its type",
        MAIN,
        section("properties: {t: {»type: single-select}}"),
        "mean `single_select`?",
    ),
    Case("select of nothing", MAIN, section("properties: {»t: {}}"), "two `select` types"),
    Case(
        "default",
        MAIN,
        section("properties: {»t: {allowed: [a], default: b}}"),
        "the default is not one of",
    ),
    Case("no values", WEB, "  web: {properties: {»t: []}}", "too few items", "at least 1 item"),
    Case("unknown property", WEB, "  web: {properties: {»t: a}}", "no such property", "none is"),
    # selections
    Case(
        "selection of nothing",
        TOKEN,
        TOKEN.replace("[app]", "{»properties: {}}"),
        "too few items",
        "at least 1 item",
    ),
    Case(
        "selection by something else",
        TOKEN,
        TOKEN.replace("visible_to: [app]", "»visible_to: {»names: [app]}"),
        "`properties` is missing",
        "Names of properties",
    ),
    Case(
        "selection by text", LEVEL, "{value: a, »visible_to: app}", "`visible_to`", "all, private"
    ),
    Case("pattern", TOKEN, TOKEN.replace("app", "»'a b'"), "item 1 of `visible_to`", "as web-*"),
    Case(
        "pattern without use",
        TOKEN,
        TOKEN.replace("[app]", "[app, »lib-*]"),
        "no repository of this organization matches",
        "app, web",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_mistake_is_reported_with_its_place_and_what_is_allowed(
    case: Case, tmp_path: Path
) -> None:
    """Each mistake is answered by its place, what it is and what is allowed; no token is quoted."""
    message = str(reported(case, tmp_path))
    assert [each for each in (npm_token(), pypi_token("a"), "s3cret") if each in message] == []


@pytest.mark.parametrize("value", ["»t: 7", "»t: {a: b}", "t: [»[a]]", "»t: true", "t: [a, »7]"])
def test_a_property_s_value_of_another_kind_is_reported_once(value: str, tmp_path: Path) -> None:
    """A text or a list of texts: what fits neither is one mistake, at its place."""
    text, marked = places(replaced((WEB, f"  web: {{properties: {{{value}}}}}")))
    (found,) = mistakes(written(tmp_path, text))
    assert [str(found.place)] == marked
    assert "has to be a text" in found.what
