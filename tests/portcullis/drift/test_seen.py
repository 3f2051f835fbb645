"""What the last update saw is no news; what changed since is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from components.stack import SEEN, SEEN_OUTPUT
from portcullis.drift.seen import Seen, keep, note_owners, of_state
from portcullis.live.asking import Unread
from portcullis.live.compare import Drift
from portcullis.live.resource import Gap, Live, LiveResource

if TYPE_CHECKING:
    from pulumi import automation

HOOK: dict[str, Any] = {
    "number": 7,
    "address": "https://x.example/a",
    "active": True,
    "events": ["push", "fork"],
    "configuration": {"url": "https://x.example/a?token=canary", "insecureSsl": False},
}


class _Workspace:
    env_vars: dict[str, str]

    def __init__(self) -> None:
        self.env_vars = {"KEPT": "yes"}


class _Stack:
    def __init__(self) -> None:
        self.workspace = _Workspace()

    @property
    def noted(self) -> Any:  # noqa: ANN401 - any JSON
        """What the next update will note."""
        return json.loads(self.workspace.env_vars[SEEN])


@pytest.fixture
def stack() -> automation.Stack:
    """A stack, as far as it matters."""
    return _Stack()  # type: ignore[return-value] # only its variables are set


def thing(kind: str, name: str, /, **inputs: object) -> Drift:
    """Something that nobody declared."""
    return Drift("undeclared", kind, name, live=LiveResource(kind, name, "1", inputs))


def owner(login: str, **more: object) -> Drift:
    """An owner."""
    return thing("Membership", login, username=login, role="admin", **more)


def after(stack: automation.Stack, before: Seen, live: Live, *found: Drift) -> Seen:
    """Return what is known after an update that saw ``found``."""
    before.note(stack, live, found)
    resource = {"type": "pulumi:pulumi:Stack", "outputs": {SEEN_OUTPUT: stack.noted}}  # type: ignore[attr-defined] # the double
    return of_state({"deployment": {"resources": [resource]}})


def test_each_field_of_a_thing_counts(stack: automation.Stack) -> None:
    """Promise: a change of events, of SSL or of the address is news; order and secrets are not."""
    hook = thing("OrganizationWebhook", "x", **HOOK)
    seen = after(stack, Seen(), Live("acme", owners={"ana"}), hook, owner("ana"))
    assert seen.news(hook) == "known"
    assert seen.news(thing("OrganizationWebhook", "x", **HOOK | {"events": ["fork", "push"]})) == (
        "known"
    )
    for change in (
        {"events": ["*"]},
        {"active": False},
        {"address": "https://y.example/a"},
        {"configuration": {"url": "", "insecureSsl": True}},
    ):
        assert seen.news(thing("OrganizationWebhook", "x", **HOOK | change)) == "changed"
    assert seen.news(thing("OrganizationWebhook", "x", **HOOK | {"number": 8})) == "new"
    assert "canary" not in json.dumps(stack.workspace.env_vars)
    assert stack.workspace.env_vars["KEPT"] == "yes"


def test_permissions_of_an_app_count() -> None:
    """Promise: an App that got more permissions or more repositories is news."""
    app = {"appId": 1, "permissions": {"contents": "read"}, "repositorySelection": "selected"}
    stack: Any = _Stack()
    seen = after(stack, Seen(), Live("acme"), thing("AppInstallation", "bot", **app))
    assert seen.news(thing("AppInstallation", "bot", **app)) == "known"
    for more in ({"permissions": {"contents": "write"}}, {"repositorySelection": "all"}):
        assert seen.news(thing("AppInstallation", "bot", **app | more)) == "changed"


def test_owners(stack: automation.Stack) -> None:
    """Promise: owners are no news until they change; the first update notes them."""
    assert Seen().news(owner("eve")) == "known"
    note_owners(stack, ["ana"])
    seen = after(stack, Seen(frozenset({"ana"})), Live("acme", owners={"ana"}), owner("Ana"))
    assert seen.news(owner("Ana")) == "known"
    assert seen.news(owner("eve")) == "new"
    assert seen.news(owner("ana", pending=True)) == "new"
    lost = list(seen.lost_owners(Live("acme", owners={"eve"})))
    assert [(each.what, each.name) for each in lost] == [("missing", "ana")]
    assert not list(seen.lost_owners(Live("acme")))  # they are hidden


def test_what_is_hidden_now_stays_known(stack: automation.Stack) -> None:
    """Promise: a run that may not read something does not make it news for the next one."""
    hook = thing("OrganizationWebhook", "x", **HOOK)
    seen = after(stack, Seen(), Live("acme", owners={"ana"}), hook)
    gap = Gap("webhooks", ("OrganizationWebhook",), None, Unread(403))
    seen = after(stack, seen, Live("acme", gaps=[gap]))
    assert seen.news(hook) == "known"
    assert seen.news(owner("ana")) == "known"
    seen = after(stack, seen, Live("acme", owners={"ana"}))
    assert seen.news(hook) == "new"


def test_a_run_without_the_check_keeps_it(stack: automation.Stack) -> None:
    """Promise: `--no-live` does not forget what was seen; a stack without a note has none."""
    keep(stack, {"deployment": {"resources": []}})
    assert SEEN not in stack.workspace.env_vars
    noted = {"owners": ["ana"], "others": []}
    resource = {"type": "pulumi:pulumi:Stack", "outputs": {SEEN_OUTPUT: noted}}
    keep(stack, {"deployment": {"resources": [resource]}})
    assert stack.noted == noted  # type: ignore[attr-defined] # the double
