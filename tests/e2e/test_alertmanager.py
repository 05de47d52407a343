"""The Alertmanager: a real one, started here; what fires there, what is told of it, and when it ends."""
import json
import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from datetime import datetime

from box import ROOT, Skip, check
from receivers import Receiver, free_port
from test_delivery import QUICK, SAFETY, fires, parcels, quiet, set_up
from test_daemon import LOW
from test_webhook import delivered, put_off

# A pager's view: it hears at once, of ends as well.
CONFIG = """\
route: {{receiver: pager, group_by: [incident], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: pager, webhook_configs: [{{url: '{url}', send_resolved: true}}]}}]
"""


class Alertmanager:
    def __init__(self, box, config):
        self.box, self.url = box, f"http://127.0.0.1:{free_port()}"
        self.program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
        if not self.program:
            raise Skip("prometheus-alertmanager is not installed")
        self.config = box.dir / "alertmanager.yaml"
        self.config.write_text(config)
        self.start()

    def start(self):
        with open(self.box.dir / "alertmanager.err", "ab") as err:
            self.process = subprocess.Popen(
                [self.program, f"--config.file={self.config}", f"--storage.path={self.box.dir}/alertmanager",
                 f"--web.listen-address={self.url[7:]}", "--cluster.listen-address="],
                stdin=subprocess.DEVNULL, stdout=err, stderr=err)
        self.box.wait(self.is_ready, "the Alertmanager")

    def is_ready(self):
        try:
            return urllib.request.urlopen(self.url + "/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def firing(self):
        with urllib.request.urlopen(self.url + "/api/v2/alerts", timeout=5) as answer:
            return json.load(answer)

    def stop(self):
        self.process.kill()
        self.process.wait()


@contextmanager
def alertmanager(box, rules=LOW, sink="", more="", routes="[{name: everything, to: [desk]}]", config=None):
    """(Alertmanager, pager), and the configuration of a sink to it."""
    with Receiver() as pager:
        config = config and config(pager)
        manager = Alertmanager(box, config or CONFIG.format(url=pager.url))
        try:
            set_up(box, rules=rules, routes=routes,
                   sinks="{desk: {alertmanager: {url: '%s'%s}, %s%s}}" % (manager.url, more, QUICK, sink))
            yield manager, pager
        finally:
            manager.stop()


def heard(pager):
    """What the pager was told, in order: (status, state, member) of each alert of each notification."""
    return [(alert["status"], alert["labels"].get("state"), alert["labels"].get("member"))
            for told in pager.alerts() for alert in told["alerts"]]


def test_an_alert_fires_and_is_resolved_when_its_incident_is_over(box):
    with alertmanager(box) as (manager, pager):
        box.start()
        box.drop(fires(box, case="SECRETCASE", session=1))
        delivered(box)
        alert = box.wait(manager.firing, "the alert")[0]
        labels = alert["labels"]
        check({"alertname", "service", "severity", "state", "case", "member", "incident"} == set(labels), str(labels))
        check((labels["alertname"], labels["severity"], labels["state"], labels["member"], labels["service"])
              == ("test.low", "warning", "open", "m1", "ruptured"), str(labels))
        check(alert["annotations"] == {"session": "1"} and "SECRETCASE" not in str(alert), str(alert))
        lasts = datetime.fromisoformat(alert["endsAt"].replace("Z", "+00:00")).timestamp() - time.time()
        check(abs(lasts - 90 * 86400) < 3600, alert["endsAt"])
        box.wait(lambda: heard(pager) == [("firing", "open", "m1")], "the notification", told=lambda: str(heard(pager)))
        box.drop(quiet(box, case="SECRETCASE", session=2))
        box.drop(quiet(box, case="SECRETCASE", session=3))
        delivered(box, 2)
        box.wait(lambda: not manager.firing(), "the end", told=lambda: str(manager.firing()))
        box.wait(lambda: heard(pager) == [("firing", "open", "m1"), ("resolved", "open", "m1")], "its notification",
                 told=lambda: str(heard(pager)))


def test_what_changes_is_told_and_what_was_before_is_over(box):
    with alertmanager(box, rules=LOW.replace("    say:", "    unrepaired_after: 2 sessions\n    say:")) as (manager, pager):
        box.start()
        for session in (1, 2, 3):
            box.drop(fires(box, session=session))
            box.wait_processed(session)
        delivered(box, 2)
        states = lambda: [alert["labels"]["state"] for alert in manager.firing()]
        box.wait(lambda: states() == ["unrepaired"], "the second alone", told=lambda: str(states()))
        box.wait(lambda: ("firing", "unrepaired", "m1") in heard(pager), "its notification", told=lambda: str(heard(pager)))


def test_advice_is_carried_where_the_sink_may_have_it(box):
    with alertmanager(box, sink=", privacy: advice") as (manager, pager):
        box.start()
        box.drop(fires(box))
        delivered(box)
        check(manager.firing()[0]["annotations"] == {"session": "1", "summary": "ask m1 about the session",
                                                     "description": "Ask what was different."}, str(manager.firing()))


def test_two_incidents_of_a_case_do_not_end_each_other(box):
    with alertmanager(box) as (manager, pager):
        box.start()
        box.drop(box.record(scores={"m1": 20.0, "m2": 20.0}))
        delivered(box, 2)
        check(sorted(alert["labels"]["member"] for alert in manager.firing()) == ["m1", "m2"], str(manager.firing()))
        box.drop(fires(box, session=2))
        box.drop(fires(box, session=3))
        delivered(box, 3)
        box.wait(lambda: [alert["labels"]["member"] for alert in manager.firing()] == ["m1"], "the end of one",
                 told=lambda: str(manager.firing()))


def test_a_safeguarding_alert_fires_without_a_case(box):
    with alertmanager(box, rules=SAFETY, routes="[{name: harm, match: {rules: [test.harm]}, to: [desk]}]") as (manager, pager):
        box.start()
        box.drop(quiet(box, flags={"safeguarding": True}))
        delivered(box)
        labels = manager.firing()[0]["labels"]
        check(set(labels) == {"alertname", "service", "severity", "incident"} and labels["alertname"] == "ruptured"
              and labels["severity"] == "critical", str(labels))


def test_an_alertmanager_that_is_down_gets_what_waited(box):
    with alertmanager(box) as (manager, pager):
        manager.stop()
        box.start()
        box.drop(fires(box))
        put_off(box, "port")
        manager.start()
        delivered(box)
        check(len(manager.firing()) == 1 and parcels(box, 2) == 0, str(manager.firing()))


def test_the_routes_of_the_documentation_work(box):
    def snippet(pager):
        text = (ROOT / "docs" / "snippets" / "alertmanager.yml").read_text()
        check("http://127.0.0.1:8028/" in text and "group_wait: 5s" in text, text)
        return text.replace("http://127.0.0.1:8028", pager.url.rpartition("/")[0]).replace("group_wait: 5s", "group_wait: 0s")

    rules = LOW + SAFETY.partition("rules:\n")[2]
    routes = "[{name: everything, to: [desk], continue: yes}, {name: harm, match: {rules: [test.harm]}, to: [desk]}]"
    with alertmanager(box, rules=rules, routes=routes, config=snippet) as (manager, pager):
        box.start()
        box.drop(fires(box, flags={"safeguarding": True}))
        delivered(box, 2)
        box.wait(lambda: len(pager.requests) == 2, "both notifications", told=lambda: str(heard(pager)))
        told = {request["path"]: json.loads(request["body"])["alerts"][0]["labels"]["alertname"] for request in pager.requests}
        check(told == {"/desk": "test.low", "/phone": "ruptured"}, str(told))
