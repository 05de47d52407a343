/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the supervisor: what needs a next step, and what nobody can know from here.
 */
#include "cli/report.h"

/* ---- what is open ---- */

static void open_item(struct page *p, const struct clinic_alert *alert)
{
	const struct told *t = &alert->stored.told;

	buf_printf(&p->out, "<li class=\"sev%d\"><p>", (int)t->severity);
	page_severity(p, t->severity);
	buf_puts(&p->out, STR(" case <strong>"));
	page_link(p, alert->stored.case_token);
	buf_puts(&p->out, STR("</strong>, "));
	page_who(p, alert);
	buf_puts(&p->out, STR(", since "));
	page_day(p, t->opened_at);
	buf_puts(&p->out, STR(" ("));
	page_age(p, p->clinic.options.as_of - t->opened_at);
	buf_printf(&p->out, "): %s</p>\n<p>", page_state(alert));
	page_text(p, alert->title);
	buf_puts(&p->out, STR("</p>\n"));
	if (alert->next_step.n) {
		buf_puts(&p->out, STR("<p class=\"step\">"));
		page_text(p, alert->next_step);
		buf_puts(&p->out, STR("</p>\n"));
	}
	if (t->acknowledged_at != DATE_NONE) {
		buf_puts(&p->out, STR("<p class=\"muted small\">Acknowledged by "));
		page_text(p, t->acknowledged_by);
		buf_puts(&p->out, STR(" on "));
		page_day(p, t->acknowledged_at);
		buf_puts(&p->out, STR("</p>\n"));
	}
	buf_puts(&p->out, STR("</li>\n"));
}

static size_t open_list(struct page *p, bool acknowledged, const char *title)
{
	size_t n = 0;

	for (size_t i = 0; i < p->clinic.open.n; i++) {
		const struct clinic_alert *alert = &p->clinic.open.items[i];

		if (alert->in_test || (alert->stored.told.acknowledged_at != DATE_NONE) != acknowledged)
			continue;
		if (!n++)
			buf_printf(&p->out, "<h3>%s</h3>\n<ol class=\"alerts\">\n", title);
		open_item(p, alert);
	}
	if (n)
		buf_puts(&p->out, STR("</ol>\n"));
	return n;
}

void page_needs(struct page *p)
{
	size_t n;

	buf_puts(&p->out, STR("<section aria-labelledby=\"open\">\n<h2 id=\"open\">What needs a next step</h2>\n"
			      "<p>Open incidents, the gravest first, then the oldest.</p>\n"));
	n = open_list(p, false, "Nobody has acknowledged");
	n += open_list(p, true, "Acknowledged, and not over");
	if (!n)
		buf_puts(&p->out, STR("<p>Nothing is open.</p>\n"));
	if (p->clinic.in_test) {
		buf_puts(&p->out, STR("<p class=\"muted\">Rules under test, which tell nobody, have "));
		page_count(p, p->clinic.in_test, "more incident");
		buf_puts(&p->out, STR(" open.</p>\n"));
	}
	buf_puts(&p->out, STR("</section>\n"));
}

/* ---- what is not known ---- */

static size_t silent_sites(struct page *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->clinic.sites.n; i++) {
		const struct clinic_site *site = &p->clinic.sites.items[i];

		if (!site->silent)
			continue;
		n++;
		buf_puts(&p->out, STR("<li>Site <strong>"));
		page_text(p, site->name);
		buf_puts(&p->out, STR("</strong> is silent: its last record came "));
		if (site->last_at == DATE_NONE)
			buf_puts(&p->out, STR("never"));
		else
			page_day(p, site->last_at);
		buf_puts(&p->out, STR(". Whether people stay away there cannot be told; "));
		page_count(p, site->cases, "case");
		buf_puts(&p->out, STR(" that are not over stand still.</li>\n"));
	}
	return n;
}

static void unscored_links(struct page *p)
{
	bool any = false;

	for (size_t i = 0; i < p->clinic.rows.n; i++) {
		const struct clinic_row *row = &p->clinic.rows.items[i];

		if (!row->unscored || !row->sessions_in_period)
			continue;
		buf_puts(&p->out, any ? STR(", ") : STR(": "));
		any = true;
		page_link(p, row->token);
		buf_printf(&p->out, " (%zu of %zu)", row->unscored, row->members);
	}
}

static size_t unscored(struct page *p)
{
	const struct clinic *c = &p->clinic;

	if (!c->unscored)
		return 0;
	buf_printf(&p->out,
		   "<li>%zu of %zu members in cases with a session in the period never filled in an alliance "
		   "questionnaire: nothing is known of how they find it",
		   c->unscored, c->members);
	unscored_links(p);
	buf_puts(&p->out, STR(".</li>\n"));
	return 1;
}

/* Not over, nothing open, and no session in the period: nobody says how it goes. */
static size_t idle(struct page *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->clinic.rows.n; i++) {
		const struct clinic_row *row = &p->clinic.rows.items[i];

		n += !row->over && !row->open && !row->sessions_in_period;
	}
	if (!n)
		return 0;
	buf_puts(&p->out, STR("<li>"));
	page_count(p, n, "case");
	buf_puts(&p->out,
		 STR(" that nobody closed had no session in the period and have nothing open: see the last list of the "
		     "page.</li>\n"));
	return 1;
}

static bool in_force(const struct clinic_rule *rule)
{
	return rule->rule && !rule->rule->switched_off &&
	       (rule->rule->status == STATUS_ACTIVE || rule->rule->status == STATUS_TEST);
}

static size_t blind_rules(struct page *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->clinic.rules.n; i++) {
		const struct clinic_rule *rule = &p->clinic.rules.items[i];

		if (!in_force(rule) || rule->known || !rule->unknown)
			continue;
		buf_puts(&p->out,
			 n++ ? STR(", ")
			     : STR("<li>These rules could not be judged a single time in the period, as what they "
				   "read was in no record: "));
		buf_puts(&p->out, STR("<code>"));
		page_text(p, rule->id);
		buf_puts(&p->out, STR("</code>"));
	}
	if (n)
		buf_puts(&p->out, STR(".</li>\n"));
	return n;
}

void page_unknown(struct page *p)
{
	bool all = p->clinic.options.cases.n == 0;
	size_t n;

	buf_puts(&p->out, STR("<section aria-labelledby=\"unknown\">\n<h2 id=\"unknown\">What is not known</h2>\n"
			      "<p>The last session that the store holds began "));
	page_day(p, p->clinic.last_session);
	buf_puts(&p->out, STR(". Missing is not fine:</p>\n<ul>\n"));
	n = silent_sites(p) + unscored(p);
	if (all)
		n += idle(p) + blind_rules(p);
	if (!n)
		buf_puts(&p->out, STR("<li>Nothing that the program can see is missing.</li>\n"));
	buf_puts(&p->out, STR("</ul>\n</section>\n"));
}
