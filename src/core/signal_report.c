/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report: what somebody wrote after the session.
 *
 *	{report: rupture, by: member, is: yes}
 *
 * Of several people's reports one yes is a yes; `is: no` is true when all who answered said no.
 */
#include "core/shape.h"
#include "core/signal_internal.h"

struct report_selector {
	int by; /* enum who */
	bool is;
};

static const struct measure measures[] = {
	{ "is", "yes or no", 0, false, false, &shape_flag },
	{ NULL, NULL, 0, false, false },
};

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	struct report_selector *sel = ARENA_NEW(r->arena, struct report_selector);

	sel->by = WHO_UNSAID;
	if (doc->kind != DOC_SCALAR || !str_is(doc->text, "rupture"))
		reader_error(r, doc, "report", "report: rupture", "reports are asked about a rupture");
	if (!read_key(r, s->source, "by", read_who, &sel->by, NULL))
		reader_error(r, s->source, "missing-key", "for example \"by: member\"",
			     "\"by\" is missing: whose report");
	read_key(r, s->source, "is", read_flag, &sel->is, NULL);
	return sel;
}

/* 1 yes, 0 no, -1 nobody of them answered. */
static int answer_of(const struct session *session, const int *who, size_t n)
{
	int answer = -1;

	for (size_t i = 0; i < session->n_parts; i++)
		for (size_t k = 0; k < session->parts[i].s->reports.n; k++) {
			const struct report *row = &session->parts[i].s->reports.items[k];
			int by = session->parts[i].member_of[row->by];

			for (size_t w = 0; w < n; w++)
				if (who[w] == by && row->rupture > answer)
					answer = row->rupture;
		}
	return answer;
}

static struct reading read_truth(const struct signal *s, const struct view *v)
{
	const struct report_selector *sel = s->selector;
	int who[HISTORY_MAX_MEMBERS];
	size_t n = people(v, (enum who)sel->by, v->subject.member, who);
	int answer = answer_of(view_session(v), who, n);
	struct reading ret = no_reading("no such report in this session");

	if (answer < 0)
		return ret;
	ret.value = ret.raw = answer;
	ret.truth = truth_of(answer == sel->is);
	ret.why = NULL;
	return ret;
}

static enum channel channel_of(const struct signal *s)
{
	const struct report_selector *sel = s->selector;

	return sel->by == WHO_THERAPIST ? CHANNEL_STAFF : CHANNEL_SELF_REPORT;
}

static const struct field keys[] = {
	{ .name = "by",
	  .help = "whose report",
	  .required = true,
	  .value = "member, other, therapist, ...",
	  .shape = &shape_who },
	{ NULL },
};

static const struct words report_words = { (const char *const[]){ "rupture", NULL } };
static const struct shape report_shape = { SHAPE_WORD, &report_words };

const struct signal_kind signal_report = {
	.name = "report",
	.help = "what somebody reported after the session; `rupture` is all there is",
	.channel = CHANNEL_SELF_REPORT,
	.scalar_selector = true,
	.word = &report_shape,
	.measures = measures,
	.read = read_selector,
	.read_truth = read_truth,
	.channel_of = channel_of,
	.keys = keys,
	.about_nobody = true,
	.supply = "their answer (`reports`)",
	.otherwise = "the report says the opposite",
};
