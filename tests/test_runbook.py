"""The runbook: what the embedded one holds, how a file is judged, and that nothing of it is repeated in Python."""

from __future__ import annotations

import copy
import re
import tomllib
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.cli.main import run
from tui.present.runbook_markdown import markdown, sections
from tui.runbook.examine import examine_rules
from tui.runbook.load import EMBEDDED, Problem, RunbookError, json_schema, load_runbook, validate
from tui.runbook.model import parse_duration, write_duration
from tui.runbook.predicates import Check
from tui.runbook.references import DEFINES, REFERENCES, SECTIONS, SHARED, WORDED, defined, named, text_keys, walk
from tui.runbook.runbook import Runbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Guardia = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT.parent / "shared" / "runbook-semana-3.md"
LANGUAGES = ("en", "es")

Document = dict[str, Any]
Path_ = tuple[str | int, ...]

RULES: Document = tomllib.loads(EMBEDDED.read_text(encoding="utf-8"))


def at(document: Any, path: Path_) -> Any:  # noqa: ANN401 - whatever TOML holds
    for part in path:
        document = document[part]
    return document


def changed(path: Path_, value: object) -> Document:
    document = copy.deepcopy(RULES)
    at(document, path[:-1])[path[-1]] = value
    return document


def without(path: Path_) -> Document:
    document = copy.deepcopy(RULES)
    del at(document, path[:-1])[path[-1]]
    return document


def index(table: str, name: str) -> int:
    return next(i for i, each in enumerate(RULES[table]) if each["id"] == name)


def problems_of(document: Document) -> list[Problem]:
    return list(examine_rules(document, "acme.toml").problems)


def written_paths() -> list[tuple[Path_, str]]:
    """Every reference that the embedded file itself writes down, with the kind it refers to."""
    runbook = load_runbook(None, "en").runbook
    found = []
    for loc, model in walk(runbook):
        for (owner, field), kind in REFERENCES.items():
            if isinstance(model, owner):
                found += [(path, kind) for path, _name in named(model, field, loc)]
    return found


def dotted(path: Path_) -> str:
    return re.sub(r"\.\[", "[", ".".join(f"[{part}]" if isinstance(part, int) else part for part in path))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Give a team its own copy of the embedded runbook."""
    for name in ("week3.toml", "text.es.toml", "text.en.toml"):
        content = EMBEDDED.with_name(name).read_bytes()
        (tmp_path / name.replace("week3", "acme").replace("text", "acme")).write_bytes(content)
    return tmp_path / "acme.toml"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- durations ---


@given(st.integers(min_value=0, max_value=400 * 86_400_000))
def test_durations_are_read_back_as_they_are_written(milliseconds: int) -> None:
    span = timedelta(milliseconds=milliseconds)
    assert parse_duration(write_duration(span)) == span


@given(st.text(max_size=8))
def test_what_is_no_duration_is_refused(text: str) -> None:
    if re.fullmatch(r"([0-9]+(ms|s|m|h|d))+", text, re.ASCII):
        return
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text if not re.fullmatch(r"(\d+(ms|s|m|h|d))+", text) else "x")


# --- the embedded runbook ---


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_embedded_runbook_has_every_text_in_both_languages(lang: str) -> None:
    loaded = load_runbook(None, lang)
    assert set(loaded.texts) == text_keys(loaded.runbook)
    assert loaded.origin == "embedded"
    assert len(loaded.sha256) == 64


def test_the_languages_are_different_texts_of_the_same_rules() -> None:
    english, spanish = load_runbook(None, "en"), load_runbook(None, "es")
    assert english.runbook == spanish.runbook
    assert english.sha256 != spanish.sha256
    assert spanish.texts.title("heading.immediate-action") == "Acción inmediata ante incidente de secretos"
    assert english.texts.short("step.auth-smoke") == "Auth smoke after mitigation"
    assert english.texts.short("step.restart-process") == english.texts.title("step.restart-process")


def test_what_is_required_depends_on_environment_and_push() -> None:
    runbook = load_runbook(None, "en").runbook
    vapid = {"VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY", "VAPID_SUBJECT"}
    always = {"DATABASE_URL", "JWT_SECRET", "SUPABASE_ANON_KEY", "SUPABASE_URL"}
    for value, expected in ((None, always | vapid), ("true", always | vapid), ("false", always)):
        mode = runbook.push.mode(value)
        assert {name.name for name in runbook.environment.names("production", mode.id)} == expected
        assert {name.name for name in runbook.environment.names("development", mode.id)} == always
    subject = next(name for name in runbook.environment.names("production", "push-on") if name.name == "VAPID_SUBJECT")
    assert subject.legacy == ("VAPID_EMAIL",)


def test_every_metric_with_a_rule_has_a_playbook_and_a_drill() -> None:
    runbook = load_runbook(None, "en").runbook
    ruled = {rule.panel for rule in runbook.rules}
    assert ruled == {metric for playbook in runbook.playbooks for metric in playbook.serves}
    assert ruled == {scenario.metric for scenario in runbook.drills.scenarios}


def test_smoke_commands_name_host_and_secret_by_variable_only() -> None:
    smoke = [command for command in load_runbook(None, "en").runbook.commands if command.kind == "prod-smoke"]
    assert len(smoke) == 4
    for command in smoke:
        assert command.host is not None
        assert f"${command.host}" in command.text
        assert "://" not in command.text


def test_a_runbook_survives_being_written_as_json() -> None:
    runbook = load_runbook(None, "en").runbook
    again = Runbook.model_validate_json(runbook.model_dump_json(by_alias=True), strict=True)
    assert again == runbook


# --- mistakes ---


@pytest.mark.parametrize(("path", "kind"), written_paths(), ids=lambda value: dotted(value) if value else "")
def test_a_reference_to_nothing_is_named(path: Path_, kind: str) -> None:
    del kind
    problems = problems_of(changed(path, "nobody"))
    assert any(problem.key == dotted(path) and "nobody" in problem.reason for problem in problems)


def definitions() -> Iterator[tuple[str, Path_]]:
    runbook = load_runbook(None, "en").runbook
    referred = set(REFERENCES.values()) - {"variable", "condition"}
    used = {(kind, name) for path, kind in written_paths() for name in [at(RULES, path)]}
    for kind, places in defined(runbook).items():
        yield from ((name, loc) for name, loc in places.items() if kind in referred and (kind, name) in used)


@pytest.mark.parametrize(
    ("name", "path"), list(definitions()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_renaming_or_removing_what_is_referred_to_is_named(name: str, path: Path_) -> None:
    for document in (changed((*path, "id"), "somebody-else"), without(path)):
        assert any(name in problem.reason for problem in problems_of(document))


def test_the_same_id_twice_is_named() -> None:
    runbook = load_runbook(None, "en").runbook
    for kind in set(DEFINES.values()) - SHARED:
        for loc in list(defined(runbook)[kind].values())[:1]:
            if isinstance(loc[-1], int):
                document = copy.deepcopy(RULES)
                at(document, loc[:-1]).append(at(document, loc))
                assert any("defined twice" in problem.reason for problem in problems_of(document)), kind


AUTHZ = index("rules", "realtime-authz-denied")
CATCHUP = index("rules", "realtime-catchup-p95")
LOGIN = index("rules", "login-down")

WRONG: list[tuple[Path_, object, str, str]] = [
    (("rules", AUTHZ, "threshold"), "40", f"rules[{AUTHZ}].threshold", "must be a number"),
    (("rules", AUTHZ, "threshold"), float("nan"), f"rules[{AUTHZ}].threshold", "must be a number"),
    (("rules", AUTHZ, "window"), "90s", f"rules[{AUTHZ}].window", "must be whole minutes"),
    (("rules", AUTHZ, "window"), "0m", f"rules[{AUTHZ}].window", "must be longer than 0"),
    (("rules", AUTHZ, "window"), "five", f"rules[{AUTHZ}].window", "not a duration"),
    (("rules", AUTHZ, "window"), 5, f"rules[{AUTHZ}].window", "must be"),
    (("rules", AUTHZ, "for"), "30s", f"rules[{AUTHZ}].for", "must be whole minutes"),
    (("rules", AUTHZ, "op"), "<", f"rules[{AUTHZ}].op", "must be one of >, >="),
    (("rules", AUTHZ, "measure"), {"kind": "median"}, f"rules[{AUTHZ}].measure", "must be one of"),
    (("rules", AUTHZ, "treshold"), 1, f"rules[{AUTHZ}].treshold", "not a key that is known"),
    (("rules", CATCHUP, "amber"), 1000, f"rules[{CATCHUP}].amber", "must be below threshold"),
    (("rules", CATCHUP, "measure", "field"), "reason", f"rules[{CATCHUP}].measure.field", "no field reason"),
    (("rules", CATCHUP, "measure", "field"), "statusCode", f"rules[{CATCHUP}].measure.field", "is not a number"),
    (("rules", CATCHUP, "measure", "q"), 1.5, f"rules[{CATCHUP}].measure.q", "must be below 1"),
    (("rules", LOGIN, "threshold"), 50, f"rules[{LOGIN}].threshold", "between 0 and 1"),
    (("rules", LOGIN, "stream", "where", "route"), ["/x"], f"rules[{LOGIN}].stream.where.route[0]", "unknown route"),
    (("rules", LOGIN, "stream", "where", "method"), ["POTS"], f"rules[{LOGIN}].stream.where.method[0]", "vocabulary"),
    (("rules", LOGIN, "measure", "matching", "statusCode"), ["6xx"],
     f"rules[{LOGIN}].measure.matching.statusCode[0]", "is no status"),
    (("rules", LOGIN, "measure", "matching"), {"durationMs": [5]},
     f"rules[{LOGIN}].measure.matching.durationMs[0]", "cannot be on a number"),
    (("metrics", 0, "panel", "breakdown"), ["flow"], "metrics[0].panel.breakdown[0]", "no field flow"),
    (("metrics", 0, "panel", "rule"), "login-up", "metrics[0].panel.rule", "unknown rule: login-up"),
    (("metrics", 0, "panel", "rule"), "chat-ack-failures", "metrics[0].panel.rule", "shown on the panel of"),
    (("metrics", 0, "panel"), {}, "metrics[0].panel", "needs either rule or measure"),
    (("metrics", 0, "id"), "AUTH", "metrics[0].id", "must begin with"),
    (("metrics", 0, "fields", "statusCode", "kind"), "number", "metrics[1].fields.statusCode.kind", "another metric"),
    (("severities", 0, "mitigate"), "1m", "severities[0].mitigate", "must not be shorter than ack"),
    (("severities", 1, "ack"), "1m", "severities[1].ack", "worst down"),
    (("captures", 0, "pattern"), "(", "captures[0].pattern", "not a pattern"),
    (("captures", 0, "pattern"), "a", "captures[0].pattern", "needs a group"),
    (("markers", 0, "literal"), "", "markers[0].literal", "must not be empty"),
    (("silence", "rule"), "auth-5xx", "silence.rule", "defined already"),
    (("schema",), 2, "schema", "must be at most 1"),
    (("triage",), "soon", "triage", "must be a table"),
    (("routes",), "/", "routes", "must be a list"),
    (("commands", 0, "text"), "echo $HOME", "commands[0].text", "$HOME"),
    (("commands", 5, "text"), "curl -H 'X: Bearer abc' $GUARDIA_SMOKE_HOST", "commands[5].text", "never written"),
    (("closure", "fields", 0, "form"), "prose", "closure.fields[0].form", "must be one of"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "key", "reason"), WRONG, ids=lambda value: str(value)[:40])
def test_a_mistake_is_named_with_file_key_and_reason(path: Path_, value: object, key: str, reason: str) -> None:
    found = [problem for problem in problems_of(changed(path, value)) if problem.key == key]
    assert found
    assert reason in found[0].reason
    assert str(found[0]).startswith(f"acme.toml: {key}: ")


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(sorted(RULES)))
def test_a_missing_part_is_named(part: str) -> None:
    assert any(problem.key.startswith(part) or part in problem.reason for problem in problems_of(without((part,))))


def test_every_mistake_is_named_at_once_with_its_place_in_the_file(own: Path) -> None:
    replace(own, 'threshold = 0.5\nfor = "2m"', 'threshold = "half"\nfor = "2m"')
    replace(own, 'id = "realtime-authz-denied"\nstream = { metric = "METRIC_REALTIME_AUTHZ_DENIED" }',
            'id = "realtime-authz-denied"\nstream = { metric = "METRIC_NONE" }')  # fmt: skip
    replace(own.with_name("acme.es.toml"), "[step.open-channel]", "[step.open-chanel]")
    replace(
        own.with_name("acme.en.toml"), 'title = "Auth 5xx", detail', 'title = "Authentication server errors", detail'
    )
    said = [str(problem) for problem in validate(own)]
    assert said == [
        "acme.toml: rules[0].threshold: must be a number",
        f"acme.toml: rules[{AUTHZ}].stream.metric: unknown metric: METRIC_NONE",
        "acme.en.toml: metric.METRIC_AUTH_5XX.title: a panel's name has at most 18 characters",
        "acme.es.toml: step.open-chanel: no such id in the rules",
        "acme.es.toml: step.open-channel: is missing",
    ]
    with pytest.raises(RunbookError) as caught:
        load_runbook(own, "es")
    assert str(caught.value).splitlines() == said


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(sorted(set(RULES) - {"metrics"})))
def test_one_wrong_part_hides_no_other_mistake_and_invents_none(part: str) -> None:
    document = changed((part,), 0.5)
    document["metrics"][0]["panel"]["rule"] = "login-up"
    assert {problem.key for problem in problems_of(document)} == {part, "metrics[0].panel.rule"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_text_that_is_missing_or_belongs_to_nothing_is_named(own: Path, lang: str) -> None:
    texts = own.with_name(f"acme.{lang}.toml")
    replace(texts, "sigterm = {", "sigkill = {")
    assert [str(problem) for problem in validate(own)] == [
        f"acme.{lang}.toml: marker.sigkill: no such id in the rules",
        f"acme.{lang}.toml: marker.sigterm: is missing",
    ]


def test_texts_have_titles_that_can_be_shown(own: Path) -> None:
    texts = own.with_name("acme.en.toml")
    replace(texts, 'sigterm = { title = "SIGTERM: told to stop" }', 'sigterm = { title = "\\u001b[31m" }')
    replace(texts, 'jwt-expired = { title = "JWT expired" }', "jwt-expired = { titel = 3 }")
    assert [(problem.key, problem.reason) for problem in validate(own)] == [
        ("marker.jwt-expired.title", "is missing"),
        ("marker.jwt-expired.titel", "is not a key that is known here"),
    ]
    replace(texts, "jwt-expired = { titel = 3 }", 'jwt-expired = { title = "JWT" }')
    assert [problem.key for problem in validate(own)] == ["marker.sigterm.title"]


# --- files ---


def test_a_teams_own_files_are_read_by_name_or_as_text(own: Path) -> None:
    assert load_runbook(own, "es").origin == str(own)
    for lang in LANGUAGES:
        own.with_name(f"acme.{lang}.toml").rename(own.with_name(f"text.{lang}.toml"))
    assert load_runbook(own, "es").texts == load_runbook(None, "es").texts


def test_the_hash_covers_rules_and_texts(own: Path) -> None:
    first = load_runbook(own, "es").sha256
    assert first == load_runbook(None, "es").sha256
    own.write_bytes(own.read_bytes() + b"\n")
    second = load_runbook(own, "es").sha256
    own.with_name("acme.es.toml").write_bytes(own.with_name("acme.es.toml").read_bytes() + b"\n")
    assert len({first, second, load_runbook(own, "es").sha256}) == 3


def test_an_unknown_language_names_those_there_are(own: Path) -> None:
    own.with_name("acme.en.toml").unlink()
    with pytest.raises(RunbookError, match="no texts in en; there are: es"):
        load_runbook(own, "en")
    own.with_name("acme.es.toml").unlink()
    with pytest.raises(RunbookError, match=r"no text file beside it, such as acme\.es\.toml"):
        load_runbook(own, "es")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'a = 1\nb = "hunter2', "acme.toml: line 2: not valid TOML"),
        (b"a = 1\nhunter2\n", "acme.toml: line 2: not valid TOML"),
        (b"a = 1\nb = '\xff hunter2'\n", "acme.toml: line 2: not UTF-8"),
        (b"a = " + b"[" * 5000, "acme.toml: line 1: not valid TOML"),
        (b"a = " + b"9" * 5000, "acme.toml: line 1: not valid TOML"),
    ],
)
def test_broken_toml_is_named_by_line_without_its_content(own: Path, content: bytes, said: str) -> None:
    own.write_bytes(content)
    with pytest.raises(RunbookError) as caught:
        load_runbook(own, "es")
    assert str(caught.value).splitlines()[0] == said
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert [str(problem) for problem in validate(tmp_path / "none.toml")] == [
        "none.toml: cannot be read: No such file or directory"
    ]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


@settings(deadline=None, max_examples=50)
@given(VALUES, st.sampled_from(sorted(RULES)))
def test_no_value_anywhere_at_the_top_breaks_the_examination(value: object, part: str) -> None:
    if value != RULES[part]:
        assert all(problem.file == "acme.toml" for problem in problems_of(changed((part,), value)))


def test_control_characters_of_a_file_stay_in_it() -> None:
    problems = problems_of(changed(("\x1b[2J\n",), 1))
    assert len(problems) == 1
    assert str(problems[0]).isprintable()


# --- schema and document ---


def test_the_schema_accepts_the_embedded_rules() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = orjson.loads(orjson.dumps(json_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(RULES)
    assert not jsonschema.Draft202012Validator(schema).is_valid(changed(("rules", 0, "window"), 5))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_document_shows_every_section_and_every_sentence_of_it(lang: str) -> None:
    loaded = load_runbook(None, lang)
    text = "\n".join(markdown(loaded))
    shown = {"guardrail", "metric", "rule", "criterion", "step", "check", "output", "playbook", "effect", "retention"}
    shown |= {"closure", "postmortem", "push", "record", "scenario", "decision", "section", "names", "secret"}
    apart = {
        "check.vapid-present",
        "check.normal-again",
        "rule.base-silent",
        "playbook.push-off",
        "playbook.secrets-rotation",
    }
    for key in loaded.texts:
        if key.partition(".")[0] in shown and key not in apart:
            assert loaded.texts.title(key) in text, key
    assert tuple(sections()) == SECTIONS
    assert "\n".join(markdown(loaded, "triage")) in text


# --- command line ---


@pytest.fixture
def guardia(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Guardia:
    """Run the command line with no settings of the person who runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            run(["--lang", "en", "runbook", *arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


def test_validate_says_one_line_for_each_mistake(guardia: Guardia, own: Path) -> None:
    assert guardia("validate") == (0, "week3.toml: no mistakes\n", "")
    assert guardia("validate", str(own)) == (0, "acme.toml: no mistakes\n", "")
    replace(own, "factor = 3", 'factor = "3"')
    replace(own, 'suggest = "SEV1"', 'suggest = "SEV0"')
    code, out, _err = guardia("validate", str(own))
    assert code == 1
    assert out.splitlines() == [
        "acme.toml: trend.factor: must be a number",
        "acme.toml: silence.suggest: unknown severity: SEV0",
    ]
    replace(own, 'factor = "3"', "factor = 3")
    assert guardia("validate", str(own))[1] == "acme.toml: silence.suggest: unknown severity: SEV0\n"
    assert orjson.loads(guardia("validate", "--json", str(own))[1])["problems"][0]["key"] == "silence.suggest"


def test_show_prints_the_document_or_one_section(guardia: Guardia, own: Path) -> None:
    code, out, _err = guardia("show", "--section", "rollback")
    assert code == 0
    assert out.startswith("## 7. Operational rollback\n")
    assert out.strip() in guardia("show")[1]
    assert guardia("show", "--section", "epilogue")[0] == 2
    assert orjson.loads(guardia("show", "--json")[1])["runbook"]["rules"][0]["window"] == "5m"
    own.write_text("rules = 1", encoding="utf-8")
    code, out, err = guardia("show", "--runbook", str(own))
    assert (code, out) == (2, "")
    assert "acme.toml: rules: must be a list" in err


def test_schema_is_printed_as_json(guardia: Guardia) -> None:
    assert orjson.loads(guardia("schema")[1])["title"] == "Runbook"


# --- fidelity ---


def coverage() -> list[tuple[str, str, tuple[str, ...]]]:
    rows = re.findall(
        r"^\| (\S+) \| (.+?) \| (`.+`) \|$", (ROOT / "docs/runbook-coverage.md").read_text("utf-8"), re.MULTILINE
    )
    return [(section, words, tuple(re.findall(r"`([^`]+)`", ids))) for section, words, ids in rows]


def test_the_coverage_table_names_only_what_exists() -> None:
    loaded = load_runbook(None, "es")
    assert len(coverage()) > 100
    for _section, words, ids in coverage():
        assert ids, words
        assert set(ids) <= set(loaded.texts), words


def unmarked(line: str) -> str:
    """Return a line of the document without its list or heading mark."""
    return re.sub(r"^(#+|-( \[ \])?|\d+\.)?\s*", "", line)


def plain(text: str) -> str:
    """Return the text without accents and final punctuation."""
    bare = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).rstrip(":.")


@pytest.mark.skipif(not SOURCE.exists(), reason="the source document is not beside this project")
def test_every_line_of_the_source_is_covered_and_said_in_its_words() -> None:
    texts = load_runbook(None, "es").texts
    lines = [line for line in SOURCE.read_text("utf-8").splitlines() if line.strip()]
    rows = coverage()
    assert len(lines) == len(rows)
    literal = {"guardrail", "step", "item", "output", "check", "effect", "closure", "postmortem"}
    said = 0
    for line, (_section, words, ids) in zip(lines, rows, strict=True):
        assert unmarked(line).startswith(words), line
        if ids[0].partition(".")[0] in literal:
            assert plain(texts.title(ids[0])) == plain(unmarked(line))
            said += 1
    assert said > 70


def test_nothing_of_the_embedded_runbook_is_repeated_in_python() -> None:
    runbook = load_runbook(None, "en").runbook
    words = {metric.id for metric in runbook.metrics}
    words |= set(runbook.routes)
    words |= {marker.literal for marker in runbook.markers if len(marker.literal.strip()) > 6}
    words |= {command.text for command in runbook.commands}
    sentences = {entry.title for lang in LANGUAGES for entry in load_runbook(None, lang).texts.values()}
    words |= {sentence for sentence in sentences if len(sentence.split()) > 3}
    files = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in (ROOT / "tui").rglob("*.py")}
    assert len(files) > 10
    assert {
        name: said for name, code in files.items() if (said := sorted(word for word in words if word in code))
    } == {}


def test_every_table_of_references_is_in_use() -> None:
    runbook = load_runbook(None, "en").runbook
    models = {type(model) for _loc, model in walk(runbook)}
    for owner, field in (*REFERENCES, *WORDED):
        assert field in owner.model_fields
    assert set(DEFINES) <= models
    assert Check in models
