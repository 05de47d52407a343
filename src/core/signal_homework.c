/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * homework: the rating of what was done at home, 0 to 4.
 *
 *	homework: member       whose; homework: rating is the same
 */
#include "core/shape.h"
#include "core/signal_internal.h"

static const struct measure measures[] = {
	{ "value", "the rating, 0 (not done) to 4", UNIT_BIT(UNIT_NONE), true, false },
	{ NULL, NULL, 0, false, false },
};

static const double rating_range = 4;

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	static const struct field who = { "homework", NULL, read_who, 0, false, NULL };
	const struct compile *c = r->context;
	int of = WHO_UNSAID;

	if (doc->kind != DOC_SCALAR)
		reader_error(r, doc, "selector", "homework: member", "expected whose homework");
	else if (!str_is(doc->text, "rating"))
		read_who(r, doc, &of, &who);
	if (s->of == WHO_UNSAID)
		s->of = of;
	if (s->of == WHO_UNSAID && c && c->per == PER_CASE)
		s->of = WHO_ANY_MEMBER;
	return s;
}

static struct measured measure(const struct signal *s, const struct view *v, int who, evidence_list *evidence)
{
	const struct session *session = view_session(v);
	struct measured m = no_measure("no homework is rated in this session");

	(void)s;
	(void)evidence;
	m.better = 1;
	m.range = rating_range;
	for (size_t i = 0; i < session->n_parts; i++)
		for (size_t k = 0; k < session->parts[i].s->homework.n; k++) {
			const struct homework *row = &session->parts[i].s->homework.items[k];

			if (session->parts[i].member_of[row->who] != who)
				continue;
			m.value = row->rating;
			m.why = "no homework was set";
		}
	return m;
}

const struct signal_kind signal_homework = {
	.name = "homework",
	.help = "how well homework was done; says whose: `member`",
	.channel = CHANNEL_BEHAVIOUR,
	.scalar_selector = true,
	.word = &shape_who,
	.measures = measures,
	.read = read_selector,
	.measure = measure,
	.supply = "a rating (`homework`)",
};
