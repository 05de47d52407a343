/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attendance: who came, who did not, who said so late.
 *
 *	attendance: no_show
 *	attendance: [late, left_early]
 *	attendance: {status: [no_show, cancelled], by: client, notice_hours: less than 24, whose: member}
 *
 * `by` and `notice_hours` concern cancelled and rescheduled sessions; a no-show without `by` is the client's.
 * Presence that only a turn or a score shows is "came": whether late is not known.
 */
#include "core/shape.h"
#include "core/signal_internal.h"

struct attendance_selector {
	unsigned statuses; /* 1 << enum attendance_status */
	int by;		   /* enum attendance_by; BY_UNSAID: no matter */
	int whose;	   /* enum who */
	struct threshold notice, minutes;
};

static const struct measure measures[] = {
	{ "count", "how many sessions of the window", UNIT_BIT(UNIT_NONE), true, true },
	{ NULL, NULL, 0, false, false },
};

#define CAME  (1u << ATTENDED | 1u << LATE | 1u << LEFT_EARLY)
#define MOVED (1u << CANCELLED | 1u << RESCHEDULED)

static void read_status(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field word = *f;
	unsigned *statuses = into;
	size_t n = v->kind == DOC_LIST ? v->n : 1;

	word.detail = &attendance_words;
	for (size_t i = 0; i < n; i++) {
		int status = -1;

		read_word(r, v->kind == DOC_LIST ? v->items[i] : v, &status, &word);
		if (status >= 0)
			*statuses |= 1u << status;
	}
}

static const char *const by_list[] = { "anyone", "client", "provider", "other", NULL };
static const struct words by_words = { by_list };
static const unsigned hours_units = UNIT_BIT(UNIT_NONE);
static const unsigned minutes_units = UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_MINUTES);

static const struct shape status_shape = { SHAPE_WORD, &attendance_words };
static const struct shape statuses_shape = { SHAPE_SOME, &status_shape };

static const struct field fields[] = {
	{ "status", "which sessions are counted", read_status, offsetof(struct attendance_selector, statuses), true,
	  NULL, "attended, late, left_early, no_show, cancelled, rescheduled; one or a list", &statuses_shape },
	{ "by", "who cancelled", read_word, offsetof(struct attendance_selector, by), false, &by_words },
	{ "whose", "who stayed away or came, where it is not the subject", read_who,
	  offsetof(struct attendance_selector, whose), false, NULL, "member, other, therapist, any member",
	  &shape_who },
	{ "notice_hours", "how many hours before the session it was cancelled", read_threshold,
	  offsetof(struct attendance_selector, notice), false, &hours_units, "a threshold: less than 24",
	  &shape_threshold },
	{ "minutes", "by how much somebody was late or left early", read_threshold,
	  offsetof(struct attendance_selector, minutes), false, &minutes_units, "a threshold: at least 15",
	  &shape_threshold },
	{ NULL, NULL, NULL, 0, false, NULL },
};

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	struct attendance_selector *sel = ARENA_NEW(r->arena, struct attendance_selector);
	const struct compile *c = r->context;

	sel->whose = WHO_UNSAID;
	if (doc->kind == DOC_MAP)
		fields_read(r, doc, fields, sel);
	else
		read_status(r, doc, &sel->statuses, &fields[0]);
	if (s->of == WHO_UNSAID)
		s->of = sel->whose;
	if (s->of == WHO_UNSAID && c && c->per == PER_CASE)
		s->of = WHO_ANY_MEMBER;
	return sel;
}

static enum truth is_by(const struct attendance_selector *sel, const struct attendance *row)
{
	if (sel->by == BY_UNSAID || row->by == sel->by)
		return TRUTH_TRUE;
	if (row->by != BY_UNSAID)
		return TRUTH_FALSE;
	return row->status == NO_SHOW ? truth_of(sel->by == BY_CLIENT) : TRUTH_NO_DATA;
}

static enum truth within_threshold(const struct threshold *t, double value)
{
	return t->words.p ? threshold_test(t, value) : TRUTH_TRUE;
}

static enum truth least(enum truth a, enum truth b)
{
	return a < b ? a : b;
}

static enum truth selects(const struct attendance_selector *sel, const struct attendance *row)
{
	unsigned status = 1u << row->status;
	enum truth ret = truth_of(sel->statuses & status);

	if (status & (MOVED | 1u << NO_SHOW))
		ret = least(ret, is_by(sel, row));
	if (status & MOVED)
		ret = least(ret, within_threshold(&sel->notice, row->notice_hours));
	if (status & (1u << LATE | 1u << LEFT_EARLY))
		ret = least(ret, within_threshold(&sel->minutes, row->minutes));
	return ret;
}

/* Known to have come, not known how. */
static enum truth selects_came(const struct attendance_selector *sel)
{
	if (!(sel->statuses & CAME))
		return TRUTH_FALSE;
	return (sel->statuses & CAME) == CAME && !sel->minutes.words.p ? TRUTH_TRUE : TRUTH_NO_DATA;
}

static const struct attendance *row_of(const struct session *session, int who)
{
	for (size_t i = 0; i < session->n_parts; i++)
		for (size_t k = 0; k < session->parts[i].s->attendance.n; k++)
			if (session->parts[i].member_of[session->parts[i].s->attendance.items[k].who] == who)
				return &session->parts[i].s->attendance.items[k];
	return NULL;
}

static struct measured measure(const struct signal *s, const struct view *v, int who, evidence_list *evidence)
{
	const struct attendance_selector *sel = s->selector;
	const struct session *session = view_session(v);
	struct measured m = no_measure("attendance is not known");
	const struct attendance *row;
	enum truth t = TRUTH_NO_DATA;

	(void)evidence;
	if (who < 0)
		return m;
	row = row_of(session, who);
	if (row)
		t = selects(sel, row);
	else if (session->attended[who] == TRUTH_TRUE)
		t = selects_came(sel);
	if (t != TRUTH_NO_DATA)
		m.value = t == TRUTH_TRUE;
	else if (row)
		m.why = "the attendance row does not say enough";
	return m;
}

/* "missed sessions", "missed or cancelled sessions" */
static void counted_words(const struct signal *s, struct buf *out)
{
	static const char *const words[] = {
		[ATTENDED] = "attended", [LATE] = "late",	    [LEFT_EARLY] = "cut short",
		[NO_SHOW] = "missed",	 [CANCELLED] = "cancelled", [RESCHEDULED] = "rescheduled",
	};
	const struct attendance_selector *sel = s->selector;
	const char *between = "";

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!(sel->statuses & 1u << i))
			continue;
		buf_printf(out, "%s%s", between, words[i]);
		between = " or ";
	}
	buf_puts(out, STR(" sessions"));
}

const struct signal_kind signal_attendance = {
	.name = "attendance",
	.help = "sessions kept, missed, cancelled",
	.channel = CHANNEL_BEHAVIOUR,
	.scalar_selector = true,
	.word = &statuses_shape,
	.measures = measures,
	.read = read_selector,
	.measure = measure,
	.fields = fields,
	.all_sessions = true,
	.supply = "an attendance row (`attendance`)",
	.counted = "sessions",
	.counted_words = counted_words,
};
