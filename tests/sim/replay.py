"""The simulated clinic through the real programs, once as it happened and once in any order; and what came of it."""
import json
from collections import Counter

from box import check
from clinic import BEGIN, WEEK, date

STATES = ("open", "repairing", "repaired", "unrepaired", "dropped_out", "closed")
SEVERITIES = ("info", "notice", "warning", "critical")
RETRACTED = 6

# All that it was told, a line each.  The shell writes a line at once.
HOOK = """\
#!/bin/sh
read -r line && printf '%s\\n' "$line" >>{dir}/heard
"""


class Replay:
    def __init__(self, box, now):
        self.box, self.dropped = box, 0
        box.hook.write_text(HOOK.format(dir=box.dir))
        box.config(announce_within="always", more="tokens: as given\n")
        self.set_now(now)

    def set_now(self, now):
        self.now = now
        self.box.now(date(now))

    def drop(self, records):
        for record in records:
            self.dropped += 1
            self.box.drop(record, name=f"{self.dropped:06}.json")

    def settle(self, seconds=60):
        """Until every file is judged and every timer that is due has been."""
        due = "SELECT count(*) FROM cases WHERE next_deadline <= ?"
        self.box.wait_idle(seconds)
        self.box.wait(lambda: self.box.rows(due, self.now) == [(0,)], "the timers", seconds, self.box.state)

    def finish(self, now):
        """Timers that are due at the end, with no record to wake anybody; and all that is waiting is delivered."""
        for program in self.box.programs:
            if not program.reaped:
                program.stop()
        self.set_now(now)
        self.box.run("ruptured", "-c", self.box.config_path, "--with-courier", "--once", seconds=300)
        self.settle()


def in_order(box, clinic, step=WEEK):
    """As the clock goes, in steps.  It is ahead of the records by up to one, so timers may be early by that."""
    replay = Replay(box, BEGIN)
    box.start(courier=False)
    waiting, now = list(clinic.records), BEGIN
    while waiting:
        now = max(now, waiting[0][0] // step * step) + step
        ready = [record for at, record in waiting if at < now]
        waiting = waiting[len(ready):]
        replay.set_now(now)
        replay.drop(ready)
        replay.settle()
    replay.finish(clinic.end)
    return replay


def in_any_order(box, clinic, rng):
    """All of it long afterwards and shuffled, corrections before what they correct; three restarts, one a kill -9."""
    replay = Replay(box, clinic.end)
    records = [record for _, record in clinic.records]
    rng.shuffle(records)
    engine = box.start()
    quarter = len(records) // 4 + 1
    for n in range(4):
        part = records[n * quarter:(n + 1) * quarter]
        before = len(box.processed())
        replay.drop(part)
        box.wait(lambda: len(box.processed()) > before + len(part) // 3, "a part of it", 60, box.state)
        if n == 3:
            break
        engine.kill() if n == 1 else engine.stop()
        engine = box.start(courier=False)
        if n == 2:
            replay.settle(300)
    replay.settle(300)
    replay.finish(clinic.end)
    return replay


# ---- what came of it

def people(box):
    """(case, token) -> the record's own name: tokens are given in the order of arrival."""
    return {(case, token): local for case, token, local in
            box.rows("SELECT c.id, m.token, m.local FROM members m JOIN cases c ON c.row = m.case_row")}


def transitions(text):
    """((date, session, state, severity, quietly), ...)"""
    return tuple(tuple(map(int, line.split(" ", 5)[:5])) for line in text.splitlines())


def incidents(box):
    """Of the present judgement, each as a tuple that does not depend on who came first."""
    who = people(box)
    rows = box.rows("SELECT c.id, rule, member, other, i.state, severity, transitions FROM incidents i"
                    " JOIN cases c ON c.row = i.case_row WHERE gone = 0")
    return Counter((case, rule, who.get((case, member)), who.get((case, other)), STATES[state], SEVERITIES[severity],
                    transitions(text)) for case, rule, member, other, state, severity, text in rows)


def listed(box):
    """The same from `rupturectl alerts`, which has no transitions."""
    who = people(box)
    alerts = box.ctl("--json", "alerts", "--all", expect=0).lines()
    return Counter((a["case"], a["rule"], who.get((a["case"], a["member"])), who.get((a["case"], a["other"])), a["state"],
                    a["severity"]) for a in alerts if a["state"] != "retracted")


def check_same(found, expected):
    """Two Counters of incidents."""
    if found == expected:
        return
    more, less = list((found - expected).elements()), list((expected - found).elements())
    text = [f"  + {one}" for one in sorted(map(str, more))[:8]] + [f"  - {one}" for one in sorted(map(str, less))[:8]]
    check(False, f"{len(more)} incidents more and {len(less)} less than in order:\n" + "\n".join(text))


def check_listed(box):
    stored = Counter(one[:6] for one in incidents(box).elements())
    check(stored == listed(box), "rupturectl lists other incidents than the store has")


def announced(box):
    """incident -> [(number, state, severity)], by number: decided, each once."""
    said = {}
    for key, payload in box.rows("SELECT key, payload FROM outbox ORDER BY row"):
        alert = json.loads(payload)
        if alert.get("rule", "engine.").startswith("engine."):
            continue  # a safeguarding alert is bare: no state in it
        number = int(key.partition("/")[0].rpartition("-")[2])
        said.setdefault(alert["alert"], {})[number] = (alert["state"], alert["severity"])
    return {incident: [(n, *of[n]) for n in sorted(of)] for incident, of in said.items()}


def check_announced(box):
    """Numbered without gaps; never the same twice running; gone again once; what people heard last is what is so."""
    said = announced(box)
    rows = box.rows("SELECT id, announcements, told_state, told_severity, gone FROM incidents"
                    " WHERE rule <> 'safeguarding'")
    for incident, announcements, told_state, told_severity, gone in rows:
        heard = said.pop(incident, [])
        what = f"incident {incident}: {heard}"
        check([n for n, *_ in heard] == list(range(1, announcements + 1)), f"{what}, {announcements} are counted")
        check(all(x[1:] != y[1:] for x, y in zip(heard, heard[1:])), f"{what}: the same twice running")
        check(all(x[1] != y[1] or x[1] != "retracted" for x, y in zip(heard, heard[1:])), f"{what}: retracted twice")
        if heard and told_state < len(STATES) and STATES[told_state] != "closed":
            check(heard[-1][1:] == (STATES[told_state], SEVERITIES[told_severity]), f"{what}: last told {told_state}")
        if heard and gone:
            check(heard[-1][1] in ("retracted", "repaired") or told_state == STATES.index("closed"),
                  f"{what}: gone, and nobody was told")
    check(not said, f"announced, and in no list: {said}")


def check_heard(box):
    """Whatever was decided arrived, and nothing else did.  How many came more than once, under the same key."""
    heard = Counter(json.loads(line).get("key", "bare") for line in (box.dir / "heard").read_text().splitlines())
    decided = Counter(json.loads(payload).get("key", "bare") for payload, in box.rows("SELECT payload FROM outbox"))
    check(not decided - heard, f"decided and not heard: {decided - heard}")
    check(set(heard) == set(decided), f"heard and not decided: {set(heard) - set(decided)}")
    return sum((heard - decided).values())


def count_transitions(found):
    """"open -> unrepaired" -> how often, over all incidents; a worse severity alone is open -> open."""
    counts = Counter()
    for one in found.elements():
        states = ["-", *(STATES[state] for _, _, state, _, _ in one[6])]
        counts.update(f"{a} -> {b}" for a, b in zip(states, states[1:]))
    return counts
