"""The webhook: what a receiver gets, what its answers mean, and whom the courier trusts."""
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

from box import ROOT, check
from receivers import Authority, Receiver, free_port
from test_delivery import ADVICE, QUICK, fires, parcels, set_up

SECRET = "a secret of the test"


def to_webhook(box, receiver, more="", sink="", url=None):
    settings = f"url: '{url or receiver.url}'" + (f", {more}" if more else "")
    set_up(box, sinks="{desk: {webhook: {%s}, %s%s}}" % (settings, QUICK, sink), routes="[{name: everything, to: [desk]}]")


def secret_file(box, text=SECRET + "\n", mode=0o640):
    path = box.dir / "etc" / "secret"
    path.write_text(text)
    path.chmod(mode)
    return path


def answers_at(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def why(box):
    return [row[0] for row in box.rows("SELECT why FROM parcels WHERE why IS NOT NULL", db=box.courier_db)]


def delivered(box, number=1):
    return box.wait(lambda: parcels(box, 1) >= number, f"{number} deliveries", told=lambda: str(why(box)))


def dead(box):
    box.wait(lambda: parcels(box, 2) == 1, "a dead letter", told=lambda: str(why(box)))
    return why(box)[0]


def put_off(box, words):
    return box.wait(lambda: [text for text in why(box) if words in text], f"\"{words}\"", told=lambda: str(why(box)))


# ---- what it gets

def test_a_receiver_gets_the_alert_signed_and_can_prove_it(box):
    with Receiver() as receiver:
        to_webhook(box, receiver, f"secret_file: {secret_file(box)}")
        box.start()
        box.drop(fires(box, case="SECRETCASE"))
        delivered(box)
    request, headers = receiver.requests[0], receiver.requests[0]["headers"]
    alert = json.loads(request["body"])
    check(request["method"] == "POST" and request["path"] == "/alerts", str(request))
    check(set(alert) == ADVICE and b"SECRETCASE" not in request["body"], str(alert))
    check(headers["Content-Type"] == "application/json" and headers["Idempotency-Key"] == f"{alert['key']}/desk", str(headers))
    stamp = headers["X-Ruptured-Timestamp"]
    proof = hmac.new(SECRET.encode(), stamp.encode() + b"." + request["body"], hashlib.sha256).hexdigest()
    check(headers["X-Ruptured-Signature"] == f"sha256={proof}", str(headers))
    check(abs(int(stamp) - time.time()) < 60, stamp)
    check(headers["User-Agent"].startswith("ruptured/") and "Expect" not in headers, str(headers))


def test_the_secret_is_in_no_log_no_payload_and_no_database(box):
    with Receiver(500, 200) as receiver:
        to_webhook(box, receiver, f"secret_file: {secret_file(box)}")
        box.start(courier=False)
        courier = box.start_courier()
        box.drop(fires(box))
        delivered(box)
    check(SECRET not in courier.err(), courier.err())
    for path in filter(Path.is_file, box.courier_db.parent.iterdir()):
        check(SECRET.encode() not in path.read_bytes(), path.name)
    check(all(SECRET.encode() not in request["body"] and SECRET not in str(request["headers"])
              for request in receiver.requests), "sent")


def test_without_a_secret_nothing_is_signed(box):
    with Receiver() as receiver:
        to_webhook(box, receiver)
        box.start()
        box.drop(fires(box))
        delivered(box)
    check(receiver.header("X-Ruptured-Signature") == [None], str(receiver.requests))


def test_a_secret_that_is_not_there_yet_is_waited_for(box):
    with Receiver() as receiver:
        to_webhook(box, receiver, f"secret_file: {box.dir}/etc/secret")
        box.start()
        box.drop(fires(box))
        put_off(box, "etc/secret: No such file")
        secret_file(box)
        delivered(box)
    check(len(receiver.requests) == 1 and receiver.header("X-Ruptured-Signature")[0], str(receiver.requests))


def test_a_secret_that_everybody_may_read_is_refused(box):
    with Receiver() as receiver:
        to_webhook(box, receiver, f"secret_file: {secret_file(box, mode=0o644)}")
        found = box.run("ruptured", "-c", box.config_path, "--check")
        check(found.code != 0 and "everybody may read" in found.err and "[secret-file]" in found.err, found.err)
        secret_file(box, mode=0o640)
        box.start()
        secret_file(box, mode=0o644)
        box.drop(fires(box))
        put_off(box, "everybody may read it, so it is no secret")
    check(not receiver.requests, str(receiver.requests))


def test_the_receiver_of_the_documentation_takes_what_is_signed_and_once(box):
    port, secret = free_port(), secret_file(box)
    script, out = ROOT / "docs" / "snippets" / "webhook-receiver.py", box.dir / "received"
    url = f"http://127.0.0.1:{port}/alerts"
    with open(out, "wb") as to, subprocess.Popen([sys.executable, script, secret, str(port)], stdout=to) as receiver:
        try:
            box.wait(lambda: answers_at(port), "the receiver")
            to_webhook(box, None, f"secret_file: {secret}", url=url)
            box.start(courier=False)
            box.drop(fires(box))
            box.wait_processed()
            box.fault("courier-handed")
            box.run("ruptured-courier", "-c", box.config_path, "--once")
            check(len(out.read_text().splitlines()) == 1 and parcels(box, 1) == 0, "not handed over")
            box.fault(None)
            box.start_courier()
            delivered(box)
            check(set(json.loads(out.read_text())) == ADVICE, out.read_text())
            secret_file(box, "another\n")
            box.drop(fires(box, case="K2"))
            check("403 from the receiver: is the secret right?" in dead(box), str(why(box)))
        finally:
            receiver.kill()
    check(len(out.read_text().splitlines()) == 1, out.read_text())


# ---- what its answers mean

def test_an_error_of_the_server_is_tried_again_under_the_same_key(box):
    with Receiver(500, 503, 408, 200) as receiver:
        to_webhook(box, receiver)
        box.start()
        box.drop(fires(box))
        delivered(box)
    keys = receiver.header("Idempotency-Key")
    check(len(keys) == 4 and len(set(keys)) == 1, str(keys))
    check(len({request["body"] for request in receiver.requests}) == 1, "another body")


def test_a_receiver_that_asks_for_a_pause_gets_it(box):
    with Receiver((429, {"Retry-After": "3"}), 200) as receiver:
        to_webhook(box, receiver)
        config = box.config_path.read_text().replace("longest: 1 second", "longest: 1 minute")
        box.config_path.write_text(config)
        box.start()
        box.drop(fires(box))
        delivered(box)
    first, second = (request["at"] for request in receiver.requests)
    check(2 <= second - first < 8, f"{second - first} s between")


def test_what_a_receiver_refuses_for_good_is_a_dead_letter_at_once(box):
    for status, hint in ((403, "403 from the receiver: is the secret right?"), (410, "410 from the receiver: it wants no more"),
                         (404, "is the address right?"), (422, "422 from the receiver")):
        with Receiver(status) as receiver:
            to_webhook(box, receiver)
            box.once()
            box.drop(fires(box, case=f"K{status}"))
            box.once()
            check(len(receiver.requests) == 1, f"{status}: {len(receiver.requests)} tries")
        check(any(hint in text for text in why(box)), f"{status}: {why(box)}")
    check(parcels(box, 2) == 4, "dead letters")


def test_a_redirect_is_not_followed(box):
    with Receiver() as other, Receiver((301, {"Location": other.url}), 200) as receiver:
        to_webhook(box, receiver)
        box.start()
        box.drop(fires(box))
        check("301 from the receiver: it has moved" in dead(box), str(why(box)))
    check(not other.requests, "the other was asked")


def test_a_receiver_that_says_nothing_is_left_in_time_and_holds_up_no_other(box):
    with Receiver(Receiver.HANGS, 200) as slow, Receiver() as quick:
        set_up(box, sinks="{slow: {webhook: {url: '%s', timeout: 2 seconds}, %s}, quick: {webhook: {url: '%s'}}}"
               % (slow.url, QUICK, quick.url), routes="[{name: everything, to: [slow, quick]}]", fallback="quick")
        box.start()
        box.drop(fires(box))
        delivered(box, 1)
        check(len(quick.requests) == 1 and len(slow.requests) <= 1, "the quick one waited")
        put_off(box, "timed out")
        delivered(box, 2)


def test_a_receiver_that_hangs_up_is_tried_again(box):
    with Receiver(Receiver.CLOSES, 200) as receiver:
        to_webhook(box, receiver)
        box.start()
        box.drop(fires(box))
        delivered(box)
    check(len(receiver.requests) == 2, str(len(receiver.requests)))


def test_an_answer_without_end_is_cut_short(box):
    with Receiver(Receiver.ENDLESS) as receiver:
        to_webhook(box, receiver)
        box.start()
        box.drop(fires(box))
        delivered(box)
        check(len(receiver.requests) == 1, "again")


def test_nobody_listening_is_a_reason_to_try_again(box):
    receiver = Receiver()
    receiver.close()
    to_webhook(box, receiver)
    box.start()
    box.drop(fires(box))
    put_off(box, f"127.0.0.1 port {receiver.port}")


def test_a_courier_that_stops_does_not_wait_for_a_receiver(box):
    with Receiver(Receiver.HANGS) as receiver:
        to_webhook(box, receiver, "timeout: 2 minutes")
        box.start(courier=False)
        courier = box.start_courier()
        box.drop(fires(box))
        box.wait(lambda: receiver.requests, "the try")
        courier.stop()
        put_off(box, "no answer before the courier stopped")


# ---- whom it trusts

def test_the_authority_of_the_clinic_is_trusted_and_no_other(box):
    ours, theirs = Authority(box.dir, "ours"), Authority(box.dir, "theirs")
    with Receiver(tls=ours.server()) as receiver:
        to_webhook(box, receiver, f"ca: {theirs.cert}")
        box.start()
        box.drop(fires(box))
        put_off(box, "certificate")
        check(not receiver.requests, "told a stranger")
        to_webhook(box, receiver, f"ca: {ours.cert}")
        delivered(box)


def test_without_an_authority_of_its_own_the_systems_are_asked(box):
    with Receiver(tls=Authority(box.dir).server()) as receiver:
        to_webhook(box, receiver)
        box.start()
        box.drop(fires(box))
        put_off(box, "certificate")
    check(not receiver.requests, "told a stranger")


def test_an_expired_certificate_is_refused(box):
    authority = Authority(box.dir)
    with Receiver(tls=authority.server(expired=True)) as receiver:
        to_webhook(box, receiver, f"ca: {authority.cert}")
        box.start()
        box.drop(fires(box))
        put_off(box, "certificate")
    check(not receiver.requests, "told a stranger")


def test_a_certificate_for_another_name_is_refused(box):
    authority = Authority(box.dir)
    with Receiver(tls=authority.server(names="DNS:elsewhere.example")) as receiver:
        to_webhook(box, receiver, f"ca: {authority.cert}")
        box.start()
        box.drop(fires(box))
        put_off(box, "SSL")
    check(not receiver.requests, "told a stranger")


def test_proxies_of_the_environment_are_ignored(box):
    with Receiver() as receiver, Receiver() as proxy:
        to_webhook(box, receiver)
        box.start(env={"http_proxy": proxy.url, "all_proxy": proxy.url, "ALL_PROXY": proxy.url})
        box.drop(fires(box))
        delivered(box)
    check(len(receiver.requests) == 1 and not proxy.requests, "went through the proxy")


# ---- how quick

def test_a_delivery_waits_for_the_receiver_and_not_for_a_clock(box):
    with Receiver() as receiver:
        to_webhook(box, receiver)
        box.start(courier=False)
        for i in range(100):
            box.drop(fires(box, case=f"K{i}"))
        box.wait_processed(100)
        box.start_courier()
        delivered(box, 100)
    times = [request["at"] for request in receiver.requests]
    each = (times[-1] - times[0]) / 99
    print(f"{1000 * each:.1f} ms a delivery")
    check(each < 0.1 * box.slow, f"{1000 * each:.0f} ms a delivery")
