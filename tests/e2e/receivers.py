"""Receivers of the network, run by a test: servers of HTTP and of mail that answer as they are told, and certificates."""
import email
import email.policy
import http.server
import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

from box import Skip, check

DEBIAN_PACKAGES = "/usr/lib/python3/dist-packages"


class Authority:
    """A certificate authority of a test's own."""

    def __init__(self, directory, name="authority"):
        self.dir, self.name = directory / name, name
        self.dir.mkdir()
        self.cert, self.key = self.dir / "ca.pem", self.dir / "ca.key"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.cert)

    def openssl(self, *args):
        ran = subprocess.run(["openssl", *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        check(ran.returncode == 0, f"openssl {args[0]}: {ran.stderr}")

    def server(self, names="IP:127.0.0.1,DNS:localhost", days=1, expired=False):
        """(certificate, key) of a server."""
        cert, key, request, more = (self.dir / f"server{expired}.{end}" for end in ("pem", "key", "csr", "ext"))
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server",
                     "-keyout", key, "-out", request)
        more.write_text(f"subjectAltName={names}\n")
        if expired:
            # `openssl x509` takes no dates: a certificate of minus one day ended yesterday.
            days = -1
        self.openssl("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-CAcreateserial", "-days",
                     days, "-extfile", more, "-out", cert)
        return cert, key


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def server_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


class Receiver:
    """An HTTP server on this machine.  `answers` are used up one by one, then it is always the last: a status, a status
    with headers, or one of the words below."""

    HANGS, CLOSES, ENDLESS = "says nothing", "closes", "never stops"

    def __init__(self, *answers, tls=None):
        self.answers = list(answers) or [200]
        self.requests = []
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        if tls:
            # Hands are shaken in the request's thread, or one that never comes would hold up all others.
            self.server.socket = server_context(tls).wrap_socket(self.server.socket, server_side=True,
                                                                 do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/alerts"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def next_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def handler(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with receiver.lock:
                    receiver.requests.append({"method": self.command, "path": self.path, "headers": dict(self.headers),
                                              "body": body, "at": time.monotonic()})
                    answer = receiver.next_answer()
                receiver.reply(self, answer)

            do_GET = do_PUT = do_POST

            def log_message(self, *args):
                pass

            def handle(self):
                try:
                    super().handle()
                except (ConnectionError, ssl.SSLError, TimeoutError):
                    pass

        return Handler

    def reply(self, request, answer):
        if answer == self.HANGS:
            self.released.wait(60)
        elif answer == self.CLOSES:
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif answer == self.ENDLESS:
            request.send_response(200)
            request.end_headers()
            while not self.released.is_set():
                request.wfile.write(b"x" * 1024)
        else:
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name, value)
            request.send_header("Content-Length", "0")
            request.end_headers()
        request.close_connection = True

    def alerts(self):
        return [json.loads(request["body"]) for request in list(self.requests)]

    def header(self, name):
        return [request["headers"].get(name) for request in list(self.requests)]

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.close()


class MailServer:
    """A mail server on this machine (aiosmtpd).  `answers` as above, to the mail itself; `refuses`: address -> answer."""

    def __init__(self, *answers, tls=None, starttls=None, login=None, refuses=None):
        # Where Debian's packages are: the first python3 of the PATH may be another.
        if DEBIAN_PACKAGES not in sys.path:
            sys.path.append(DEBIAN_PACKAGES)
        try:
            from aiosmtpd.controller import Controller
            from aiosmtpd.smtp import AuthResult
        except ImportError:
            raise Skip("aiosmtpd is not installed")
        self.answers = list(answers) or ["250 taken"]
        self.refuses = refuses or {}
        self.mails, self.greetings, self.logins = [], [], []

        def authenticate(server, session, envelope, mechanism, data):
            given = (data.login.decode(), data.password.decode())
            self.logins.append((mechanism, *given, session.ssl is not None))
            return AuthResult(success=given == login, handled=False)

        options = {}
        if starttls:
            options.update(tls_context=server_context(starttls), require_starttls=True)
        if login:
            options.update(authenticator=authenticate, auth_required=True, auth_require_tls=not tls)
        self.port = free_port()
        self.url = f"{'smtps' if tls else 'smtp'}://127.0.0.1:{self.port}"
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ssl_context=tls and server_context(tls),
                                     **options)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append({"from": envelope.mail_from, "to": list(envelope.rcpt_tos), "bytes": envelope.original_content,
                           "mail": email.message_from_bytes(envelope.original_content, policy=email.policy.default)})
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *problem):
        self.controller.stop()
