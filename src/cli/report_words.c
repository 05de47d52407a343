/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <ctype.h>

#include "core/markup.h"

void page_flush(struct page *p)
{
	if (p->out.n)
		fwrite(p->out.p, 1, p->out.n, p->to);
	buf_reset(&p->out);
}

void page_text(struct page *p, struct str s)
{
	markup_text(&p->out, s);
}

struct str page_day_words(struct arena *a, int64_t at)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct str day;
	int month, of_month;

	if (at == DATE_NONE)
		return STR("-");
	day = date_format_day(a, at);
	month = (day.p[5] - '0') * 10 + day.p[6] - '0';
	of_month = (day.p[8] - '0') * 10 + day.p[9] - '0';
	return arena_printf(a, "%d %s %.4s", of_month, months[month - 1], day.p);
}

void page_day(struct page *p, int64_t at)
{
	struct arena a = { 0 };

	if (at == DATE_NONE)
		buf_puts(&p->out, STR("-"));
	else
		buf_printf(&p->out, "<time datetime=\"%.*s\">%.*s</time>", STR_ARG(date_format_day(&a, at)),
			   STR_ARG(page_day_words(&a, at)));
	arena_release(&a);
}

void page_count(struct page *p, size_t n, const char *what)
{
	buf_printf(&p->out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

void page_age(struct page *p, int64_t seconds)
{
	size_t days = seconds > 0 ? (size_t)(seconds / DAY_S) : 0;

	if (days < 1)
		buf_puts(&p->out, STR("today"));
	else if (days < 14)
		page_count(p, days, "day");
	else if (days < 84)
		page_count(p, days / 7, "week");
	else
		page_count(p, days / 30, "month");
}

void page_number(struct page *p, double v)
{
	if (isnan(v))
		buf_puts(&p->out, STR("-"));
	else if (v == floor(v))
		buf_printf(&p->out, "%.0f", v);
	else
		buf_printf(&p->out, "%.1f", v);
}

void page_severity(struct page *p, enum severity s)
{
	buf_printf(&p->out, "<span class=\"sev sev%d\">%s</span>", (int)s, severity_words.words[s]);
}

const char *page_state(const struct clinic_alert *alert)
{
	static const char *const words[] = { "open",	     "being repaired", "repaired",
					     "not repaired", "dropped out",    "closed" };

	return alert->stored.told.gone ? "retracted" : words[alert->stored.told.state];
}

void page_who(struct page *p, const struct clinic_alert *alert)
{
	const struct told *t = &alert->stored.told;

	if (!t->member.n) {
		buf_puts(&p->out, STR("the case"));
		return;
	}
	page_text(p, t->member);
	if (t->other.n) {
		buf_puts(&p->out, STR(" and "));
		page_text(p, t->other);
	}
}

/* ---- links ---- */

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0;
}

/* A token that is the clinic's own id may hold what an anchor cannot: its place stands for it. */
void page_anchor(struct page *p, const struct clinic_row *row)
{
	if (is_plain(row->token))
		buf_printf(&p->out, "case-%.*s", STR_ARG(row->token));
	else
		buf_printf(&p->out, "case--%zu", (size_t)(row - p->clinic.rows.items) + 1);
}

bool page_shows(const struct page *p, const struct clinic_row *row)
{
	return row->standing == STANDING_OPEN || row->standing == STANDING_ENDED || p->clinic.options.cases.n > 0;
}

void page_link(struct page *p, struct str token)
{
	for (size_t i = 0; i < p->clinic.rows.n; i++) {
		const struct clinic_row *row = &p->clinic.rows.items[i];

		if (!str_eq(row->token, token) || !page_shows(p, row))
			continue;
		buf_puts(&p->out, STR("<a href=\"#"));
		page_anchor(p, row);
		buf_puts(&p->out, STR("\">"));
		page_text(p, token);
		buf_puts(&p->out, STR("</a>"));
		return;
	}
	page_text(p, token);
}

/* ---- tables ---- */

void page_table(struct page *p, struct str caption, const char *const *heads)
{
	buf_puts(&p->out, STR("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\""));
	page_text(p, caption);
	buf_puts(&p->out, STR("\"><table>\n<caption>"));
	page_text(p, caption);
	buf_puts(&p->out, STR("</caption>\n<thead><tr>"));
	for (size_t i = 0; heads[i]; i++) {
		buf_puts(&p->out, STR("<th scope=\"col\">"));
		page_text(p, str_of(heads[i]));
		buf_puts(&p->out, STR("</th>"));
	}
	buf_puts(&p->out, STR("</tr></thead>\n<tbody>\n"));
}

void page_end_table(struct page *p)
{
	buf_puts(&p->out, STR("</tbody></table></div>\n"));
}
