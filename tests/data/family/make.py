#!/usr/bin/env python3
"""Writes the ten sessions of a synthetic family: nobody here is real.

Two parents (m1, m2), their daughter of twelve (m3) and a therapist (t1).  What should fire where is in README.md, and the
end-to-end tests hold the daemon to it.  Run it in its own folder after a change; the files it writes are committed.
"""
import json
from datetime import datetime, timedelta, timezone

FIRST = datetime(2026, 1, 5, 16, 0, tzinfo=timezone.utc)


class Talk:
    """Turns one after the other, with plausible times."""

    def __init__(self):
        self.turns, self.now = [], 5.0

    def say(self, who, to, text):
        length = 1.0 + 0.38 * len(text.split())
        self.turns.append({"who": who, "to": to, "at": round(self.now, 1), "end": round(self.now + length, 1),
                           "text": text})
        self.now += length + 0.9
        return self

    def lines(self, text):
        for line in text.strip().splitlines():
            who, to, said = line.strip().split(" ", 2)
            self.say(who, to, said)
        return self


CALM = """
t1 m1 Good to see you all again. How was the week?
m1 t1 It was mostly quiet, we ate together three times and nobody left the table.
t1 m2 And for you?
m2 t1 Work was long, but the evenings were better than last month.
t1 m3 What did you notice at home?
m3 t1 They talked to each other more, and I could tell them about the school trip.
t1 m3 It makes sense that you enjoyed telling them.
m3 t1 Yes, and dad asked questions about it, that was nice of him.
t1 m2 What was it like for you to listen to her?
m2 t1 I noticed that I normally look at my phone, and this time I did not.
t1 m1 What did you see from your side?
m1 t1 I saw them laughing, and I thought that I want more evenings like that.
t1 m2 I can see how much that matters to you.
m2 t1 It does, I want her to remember this year as a good one.
t1 m1 That sounds like a good thing to build on.
m1 t1 We could do the same on Sunday and cook together.
t1 m3 Would you like to choose what you cook?
m3 t1 Yes, I want to make the soup that grandma makes.
"""

CALM_MORE = """
t1 m1 What would you like to look at today?
m1 t1 I would like to talk about the mornings, because they are hectic.
t1 m2 How do the mornings look from where you stand?
m2 t1 I leave early, so I only hear about it later, and then I feel left out of it.
t1 m3 And from your side?
m3 t1 I am tired, and then mum gets loud, and then I get loud as well.
t1 m1 I can see how exhausting that is when you have to leave at seven.
m1 t1 It is, and afterwards I am sorry about it for the whole day.
t1 m3 It makes sense that it is hard to start like that.
m3 t1 If somebody put the music on it would be easier to get up.
t1 m2 I appreciate that you are staying with this.
m2 t1 I could set it up the evening before, that is something I can do.
t1 m1 What do you think about that idea?
m1 t1 I like it, and I would pack the bag in the evening together with her.
"""

HOSTILE = """
t1 m2 Last time you wanted to talk about the evenings. Where would you like to begin?
m2 t1 I do not want to begin anywhere, this is a waste of time.
t1 m2 Something about this is not working for you today.
m2 t1 You never listen to me, you only ever write things down.
t1 m2 I would like to hear more about that.
m2 t1 You have no idea what you are talking about.
t1 m1 What is it like for you to hear this?
m1 t1 I am surprised, because on the way here he was quite calm.
m2 t1 You are not helping us, you are just collecting your fee.
t1 m2 I hear that you are angry with how this is going.
m2 t1 I am sick of you and your questions.
t1 m3 You went very quiet. What is happening for you?
m3 t1 I do not like it when it gets loud, it reminds me of the time before.
t1 m3 That makes sense.
m3 t1 Can we talk about something else for a moment please?
"""

REPAIR = """
t1 m2 I have been thinking about last week, and I am sorry that I missed what you were telling me.
m2 t1 Well, I did not expect you to bring that up again.
t1 m2 I got that wrong, and I would like to understand how it felt between us.
m2 t1 It felt as if you were taking notes about how bad a father I am.
t1 m2 Thank you for telling me that. I can see how that made you angry.
m2 t1 It is better now that we have talked about it, I think.
t1 m2 What could I do differently, so that you notice that I am listening?
m2 t1 Put the pen away for a while, and ask me about the good days as well.
t1 m2 I will do that. Tell me about a good day then.
m2 t1 On Saturday we went to the lake, and nobody looked at a clock.
t1 m3 What do you remember from the lake?
m3 t1 We threw stones, and dad won, and then I won, and mum took pictures.
t1 m1 How was it for you?
m1 t1 I was glad that it went well, and that we did not need a plan for it.
"""

SIDING = """
t1 m1 How did the week go?
m1 t1 I tried the new mornings, but I did it all alone once more.
t1 m1 That makes sense, you have been carrying a lot.
m1 t1 I put the music on, I packed the bag, and nobody thanked me.
t1 m1 I can see how hard you are working.
m2 m1 I was on the early shift on three of those days, and you know that.
t1 m1 You are right to be disappointed about that.
m1 t1 He says that every time, and then it is my job again.
t1 m1 It makes sense that you feel alone with it.
m2 t1 May I say how the three days were from my side?
t1 m1 In a moment. I can see how tired you are.
m1 t1 I am, and I thought that it would be different by now.
t1 m1 I really appreciate how open you are about this.
m1 t1 It helps me that somebody sees it at last.
t1 m1 I can hear how much you have done for everybody.
m1 t1 I only want that it counts for something.
t1 m1 Of course you feel that way.
m2 t1 So I am the one who does nothing, then.
t1 m1 That sounds really hard for you.
m1 t1 It is hard, and it has been hard for a long while.
t1 m1 You did really well to keep going.
m1 t1 Thank you for saying so.
t1 m1 I can understand why you are upset.
m3 t1 I did set my alarm on one day, mum, but nobody heard it.
t1 m3 That makes sense.
"""

SHORT = """
t1 m1 We are a smaller group today. How are you both?
m1 t1 He said that he had to work, and I did not want to argue about it.
t1 m3 And how are you?
m3 t1 I am fine, we had a test, and the football coach is an idiot, he shouted at everyone on the pitch.
t1 m3 What did you make of that?
m3 t1 I thought that he had a bad day, so I talked to my friend about it.
t1 m1 What would you like to use the time for?
m1 t1 I would like to think about how we plan the holidays without a quarrel.
t1 m1 Where would you begin?
m1 t1 With a list of what each of us would like, and then we compare the lists.
t1 m3 What would be on your list?
m3 t1 The sea, and that I may bring a friend for two days.
"""


def scores(m1, m2, m3):
    rows = [("SRS", "m1", m1), ("SRS", "m2", m2), ("CSRS", "m3", m3)]
    return [{"of": of, "by": by, "total": total} for of, by, total in rows if total is not None]


def homework(m1=3, m2=3, m3=3):
    return [{"who": who, "rating": rating} for who, rating in (("m1", m1), ("m2", m2), ("m3", m3)) if rating is not None]


SESSIONS = [
    dict(scores=scores(37.0, 36.5, 35.5), talk=CALM, homework=homework(None, None, None)),
    dict(scores=scores(37.5, 36.0, 35.0), talk=CALM_MORE, homework=homework(3, 3, 3)),
    # A fall of one point is noise; a score that was not filled in is not a fall.
    dict(scores=scores(36.5, None, 36.0), talk=CALM, homework=homework(3, 2, 3)),
    dict(scores=scores(37.0, 37.0, 35.5), talk=CALM_MORE, homework=homework(4, 3, 2)),
    # The father attacks the therapist, and his score falls: two channels.
    dict(scores=scores(36.5, 30.0, 35.0), talk=HOSTILE, homework=homework(3, 3, 3)),
    # The therapist takes it up.
    dict(scores=scores(37.0, 35.5, 35.5), talk=REPAIR, homework=homework(3, 3, 1)),
    # The daughter leaves her task undone a second time; the father is as he was.
    dict(scores=scores(37.0, 36.5, 35.0), talk=CALM, homework=homework(3, 3, 0)),
    # The therapist sides with the mother, and the father's score falls behind hers.
    dict(scores=scores(37.5, 31.5, 35.0), talk=SIDING, homework=homework(3, 3, 2)),
    # The father stays away twice; the second time without a word.
    dict(scores=scores(37.0, None, 35.5), talk=SHORT, homework=homework(3, None, 3),
         attendance=[{"who": "m2", "status": "cancelled", "by": "client", "notice_hours": 3}]),
    dict(scores=scores(36.5, None, 35.0), talk=SHORT, homework=homework(3, None, 3),
         attendance=[{"who": "m2", "status": "no_show", "by": "client"}], last=True),
]


def record(number, session):
    started = FIRST + timedelta(days=7 * (number - 1))
    following = None if session.get("last") else (started + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    absent = {row["who"] for row in session.get("attendance", [])}
    attendance = session.get("attendance", []) + [
        {"who": who, "status": "attended"} for who in ("m1", "m2", "m3") if who not in absent]
    return {
        "ruptured": 1,
        "record": f"synthetic-family-{number:02d}",
        "case": "synthetic-family",
        "session": number,
        "started": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "minutes": 50,
        "modality": "family",
        "language": "en",
        "x_synthetic": True,
        "next_session": following,
        "participants": [
            {"id": "t1", "role": "therapist"},
            {"id": "m1", "role": "parent", "age": 41},
            {"id": "m2", "role": "parent", "age": 43},
            {"id": "m3", "role": "child", "age": 12},
        ],
        "attendance": attendance,
        "scores": session["scores"],
        "homework": session["homework"],
        "turns": Talk().lines(session["talk"]).turns,
    }


for number, session in enumerate(SESSIONS, 1):
    with open(f"session-{number:02d}.json", "w", encoding="utf-8") as file:
        json.dump(record(number, session), file, indent=1, ensure_ascii=False)
        file.write("\n")
