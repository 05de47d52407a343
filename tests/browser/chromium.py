"""A headless Chromium over the DevTools protocol, through a pipe: Python's standard library and nothing else.

    with Chromium(program) as browser:
        with browser.page(url, width=360) as page:
            page.value("document.title")
"""
import base64
import fcntl
import json
import os
import select
import signal
import subprocess
import tempfile
import time

PICTURE_PX = 4000
TAB = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
FLAGS = ["--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-extensions", "--disable-default-apps", "--no-pings", "--hide-scrollbars", "--mute-audio",
         "--force-color-profile=srgb", "--disable-features=Translate,OptimizationHints,MediaRouter"]


class Problem(Exception):
    """The browser said no, or nothing."""


def pipe():
    """Both ends above 9, so that moving them to 3 and 4 in the child overwrites neither."""
    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends


class Chromium:
    def __init__(self, program, seconds=30):
        self.program, self.seconds = program, seconds
        self.number, self.unread, self.events = 0, b"", []

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="ruptured-browser.", ignore_cleanup_errors=True)
        its_in, self.to = pipe()
        self.come, its_out = pipe()

        def hand_over():
            os.dup2(its_in, 3)
            os.dup2(its_out, 4)

        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [self.program, *FLAGS, *root, f"--user-data-dir={self.home.name}/profile", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors, preexec_fn=hand_over,
            close_fds=False, start_new_session=True, env={**os.environ, "HOME": self.home.name, "TMPDIR": self.home.name})
        os.close(its_in)
        os.close(its_out)
        try:
            self.call("Browser.getVersion")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close", seconds=5)
            self.process.wait(5)
        except (Problem, OSError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.to)
        os.close(self.come)
        self.errors.close()
        self.home.cleanup()

    def last_words(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")[-400:].strip()

    def send(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self.to, data):]
        except BrokenPipeError:
            raise Problem(f"the browser is gone: {self.last_words()}") from None
        return self.number

    def receive(self, until):
        """The next message, or None when there was none in time."""
        while b"\0" not in self.unread:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.come], [], [], left)[0]:
                return None
            data = os.read(self.come, 1 << 20)
            if not data:
                raise Problem(f"the browser is gone: {self.last_words()}")
            self.unread += data
        message, _, self.unread = self.unread.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, seconds=None, **params):
        number = self.send(method, session, **params)
        until = time.monotonic() + (seconds or self.seconds)
        while True:
            message = self.receive(until)
            if message is None:
                raise Problem(f"{method}: no answer")
            if message.get("id") == number:
                if "error" in message:
                    raise Problem(f"{method}: {message['error']['message']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def event(self, session, *methods):
        """Waits for one of these events of the session."""
        until = time.monotonic() + self.seconds
        seen = 0
        while True:
            for message in self.events[seen:]:
                if message.get("sessionId") == session and message["method"] in methods:
                    return message["params"]
            seen = len(self.events)
            message = self.receive(until)
            if message is None:
                raise Problem(f"{methods[0]}: never came")
            if "method" in message:
                self.events.append(message)

    def page(self, url, **how):
        return Page(self, url, **how)


class Page:
    """A tab: `dark` prefers dark, `forced` has forced colours, `media` is screen or print, `script` false switches it off."""

    def __init__(self, browser, url, width=1280, height=800, dark=False, forced=False, media="screen", script=True):
        self.browser, self.url, self.script = browser, url, script
        self.width, self.height = width, height
        self.features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                         {"name": "forced-colors", "value": "active" if forced else "none"}]
        self.media = media

    def __enter__(self):
        self.target = self.browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=self.width, height=self.height, deviceScaleFactor=1,
                  mobile=False)
        self.call("Emulation.setEmulatedMedia", media=self.media, features=self.features)
        self.call("Emulation.setScriptExecutionDisabled", value=not self.script)
        self.browser.events.clear()
        self.call("Page.navigate", url=self.url)
        self.browser.event(self.session, "Page.loadEventFired")
        return self

    def __exit__(self, *_):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def value(self, expression):
        """Of a JavaScript expression, or of its promise."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Problem(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def requests(self):
        """The addresses that were asked for since the page began."""
        return [m["params"]["request"]["url"] for m in self.browser.events
                if m.get("sessionId") == self.session and m["method"] == "Network.requestWillBeSent"]

    def press_tab(self):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, **TAB)

    def pictures(self):
        """PNGs of the whole page, from above: a browser paints no picture of any height."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        ret = []
        for y in range(0, max(int(size["height"]), 1), PICTURE_PX):
            clip = {"x": 0, "y": y, "width": max(size["width"], self.width), "height": min(PICTURE_PX, size["height"] - y),
                    "scale": 1}
            data = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
            if not data:
                raise Problem("an empty picture")
            ret.append(base64.b64decode(data))
        return ret

    def paper(self):
        """A PDF of it as it would be printed."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])
