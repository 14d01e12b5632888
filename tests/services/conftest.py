"""The app on the real database, for the tests of the use cases."""

from tests.api_client import api

__all__ = ["api"]
