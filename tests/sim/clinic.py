"""A clinic that never was: cases, their sessions as records, and what is corrected or withdrawn later.

All of it comes from one seed.  The figures are assumptions, chosen to be plausible: SRS-like series around 36.8 (between
cases SD 2.5, within SD 1.8, lag-1 correlation .2, at most 40), a rupture in one member's session of 25, three of four
repaired, one case of five gone without an ending.
"""
import calendar
import random
import time

DAY = 86400
WEEK = 7 * DAY
BEGIN = 1704106800  # Monday, 2024-01-01T11:00:00Z
WEEKS = 70          # until the last case has begun

TALK = {
    "therapist": ("how was the week since we met", "tell me more about that evening", "what happened then at home",
                  "and what did you do after that", "that makes sense to me", "it sounds like a long week"),
    "member": ("we went to the lake on sunday and it was good to be out", "the week was long but we managed",
               "i talked with my sister about the house again", "it was a bit easier than the week before",
               "the little one slept better these days", "work was busy and i came home late most evenings"),
    "rupture": ("i don't think this is helping me", "coming here is a waste of time", "i'm not doing that",
                "you're not listening to me", "no", "not really", "i don't know", "whatever you think"),
    "repair": ("you seem upset with me", "i wonder if something i said upset you"),
    "proposal": ("what if you tried to write that down this week", "maybe we could start with ten minutes a day"),
    "better": ("this really helps", "thank you for listening"),
}

RUPTURE_CODES = ("confrontation.complaint_therapist", "confrontation.rejects", "withdrawal.minimal", "withdrawal.denial")


def date(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def clip(value, low, high):
    return max(low, min(high, value))


class Member:
    def __init__(self, rng, name, role, age):
        self.rng, self.name, self.role, self.age = rng, name, role, age
        self.scale = "CSRS" if age < 13 else "SRS"
        self.mean = rng.gauss(36.8, 2.5)
        self.last = 0.0
        self.hurt = 0.0    # points below the usual
        self.heals = False
        self.outcome = rng.uniform(14, 24)
        self.gain = rng.gauss(0.5, 0.5)

    def live(self):
        """On to the next session: a rupture, a repair, or neither."""
        if self.hurt and self.heals:
            self.hurt = 0.0 if self.rng.random() < 0.5 else self.hurt / 2
        elif not self.hurt and self.rng.random() < 0.04:
            self.hurt, self.heals = self.rng.uniform(4, 10), self.rng.random() < 0.75
        elif self.hurt and self.rng.random() < 0.15:
            self.heals = True
        self.last = 0.2 * self.last + self.rng.gauss(0, 1.8)
        self.outcome = clip(self.outcome + self.gain + self.rng.gauss(0, 2), 0, 40)

    def score(self):
        return round(clip(self.mean + self.last - self.hurt, 0, 40), 1)


class Case:
    def __init__(self, rng, number, sessions, weeks=WEEKS):
        self.rng, self.name, self.sessions = rng, f"K{number:04}", sessions
        kind = rng.random()
        self.members = [Member(rng, "m1", "client" if kind < 0.7 else "parent", rng.randint(20, 60))]
        if kind >= 0.5:
            self.members.append(Member(rng, "m2", "partner" if kind < 0.7 else "parent", rng.randint(20, 60)))
        if kind >= 0.85:
            self.members.append(Member(rng, "m3", "child", rng.randint(8, 16)))
        self.site = rng.choice(("north", "south"))
        self.therapist = f"staff-{rng.randint(1, 25)}"
        self.interval = 14 * DAY if rng.random() < 0.2 else WEEK
        self.transcribed, self.coded = rng.random() < 0.1, rng.random() < 0.1
        self.homework, self.reports = rng.random() < 0.6, rng.random() < 0.4
        self.two_parts = rng.random() < 0.15
        self.ending = rng.choices(("planned", "transferred", "dropped", None, "goes on"), (55, 5, 5, 20, 15))[0]
        self.begun = BEGIN + rng.randrange(weeks) * WEEK + rng.randrange(5) * DAY + rng.randrange(8) * 3600

    def records(self):
        """One or two a session, in order."""
        at = self.begun
        for number in range(1, self.sessions + 1):
            gap = self.interval if self.rng.random() < 0.93 else self.interval + self.rng.choice((1, 2)) * WEEK
            yield from self.session(number, at, at + gap)
            at += gap

    def last_of(self, number):
        return number == self.sessions

    def session(self, number, at, following):
        for m in self.members:
            m.live()
        coming = self.attendance(number)
        whole = {"ruptured": 1, "record": f"{self.name}-{number}", "case": self.name, "session": number, "started": date(at),
                 "language": "en", "site": self.site, "participants": self.participants(), "attendance": list(coming.values())}
        present = [m for m in self.members if coming[m.name]["status"] in ("attended", "late")]
        self.add_booking(whole, number, following)
        self.add_measures(whole, present)
        self.add_words(whole, present)
        if not (self.two_parts and present):
            return [whole]
        part = {key: whole[key] for key in ("ruptured", "case", "session", "started", "participants")}
        part["record"] = whole["record"] + "-scores"
        part["scores"] = whole.pop("scores", [])
        return [whole, part]

    def participants(self):
        return [{"id": "t1", "role": "therapist", "person": self.therapist}] + [
            {"id": m.name, "role": m.role, "age": m.age} for m in self.members]

    def attendance(self, number):
        """The members' rows; in a family one who stays away does not keep the others from coming."""
        rows = {}
        for m in self.members:
            row = {"who": m.name, "status": "attended"}
            missed = 0.25 if m.hurt else 0.05
            if number > 1 and self.rng.random() < missed:
                row["status"] = self.rng.choice(("no_show", "cancelled", "cancelled"))
                if row["status"] == "cancelled":
                    row["by"] = "client" if self.rng.random() < 0.7 else "provider"
                    row["notice_hours"] = self.rng.choice((2, 12, 30, 72))
            elif self.rng.random() < 0.06:
                row.update(status="late", minutes=self.rng.choice((5, 10, 20)))
            rows[m.name] = row
        return rows

    def add_booking(self, record, number, following):
        last = self.last_of(number)
        if last and self.ending in ("planned", "transferred", "dropped"):
            record["ending"] = self.ending
        elif last and self.ending is None:
            record["next_session"] = None if self.rng.random() < 0.5 else date(following)
        elif self.rng.random() < 0.85:
            record["next_session"] = date(following)

    def add_measures(self, record, present):
        scores = [{"of": m.scale, "by": m.name, "total": m.score()} for m in present if self.rng.random() < 0.9]
        scores += [{"of": "ORS", "by": m.name, "total": round(m.outcome, 1)} for m in present if m.age >= 13]
        if scores:
            record["scores"] = scores
        if self.homework:
            record["homework"] = [{"who": m.name, "rating": self.rating(m)} for m in present]
        if self.reports:
            record["reports"] = [{"by": "t1", "rupture": any(m.hurt for m in present) and self.rng.random() < 0.6}] + [
                {"by": m.name, "rupture": m.hurt > 0} for m in present if self.rng.random() < 0.8]
        record["flags"] = {"safeguarding": self.rng.random() < 0.0005}

    def rating(self, m):
        if self.rng.random() < 0.15:
            return None
        return self.rng.choices(range(5), (30, 30, 20, 10, 10) if m.hurt else (5, 8, 22, 35, 30))[0]

    def add_words(self, record, present):
        if self.coded:
            record["coded"] = ["3RS"]
            record["codes"] = [{"system": "3RS", "marker": self.rng.choice(RUPTURE_CODES), "who": m.name,
                                "salience": self.rng.randint(2, 5)} for m in present if m.hurt]
            record["codes"] += [{"system": "SOFTA", "marker": "safety", "who": m.name,
                                 "value": self.rng.randint(-2, 0) if m.hurt else self.rng.randint(0, 2)} for m in present]
        if self.transcribed and present:
            record["turns"] = [turn for _ in range(12) for turn in self.exchange(present)]

    def exchange(self, present):
        m = self.rng.choice(present)
        asks = self.rng.choices(("therapist", "proposal", "repair"), (80, 15, 5 if m.hurt else 0))[0]
        answers = self.rng.choices(("member", "rupture", "better"), (50, 50, 0) if m.hurt else (92, 3, 5))[0]
        return [{"who": "t1", "to": m.name, "text": self.rng.choice(TALK[asks])},
                {"who": m.name, "to": "t1", "text": self.rng.choice(TALK[answers])}]


def correct(rng, record):
    """A second revision: other scores, somebody who did come, another case, or a record that leaves again."""
    other = dict(record, revision=2)
    chance = rng.random()
    if chance < 0.1:
        return dict(other, case=other["case"] + "b")
    if chance < 0.2:
        return {key: other[key] for key in ("ruptured", "record", "revision", "case")} | {"withdrawn": True}
    if other.get("scores"):
        other["scores"] = [dict(s, total=round(clip(s["total"] + rng.gauss(0, 5), 0, 40), 1)) for s in other["scores"]]
    if other.get("attendance") and rng.random() < 0.5:
        other["attendance"] = [dict(row, status="attended") if row["status"] in ("no_show", "late") else row
                               for row in other["attendance"]]
    return other


class Clinic:
    """`records` with the date at which each came into being, in that order; a correction comes some days after."""

    def __init__(self, seed, cases, sessions, weeks=WEEKS):
        rng = random.Random(seed)
        lengths = [1] * cases
        for _ in range(sessions - cases):
            lengths[rng.randrange(cases)] += 1
        self.cases = [Case(random.Random(rng.random()), n, length, weeks) for n, length in enumerate(lengths)]
        self.sessions, self.corrections, self.withdrawals = 0, 0, 0
        dated = []
        for case in self.cases:
            for record in case.records():
                dated.append((self.ends(record), record))
                self.sessions += "attendance" in record
                if rng.random() < 0.05:
                    dated.append((self.ends(record) + rng.randint(1, 20 * DAY), correct(rng, record)))
                    self.corrections += 1
                    self.withdrawals += "withdrawn" in dated[-1][1]
        self.records = sorted(dated, key=lambda one: (one[0], one[1]["record"], one[1].get("revision", 1)))
        self.end = self.records[-1][0] + 8 * WEEK
        self.spans = {}  # case -> the date of its first and its last session
        for at, record in self.records:
            first, last = self.spans.get(record["case"], (at, at))
            self.spans[record["case"]] = (min(first, at), max(last, at))

    @staticmethod
    def ends(record):
        return calendar.timegm(time.strptime(record["started"], "%Y-%m-%dT%H:%M:%SZ")) + 3600
