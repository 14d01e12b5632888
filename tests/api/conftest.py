"""The app on the real database, for the tests of what is served over HTTP and typed in a terminal."""

from tests.api_client import api

__all__ = ["api"]
