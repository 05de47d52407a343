/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/remote.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "io/files.h"
#include "io/sink_keys.h"

#define SECRET_MAX 4096

/* ---- settings ---- */

const struct shape shape_url = { SHAPE_PATTERN, "^[a-z]+://" };

static bool is_one_of(struct str word, const struct words *words)
{
	for (size_t i = 0; words->words[i]; i++)
		if (str_is(word, words->words[i]))
			return true;
	return false;
}

void read_url(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct words *schemes = f->detail;
	struct str text = { 0 };
	struct transfer_url url;
	const char *why;

	read_str(r, v, &text, f);
	if (!text.p)
		return;
	if (!transfer_url_read(r->arena, text, &url, &why))
		reader_error(r, v, "url", f->value, "\"%s\": %s", f->name, why);
	else if (!is_one_of(url.scheme, schemes))
		reader_error(r, v, "url", f->value, "\"%.*s\" is not spoken here", STR_ARG(url.scheme));
	else
		*(struct str *)into = arena_dup(r->arena, text);
}

void warn_of_plain_text(struct reader *r, const struct doc *settings, struct str text)
{
	struct transfer_url url;
	const char *why;

	if (text.p && transfer_url_read(r->arena, text, &url, &why) && str_is(url.scheme, "http") && !url.local)
		reader_warn(r, doc_get(settings, "url"), "plain-text", "use https",
			    "whoever is on the way to %.*s can read the alerts", STR_ARG(url.host));
}

static bool is_open_to_all(struct str path)
{
	struct stat st;

	return stat(path.p, &st) == 0 && (st.st_mode & (S_IROTH | S_IWOTH));
}

/* Whether it is there is seen at delivery: who reads the configuration need not see the file. */
void read_secret(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str path = { 0 };

	read_sink_path(r, v, &path, f);
	if (path.p && is_open_to_all(path))
		reader_error(r, v, "secret-file",
			     arena_printf(r->arena, "chown root:ruptured-courier %.*s; chmod 640 %.*s", STR_ARG(path),
					  STR_ARG(path))
				     .p,
			     "everybody may read %.*s", STR_ARG(path));
	*(struct str *)into = path;
}

int secret_file_read(struct arena *a, struct str path, struct str *ret, struct error *e)
{
	if (is_open_to_all(path))
		return error_set(e, ERROR_REFUSED, "%s: everybody may read it, so it is no secret", path.p);
	if (file_read(a, path.p, SECRET_MAX, ret, e) < 0)
		return -1;
	while (ret->n && (ret->p[ret->n - 1] == '\n' || ret->p[ret->n - 1] == '\r'))
		ret->n--;
	return ret->n ? 0 : error_set(e, ERROR_REFUSED, "%s: nothing is in it", path.p);
}

/* ---- answers ---- */

/* What helps is told by the status alone: an answer's words may repeat the alert. */
static const struct {
	int code;
	const char *hint;
} hints[] = {
	{ 400, "it does not understand the alert" },
	{ 401, "is the secret right?" },
	{ 403, "is the secret right?" },
	{ 404, "is the address right?" },
	{ 405, "is the address right?" },
	{ 410, "it wants no more alerts" },
	{ 413, "the alert is too large for it" },
};

static void explain_status(int code, struct error *why)
{
	const char *hint = code >= 300 && code < 400 ? "it has moved, write its new address" : NULL;

	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (hints[i].code == code)
			hint = hints[i].hint;
	error_set(why, ERROR_REFUSED, "%d from the receiver%s%s", code, hint ? ": " : "", hint ? hint : "");
}

enum delivery_outcome remote_judge_http(struct remote_job *job, const struct transfer_answer *answer,
					int64_t *ret_pause_s, struct error *why)
{
	int code = answer->code;

	(void)job;
	if (answer->trouble) {
		error_set(why, ERROR_AGAIN, "%s", answer->trouble);
		return DELIVERY_RETRY;
	}
	if (code >= 200 && code < 300)
		return DELIVERY_DONE;
	explain_status(code, why);
	if (code != 408 && code != 425 && code != 429 && code < 500)
		return DELIVERY_DEAD;
	*ret_pause_s = answer->retry_after_s;
	return DELIVERY_RETRY;
}

/* ---- the job ---- */

enum delivery_outcome remote_start(const struct transfer_request *request, remote_judge meaning,
				   struct remote_job **ret, struct error *why)
{
	struct transfer *transfer = transfer_start(request, why);

	*ret = NULL;
	if (!transfer)
		return DELIVERY_RETRY;
	*ret = calloc(1, sizeof **ret);
	if (!*ret)
		abort();
	**ret = (struct remote_job){ .transfer = transfer, .judge = meaning };
	return DELIVERY_RUNNING;
}

enum delivery_outcome remote_reap(void *at, int64_t now_ms, int64_t *ret_wake_ms, struct error *why)
{
	struct remote_job *job = at;
	struct transfer_answer answer;
	enum delivery_outcome outcome = DELIVERY_RETRY;
	int64_t pause_s = 0;

	if (!transfer_step(job->transfer, ret_wake_ms, &answer)) {
		if (!job->stopped)
			return DELIVERY_RUNNING;
		error_set(why, ERROR_AGAIN, "no answer before the courier stopped");
		*ret_wake_ms = 0;
	} else {
		outcome = job->judge(job, &answer, &pause_s, why);
		*ret_wake_ms = outcome == DELIVERY_RUNNING || pause_s > 0 ? now_ms + pause_s * 1000 : 0;
	}
	if (outcome != DELIVERY_RUNNING)
		remote_cancel(job);
	return outcome;
}

int remote_descriptor(const void *job)
{
	return transfer_descriptor(((const struct remote_job *)job)->transfer);
}

void remote_stop(void *job, int64_t now_ms)
{
	(void)now_ms;
	((struct remote_job *)job)->stopped = true;
}

void remote_cancel(void *at)
{
	struct remote_job *job = at;

	transfer_free(job->transfer);
	arena_release(&job->arena);
	free(job);
}
