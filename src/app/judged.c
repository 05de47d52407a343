/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/judged.h"

#ifdef RUPTURED_TEST
#include <stdio.h>
#include <stdlib.h>

#include "core/explain.h"

static void write_sessions(const struct explanation *x, FILE *f)
{
	struct json *j = json_new(false);

	for (size_t i = 0; i < x->history->n; i++) {
		explain_session_json(x, i, x->history->name, member_token, j);
		fprintf(f, "%.*s\n", STR_ARG(json_text(j)));
		json_reset(j);
	}
	json_free(j);
}

static void write_down(const char *path, const struct explanation *x, int64_t as_of)
{
	struct arena a = { 0 };
	FILE *f = fopen(path, "ae");

	if (!f) {
		perror(path);
		abort();
	}
	fprintf(f, "# %.*s %.*s\n", STR_ARG(x->history->name),
		STR_ARG(as_of == DATE_NONE ? STR("never") : date_format(&a, as_of)));
	write_sessions(x, f);
	fclose(f);
	arena_release(&a);
}

/*
 * Judged twice: as the engine always does, with nobody looking on, which is what it goes by and what is written of
 * incidents; and with a trace, for the verdicts.
 */
struct judgement *judged(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of)
{
	struct judgement *ret = judge(a, history, rules, as_of, NULL, NULL);
	const char *path = getenv("RUPTURED_JUDGED");
	struct explanation *x;

	if (!path)
		return ret;
	x = explain(a, history, rules, as_of);
	x->judgement = ret;
	write_down(path, x, as_of);
	return ret;
}
#endif
