"""Every setting, read once from the environment or an `.env` file, and passed down as values.

Also which Neo4j to use: the one that NEO4J_URI names, or the managed one, started when it is first needed.
"""

import getpass
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.connection import Address
from graph.server.download import ReportFunction, ignore_progress
from graph.server.managed import ManagedServer


def _read_user_name() -> str:
    """The name of the account; there may be none in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class Settings(BaseSettings):
    """What a deployment can set. Names in the environment are these in upper case, e.g. NEO4J_URI, LODESTAR_HOME."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    neo4j_uri: str | None = Field(
        default=None, description="An existing server; without it the managed local one is used."
    )
    neo4j_user: str = Field(default="neo4j", description="The database user.")
    neo4j_password: SecretStr = Field(default=SecretStr(""), description="Its password (NEO4J_URI only).")
    neo4j_database: str = Field(default="neo4j", description="The database's name.")
    home: Path = Field(
        default=Path(platformdirs.user_data_dir("lodestar")),
        alias="LODESTAR_HOME",
        description="Where the managed Neo4j, its data, the trained policies and saved paths are kept.",
    )
    cache: Path = Field(
        default=Path(platformdirs.user_cache_dir("lodestar")),
        alias="LODESTAR_CACHE",
        description="Where downloads are kept: deleting it costs only time.",
    )
    neo4j_series: Literal["5.26", "2026"] = Field(
        default="5.26", description="Which managed Neo4j; each keeps its own data."
    )
    config: Path = Field(
        default=Path(platformdirs.user_config_dir("lodestar")),
        alias="LODESTAR_CONFIG",
        description="Where the API key is kept.",
    )
    api_key: SecretStr | None = Field(
        default=None, alias="LODESTAR_API_KEY", description="The API's key; without it one is made at the first start."
    )
    host: str = Field(default="127.0.0.1", alias="LODESTAR_HOST", description="The address the API listens on.")
    port: int = Field(default=8000, alias="LODESTAR_PORT", description="The port the API listens on.")

    allow_origins: str = Field(
        default="",
        alias="LODESTAR_ALLOW_ORIGINS",
        description="Web pages that may call the API from a browser (CORS): origins with commas between them, or *.",
    )

    author: str = Field(
        default_factory=_read_user_name,
        alias="LODESTAR_AUTHOR",
        description="Who changes the curated graph from here: the author of its revisions.",
    )

    watch_seconds: float = Field(
        default=5.0,
        ge=0,
        alias="LODESTAR_WATCH_SECONDS",
        description="How often the service looks for changes made by hand in Neo4j Browser; 0: never.",
    )

    learner_model: str = Field(
        default="measured",
        description="Who estimates mastery: a name from `lodestar learners`, or measured: the best of those fitted.",
    )

    explore: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share of recommendations that explore, by what is not known of the learner; logged as such.",
    )

    team: Literal["none", "some", "full"] = Field(
        default="full",
        description="Who looks after models: nobody, somebody now and then, or people who retrain and watch them.",
    )

    strategy_budget_ms: float = Field(
        default=100.0,
        gt=0,
        description="What a strategy may take before the next one decides in its place, in milliseconds.",
    )

    def origins(self) -> list[str]:
        """Return the origins of web pages that may call the API from a browser."""
        return [origin.strip() for origin in self.allow_origins.split(",") if origin.strip()]

    def address(self) -> Address | None:
        """Return the server that NEO4J_URI names, or None where the managed one is to be used."""
        if self.neo4j_uri is None:
            return None
        return Address(self.neo4j_uri, self.neo4j_user, self.neo4j_password.get_secret_value(), self.neo4j_database)


def get_managed_server(settings: Settings) -> ManagedServer:
    """Return the managed server of this home folder, running or not."""
    return ManagedServer(settings.home, settings.cache / "neo4j", settings.neo4j_series)


def resolve_address(settings: Settings, report: ReportFunction = ignore_progress) -> Address:
    """Return where the database is; starts the managed server if that is the one. Blocks for seconds or minutes.

    Raises:
        SetupFailed: the managed server could not be downloaded or started; the text says what to do.
    """
    return settings.address() or get_managed_server(settings).start(report)
