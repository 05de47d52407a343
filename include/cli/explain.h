/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl explain: what was asked for, and its two ways: files, and what the store holds.
 */
#ifndef RUPTURED_CLI_EXPLAIN_H
#define RUPTURED_CLI_EXPLAIN_H

#include "app/story.h"
#include "cli/tool.h"
#include "core/explain.h"

struct explain_request {
	struct strs rules, targets;
	struct str rule; /* those that it matches alone, whether they found anything or not; absent: all */
	bool hits, turns, all, text;
	int64_t as_of; /* DATE_NONE: now; of files: each case as of its last session */
};

/* NULL: none, or none that is asked for, which is told. */
struct ruleset *explain_rules(const struct tool *t, const struct explain_request *rq);
/* explain_files.c: a record alone is judged as a first session, several of one case as a series. */
int explain_files(const struct tool *t, const struct explain_request *rq);
/* explain_store.c: cases, records and alerts (app/target.h). */
int explain_store(struct tool *t, const struct explain_request *rq);

/* One session in words under its heading; nothing of one in which nothing happened. */
void explain_show_session(const struct explanation *x, size_t session, struct str case_name, member_namer name,
			  enum explain_detail detail, struct buf *out);

/* explain_story.c: what people heard of an incident, and what keeps the rest from them. */
void explain_story_text(const struct story *s, const struct explanation *x, struct buf *out);
void explain_story_json(const struct story *s, struct json *j);

#endif
