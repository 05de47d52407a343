/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_keys.h"
#include "io/sink_syslog.h"

#define HOSTNAME_MAX 255
#define SD_ID_MAX    32

/* By place in facility_codes, which are RFC 5424's, times 8 as in <syslog.h>; `kern` is the kernel's alone. */
static const char *const facility_list[] = {
	"auth", "authpriv", "cron",   "daemon", "ftp",	  "lpr",    "mail",   "news",	"syslog", "user",
	"uucp", "local0",   "local1", "local2", "local3", "local4", "local5", "local6", "local7", NULL,
};
static const int facility_codes[] = { 4, 10, 9, 3, 11, 6, 2, 7, 5, 1, 8, 16, 17, 18, 19, 20, 21, 22, 23 };
_Static_assert(sizeof facility_list / sizeof facility_list[0] == sizeof facility_codes / sizeof facility_codes[0] + 1,
	       "a code for each word");
static const struct words facility_words = { facility_list };
static const struct words format_words = { (const char *const[]){ "cee", "rfc5424", NULL } };

static void read_facility(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	int at = -1;

	read_word(r, v, &at, f);
	if (at >= 0)
		*(int *)into = facility_codes[at] * 8;
}

/* ---- to ---- */

static const struct {
	const char *scheme;
	enum link_kind kind;
	const char *port;
} schemes[] = {
	{ "udp://", LINK_UDP, "514" },
	{ "tcp://", LINK_TCP, "601" },
	{ "tls://", LINK_TLS, "6514" },
};

static bool port_ok(struct str port)
{
	double n;

	return str_number(port, &n) && n >= 1 && n <= 65535 && port.n <= 5 && strspn(port.p, "0123456789") >= port.n;
}

/* "host", "host:port", "[::1]", "[::1]:port". */
static bool read_host(struct arena *a, struct str said, struct link_target *ret)
{
	const char *bracket = said.n && said.p[0] == '[' ? memchr(said.p, ']', said.n) : NULL;
	const char *end = bracket ? bracket + 1 : memchr(said.p, ':', said.n);
	size_t n = end ? (size_t)(end - said.p) : said.n;

	ret->host = bracket ? (struct str){ said.p + 1, n - 2 } : (struct str){ said.p, n };
	ret->host = arena_dup(a, ret->host);
	if (ret->host.n == 0 || memchr(ret->host.p, '/', ret->host.n) || memchr(ret->host.p, '[', ret->host.n))
		return false;
	if (n == said.n)
		return true;
	ret->port = arena_dup(a, (struct str){ said.p + n + 1, said.n - n - 1 });
	return said.p[n] == ':' && port_ok(ret->port);
}

static bool read_address(struct arena *a, struct str said, struct syslog_to *ret)
{
	if (said.n > 1 && said.p[0] == '/' && said.n < 108) {
		*ret = (struct syslog_to){ .way = TO_SOCKET, .path = arena_dup(a, said) };
		return true;
	}
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		size_t n = strlen(schemes[i].scheme);

		if (!str_starts(said, schemes[i].scheme))
			continue;
		ret->way = TO_HOST;
		ret->target.kind = schemes[i].kind;
		ret->target.port = str_of(schemes[i].port);
		return read_host(a, (struct str){ said.p + n, said.n - n }, &ret->target);
	}
	return false;
}

static void read_to(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct syslog_to *to = into;
	struct str said = { 0 };

	read_str(r, v, &said, f);
	if (said.p && !read_address(r->arena, said, to))
		reader_error(r, v, "log-address",
			     "write a socket's path, or udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT",
			     "\"%.*s\" is no place for a log line", STR_ARG(said));
}

static const struct shape to_shape = { SHAPE_PATTERN, "^(/.|(udp|tcp|tls)://.)" };

static const struct log_word hostname_word = { HOSTNAME_MAX, NULL, NULL,
					       "write a name without spaces, or \"-\" for none" };
static const struct log_word sd_id_word = { SD_ID_MAX, "=\"]", NULL, "write name@number, at most 32 characters" };
static const struct shape hostname_shape = { SHAPE_PATTERN, "^[!-~]{1,255}$" };
static const struct shape sd_id_shape = { SHAPE_PATTERN, "^[!#-<>-Z^-~]{1,32}$" };

#define AT(member) offsetof(struct syslog_settings, member)
const struct field syslog_fields[] = {
	{ "facility", "under what the line is filed. Default: local3", read_facility, AT(facility), false,
	  &facility_words, "local0 to local7, daemon, user, auth, authpriv, cron, ftp, lpr, mail, news, syslog, uucp",
	  &shape_words },
	{ "ident", "the name on the log line. Default: ruptured", read_log_word, AT(ident), false, &ident_log_word,
	  IDENT_VALUE, &ident_shape },
	{ "format",
	  "cee: @cee: and a JSON object; rfc5424: structured data before it. Default: rfc5424 with `to`, else cee",
	  read_word, AT(format), false, &format_words },
	{ "to", "a socket or another machine. Default: this machine's log, by syslog(3)", read_to, AT(to), false, NULL,
	  "the path of a socket, udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT", &to_shape },
	{ "ca", "tls: whose certificates are trusted. Default: the system's", read_sink_path, AT(to.target.ca), false,
	  NULL, "the path of a PEM file", &sink_path_shape },
	{ "cert", "tls: a certificate of our own, for a server that asks", read_sink_path, AT(to.target.cert), false,
	  NULL, "the path of a PEM file", &sink_path_shape },
	{ "key", "tls: the key of `cert`", read_sink_path, AT(to.target.key), false, NULL, "the path of a PEM file",
	  &sink_path_shape },
	{ "hostname", "the machine's name on the line; - for none. Default: the machine's", read_log_word, AT(hostname),
	  false, &hostname_word, "a word", &hostname_shape },
	{ "sd_id", "rfc5424: what the structured data is called. Default: " SYSLOG_SD_ID, read_log_word, AT(sd_id),
	  false, &sd_id_word, "name@number", &sd_id_shape },
	{ "template", "words of the clinic's in place of @cee: and the JSON object, with {tokens} of the alert",
	  read_str, AT(template), false, NULL },
	{ "timeout", "to another machine: then the try has failed. Default: 20 seconds", read_sink_timeout,
	  AT(timeout_ms), false, NULL, "a time span, at most 1 hour", &shape_duration },
	{ 0 },
};

static void check_trust(struct reader *r, const struct doc *doc, const struct syslog_settings *s)
{
	const struct link_target *t = &s->to.target;
	const struct doc *at = doc_get(doc, t->ca.p ? "ca" : t->cert.p ? "cert" : "key");

	if (at && (s->to.way != TO_HOST || t->kind != LINK_TLS))
		reader_error(r, at, "pointless", "write \"to: tls://HOST:PORT\"", "certificates are for tls:// alone");
	else if (!t->cert.p != !t->key.p)
		reader_error(r, at ? at : doc, "pointless", "write \"cert\" and \"key\"",
			     "a certificate of our own needs its key");
}

void *syslog_read(struct reader *r, const struct doc *doc)
{
	struct syslog_settings *s = ARENA_NEW(r->arena, struct syslog_settings);

	*s = (struct syslog_settings){ .facility = 19 * 8,
				       .ident = STR("ruptured"),
				       .format = -1,
				       .sd_id = STR(SYSLOG_SD_ID),
				       .timeout_ms = SYSLOG_TIMEOUT_MS };
	if (doc_is_null(doc))
		return s;
	if (fields_read(r, doc, syslog_fields, s))
		check_trust(r, doc, s);
	return s;
}
