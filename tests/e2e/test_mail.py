"""Mail: what it says, what a mail server's answers mean, and how it is spoken to."""
import re
import time
from email.utils import parsedate_to_datetime

from box import check
from receivers import Authority, MailServer
from test_delivery import QUICK, fires, parcels, set_up
from test_webhook import dead, delivered, put_off, why

PLAIN = "starttls: no"


def to_mail(box, server, more="", to="[anna@clinic.example, ben@clinic.example]", sink="", url=None):
    settings = f"url: '{url or server.url}', from: ruptured@clinic.example, to: {to}" + (f", {more}" if more else "")
    set_up(box, sinks="{desk: {smtp: {%s}, %s%s}}" % (settings, QUICK, sink), routes="[{name: everything, to: [desk]}]")


def password_file(box, text="pass word\n", mode=0o640):
    path = box.dir / "etc" / "password"
    path.write_text(text)
    path.chmod(mode)
    return path


# ---- what it says

def test_a_mail_says_tokens_and_that_a_machine_wrote_it(box):
    with MailServer() as server:
        to_mail(box, server, PLAIN)
        box.start()
        box.drop(fires(box, case="SECRETCASE"))
        delivered(box)
    got = server.mails[0]
    mail, text = got["mail"], got["mail"].get_content()
    key = box.rows("SELECT key, incident FROM parcels", db=box.courier_db)[0]
    check(got["from"] == "ruptured@clinic.example" and got["to"] == ["anna@clinic.example", "ben@clinic.example"], str(got))
    check(mail["Subject"] == "[ruptured] warning: test.low (open)", mail["Subject"])
    check(mail["Message-ID"] == f"<{key[0]}@clinic.example>", mail["Message-ID"])
    check(mail["References"] == f"<{key[1]}@clinic.example>", str(mail["References"]))
    check(mail["Auto-Submitted"] == "auto-generated" and "ruptured@clinic.example" in mail["From"], str(mail))
    check(abs(parsedate_to_datetime(mail["Date"]).timestamp() - time.time()) < 60, mail["Date"])
    check(re.fullmatch(r"Rule: test\.low\r?\nState: open\r?\nSeverity: warning\r?\nCase: \w+\r?\nMember: m1\r?\n"
                       r"Session: 1\r?\nAlert: \w+\r?\nSent by route: everything\r?\n", text), text)
    check("SECRETCASE" not in got["bytes"].decode() and server.greetings[0] == "clinic.example", str(server.greetings))


def test_the_words_of_a_mail_are_the_clinics(box):
    with MailServer() as server:
        to_mail(box, server, PLAIN + ", subject: 'Gespr\u00e4ch: {rule}', template: \".{case}: {say}\\n.\\n{member}\"",
                sink=", privacy: advice")
        box.start()
        box.drop(fires(box))
        delivered(box)
    mail = server.mails[0]["mail"]
    check(mail["Subject"] == "Gespr\u00e4ch: test.low", mail["Subject"])
    lines = mail.get_content().splitlines()
    check(re.fullmatch(r"\.\w+: ask m1 about the session", lines[0]) and lines[1:] == [".", "m1"], str(lines))


def test_a_template_that_says_more_than_the_sink_may_know_is_refused(box):
    with MailServer() as server:
        to_mail(box, server, PLAIN + ", template: 'x {say} {memer}'")
        found = box.run("ruptured", "-c", box.config_path, "--check")
    check(found.code != 0 and "does not carry {say} [token-privacy]" in found.err and 'did you mean "member"' in found.err,
          found.err)


# ---- what the answers mean

def test_a_mail_server_that_is_busy_is_tried_again_with_the_same_mail(box):
    with MailServer("451 busy", "421 closing", "250 taken") as server:
        to_mail(box, server, PLAIN)
        box.start()
        box.drop(fires(box))
        delivered(box)
    ids = [got["mail"]["Message-ID"] for got in server.mails]
    check(len(ids) == 3 and len(set(ids)) == 1, str(ids))


def test_a_mail_that_is_refused_is_a_dead_letter(box):
    with MailServer("554 no such thing") as server:
        to_mail(box, server, PLAIN)
        box.start()
        box.drop(fires(box))
        check(dead(box) == "554 from the mail server", str(why(box)))
    check(len(server.mails) == 1, str(len(server.mails)))


def test_a_reader_who_is_refused_is_not_left_out_in_silence(box):
    with MailServer(refuses={"ben@clinic.example": "550 unknown"}) as server:
        to_mail(box, server, PLAIN)
        box.start()
        box.drop(fires(box))
        check("550 from the mail server: are the addresses right?" in dead(box), str(why(box)))
    check(not server.mails, "the others got it")


def test_a_reader_who_is_greylisted_is_waited_for(box):
    with MailServer(refuses={"ben@clinic.example": "450 come again"}) as server:
        to_mail(box, server, PLAIN)
        box.start()
        box.drop(fires(box))
        put_off(box, "450 from the mail server")
        server.refuses.clear()
        delivered(box)
    check(server.mails[0]["to"] == ["anna@clinic.example", "ben@clinic.example"], str(server.mails))


# ---- how it is spoken to

def test_a_login_goes_over_starttls(box):
    authority = Authority(box.dir)
    with MailServer(starttls=authority.server(), login=("desk", "pass word")) as server:
        to_mail(box, server, f"ca: {authority.cert}, user: desk, password_file: {password_file(box)}")
        box.start(courier=False)
        courier = box.start_courier()
        box.drop(fires(box))
        delivered(box)
    check([login[1:] for login in server.logins] == [("desk", "pass word", True)], str(server.logins))
    check("pass word" not in courier.err(), courier.err())


def test_a_login_goes_over_tls_from_the_first_byte(box):
    authority = Authority(box.dir)
    with MailServer(tls=authority.server(), login=("desk", "pass word")) as server:
        to_mail(box, server, f"ca: {authority.cert}, user: desk, password_file: {password_file(box)}")
        box.start()
        box.drop(fires(box))
        delivered(box)
    check(len(server.mails) == 1, str(server.mails))


def test_a_wrong_password_is_told(box):
    authority = Authority(box.dir)
    with MailServer(starttls=authority.server(), login=("desk", "another")) as server:
        to_mail(box, server, f"ca: {authority.cert}, user: desk, password_file: {password_file(box)}")
        box.start()
        box.drop(fires(box))
        check(dead(box) == "535 from the mail server: are user and password right?", str(why(box)))
    check(not server.mails, "taken")


def test_nothing_is_said_where_starttls_is_not_offered(box):
    with MailServer() as server:
        to_mail(box, server)
        box.start()
        box.drop(fires(box))
        box.wait(lambda: why(box), "a reason")
    check(not server.mails, "sent in plain text")


def test_a_mail_server_that_is_a_stranger_gets_nothing(box):
    ours, theirs = Authority(box.dir, "ours"), Authority(box.dir, "theirs")
    with MailServer(starttls=theirs.server(), login=("desk", "pass word")) as server:
        to_mail(box, server, f"ca: {ours.cert}, user: desk, password_file: {password_file(box)}")
        box.start()
        box.drop(fires(box))
        put_off(box, "certificate")
    check(not server.mails and not server.logins, "told a stranger")
