/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For whoever leads the clinic: how old what is open is, how much is told, how often it was of use, what stayed quiet.
 */
#include <stdlib.h>

#include "cli/report.h"

#define WEEK_S (7 * (int64_t)DAY_S)

/* ---- by age ---- */

static void ages(struct page *p)
{
	const struct clinic *c = &p->clinic;
	static const char *const heads[] = { "Open for", "info", "notice", "warning", "critical", NULL };
	struct bars_row rows[CLINIC_AGES];
	size_t by[CLINIC_AGES][SEVERITY_CRITICAL + 1] = { 0 };

	for (size_t i = 0; i < CLINIC_AGES; i++)
		rows[i] =
			(struct bars_row){ str_of(clinic_age_words[i]), (double)c->ages[i], (double)c->grave_ages[i] };
	for (size_t i = 0; i < c->open.n; i++)
		if (!c->open.items[i].in_test)
			by[clinic_age(c->options.as_of - c->open.items[i].stored.told.opened_at)]
			  [c->open.items[i].stored.told.severity]++;
	buf_puts(&p->out, STR("<h3>How old what is open is</h3>\n"));
	chart_bars(&p->arena, "ages", STR("Open incidents by age"), rows, CLINIC_AGES, &p->out);
	buf_puts(&p->out, STR("<details><summary>By severity</summary>\n"));
	page_table(p, STR("Open incidents by age and severity"), heads);
	for (size_t i = 0; i < CLINIC_AGES; i++) {
		buf_printf(&p->out, "<tr><th scope=\"row\">%s</th>", clinic_age_words[i]);
		for (size_t s = 0; s <= SEVERITY_CRITICAL; s++)
			buf_printf(&p->out, "<td>%zu</td>", by[i][s]);
		buf_puts(&p->out, STR("</tr>\n"));
	}
	page_end_table(p);
	buf_puts(&p->out, STR("</details>\n"));
}

/* ---- alerts a week ---- */

static int by_told(const void *va, const void *vb)
{
	const struct clinic_rule *a = *(const struct clinic_rule *const *)va,
				 *b = *(const struct clinic_rule *const *)vb;

	if (a->told_in_period != b->told_in_period)
		return (a->told_in_period < b->told_in_period) - (a->told_in_period > b->told_in_period);
	return str_cmp(a->id, b->id);
}

/* The rules that told most, and all others as one. */
static size_t make_series(struct page *p, struct weeks_series *series)
{
	const struct clinic *c = &p->clinic;
	const struct clinic_rule **rules = ARENA_ARRAY(&p->arena, const struct clinic_rule *, c->rules.n + 1);
	double *others;
	size_t n = 0, shown;

	for (size_t i = 0; i < c->rules.n; i++)
		if (c->rules.items[i].told_in_period > 0)
			rules[n++] = &c->rules.items[i];
	if (n)
		qsort(rules, n, sizeof *rules, by_told);
	shown = n <= CHART_SERIES_MAX ? n : CHART_SERIES_MAX - 1;
	for (size_t i = 0; i < shown; i++)
		series[i] = (struct weeks_series){ rules[i]->id, rules[i]->weeks };
	if (shown == n)
		return n;
	others = ARENA_ARRAY(&p->arena, double, c->weeks);
	for (size_t i = shown; i < n; i++)
		for (size_t w = 0; w < c->weeks; w++)
			others[w] += rules[i]->weeks[w];
	series[shown] = (struct weeks_series){ arena_printf(&p->arena, "%zu other rules", n - shown), others };
	return CHART_SERIES_MAX;
}

static void week_rows(struct page *p, const struct weeks *w)
{
	for (size_t i = 0; i < w->n; i++) {
		double sum = 0;

		for (size_t s = 0; s < w->n_series; s++)
			sum += w->series[s].values[i];
		buf_puts(&p->out, STR("<tr><th scope=\"row\">"));
		page_day(p, w->first + (int64_t)i * WEEK_S);
		buf_printf(&p->out, "</th><td>%.0f</td>", sum);
		for (size_t s = 0; s < w->n_series; s++)
			buf_printf(&p->out, "<td>%.0f</td>", w->series[s].values[i]);
		buf_puts(&p->out, STR("</tr>\n"));
	}
}

static void week_table(struct page *p, const struct weeks *w)
{
	const char *heads[CHART_SERIES_MAX + 3] = { "Week of", "All" };

	for (size_t s = 0; s < w->n_series; s++)
		heads[s + 2] = arena_dup(&p->arena, w->series[s].name).p;
	buf_puts(&p->out, STR("<details><summary>The numbers, week by week</summary>\n"));
	page_table(p, STR("Alerts that people were told of, by the week in which the incident opened"), heads);
	week_rows(p, w);
	page_end_table(p);
	buf_puts(&p->out, STR("</details>\n"));
}

static void budget_row(struct page *p, const struct clinic_route *route)
{
	double sum = 0, most = 0;
	size_t over = 0;

	for (size_t i = 0; i < p->clinic.weeks; i++) {
		sum += route->weeks[i];
		most = fmax(most, route->weeks[i]);
		over += route->weeks[i] > (double)route->budget;
	}
	buf_puts(&p->out, STR("<tr><th scope=\"row\">"));
	page_text(p, route->name);
	buf_puts(&p->out, STR("</th><td>"));
	page_text(p, route->sink);
	buf_printf(&p->out, "</td><td>%lld</td><td>%.1f</td><td>%.0f</td><td>%zu of %zu</td><td>%zu</td></tr>\n",
		   (long long)route->budget, sum / (double)p->clinic.weeks, most, over, p->clinic.weeks,
		   route->by_budget);
}

/* Messages are what a budget counts: alerts told are fewer where they come in groups, and more where they change. */
static void budget_chart(struct page *p, size_t i)
{
	const struct clinic *c = &p->clinic;
	const struct clinic_route *route = &c->routes.items[i];
	const struct weeks_series messages = { STR("messages"), route->weeks };
	const struct weeks w = {
		.title = arena_printf(&p->arena, "Messages a week by the route %.*s to %.*s, against its budget",
				      STR_ARG(route->name), STR_ARG(route->sink)),
		.first = c->first_week,
		.n = c->weeks,
		.series = &messages,
		.n_series = 1,
		.budget = (double)route->budget,
	};

	chart_weeks(&p->arena, arena_printf(&p->arena, "budget-%zu", i + 1).p, &w, &p->out);
}

static void budgets(struct page *p)
{
	static const char *const heads[] = { "Route",	       "Tells",	     "Budget a week",	  "Messages a week",
					     "In the fullest", "Weeks over", "Held for a digest", NULL };

	if (!p->clinic.routes.n) {
		buf_puts(&p->out, STR("<p class=\"muted\">No route has a budget.</p>\n"));
		return;
	}
	for (size_t i = 0; i < p->clinic.routes.n; i++)
		budget_chart(p, i);
	page_table(p, STR("Messages against budgets, as the rules and routes in force would have sent them"), heads);
	for (size_t i = 0; i < p->clinic.routes.n; i++)
		budget_row(p, &p->clinic.routes.items[i]);
	page_end_table(p);
	buf_puts(
		&p->out,
		STR("<p class=\"muted small\">A message is an alert alone, a group or a digest, also when something "
		    "changed or ended. Once a budget is spent, what is less than a warning waits for a digest.</p>\n"));
}

static void weeks(struct page *p)
{
	const struct clinic *c = &p->clinic;
	struct weeks_series series[CHART_SERIES_MAX];
	struct weeks w = {
		.title = STR("Alerts told a week, by rule and by the week in which the incident opened"),
		.first = c->first_week,
		.n = c->weeks,
		.series = series,
		.budget = NAN,
	};

	w.n_series = make_series(p, series);
	buf_puts(&p->out, STR("<h3>How much is told</h3>\n"));
	if (w.n_series) {
		chart_weeks(&p->arena, "weeks", &w, &p->out);
		week_table(p, &w);
	} else {
		buf_puts(&p->out, STR("<p>Nobody was told of anything that opened in the period.</p>\n"));
	}
	budgets(p);
}

/* ---- precision ---- */

static void precision_row(struct page *p, const struct clinic_rule *r)
{
	struct precision is = precision_of(r->useful, r->verdicts);

	buf_puts(&p->out, STR("<tr><th scope=\"row\">"));
	page_text(p, r->id);
	buf_printf(&p->out, "</th><td>%lld</td><td>%lld</td><td>%lld</td><td>%lld</td>", (long long)r->alerts,
		   (long long)r->told, (long long)r->verdicts, (long long)r->useful);
	if (r->verdicts)
		buf_printf(&p->out, "<td>%.0f %%</td><td>%.0f to %.0f %%</td></tr>\n", is.share * 100, is.low * 100,
			   is.high * 100);
	else
		buf_puts(&p->out, STR("<td>no verdict</td><td>not known</td></tr>\n"));
}

static void precision(struct page *p)
{
	static const char *const heads[] = { "Rule",   "Alerts",    "Told",	     "Verdicts",
					     "Useful", "Precision", "95 % interval", NULL };
	const struct clinic *c = &p->clinic;
	struct shares_row *rows = ARENA_ARRAY(&p->arena, struct shares_row, c->rules.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < c->rules.n; i++) {
		const struct clinic_rule *r = &c->rules.items[i];
		struct precision is = precision_of(r->useful, r->verdicts);

		if (r->verdicts)
			rows[n++] = (struct shares_row){ r->id, is.share, is.low, is.high, r->verdicts };
	}
	buf_puts(&p->out,
		 STR("<h3>How often it was of use</h3>\n<p>The share of useful alerts among those that somebody gave "
		     "a verdict on, ever. A wide interval means that few did.</p>\n"));
	if (n)
		chart_shares(&p->arena, "shares", STR("Precision of the rules"), rows, n, &p->out);
	else
		buf_puts(&p->out, STR("<p>Nobody has given a verdict yet, so nothing is known of it.</p>\n"));
	buf_puts(&p->out, STR("<details><summary>The numbers, rule by rule</summary>\n"));
	page_table(p, STR("Verdicts on the alerts of each rule; the interval is Wilson's"), heads);
	for (size_t i = 0; i < c->rules.n; i++)
		if (c->rules.items[i].alerts)
			precision_row(p, &c->rules.items[i]);
	page_end_table(p);
	buf_puts(&p->out, STR("</details>\n"));
}

/* ---- what stayed quiet ---- */

static bool stayed_quiet(const struct clinic_rule *r)
{
	return r->rule && !r->rule->switched_off && !r->rule->strength && !r->opened && r->known &&
	       (r->rule->status == STATUS_ACTIVE || r->rule->status == STATUS_TEST);
}

static void quiet_rules(struct page *p)
{
	static const char *const heads[] = { "Rule", "What it looks for", "Times judged", "Times not known", NULL };
	const struct clinic *c = &p->clinic;
	size_t n = 0;

	buf_puts(&p->out, STR("<h3>Rules that never fired in the period</h3>\n"));
	for (size_t i = 0; i < c->rules.n; i++)
		n += stayed_quiet(&c->rules.items[i]);
	if (!n) {
		buf_puts(&p->out, STR("<p>Every rule that could be judged fired.</p>\n"));
		return;
	}
	page_table(p, STR("Rules in force of which nothing opened in the period"), heads);
	for (size_t i = 0; i < c->rules.n; i++) {
		const struct clinic_rule *r = &c->rules.items[i];

		if (!stayed_quiet(r))
			continue;
		buf_puts(&p->out, STR("<tr><th scope=\"row\">"));
		page_text(p, r->id);
		buf_puts(&p->out, r->rule->status == STATUS_TEST ? STR(" (under test)</th><td>") : STR("</th><td>"));
		page_text(p, r->title);
		buf_printf(&p->out, "</td><td>%lld</td><td>%lld</td></tr>\n", (long long)r->known,
			   (long long)r->unknown);
	}
	page_end_table(p);
}

/* ---- sources and delivery ---- */

static void sources(struct page *p)
{
	static const char *const heads[] = {
		"Site", "Last record", "Expected within", "Cases not over", "State", NULL
	};
	const struct clinic *c = &p->clinic;

	buf_puts(&p->out, STR("<h3>Sources</h3>\n"));
	if (!c->sites.n) {
		buf_puts(&p->out, STR("<p>The configuration expects records of no site, so nobody hears when one goes "
				      "quiet.</p>\n"));
		return;
	}
	page_table(p, STR("Sites from which records are expected"), heads);
	for (size_t i = 0; i < c->sites.n; i++) {
		const struct clinic_site *site = &c->sites.items[i];

		buf_puts(&p->out, STR("<tr><th scope=\"row\">"));
		page_text(p, site->name);
		buf_puts(&p->out, STR("</th><td>"));
		page_day(p, site->last_at);
		buf_printf(&p->out, "</td><td>%lld hours</td><td>%zu</td><td>%s</td></tr>\n",
			   (long long)site->within_s / 3600, site->cases,
			   site->silent ? "<strong>silent</strong>" : "sends");
	}
	page_end_table(p);
}

static size_t trouble(struct page *p, int64_t n, const char *what)
{
	if (n <= 0)
		return 0;
	buf_puts(&p->out, STR("<li>"));
	page_count(p, (size_t)n, "alert");
	buf_printf(&p->out, " %s</li>\n", what);
	return 1;
}

static void delivery(struct page *p)
{
	const struct clinic *c = &p->clinic;
	size_t n = 0;

	buf_puts(&p->out, STR("<h3>Delivery</h3>\n<ul>\n"));
	n += trouble(p, c->counts.outbox_undelivered, "reached nobody: no route took them.");
	n += trouble(p, c->counts.outbox_dead_safety, "of safeguarding could not be delivered and wait for a person.");
	if (c->courier_known) {
		n += trouble(p, c->courier.dead,
			     "could not be delivered: <code>rupturectl outbox --dead</code> lists them.");
		n += trouble(p, c->courier.waiting, "on the way.");
	} else {
		n++;
		buf_puts(&p->out, STR("<li>What the courier delivered cannot be read from here.</li>\n"));
	}
	for (size_t i = 0; i < c->troubles.n; i++, n++) {
		buf_puts(&p->out, STR("<li>Trouble since "));
		page_day(p, c->troubles.items[i].since);
		buf_puts(&p->out, STR(": <code>"));
		page_text(p, c->troubles.items[i].name);
		buf_puts(&p->out, STR("</code></li>\n"));
	}
	if (c->unreached.n) {
		n++;
		buf_puts(&p->out, STR("<li>"));
		page_text(p, c->unreached);
		buf_puts(&p->out, STR("</li>\n"));
	}
	if (!n)
		buf_puts(&p->out, STR("<li>All that was decided was delivered.</li>\n"));
	buf_puts(&p->out, STR("</ul>\n"));
}

void page_clinic(struct page *p)
{
	buf_puts(&p->out, STR("<section aria-labelledby=\"clinic\">\n<h2 id=\"clinic\">The clinic</h2>\n"));
	ages(p);
	weeks(p);
	precision(p);
	quiet_rules(p);
	sources(p);
	delivery(p);
	buf_puts(&p->out, STR("</section>\n"));
	page_flush(p);
}
