"""Receivers of the network, run by a test: an HTTP(S) server that answers as it is told, and certificates for it."""
import http.server
import json
import socket
import ssl
import struct
import subprocess
import threading
import time

from box import check


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
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            # Shaken hands in the request's thread, or one that never comes would hold up all others.
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
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
