/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/signal.h"

#include <assert.h>
#include <stdlib.h>

#include "core/signal_internal.h"
#include "core/usual.h"

const char *const channel_words[CHANNELS + 1] = {
	"transcript", "self-report", "observer", "behaviour", "staff", "none"
};

static const char *const per_list[] = { "case", "member", "pair", "therapist", NULL };
const struct words per_words = { per_list };

static const char *const who_list[] = { "member", "other", "therapist", "anyone", "any member", "every member", NULL };
const struct words who_words = { who_list };

struct measured no_measure(const char *why)
{
	return (struct measured){
		.value = NAN, .points_sd = NAN, .range = NAN, .part = NAN, .by = -1, .whole = NAN, .why = why
	};
}

struct reading no_reading(const char *why)
{
	return (struct reading){ .truth = TRUTH_NO_DATA,
				 .value = NAN,
				 .baseline = NAN,
				 .sd = NAN,
				 .limit = NAN,
				 .raw = NAN,
				 .part = NAN,
				 .whole = NAN,
				 .why = why,
				 .true_at = DATE_NONE,
				 .until = DATE_NONE };
}

enum truth truth_of(bool b)
{
	return b ? TRUTH_TRUE : TRUTH_FALSE;
}

enum truth truth_not(enum truth t)
{
	return TRUTH_TRUE - t;
}

bool measure_is(const struct signal *s, const char *name)
{
	return strcmp(s->kind->measures[s->measure].name, name) == 0;
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

double median(double *values, size_t n)
{
	assert(n > 0);
	qsort(values, n, sizeof *values, by_value);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* People --------------------------------------------------------------------------------------------------------- */

static bool stands_for(enum who word, int role)
{
	switch (word) {
	case WHO_THERAPIST:
		return role == ROLE_THERAPIST;
	case WHO_ANYONE:
		return role == ROLE_THERAPIST || role_is_member(role);
	case WHO_ANY_MEMBER:
	case WHO_EVERY_MEMBER:
		return role_is_member(role);
	case WHO_MEMBER:
	case WHO_OTHER:
	case WHO_UNSAID:
		return false;
	}
	return false;
}

static size_t one_person(int who, int ret[HISTORY_MAX_MEMBERS])
{
	ret[0] = who;
	return who >= 0;
}

size_t people(const struct view *v, enum who word, int self, int ret[HISTORY_MAX_MEMBERS])
{
	const struct session *session = view_session(v);
	size_t n = 0;

	if (word == WHO_MEMBER || word == WHO_UNSAID)
		return one_person(self, ret);
	if (word == WHO_OTHER)
		return one_person(v->subject.other, ret);
	if (word == WHO_THERAPIST && self >= 0 && session->role[self] == ROLE_THERAPIST)
		return one_person(self, ret);
	for (size_t i = 0; i < v->history->roster->members.n; i++)
		if (session->listed[i] && stands_for(word, session->role[i]))
			ret[n++] = (int)i;
	return n;
}

/* Of `any member` those who are known to be absent are not meant. */
static size_t drop_absent(const struct signal *s, const struct view *v, enum who word, int *who, size_t n)
{
	size_t kept = 0;

	if (s->kind->all_sessions || word == WHO_MEMBER || word == WHO_OTHER || word == WHO_UNSAID)
		return n;
	for (size_t i = 0; i < n; i++)
		if (view_session(v)->attended[who[i]] != TRUTH_FALSE)
			who[kept++] = who[i];
	return kept;
}

/* One number ----------------------------------------------------------------------------------------------------- */

static struct measured measure_now(const struct signal *s, const struct view *v, int who, evidence_list *evidence)
{
	struct measured m;

	evidence = v->no_evidence ? NULL : evidence;
	/* What depends on an incident is never kept. */
	if (v->opened_at != DATE_NONE || !v->memo)
		return s->kind->measure(s, v, who, evidence);
	if (!evidence && signal_memo_get(v->memo, s, v->session, who, v->subject.other, &m))
		return m;
	m = s->kind->measure(s, v, who, evidence);
	signal_memo_put(v->memo, s, v->session, who, v->subject.other, &m);
	return m;
}

static struct view at_session(const struct view *v, size_t session)
{
	struct view at = *v;

	at.session = session;
	if (session != v->session) {
		at.as_of = v->history->sessions[session].started;
		at.no_evidence = true;
	}
	return at;
}

/* Whom a number is about: one person, or one against another (minus -1: nobody). */
struct about {
	int of, minus;
};

static struct measured measure_about(const struct signal *s, const struct view *v, struct about about,
				     evidence_list *evidence)
{
	struct measured m = measure_now(s, v, about.of, evidence), other;

	if (about.minus < 0 || isnan(m.value))
		return m;
	other = measure_now(s, v, about.minus, NULL);
	if (isnan(other.value))
		return other;
	m.value -= other.value;
	m.part = m.whole = NAN;
	return m;
}

/* Windows -------------------------------------------------------------------------------------------------------- */

const char *site_silence(const struct view *v)
{
	const struct history *h = v->history;

	if (h->site_silent_from == DATE_NONE || v->as_of <= h->site_silent_from || v->as_of <= view_session(v)->started)
		return NULL;
	return arena_printf(v->arena, "no record from site %.*s for %lld h: its export may be broken", STR_ARG(h->site),
			    (long long)(v->as_of - h->site_last_at) / 3600)
		.p;
}

enum truth was_held(const struct history *h, const struct session *session)
{
	if (session->held)
		return TRUTH_TRUE;
	for (size_t i = 0; i < h->roster->members.n; i++)
		if (session->listed[i] && session->attended[i] == TRUTH_NO_DATA &&
		    role_is_member((enum role)session->role[i]))
			return TRUTH_NO_DATA;
	return TRUTH_FALSE;
}

/* Whether windows of sessions hold this one. */
static enum truth in_window(const struct signal *s, const struct view *v, size_t session)
{
	const struct session *at = &v->history->sessions[session];
	int who = s->of == WHO_OTHER ? v->subject.other : v->subject.member;

	if (s->kind->all_sessions)
		return TRUTH_TRUE;
	if (who < 0 || (s->of != WHO_UNSAID && s->of != WHO_MEMBER && s->of != WHO_OTHER))
		return was_held(v->history, at);
	return at->attended[who];
}

static bool has_window(const struct signal *s)
{
	return !s->kind->own_window && (s->within_sessions > 0 || s->within_days > 0);
}

static bool too_old(const struct signal *s, const struct view *v, size_t session, int taken)
{
	if (s->within_sessions > 0 && taken >= s->within_sessions)
		return true;
	return s->within_days > 0 &&
	       (double)(v->as_of - v->history->sessions[session].started) > s->within_days * DAY_S;
}

/* The sum over the window, and until when the oldest that counts stays in it; *ret_partial: some session of it is not
 * known, the sum is the least it can be. */
static struct measured sum_window(const struct signal *s, const struct view *v, struct about about, struct reading *ret,
				  bool *ret_partial)
{
	struct measured sum = no_measure("no session in the window");
	int taken = 0;

	*ret_partial = false;
	for (size_t i = v->session + 1; i-- > 0 && !too_old(s, v, i, taken);) {
		enum truth there = in_window(s, v, i);
		struct view at = at_session(v, i);
		struct measured m;

		if (there == TRUTH_FALSE)
			continue;
		m = measure_about(s, &at, about, i == v->session ? &ret->evidence : NULL);
		if (isnan(m.value) && there == TRUTH_NO_DATA)
			continue;
		taken++;
		if (isnan(m.value)) {
			*ret_partial = true;
			if (isnan(sum.value))
				sum.why = m.why;
			continue;
		}
		if (m.value > 0 && s->within_days > 0)
			ret->until = v->history->sessions[i].started + (int64_t)(s->within_days * DAY_S);
		m.value += isnan(sum.value) ? 0 : sum.value;
		sum = m;
	}
	return sum;
}

/* Baselines ------------------------------------------------------------------------------------------------------ */

struct past {
	struct usual all;
	double median, sd;
};

static bool comparable(const struct measured *a, const struct measured *b)
{
	return !isnan(b->value) && str_eq(a->of, b->of) && a->by == b->by;
}

/* All sessions before the present one, of the same instrument and rater. */
static struct past past_of(const struct signal *s, const struct view *v, const struct measured *now, struct about about)
{
	struct past past = { .median = NAN };
	double *values = s->versus == BASELINE_OWN_MEDIAN ? ARENA_ARRAY(v->arena, double, v->session + 1) : NULL;

	for (size_t i = 0; i < v->session; i++) {
		struct view at = at_session(v, i);
		struct measured m = measure_about(s, &at, about, NULL);

		if (!comparable(now, &m))
			continue;
		if (values)
			values[past.all.n] = m.value;
		usual_add(&past.all, m.value);
	}
	past.sd = usual_sd(&past.all, now->range);
	if (values && past.all.n > 0)
		past.median = median(values, past.all.n);
	return past;
}

/* Numbers against thresholds ------------------------------------------------------------------------------------- */

/* +1 or -1: how the threshold's direction looks at this number; 0 when it has none. */
static int direction_sign(const struct threshold *t, int better)
{
	switch (t->direction) {
	case DIRECTION_NONE:
		return 1;
	case WORSE:
		return -better;
	case BETTER:
		return better;
	}
	return 1;
}

static bool has_one_limit(const struct threshold *t)
{
	return t->op != BETWEEN || t->a == t->b;
}

/* value = sign * (raw - centre) / scale, tested. */
static void compare(const struct signal *s, double centre, double scale, int sign, struct reading *ret)
{
	if (sign == 0) {
		ret->why = "neither more nor less of this is worse";
		return;
	}
	if (!(scale > 0)) {
		ret->why = "the earlier values do not vary";
		return;
	}
	ret->value = sign * (ret->raw - centre) / scale;
	ret->truth = threshold_test(&s->threshold, ret->value);
	if (has_one_limit(&s->threshold))
		ret->limit = centre + sign * s->threshold.a * scale;
}

static bool enough(const struct signal *s, const struct past *past, struct reading *ret)
{
	ret->baseline_n = past->all.n;
	if (past->all.n >= (size_t)s->needs)
		return true;
	ret->why = "fewer earlier sessions than the baseline needs";
	return false;
}

static void compare_plain(const struct signal *s, const struct view *v, const struct measured *m, struct about about,
			  struct reading *ret)
{
	int sign = direction_sign(&s->threshold, m->better);

	if (s->threshold.unit == UNIT_POOLED_SD) {
		if (isnan(m->points_sd))
			ret->why = "no pooled SD is known of the instrument";
		else
			compare(s, 0, m->points_sd, sign, ret);
	} else if (s->threshold.unit == UNIT_SD) {
		struct past past = past_of(s, v, m, about);

		if (!enough(s, &past, ret))
			return;
		ret->sd = past.sd;
		compare(s, 0, past.sd, sign, ret);
	} else {
		compare(s, 0, 1, sign, ret);
	}
}

static void compare_times(const struct signal *s, double centre, struct reading *ret)
{
	double unit = s->threshold.unit == UNIT_PERCENT ? 100 : 1;

	if (centre == 0)
		ret->why = "the baseline is zero";
	else
		compare(s, 0, fabs(centre) / unit, centre < 0 ? -1 : 1, ret);
}

static void compare_own(const struct signal *s, double centre, const struct past *past, const struct measured *m,
			struct reading *ret)
{
	int sign = direction_sign(&s->threshold, m->better);

	if (!enough(s, past, ret))
		return;
	ret->baseline = centre;
	ret->sd = past->sd;
	if (s->versus_unit == UNIT_PERCENT)
		compare_times(s, centre, ret);
	else
		compare(s, centre, s->versus_unit == UNIT_SD ? past->sd : 1, sign, ret);
}

/* Off the chart on the worse side; what has no worse side is watched for falling. */
static void compare_chart(const struct signal *s, const struct past *past, const struct measured *m,
			  struct reading *ret)
{
	double width = usual_chart_width(&past->all, s->floor);
	struct threshold off = { .op = MORE_THAN, .a = width };
	int side = m->better < 0 ? 1 : -1;

	if (!enough(s, past, ret))
		return;
	ret->baseline = past->all.mean;
	ret->sd = past->sd;
	ret->limit = past->all.mean + side * width;
	ret->value = ret->raw - past->all.mean;
	ret->truth = threshold_test(&off, side * ret->value);
}

static void compare_measured(const struct signal *s, const struct view *v, const struct measured *m, struct about about,
			     struct reading *ret)
{
	struct past past;

	if (s->versus == BASELINE_NONE) {
		compare_plain(s, v, m, about, ret);
		return;
	}
	past = past_of(s, v, m, about);
	switch (s->versus) {
	case BASELINE_OWN_MEAN:
		compare_own(s, past.all.mean, &past, m, ret);
		break;
	case BASELINE_OWN_MEDIAN:
		compare_own(s, past.median, &past, m, ret);
		break;
	case BASELINE_CONTROL_CHART:
		compare_chart(s, &past, m, ret);
		break;
	case BASELINE_NONE:
		break;
	}
}

static struct reading read_about(const struct signal *s, const struct view *v, struct about about)
{
	struct reading ret = no_reading(NULL);
	bool partial = false;
	struct measured m;

	if (s->kind->measures[s->measure].sums && has_window(s))
		m = sum_window(s, v, about, &ret, &partial);
	else
		m = measure_about(s, v, about, &ret.evidence);
	ret.part = (double)m.part;
	ret.whole = (double)m.whole;
	if (isnan(m.value)) {
		ret.why = m.why;
		return ret;
	}
	ret.raw = m.value;
	compare_measured(s, v, &m, about, &ret);
	if (partial && ret.truth != threshold_test(&s->threshold, INFINITY)) {
		ret.truth = TRUTH_NO_DATA;
		ret.why = "not every session of the window is known";
	}
	return ret;
}

/* Several people, several sessions ------------------------------------------------------------------------------- */

static struct reading read_people(const struct signal *s, const struct view *v)
{
	int of[HISTORY_MAX_MEMBERS], minus[HISTORY_MAX_MEMBERS];
	size_t n_of = 1, n_minus = 1;
	/* With `any` the truest answer stands, with `every` the least true. */
	int sense = s->of == WHO_EVERY_MEMBER || s->minus == WHO_EVERY_MEMBER ? -1 : 1;
	struct reading ret = no_reading("nobody here to look at");
	bool first = true;

	of[0] = v->subject.member;
	minus[0] = -1;
	if (s->of != WHO_UNSAID)
		n_of = drop_absent(s, v, s->of, of, people(v, s->of, v->subject.member, of));
	if (s->minus != WHO_UNSAID)
		n_minus = drop_absent(s, v, s->minus, minus, people(v, s->minus, v->subject.member, minus));
	for (size_t i = 0; i < n_of; i++)
		for (size_t k = 0; k < n_minus; k++) {
			struct reading one;

			if (s->minus != WHO_UNSAID && of[i] == minus[k])
				continue;
			one = read_about(s, v, (struct about){ of[i], minus[k] });
			if (first || sense * (int)one.truth > sense * (int)ret.truth)
				ret = one;
			first = false;
		}
	return ret;
}

static struct reading read_now(const struct signal *s, const struct view *v)
{
	return s->kind->read_truth ? s->kind->read_truth(s, v) : read_people(s, v);
}

/* One session of the window is enough. */
static struct reading read_window(const struct signal *s, const struct view *v)
{
	struct reading ret = no_reading("no session in the window");
	bool first = true;
	int taken = 0;

	if (!has_window(s) || s->kind->measures[s->measure].sums)
		return read_now(s, v);
	for (size_t i = v->session + 1; i-- > 0 && !too_old(s, v, i, taken);) {
		enum truth there = in_window(s, v, i);
		struct view at = at_session(v, i);
		struct reading one;

		if (there == TRUTH_FALSE)
			continue;
		one = read_now(s, &at);
		if (one.truth == TRUTH_NO_DATA && there == TRUTH_NO_DATA)
			continue;
		taken++;
		if (i != v->session)
			one.evidence.n = 0;
		if (first || one.truth > ret.truth)
			ret = one;
		first = false;
	}
	return ret;
}

/* in: n of last m sessions. */
static struct reading read_in(const struct signal *s, const struct view *v)
{
	struct reading ret = no_reading("not enough sessions are known");
	int taken = 0, yes = 0, unknown = 0;

	for (size_t i = v->session + 1; i-- > 0 && taken < s->in_m;) {
		enum truth there = in_window(s, v, i);
		struct view at = at_session(v, i);
		struct reading one;

		if (there == TRUTH_FALSE)
			continue;
		one = read_window(s, &at);
		if (one.truth == TRUTH_NO_DATA && there == TRUTH_NO_DATA)
			continue;
		taken++;
		yes += one.truth == TRUTH_TRUE;
		unknown += one.truth == TRUTH_NO_DATA;
		if (i != v->session)
			continue;
		ret.evidence = one.evidence;
		ret.raw = one.raw;
		ret.part = one.part;
		ret.whole = one.whole;
		ret.baseline = one.baseline;
		ret.baseline_n = one.baseline_n;
		ret.sd = one.sd;
	}
	ret.value = yes;
	if (yes >= s->in_n)
		ret.truth = TRUTH_TRUE;
	else if (yes + unknown < s->in_n)
		ret.truth = TRUTH_FALSE;
	if (ret.truth != TRUTH_NO_DATA)
		ret.why = NULL;
	return ret;
}

bool signal_is_silent(const struct signal *s, const struct view *v, enum truth *ret)
{
	if (!s->kind->silent_in || s->in_n > 0 || has_window(s) || !s->kind->silent_in(view_session(v)))
		return false;
	*ret = s->missing;
	return true;
}

struct reading signal_evaluate(const struct signal *s, const struct view *v)
{
	struct reading ret = s->in_n > 0 ? read_in(s, v) : read_window(s, v);

	if (ret.truth == TRUTH_NO_DATA && s->missing != TRUTH_NO_DATA)
		ret.truth = s->missing;
	return ret;
}

enum channel signal_channel(const struct signal *s)
{
	return s->kind->channel_of ? s->kind->channel_of(s) : s->kind->channel;
}
