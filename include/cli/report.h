/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between report.c, which reads what was asked, and what writes it: report_page.c (head, contents, foot),
 * report_needs.c (what is open), report_clinic.c, report_case.c, report_json.c.
 *
 * The page is HTML that is well-formed XML too, whole in itself: no script, nothing from elsewhere.  Text reaches it
 * through page_text() alone.  What was written so far lies in `out` until page_flush().
 */
#ifndef RUPTURED_CLI_REPORT_H
#define RUPTURED_CLI_REPORT_H

#include <stdio.h>

#include "app/clinic.h"
#include "cli/tool.h"
#include "core/json.h"

struct page {
	struct clinic clinic;
	struct arena arena; /* of the whole run */
	bool reveal;
	FILE *to;
	struct buf out;
};

void page_flush(struct page *p);

/* ---- words (report_words.c) ---- */
void page_text(struct page *p, struct str s); /* escaped */
void page_day(struct page *p, int64_t at);    /* <time>: "9 Oct 2024"; DATE_NONE: "-" */
struct str page_day_words(struct arena *a, int64_t at);
void page_age(struct page *p, int64_t seconds);		     /* "3 days" */
void page_count(struct page *p, size_t n, const char *what); /* "1 case", "2 cases" */
void page_number(struct page *p, double v);		     /* at most one decimal; NAN: "-" */
void page_severity(struct page *p, enum severity s);
const char *page_state(const struct clinic_alert *alert);
/* What there is of the case to link to: its anchor, of letters and digits alone; and the token as a link to it. */
void page_anchor(struct page *p, const struct clinic_row *row);
void page_link(struct page *p, struct str token);
void page_who(struct page *p, const struct clinic_alert *alert); /* "m1", "m1 and m2", "the case" */
/* A table that may be wide, with its caption and the heads of its columns (NULL ends). */
void page_table(struct page *p, struct str caption, const char *const *heads);
void page_end_table(struct page *p);

/* ---- the page ---- */
void page_begin(struct page *p);
void page_needs(struct page *p);
void page_unknown(struct page *p);
void page_clinic(struct page *p);
void page_cases_begin(struct page *p);
void page_case(struct page *p, const struct clinic_row *row, const struct clinic_case *one);
void page_quiet(struct page *p);
void page_end(struct page *p);
/* Whether the case has a section of its own. */
bool page_shows(const struct page *p, const struct clinic_row *row);

/* ---- the same for programs: an object for the clinic, then one a case ---- */
void page_json_clinic(const struct page *p, struct json *j);
void page_json_case(const struct page *p, const struct clinic_row *row, const struct clinic_case *one, struct json *j);

#endif
