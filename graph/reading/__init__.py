"""Reads files that may be anything: what cannot be read is told with its line and a remedy, and at little cost.

Every form reads through this package, so that a limit or a message is the same for all of them.
"""

from graph.reading.archives import archive, member
from graph.reading.documents import json, unique_keys
from graph.reading.files import Unreadable, content, decoded, text
from graph.reading.markup import Node, xml

__all__ = ["Node", "Unreadable", "archive", "content", "decoded", "json", "member", "text", "unique_keys", "xml"]
