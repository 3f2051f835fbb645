"""The repositories that see an organization's secret or variable: the same routes for both.

Source: https://docs.github.com/rest/actions/secrets and https://docs.github.com/rest/actions/variables
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api import fields
from sandbox.api.errors import conflict
from sandbox.api.http import NO_CONTENT
from sandbox.secrets import holders

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call, Response
    from sandbox.api.routing import Routes
    from sandbox.secrets.holders import Level
    from sandbox.world.kinds.actions import Shared
    from sandbox.world.records import Record


def add_routes(
    routes: Routes, level: Level, one: str, find: Callable[[Call], Record[Shared]]
) -> None:
    """Add the routes below the item's path `one`; `find` reads the item that a call names."""

    def chosen(call: Call) -> Record[Shared]:
        record = find(call)
        if record.data["visibility"] != "selected":
            kind = "variable" if "variable" in record.kind else "secret"
            raise conflict(f"Visibility of this {kind} is not set to selected repositories")
        return record

    def choose(call: Call, record: Record[Shared], ids: list[int]) -> Response:
        call.world.change(record, selected_repository_ids=holders.checked_ids(call, ids))
        return NO_CONTENT

    @routes.get(f"{one}/repositories", needs=level.reads)
    def list_selected(call: Call) -> Response:
        return holders.page_of_repositories(call, chosen(call).data["selected_repository_ids"])

    @routes.put(f"{one}/repositories", needs=level.writes)
    def set_selected(call: Call) -> Response:
        found = fields.body(call, **{"selected_repository_ids!": "integers"})
        return choose(call, chosen(call), found["selected_repository_ids"])

    @routes.put(f"{one}/repositories/{{repository_id}}", needs=level.writes)
    def add_selected(call: Call) -> Response:
        record = chosen(call)
        ids = [*record.data["selected_repository_ids"], call.integer("repository_id")]
        return choose(call, record, ids)

    @routes.delete(f"{one}/repositories/{{repository_id}}", needs=level.writes)
    def remove_selected(call: Call) -> Response:
        record = chosen(call)
        gone = call.integer("repository_id")
        kept = [number for number in record.data["selected_repository_ids"] if number != gone]
        call.world.change(record, selected_repository_ids=kept)
        return NO_CONTENT
