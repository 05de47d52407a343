"""What becomes of alerts that cannot be delivered, and what the engine says of itself: sinks, sites, clock, heartbeat."""
import json
import re

from box import ROOT, check
from test_daemon import LOW, fires, quiet, set_up
from test_delivery import SAFETY

FINE, FOUND, WRONG = 0, 1, 2
IMPATIENT = "retry: {first: 1 second, longest: 1 second, attempts: 1}"
HOOK = """\
#!/bin/sh
cat >"{dir}/{name}/.$$" && mv "{dir}/{name}/.$$" "{dir}/{name}/$(date +%s%N)-$$.json"
exit "$(cat "{dir}/{name}.exit")"
"""


class Hook:
    """A sink beside `desk`, whose exit status the test says."""

    def __init__(self, box, name, privacy="advice", retry=IMPATIENT):
        self.box, self.name = box, name
        self.path = box.dir / f"hook-{name}"
        self.path.write_text(HOOK.format(dir=box.dir, name=name))
        self.path.chmod(0o755)
        (box.dir / name).mkdir()
        self.exits(0)
        self.sink = f"{name}: {{exec: {{command: [{self.path}]}}, privacy: {privacy}, {retry}}}"

    def exits(self, code):
        (self.box.dir / f"{self.name}.exit").write_text(f"{code}\n")

    def heard(self):
        return [json.loads(path.read_text()) for path in sorted((self.box.dir / self.name).glob("*.json"))]


def parcels(box, what="key, state", where="1"):
    return box.rows(f"SELECT {what} FROM parcels WHERE {where} ORDER BY row", db=box.courier_db)


def wait_dead(box, number=1):
    box.wait(lambda: len(parcels(box, where="state = 2")) >= number, f"{number} dead letters", told=lambda: str(parcels(box)))


def one_hook(box, name="phone", fallback=None, **more):
    hook = Hook(box, name)
    hook.exits(1)
    set_up(box, sinks="{%s}" % hook.sink, routes=f"[{{name: all, to: [{name}]}}]", fallback=fallback or name, **more)
    return hook


# ---- dead letters and people

def test_a_dead_letter_is_listed_with_its_reason_and_tried_again(box):
    hook = one_hook(box)
    box.start()
    box.drop(fires(box))
    wait_dead(box)
    hook.exits(0)
    check(box.ctl("status").code == FOUND, "status is content with a dead letter")
    letter, = box.ctl("--json", "outbox", "list", expect=FINE).lines()
    check((letter["state"], letter["sink"], letter["route"], letter["attempts"]) == ("dead", "phone", "all", 1), str(letter))
    check("exit" in letter["why"] or "1" in letter["why"], str(letter))
    check("say" not in letter and "ask" not in box.ctl("outbox").out, "the list shows payload")
    check(letter["key"] in box.ctl("outbox", "--dead").out, "not among the dead")
    check(letter["key"] not in box.ctl("outbox", "--waiting").out, "among the waiting")
    box.ctl("outbox", "retry", letter["key"], expect=FINE)
    box.wait(lambda: parcels(box) == [(letter["key"], 1)], "its delivery", told=lambda: str(parcels(box, "*")))
    check(parcels(box, "attempts") == [(1,)], str(parcels(box, "*")))
    keys = {alert["key"] for alert in hook.heard()}
    check(len(keys) == 1 and len(hook.heard()) == 2, f"heard {hook.heard()}")
    box.wait(lambda: box.ctl("status").code == FINE, "a content status", told=lambda: box.ctl("status").out)
    check("outbox retry" in str(box.rows("SELECT what FROM audit")), "not in the audit")
    check(box.ctl("outbox", "retry", letter["key"]).code == WRONG, "what was delivered is tried again")
    check("Nothing here" in box.ctl("outbox").out, box.ctl("outbox").out)


def test_a_dead_letter_is_dropped_with_a_reason(box):
    hook = one_hook(box)
    engine = box.start()
    box.drop(fires(box))
    wait_dead(box)
    key = parcels(box, "key")[0][0]
    check(box.ctl("outbox", "drop", key).code == WRONG, "dropped without a reason")
    box.ctl("outbox", "drop", key, "--reason", "told", "by", "phone", expect=FINE)
    box.wait(lambda: parcels(box) == [(key, 3)], "the drop", told=lambda: str(parcels(box)))
    check(("outbox drop", f"{key}: told by phone") in box.rows("SELECT what, about FROM audit"),
          str(box.rows("SELECT what, about FROM audit")))
    check(box.rows("SELECT outcome FROM outbox") == [("dropped",)], str(box.rows("SELECT outcome FROM outbox")))
    box.ctl("status", expect=FINE)
    check(box.ctl("outbox", "retry", key).code == WRONG, "what was dropped is tried again")
    engine.stop()
    box.start(courier=False)
    hook.exits(0)
    box.drop(fires(box, case="K3"))
    box.wait(lambda: (parcels(box)[-1][1]) == 1, "the next alert")
    check(parcels(box)[0] == (key, 3), "the dropped one came back")
    check(box.ctl("outbox", "drop", "nonsense", "--reason", "x").code == WRONG, "a key that is none")


def test_all_dead_letters_are_tried_again_at_once(box):
    hook = one_hook(box)
    box.start()
    for n in range(3):
        box.drop(fires(box, case=f"K{n}"))
    wait_dead(box, 3)
    hook.exits(0)
    said = box.ctl("outbox", "retry", "--all", expect=FINE).out
    check("3 dead letters" in said, said)
    box.wait(lambda: all(state == 1 for _, state in parcels(box)), "all delivered", told=lambda: str(parcels(box)))
    check(len({alert["key"] for alert in hook.heard()}) == 3, str(hook.heard()))


def test_what_reached_nobody_is_listed_and_can_be_seen_to(box):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(SAFETY)])
    box.start()
    box.drop(quiet(box, case="K1", flags={"safeguarding": True}))
    box.wait(lambda: box.rows("SELECT 1 FROM outbox WHERE outcome = 'undelivered'"), "the alert")
    letter, = box.ctl("--json", "outbox", expect=FINE).lines()
    check(letter["state"] == "nobody", str(letter))
    check("no route" in box.ctl("outbox", "retry", letter["key"]).err, "it was tried again")
    box.ctl("outbox", "drop", letter["key"], "--reason", "seen to", expect=FINE)
    check(box.ctl("--json", "outbox", expect=FINE).lines() == [], "still listed")


# ---- the fallback

def fallback_of(box, privacy="tokens", rules=LOW, routes="[{name: all, to: [phone]}]"):
    phone, post = Hook(box, "phone"), Hook(box, "post", privacy)
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(rules)], sinks="{%s, %s}" % (phone.sink, post.sink),
               routes=routes, fallback="post")
    return phone, post


def test_a_dead_letter_goes_to_the_fallback_under_the_same_key(box):
    phone, post = fallback_of(box)
    phone.exits(1)
    box.start()
    box.drop(fires(box))
    heard = box.wait(post.heard, "the fallback")
    check(len(heard) == 1 and heard[0]["to_fallback"] is True, str(heard))
    check(heard[0]["key"] == phone.heard()[0]["key"], f"{heard} {phone.heard()}")
    check("say" in phone.heard()[0] and "say" not in heard[0] and "case" in heard[0], "not cut for the fallback")
    check("to_fallback" not in phone.heard()[0], str(phone.heard()))
    box.wait(lambda: not box.rows("SELECT 1 FROM spares"), "no spare left")


def test_what_was_delivered_leaves_no_spare(box):
    phone, post = fallback_of(box)
    box.start()
    box.drop(fires(box))
    box.wait(lambda: box.rows("SELECT 1 FROM outbox WHERE outcome = 'delivered'"), "the receipt")
    check(box.rows("SELECT count(*) FROM spares") == [(0,)] and not post.heard(), "a spare is left")
    check(len(phone.heard()) == 1, str(phone.heard()))


def safety_routes(post):
    return "[{name: harm, match: {rules: [test.harm]}, to: [phone%s]}]" % (", post" if post else "")


def test_a_dead_safeguarding_letter_is_never_silent_and_goes_where_a_route_names_it(box):
    phone, post = fallback_of(box, rules=SAFETY, routes=safety_routes(False))
    phone.exits(1)
    engine = box.start()
    box.drop(quiet(box, case="K1", flags={"safeguarding": True}))
    wait_dead(box)
    box.wait(lambda: "it reaches nobody" in engine.err(), "a line in the log", told=engine.err)
    check(not post.heard() and not box.rows("SELECT 1 FROM spares"), "it went to the fallback")
    status = box.ctl("status", expect=FOUND)
    check("SAFEGUARDING" in status.out, status.out)
    line = re.search(r"safeguarding alert .*", engine.err())[0]
    check("K1" not in line and "m1" not in line, line)
    # Another route that names it leads to the fallback.
    routes = ("[{name: harm, match: {rules: [test.harm], severity: at least critical}, to: [phone]},"
              " {name: harm-too, match: {rules: [test.harm]}, to: [post]}]")
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(SAFETY)],
               sinks="{%s, %s}" % (phone.sink, post.sink), routes=routes, fallback="post")
    engine.stop()
    engine = box.start(courier=False)
    box.drop(quiet(box, case="K2", flags={"safeguarding": True}))
    heard = box.wait(post.heard, "the fallback")
    check(set(heard[0]) == {"alert", "severity", "route", "to_fallback"}, f"not bare: {heard}")


# ---- one courier

def test_a_second_courier_says_who_delivers_and_leaves(box):
    set_up(box)
    box.start(courier=False)
    first = box.start_courier()
    second = box.run("ruptured-courier", "-c", box.config_path)
    check(second.code == 75 and f"pid {first.pid}" in second.err, f"{second.code}: {second.err}")
    once = box.run("ruptured-courier", "-c", box.config_path, "--once")
    check(once.code == 75, f"--once ended with {once.code}: {once.err}")
    first.kill()
    box.start_courier()
    box.drop(fires(box))
    box.wait_told()
