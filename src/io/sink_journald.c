/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_journald.h"

#include "core/template.h"
#include "io/journal.h"
#include "io/sink_keys.h"
#include "io/sink_syslog.h"

#define NAME_BYTES 64 /* the journal's limit for the name of a field */

static const struct field journald_field_rows[] = {
	{ "ident", "SYSLOG_IDENTIFIER. Default: ruptured", read_log_word, offsetof(struct journald_settings, ident),
	  false, &ident_log_word, IDENT_VALUE, &ident_shape },
	{ "template", "MESSAGE, with {tokens} of the alert. Default: severity, rule, state, case and member, as known",
	  read_str, offsetof(struct journald_settings, template), false, NULL },
	{ 0 },
};

static void *journald_read(struct reader *r, const struct doc *doc)
{
	struct journald_settings *s = ARENA_NEW(r->arena, struct journald_settings);

	s->ident = STR("ruptured");
	if (!doc_is_null(doc))
		fields_read(r, doc, journald_field_rows, s);
	return s;
}

static void journald_check(struct reader *r, const struct doc *doc, void *settings, enum privacy privacy)
{
	(void)settings;
	template_check(r, doc, "template", privacy);
}

/* What the payload carries, and no "-" for what it does not. */
static struct str plain_message(struct arena *a, const struct payload *p)
{
	static const char *const said[] = { "severity", "rule", "state", "case", "member", "alert" };
	struct buf out = { 0 };
	struct str ret;

	if (p->group)
		buf_puts(&out, template_fill(a, STR("{count} alerts, "), p));
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct str value = payload_token(a, p, said[i]);

		if (!str_is(value, "-"))
			buf_printf(&out, "%s%.*s", i ? " " : "", STR_ARG(value));
	}
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return ret;
}

static struct str field_name(struct arena *a, struct str key)
{
	struct str name = arena_printf(a, "RUPTURED_%.*s", STR_ARG(key));

	for (size_t i = 0; i < name.n; i++) {
		char *c = (char *)&name.p[i];

		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
		else if ((*c < 'A' || *c > 'Z') && (*c < '0' || *c > '9'))
			*c = '_';
	}
	return name;
}

static void add_keys(struct arena *a, const struct doc *whole, struct strs *ret)
{
	for (size_t i = 0; i < whole->n; i++) {
		const struct doc *value = whole->pairs[i].value;
		struct str name = field_name(a, whole->pairs[i].key);

		if (value->kind == DOC_SCALAR && !doc_is_null(value) && name.n <= NAME_BYTES)
			*VEC_PUSH(a, ret) = arena_printf(a, "%.*s=%.*s", STR_ARG(name), STR_ARG(value->text));
	}
}

void journald_fields(struct arena *a, const struct journald_settings *s, const struct parcel *parcel, struct strs *ret)
{
	struct payload payload;
	struct str message = STR("alert");
	bool known = payload_read(a, parcel->payload, &payload);

	if (known)
		message = s->template.p ? template_fill(a, s->template, &payload) : plain_message(a, &payload);
	*VEC_PUSH(a, ret) = arena_printf(a, "MESSAGE=%.*s", STR_ARG(message));
	*VEC_PUSH(a, ret) = STR("MESSAGE_ID=" JOURNALD_MESSAGE_ID);
	*VEC_PUSH(a, ret) = arena_printf(a, "PRIORITY=%d", syslog_priority(parcel->severity));
	*VEC_PUSH(a, ret) = arena_printf(a, "SYSLOG_IDENTIFIER=%.*s", STR_ARG(s->ident));
	if (known)
		add_keys(a, payload.whole, ret);
}

static enum delivery_outcome journald_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
					      void **ret_job, struct error *why)
{
	struct arena arena = { 0 };
	struct strs fields = { 0 };
	int rc;

	(void)keep;
	*ret_job = NULL;
	journald_fields(&arena, sink->settings, parcel, &fields);
	rc = journal_send(fields.items, fields.n, why);
	arena_release(&arena);
	return rc < 0 ? DELIVERY_RETRY : DELIVERY_DONE;
}

extern const struct sink_kind sink_journald;
const struct sink_kind sink_journald = {
	.name = "journald",
	.help = "systemd's journal, with a field for each key of the alert",
	.privacy = PRIVACY_TOKENS,
	.read = journald_read,
	.fields = journald_field_rows,
	.check = journald_check,
	.deliver = journald_deliver,
};
