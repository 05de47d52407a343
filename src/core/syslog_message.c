/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/syslog_message.h"

#include "base/utf8.h"
#include "core/json.h"
#include "core/payload.h"

#define LONG_VALUE 64 /* bytes; tokens, ids and words of ours are shorter */

void syslog_cee(struct str payload, struct buf *out)
{
	buf_puts(out, STR("@cee: "));
	for (size_t i = 0; i < payload.n; i++)
		buf_putc(out, (unsigned char)payload.p[i] < ' ' ? ' ' : payload.p[i]);
}

/* ---- a payload told shorter ---- */

static bool is_short(const struct doc *value)
{
	return value->kind == DOC_SCALAR && value->text.n <= LONG_VALUE;
}

static void write_value(struct json *j, const struct doc *value)
{
	double number;
	bool flag;

	if (doc_is_null(value))
		json_null(j);
	else if (doc_number(value, &number))
		json_number(j, number);
	else if (doc_flag(value, &flag))
		json_bool(j, flag);
	else
		json_str(j, value->text);
}

static struct str shorter(struct arena *a, const struct doc *whole)
{
	struct json *j = json_new(false);
	struct str ret;

	json_map(j);
	for (size_t i = 0; i < whole->n; i++) {
		if (!is_short(whole->pairs[i].value))
			continue;
		json_key(j, whole->pairs[i].key.p);
		write_value(j, whole->pairs[i].value);
	}
	json_key(j, "cut");
	json_bool(j, true);
	json_end_map(j);
	ret = arena_dup(a, json_text(j));
	json_free(j);
	return ret;
}

/* ---- structured data, RFC 5424 section 6.3 ---- */

static void write_param(struct buf *out, struct str name, struct str value)
{
	buf_printf(out, " %.*s=\"", STR_ARG(name));
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '"' || c == '\\' || c == ']')
			buf_putc(out, '\\');
		buf_putc(out, (unsigned char)c < ' ' ? ' ' : c);
	}
	buf_putc(out, '"');
}

static void write_structured(struct buf *out, struct str sd_id, const struct doc *whole, bool only_short)
{
	buf_printf(out, "[%.*s", STR_ARG(sd_id));
	for (size_t i = 0; i < whole->n; i++) {
		const struct doc *value = whole->pairs[i].value;

		if (value->kind == DOC_SCALAR && !doc_is_null(value) && (!only_short || is_short(value)))
			write_param(out, whole->pairs[i].key, value->text);
	}
	if (only_short)
		write_param(out, STR("cut"), STR("true"));
	buf_putc(out, ']');
}

/* ---- the message ---- */

static void write_header(struct buf *out, enum syslog_format format, const struct syslog_header *h)
{
	if (format == SYSLOG_RFC5424)
		buf_printf(out, "<%d>1 %.*s %.*s %.*s %ld " SYSLOG_MSGID " ", h->priority, STR_ARG(h->time),
			   STR_ARG(h->host.n ? h->host : STR("-")), STR_ARG(h->ident), h->pid);
	else
		buf_printf(out, "<%d>%.*s %.*s%s%.*s[%ld]: ", h->priority, STR_ARG(h->time), STR_ARG(h->host),
			   h->host.n ? " " : "", STR_ARG(h->ident), h->pid);
}

static void write_message(struct buf *out, enum syslog_format format, const struct syslog_header *header,
			  const struct doc *whole, bool only_short, struct str payload, struct str text)
{
	buf_reset(out);
	write_header(out, format, header);
	if (format == SYSLOG_RFC5424) {
		if (whole)
			write_structured(out, header->sd_id, whole, only_short);
		else
			buf_putc(out, '-');
		buf_putc(out, ' ');
	}
	if (text.p)
		buf_puts(out, text);
	else
		syslog_cee(payload, out);
}

/* Back to the start of the character that would be cut in two. */
static void cut(struct buf *out, size_t max)
{
	size_t n = max;

	while (n > 0 && utf8_continues(out->p[n]))
		n--;
	out->n = n;
	out->p[n] = '\0';
}

void syslog_message(struct arena *a, enum syslog_format format, const struct syslog_header *header, struct str payload,
		    struct str text, size_t max, struct buf *out)
{
	struct payload read;
	const struct doc *whole = payload_read(a, payload, &read) ? read.whole : NULL;

	write_message(out, format, header, whole, false, payload, text);
	if (max && out->n > max && whole)
		write_message(out, format, header, whole, true, shorter(a, whole), text);
	if (max && out->n > max)
		cut(out, max);
}
