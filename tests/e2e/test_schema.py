"""`rupturectl schema`: what ships fits its schema, and a schema sees the mistakes that one value shows by itself."""
import json
import re

from box import ROOT, Skip, check

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = yaml = None


# Names that stand for something elsewhere, what goes with what, what can never hold, and what other readers of YAML
# accept (merge keys, UTF-16, a key twice): only the compiler sees these.
UNSEEN = set("""
age-below-zero attendance-beyond-its-window capped closes-slips deep-condition duplicate-id duplicate-keys
ladder-with-when long-condition member-in-a-case merge-key never-always-2 never-always-3 never-and-always
no-because no-condition no-pooled-sd-of-items no-reliable-change-index no-signals other-without-pair
pair-without-other pooled-sd-unknown replies-of-any-length safety second-pass signal-names strength tokens
two-files unknown-instrument unknown-lexicon unknown-signal unknown-tokens unused-signal usual utf-16
weight-of-nothing zero-width
""".split())


def schema_of(box, page):
    if not jsonschema:
        raise Skip("python3-jsonschema and python3-yaml are not installed")
    ran = box.run("rupturectl", "schema", *page)
    check(ran.code == 0 and not ran.err, f"{ran.code} {ran.err}")
    schema = json.loads(ran.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def load(text):
    """As editors read YAML: yes and times are words."""
    class Loader(yaml.SafeLoader):
        pass
    Loader.yaml_implicit_resolvers = {
        first: [(tag, rule) for tag, rule in resolvers if not tag.endswith((":bool", ":timestamp"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
    return yaml.load(text, Loader)


def faults(validator, value):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(value)]


def check_fits(validator, path, text=None):
    found = faults(validator, load(text if text is not None else path.read_text()))
    check(not found, f"{path}: {found}")


def test_the_rules_that_ship_fit_the_schema(box):
    validator = schema_of(box, [])
    files = sorted((ROOT / "rules").rglob("*.yaml"))
    check(len(files) > 5, str(files))
    for path in files:
        check_fits(validator, path)
    for number, text in enumerate(re.findall(r"^```yaml rules\n(.*?)^```$", (ROOT / "docs/RULES.md").read_text(),
                                             re.M | re.S)):
        check_fits(validator, f"example {number} of RULES.md", text)


def test_records_fit_the_schema(box):
    validator = schema_of(box, ["record"])
    files = sorted((ROOT / "tests/data").rglob("session*.json"))
    check(len(files) > 5, str(files))
    for path in files:
        found = faults(validator, json.loads(path.read_text()))
        check(not found, f"{path}: {found}")
    bare = {"ruptured": 1, "record": "r", "case": "c", "started": "2026-01-05T14:00:00Z"}
    check(not faults(validator, {**bare, "x_ours": {"a": 1}, "minutes": None}), str(faults(validator, bare)))
    for key, wrong in (("ruptured", 2), ("started", "yesterday"), ("minutes", -1), ("turns", {}), ("case", ""),
                       ("homework", [{"who": "a", "rating": 5}]), ("attendance", [{"who": "a", "status": "ill"}]),
                       ("scores", [{"of": "SRS"}]), ("flags", {"risk": "maybe"})):
        check(faults(validator, {**bare, key: wrong}), f"{key}: {wrong} passes")
    for key in bare:
        check(faults(validator, {k: v for k, v in bare.items() if k != key}), f"without {key} passes")


def test_the_example_configuration_fits_the_schema(box):
    validator = schema_of(box, ["configuration"])
    check_fits(validator, ROOT / "systemd/ruptured.yaml")
    for page, pattern in (("CONFIGURATION.md", r"^```yaml configuration\n(.*?)^```$"),
                          ("ruptured.yaml.5", r"^\.Bd -literal.*?\n(version: 1\n.*?)^\.Ed$")):
        texts = re.findall(pattern, (ROOT / "docs" / page).read_text(), re.M | re.S)
        check(texts, page)
        for text in texts:
            check_fits(validator, page, text)
    for wrong in ("spool: here", "sinks: {a: {privacy: none}}", "sinks: {a: {exec: {comand: [/bin/true]}}}",
                  "announce_within: soon", "routes: [{to: [log]}]", "retention: {procesed: 3 days}", "consent: maybe"):
        check(faults(validator, load("version: 1\n" + wrong)), f"{wrong} passes")


def test_a_schema_sees_mistakes_that_a_value_shows_by_itself(box):
    validator = schema_of(box, ["rules"])
    unseen = set()
    files = sorted((ROOT / "tests/bad-rules").glob("*.yaml"))
    for path in files:
        try:
            value = load(path.read_bytes())
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        if not faults(validator, value):
            unseen.add(path.stem)
    check(unseen == UNSEEN, f"not seen though it should be: {sorted(unseen - UNSEEN)}; "
          f"seen though it is listed: {sorted(UNSEEN - unseen)}")
    check(len(files) - len(unseen) > len(files) / 3, f"{len(unseen)} of {len(files)} are not seen")


def silent(schema, path=""):
    """Properties about whose value the schema says nothing."""
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ():
        here = f"{path}/{key}"
        if path.endswith("/properties") and isinstance(value, dict) and set(value) <= {"description"}:
            yield here
        yield from silent(value, here)


def test_every_key_says_what_it_takes(box):
    for page in ("rules", "record", "configuration"):
        found = [at for at in silent(schema_of(box, [page]).schema) if "/$defs/signal/properties/" not in at]
        check(not found, f"a row without a ready-made reader needs a shape (core/shape.h): {found}")


def test_only_known_pages_are_printed(box):
    ran = box.run("rupturectl", "schema", "alerts")
    check(ran.code == 2 and "usage:" in ran.err, ran.err)
