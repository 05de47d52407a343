"""Real log daemons for a test: rsyslogd and syslog-ng as log hosts, systemd-journald, and certificates.

	host = start_rsyslog(box, "tls")
	box.config(sinks="{log: {syslog: {to: %s, ca: %s}}}" % (host.to, host.ca), ...)
	box.wait(host.alerts, "an alert")

What the daemons are given is what stands in docs/snippets, with other paths and ports.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from box import ROOT, Skip, check

SNIPPETS = ROOT / "docs" / "snippets"
UNPACKED = ROOT / "build" / "debian"
SBIN = "/usr/sbin:/usr/bin:/sbin:/bin:/lib/systemd"


def program(name):
    found = shutil.which(name, path=SBIN)
    if not found:
        raise Skip(f"{name} is not installed")
    return found


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def run(*argv, cwd=None):
    ran = subprocess.run([str(a) for a in argv], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
    check(ran.returncode == 0, f"{' '.join(map(str, argv))}: {ran.stdout}")
    return ran.stdout


# ---- certificates

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def make_ca(directory, name="ca"):
    openssl = program("openssl")
    run(openssl, "req", "-x509", *KEY, "-days", "2", "-subj", f"/CN=test {name}", "-keyout", f"{name}.key", "-out",
        f"{name}.pem", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign", cwd=directory)
    return directory / f"{name}.pem"


def make_cert(directory, name, names="DNS:localhost,IP:127.0.0.1", ca="ca", days=2):
    """NAME.pem and NAME.key, signed by ca."""
    openssl = program("openssl")
    run(openssl, "req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr", cwd=directory)
    (directory / f"{name}.ext").write_text(f"subjectAltName={names}\n")
    run(openssl, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-days", days,
        "-extfile", f"{name}.ext", "-out", f"{name}.pem", cwd=directory)
    return directory / f"{name}.pem"


# ---- log hosts

def snippet(name, *changes):
    """A file of docs/snippets with (old, new) replaced; each old one must be there."""
    text = (SNIPPETS / name).read_text()
    for old, new in changes:
        check(old in text, f"{name} has no \"{old}\" (any more)")
        text = text.replace(old, str(new))
    return text


def uncommented(text, start):
    """The lines after the remark that begins with `start`, up to an empty one, without their "#"."""
    head, found, tail = text.partition(start)
    check(found, f"no remark \"{start}\"")
    remark, _, rest = tail.partition("\n")
    block, gap, after = rest.partition("\n\n")
    return head + start + remark + "\n" + re.sub(r"^#", "", block, flags=re.M) + gap + after


class LogHost:
    """A daemon in the foreground; `to` is where it listens, `out` the JSON lines it writes."""

    def __init__(self, box, name, to, argv, env=None):
        self.box, self.name, self.to = box, name, to
        self.argv, self.env = [str(a) for a in argv], env
        self.dir = box.dir / name
        self.out = self.dir / "received.jsonl"
        self.ca = self.dir / "ca.pem"
        self.process = None
        box.logs.append(self)

    def start(self, listening):
        env = {k: v for k, v in os.environ.items() if k not in ("NOTIFY_SOCKET", "LISTEN_FDS")}
        with open(self.dir / "err", "ab") as err:
            self.process = subprocess.Popen(self.argv, env=dict(env, **(self.env or {})), stdin=subprocess.DEVNULL,
                                            stdout=err, stderr=err)
        self.listening = listening
        self.box.wait(listening, f"{self.name} to listen", 20, lambda: (self.dir / "err").read_text())
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def close(self):
        self.stop(signal.SIGKILL)

    def alerts(self):
        """What was received, each as the daemon understood it."""
        text = self.out.read_text() if self.out.exists() else ""
        return [json.loads(line) for line in text.splitlines()]


def connects(port):
    def test():
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0
    return test


def scene(box, name):
    """The daemon's directory, with certificates."""
    directory = box.dir / name
    if not directory.exists():
        directory.mkdir()
        make_ca(directory)
        make_cert(directory, "host")
        make_cert(directory, "client", "DNS:client")
    return directory


def listens(kind, directory, port):
    """(what `to` says, how to know that somebody listens)"""
    return {
        "udp": (f"udp://127.0.0.1:{port}", lambda: f":{port:04X} " in Path("/proc/net/udp").read_text()),
        "tcp": (f"tcp://127.0.0.1:{port}", connects(port)),
        "tls": (f"tls://localhost:{port}", connects(port)),
        "unix": (f"{directory}/log", (directory / "log").exists),
        "devlog": ("/dev/log", lambda: os.path.exists("/dev/log")),
    }[kind]


def start_rsyslog(box, kind, name="rsyslog", more="", early="", start=True):
    """The snippet at work.  kind: udp, tcp, tls, unix, devlog; tls asks for a certificate.

    more: goes before it, early: to the start of its ruleset."""
    daemon, directory, port = program("rsyslogd"), scene(box, name), free_port()
    if kind == "tls" and not list(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so")):
        raise Skip("rsyslog-gnutls is not installed")
    text = snippet("rsyslog.conf", ("/var/log/ruptured-received.jsonl", directory / "received.jsonl"),
                   ("/var/log/ruptured-other.log", directory / "other.log"), ("/etc/rsyslog.d", directory),
                   ('port="6514"', f'port="{port if kind == "tls" else free_port()}"'),
                   ('"601"', f'"{port if kind == "tcp" else free_port()}"'),
                   ('"514"', f'"{port if kind == "udp" else free_port(socket.SOCK_DGRAM)}"'),
                   ("/run/ruptured-log", directory / "log"))
    text = re.sub(r'input\(type="(imtcp|imudp)"', r'input(type="\1" address="127.0.0.1"', text)
    text = uncommented(text, "# Without TLS").replace('ruleset(name="ruptured") {', f'ruleset(name="ruptured") {{\n{early}')
    if kind == "unix":
        text = uncommented(text, "# RFC 5424 at a socket")
    if kind == "devlog":
        text += 'module(load="imuxsock" SysSock.Name="/dev/log" SysSock.UsePIDFromSystem="off")\n'
    (directory / "rsyslog.conf").write_text(f'global(workDirectory="{directory}")\n{more}\n{text}\n')
    run(daemon, "-N1", "-f", directory / "rsyslog.conf")
    to, ready = listens(kind, directory, port)
    host = LogHost(box, name, to, [daemon, "-n", "-f", directory / "rsyslog.conf", "-i", directory / "pid"])
    host.listening = ready
    return host.start(ready) if start else host


def start_syslog_ng(box, kind, name="syslog-ng"):
    directory, port, env = scene(box, name), free_port(), {}
    daemon = shutil.which("syslog-ng", path=SBIN)
    options = ["--no-caps", "-F", "-e", "-f", directory / "syslog-ng.conf", "--persist-file", directory / "persist",
               "--pidfile", directory / "pid", "--control", directory / "ctl"]
    if not daemon:
        daemon = UNPACKED / "usr/sbin/syslog-ng"
        modules = next(UNPACKED.glob("usr/lib/syslog-ng/[0-9]*"), None)
        if not modules:
            raise Skip("syslog-ng is neither installed nor unpacked (scripts/deps test)")
        env = {"LD_LIBRARY_PATH": str(modules.parent)}
        options.append(f"--module-path={modules}")
    version = re.search(r"Config version: ([\d.]+)", subprocess.run(
        [daemon, "--version"], env=dict(os.environ, **env), stdout=subprocess.PIPE, text=True).stdout)[1]
    text = snippet("syslog-ng.conf", ("/var/log/ruptured-received.jsonl", directory / "received.jsonl"),
                   ("/etc/syslog-ng", directory), ("port(6514)", f"ip(127.0.0.1) port({port if kind == 'tls' else free_port()})"),
                   ("port(601)", f"ip(127.0.0.1) port({port})"), ("port(514)", f"ip(127.0.0.1) port({port})"),
                   ("/run/ruptured-log", directory / "log"))
    text = uncommented(uncommented(text, "# Without TLS"), "# RFC 5424 at a socket")
    plain = {"tcp": "s_ruptured_tcp", "udp": "s_ruptured_udp", "unix": "s_ruptured_unix"}
    more = ""
    for other, source in plain.items():
        if other == kind:
            more = "log { source(%s); parser(p_ruptured); destination(d_ruptured); };\n" % source
    s_src = 'unix-dgram("/dev/log")' if kind == "devlog" else f'unix-dgram("{directory}/unused")'
    (directory / "syslog-ng.conf").write_text(
        f"@version: {version}\noptions {{ stats-freq(0); keep-hostname(yes); use-dns(no); dns-cache(no); }};\n"
        f"source s_src {{ {s_src}; }};\n{text}\n{more}")
    ran = subprocess.run([str(a) for a in [daemon, *options, "--syntax-only"]], env=dict(os.environ, **env),
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(ran.returncode == 0, ran.stdout)
    to, ready = listens(kind, directory, port)
    return LogHost(box, name, to, [daemon, *options], env).start(ready)


# ---- the journal

class Journal:
    """A systemd-journald of its own below a private /run, in this test's own mount namespace."""

    def __init__(self, box):
        self.box, self.process = box, None
        self.daemon, self.journalctl = program("systemd-journald"), program("journalctl")
        if not os.path.exists("/etc/machine-id"):
            raise Skip("no /etc/machine-id")
        box.have_cgroups()
        box.mount_tmpfs("/run")
        for directory in ("/run/systemd/journal", "/run/log/journal"):
            os.makedirs(directory)
        box.mount_tmpfs("/var/log")
        box.logs.append(self)

    def start(self):
        env = {k: v for k, v in os.environ.items() if k not in ("NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID")}
        with open(self.box.dir / "journald.err", "ab") as err:
            self.process = subprocess.Popen([self.daemon], env=env, stdin=subprocess.DEVNULL, stdout=err, stderr=err)
        self.box.wait(lambda: os.path.exists("/run/systemd/journal/socket"), "the journal's socket")
        return self

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self):
        self.stop()

    def ask(self, *words):
        return run(self.journalctl, "--directory=/run/log/journal", "--no-pager", *words)

    def entries(self):
        """All of ours, as journalctl gives them."""
        ran = subprocess.run([self.journalctl, "--directory=/run/log/journal", "--no-pager", "-o", "json", "--all",
                              "MESSAGE_ID=8b2f6d1c5e0a4f7fa3d49c17be6e52d8"], stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.DEVNULL)
        return [json.loads(line) for line in ran.stdout.splitlines()]
