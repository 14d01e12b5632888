"""Parts: pieces of Cypher that several queries share, one a file, and how they are written into a query.

`parts.level(m, c, days)` in a query stands for cypher/parts/level.cypher, with the arguments in place of its
parameters. A part opens with comment lines: one sentence, `params:` with types, in the order of the arguments, and
`returns:`, a type or, where it is the clauses of a subquery, its columns. In its text, a parameter stands as `$m`.
A part may use parts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from graph.errors import LodestarError

PARAMETER_TYPES = {"STRING", "INTEGER", "FLOAT", "BOOLEAN", "DATETIME", "MAP", "LIST"}
"""Types that a parameter of a query may have."""

_PART_TYPES = PARAMETER_TYPES | {"NODE", "RELATIONSHIP", "PATH", "DURATION"}
_KEYS = ("params", "returns", "access", "severity", "fix", "group", "plot")
_COMMENT = re.compile(r"//[^\n]*")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_SILENT = f"{_QUOTED.pattern}|{_COMMENT.pattern}"
_CALL = re.compile(rf"{_SILENT}|(?<![\w.$])parts\.(?P<part>\w+)(?P<open>\(?)")
_PLACE = re.compile(rf"{_SILENT}|\$(?P<place>\w+)")
_MARK = re.compile(rf"{_SILENT}|[()\[\]{{}},]")
_NAME = re.compile(r"(?<![\w.:$|&])[a-z]\w*\b(?=\s*(.?))")
_CLAUSES = re.compile(r"(OPTIONAL|MATCH|UNWIND|WITH|CALL|RETURN)\b")

Header = dict[str, tuple[int, str]]
"""The line and the value of each key of a header."""


class BadQuery(LodestarError):
    """A query file or a part that breaks its contract; names the file and line."""


@dataclass(frozen=True)
class Part:
    """A shared piece of queries: an expression, or the clauses of a subquery.

    Attributes:
        params: the names that arguments take the place of, in order.
        text: the piece, the parts that it uses written out.
        clauses: whether it is clauses; these stand alone within braces.
        own: the variables that it binds itself.
        uses: the names of the parts in it.
    """

    name: str
    params: tuple[str, ...]
    text: str
    clauses: bool
    own: frozenset[str]
    uses: frozenset[str]


class Parts:
    """Parts by name, from the texts of their files; each is parsed when it is first asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._parsed: dict[str, Part] = {}

    @property
    def names(self) -> list[str]:
        """Every part's name, sorted."""
        return sorted(self._texts)

    def write_out(self, file: str, text: str) -> tuple[str, frozenset[str]]:
        """Return the text of a file with every call written out, and the names of its parts. Raises `BadQuery`."""
        return self._write_out(_Text(file, text, 1, frozenset(find_variables(text))), ())

    def _write_out(self, text: "_Text", inside: tuple[str, ...]) -> tuple[str, frozenset[str]]:
        written, end, uses = list[str](), 0, set[str]()
        for call in _CALL.finditer(text.content):
            if call["part"] is None or call.start() < end:
                continue
            part = self._part(call["part"], text.where(call.start()), inside)
            places, after = text.arguments(call)
            arguments = []
            for place in places:
                argument, used = self._write_out(text.within(*place), inside)
                arguments.append(argument.strip())
                uses |= used
            _check_call(part, arguments, text, call.start())
            written += [text.content[end : call.start()], _fill_part(part, arguments, text.indent(call.start()))]
            end, uses = after, uses | {part.name} | part.uses
        return "".join([*written, text.content[end:]]), frozenset(uses)

    def _part(self, name: str, where: str, inside: tuple[str, ...]) -> Part:
        """Return the part that is asked for at `where`, within the parts `inside`."""
        if name not in self._texts:
            raise BadQuery(f"{where}: there is no part cypher/parts/{name}.cypher")
        if name in inside:
            circle = " → ".join((*inside[inside.index(name) :], name))
            raise BadQuery(f"{where}: parts go in a circle: {circle}")
        if name not in self._parsed:
            self._parsed[name] = self._parse(name, self._texts[name], (*inside, name))
        return self._parsed[name]

    def _parse(self, name: str, text: str, inside: tuple[str, ...]) -> Part:
        file = f"parts/{name}.cypher"
        _, header = read_header(file, text, ("params", "returns"))
        params = parse_parameters(file, *header["params"], _PART_TYPES)
        whole, uses = self._write_out(_Text(file, text, 1, frozenset(find_variables(text))), inside)
        body = re.sub(r"\A(?://[^\n]*\n)*", "", whole).strip()
        used = {found["place"] for found in _PLACE.finditer(body) if found["place"]}
        if used != params.keys():
            raise BadQuery(f"{file}:{header['params'][0]}: declares {sorted(params)}, uses {sorted(used)}")
        clauses = _CLAUSES.match(body) is not None
        line, returns = header["returns"]
        if clauses and not set(split_list(returns)) <= find_variables(body):
            raise BadQuery(f"{file}:{line}: {returns!r} is not returned")
        if not clauses and returns.split("<")[0] not in _PART_TYPES:
            raise BadQuery(f"{file}:{line}: an expression returns one of the types {sorted(_PART_TYPES)}")
        return Part(name, tuple(params), body, clauses, frozenset(find_variables(body)), uses)


@dataclass(frozen=True)
class _Text:
    """A piece of a file, beginning in `line`; `variables` are those of the whole file."""

    file: str
    content: str
    line: int
    variables: frozenset[str]

    def where(self, at: int) -> str:
        return f"{self.file}:{self.line + self.content.count(chr(10), 0, at)}"

    def indent(self, at: int) -> str:
        line = self.content[self.content.rfind("\n", 0, at) + 1 : at]
        return line[: len(line) - len(line.lstrip())]

    def within(self, begin: int, end: int) -> "_Text":
        return _Text(self.file, self.content[begin:end], self.line + self.content.count("\n", 0, begin), self.variables)

    def arguments(self, call: re.Match[str]) -> tuple[list[tuple[int, int]], int]:
        """Return where the arguments of a call begin and end, and where the text goes on after it."""
        if not call["open"]:
            raise BadQuery(f"{self.where(call.start())}: parts.{call['part']} needs brackets with its arguments")
        depth, begin, found = 1, call.end(), list[tuple[int, int]]()
        for mark in _MARK.finditer(self.content, call.end()):
            depth += (mark[0] in "([{") - (mark[0] in ")]}")
            if depth == 0 or (depth == 1 and mark[0] == ","):
                found.append((begin, mark.start()))
                begin = mark.end()
            if depth == 0:
                return found, begin
        raise BadQuery(f"{self.where(call.start())}: the bracket of parts.{call['part']} is not closed")


def _check_call(part: Part, arguments: list[str], text: _Text, at: int) -> None:
    """Check the number of arguments, that no variable means two things, and that clauses stand in a subquery."""
    where = text.where(at)
    if len(arguments) != len(part.params) or "" in arguments:
        given = len([each for each in arguments if each])
        raise BadQuery(f"{where}: parts.{part.name} takes {', '.join(part.params)}, and {given} arguments are given")
    taken = set[str]().union(*map(find_variables, arguments)) | (set() if part.clauses else text.variables)
    twice = part.own & taken
    if twice:
        raise BadQuery(f"{where}: parts.{part.name} has variables of its own of these names: {sorted(twice)}")
    if part.clauses and not text.content[:at].rstrip().endswith("{"):
        raise BadQuery(f"{where}: parts.{part.name} is clauses; it stands first in the braces of a subquery")


def _fill_part(part: Part, arguments: list[str], indent: str) -> str:
    """Return the part with arguments for its parameters, its lines as deep as the line of the call."""
    values = {
        name: each if _is_closed(each) else f"({each})" for name, each in zip(part.params, arguments, strict=True)
    }
    text = _PLACE.sub(lambda found: values[found["place"]] if found["place"] else found[0], part.text)
    text = text.replace("\n", f"\n{indent}")
    return text if part.clauses or _is_closed(text) else f"({text})"


def _is_closed(text: str) -> bool:
    """Return whether an expression needs no brackets: a name, a literal, CASE … END, or one that its bracket ends."""
    if re.fullmatch(rf"[\w.$]+|{_QUOTED.pattern}", text):
        return True
    if re.fullmatch(r"CASE\b.*\bEND", text, re.DOTALL):
        return len(re.findall(r"\bCASE\b", text)) == 1
    depth = 0
    for mark in _MARK.finditer(text) if re.match(r"[\w.]*\s*[(\[{]", text) else ():
        depth += (mark[0] in "([{") - (mark[0] in ")]}")
        if depth == 0:
            return mark.end() == len(text)
    return False


def read_header(file: str, text: str, needed: tuple[str, ...]) -> tuple[str, Header]:
    """Return the sentences at the top, and what follows each key; raises `BadQuery` where something is missing."""
    header: Header = {}
    summary = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("//"):
            break
        content = line[2:].strip()
        key, colon, value = content.partition(":")
        if colon and key in _KEYS:
            header[key] = (number, value.strip())
        elif header:
            last = next(reversed(header))
            header[last] = (header[last][0], f"{header[last][1]} {content}")
        else:
            summary.append(content)
    for key in needed:
        if key not in header:
            raise BadQuery(f"{file}:1: the header lacks `{key}:`")
    if not summary:
        raise BadQuery(f"{file}:1: the header lacks a sentence that says what the query answers")
    return " ".join(summary), header


def split_list(value: str) -> list[str]:
    """Split a list in a header."""
    return [] if value in ("none", "") else [word.strip() for word in value.split(",")]


def parse_parameters(file: str, line: int, value: str, types: set[str]) -> dict[str, str]:
    """Return the declared parameters with their types, in order; raises `BadQuery`."""
    declared = {}
    for word in split_list(value):
        key, _, kind = word.partition(" ")
        if not kind or kind.split("<")[0] not in types:
            raise BadQuery(f"{file}:{line}: parameter {key!r} needs one of the types {sorted(types)}")
        declared[key] = kind
    return declared


def strip_text(text: str) -> str:
    """Return the text without comments, and with nothing in quotes."""
    return _QUOTED.sub("''", _COMMENT.sub("", text))


def find_variables(text: str) -> set[str]:
    """Return the names in a text that are not keywords, functions, labels, properties, keys of maps or parameters."""
    text, found = strip_text(text), set()
    for name in _NAME.finditer(text):
        key = name[1] == ":" and text[: name.start()].rstrip()[-1:] in ("{", ",")
        if name[1] != "(" and not key:
            found.add(name[0])
    return found - {"null", "true", "false", "parts"}


@cache
def shared_parts() -> Parts:
    """Return the parts of cypher/parts."""
    found = [entry for entry in files("cypher").joinpath("parts").iterdir() if entry.name.endswith(".cypher")]
    return Parts({entry.name.removesuffix(".cypher"): entry.read_text(encoding="utf-8") for entry in found})
