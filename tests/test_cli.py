"""The command line as a user and a script meet it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import NIGHT, PRETTY, answers, needs_samples, planted
from tui.cli.options import FLAGS, VALUES, hoist

ROOT = Path(__file__).resolve().parents[1]


def guardia(*arguments: str | Path, lang: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real program apart, away from the settings of whoever runs the tests."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GUARDIA_", "LC_", "LANG", "XDG_"))}
    home = {"HOME": "/nonexistent", "GUARDIA_LANG": lang}
    return subprocess.run(
        [sys.executable, "-m", "tui", *map(str, arguments)],
        env={**clean, **home, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text())
    return found


def write_log(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def event(at: str, name: str = "METRIC_HTTP_REQUEST", request_id: str = "req_abc123", **fields: object) -> str:
    record = {"level": "info", "timestamp": at, "requestId": request_id, "message": name, **fields}
    return json.dumps(record, separators=(",", ":"))


@pytest.fixture
def quiet_log(tmp_path: Path) -> Path:
    lines = [
        event(f"2026-11-19T10:{minute:02}:30.000Z", domain="auth", method="GET", statusCode=200, durationMs=5)
        for minute in range(10)
    ]
    return write_log(tmp_path / "quiet.ndjson", lines)


@pytest.fixture
def burning_log(tmp_path: Path) -> Path:
    lines = []
    for minute in range(30):
        at = f"2026-11-19T10:{minute:02}"
        lines.append(event(f"{at}:10.000Z", domain="auth", method="GET", statusCode=200, durationMs=5))
        if minute >= 15:
            lines.append(
                event(f"{at}:20.000Z", "METRIC_AUTH_5XX", f"req_fail{minute}", statusCode=500, code="INTERNAL_ERROR")
            )
    return write_log(tmp_path / "burning.ndjson", lines)


def test_help_lists_every_command_in_both_languages() -> None:
    for lang, words in (("en", "Numbers, alerts"), ("es", "alertas y una sugerencia")):
        shown = guardia("--help", lang=lang)
        assert shown.returncode == 0
        assert words in shown.stdout
        for command in ("check", "config", "demo", "drill", "review", "runbook", "trace", "watch"):
            assert re.search(rf"^  {command} ", shown.stdout, re.MULTILINE), command


def test_help_needs_neither_textual_nor_polars_nor_pydantic() -> None:
    code = (
        "import sys; from tui.cli.main import run\n"
        "try: run(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'textual', 'polars', 'pydantic', 'orjson'} & set(sys.modules)), file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert shown.stderr.strip() == "[]"


def test_headless_commands_never_import_textual(quiet_log: Path) -> None:
    code = (
        "import sys; from tui.cli.main import run\n"
        f"try: run(['check', '--json', {str(quiet_log)!r}])\nexcept SystemExit: pass\n"
        "print('textual' in sys.modules, file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert shown.stderr.splitlines()[-1] == "False"


def test_check_of_a_quiet_log_exits_0_and_matches_its_schema(quiet_log: Path) -> None:
    shown = guardia("check", quiet_log, "--json")
    assert shown.returncode == 0, shown.stderr
    result = json.loads(shown.stdout)
    jsonschema.validate(result, schema("check"))
    assert result["as_of"] == "2026-11-19T10:10:00Z"
    assert result["metrics"]["METRIC_HTTP_REQUEST"]["events"] == 10
    assert {panel["badge"] for panel in result["metrics"].values()} == {"OK"}
    assert result["suggested"] == {"severity": None, "dominant_metric": None, "anchor_request_id": None}


def test_check_exit_code_follows_the_severity(burning_log: Path) -> None:
    worst = guardia("check", burning_log, "--json")
    assert worst.returncode == 2
    assert json.loads(worst.stdout)["suggested"]["severity"] == "SEV1"
    pending = guardia("check", burning_log, "--json", "--at", "2026-11-19T10:17:00Z")
    assert pending.returncode == 0
    suggested = json.loads(pending.stdout)["suggested"]
    assert suggested == {"severity": None, "dominant_metric": "METRIC_AUTH_5XX", "anchor_request_id": "req_fail15"}


def test_global_options_work_before_and_after_the_command(burning_log: Path) -> None:
    after = guardia("check", burning_log, "--json", "--at", "10:20", "--lang", "es", TZ="UTC")
    before = guardia("--json", "--at=10:20", "--lang", "es", "check", burning_log, TZ="UTC")
    assert after.stdout == before.stdout
    assert json.loads(after.stdout)["runbook"]["lang"] == "es"
    assert "2026-11-19 10:20:00 UTC" in after.stderr


def test_since_counts_what_comes_after_and_keeps_overlapping_episodes(burning_log: Path) -> None:
    shown = guardia(
        "check", burning_log, "--json", "--since", "2026-11-19T10:20:00Z", "--until", "2026-11-19T10:25:00Z"
    )
    result = json.loads(shown.stdout)
    assert result["as_of"] == "2026-11-19T10:25:00Z"
    assert result["metrics"]["METRIC_AUTH_5XX"]["events"] == 5
    assert "auth-5xx" in {alert["rule"] for alert in result["alerts"]}


def test_usage_errors_exit_2_but_3_for_check(quiet_log: Path) -> None:
    assert guardia("trace").returncode == 2
    assert guardia("nonsense").returncode == 2
    assert guardia("check").returncode == 3
    assert guardia("check", "--no-such-option", quiet_log).returncode == 3
    wrong_time = guardia("check", quiet_log, "--at", "yesterday")
    assert wrong_time.returncode == 3
    assert "--at" in wrong_time.stderr


def test_an_unreadable_source_exits_3_after_printing_the_rest(quiet_log: Path, tmp_path: Path) -> None:
    shown = guardia("check", quiet_log, tmp_path / "missing.log", "--json")
    assert shown.returncode == 3
    result = json.loads(shown.stdout)
    assert result["metrics"]["METRIC_HTTP_REQUEST"]["events"] == 10
    assert "missing.log" in shown.stderr


def test_trace_finds_every_event_of_an_id(burning_log: Path) -> None:
    shown = guardia("trace", "req_fail20", burning_log, "--json")
    assert shown.returncode == 0
    result = json.loads(shown.stdout)
    jsonschema.validate(result, schema("trace"))
    (found,) = result["events"]
    line = burning_log.read_bytes()[found["offset"] : found["offset"] + found["length"]]
    assert json.loads(line)["requestId"] == "req_fail20"
    assert guardia("trace", "req_nobody1", burning_log).returncode == 1
    assert guardia("trace", "123", burning_log).returncode == 2


def test_the_published_schema_of_runbooks_is_the_programs_own() -> None:
    assert json.loads(guardia("runbook", "schema").stdout) == schema("runbook")


def test_config_says_where_each_value_came_from(tmp_path: Path) -> None:
    folder = tmp_path / "guardia"
    folder.mkdir()
    (folder / "config.toml").write_text('zone = "UTC"\ntheme = "light"\n')
    shown = guardia("config", "--json", "--ascii", XDG_CONFIG_HOME=str(tmp_path), GUARDIA_THEME="dark")
    result = json.loads(shown.stdout)
    jsonschema.validate(result, schema("config"))
    origins = {key: (setting["value"], setting["origin"]) for key, setting in result["settings"].items()}
    assert origins["zone"] == ("UTC", "file")
    assert origins["theme"] == ("dark", "environment")
    assert origins["ascii"] == (True, "flag")
    assert origins["sources"] == ([], "default")


def test_a_wrong_setting_is_named_without_its_value(tmp_path: Path) -> None:
    folder = tmp_path / "guardia"
    folder.mkdir()
    (folder / "config.toml").write_text('zone = "Mars/Olympus"\n')
    shown = guardia("config", XDG_CONFIG_HOME=str(tmp_path))
    assert shown.returncode == 2
    assert "config.toml" in shown.stderr
    assert "zone" in shown.stderr
    assert "Olympus" not in shown.stderr


def test_a_crash_names_places_and_never_data() -> None:
    code = (
        "from tui.cli import check, main\n"
        "def broken(*args, **kwargs): raise RuntimeError('req_secret and more')\n"
        "check.check.callback = broken\n"
        "main.run(['check', 'x.log'])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode == 3
    assert "RuntimeError" in shown.stderr
    assert "req_secret" not in shown.stderr


def test_the_board_without_a_terminal_says_what_to_use_instead(quiet_log: Path) -> None:
    shown = guardia("watch", quiet_log)
    assert shown.returncode == 2
    assert "guardia check" in shown.stderr


@given(st.lists(st.sampled_from(["check", "a.log", "--json", "--at", "10:00", "--follow", "--lang=es", "--", "x"])))
def test_hoisting_only_reorders(arguments: list[str]) -> None:
    hoisted = hoist(arguments)
    assert sorted(hoisted) == sorted(arguments)
    if "--" in arguments:
        cut = arguments.index("--")
        if arguments[cut - 1 : cut] != ["--at"]:
            assert hoisted[-len(arguments[cut:]) :] == arguments[cut:]
    assert hoist(hoisted) == hoisted
    assert not FLAGS & VALUES


@needs_samples
@pytest.mark.parametrize(("sample", "name"), [(NIGHT, "real-night-part1.ndjson"), (PRETTY, "real-dev-pretty.log")])
def test_check_equals_what_is_true_of_a_real_log(sample: Path, name: str, tmp_path: Path) -> None:
    shown = guardia("check", sample, "--json")
    result_file = tmp_path / "result.json"
    result_file.write_text(shown.stdout)
    script = sample.parents[1] / "check_answers.py"
    compared = subprocess.run(
        [sys.executable, str(script), str(result_file), name], capture_output=True, text=True, timeout=60, check=False
    )
    assert compared.returncode == 0, compared.stdout
    result = json.loads(shown.stdout)
    jsonschema.validate(result, schema("check"))
    (source,) = result["sources"]
    assert source["lines"] == source["events"] + source["other"] + sum(source["rejected"].values())
    assert source["lines"] == answers(name)["line_counts"]["lines"]


@needs_samples
def test_the_outage_of_the_real_night_suggests_the_worst_severity() -> None:
    shown = guardia("check", NIGHT, "--json", "--at", "2026-11-19T22:10:00Z")
    assert shown.returncode == 2
    suggested = json.loads(shown.stdout)["suggested"]
    assert (suggested["severity"], suggested["dominant_metric"]) == ("SEV1", "METRIC_AUTH_5XX")
    found = guardia("trace", suggested["anchor_request_id"], NIGHT, "--json")
    assert found.returncode == 0
    near_miss = guardia("check", NIGHT, "--json", "--at", "2026-11-19T21:40:00Z")
    assert near_miss.returncode == 0
    result = json.loads(near_miss.stdout)
    assert result["metrics"]["METRIC_REALTIME_AUTHZ_DENIED"]["badge"] == "WATCH"
    assert result["suggested"]["severity"] is None


@needs_samples
def test_the_crash_and_the_boot_of_the_real_night_are_marked() -> None:
    result = json.loads(guardia("check", NIGHT, "--json").stdout)
    at = {hit["marker"]: hit["at"] for hit in result["markers"] if hit["marker"] in {"crash", "boot"}}
    assert at["crash"][:15] == at["boot"][:15] == "2026-11-19T22:3"


@needs_samples
@pytest.mark.parametrize(("sample", "name"), [(NIGHT, "real-night-part1.ndjson"), (PRETTY, "real-dev-pretty.log")])
def test_nothing_planted_comes_out_of_any_command(sample: Path, name: str) -> None:
    secrets = planted(name)
    outputs = [
        guardia("check", sample),
        guardia("check", sample, "--json"),
        guardia("check", sample, lang="es"),
        guardia("trace", "req_v071rdbvvmwo1ag3z", sample, "--json"),
    ]
    text = "\n".join(shown.stdout + shown.stderr for shown in outputs)
    found = [secret for secret in secrets if secret in text]
    print(f"{len(secrets)} planted strings, {len(found)} found in {len(text)} characters of output")
    assert not found
