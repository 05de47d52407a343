/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One case: what is open, what ended in the period, and the course of each member, drawn and in numbers.
 */
#include "cli/report.h"

/* ---- alerts ---- */

static void acts(struct page *p, const struct clinic_alert *alert)
{
	const struct told *t = &alert->stored.told;
	const struct alert_verdict *v = &alert->stored.verdict;
	const char *untold = alert_untold(t);

	if (t->id[0])
		buf_printf(&p->out, "Alert <code>%s</code>. ", t->id);
	if (untold)
		buf_printf(&p->out, "Told to nobody: %s. ", untold);
	else if (!t->announcements)
		buf_puts(&p->out, STR("Not told yet. "));
	if (t->acknowledged_at != DATE_NONE) {
		buf_puts(&p->out, STR("Acknowledged by "));
		page_text(p, t->acknowledged_by);
		buf_puts(&p->out, STR(" on "));
		page_day(p, t->acknowledged_at);
		buf_puts(&p->out, STR(". "));
	} else if (alert->open) {
		buf_puts(&p->out, STR("Nobody has acknowledged it. "));
	}
	if (v->at != DATE_NONE)
		buf_printf(&p->out, "Verdict: %s. ", v->useful ? "useful" : "noise");
}

static void life(struct page *p, const struct clinic_alert *alert)
{
	const struct told *t = &alert->stored.told;

	page_severity(p, t->severity);
	buf_putc(&p->out, ' ');
	page_who(p, alert);
	buf_puts(&p->out, STR(": "));
	page_text(p, alert->title);
	if (alert->open) {
		buf_printf(&p->out, "; <strong>%s</strong>, opened ", page_state(alert));
		page_day(p, t->opened_at);
		buf_printf(&p->out, " in session %zu (", t->opened_ordinal);
		page_age(p, p->clinic.options.as_of - t->opened_at);
		buf_puts(&p->out, STR(")"));
	} else {
		buf_puts(&p->out, STR("; from "));
		page_day(p, t->opened_at);
		buf_puts(&p->out, STR(" to "));
		page_day(p, t->changed_at);
		buf_printf(&p->out, ", <strong>%s</strong>", page_state(alert));
	}
}

static void open_item(struct page *p, const struct clinic_alert *alert)
{
	buf_printf(&p->out, "<li class=\"sev%d\"><p>", (int)alert->stored.told.severity);
	life(p, alert);
	buf_puts(&p->out, STR("</p>\n"));
	if (alert->say.n) {
		buf_puts(&p->out, STR("<p class=\"say\">To do: "));
		page_text(p, alert->say);
		buf_puts(&p->out, STR(".</p>\n"));
	}
	if (alert->next_step.n) {
		buf_puts(&p->out, STR("<p class=\"step\">"));
		page_text(p, alert->next_step);
		buf_puts(&p->out, STR("</p>\n"));
	}
	buf_puts(&p->out, STR("<p class=\"muted small\">"));
	acts(p, alert);
	buf_puts(&p->out, STR("</p>\n</li>\n"));
}

/* It is over: a line is enough. */
static void ended_item(struct page *p, const struct clinic_alert *alert)
{
	buf_puts(&p->out, STR("<li>"));
	life(p, alert);
	buf_puts(&p->out, STR(". <span class=\"muted\">"));
	acts(p, alert);
	buf_puts(&p->out, STR("</span></li>\n"));
}

static void alert_list(struct page *p, const struct clinic_case *one, bool open, const char *title)
{
	size_t n = 0;

	for (enum severity s = SEVERITY_CRITICAL + 1; s-- > SEVERITY_INFO;)
		for (size_t i = 0; i < one->alerts.n; i++) {
			const struct clinic_alert *alert = &one->alerts.items[i];

			if (alert->in_test || alert->stored.told.severity != s || alert->open != open ||
			    (!open && !clinic_ended_in_period(&p->clinic.options, alert)))
				continue;
			if (!n++)
				buf_printf(&p->out, "<h4>%s</h4>\n<ul class=\"%s\">\n", title,
					   open ? "alerts" : "ended small");
			(open ? open_item : ended_item)(p, alert);
		}
	if (n)
		buf_puts(&p->out, STR("</ul>\n"));
}

/* ---- a course in numbers ---- */

static void put_came(struct page *p, const struct course_point *point, const struct attendance *row)
{
	static const char *const by[] = { "", " by the client", " by the clinic", " by somebody else" };

	if (row->status >= 0) {
		buf_printf(&p->out, "%s%s",
			   row->status == NO_SHOW      ? "did not come"
			   : row->status == LEFT_EARLY ? "left early"
						       : attendance_words.words[row->status],
			   row->status >= CANCELLED ? by[row->by] : "");
		return;
	}
	buf_puts(&p->out, point->came == COURSE_CAME	 ? STR("came")
			  : point->came == COURSE_MISSED ? STR("did not come")
							 : STR("not known"));
}

static void number_row(struct page *p, const struct member_course *mc, size_t i)
{
	const struct course_point *point = &mc->course.points[i];

	buf_printf(&p->out, "<tr><th scope=\"row\">%zu</th><td>", point->ordinal);
	page_day(p, point->at);
	buf_puts(&p->out, STR("</td><td>"));
	page_number(p, point->value);
	if (point->value < point->limit)
		buf_puts(&p->out, STR(", below the limit"));
	buf_puts(&p->out, STR("</td><td>"));
	page_number(p, point->low);
	if (!isnan(point->low)) {
		buf_puts(&p->out, STR(" to "));
		page_number(p, point->high);
	}
	buf_puts(&p->out, STR("</td><td>"));
	page_number(p, point->limit);
	buf_puts(&p->out, STR("</td><td>"));
	put_came(p, point, &mc->came[i]);
	buf_puts(&p->out, STR("</td></tr>\n"));
}

static struct str whose(struct arena *a, const struct member_course *mc)
{
	struct str who = mc->course.member, instrument = mc->course.instrument;

	return instrument.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(who), STR_ARG(instrument)) : who;
}

static void number_table(struct page *p, const struct member_course *mc)
{
	static const char *const heads[] = { "Session",	      "Date",	    "Score", "Usual before it",
					     "Control limit", "Attendance", NULL };
	struct arena a = { 0 };

	page_table(p, arena_printf(&a, "%.*s: session by session", STR_ARG(whose(&a, mc))), heads);
	for (size_t i = 0; i < mc->course.n_points; i++)
		number_row(p, mc, i);
	page_end_table(p);
	arena_release(&a);
}

static void numbers(struct page *p, const struct member_course *mc)
{
	struct arena a = { 0 };

	buf_puts(&p->out, STR("<details><summary>The numbers of "));
	page_text(p, whose(&a, mc));
	buf_puts(&p->out, STR("</summary>\n"));
	number_table(p, mc);
	buf_puts(&p->out, STR("</details>\n"));
	arena_release(&a);
}

static void member_head(struct page *p, const struct member_course *mc)
{
	buf_puts(&p->out, STR("<h4>"));
	page_text(p, mc->course.member);
	buf_puts(&p->out, STR(", "));
	page_text(p, mc->course.role);
	buf_puts(&p->out, STR("</h4>\n"));
}

static void draw(struct page *p, const struct clinic_row *row, const struct course *course, size_t n)
{
	struct arena a = { 0 };
	size_t place = (size_t)(row - p->clinic.rows.items) + 1;

	chart_course(&a, arena_printf(&a, "c%zu-%zu", place, n).p, course, &p->out);
	arena_release(&a);
}

/* How somebody does is beside the point here: there, but folded away; the incidents are those of the alliance's chart.
 */
static void outcome(struct page *p, const struct clinic_row *row, const struct member_course *mc, size_t n)
{
	struct course course = mc->course;

	course.n_bands = 0;
	buf_puts(&p->out, STR("<details class=\"drawn\"><summary>How "));
	page_text(p, mc->course.member);
	buf_puts(&p->out, STR(" does: "));
	page_text(p, mc->course.instrument);
	buf_puts(&p->out, STR("</summary>\n"));
	draw(p, row, &course, n);
	number_table(p, mc);
	buf_puts(&p->out, STR("</details>\n"));
}

static void course(struct page *p, const struct clinic_row *row, const struct member_course *mc, size_t n)
{
	switch (mc->kind) {
	case COURSE_ALLIANCE:
		draw(p, row, &mc->course, n);
		break;
	case COURSE_NOTHING:
		buf_puts(&p->out,
			 STR("<p>Never filled in an alliance questionnaire: how they find it is not known.</p>\n"));
		break;
	case COURSE_OUTCOME:
		outcome(p, row, mc, n);
		return;
	}
	numbers(p, mc);
}

static void courses(struct page *p, const struct clinic_row *row, const struct clinic_case *one)
{
	buf_puts(&p->out, STR("<div class=\"members\">\n"));
	for (size_t i = 0; i < one->courses.n; i++) {
		const struct member_course *mc = &one->courses.items[i];

		if (!i || mc->member != mc[-1].member) {
			buf_puts(&p->out,
				 i ? STR("</div>\n<div class=\"member\">\n") : STR("<div class=\"member\">\n"));
			member_head(p, mc);
		}
		course(p, row, mc, i + 1);
	}
	buf_puts(&p->out, one->courses.n ? STR("</div></div>\n") : STR("</div>\n"));
}

/* ---- the case ---- */

static void facts(struct page *p, const struct clinic_row *row)
{
	buf_puts(&p->out, STR("<p class=\"muted\">"));
	page_count(p, row->members, "member");
	buf_puts(&p->out, STR(", "));
	page_count(p, row->sessions, "session");
	if (row->sessions == 1)
		buf_puts(&p->out, STR(" on "));
	if (row->sessions > 1) {
		buf_puts(&p->out, STR(" from "));
		page_day(p, row->first_at);
		buf_puts(&p->out, STR(" to "));
	}
	if (row->sessions)
		page_day(p, row->last_at);
	if (p->reveal && row->site.n) {
		buf_puts(&p->out, STR(", site "));
		page_text(p, row->site);
	}
	buf_puts(&p->out, row->over ? STR(", over") : STR(""));
	buf_puts(&p->out, STR(".</p>\n"));
	if (row->site_silent)
		buf_puts(&p->out,
			 STR("<p><strong>Its site is silent: whether people stay away cannot be told.</strong></p>\n"));
}

void page_case(struct page *p, const struct clinic_row *row, const struct clinic_case *one)
{
	/* Without a name it is no landmark: headings lead through cases, dozens of landmarks would not. */
	buf_puts(&p->out, STR("<section class=\"case\">\n<h3 id=\""));
	page_anchor(p, row);
	buf_puts(&p->out, STR("\">Case "));
	page_text(p, row->token);
	if (p->reveal) {
		buf_puts(&p->out, STR(" ["));
		page_text(p, row->id);
		buf_puts(&p->out, STR("]"));
	}
	buf_puts(&p->out, STR("</h3>\n"));
	facts(p, row);
	buf_puts(&p->out, STR("<div class=\"told\">\n"));
	alert_list(p, one, true, "Open");
	alert_list(p, one, false, "Ended in the period");
	if (row->in_test) {
		buf_puts(&p->out, STR("<p class=\"muted small\">Open by rules under test, which tell nobody: "));
		buf_printf(&p->out, "%zu.</p>\n", row->in_test);
	}
	buf_puts(&p->out, STR("</div>\n"));
	courses(p, row, one);
	buf_puts(&p->out, STR("<p class=\"top\"><a href=\"#cases\">Back to the index of cases</a></p>\n</section>\n"));
	page_flush(p);
}

/* ---- all cases ---- */

static void list_links(struct page *p, enum clinic_standing standing, const char *title)
{
	bool any = false;

	for (size_t i = 0; i < p->clinic.rows.n; i++) {
		const struct clinic_row *row = &p->clinic.rows.items[i];

		if (row->standing != standing || !page_shows(p, row))
			continue;
		if (!any)
			buf_printf(&p->out, "<h3>%s</h3>\n<ul class=\"columns small\">\n", title);
		any = true;
		buf_puts(&p->out, STR("<li>"));
		page_link(p, row->token);
		if (row->open)
			buf_printf(&p->out, ": %s, %zu open", severity_words.words[row->severity], row->open);
		else if (row->ended)
			buf_printf(&p->out, ": %zu ended", row->ended);
		buf_puts(&p->out, STR("</li>\n"));
	}
	if (any)
		buf_puts(&p->out, STR("</ul>\n"));
}

/* Where each is, in the order in which they follow. */
static void index_of_cases(struct page *p)
{
	buf_puts(&p->out, STR("<nav aria-label=\"Index of cases\">\n"));
	list_links(p, STANDING_OPEN, "Something is open");
	list_links(p, STANDING_ENDED, "Something ended in the period");
	buf_puts(&p->out, STR("</nav>\n"));
}

void page_cases_begin(struct page *p)
{
	bool any = false;

	for (size_t i = 0; i < p->clinic.rows.n && !any; i++)
		any = page_shows(p, &p->clinic.rows.items[i]);
	buf_puts(&p->out, STR("<section aria-labelledby=\"cases\">\n<h2 id=\"cases\">Cases</h2>\n"));
	if (any) {
		index_of_cases(p);
		chart_course_key(&p->out);
	} else {
		buf_puts(&p->out, STR("<p>No case has anything to see.</p>\n"));
	}
}

/* ---- those with nothing to see: named, so that nobody is left out in silence ---- */

static void quiet_item(struct page *p, const struct clinic_row *row)
{
	buf_puts(&p->out, STR("<li>"));
	page_text(p, row->token);
	if (p->reveal) {
		buf_puts(&p->out, STR(" ["));
		page_text(p, row->id);
		buf_puts(&p->out, STR("]"));
	}
	buf_puts(&p->out, STR(": "));
	if (row->over)
		buf_puts(&p->out, STR("over, "));
	if (row->sessions) {
		buf_puts(&p->out, STR("last session "));
		page_day(p, row->last_at);
	} else {
		buf_puts(&p->out, STR("no session"));
	}
	if (row->in_test)
		buf_printf(&p->out, ", %zu open by rules under test", row->in_test);
	buf_puts(&p->out, STR("</li>\n"));
}

void page_quiet(struct page *p)
{
	size_t n = 0;

	buf_puts(&p->out, STR("</section>\n"));
	if (p->clinic.options.cases.n)
		return;
	buf_puts(&p->out,
		 STR("<section aria-labelledby=\"quiet\">\n<h2 id=\"quiet\">Cases with nothing to see</h2>\n"));
	for (size_t i = 0; i < p->clinic.rows.n; i++) {
		if (page_shows(p, &p->clinic.rows.items[i]))
			continue;
		if (!n++)
			buf_puts(&p->out, STR("<p>Nothing is open and nothing ended in the period.</p>\n"
					      "<ul class=\"columns small\">\n"));
		quiet_item(p, &p->clinic.rows.items[i]);
	}
	buf_puts(&p->out, n ? STR("</ul>\n") : STR("<p>There are none.</p>\n"));
	buf_puts(&p->out, STR("</section>\n"));
}
