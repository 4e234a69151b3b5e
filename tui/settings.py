"""Settings: defaults < file < environment < flags, and where each value came from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, TomlConfigSettingsSource

from tui import keymap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_settings import PydanticBaseSettingsSource


Notify = Literal["off", "osc9", "osc777"]


class Command(BaseModel):
    """A command that prints logs, named in the settings and opened as `cmd:NAME`; run without a shell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    argv: tuple[str, ...] = Field(min_length=1)
    history: tuple[str, ...] = ()
    """Prints what the command itself no longer does, read once beside it."""


class Settings(BaseSettings):
    """What a person may set. Every key can also be an environment variable `GUARDIA_<KEY>`."""

    model_config = SettingsConfigDict(env_prefix="GUARDIA_", env_nested_delimiter="__", frozen=True, extra="forbid")

    lang: Literal["es", "en"] | None = None
    """Language of the screens and of the runbook's text; not set: that of the locale."""
    zone: str = "local"
    """Zone of the second clock, of times typed as HH:MM, and of logs that name none; `local` or an IANA name."""
    runbook: Path | None = None
    """The team's runbook file; not set: the embedded one."""
    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("guardia"))
    """Where journals, guarded copies and exports are kept."""
    name: str = ""
    """Who acts, unless `--as` says otherwise; empty: the login name."""
    people: tuple[str, ...] = ()
    """Who else acts at this screen: a key picks one of them for each entry."""
    sources: tuple[str, ...] = ()
    """What bare `guardia` opens when no incident is open."""
    commands: dict[str, Command] = {}
    """Commands that print logs, by the name under which `cmd:NAME` opens them."""
    repo_dir: Path | None = None
    """The backend's repository on this machine, where the runbook's own tests run."""
    smoke_host: str = ""
    """Scheme and host that the runbook's smoke checks ask, such as `https://api.example.org`."""
    on_call: str = ""
    """Who is on call, unless the team's journal says otherwise."""
    on_call_backup: str = ""
    """Who is called when nobody answers, unless the team's journal says otherwise."""
    contacts: dict[str, str] = {}
    """Whom the runbook's contacts stand for and how to reach them, by id: `database-on-call = "@beto, ext. 210"`."""
    deploys_file: Path | None = None
    """A file whose lines say when something was deployed: `TIME [backend|frontend] TEXT`."""
    deploy_tags: str = ""
    """Pattern of the tags of `repo_dir` that mark a deploy, such as `deploy-*`; empty: none do."""
    cap: int = Field(default=7_500_000, ge=100_000)
    """Events kept row by row; of older ones only counts by the minute stay. The default takes about 1.2 GB."""
    theme: Literal["dark", "light"] = "dark"
    """Colours for a dark or a light terminal; 16 colours and none are found out by themselves."""
    ascii: bool = False
    """Draw with characters that every terminal gives one cell."""
    keys: dict[str, str] = {}
    """Other keys than the usual ones, by name: `declare = "D"`."""
    bell: bool = True
    """Ring when the time to acknowledge or to mitigate runs out."""
    notify: Notify = "off"
    """The sequence that asks the terminal for a desktop notice then, whichever it knows; `off`: none."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value != "local":
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError):
                raise ValueError(
                    "not a time zone: write local, UTC or a name like America/Argentina/Buenos_Aires"
                ) from None
        return value

    @field_validator("keys")
    @classmethod
    def _usable_keys(cls, value: dict[str, str]) -> dict[str, str]:
        keymap.check(value)
        return value

    def tzinfo(self) -> tzinfo:
        """The configured zone."""
        return local_zone() if self.zone == "local" else ZoneInfo(self.zone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then the environment; the file is layered in by `load`, which knows its path."""
        del settings_cls, dotenv_settings, file_secret_settings
        return init_settings, env_settings


class SettingsError(Exception):
    """A setting that cannot be used; the message names where, which and why, never a value."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, the file they may have come from, and the origin of each key."""

    settings: Settings
    file: Path
    origins: Mapping[str, str]
    """Key → `default`, `file`, `environment` or `flag`."""


def config_file() -> Path:
    """Path of the settings file; it need not exist."""
    return platformdirs.user_config_path("guardia") / "config.toml"


def load(flags: Mapping[str, Any], file: Path | None = None) -> Loaded:
    """Layer file, environment and flags over the defaults.

    `flags` holds what was said on the command line (None: not said). Raises SettingsError.
    """
    path = file or config_file()
    said = {key: value for key, value in flags.items() if value is not None}
    try:
        from_file: dict[str, Any] = TomlConfigSettingsSource(Settings, path)() if path.is_file() else {}
    except ValueError:
        raise SettingsError(f"{path}: not valid TOML") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or 'cannot be read'}") from None
    try:
        env = Settings(**said)
        merged = env if not from_file else Settings(**{**from_file, **_from_environment(env, said), **said})
    except ValidationError as error:
        raise SettingsError(_explain(error, path, from_file)) from None
    in_env = _from_environment(env, said)
    origins = {
        key: "flag" if key in said else "environment" if key in in_env else "file" if key in from_file else "default"
        for key in Settings.model_fields
    }
    return Loaded(merged, path, origins)


def _from_environment(settings: Settings, said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: getattr(settings, key) for key in settings.model_fields_set if key not in said}


def _explain(error: ValidationError, path: Path, from_file: Mapping[str, Any]) -> str:
    reasons = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        key = ".".join(str(part) for part in problem["loc"])
        where = str(path) if problem["loc"] and problem["loc"][0] in from_file else "environment or flags"
        reasons.append(f"{where}: {key}: {problem['msg']}")
    return "\n".join(reasons)


def local_zone() -> tzinfo:
    """The machine's zone, by name where it can be told, so that daylight saving is right for past logs too."""
    name = os.environ.get("TZ", "").lstrip(":")
    candidates = [name] if name else _zone_links()
    for candidate in candidates:
        try:
            return ZoneInfo(candidate)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return UTC


def _zone_links() -> list[str]:
    target = os.path.realpath("/etc/localtime")
    return [target.partition("zoneinfo/")[2]] if "zoneinfo/" in target else []
