/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the supervisor: what needs a next step, and what nobody can know from here.
 */
#include "cli/report.h"

/* ---- what is open ---- */

/* Somebody has to hear of it, and whether somebody did. */
static bool is_listed(const struct clinic_alert *alert, bool acknowledged)
{
	return !alert->in_test && (alert->stored.told.acknowledged_at != DATE_NONE) == acknowledged;
}

static void waiting_item(struct page *p, const struct clinic_alert *alert)
{
	buf_puts(&p->out, STR("<li><p>"));
	page_severity(p, alert->stored.told.severity);
	buf_putc(&p->out, ' ');
	page_who(p, alert);
	buf_puts(&p->out, STR(": "));
	page_text(p, alert->title);
	buf_printf(&p->out, "; %s, since ", page_state(alert));
	page_day(p, alert->stored.told.opened_at);
	buf_puts(&p->out, STR(" ("));
	page_age(p, p->clinic.options.as_of - alert->stored.told.opened_at);
	buf_puts(&p->out, STR(")</p>\n"));
	if (alert->next_step.n) {
		buf_puts(&p->out, STR("<p class=\"step\">"));
		page_text(p, alert->next_step);
		buf_puts(&p->out, STR("</p>\n"));
	}
	buf_puts(&p->out, STR("</li>\n"));
}

/* All that waits in the case of `first`, the gravest of them. */
static void waiting_case(struct page *p, const struct clinic_alert *first)
{
	struct str token = first->stored.case_token;

	buf_printf(&p->out, "<li class=\"sev%d\"><p>Case <strong>", (int)first->stored.told.severity);
	page_link(p, token);
	buf_puts(&p->out, STR("</strong></p>\n<ul>\n"));
	for (const struct clinic_alert *one = first; one < p->clinic.open.items + p->clinic.open.n; one++)
		if (is_listed(one, false) && str_eq(one->stored.case_token, token))
			waiting_item(p, one);
	buf_puts(&p->out, STR("</ul></li>\n"));
}

static bool is_first_of_case(const struct clinic *c, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_listed(&c->open.items[k], false) &&
		    str_eq(c->open.items[k].stored.case_token, c->open.items[i].stored.case_token))
			return false;
	return true;
}

static size_t waiting(struct page *p)
{
	const struct clinic *c = &p->clinic;
	size_t n = 0;

	for (size_t i = 0; i < c->open.n; i++) {
		if (!is_listed(&c->open.items[i], false) || !is_first_of_case(c, i))
			continue;
		if (!n++)
			buf_puts(&p->out, STR("<h3>Nobody has acknowledged</h3>\n<ol class=\"alerts\">\n"));
		waiting_case(p, &c->open.items[i]);
	}
	if (n)
		buf_puts(&p->out, STR("</ol>\n"));
	return n;
}

static void looked_after_row(struct page *p, const struct clinic_alert *alert)
{
	buf_puts(&p->out, STR("<tr><th scope=\"row\">"));
	page_link(p, alert->stored.case_token);
	buf_puts(&p->out, STR("</th><td>"));
	page_severity(p, alert->stored.told.severity);
	buf_puts(&p->out, STR("</td><td>"));
	page_who(p, alert);
	buf_puts(&p->out, STR("</td><td>"));
	page_text(p, alert->title);
	buf_printf(&p->out, "</td><td>%s</td><td>", page_state(alert));
	page_day(p, alert->stored.told.opened_at);
	buf_puts(&p->out, STR("</td><td>"));
	page_day(p, alert->stored.told.acknowledged_at);
	buf_puts(&p->out, STR(", "));
	page_text(p, alert->stored.told.acknowledged_by);
	buf_puts(&p->out, STR("</td></tr>\n"));
}

static size_t looked_after(struct page *p)
{
	static const char *const heads[] = {
		"Case", "Severity", "Who", "What", "State", "Since", "Acknowledged", NULL
	};
	const struct clinic *c = &p->clinic;
	size_t n = 0;

	for (size_t i = 0; i < c->open.n; i++) {
		if (!is_listed(&c->open.items[i], true))
			continue;
		if (!n++) {
			buf_puts(&p->out, STR("<h3>Acknowledged, and not over</h3>\n"));
			page_table(p,
				   STR("Open incidents that somebody looks after; the next step stands with the case"),
				   heads);
		}
		looked_after_row(p, &c->open.items[i]);
	}
	if (n)
		page_end_table(p);
	return n;
}

void page_needs(struct page *p)
{
	size_t n;

	buf_puts(&p->out, STR("<section aria-labelledby=\"open\">\n<h2 id=\"open\">What needs a next step</h2>\n"
			      "<p>Open incidents, the gravest first, then the oldest.</p>\n"));
	n = waiting(p);
	n += looked_after(p);
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
