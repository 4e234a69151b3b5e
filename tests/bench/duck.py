"""DuckDB's side of the benchmark: the fields of every metric to counts and p95 by the minute."""

from __future__ import annotations

import json
import sys
from collections import Counter
from importlib import import_module

TEXTS = ("level", "timestamp", "requestId", "message", "domain", "method", "endpoint", "reason", "flow", "code")
NUMBERS = ("statusCode", "durationMs", "eventCount", "deliveredFailed", "readFailed")


def main() -> None:
    """Print the events of every metric as JSON."""
    columns = ", ".join([f"{name}: 'VARCHAR'" for name in TEXTS] + [f"{name}: 'DOUBLE'" for name in NUMBERS])
    used = ", ".join(f"count({name})" for name in (*TEXTS, *NUMBERS))
    rows = (
        import_module("duckdb")
        .sql(
            f"""
        SELECT message, date_trunc('minute', timestamp::TIMESTAMP) AS minute, count(*) AS n,
               quantile_cont(durationMs, 0.95) AS p95, {used}
        FROM read_json('{sys.argv[1]}', columns = {{{columns}}}, format = 'newline_delimited', ignore_errors = true)
        WHERE message LIKE 'METRIC!_%' ESCAPE '!' GROUP BY ALL
        """  # noqa: S608 - the file is the benchmark's own
        )
        .fetchall()
    )
    counts: Counter[str] = Counter()
    for message, _minute, number, *_rest in rows:
        counts[message] += number
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    main()
