"""Every wrapper that guardia knows; adding one is a module, a line here, and a test.

Where two could claim the same record, the more particular one comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.logs.envelope import (
    cloudwatch,
    compose,
    cri,
    dev,
    docker,
    gcp,
    heroku,
    journald,
    kubectl,
    loki,
    pm2,
    render,
    shipper,
    syslog,
)

if TYPE_CHECKING:
    from tui.logs.envelope.base import Prefix, Shell

PREFIXES: tuple[Prefix, ...] = (
    cri.ENVELOPE,
    heroku.ENVELOPE,
    journald.SHORT,
    syslog.RFC5424,
    syslog.RFC3164,
    kubectl.ENVELOPE,
    pm2.NAME,
    pm2.DATE,
    render.TEXT,
    dev.ENVELOPE,
    compose.COMPOSE,
    compose.TIMESTAMPS,
)

SHELLS: tuple[Shell, ...] = (
    docker.ENVELOPE,
    pm2.JSON,
    journald.JSON,
    loki.ENVELOPE,
    cloudwatch.ENVELOPE,
    gcp.ENVELOPE,
    render.JSON,
    shipper.ENVELOPE,
)
