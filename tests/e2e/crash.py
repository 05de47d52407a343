"""For the tests of death and full disks: a clinic whose outcome is known, and the outcome as two runs can be compared."""
import json
import os
import random
import time
from collections import Counter

from box import ROOT, Box, check

RULES = """\
version: 1
rules:
  - id: test.low
    title: A score is low
    status: active
    per: member
    signals:
      low: {score: SRS, value: at most 30}
      very_low: {score: SRS, value: at most 12}
    severity:
      - critical: very_low
      - warning: low
    repaired: {score: SRS, value: at least 35}
    unrepaired_after: 2 sessions
    say: "ask {member} about the session"
    next_step: "Ask what was different."
    because: "A rule for tests."
"""

# A life of an incident each: told of once, worse, repaired, unrepaired, open to the end; and nothing at all.
SCORES = ([38, 20, 38, 38, 38], [25, 10, 38, 38, 38], [20, 33, 33, 33, 33], [38, 38, 38, 38, 9], [38, 38, 38, 38, 38])
SESSIONS = 5

ENGINE_POINTS = ("read", "parsed", "judged", "before-commit", "committed", "retire", "retired", "outbox-take",
                 "relay-taken", "relay-marked", "receipts-stored", "receipts-read", "command-committed",
                 "command-answered")
EACH_RECORD = ("read", "parsed", "judged", "retire", "retired")  # passed many times in a life; the others once or twice
COURIER_POINTS = ("courier-taken", "courier-handed", "courier-recorded")

# Cheaper than the box's: these tests make hundreds of calls.
HOOK = """\
#!/bin/sh
cat >"{dir}/told/.$$" && mv "{dir}/told/.$$" "{dir}/told/$(date +%s%N)-$$.json"
"""


def set_up(box, rules=RULES, hook=HOOK):
    box.hook.write_text(hook.format(dir=box.dir))
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(rules)], more="tokens: as given\n")


def record(box, case, session):
    of = SCORES[case % len(SCORES)]
    other = SCORES[(case // len(SCORES)) % len(SCORES)]
    return box.record(case=f"K{case:03}", session=session, scores={"m1": of[session - 1], "m2": other[session - 1]})


def close_command(case):
    return {"ruptured-command": 1, "act": "case close", "case": f"K{case:03}", "reason": "a test"}


def beside(box):
    """Another box with the same programs."""
    return Box(bin_dir=box.bin, slow=box.slow)


def payload(text):
    """An alert without what is random in it."""
    return json.dumps({k: v for k, v in json.loads(text).items() if k not in ("key", "alert")}, sort_keys=True)


def heard(box):
    """key -> the payloads that the hook heard under it, as bytes."""
    keys = {}
    for path in (box.dir / "told").glob("*.json"):
        text = path.read_bytes()
        keys.setdefault(json.loads(text)["key"], []).append(text)
    return keys


INCIDENTS = """SELECT c.id, rule, member, i.state, severity, told_state, told_severity, announcements, opened_at,
    opened_ordinal, gone, CASE i.state WHEN 5 THEN 0 ELSE changed_at END,
    CASE i.state WHEN 5 THEN '' ELSE transitions END, CAST(records AS TEXT)
    FROM incidents i JOIN cases c ON c.row = case_row ORDER BY 1, 2, 3, 9"""


def outcome(box):
    """What must not depend on deaths: part -> value."""
    return {
        "records": box.rows("SELECT id, revision, session, withdrawn FROM records ORDER BY id"),
        "cases": box.rows("SELECT id, closed_at IS NULL FROM cases ORDER BY id"),
        "incidents": box.rows(INCIDENTS),
        "decided": Counter(payload(text) for text, in box.rows("SELECT payload FROM outbox")),
        "outcomes": Counter(row for row in box.rows("SELECT outcome, relayed_at IS NULL FROM outbox")),
        "heard": Counter(payload(texts[0]) for texts in heard(box).values()),
        "audit": Counter(box.rows("SELECT who, what, about FROM audit")),
        "answers": sorted((path.name, path.read_text()) for path in (box.spool / "answers").iterdir()),
        "processed": sorted(name.rpartition("/")[2][9:] for name in box.processed()),
        "rejected": [(name, box.why(name)) for name in box.rejected()],
        "left": box.files("incoming") + box.files("commands"),
    }


def compare(box, expected, what=""):
    """Nothing lost, nothing twice, and one payload a key."""
    found = outcome(box)
    for part, value in expected.items():
        check(found[part] == value, f"{what}: other {part} than undisturbed\n{difference(found[part], value)}")
    for key, texts in heard(box).items():
        check(len(set(texts)) == 1, f"{what}: key {key} was heard with two payloads: {set(texts)}")
    decided = {key.rpartition("/")[0] for key, in box.rows("SELECT key FROM outbox")}
    check(set(heard(box)) == decided, f"{what}: keys heard and keys decided differ")


def difference(found, expected):
    """The first few of each side that the other has not."""
    found, expected = ([*part.elements()] if isinstance(part, Counter) else list(part) for part in (found, expected))
    more, less = Counter(map(str, found)), Counter(map(str, expected))
    return "\n".join([f"  + {one}" for one in list((more - less).elements())[:6]] +
                     [f"  - {one}" for one in list((less - more).elements())[:6]])


class Arrivals:
    """Records of many cases in random order, a case's next only when its one before has left incoming/."""

    def __init__(self, box, rng, cases, closing=()):
        self.box, self.rng = box, rng
        self.next = {case: 1 for case in range(cases)}
        self.closing = list(closing)
        self.total = cases * SESSIONS
        self.dropped = 0

    def there(self, case):
        return (self.box.spool / "incoming" / f"K{case:03}-{self.next[case] - 1}.json").exists()

    def drop(self, number):
        """Up to so many; how many it were."""
        may = [case for case, n in self.next.items() if n <= SESSIONS]
        self.rng.shuffle(may)
        before = self.dropped
        for case in may:
            if self.dropped - before == number:
                break
            if not self.there(case):
                self.box.drop(record(self.box, case, self.next[case]))
                self.next[case] += 1
                self.dropped += 1
        self.close_some()
        return self.dropped - before

    def close_some(self):
        for case in [c for c in self.closing if self.next[c] > SESSIONS and not self.there(c)][:1]:
            self.closing.remove(case)
            self.box.command(close_command(case), name=f"close-{case:03}.json")

    def finish(self):
        """All that is left, in the same order of each case."""
        while self.dropped < self.total or self.closing:
            if not self.drop(1000):
                time.sleep(0.005)


class Mortal:
    """A program that is started again and again, each time with a plan for its death."""

    def __init__(self, box, name, rng, points, by_point):
        self.box, self.name, self.rng, self.points, self.by_point = box, name, rng, points, by_point
        self.deaths = Counter()
        self.start()

    def start(self):
        point = self.rng.choice(self.points) if self.rng.random() < self.by_point else None
        longest = 0.25 if point else self.rng.random() * 0.1
        times = self.rng.randint(1, 5) if point in EACH_RECORD else 1
        env = {"RUPTURED_FAULT": f"{point}:{times}"} if point else None
        self.plan = point
        self.running = self.box.launch(self.name, env=env)
        self.until = time.monotonic() + longest * self.box.slow

    def died(self):
        """Once, after each death; the next life has begun then."""
        late = time.monotonic() > self.until
        if late and self.running.alive():
            self.running.signal(9)
        elif self.running.alive():
            return False
        code = self.running.wait_exit()
        check(code == -9, f"{self.name} ended with {code}, planned was {self.plan}:\n{self.running.err()}")
        self.deaths["any moment" if late else self.plan] += 1
        self.running.close()
        self.start()
        return True

    def spare(self):
        """From here on it lives: the plan is dropped with its bearer."""
        self.running.signal(9)
        self.running.wait_exit()
        self.running = self.box.launch(self.name).wait_ready()


def seed():
    """Printed, so that a failure can be run again; timing is still the machine's."""
    number = int(os.environ.get("RUPTURED_SEED", "20260302"))
    print(f"RUPTURED_SEED={number}")
    return number


def settle(box, seconds=30):
    """Everything judged, delivered, and the receipts read."""
    box.wait_idle(seconds)
    box.wait(lambda: not box.rows("SELECT 1 FROM outbox WHERE outcome IS NULL OR relayed_at IS NULL LIMIT 1"),
             "every receipt", seconds, box.state)
