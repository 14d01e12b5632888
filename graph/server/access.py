"""Getting into a server that has just started: waiting for its port, and giving a new one our password."""

import time
from enum import Enum

from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError

from graph.connection import Address

INITIAL_PASSWORD = "neo4j"


class Access(Enum):
    """What a knock at the door gave."""

    OPEN = "it answers queries"
    CLOSED = "not up yet"
    REFUSED = "it knows neither our password nor the one it came with"


def knock(address: Address) -> Access:
    """Try to run a query; a server that still has its first password gets ours, and the next knock finds it open.

    The caller has made sure that it is our server that listens there: a stranger would get our password.
    """
    try:
        with _driver(address, address.password) as driver:
            driver.execute_query("RETURN 1")
        return Access.OPEN
    except (AuthError, ClientError) as error:
        return _later(error) or _give_password(address)
    except (DriverError, Neo4jError, OSError):
        return Access.CLOSED


def _give_password(address: Address) -> Access:
    try:
        with _driver(address, INITIAL_PASSWORD) as driver:
            driver.execute_query(
                "ALTER CURRENT USER SET PASSWORD FROM $initial TO $password",
                initial=INITIAL_PASSWORD,
                password=address.password,
                database_="system",
            )
    except (AuthError, ClientError) as error:
        return _later(error) or Access.REFUSED
    except (DriverError, Neo4jError, OSError):
        pass
    return Access.CLOSED


def _later(error: Neo4jError) -> Access | None:
    """After three wrong passwords, whoever gave them, Neo4j lets nobody in for five seconds: that is no answer yet."""
    if error.code != "Neo.ClientError.Security.AuthenticationRateLimit":
        return None
    time.sleep(1)
    return Access.CLOSED


def _driver(address: Address, password: str) -> Driver:
    return GraphDatabase.driver(address.uri, auth=(address.user, password), connection_timeout=5, user_agent="lodestar")
