"""Alerts in the logging a clinic already has: rsyslog, syslog-ng, the journal, a file; the real daemons, as docs/snippets has them."""
import json
import os
import re
import signal
import socket
import time

import loghosts
from box import ROOT, check
from loghosts import Journal, make_ca, make_cert, start_rsyslog, start_syslog_ng
from test_daemon import LOW
from test_delivery import BARE, NUMBERS, QUICK, SAFETY, TOKENS, fires, parcels, quiet, set_up


def to_log(box, settings, privacy=None, more="", **rest):
    """One sink `log` of these settings: "syslog: {...}"."""
    level = f", privacy: {privacy}" if privacy else ""
    set_up(box, sinks="{log: {%s%s, %s}%s}" % (settings, level, QUICK, more),
           routes=rest.pop("routes", "[{name: everything, to: [log]}]"), fallback="log", **rest)


def to_host(box, host, more="", **rest):
    to_log(box, f"syslog: {{to: '{host.to}'{more}}}", **rest)


def trust(host):
    """The client's end of TLS, for a host that asks for a certificate."""
    return f", ca: {host.ca}, cert: {host.dir}/client.pem, key: {host.dir}/client.key"


def waiting_in_vain(box):
    return box.rows("SELECT count(*) FROM parcels WHERE state = 0 AND attempts > 0", db=box.courier_db)[0][0]


def last_error(box):
    rows = box.rows("SELECT why FROM parcels WHERE why IS NOT NULL ORDER BY row DESC", db=box.courier_db)
    return rows[0][0] if rows else ""


def courier_says(box, words):
    return any(words in program.err() for program in box.programs)


# ---- as each daemon understands it

def rsyslog_alert(found):
    """(the object, the structured data) of what rsyslog wrote."""
    data = found.pop("rfc5424-sd", {}).get("ruptured@32473", {})
    return found, data


def syslog_ng_alert(found):
    data = found.pop("SDATA", {}).get("ruptured@32473", {})
    return {key: value or None for key, value in found.items()}, data  # its null is an empty text


def as_text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_alert(alert, data):
    check(set(alert) == TOKENS, f"keys {sorted(alert)}")
    check(alert["rule"] == "test.low" and alert["member"] == "m1" and alert["state"] == "open", str(alert))
    check("SECRETCASE" not in json.dumps(alert), "the clinic's case id")
    said = {key: as_text(value) for key, value in alert.items() if value is not None}
    check(data == said, f"structured data\n{data}\nobject\n{said}")


def one_alert(box, host, understand, more=""):
    to_host(box, host, more)
    box.start()
    box.drop(fires(box, case="SECRETCASE"))
    check_alert(*understand(box.wait(host.alerts, "the alert", told=lambda: box.programs[-1].err())[0]))


def test_rsyslog_takes_structured_data_and_json_by_udp(box):
    one_alert(box, start_rsyslog(box, "udp"), rsyslog_alert)


def test_rsyslog_takes_structured_data_and_json_by_tcp(box):
    one_alert(box, start_rsyslog(box, "tcp"), rsyslog_alert)


def test_rsyslog_takes_structured_data_and_json_by_tls(box):
    host = start_rsyslog(box, "tls")
    one_alert(box, host, rsyslog_alert, trust(host))


def test_rsyslog_takes_structured_data_and_json_at_a_socket(box):
    one_alert(box, start_rsyslog(box, "unix"), rsyslog_alert)


def test_syslog_ng_takes_structured_data_and_json_by_udp(box):
    one_alert(box, start_syslog_ng(box, "udp"), syslog_ng_alert)


def test_syslog_ng_takes_structured_data_and_json_by_tcp(box):
    one_alert(box, start_syslog_ng(box, "tcp"), syslog_ng_alert)


def test_syslog_ng_takes_structured_data_and_json_by_tls(box):
    host = start_syslog_ng(box, "tls")
    one_alert(box, host, syslog_ng_alert, trust(host))


def test_syslog_ng_takes_structured_data_and_json_at_a_socket(box):
    one_alert(box, start_syslog_ng(box, "unix"), syslog_ng_alert)


def test_the_machines_own_log_may_be_rsyslog_or_syslog_ng(box):
    box.private_no_dev_log()
    to_log(box, "syslog: {}")
    box.start()
    for number, start in enumerate((start_rsyslog, start_syslog_ng)):
        host = start(box, "devlog")
        box.drop(fires(box, case=f"K{number}"))
        alert = box.wait(host.alerts, "the alert", told=lambda: (host.dir / "err").read_text())[0]
        check(alert["rule"] == "test.low" and set(alert) - {"rfc5424-sd", "SDATA"} == TOKENS, str(alert))
        host.stop()
        if os.path.exists("/dev/log"):
            os.unlink("/dev/log")


def test_the_older_format_goes_to_another_machine_too(box):
    head = box.dir / "head"
    host = start_rsyslog(box, "tcp", early=f'action(type="omfile" file="{head}" template="head")',
                         more='template(name="head" type="string" string="%syslogfacility-text%.%syslogseverity-text% %hostname% %syslogtag%\\n")\n')
    to_host(box, host, ", format: cee, hostname: box-7, ident: clinic, facility: daemon")
    box.start()
    box.drop(fires(box))
    alert = box.wait(host.alerts, "the alert")[0]
    check("rfc5424-sd" not in alert and alert["rule"] == "test.low", str(alert))
    line = box.wait(lambda: head.exists() and head.read_text(), "its head")
    check(re.fullmatch(r"daemon\.warning box-7 clinic\[\d+\]:\n", line), line)


# ---- connections

def test_a_connection_is_kept_and_made_anew_after_a_restart_of_the_log_host(box):
    host = start_rsyslog(box, "tcp")
    to_host(box, host)
    box.start()
    box.drop(fires(box, case="K1"))
    box.wait(lambda: len(host.alerts()) == 1, "the first alert")
    host.stop()
    box.drop(fires(box, case="K2"))
    box.wait(lambda: waiting_in_vain(box), "a try in vain")
    check("Connection refused" in last_error(box), last_error(box))
    host.start(host.listening)
    box.drop(fires(box, case="K3"))
    box.wait(lambda: len(host.alerts()) == 3, "all three", 20)
    # Ended while the connection rests: noticed before anything is written to it.
    host.stop()
    host.start(host.listening)
    box.drop(fires(box, case="K4"))
    box.wait(lambda: len(host.alerts()) == 4, "the fourth", 20)
    keys = [alert["key"] for alert in host.alerts()]
    check(len(set(keys)) == 4, str(keys))
    box.wait(lambda: parcels(box, 1) == 4, "the receipts")


def test_a_log_host_that_hangs_holds_up_no_other_sink(box):
    """Its kernel accepts the connection, nobody ever answers the handshake; then one that reads nothing at all."""
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(0)
    port = silent.getsockname()[1]
    hook = "desk: {exec: {command: [%s]}, privacy: numbers}" % box.hook
    set_up(box, sinks="{log: {syslog: {to: 'tls://127.0.0.1:%d', timeout: 1 second}, %s}, %s}" % (port, QUICK, hook),
           routes="[{name: everything, to: [log, desk]}]", fallback="desk")
    box.start()
    began = time.monotonic()
    for number in range(3):
        box.drop(fires(box, case=f"K{number}"))
    box.wait_told(3)
    check(time.monotonic() - began < 5 * box.slow, "the hook had to wait")
    box.wait(lambda: waiting_in_vain(box), "a try that ran out of time")
    check("did not take it within 1 s" in last_error(box), last_error(box))
    silent.close()


def test_a_courier_that_stops_does_not_wait_for_a_log_host_that_hangs(box):
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(1)
    to_log(box, "syslog: {to: 'tls://127.0.0.1:%d', timeout: 1 hour}" % silent.getsockname()[1])
    box.start(courier=False)
    courier = box.start_courier()
    box.drop(fires(box))
    silent.settimeout(10 * box.slow)
    connection, _ = silent.accept()
    began = time.monotonic()
    courier.stop()
    check(time.monotonic() - began < 8 * box.slow, "it waited")
    check(parcels(box, 0) == 1, "the alert is not kept")
    connection.close()
    silent.close()


# ---- whom TLS trusts

def refused_by_tls(box, host, settings, words):
    to_host(box, host, settings)
    engine = box.start()
    box.drop(fires(box))
    box.wait(lambda: waiting_in_vain(box), "a try in vain")
    check(words in last_error(box), f"{words}: {last_error(box)}")
    check(not host.alerts(), "it was sent all the same")
    return engine


def test_a_certificate_that_nobody_vouches_for_is_refused(box):
    host = start_rsyslog(box, "tls")
    client = f", cert: {host.dir}/client.pem, key: {host.dir}/client.key"
    make_ca(host.dir, "other")
    refused_by_tls(box, host, client, "certificate of localhost: ")  # the system's
    to_host(box, host, client + f", ca: {host.dir}/other.pem")
    box.wait(lambda: courier_says(box, "configuration in force"), "the new configuration")
    box.drop(fires(box, case="K2"))
    box.wait(lambda: waiting_in_vain(box) == 2, "a try in vain")
    check("issuer is unknown" in last_error(box) and not host.alerts(), last_error(box))
    to_host(box, host, trust(host))
    box.wait(lambda: len(host.alerts()) == 2, "both, once the CA is right", 20)


def test_a_certificate_for_another_name_is_refused(box):
    host = start_rsyslog(box, "tls", start=False)
    make_cert(host.dir, "host", "DNS:elsewhere.example")
    host.start(host.listening)
    refused_by_tls(box, host, trust(host), "does not match")


def test_a_certificate_may_name_an_address(box):
    host = start_rsyslog(box, "tls")
    host.to = host.to.replace("localhost", "127.0.0.1")
    one_alert(box, host, rsyslog_alert, trust(host))


def test_a_host_that_asks_for_a_certificate_takes_nothing_without(box):
    host = start_syslog_ng(box, "tls")
    to_host(box, host, f", ca: {host.ca}")
    box.start()
    box.drop(fires(box))
    box.wait(lambda: waiting_in_vain(box), "a try in vain")
    check(not host.alerts(), "it took it")


# ---- what a line says

def test_what_is_long_is_cut_for_a_datagram_and_whole_elsewhere(box):
    udp, tcp = start_rsyslog(box, "udp", "udp"), start_rsyslog(box, "tcp", "tcp")
    long = "ask {member} about the session" + " é" * 56
    rules = box.rules(LOW.replace("ask {member} about the session", long).replace("Ask what was different.", long))
    box.config(rules=[ROOT / "rules" / "instruments.yaml", rules], fallback="one", routes="[{name: everything, to: [one, two]}]",
               sinks="{one: {syslog: {to: '%s'}, privacy: numbers}, two: {syslog: {to: '%s'}, privacy: numbers}}" % (udp.to, tcp.to))
    box.start()
    box.drop(fires(box))
    whole = box.wait(tcp.alerts, "the alert by TCP")[0]
    whole.pop("rfc5424-sd")
    check(set(whole) == NUMBERS and whole["say"].endswith("session" + " é" * 56), str(whole))
    cut = box.wait(udp.alerts, "the alert by UDP")[0]
    data = cut.pop("rfc5424-sd")["ruptured@32473"]
    check(set(cut) == TOKENS | {"cut"} and cut["cut"] is True and data["cut"] == "true", str(cut))
    check(cut["key"] == whole["key"] and cut["session"] == 1, str(cut))


def test_the_clinics_words_may_stand_in_the_line(box):
    host = start_rsyslog(box, "tcp")
    to_host(box, host, ", template: '{severity}: {rule} about {member}', hostname: '-', sd_id: clinic@99")
    box.start()
    box.drop(fires(box))
    other = host.dir / "other.log"
    line = box.wait(lambda: other.exists() and other.read_text(), "the line")
    check("ruptured" in line and line.rstrip().endswith("warning: test.low about m1"), line)


def test_a_template_cannot_say_more_than_the_privacy_level(box):
    to_log(box, "syslog: {template: 'do this: {next_step}'}")
    ran = box.run("ruptured", "-c", box.config_path, "--check")
    check(ran.code == 1 and "token-privacy" in ran.err, f"{ran.code} {ran.err}")


def test_settings_that_make_no_sense_are_named(box):
    for settings, words in (
            ("to: 'udp://'", "no place for a log line"), ("to: 'tcp://host:0'", "no place for a log line"),
            ("to: 'https://host'", "no place for a log line"), ("to: dev/log", "no place for a log line"),
            ("to: 'tcp://[::1'", "no place for a log line"), ("to: 'tcp://a/b'", "no place for a log line"),
            ("to: 'tcp://host:99999'", "no place for a log line"), ("to: 'tcp://host:'", "no place for a log line"),
            ("to: 'tcp://host', ca: /x", "certificates are for tls:// alone"), ("ca: /x", "certificates are for tls:// alone"),
            ("to: 'tls://host', cert: /x", "needs its key"), ("to: 'tls://host', ca: x", "not an absolute path"),
            ("hostname: 'a b'", "cannot be the hostname"), ("sd_id: 'a=b@1'", "cannot be the sd_id"),
            ("format: rfc3164", "rfc5424"), ("timeout: 0 seconds", "1 second to 1 hour")):
        to_log(box, f"syslog: {{{settings}}}")
        ran = box.run("ruptured", "-c", box.config_path, "--check")
        check(ran.code == 1 and words in ran.err, f"{settings}: {ran.code}\n{ran.err}")
    for settings in ("to: 'tls://[::1]:6514'", "to: 'udp://log.example'", "to: /run/log.sock", "to: 'tcp://192.0.2.1'"):
        to_log(box, f"syslog: {{{settings}}}")
        ran = box.run("ruptured", "-c", box.config_path, "--check")
        check(ran.code == 0, f"{settings}: {ran.code}\n{ran.err}")


# ---- the journal

def test_the_journal_gets_fields_of_its_own(box):
    journal = Journal(box).start()
    to_log(box, "journald: {}")
    box.start()
    box.drop(fires(box, case="SECRETCASE"))
    entry = box.wait(journal.entries, "the entry", told=lambda: box.programs[-1].err())[0]
    fields = {key[len("RUPTURED_"):].lower() for key in entry if key.startswith("RUPTURED_")}
    check(fields == TOKENS - {"other"}, str(sorted(fields)))
    check(entry["PRIORITY"] == "4" and entry["SYSLOG_IDENTIFIER"] == "ruptured", str(entry))
    check(entry["RUPTURED_RULE"] == "test.low" and entry["RUPTURED_MEMBER"] == "m1", str(entry))
    check(entry["MESSAGE"].startswith("warning test.low open ") and "CODE_FILE" not in entry, str(entry))
    check("SECRETCASE" not in json.dumps(entry), "the clinic's case id")
    commands = [line for line in (loghosts.SNIPPETS / "journalctl.sh").read_text().splitlines() if line.startswith("journalctl ")]
    check(len(commands) >= 6, str(commands))
    for command in commands:
        words = command.replace("66ac767a", entry["RUPTURED_CASE"]).replace("drops.silent", "test.low").split()[1:]
        said = journal.ask(*words)
        check("-- No entries --" not in said and said.strip(), f"{command}: {said}")


def test_alerts_wait_for_the_journal(box):
    """libsystemd itself says that all is well where there is none."""
    journal = Journal(box)
    to_log(box, "journald: {ident: clinic, template: '{severity} in {case}'}")
    box.start()
    box.drop(fires(box))
    box.wait(lambda: waiting_in_vain(box), "a try in vain")
    check("nobody listens at /run/systemd/journal/socket" in last_error(box), last_error(box))
    journal.start()
    entry = box.wait(journal.entries, "the entry", 20)[0]
    check(re.fullmatch("warning in [0-9a-f]+", entry["MESSAGE"]) and entry["SYSLOG_IDENTIFIER"] == "clinic", str(entry))
    # One that hangs: its socket fills up, and nothing waits for it.
    journal.process.send_signal(signal.SIGSTOP)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.connect("/run/systemd/journal/socket")
        other.setblocking(False)
        try:
            while True:
                other.send(b"MESSAGE=x\n")
        except BlockingIOError:
            pass
    box.drop(fires(box, case="K2"))
    box.wait(lambda: "not keeping up" in last_error(box), "a try in vain", told=lambda: last_error(box))
    journal.process.send_signal(signal.SIGCONT)
    box.wait(lambda: len(journal.entries()) == 2, "the second entry", 20)


def test_safeguarding_is_bare_in_the_journal(box):
    journal = Journal(box).start()
    to_log(box, "journald: {}", rules=SAFETY, routes="[{name: harm, match: {rules: [test.harm]}, to: [log]}]")
    box.start()
    box.drop(quiet(box, flags={"safeguarding": True}))
    entry = box.wait(journal.entries, "the entry")[0]
    fields = {key[len("RUPTURED_"):].lower() for key in entry if key.startswith("RUPTURED_")}
    check(fields == BARE and entry["PRIORITY"] == "2", str(entry))
    check(re.fullmatch("critical [0-9a-f]{16}", entry["MESSAGE"]), entry["MESSAGE"])


# ---- the file

def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_the_file_is_rotated_by_logrotate_and_no_alert_is_lost(box):
    logs = box.dir / "log"
    logs.mkdir(mode=0o750)
    path = logs / "alerts.jsonl"
    to_log(box, f"file: {{path: {path}}}")
    box.start()
    box.drop(fires(box, case="K1"))
    box.wait(lambda: len(lines(path)) == 1, "the first line")
    check(set(lines(path)[0]) == TOKENS and path.stat().st_mode & 0o777 == 0o640, str(lines(path)))
    conf = box.dir / "logrotate.conf"
    conf.write_text(loghosts.snippet("logrotate.conf", ("/var/log/ruptured", logs), ("\tsu ruptured-courier ruptured-courier\n", "\tsu root root\n" if os.getuid() == 0 else "")))
    conf.chmod(0o644)
    logrotate = loghosts.program("logrotate")
    loghosts.run(logrotate, "-d", conf)
    loghosts.run(logrotate, "-f", "-s", box.dir / "logrotate.state", conf)
    check(not path.exists() and len(lines(logs / "alerts.jsonl.1")) == 1, str(list(logs.iterdir())))
    box.drop(fires(box, case="K2"))
    box.wait(lambda: len(lines(path)) == 1, "a line in a new file")
    keys = {alert["key"] for file in logs.iterdir() for alert in lines(file)}
    check(len(keys) == 2, str(keys))
    box.wait(lambda: parcels(box, 1) == 2, "the receipts")


def test_a_full_disk_holds_the_file_up_and_leaves_no_half_line(box):
    logs = box.mount_tmpfs(box.dir / "log", size="16k")
    path = logs / "alerts.jsonl"
    to_log(box, f"file: {{path: {path}}}")
    box.start()
    box.drop(fires(box, case="K1"))
    box.wait(lambda: len(lines(path)) == 1, "the first line")
    with open(logs / "ballast", "wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 4096)
        except OSError:
            pass
    for number in range(2, 32):  # the page that the file has still has room for some
        box.drop(fires(box, case=f"K{number}"))
    box.wait(lambda: waiting_in_vain(box), "a try in vain")
    check("No space left on device" in last_error(box), last_error(box))
    (logs / "ballast").unlink()
    box.wait(lambda: len(lines(path)) == 31, "every line", 20)
    check(len({alert["key"] for alert in lines(path)}) == 31, path.read_text())


# ---- the snippets for what is not at hand

def test_the_snippets_for_wazuh_are_well_formed_and_decode_the_line(box):
    xmllint = loghosts.program("xmllint")
    for name in ("wazuh-decoders.xml", "wazuh-rules.xml"):
        whole = box.dir / name
        whole.write_text("<all>" + (loghosts.SNIPPETS / name).read_text() + "</all>")
        loghosts.run(xmllint, "--noout", whole)
    rules = (loghosts.SNIPPETS / "wazuh-rules.xml").read_text()
    ids = re.findall(r'<rule id="(\d+)"', rules)
    check(len(set(ids)) == len(ids) >= 6, str(ids))
    for given in re.findall(r"<if_sid>(.*?)</if_sid>", rules):
        check(set(given.split(",")) <= set(ids), given)
    # Fields are keys that alerts have; and each severity has a rule.
    check(set(re.findall(r'<field name="(\w+)"', rules)) | set(re.findall(r"\$\((\w+)\)", rules)) <= TOKENS | BARE, rules)
    for severity in ("info", "notice", "warning", "critical"):
        check(f"^{severity}$" in rules, severity)
    prematch = re.search(r"<prematch>(.*?)</prematch>", (loghosts.SNIPPETS / "wazuh-decoders.xml").read_text())[1]
    check(re.match(prematch, "@cee: {}"), prematch)
