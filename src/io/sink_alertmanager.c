/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_alertmanager.h"

#include "base/date.h"
#include "core/json.h"
#include "io/clock.h"
#include "io/sink_keys.h"

#define API	   "/api/v2/alerts"
#define SERVICE	   "ruptured"
#define LASTS_S	   (90 * DAY_S)
#define ACTIVE_MAX (1 << 20) /* of what fires there */

/* ---- labels ---- */

/* A label and the key of the alert it is made of; what the alert does not carry is left out. */
static const struct {
	const char *label, *key;
} labels[] = {
	{ "severity", "severity" }, { "state", "state" },    { "case", "case" },	   { "member", "member" },
	{ "other", "other" },	    { "incident", "alert" }, { "escalated", "escalated" }, { "reminder", "reminder" },
};
/* The names that most templates of notifications show. */
static const struct {
	const char *annotation, *key;
} annotations[] = {
	{ "summary", "say" },
	{ "description", "next_step" },
	{ "session", "session" },
};

static struct str name_of(const struct doc *alert)
{
	struct str rule = payload_text(alert, "rule");

	return rule.n ? rule : STR(SERVICE);
}

static void put_pair(struct json *j, const char *key, struct str value)
{
	if (!value.n)
		return;
	json_key(j, key);
	json_str(j, value);
}

static void put_labels(struct json *j, const struct doc *alert)
{
	json_key(j, "labels");
	json_map(j);
	put_pair(j, "alertname", name_of(alert));
	put_pair(j, "service", STR(SERVICE));
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		put_pair(j, labels[i].label, payload_text(alert, labels[i].key));
	json_end_map(j);
}

/* Whether what fires there has the labels that this alert gets. */
static bool same_labels(const struct doc *active_labels, const struct doc *alert)
{
	size_t n = 2;

	if (!str_eq(payload_text(active_labels, "alertname"), name_of(alert)))
		return false;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		struct str value = payload_text(alert, labels[i].key);

		n += value.n > 0;
		if (!str_eq(payload_text(active_labels, labels[i].label), value))
			return false;
	}
	return active_labels->n == n;
}

/* ---- what to send ---- */

static bool has_ended(const struct doc *alert)
{
	static const char *const words[] = { "repaired", "closed", "retracted" };
	struct str state = payload_text(alert, "state");

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(state, words[i]))
			return true;
	return false;
}

static void put_firing(struct json *j, struct arena *a, const struct doc *alert, int64_t until)
{
	json_map(j);
	put_labels(j, alert);
	json_key(j, "annotations");
	json_map(j);
	for (size_t i = 0; i < sizeof annotations / sizeof *annotations; i++)
		put_pair(j, annotations[i].annotation, payload_text(alert, annotations[i].key));
	json_end_map(j);
	if (payload_text(alert, "state").n)
		put_pair(j, "endsAt", date_format(a, until));
	json_end_map(j);
}

static void put_over(struct json *j, struct arena *a, const struct doc *active_labels, int64_t now)
{
	json_map(j);
	json_key(j, "labels");
	json_map(j);
	for (size_t i = 0; i < active_labels->n; i++)
		if (active_labels->pairs[i].value->kind == DOC_SCALAR)
			put_pair(j, active_labels->pairs[i].key.p, active_labels->pairs[i].value->text);
	json_end_map(j);
	put_pair(j, "endsAt", date_format(a, now));
	json_end_map(j);
}

/* The number of those of this incident that fire under labels which are not the alert's. */
static size_t put_all_over(struct json *j, struct arena *a, const struct doc *alert, const struct doc *active,
			   int64_t now)
{
	struct str incident = payload_text(alert, "alert");
	size_t put = 0;

	for (size_t i = 0; active && active->kind == DOC_LIST && i < active->n; i++) {
		const struct doc *at = active->items[i]->kind == DOC_MAP ? doc_get(active->items[i], "labels") : NULL;

		if (!at || at->kind != DOC_MAP || !str_is(payload_text(at, "service"), SERVICE) ||
		    !str_eq(payload_text(at, "incident"), incident) || (!has_ended(alert) && same_labels(at, alert)))
			continue;
		put_over(j, a, at, now);
		put++;
	}
	return put;
}

struct str alertmanager_post(struct arena *a, const struct payload *p, const struct doc *active, int64_t now,
			     int64_t lasts_s)
{
	struct json *j = json_new(false);
	struct str ret = { NULL, 0 };
	size_t put = 0;

	json_list(j);
	for (size_t i = 0; i < p->n; i++) {
		if (payload_text(p->alerts[i], "state").n)
			put += put_all_over(j, a, p->alerts[i], active, now);
		if (has_ended(p->alerts[i]))
			continue;
		put_firing(j, a, p->alerts[i], now + lasts_s);
		put++;
	}
	json_end_list(j);
	if (put)
		ret = arena_dup(a, json_text(j));
	json_free(j);
	return ret;
}

struct str alertmanager_query(struct arena *a, const struct payload *p)
{
	struct str incident = p->n == 1 ? payload_text(p->alerts[0], "alert") : (struct str){ NULL, 0 };
	struct str filter = arena_printf(a, "service=\"%s\"", SERVICE);
	struct str query = arena_printf(a, API "?filter=%s", transfer_escape(a, filter).p);

	if (!incident.n || memchr(incident.p, '"', incident.n) || memchr(incident.p, '\\', incident.n))
		return query;
	filter = arena_printf(a, "incident=\"%.*s\"", STR_ARG(incident));
	return arena_printf(a, "%s&filter=%s", query.p, transfer_escape(a, filter).p);
}

/* ---- settings ---- */

static const struct words schemes = { (const char *const[]){ "https", "http", NULL } };

static const struct field alertmanager_fields[] = {
	{ "url", "the Alertmanager, without /api; of several that form a cluster, a sink each", read_url,
	  offsetof(struct alertmanager_settings, url), true, &schemes, "http://127.0.0.1:9093", &shape_url },
	{ "lasts", "an alert of which nothing more is heard ends there after this. Default: 90 days", read_duration,
	  offsetof(struct alertmanager_settings, lasts_s), false, NULL },
	{ "ca", "the certificates of the authorities to trust. Default: those of the system", read_sink_path,
	  offsetof(struct alertmanager_settings, ca), false, NULL, "/path", &sink_path_shape },
	{ "timeout", "for each of two requests. Default: 10 seconds", read_sink_timeout,
	  offsetof(struct alertmanager_settings, timeout_ms), false, NULL, "a time span, at most 1 hour",
	  &shape_duration },
	{ 0 },
};

static void *alertmanager_read(struct reader *r, const struct doc *doc)
{
	struct alertmanager_settings *s = ARENA_NEW(r->arena, struct alertmanager_settings);

	s->timeout_ms = REMOTE_TIMEOUT_MS;
	s->lasts_s = LASTS_S;
	fields_read(r, doc, alertmanager_fields, s);
	return s;
}

static void alertmanager_check(struct reader *r, const struct doc *doc, void *settings, enum privacy privacy)
{
	const struct alertmanager_settings *s = settings;

	warn_of_plain_text(r, doc, s->url);
	if (privacy == PRIVACY_BARE)
		reader_error(r, doc, "bare-alertmanager", "write \"privacy: tokens\"",
			     "with \"privacy: bare\" nothing says which alert is over");
}

/* ---- delivery ---- */

/* What the second request needs: the job may outlive the configuration. */
struct errand {
	struct alertmanager_settings settings;
	struct payload payload;
};

static struct transfer_request request_to(const struct alertmanager_settings *s, const char *method, struct str url)
{
	return (struct transfer_request){
		.url = url, .schemes = "http,https", .method = method, .ca = s->ca, .timeout_ms = s->timeout_ms
	};
}

/* The first request is answered: what fires of it there. */
static enum delivery_outcome judge_active(struct remote_job *job, const struct transfer_answer *answer,
					  int64_t *ret_pause_s, struct error *why)
{
	const struct errand *errand = job->own;
	struct diags faults = { .arena = &job->arena };
	enum delivery_outcome outcome = remote_judge_http(job, answer, ret_pause_s, why);
	struct transfer_request request;
	const struct doc *active;

	if (outcome != DELIVERY_DONE)
		return outcome;
	active = doc_parse(&job->arena, answer->body, DOC_JSON, &doc_limits_record, false, &faults);
	request = request_to(&errand->settings, "POST", transfer_url_below(&job->arena, errand->settings.url, API));
	request.body = alertmanager_post(&job->arena, &errand->payload, active, clock_now(), errand->settings.lasts_s);
	if (!request.body.p)
		return DELIVERY_DONE;
	*VEC_PUSH(&job->arena, &request.headers) = STR("Content-Type: application/json");
	job->judge = remote_judge_http;
	return transfer_next(job->transfer, &request, why) < 0 ? DELIVERY_RETRY : DELIVERY_RUNNING;
}

static struct errand *errand_new(struct arena *a, const struct alertmanager_settings *s, struct str payload)
{
	struct errand *errand = ARENA_NEW(a, struct errand);

	errand->settings = *s;
	errand->settings.url = arena_dup(a, s->url);
	errand->settings.ca = arena_dup(a, s->ca);
	return payload_read(a, payload, &errand->payload) ? errand : NULL;
}

static enum delivery_outcome alertmanager_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
						  void **ret_job, struct error *why)
{
	struct arena arena = { 0 };
	struct errand *errand = errand_new(&arena, sink->settings, parcel->payload);
	struct transfer_request request;
	struct remote_job *job = NULL;

	(void)keep;
	*ret_job = NULL;
	if (!errand) {
		arena_release(&arena);
		error_set(why, ERROR_REFUSED, "the alert cannot be read");
		return DELIVERY_DEAD;
	}
	request = request_to(
		&errand->settings, "GET",
		transfer_url_below(&arena, errand->settings.url, alertmanager_query(&arena, &errand->payload).p));
	request.keep = ACTIVE_MAX;
	if (remote_start(&request, judge_active, &job, why) != DELIVERY_RUNNING) {
		arena_release(&arena);
		return DELIVERY_RETRY;
	}
	job->arena = arena;
	job->own = errand;
	*ret_job = job;
	return DELIVERY_RUNNING;
}

extern const struct sink_kind sink_alertmanager;
const struct sink_kind sink_alertmanager = {
	.name = "alertmanager",
	.help = "Prometheus' Alertmanager: an alert fires there until its incident is over",
	.privacy = PRIVACY_TOKENS,
	.read = alertmanager_read,
	.fields = alertmanager_fields,
	.check = alertmanager_check,
	.deliver = alertmanager_deliver,
	.reap = remote_reap,
	.descriptor = remote_descriptor,
	.stop = remote_stop,
	.cancel = remote_cancel,
};
