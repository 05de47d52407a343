/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/config_watch.h"

#include "app/config_delivery.h"
#include "app/config_time.h"

#define LEAST_EXPECTED_S 60

void config_read_heartbeat(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (v->kind == DOC_SCALAR && str_is(v->text, "no"))
		*(int *)into = -1;
	else
		config_read_time(r, v, into, f);
}

struct site_said {
	int64_t expect_s;
};

static void read_expected(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	int64_t s = -1;

	read_duration(r, v, &s, f);
	if (s >= 0 && s < LEAST_EXPECTED_S)
		reader_error(r, v, "duration", "write \"26 hours\"", "a site cannot be expected that often");
	*(int64_t *)into = s;
}

static const struct field site_fields[] = {
	{ "expect_records", "how long the site may send nothing before an alert says so and its cases' timers wait",
	  read_expected, offsetof(struct site_said, expect_s), true, NULL, "a time span like 26 hours",
	  &shape_duration },
	{ 0 },
};

const struct field *config_site_fields(void)
{
	return site_fields;
}

static void read_site(struct reader *r, struct config *c, const struct doc_pair *pair)
{
	const struct doc *v = pair->value;
	struct site_said said = { 0 };
	struct path here;

	config_enter(r, &here, pair->key.p, 0);
	if (v->kind != DOC_MAP)
		reader_error(r, v, "wrong-kind", "write {expect_records: 26 hours}", "expected a map, found %s",
			     doc_describe(&c->arena, v).p);
	else if (fields_read(r, v, site_fields, &said))
		*VEC_PUSH(&c->arena, &c->sites) =
			(struct expected_site){ arena_dup(&c->arena, pair->key), said.expect_s };
	config_leave(r, &here);
}

void config_sites_read(struct reader *r, struct config *c, const struct doc *sites)
{
	struct path here;

	if (!sites)
		return;
	config_enter(r, &here, "sites", 0);
	if (sites->kind != DOC_MAP)
		reader_error(r, sites, "wrong-kind", "write \"NAME: {expect_records: 26 hours}\" lines below it",
			     "expected a map of sites, found %s", doc_describe(&c->arena, sites).p);
	for (size_t i = 0; sites->kind == DOC_MAP && i < sites->n; i++)
		read_site(r, c, &sites->pairs[i]);
	config_leave(r, &here);
}
