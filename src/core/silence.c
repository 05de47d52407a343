/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/silence.h"

#include "base/date.h"

bool next_session_began(const struct history *history, int64_t since, int64_t now)
{
	for (size_t i = 0; i < history->n; i++) {
		int64_t started = history->sessions[i].started;

		if (started > since && started <= now + DAY_S)
			return true;
	}
	return false;
}

bool silence_is_over(const struct silence *s, int64_t now)
{
	return s->ended_at != DATE_NONE || (s->until != DATE_NONE && now >= s->until);
}

static bool waits_in_vain(const struct silence *s, const struct silence_subject *about)
{
	return s->until == DATE_NONE && about->drops_out && !(s->rule.p && str_eq(s->rule, about->rule));
}

bool silence_covers(const struct silence *s, const struct silence_subject *about, int64_t now)
{
	if (silence_is_over(s, now) || waits_in_vain(s, about))
		return false;
	if (s->case_token.p && !str_eq(s->case_token, about->case_token))
		return false;
	if (s->rule.p && !str_matches(about->rule, s->rule))
		return false;
	return !s->member.p || (str_eq(s->member, about->member) && !about->other.n);
}

const struct silence *silences_find(const silence_list *all, const struct silence_subject *about, int64_t now)
{
	for (size_t i = 0; i < all->n; i++)
		if (silence_covers(&all->items[i], about, now))
			return &all->items[i];
	return NULL;
}
