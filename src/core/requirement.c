/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/requirement.h"

static const char *const names[] = { "transcript", "codes", "scores", NULL };
const struct words requirement_words = { names };

static bool has_transcript(const struct session *session, struct subject subject)
{
	(void)subject;
	return session->transcript != NULL;
}

/* An observer who looked and marked nothing says so in `coded`. */
static bool has_codes(const struct session *session, struct subject subject)
{
	(void)subject;
	for (size_t i = 0; i < session->n_parts; i++)
		if (session->parts[i].s->coded.n || session->parts[i].s->codes.n)
			return true;
	return false;
}

static bool is_of(const struct part *part, int who, int subject)
{
	return subject < 0 || (who >= 0 && part->member_of[who] == subject);
}

static bool has_scores(const struct session *session, struct subject subject)
{
	for (size_t i = 0; i < session->n_parts; i++) {
		const struct part *part = &session->parts[i];

		for (size_t k = 0; k < part->s->scores.n; k++)
			if (is_of(part, part->s->scores.items[k].by, subject.member) ||
			    is_of(part, part->s->scores.items[k].about, subject.member))
				return true;
	}
	return false;
}

static const struct {
	bool (*there)(const struct session *session, struct subject subject);
	const char *lack;
} rows[] = {
	{ has_transcript, "the rule requires a transcript" },
	{ has_codes, "the rule requires an observer's codes" },
	{ has_scores, "the rule requires scores" },
};

const char *requirements_lack(const struct strs *requires, const struct session *session, struct subject subject)
{
	for (size_t i = 0; i < requires->n; i++)
		for (size_t k = 0; names[k]; k++)
			if (str_is(requires->items[i], names[k]) && !rows[k].there(session, subject))
				return rows[k].lack;
	return NULL;
}
