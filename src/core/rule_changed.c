/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule with what overrides change in it, and whose fault is what.
 */
#include "core/override.h"

static bool was_told(const struct diags *d, const struct diag *fault)
{
	for (size_t i = 0; i < d->all.n; i++)
		if (d->all.items[i].at.offset == fault->at.offset && str_eq(d->all.items[i].message, fault->message))
			return true;
	return false;
}

/* A fault at a place in the rule's own file that is not there without the override. */
static void blame_override(const struct rule_reading *g, const struct override *o, const struct diag *d)
{
	reader_error_at(o->reader, o->at, d->code, d->hint.n ? d->hint.p : NULL, "with this override, %.*s:%u: %.*s",
			STR_ARG(g->sources[d->at.source].file), d->at.line, STR_ARG(d->message));
}

/*
 * Tells each fault of a rule with overrides where it was made: in the file of the override, in that of the rule.
 * `alone` has what is wrong with the rule by itself.
 */
static void tell_each(const struct rule_reading *g, size_t source, const struct override *o, const struct diags *faults,
		      const struct diags *alone)
{
	for (size_t i = 0; i < faults->all.n; i++) {
		const struct diag *d = &faults->all.items[i];

		if (d->at.source == source && d->severity == DIAG_ERROR && !was_told(alone, d))
			blame_override(g, o, d);
		else
			diags_take(g->readers[d->at.source].diags, d);
	}
}

static bool blames(const struct diags *faults, size_t source)
{
	for (size_t i = 0; i < faults->all.n; i++)
		if (faults->all.items[i].severity == DIAG_ERROR && faults->all.items[i].at.source == source)
			return true;
	return false;
}

static void read_form(struct reader *r, const struct doc *doc, struct shared_signals *shared, size_t source,
		      const struct rule_changes *changes, struct rule_form *ret)
{
	rule_read(r, doc, shared, ret);
	ret->source = source;
	if (changes)
		ret->rule.changes = *changes;
	rule_lint(r, ret);
}

static void read_changed(const struct rule_reading *g, size_t source, const struct doc *doc, const struct override *o,
			 struct shared_signals *shared, struct rule_form *ret)
{
	struct reader *own = &g->readers[source], r = *own;
	struct diags faults = { .arena = g->faults }, alone = faults;
	struct rule_changes changes = { 0 };
	struct rule_form ignored;

	shared_use(shared, doc); /* what an override's condition leaves over is no fault of the file */
	r.diags = &faults;
	read_form(&r, overrides_merge(own->arena, g->overrides, doc, shared, &changes), shared, source, &changes, ret);
	r.diags = &alone;
	if (blames(&faults, source)) /* the set is refused: what else this leaves behind does no harm */
		read_form(&r, doc, shared, source, NULL, &ignored);
	tell_each(g, source, o, &faults, &alone);
}

void rule_read_changed(const struct rule_reading *g, size_t source, const struct doc *doc,
		       struct shared_signals *shared, struct rule_form *ret)
{
	const struct override *o = overrides_of(g->overrides, rule_doc_id(doc));

	if (o)
		read_changed(g, source, doc, o, shared, ret);
	else
		read_form(&g->readers[source], doc, shared, source, NULL, ret);
}
