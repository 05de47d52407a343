/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_smtp.h"

#include "core/template.h"
#include "io/clock.h"
#include "io/sink_keys.h"

#define TIMEOUT_MS	30000
#define DEFAULT_SUBJECT "[ruptured] {severity}: {rule} ({state})"
#define BARE_SUBJECT	"[ruptured] {severity}"

/* ---- settings ---- */

static const struct words schemes = { (const char *const[]){ "smtps", "smtp", NULL } };
static const struct words starttls_words = { (const char *const[]){ "required", "no", NULL } };

static void check_address(struct reader *r, const struct doc *at, struct str address)
{
	if (!mail_address_ok(address))
		reader_error(r, at, "mail-address", "write it plain, as in desk@clinic.example",
			     "\"%.*s\" is no address of mail", STR_ARG(address));
}

static void read_address(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str address = { 0 };

	read_str(r, v, &address, f);
	if (!address.p)
		return;
	check_address(r, v, address);
	*(struct str *)into = arena_dup(r->arena, address);
}

static void read_addresses(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct strs *to = into;

	read_strs(r, v, to, f);
	if (v->kind == DOC_LIST && v->n == 0)
		reader_error(r, v, "mail-address", "write [desk@clinic.example]", "a mail to nobody");
	for (size_t i = 0; i < to->n; i++)
		check_address(r, v->kind == DOC_LIST && v->n == to->n ? v->items[i] : v, to->items[i]);
}

static const struct field smtp_fields[] = {
	{ "url", "the mail server; a path behind it is the name that the courier gives itself", read_url,
	  offsetof(struct smtp_settings, url), true, &schemes, "smtps://HOST:465, smtp://HOST:25", &shape_url },
	{ "from", "the sender; its domain stands in the mail's id, and is how the courier greets the server",
	  read_address, offsetof(struct smtp_settings, from), true, NULL, "an address", &shape_text },
	{ "to", "who gets it: all or, where the server refuses one, none", read_addresses,
	  offsetof(struct smtp_settings, to), true, NULL, "addresses", &shape_texts },
	{ "subject", "with {tokens} of the alert. Default: " DEFAULT_SUBJECT, read_str,
	  offsetof(struct smtp_settings, subject), false, NULL },
	{ "template", "the text, likewise; of a group, once an alert. Default: a line for each thing the alert carries",
	  read_str, offsetof(struct smtp_settings, template), false, NULL },
	{ "user", "to log in", read_str, offsetof(struct smtp_settings, user), false, NULL },
	{ "password_file", "the file with the password, readable by the courier alone", read_secret,
	  offsetof(struct smtp_settings, password_file), false, NULL, "/path", &sink_path_shape },
	{ "starttls", "with smtp: nothing is said before TLS is on, or there is none. Default: required", read_word,
	  offsetof(struct smtp_settings, starttls), false, &starttls_words },
	{ "ca", "the certificates of the authorities to trust. Default: those of the system", read_sink_path,
	  offsetof(struct smtp_settings, ca), false, NULL, "/path", &sink_path_shape },
	{ "timeout", "for the whole delivery. Default: 30 seconds", read_sink_timeout,
	  offsetof(struct smtp_settings, timeout_ms), false, NULL, "a time span, at most 1 hour", &shape_duration },
	{ 0 },
};

static void *smtp_read(struct reader *r, const struct doc *doc)
{
	struct smtp_settings *s = ARENA_NEW(r->arena, struct smtp_settings);

	s->timeout_ms = TIMEOUT_MS;
	fields_read(r, doc, smtp_fields, s);
	return s;
}

static bool has_tls(const struct smtp_settings *s)
{
	return str_starts(s->url, "smtps:") || s->starttls == 0;
}

static void check_login(struct reader *r, const struct doc *doc, const struct smtp_settings *s)
{
	struct transfer_url url;
	const char *why;

	if (!s->user.p != !s->password_file.p)
		reader_error(r, doc, "missing-key", "write both `user` and `password_file`",
			     "one half of a login is not said");
	if (!s->url.p || has_tls(s) || !transfer_url_read(r->arena, s->url, &url, &why))
		return;
	if (s->user.p)
		reader_error(r, doc_get(doc, "starttls"), "plain-text", "write \"starttls: required\"",
			     "the password would be sent in plain text");
	else if (!url.local)
		reader_warn(r, doc_get(doc, "starttls"), "plain-text", "write \"starttls: required\"",
			    "whoever is on the way to %.*s can read the alerts", STR_ARG(url.host));
}

static void smtp_check(struct reader *r, const struct doc *doc, void *settings, enum privacy privacy)
{
	const struct smtp_settings *s = settings;

	template_check(r, doc, "subject", privacy);
	template_check(r, doc, "template", privacy);
	if (s->subject.p && memchr(s->subject.p, '\n', s->subject.n))
		reader_error(r, doc_get(doc, "subject"), "too-long", NULL, "a subject is one line");
	check_login(r, doc, s);
}

/* ---- what it says ---- */

/* In this order, each as far as the payload carries it. */
static const struct {
	const char *key, *before;
} lines[] = {
	{ "say", "" },
	{ "next_step", "" },
	{ "rule", "Rule: " },
	{ "state", "State: " },
	{ "severity", "Severity: " },
	{ "case", "Case: " },
	{ "member", "Member: " },
	{ "other", "Other: " },
	{ "session", "Session: " },
	{ "alert", "Alert: " },
	{ "route", "Sent by route: " },
};
static const struct {
	const char *key, *line;
} marks[] = {
	{ "escalated", "Nobody acknowledged it in time." },
	{ "reminder", "A reminder: it is still not over." },
	{ "to_fallback", "It comes here because it could not be delivered where it belongs." },
};

static void put_default(struct buf *out, struct arena *a, const struct payload *one)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (str_is(payload_text(one->whole, marks[i].key), "true"))
			buf_printf(out, "%s\n", marks[i].line);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (payload_text(one->whole, lines[i].key).n)
			buf_printf(out, "%s%.*s\n", lines[i].before, STR_ARG(payload_token(a, one, lines[i].key)));
}

static struct str body_of(struct arena *a, const struct smtp_settings *s, const struct payload *p)
{
	struct buf out = { 0 };
	struct str ret;

	for (size_t i = 0; i < p->n; i++) {
		struct payload one = payload_one(a, p, i);

		if (i)
			buf_putc(&out, '\n');
		if (!s->template.p) {
			put_default(&out, a, &one);
			continue;
		}
		buf_puts(&out, template_fill(a, s->template, &one));
		if (!str_ends(buf_str(&out), "\n"))
			buf_putc(&out, '\n');
	}
	ret = arena_dup(a, out.n ? buf_str(&out) : STR("\n"));
	buf_release(&out);
	return ret;
}

static struct str subject_of(struct arena *a, const struct smtp_settings *s, const struct payload *p)
{
	struct str template = s->subject;

	if (!template.p)
		template = str_is(payload_token(a, p, "rule"), "-") ? STR(BARE_SUBJECT) : STR(DEFAULT_SUBJECT);
	return template_fill(a, template, p);
}

bool smtp_mail(struct arena *a, const struct smtp_settings *s, const struct parcel *parcel, int64_t now,
	       struct mail *ret)
{
	struct payload p;

	if (!payload_read(a, parcel->payload, &p))
		return false;
	*ret = (struct mail){ .from = s->from,
			      .to = s->to,
			      .subject = subject_of(a, s, &p),
			      .body = body_of(a, s, &p),
			      .id = parcel->key,
			      .thread = payload_text(p.whole, "alert"),
			      .at = now };
	return true;
}

/* ---- delivery ---- */

static const struct {
	int code;
	const char *hint;
} hints[] = {
	{ 530, "it wants a login, or TLS before" }, { 534, "it takes no password" },
	{ 535, "are user and password right?" },    { 550, "are the addresses right?" },
	{ 551, "are the addresses right?" },	    { 553, "are the addresses right?" },
	{ 552, "the mail is too large for it" },
};

enum delivery_outcome smtp_judge(struct remote_job *job, const struct transfer_answer *answer, int64_t *ret_pause_s,
				 struct error *why)
{
	const char *hint = NULL;

	(void)job;
	(void)ret_pause_s;
	if (!answer->trouble)
		return DELIVERY_DONE;
	if (answer->code < 400) {
		error_set(why, ERROR_AGAIN, "%s", answer->trouble);
		return DELIVERY_RETRY;
	}
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (hints[i].code == answer->code)
			hint = hints[i].hint;
	error_set(why, ERROR_AGAIN, "%d from the mail server%s%s", answer->code, hint ? ": " : "", hint ? hint : "");
	return answer->code < 500 ? DELIVERY_RETRY : DELIVERY_DEAD;
}

/* The library greets with the path, or with the name of this machine: that is nobody's business. */
static struct str greeting_url(struct arena *a, const struct smtp_settings *s)
{
	struct str host = { s->url.p + strlen(str_starts(s->url, "smtps") ? "smtps://" : "smtp://"), 0 };

	host.n = s->url.n - (size_t)(host.p - s->url.p);
	if (memchr(host.p, '/', host.n) && !str_ends(host, "/"))
		return s->url;
	return transfer_url_below(a, s->url, arena_printf(a, "/%.*s", STR_ARG(mail_domain(s->from))).p);
}

static enum delivery_outcome start(struct arena *a, const struct smtp_settings *s, const struct parcel *parcel,
				   struct remote_job **ret, struct error *why)
{
	struct transfer_request request = { .url = greeting_url(a, s),
					    .schemes = "smtp,smtps",
					    .from = s->from,
					    .to = s->to,
					    .user = s->user,
					    .starttls = s->starttls == 0 && str_starts(s->url, "smtp:"),
					    .ca = s->ca,
					    .timeout_ms = s->timeout_ms };
	struct mail mail;

	if (!smtp_mail(a, s, parcel, clock_now(), &mail)) {
		error_set(why, ERROR_REFUSED, "the alert cannot be read");
		return DELIVERY_DEAD;
	}
	if (s->user.p && secret_file_read(a, s->password_file, &request.password, why) < 0)
		return DELIVERY_RETRY;
	request.body = mail_text(a, &mail);
	return remote_start(&request, smtp_judge, ret, why);
}

static enum delivery_outcome smtp_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
					  void **ret_job, struct error *why)
{
	struct arena arena = { .wipe = true };
	struct remote_job *job = NULL;
	enum delivery_outcome outcome = start(&arena, sink->settings, parcel, &job, why);

	(void)keep;
	*ret_job = job;
	arena_release(&arena);
	return outcome;
}

extern const struct sink_kind sink_smtp;
const struct sink_kind sink_smtp = {
	.name = "smtp",
	.help = "a mail of text, handed to a mail server",
	.privacy = PRIVACY_TOKENS,
	.read = smtp_read,
	.fields = smtp_fields,
	.check = smtp_check,
	.deliver = smtp_deliver,
	.reap = remote_reap,
	.descriptor = remote_descriptor,
	.stop = remote_stop,
	.cancel = remote_cancel,
};
