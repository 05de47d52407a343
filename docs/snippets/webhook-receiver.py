#!/usr/bin/env python3
"""A receiver of alerts by webhook, to begin with: it checks who sent them and drops what comes twice.

    webhook-receiver.py SECRET_FILE [PORT]         prints each alert as one line of JSON

In the configuration of ruptured:
    sinks:
      desk: {webhook: {url: http://127.0.0.1:8027/alerts, secret_file: /etc/ruptured/desk.secret}}

It listens on this machine only: let a web server with a certificate stand before it (then the url is https://...).
"""
import hashlib
import hmac
import http.server
import sys
import time

OLDEST_S = 300
MOST_BYTES = 1 << 20
secret = open(sys.argv[1], "rb").read().rstrip(b"\r\n")
seen = {}  # by key; a real one keeps this where a restart does not lose it


def signed(headers, body):
    stamp = headers.get("X-Ruptured-Timestamp", "")
    proof = "sha256=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    # compare_digest, because the time that == takes tells how much of a guess was right.
    return (hmac.compare_digest(proof, headers.get("X-Ruptured-Signature", ""))
            and stamp.isdigit() and abs(time.time() - int(stamp)) <= OLDEST_S)


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size) if size <= MOST_BYTES else b""
        key = self.headers.get("Idempotency-Key", "")
        if not signed(self.headers, body):
            self.answer(403)  # a dead letter there: a wrong secret does not mend itself
            return
        if key not in seen:
            print(body.decode(), flush=True)  # 5xx in place of 200 when this fails: it comes again, under the same key
            seen[key] = True
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 8027), Receiver).serve_forever()
