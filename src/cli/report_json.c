/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report --json: every number of the page, an object for the clinic and then one a case.
 */
#include "cli/report.h"

/* ---- small ---- */

static void put_str(struct json *j, const char *key, struct str value)
{
	json_key(j, key);
	json_str(j, value);
}

static void put_int(struct json *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_int(j, value);
}

static void put_number(struct json *j, const char *key, double value)
{
	json_key(j, key);
	json_number(j, value);
}

static void put_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	json_bool(j, value);
}

static void put_date(struct json *j, const char *key, int64_t at)
{
	struct arena a = { 0 };

	put_str(j, key, at == DATE_NONE ? (struct str){ NULL, 0 } : date_format(&a, at));
	arena_release(&a);
}

static void put_numbers(struct json *j, const char *key, const double *values, size_t n)
{
	json_key(j, key);
	json_list(j);
	for (size_t i = 0; i < n; i++)
		json_number(j, values[i]);
	json_end_list(j);
}

static void begin_list(struct json *j, const char *key)
{
	json_key(j, key);
	json_list(j);
}

/* ---- an alert ---- */

static void alert_json_of(const struct clinic_alert *alert, struct json *j)
{
	const struct told *t = &alert->stored.told;
	const struct alert_verdict *v = &alert->stored.verdict;

	json_map(j);
	put_str(j, "alert", t->id[0] ? str_of(t->id) : (struct str){ NULL, 0 });
	put_str(j, "state", t->gone ? STR("retracted") : str_of(incident_state_words.words[t->state]));
	put_str(j, "severity", str_of(severity_words.words[t->severity]));
	put_str(j, "rule", t->rule);
	put_str(j, "title", alert->title);
	put_str(j, "case", alert->stored.case_token);
	put_str(j, "member", t->member);
	put_str(j, "other", t->other);
	put_bool(j, "open", alert->open);
	put_bool(j, "under_test", alert->in_test);
	put_date(j, "opened", t->opened_at);
	put_int(j, "opened_session", (int64_t)t->opened_ordinal);
	put_date(j, "changed", t->changed_at);
	put_int(j, "announcements", t->announcements);
	json_key(j, "untold");
	json_z(j, alert_untold(t));
	put_date(j, "acknowledged", t->acknowledged_at);
	put_str(j, "acknowledged_by", t->acknowledged_by);
	put_str(j, "verdict", v->at == DATE_NONE ? (struct str){ NULL, 0 } : v->useful ? STR("useful") : STR("noise"));
	put_str(j, "say", alert->say);
	put_str(j, "next_step", alert->next_step);
	json_end_map(j);
}

/* ---- the clinic ---- */

static void ages_json(const struct clinic *c, struct json *j)
{
	begin_list(j, "open_by_age");
	for (size_t i = 0; i < CLINIC_AGES; i++) {
		json_map(j);
		put_str(j, "age", str_of(clinic_age_words[i]));
		put_int(j, "open", (int64_t)c->ages[i]);
		put_int(j, "grave", (int64_t)c->grave_ages[i]);
		json_end_map(j);
	}
	json_end_list(j);
}

static void rule_json(const struct clinic *c, const struct clinic_rule *r, struct json *j)
{
	struct precision is = precision_of(r->useful, r->verdicts);

	json_map(j);
	put_str(j, "rule", r->id);
	put_str(j, "title", r->title);
	put_str(j, "status", r->rule ? str_of(status_words.words[r->rule->status]) : (struct str){ NULL, 0 });
	put_int(j, "alerts", r->alerts);
	put_int(j, "told", r->told);
	put_int(j, "verdicts", r->verdicts);
	put_int(j, "useful", r->useful);
	put_number(j, "precision", is.share);
	put_number(j, "low", is.low);
	put_number(j, "high", is.high);
	put_int(j, "open", r->open);
	put_int(j, "opened_in_period", r->opened);
	put_int(j, "judged", r->known);
	put_int(j, "not_judged", r->unknown);
	put_numbers(j, "told_by_week", r->weeks, c->weeks);
	json_end_map(j);
}

static void routes_json(const struct clinic *c, struct json *j)
{
	begin_list(j, "budgets");
	for (size_t i = 0; i < c->routes.n; i++) {
		json_map(j);
		put_str(j, "route", c->routes.items[i].name);
		put_str(j, "sink", c->routes.items[i].sink);
		put_int(j, "budget", c->routes.items[i].budget);
		put_int(j, "kept_for_digest_by_budget", (int64_t)c->routes.items[i].by_budget);
		put_numbers(j, "messages_by_week", c->routes.items[i].weeks, c->weeks);
		json_end_map(j);
	}
	json_end_list(j);
}

static void sites_json(const struct clinic *c, struct json *j)
{
	begin_list(j, "sites");
	for (size_t i = 0; i < c->sites.n; i++) {
		json_map(j);
		put_str(j, "site", c->sites.items[i].name);
		put_date(j, "last_record", c->sites.items[i].last_at);
		put_bool(j, "silent", c->sites.items[i].silent);
		put_int(j, "cases", (int64_t)c->sites.items[i].cases);
		json_end_map(j);
	}
	json_end_list(j);
}

static void delivery_json(const struct clinic *c, struct json *j)
{
	put_int(j, "undelivered", c->counts.outbox_undelivered);
	json_key(j, "dead_letters");
	if (c->courier_known)
		json_int(j, c->courier.dead);
	else
		json_null(j);
	begin_list(j, "troubles");
	for (size_t i = 0; i < c->troubles.n; i++)
		json_str(j, c->troubles.items[i].name);
	json_end_list(j);
}

static void head_json(const struct clinic *c, struct json *j)
{
	put_date(j, "as_of", c->options.as_of);
	put_date(j, "since", c->options.since);
	put_date(j, "until", c->options.until);
	put_str(j, "rules_hash", c->options.rules->hash);
	put_str(j, "judged_by", c->judged_by);
	put_int(j, "cases", (int64_t)c->rows.n);
	put_int(j, "sessions", (int64_t)c->sessions);
	put_int(j, "sessions_in_period", (int64_t)c->sessions_in_period);
	put_int(j, "cases_in_period", (int64_t)c->cases_in_period);
	put_int(j, "members", (int64_t)c->members);
	put_int(j, "members_never_scored", (int64_t)c->unscored);
	put_date(j, "last_session", c->last_session);
	put_date(j, "first_week", c->first_week);
}

void page_json_clinic(const struct page *p, struct json *j)
{
	const struct clinic *c = &p->clinic;

	json_map(j);
	head_json(c, j);
	begin_list(j, "open");
	for (size_t i = 0; i < c->open.n; i++)
		alert_json_of(&c->open.items[i], j);
	json_end_list(j);
	ages_json(c, j);
	begin_list(j, "rules");
	for (size_t i = 0; i < c->rules.n; i++)
		rule_json(c, &c->rules.items[i], j);
	json_end_list(j);
	routes_json(c, j);
	sites_json(c, j);
	delivery_json(c, j);
	json_end_map(j);
}

/* ---- a case ---- */

static void point_json(const struct course_point *point, struct json *j)
{
	static const char *const came[] = { "came", "missed", "unknown" };

	json_map(j);
	put_int(j, "session", (int64_t)point->ordinal);
	put_date(j, "at", point->at);
	put_number(j, "score", point->value);
	put_number(j, "usual_low", point->low);
	put_number(j, "usual_high", point->high);
	put_number(j, "limit", point->limit);
	put_str(j, "came", str_of(came[point->came]));
	json_end_map(j);
}

static void band_json(const struct course_band *band, struct json *j)
{
	json_map(j);
	put_str(j, "title", band->title);
	put_str(j, "other", band->other);
	put_str(j, "severity", str_of(severity_words.words[band->severity]));
	put_str(j, "state", str_of(incident_state_words.words[band->state]));
	put_date(j, "from", band->from);
	put_date(j, "to", band->to);
	json_end_map(j);
}

static void course_json(const struct member_course *mc, struct json *j)
{
	static const char *const kinds[] = { "alliance", "outcome", "nothing" };

	json_map(j);
	put_str(j, "member", mc->course.member);
	put_str(j, "role", mc->course.role);
	put_str(j, "kind", str_of(kinds[mc->kind]));
	put_str(j, "instrument", mc->course.instrument);
	begin_list(j, "sessions");
	for (size_t i = 0; i < mc->course.n_points; i++)
		point_json(&mc->course.points[i], j);
	json_end_list(j);
	begin_list(j, "incidents");
	for (size_t i = 0; i < mc->course.n_bands; i++)
		band_json(&mc->course.bands[i], j);
	json_end_list(j);
	json_end_map(j);
}

void page_json_case(const struct page *p, const struct clinic_row *row, const struct clinic_case *one, struct json *j)
{
	static const char *const standings[] = { "open", "under_test", "ended", "quiet" };

	json_map(j);
	put_str(j, "case", row->token);
	if (p->reveal)
		put_str(j, "clinic_case", row->id);
	put_str(j, "standing", str_of(standings[row->standing]));
	put_int(j, "sessions", (int64_t)row->sessions);
	put_date(j, "last_session", row->last_at);
	put_bool(j, "over", row->over);
	begin_list(j, "alerts");
	for (size_t i = 0; i < one->alerts.n; i++)
		alert_json_of(&one->alerts.items[i], j);
	json_end_list(j);
	begin_list(j, "courses");
	for (size_t i = 0; i < one->courses.n; i++)
		course_json(&one->courses.items[i], j);
	json_end_list(j);
	json_end_map(j);
}
