"""A box: a temporary directory in which the real programs run, and what a test needs to talk to them.

	def test_a_record_that_fires_is_told_once(box):
		box.config()
		box.start()
		box.drop(box.record(case="K1", scores={"m1": 20}))
		box.wait(lambda: box.told(), "an alert")

Nothing sleeps to wait: `wait` polls with a deadline.  At the end every process is ended, and one that was left behind, a
zombie or a bad exit fails the test.
"""
import ctypes
import itertools
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_REC_PRIVATE = 0x4000 | 0x40000
MS_BIND = 0x1000
MS_REC_BIND = 0x4000 | MS_BIND
libc = ctypes.CDLL(None, use_errno=True)

CONFIG = """\
version: 1
spool: {spool}
store: sqlite:{store}
rules: [{rules}]
announce_within: {announce_within}
sinks: {sinks}
routes: {routes}
fallback: {fallback}
{more}"""

HOOK = """\
#!/bin/sh
# Writes down what it was told, one file a call, whole or not at all.  What it does then is in the files beside.
dir={dir}
n=$(date +%s%N)-$$
cat >"$dir/told/.$n"
env >"$dir/told/.$n.env"
[ ! -e "$dir/hook.hangs" ] || exec sleep 600
mv "$dir/told/.$n.env" "$dir/told/$n.env"
mv "$dir/told/.$n" "$dir/told/$n.json"
exit "$(cat "$dir/hook.exit")"
"""


class Skip(Exception):
    """A prerequisite is missing."""


class Failure(AssertionError):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


class Program:
    """A running ruptured or courier."""

    def __init__(self, box, name, argv, env):
        self.box, self.name = box, name
        self.err_path = box.dir / f"{name}-{next(box.serial)}.err"
        self.notify_path = box.dir / f"{name}-{next(box.serial)}.notify"
        self.notices = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(str(self.notify_path))
        env = dict(env, NOTIFY_SOCKET=str(self.notify_path))
        with open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=err, stderr=err)
        self.pid = self.process.pid
        self.reaped = False

    def err(self):
        return self.err_path.read_text(errors="replace")

    def notified(self):
        """Everything said to the service manager so far, as lines."""
        while self.socket.fileno() >= 0:
            try:
                self.notices += self.socket.recv(4096).decode(errors="replace").splitlines()
            except BlockingIOError:
                break
        return self.notices

    def wait_ready(self, seconds=10):
        def ready():
            code = self.process.poll()
            check(code is None, f"{self.name} ended with {code} before it was ready:\n{self.err()}")
            return "READY=1" in self.notified()

        self.box.wait(ready, f"READY=1 from {self.name}", seconds, lambda: self.err())
        return self

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait_exit(self, seconds=10):
        self.box.wait(lambda: self.process.poll() is not None, f"the end of {self.name}", seconds, lambda: self.err())
        self.reaped = True
        return self.process.returncode

    def kill(self):
        """kill -9, with all it started."""
        for pid in [self.pid, *descendants(self.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return self.wait_exit()

    def stop(self, expect=0):
        """SIGTERM; a clean end is exit status 0."""
        if self.alive():
            self.process.terminate()
        code = self.wait_exit()
        check(code == expect, f"{self.name} ended with {code}, expected {expect}:\n{self.err()}")

    def close(self):
        self.socket.close()


class Result:
    """A program that ran to its end."""

    def __init__(self, ran):
        self.code, self.out, self.err = ran.returncode, ran.stdout, ran.stderr

    def json(self):
        return json.loads(self.out)

    def lines(self):
        """Standard output as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]


class DevLog:
    """/dev/log, in this test's own mount namespace: either collected here, or a real rsyslogd."""

    def __init__(self, box):
        self.box = box
        self.socket = None
        self.rsyslogd = None
        self.received = []

    def listen(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=self.collect, args=(self.socket,), daemon=True).start()
        return self

    def collect(self, listening):
        try:
            while True:
                self.received.append(listening.recv(65536).decode(errors="replace"))
        except OSError:
            pass

    def lines(self):
        if self.rsyslogd:
            path = self.box.dir / "rsyslog.out"
            lines = path.read_text(errors="replace").splitlines() if path.exists() else []
            return [line for line in lines if " rsyslogd:" not in line]
        return list(self.received)

    def vanish(self):
        """As when syslogd stops: connect(2) is refused."""
        if self.socket:
            self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()
            self.socket = None
        if os.path.exists("/dev/log"):
            os.unlink("/dev/log")

    def start_rsyslogd(self, more=""):
        """A real one; `more` goes to the end of its configuration."""
        program = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin")
        if not program:
            raise Skip("rsyslogd is not installed")
        conf = self.box.dir / "rsyslog.conf"
        conf.write_text(f'global(workDirectory="{self.box.dir}")\n'
                        'module(load="imuxsock" SysSock.Name="/dev/log" SysSock.Unlink="on" SysSock.UsePIDFromSystem="off")\n'
                        'template(name="all" type="string" string="%syslogfacility-text%.%syslogseverity-text% %syslogtag%%msg%\\n")\n'
                        f'action(type="omfile" file="{self.box.dir}/rsyslog.out" template="all")\n' + more)
        env = {k: v for k, v in os.environ.items() if k not in ("NOTIFY_SOCKET", "LISTEN_FDS")}
        self.rsyslogd = subprocess.Popen([program, "-n", "-f", conf, "-i", self.box.dir / "rsyslogd.pid"], env=env,
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.box.wait(lambda: os.path.exists("/dev/log"), "the socket of rsyslogd")
        return self

    def stop_rsyslogd(self):
        self.rsyslogd.terminate()
        try:
            self.rsyslogd.wait(10)
        except subprocess.TimeoutExpired:
            self.rsyslogd.kill()
            self.rsyslogd.wait()

    def close(self):
        self.vanish()
        if self.rsyslogd:
            self.stop_rsyslogd()


def proc_stat(pid):
    """(state, parent's pid, name), or None."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    head, _, tail = text.rpartition(")")
    state, parent = tail.split()[:2]
    return state, int(parent), head.partition("(")[2]


def descendants(pid):
    """All processes below this one, as {pid: (state, parent, name)}."""
    everyone = {int(p): proc_stat(p) for p in os.listdir("/proc") if p.isdigit()}
    found, look = {}, [pid]
    while look:
        above = look.pop()
        for one, stat in everyone.items():
            if stat and stat[1] == above and one not in found:
                found[one] = stat
                look.append(one)
    return found


def mount(source, target, kind=None, flags=0, data=None):
    parts = [str(x).encode() if x is not None else None for x in (source, target, kind)]
    if libc.mount(*parts, ctypes.c_ulong(flags), data.encode() if data else None) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"mount {target}: {os.strerror(error)}")


class Box:
    def __init__(self, bin_dir, slow=1.0):
        self.bin = Path(bin_dir).resolve()
        self.slow = slow
        self.serial = itertools.count(1)
        self.dir = Path(tempfile.mkdtemp(prefix="ruptured-e2e-"))
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("RUPTURED_", "NOTIFY_", "JOURNAL_"))}
        self.env.update(TZ="Pacific/Kiritimati", LC_ALL="C.UTF-8")
        self.env.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:exitcode=99")
        self.env.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1:exitcode=99")
        self.env.setdefault("TSAN_OPTIONS", "halt_on_error=1:exitcode=99")
        self.programs, self.logs, self.mounts = [], [], []
        self.own_namespace = False
        self.config_path = self.dir / "etc" / "ruptured.yaml"
        self.spool = self.dir / "spool"
        self.store_dir = self.dir / "lib"
        self.store = self.store_dir / "ruptured.db"
        self.courier_db = self.store_dir / "courier" / "courier.db"
        self.hook = self.dir / "hook"

    # ---- life

    def __enter__(self):
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for queue in ("incoming", "processed", "rejected", "commands", "answers"):
            (self.spool / queue).mkdir(parents=True)
        (self.store_dir / "courier").mkdir(parents=True)
        (self.dir / "told").mkdir()
        self.config_path.parent.mkdir()
        self.hook.write_text(HOOK.format(dir=self.dir))
        self.hook.chmod(0o755)
        self.hook_exits(0)
        return self

    def __exit__(self, kind, problem, trace):
        complaints = []
        try:
            if problem is None:
                complaints += self.complain_of_zombies()
            complaints += self.end_all(quiet=problem is not None)
            if problem is not None and kind is not Skip:
                self.show_errors()
        finally:
            for log in self.logs:
                log.close()
            for target in reversed(self.mounts):
                libc.umount2(str(target).encode(), 2)
            left = self.reap_left_behind()
            shutil.rmtree(self.dir, ignore_errors=True)
        if problem is None:
            check(not complaints, "\n".join(complaints))
            check(not left, "processes left behind: " + ", ".join(left))

    def complain_of_zombies(self):
        """A zombie of a program of ours; one that is about to be reaped is no complaint."""
        deadline = time.monotonic() + 2 * self.slow
        while True:
            zombies = [f"{name} ({pid}), child of {parent}" for pid, (state, parent, name) in descendants(os.getpid()).items()
                       if state == "Z" and parent != os.getpid()]
            if not zombies or time.monotonic() > deadline:
                return [f"a zombie: {z}" for z in zombies]
            time.sleep(0.02)

    def end_all(self, quiet):
        complaints = []
        for program in self.programs:
            if not program.reaped and not quiet:
                try:
                    program.stop()
                except Failure as failure:
                    complaints.append(str(failure))
            if program.alive():
                program.kill()
            program.process.poll()
            program.close()
        return complaints

    def show_errors(self):
        for path in sorted(self.dir.glob("*.err")):
            print(f"-- {path.name}")
            print("\n".join(path.read_text(errors="replace").splitlines()[-60:]))

    def reap_left_behind(self):
        left = []
        for pid, (state, _, name) in descendants(os.getpid()).items():
            if state != "Z":
                left.append(f"{name} ({pid})")
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while True:
                os.waitpid(-1, 0)
        except ChildProcessError:
            return left

    # ---- set-up

    def config(self, rules=None, sinks=None, routes=None, fallback="desk", announce_within="always", more="", timeout="5 seconds"):
        """Writes ruptured.yaml.  rules: paths, default the shipped ones.  The one sink `desk` is the hook."""
        if rules is None and routes is None:
            routes = "[{name: everything, to: [desk]}, {name: safeguarding, match: {rules: [safeguarding]}, to: [desk]}]"
        rules = [ROOT / "rules"] if rules is None else rules
        sinks = sinks or "{desk: {exec: {command: [%s], timeout: %s}, privacy: numbers}}" % (self.hook, timeout)
        routes = routes or "[{name: everything, to: [desk]}]"
        self.config_path.write_text(CONFIG.format(
            spool=self.spool, store=self.store, rules=", ".join(map(str, rules)), announce_within=announce_within,
            sinks=sinks, routes=routes, fallback=fallback, more=more))
        return self.config_path

    def rules(self, text, name="rules.yaml"):
        """A rule file of the test's own; the path, for config(rules=[...])."""
        path = self.dir / "etc" / "rules.d" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def now(self, when):
        """The wall clock of all programs of this box from here on: "2026-03-02T14:00:00Z"."""
        path = self.store_dir / "now"
        whole = path.with_suffix(".new")
        whole.write_text(when + "\n")
        whole.rename(path)
        self.env["RUPTURED_NOW_FILE"] = str(path)

    def fault(self, name):
        """What the next started programs die of ("commit:2"), or None."""
        self.env.pop("RUPTURED_FAULT", None)
        if name:
            self.env["RUPTURED_FAULT"] = name

    # ---- programs

    def program(self, name):
        path = self.bin / name
        check(path.exists(), f"{path} is not built")
        return str(path)

    def not_under_valgrind(self, why):
        """scripts/valgrind puts shell scripts in the programs' places."""
        if Path(self.program("ruptured")).read_bytes()[:2] == b"#!":
            raise Skip(f"valgrind {why}")

    def launch(self, name, *args, env=None):
        """In the background, not waited for."""
        argv = [self.program(name), "-c", str(self.config_path), *map(str, args)]
        one = Program(self, name, argv, dict(self.env, **(env or {})))
        self.programs.append(one)
        return one

    def start(self, *args, courier=True, together=False, env=None):
        """The engine, ready; with its courier beside it as under systemd, or together in one (--with-courier)."""
        if together:
            return self.launch("ruptured", "--with-courier", *args, env=env).wait_ready()
        engine = self.launch("ruptured", *args, env=env).wait_ready()
        if courier:
            self.start_courier(env=env)
        return engine

    def start_courier(self, *args, env=None):
        return self.launch("ruptured-courier", *args, env=env).wait_ready()

    def run(self, name, *args, env=None, stdin=None, seconds=30):
        """To its end."""
        ran = subprocess.run([self.program(name), *map(str, args)], env=dict(self.env, **(env or {})), input=stdin,
                             stdin=subprocess.DEVNULL if stdin is None else None, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, errors="replace", timeout=seconds * self.slow)
        return Result(ran)

    def once(self, *args, as_of=None, env=None, expect=0):
        """Judges and delivers what is there, and ends."""
        if as_of:
            args += ("--as-of", as_of)
        ran = self.run("ruptured", "-c", self.config_path, "--with-courier", "--once", *args, env=env)
        check(expect is None or ran.code == expect, f"ruptured --once ended with {ran.code}, expected {expect}:\n{ran.err}")
        return ran

    def ctl(self, *args, expect=None, env=None):
        """rupturectl with this box's configuration."""
        ran = self.run("rupturectl", "-c", self.config_path, *args, env=env)
        check(expect is None or ran.code == expect,
              f"rupturectl {' '.join(map(str, args))} ended with {ran.code}, expected {expect}:\n{ran.out}{ran.err}")
        return ran

    # ---- records

    def record(self, case="K1", session=1, started=None, scores=None, record=None, **more):
        """A record of a family: t1, m1, m2 (both attended).  scores: {"m1": 31.5} are SRS totals."""
        tree = {
            "ruptured": 1,
            "record": record or f"{case}-{session}",
            "case": case,
            "session": session,
            "started": started or time.strftime("%Y-%m-%dT14:00:00Z", time.gmtime(1772460000 + 604800 * (session - 1))),
            "minutes": 50,
            "language": "en",
            "participants": [{"id": "t1", "role": "therapist"}, {"id": "m1", "role": "parent", "age": 41},
                             {"id": "m2", "role": "partner", "age": 43}],
            "attendance": [{"who": "m1", "status": "attended"}, {"who": "m2", "status": "attended"}],
        }
        if scores:
            tree["scores"] = [{"of": "SRS", "by": who, "total": total} for who, total in scores.items()]
        tree.update(more)
        return {key: value for key, value in tree.items() if value is not ...}

    def drop(self, record, name=None, how="rename", queue="incoming"):
        """Puts a file into the spool as a writer would: by rename, by writing in place, or by a hard link."""
        data = record if isinstance(record, bytes) else json.dumps(record).encode()
        if name is None:
            name = f"{record['record']}.json" if isinstance(record, dict) and "record" in record else f"f{next(self.serial)}.json"
        target = self.spool / queue / name
        if how == "write":
            target.write_bytes(data)
            return target
        aside = self.spool / queue / f".{name}.new"
        aside.write_bytes(data)
        if how == "rename":
            aside.rename(target)
        elif how == "link":
            os.link(aside, target)
            aside.unlink()
        else:
            raise ValueError(how)
        return target

    def command(self, tree, name=None):
        """A file in commands/, as rupturectl would drop it."""
        return self.drop(tree, name or f"command-{next(self.serial)}.json", queue="commands")

    def files(self, queue):
        """Names below a queue, without the writers' own dot files."""
        below = self.spool / queue
        return sorted(str(p.relative_to(below)) for p in below.rglob("*") if not p.is_dir() and not p.name.startswith("."))

    def processed(self):
        return self.files("processed")

    def rejected(self):
        return [name for name in self.files("rejected") if not name.endswith(".why")]

    def why(self, name):
        return (self.spool / "rejected" / f"{name}.why").read_text()

    # ---- the hook

    def hook_exits(self, code):
        (self.dir / "hook.exit").write_text(f"{code}\n")

    def hook_hangs(self, does=True):
        path = self.dir / "hook.hangs"
        path.touch() if does else path.unlink(missing_ok=True)

    def told(self):
        """What the hook was told so far, in order."""
        return [json.loads(path.read_text()) for path in sorted((self.dir / "told").glob("*.json"))]

    def told_env(self):
        """The environment of each call, beside told()."""
        return [dict(line.partition("=")[::2] for line in path.with_suffix(".env").read_text().splitlines() if "=" in line)
                for path in sorted((self.dir / "told").glob("*.json"))]

    def hook_calls(self):
        """How often it was called, answered or not."""
        return len({path.name.lstrip(".").partition(".")[0] for path in (self.dir / "told").iterdir()})

    # ---- waiting

    def wait(self, condition, what, seconds=10, told=None):
        """Polls until the condition holds and returns what it returned."""
        deadline = time.monotonic() + seconds * self.slow
        while True:
            for program in self.programs:
                program.notified()  # a full socket would hold it up
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                raise Failure(f"waited {seconds * self.slow:g} s in vain for {what}" + (f":\n{told()}" if told else ""))
            time.sleep(0.01)

    def wait_told(self, number=1, seconds=10):
        self.wait(lambda: len(self.told()) >= number, f"{number} alerts", seconds,
                  lambda: f"told {len(self.told())}, {self.state()}")
        return self.told()

    def wait_processed(self, number=1, seconds=10):
        self.wait(lambda: len(self.processed()) >= number, f"{number} processed files", seconds, self.state)
        return self.processed()

    def wait_rejected(self, number=1, seconds=10):
        self.wait(lambda: len(self.rejected()) >= number, f"{number} rejected files", seconds, self.state)
        return self.rejected()

    def wait_idle(self, seconds=20):
        """Nothing is left in incoming/ and commands/, and nothing waits in courier.db."""
        self.wait(lambda: not self.files("incoming") and not self.files("commands"), "an empty spool", seconds, self.state)

    def state(self):
        return ", ".join(f"{len(self.files(q))} in {q}" for q in ("incoming", "commands", "processed", "rejected"))

    def rows(self, query, *values, db=None):
        """Reads the store (or courier.db) as it is on disk."""
        with sqlite3.connect(f"file:{db or self.store}?mode=ro", uri=True, timeout=10) as connection:
            return connection.execute(query, values).fetchall()

    # ---- what needs mounts

    def unshare(self):
        """From here on this test has mounts of its own.  Skips where that is not allowed."""
        if self.own_namespace:
            return
        uid, gid = os.getuid(), os.getgid()
        if libc.unshare(CLONE_NEWNS if uid == 0 else CLONE_NEWNS | CLONE_NEWUSER) != 0:
            raise Skip(f"unshare: {os.strerror(ctypes.get_errno())}")
        if uid != 0:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
            Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
        try:
            mount("none", "/", None, MS_REC_PRIVATE)
        except OSError as error:
            raise Skip(str(error))
        self.own_namespace = True

    def mount_tmpfs(self, target, size=None):
        """A small file system of its own at a directory (a full disk is one of 100k)."""
        self.unshare()
        Path(target).mkdir(parents=True, exist_ok=True)
        try:
            mount("tmpfs", target, "tmpfs", 0, f"size={size},mode=0755" if size else "mode=0755")
        except OSError as error:
            raise Skip(str(error))
        self.mounts.append(target)
        return Path(target)

    def have_cgroups(self):
        """/sys/fs/cgroup, which a bare chroot lacks and systemd-journald does not start without."""
        self.unshare()
        if os.path.ismount("/sys/fs/cgroup"):
            return
        try:
            mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, "")
        except OSError as error:
            raise Skip(f"no cgroups: {error}")
        self.mounts.append("/sys/fs/cgroup")

    def private_proc(self):
        """/proc as ProcSubset=pid leaves it: processes, no /proc/sys."""
        self.unshare()
        try:
            mount("proc", "/proc", "proc", 0, "subset=pid")
        except OSError as error:
            raise Skip(str(error))
        self.mounts.append("/proc")

    def private_dev(self):
        """A /dev with the usual nodes and no log."""
        nodes = ["null", "zero", "full", "random", "urandom", "tty"]
        dev = self.mount_tmpfs(self.dir / "dev")
        for name in nodes:
            if os.path.exists(f"/dev/{name}"):
                (dev / name).touch()
                mount(f"/dev/{name}", dev / name, None, MS_BIND)
        for name in ("shm", "pts"):
            (dev / name).mkdir()
            if os.path.isdir(f"/dev/{name}"):
                mount(f"/dev/{name}", dev / name, None, MS_REC_BIND)
        (dev / "fd").symlink_to("/proc/self/fd")
        mount(dev, "/dev", None, MS_REC_BIND)
        self.mounts.append("/dev")

    def private_dev_log(self, rsyslogd=False):
        """A /dev/log of this test's own: `lines()` is what came.  rsyslogd: a real one writes them to a file."""
        self.private_dev()
        log = DevLog(self)
        self.logs.append(log)
        return log.start_rsyslogd() if rsyslogd else log.listen()

    def private_no_dev_log(self):
        """A /dev without log, as on a machine whose syslogd is down; the returned log can `listen()` later."""
        self.private_dev()
        log = DevLog(self)
        self.logs.append(log)
        return log
