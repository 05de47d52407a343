"""What each sink gave away: a row a way out, each with its settings and all the bytes that came out at the other end.

A kind of sink that the program has and this table has not fails the tests that read it (kinds_without_a_capture).
"""
import json
import re
import socket
import ssl
import threading
import time

import loghosts
from receivers import MailServer, Receiver


class Capture:
    """settings: of the sink, "kind: {...}"; seen(): everything it gave away, as a list of texts; count(): alerts among it."""

    def __init__(self, settings, seen, count=None):
        self.settings, self.seen = settings, seen
        self.count = count or (lambda: len(seen()))


class Listener:
    """Lines as they come, with nobody in between who could leave something out."""

    def __init__(self, box, kind, tls=None):
        self.box, self.tls, self.datagrams, self.streams = box, tls, [], []
        if kind == "unix":
            self.path = box.dir / f"listener-{next(box.serial)}"
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.bind(str(self.path))
            self.to = str(self.path)
        else:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
            self.socket.bind(("127.0.0.1", 0))
            self.to = f"{kind}://127.0.0.1:{self.socket.getsockname()[1]}"
        if self.socket.type == socket.SOCK_STREAM:
            self.socket.listen()
        loop = self.accept if self.socket.type == socket.SOCK_STREAM else self.receive
        threading.Thread(target=loop, daemon=True).start()
        box.logs.append(self)

    def receive(self):
        try:
            while True:
                self.datagrams.append(self.socket.recv(65536))
        except OSError:
            pass

    def accept(self):
        try:
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self.read, args=(connection,), daemon=True).start()
        except OSError:
            pass

    def read(self, connection):
        stream = bytearray()
        self.streams.append(stream)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            while True:
                more = connection.recv(65536)
                if not more:
                    break
                stream += more
        except OSError:
            pass

    def lines(self):
        found = [data.decode() for data in self.datagrams]
        for stream in self.streams:
            rest = bytes(stream)
            while rest:
                length, _, rest = rest.partition(b" ")
                found.append(rest[:int(length)].decode())
                rest = rest[int(length):]
        return found

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


# ---- the ways out

def devlog(box):
    log = box.private_dev_log()
    return Capture("syslog: {}", log.lines)


def lines_to(kind, more=""):
    def make(box):
        listener = Listener(box, kind)
        return Capture(f"syslog: {{to: '{listener.to}'{more}}}", listener.lines)
    return make


def lines_by_tls(box):
    directory = loghosts.scene(box, "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "host.pem", directory / "host.key")
    listener = Listener(box, "tls", context)
    return Capture(f"syslog: {{to: '{listener.to}', ca: {directory}/ca.pem}}", listener.lines)


def journal(box):
    one = loghosts.Journal(box).start()
    return Capture("journald: {}", lambda: [json.dumps(entry) for entry in one.entries()])


def file(box):
    path = box.dir / "alerts.jsonl"
    return Capture(f"file: {{path: {path}}}", lambda: path.read_text().splitlines() if path.exists() else [])


def program(box):
    return Capture(f"exec: {{command: [{box.hook}]}}",
                   lambda: [json.dumps(alert) + json.dumps(env) for alert, env in zip(box.told(), box.told_env())])


def posts_to(settings, tail=""):
    """settings: of a sink whose alerts are the bodies of requests."""
    def make(box):
        receiver = Receiver()
        box.logs.append(receiver)
        return Capture(settings % receiver.url.removesuffix(tail),
                       lambda: [f"{r['path']} {r['headers']} {r['body'].decode()}" for r in list(receiver.requests)])
    return make


def mail(box):
    server = MailServer()
    server.__enter__()
    server.close = lambda: server.__exit__(None, None, None)
    box.logs.append(server)
    return Capture(f"smtp: {{url: '{server.url}', from: ruptured@clinic.example, to: [anna@clinic.example], starttls: no}}",
                   lambda: [got["bytes"].decode() + got["mail"].get_content() for got in list(server.mails)])


ALL_TOKENS = "template: '{severity} {rule} {state} {case} {member} {other} {session} {key} {alert} {route} {rule_version} {rules_hash}'"

CAPTURES = {
    "devlog": devlog,
    "udp": lines_to("udp"),
    "tcp": lines_to("tcp"),
    "tls": lines_by_tls,
    "socket": lines_to("unix"),
    "older": lines_to("tcp", ", format: cee"),
    "words": lines_to("unix", ", " + ALL_TOKENS),
    "journal": journal,
    "file": file,
    "program": program,
    "webhook": posts_to("webhook: {url: '%s'}"),
    "alertmanager": posts_to("alertmanager: {url: '%s'}", "/alerts"),
    "mail": mail,
}


def start_all(box):
    """{name: Capture} of all; the namespaces first, for what is mounted hides what was there."""
    first = ("journal", "devlog")
    return {name: CAPTURES[name](box) for name in sorted(CAPTURES, key=lambda name: (name not in first, name != "journal", name))}


def kinds_without_a_capture(box, captures):
    text = box.run("rupturectl", "reference", "configuration").out
    table = re.search(r"what it is \|\n\|---\|---\|\n((?:\|.*\n)+)", text)[1]
    return set(re.findall(r"^\| `(\w+)`", table, re.M)) - {one.settings.partition(":")[0] for one in captures.values()}
