/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/backtest_tally.h"

#include <stdlib.h>

#include "io/fault.h"
#include "io/pool.h"

struct worker {
	struct corpus_reader *reader;
	struct forecast_writer *writer; /* or NULL */
	struct arena scratch;		/* of one case */
	struct backtest found;
	struct error error;
};

struct running {
	struct corpus *corpus;
	const struct backtest_options *options;
	struct forecast *forecast; /* NULL: none is asked for */
	struct worker workers[POOL_MAX];
};

/* Sessions in which the rule asked about is true, whoever it is about. */
struct counting {
	const struct ruleset *rules;
	const struct history *history;
	struct str only;
	uint64_t n;
	size_t last; /* session counted; SIZE_MAX: none */
};

static void count_verdict(void *user, const struct verdict *v)
{
	struct counting *c = user;

	if (v->truth != TRUTH_TRUE || v->session == c->last || v->at != c->history->sessions[v->session].started ||
	    !str_eq(c->rules->rules[v->rule].id, c->only))
		return;
	c->n++;
	c->last = v->session;
}

static const struct skeleton *const *skeletons_for(const struct running *r, struct arena *a,
						   const struct corpus_case *c, const struct backtest_set *s)
{
	const struct strs *unheard = r->options->unheard;
	const struct skeleton **ret;

	if (!unheard || !unheard->n)
		return c->skeletons[s->phrases];
	ret = ARENA_ARRAY(a, const struct skeleton *, c->n);
	for (size_t i = 0; i < c->n; i++)
		ret[i] = skeleton_without(a, c->skeletons[s->phrases][i], unheard);
	return ret;
}

/* What came after the present day has not happened yet. */
static void cut_case(struct arena *a, const struct backtest_options *o, struct corpus_case *c)
{
	size_t kept = 0;

	for (size_t p = 0; p < CORPUS_PHRASES_MAX && c->skeletons[p]; p++) {
		const struct skeleton **those = ARENA_ARRAY(a, const struct skeleton *, c->n + 1);

		kept = 0;
		for (size_t i = 0; i < c->n; i++)
			if (c->skeletons[p][i]->started <= o->as_of)
				those[kept++] = c->skeletons[p][i];
		c->skeletons[p] = those;
	}
	c->n = kept;
	if (c->closed_at > o->as_of)
		c->closed_at = DATE_NONE;
}

/* What the sets make of one past together. */
struct past {
	struct history *history;
	struct judge_shared *shared;
};

static int past_open(const struct running *r, struct worker *w, const struct corpus_case *c,
		     const struct backtest_set *s, struct past *ret)
{
	struct arena *a = &w->scratch;

	ret->history = history_build(a, &c->roster, skeletons_for(r, a, c, s), c->n, c->closed_at);
	ret->history->name = c->name;
	ret->shared = r->options->n > 1 ? judge_shared_new(a, ret->history, s->rules) : NULL;
	return corpus_site(w->reader, a, ret->history, &w->error);
}

static void retell_set(const struct running *r, struct arena *a, const struct past *past, size_t set,
		       struct retelling *ret, uint64_t *ret_true)
{
	const struct backtest_set *s = &r->options->sets[set];
	struct counting counting = { s->rules, past->history, r->options->only, 0, SIZE_MAX };
	struct judge_trace trace = { count_verdict, &counting, .true_only = true };

	retell(a, past->history, s->rules, r->options->as_of, counting.only.n ? &trace : NULL, past->shared, ret);
	*ret_true = counting.n;
}

static int retell_case(const struct running *r, struct worker *w, struct backtest_case *ret)
{
	struct past pasts[CORPUS_PHRASES_MAX] = { 0 };

	for (size_t i = 0; i < r->options->n; i++) {
		const struct backtest_set *s = &r->options->sets[i];
		struct past *past = &pasts[s->phrases];

		if (!past->history && past_open(r, w, ret->corpus, s, past) < 0)
			return -1;
		ret->histories[i] = past->history;
		retell_set(r, &w->scratch, past, i, &ret->told[i], &ret->true_sessions[i]);
	}
	return 0;
}

static bool is_abandoned(const struct running *r)
{
	return r->options->abandon && atomic_load(r->options->abandon);
}

static int do_case(void *user, size_t worker, size_t index)
{
	struct running *r = user;
	struct worker *w = &r->workers[worker];
	size_t n = r->options->n;
	struct history **histories = ARENA_ARRAY(&w->scratch, struct history *, n);
	struct retelling *told = ARENA_ARRAY(&w->scratch, struct retelling, n);
	uint64_t *true_sessions = ARENA_ARRAY(&w->scratch, uint64_t, n);
	struct corpus_case c;
	struct backtest_case found = { index, &c, histories, told, true_sessions };

	fault_hold("backtest", r->options->abandon);
	if (is_abandoned(r))
		return error_set(&w->error, ERROR_AGAIN, "given up");
	if (corpus_read(w->reader, &w->scratch, index, &c, &w->error) < 0)
		return -1;
	cut_case(&w->scratch, r->options, &c);
	if (c.n && retell_case(r, w, &found) < 0)
		return -1;
	if (c.n)
		backtest_tally(&w->found, r->options, &w->scratch, &found);
	if (c.n && w->writer && backtest_send(w->writer, r->options, &w->scratch, &found, &w->error) < 0)
		return -1;
	arena_reset(&w->scratch);
	return 0;
}

static void begin(struct backtest *b, size_t n)
{
	*b = (struct backtest){ .n = n, .first = DATE_NONE, .last = DATE_NONE };
	b->sides = ARENA_ARRAY(&b->arena, struct backtest_side, n);
}

static int workers_open(struct running *r, size_t jobs, struct error *e)
{
	if (r->options->routes && forecast_open(&r->forecast, e) < 0)
		return -1;
	for (size_t i = 0; i < jobs; i++) {
		begin(&r->workers[i].found, r->options->n);
		if (r->forecast)
			r->workers[i].writer = forecast_writer_new(r->forecast);
		if (corpus_reader_open(r->corpus, &r->workers[i].reader, e) < 0)
			return -1;
	}
	return 0;
}

static int workers_close(struct running *r, size_t jobs, struct backtest *ret, struct error *e)
{
	int rc = 0;

	for (size_t i = 0; i < jobs; i++) {
		struct worker *w = &r->workers[i];

		if (w->error.kind != ERROR_NONE)
			*e = w->error;
		if (w->writer && forecast_writer_end(w->writer, e) < 0)
			rc = -1;
		if (w->found.sides)
			backtest_merge(ret, &w->found);
		backtest_release(&w->found);
		corpus_reader_close(w->reader);
		arena_release(&w->scratch);
	}
	return rc;
}

static void tell_progress(void *user, size_t done, size_t n)
{
	const struct running *r = user;

	r->options->progress(r->options->user, done, n);
}

int backtest_run(struct corpus *corpus, const struct backtest_options *options, struct backtest *ret, struct error *e)
{
	struct running *r = calloc(1, sizeof *r);
	struct pool_work work = { .piece = do_case, .progress = options->progress ? tell_progress : NULL, .user = r };
	int rc;

	if (!r)
		abort();
	r->corpus = corpus;
	r->options = options;
	begin(ret, options->n);
	ret->unheard = options->unheard ? *options->unheard : (struct strs){ 0 };
	ret->unlooked = options->unlooked ? *options->unlooked : (struct strs){ 0 };
	rc = workers_open(r, options->jobs, e);
	if (rc == 0)
		rc = pool_run(options->jobs, corpus_cases(corpus), &work);
	if (workers_close(r, options->jobs, ret, e) < 0)
		rc = -1;
	if (rc == 0 && r->forecast)
		rc = forecast_run(r->forecast, backtest_count_sent, ret, e);
	forecast_close(r->forecast);
	backtest_finish(ret, options->list_max);
	for (size_t i = 0; options->routes && i < ret->routes.n; i++) {
		const struct route *route = routes_find(options->routes, ret->routes.items[i].name);

		ret->routes.items[i].budget = route ? route->budget : 0;
	}
	free(r);
	return rc;
}

void backtest_release(struct backtest *b)
{
	arena_release(&b->arena);
}

double backtest_weeks(const struct backtest *b)
{
	double weeks = b->first == DATE_NONE ? 1 : (double)(b->last - b->first) / (7 * DAY_S);

	return weeks < 1 ? 1 : weeks;
}
