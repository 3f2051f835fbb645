"""Releases and labels of a repository, as GraphQL shows them: gh lists them so."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name
from sandbox.graphql.connections import connection
from sandbox.graphql.objects import GitObject, of_commit
from sandbox.graphql.reading import data_of, empty, record_of
from sandbox.repositories import labels, releases
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.code import REF, Ref
from sandbox.world.kinds.repositories import LABEL, RELEASE, REPOSITORY, Label, Release, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Table
    from sandbox.world.records import AnyRecord, Record

    Arguments = dict[str, Any]


def _repository(call: Call, record: AnyRecord) -> Record[Repository]:
    found = call.world.get(REPOSITORY, record.parent)
    if found is None:
        raise AssertionError(f"{record.kind} {record.name} has no repository")
    return found


def _release(
    call: Call, repository: Record[Repository], arguments: Arguments
) -> Record[Release] | None:
    tag = arguments["tagName"]
    return next(
        (each for each in releases.visible(call, repository) if each.data["tag"] == tag), None
    )


def _releases(call: Call, repository: Record[Repository], arguments: Arguments) -> dict[str, Any]:
    found = releases.visible(call, repository)
    order = arguments.get("orderBy")
    if order:

        def key(each: Record[Release]) -> tuple[str, int]:
            by_name = order["field"] == "NAME"
            return (each.data["title"] or "") if by_name else _created(call, each, {}), each.id

        found = sorted(found, key=key, reverse=order["direction"] == "DESC")
    return connection(found, arguments)


def _created(call: Call, release: Record[Release], _: Arguments) -> str:
    return releases.created_at(call.world, _repository(call, release), release)


def _is_latest(call: Call, release: Record[Release], _: Arguments) -> bool:
    latest = releases.latest(call.world, _repository(call, release))
    return latest is not None and latest.id == release.id


def _path(call: Call, release: Record[Release], _: Arguments) -> str:
    tag = f"untagged-{release.id}" if release.data["draft"] else release.data["tag"]
    return f"/{full_name(call.world, _repository(call, release))}/releases/tag/{tag}"


def _html(call: Call, release: Record[Release], arguments: Arguments) -> str:  # noqa: ARG001 - a resolver's arguments
    return escape(release.data["body"] or "")


def _tag(call: Call, release: Record[Release], _: Arguments) -> Record[Ref] | None:
    return call.world.find(REF, f"refs/tags/{release.data['tag']}", release.parent)


def _tag_commit(call: Call, release: Record[Release], _: Arguments) -> GitObject | None:
    repository = _repository(call, release)
    commit = releases.commit_of(call.world, repository, release)
    return None if commit is None else of_commit(repository, commit)


def _labels(call: Call, repository: Record[Repository], arguments: Arguments) -> dict[str, Any]:
    found = labels.labels_of(call.world, repository)
    wanted = (arguments.get("query") or "").casefold()
    if wanted:
        found = [
            each
            for each in found
            if wanted in each.name.casefold()
            or wanted in (each.data["description"] or "").casefold()
        ]
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    if order["field"] == "CREATED_AT":
        found = sorted(found, key=lambda each: each.id)
    return connection(found[::-1] if order["direction"] == "DESC" else found, arguments)


def _label(
    call: Call, repository: Record[Repository], arguments: Arguments
) -> Record[Label] | None:
    labels.labels_of(call.world, repository)
    return call.world.find(LABEL, arguments["name"], repository.id)


def _label_path(call: Call, label: Record[Label], _: Arguments) -> str:
    return f"/{full_name(call.world, _repository(call, label))}/labels/{label.name}"


RESOLVERS: Table = {
    ("Repository", "latestRelease"): lambda call, repository, _: releases.latest(
        call.world, repository
    ),
    ("Repository", "release"): _release,
    ("Repository", "releases"): _releases,
    ("Repository", "label"): _label,
    ("Repository", "labels"): _labels,
    ("Release", "author"): record_of(USER, data_of(RELEASE, lambda it: it["author"])),
    ("Release", "mentions"): empty,
    ("Release", "createdAt"): _created,
    ("Release", "description"): data_of(RELEASE, lambda it: it["body"]),
    ("Release", "descriptionHTML"): _html,
    ("Release", "shortDescriptionHTML"): _html,
    ("Release", "isDraft"): data_of(RELEASE, lambda it: it["draft"]),
    ("Release", "isLatest"): _is_latest,
    ("Release", "isPrerelease"): data_of(RELEASE, lambda it: it["prerelease"]),
    ("Release", "name"): data_of(RELEASE, lambda it: it["title"]),
    ("Release", "publishedAt"): data_of(
        RELEASE, lambda it: None if it["draft"] else it["published_at"]
    ),
    ("Release", "repository"): lambda call, release, _: _repository(call, release),
    ("Release", "resourcePath"): _path,
    ("Release", "url"): lambda call, release, _: f"{call.host}{_path(call, release, {})}",
    ("Release", "tag"): _tag,
    ("Release", "tagCommit"): _tag_commit,
    ("Release", "tagName"): data_of(RELEASE, lambda it: it["tag"]),
    ("Release", "updatedAt"): lambda _call, release, _: release.updated_at,
    ("Release", "viewerCanReact"): lambda call, _release, _: call.actor.user is not None,
    ("Label", "color"): data_of(LABEL, lambda it: it["color"]),
    ("Label", "description"): data_of(LABEL, lambda it: it["description"]),
    ("Label", "isDefault"): lambda _call, label, _: labels.is_default(label),
    ("Label", "name"): lambda _call, label, _: label.name,
    ("Label", "repository"): lambda call, label, _: _repository(call, label),
    ("Label", "resourcePath"): _label_path,
    ("Label", "url"): lambda call, label, _: f"{call.host}{_label_path(call, label, {})}",
    ("Label", "updatedAt"): lambda _call, label, _: label.updated_at,
}
