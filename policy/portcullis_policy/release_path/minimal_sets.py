"""The smallest sets of actors that make a goal true, from ground Horn clauses.

Each capability keeps an antichain: the sets that suffice for it, none of which contains another.
Sets are found smallest first, so one that is kept is never replaced, and cycles of clauses need no
special care: a derivation uses only sets that were kept before. A set is a bit mask of actors.

A clause with many premises becomes a chain of clauses with two, so that one step joins at most two
antichains. Two bounds keep the time small: `limit` sets a capability, `largest` actors a set. An
answer that a bound may have touched says that it is not complete.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from portcullis_policy.release_path.derivation import Actor, Answer, Capability, Clause, Way

LIMIT = 300
"""How many sets are kept for each capability."""

LARGEST = 8
"""How many actors a set may have."""

_Set = tuple[int, int]
"""A node, and the mask of a set that suffices for it."""

_Offer = tuple[int, int, tuple[int, ...]]
"""A rule, the mask of a set that suffices for its conclusion, and those of its premises."""


def minimal_sets(
    clauses: Iterable[Clause], goal: Capability, *, limit: int = LIMIT, largest: int = LARGEST
) -> Answer:
    """Return the smallest sets of actors that suffice for a goal.

    Args:
        clauses: in any order; cycles are allowed.
        goal: what is asked for.
        limit: how many sets are kept for each capability.
        largest: how many actors a set may have.
    """
    return minimal_sets_of(clauses, (goal,), limit=limit, largest=largest)[goal]


def minimal_sets_of(
    clauses: Iterable[Clause],
    goals: Iterable[Capability],
    *,
    limit: int = LIMIT,
    largest: int = LARGEST,
) -> dict[Capability, Answer]:
    """Return the answers to several goals; what they share is derived once.

    Args:
        clauses: in any order; cycles are allowed.
        goals: what is asked for.
        limit: how many sets are kept for each capability.
        largest: how many actors a set may have.
    """
    asked = tuple(dict.fromkeys(goals))
    search = _Search(_Graph.of(_relevant(clauses, asked), asked), limit, largest)
    search.run()
    return {goal: search.answer(goal) for goal in asked}


def _relevant(clauses: Iterable[Clause], goals: Sequence[Capability]) -> list[Clause]:
    """Return the clauses that a goal can depend on, in a stable order, each once."""
    by_conclusion: dict[Capability, list[Clause]] = defaultdict(list)
    for clause in dict.fromkeys(clauses):
        by_conclusion[clause.conclusion].append(clause)
    seen = set(goals)
    waiting = list(goals)
    found = []
    while waiting:
        for clause in by_conclusion.get(waiting.pop(), ()):
            found.append(clause)
            new = [each for each in dict.fromkeys(clause.premises) if each not in seen]
            seen.update(new)
            waiting += new
    return sorted(found, key=_order)


def _order(clause: Clause) -> tuple[object, ...]:
    """Return a key that does not depend on the order in which clauses were given."""
    return (
        _capability_order(clause.conclusion),
        clause.step,
        sorted(clause.actors),
        [_capability_order(premise) for premise in clause.premises],
        clause.source,
    )


def _capability_order(capability: Capability) -> tuple[object, ...]:
    holder = capability.holder
    return (
        capability.verb,
        capability.target,
        () if holder is None else (holder.kind, holder.name),
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """A clause with at most two premises, by number."""

    conclusion: int
    premises: tuple[int, ...]
    actors: int
    clause: Clause | None
    """None: a link in the chain of a clause with many premises."""


@dataclass(slots=True)
class _Graph:
    """Clauses by number of node, each with at most two premises."""

    actors: tuple[Actor, ...]
    nodes: dict[object, int] = field(default_factory=dict)
    """Capabilities, and pairs of nodes that a chain joins."""
    rules: list[_Rule] = field(default_factory=list)
    using: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Rules by node of a premise."""

    @classmethod
    def of(cls, clauses: Sequence[Clause], goals: Sequence[Capability]) -> "_Graph":
        """Return the graph of some clauses."""
        graph = cls(tuple(sorted({actor for each in clauses for actor in each.actors})))
        bits = {actor: 1 << number for number, actor in enumerate(graph.actors)}
        for goal in goals:
            graph._node(goal)
        for clause in clauses:
            mask = sum(bits[actor] for actor in clause.actors)
            premises = graph._joined(tuple(dict.fromkeys(clause.premises)))
            graph._add(_Rule(graph._node(clause.conclusion), premises, mask, clause))
        return graph

    def _node(self, key: object) -> int:
        return self.nodes.setdefault(key, len(self.nodes))

    def _joined(self, premises: tuple[Capability, ...]) -> tuple[int, ...]:
        """Return at most two nodes that hold together exactly if all premises hold."""
        if not premises:
            return ()
        joined = self._node(premises[0])
        for count in range(2, len(premises)):
            pair = (joined, self._node(premises[count - 1]))
            known = pair in self.nodes
            joined = self._node(pair)
            if not known:
                self._add(_Rule(joined, pair, 0, None))
        return (joined, self._node(premises[-1])) if len(premises) > 1 else (joined,)

    def _add(self, rule: _Rule) -> None:
        for premise in rule.premises:
            self.using[premise].append(len(self.rules))
        self.rules.append(rule)


@dataclass(slots=True)
class _Search:
    """Sets of actors, found smallest first."""

    graph: _Graph
    limit: int
    largest: int
    turns: list[tuple[int, int]] = field(default_factory=list)
    """A heap of the sizes of sets and numbers of steps that wait."""
    waiting: dict[tuple[int, int], list[_Offer]] = field(default_factory=dict)
    """Sets that may be kept, by turn, in the order of discovery."""
    kept: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The antichain of each node, smallest first."""
    because: dict[_Set, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    """The rule and the sets of its premises that a kept set was derived from."""
    steps: dict[_Set, int] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)
    """Nodes where a bound dropped a set."""

    def run(self) -> None:
        """Derive until nothing new follows."""
        for number, rule in enumerate(self.graph.rules):
            if not rule.premises:
                self._offer(number, rule.actors, 0, ())
        while self.turns:
            turn = heappop(self.turns)
            for number, mask, parts in self.waiting[turn]:  # grows on the way: links take no step
                self._keep(turn[1], number, mask, parts)
            del self.waiting[turn]

    def _keep(self, steps: int, number: int, mask: int, parts: tuple[int, ...]) -> None:
        """Keep a set whose turn it is, unless a subset is kept, and offer what follows."""
        node = self.graph.rules[number].conclusion
        if self._has(node, mask):
            return
        if len(self.kept[node]) >= self.limit:
            self.cut.add(node)
            return
        self.kept[node].append(mask)
        self.because[node, mask] = (number, parts)
        self.steps[node, mask] = steps
        for using in self.graph.using.get(node, ()):
            self._extend(using, node, mask)

    def _extend(self, number: int, node: int, mask: int) -> None:
        """Offer what follows by a rule from a new set of one of its premises."""
        rule = self.graph.rules[number]
        taken = self.steps[node, mask]
        if len(rule.premises) == 1:
            self._offer(number, mask | rule.actors, taken, (mask,))
            return
        first, second = rule.premises
        other = second if node == first else first
        for known in self.kept[other]:
            parts = (mask, known) if node == first else (known, mask)
            both = taken + self.steps[other, known]
            self._offer(number, mask | known | rule.actors, both, parts)

    def _offer(self, number: int, mask: int, steps: int, parts: tuple[int, ...]) -> None:
        """Let a set wait for its turn, unless a smaller one is kept or it is too large."""
        rule = self.graph.rules[number]
        if self._has(rule.conclusion, mask):
            return
        size = mask.bit_count()
        if size > self.largest:
            self.cut.add(rule.conclusion)
            return
        turn = (size, steps if rule.clause is None else steps + 1)
        offers = self.waiting.get(turn)
        if offers is None:
            offers = self.waiting[turn] = []
            heappush(self.turns, turn)
        offers.append((number, mask, parts))

    def _has(self, node: int, mask: int) -> bool:
        """Say whether a subset is kept."""
        for each in self.kept[node]:  # noqa: SIM110 - the innermost loop; any() takes twice as long
            if each & mask == each:
                return True
        return False

    def answer(self, goal: Capability) -> Answer:
        """Return what was found for a goal, in a stable order."""
        node = self.graph.nodes[goal]
        ways = [self._way(node, mask) for mask in self.kept[node]]
        ways.sort(key=lambda way: (len(way.actors), sorted(way.actors)))
        return Answer(tuple(ways), complete=not self.cut or self.cut.isdisjoint(self._below(node)))

    def _way(self, node: int, mask: int) -> Way:
        actors = (actor for bit, actor in enumerate(self.graph.actors) if mask >> bit & 1)
        used = list(self._clauses(node, mask))
        steps = dict.fromkeys(clause.step for clause in used if clause.step)
        sources = dict.fromkeys(clause.source for clause in used if clause.source)
        return Way(frozenset(actors), tuple(steps), tuple(sources))

    def _clauses(self, node: int, mask: int) -> Iterator[Clause]:
        """Yield the clauses of a derivation, each after those of its premises."""
        seen: set[_Set] = set()
        stack: list[tuple[_Set, bool]] = [((node, mask), False)]
        while stack:
            item, entered = stack.pop()
            number, parts = self.because[item]
            rule = self.graph.rules[number]
            if entered:
                if rule.clause is not None:
                    yield rule.clause
            elif item not in seen:
                seen.add(item)
                stack.append((item, True))
                premises = zip(rule.premises, parts, strict=True)
                stack += ((premise, False) for premise in reversed(list(premises)))

    def _below(self, node: int) -> set[int]:
        """Return the nodes that a node can depend on, itself included."""
        rules: dict[int, list[_Rule]] = defaultdict(list)
        for rule in self.graph.rules:
            rules[rule.conclusion].append(rule)
        seen = {node}
        waiting = [node]
        while waiting:
            for rule in rules.get(waiting.pop(), ()):
                new = set(rule.premises) - seen
                seen |= new
                waiting += new
        return seen
