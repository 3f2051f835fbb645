"""How a rule judges workflow files: one file, or a workflow with the local files that it calls."""

from abc import abstractmethod
from collections.abc import Iterator
from itertools import chain
from typing import ClassVar
from weakref import WeakKeyDictionary

from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.calls import action_as_workflow
from portcullis_policy.semantics.workflow_files.files import (
    action_path,
    at_lines,
    named,
    runs,
    uncalled_actions,
    workflow_path,
)
from portcullis_policy.semantics.workflow_files.workflows import (
    Workflow,
    read,
)
from portcullis_policy.settings import Settings


class WorkflowRule(ResourceRule, abstract=True):
    """The base of the rules that judge one workflow file."""

    resource_types = (gh.REPOSITORY_FILE,)
    of_actions: ClassVar[bool] = False
    """The rule judges the repository's own actions (`action.yml`), too."""

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule. A file that cannot be read is Readable's business."""
        path, content = workflow_path(resource), resource.facts.text("content")
        workflow = read(content) if path is not None and isinstance(content, str) else None
        if path is None and self.of_actions and isinstance(content, str):
            path = action_path(resource)
            workflow = action_as_workflow(content) if path is not None else None
        if workflow is not None and path is not None:
            yield from at_lines(resource, path, self.lines(workflow, settings))

    @abstractmethod
    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """Yield the lines on which the rule does not hold, with what is wrong."""


class RunRule(StackRule, abstract=True):
    """The base of the rules that judge a workflow together with the local files that it calls."""

    resource_types: ClassVar[tuple[str, ...]] = (gh.REPOSITORY_FILE,)
    of_actions: ClassVar[bool] = False
    """The rule judges the repository's own actions (`action.yml`), too, if nothing uses them."""
    _known: ClassVar[WeakKeyDictionary[Workflow, dict[str, tuple[tuple[int, str], ...]]]] = (
        WeakKeyDictionary()
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. A file that cannot be read is Readable's business."""
        del settings
        for item in chain(runs(stack), uncalled_actions(stack) if self.of_actions else ()):
            path = workflow_path(item.resource) or action_path(item.resource)
            if item.workflow is not None and path is not None:
                found = self._said(item.workflow)
                yield from at_lines(item.resource, path, found, item.resource.urn)

    def _said(self, workflow: Workflow) -> tuple[tuple[int, str], ...]:
        """Return what is wrong with a workflow, worked out once."""
        known = self._known.setdefault(workflow, {})
        if self.id not in known:
            known[self.id] = tuple(named(self.lines(workflow), workflow))
        return known[self.id]

    @abstractmethod
    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """Yield the lines on which the rule does not hold, with what is wrong."""
