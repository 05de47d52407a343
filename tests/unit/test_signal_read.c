/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

static void faulty(struct arena *a, enum per per, const char *yaml, const char *part)
{
	struct test_case *c = case_new(a);

	if (case_signal(c, per, yaml))
		test_fail(__FILE__, __LINE__, "%s: read without a fault", yaml);
	CHECK_HAS(case_faults(c, yaml), part);
}

TEST(every_mistake_in_a_signal_is_told_with_a_way_out)
{
	static const struct {
		const char *yaml, *part;
	} bad[] = {
		{ "{scroe: SRS, value: less than 3}", "did you mean \"score\"?" },
		{ "{value: less than 3}", "a signal needs a kind" },
		{ "{score: SRS, code: 3RS.x, value: less than 3}", "this has \"score\" and \"code\"" },
		{ "{score: SRS, valeu: less than 3}", "did you mean \"value\"?" },
		{ "{score: SRS, value: less than 3, treshold: 2}", "unknown key \"treshold\"" },
		{ "{score: SRS}", "needs a measure" },
		{ "{score: SRS, value: less than 3, change: at least 2}", "this has \"value\" and \"change\"" },
		{ "{score: SSR, value: less than 3}", "did you mean \"SRS\"?" },
		{ "{score: {of: SRS, item: gaols}, value: less than 3}", "did you mean \"goals\"?" },
		{ "{score: SRS, sd: at most -2}", "add \"versus: own mean\"" },
		{ "{score: SRS, measure: value}", "\"measure\" stands beside \"versus\"" },
		{ "{score: SRS, versus: own men, sd: at most -2}", "own mean" },
		{ "{score: SRS, versus: own mean}", "needs one of sd, times or by" },
		{ "{score: SRS, versus: own mean, sd: at most -2, by: at most 3}", "needs one of sd, times or by" },
		{ "{score: SRS, measure: change, versus: own mean, sd: at most -2}", "has no baseline" },
		{ "{score: SRS, measure: vlaue, versus: own mean, sd: at most -2}", "did you mean \"value\"?" },
		{ "{score: SRS, value: at most 3, versus: own mean, sd: at most -2}", "does not go with \"versus\"" },
		{ "{score: SRS, versus: control chart, sd: at most -2}", "has its own limit" },
		{ "{score: SRS, value: less than 3, floor: 2}", "belongs to \"versus: control chart\"" },
		{ "{score: SRS, value: less than 3, in: 4 of last 3 sessions}", "4 of 3 sessions can never be" },
		{ "{score: SRS, value: less than 3, needs: some}", "write \"3 sessions\"" },
		{ "{score: SRS, value: less than 3, within: 2 moons}", "is no length of a window" },
		{ "{score: SRS, value: less than 3, within: 10 minutes}", "stretches of a transcript" },
		{ "{score: SRS, value: less than 3, missing: perhaps}", "expected yes or no" },
		{ "{score: SRS, value: less than 3, of: memebr}", "did you mean" },
		{ "{score: SRS, value: less than 3, of: other}", "per: pair" },
		{ "{turns: {from: member, says: hostilty}, count: at least 1}", "did you mean \"hostility\"?" },
		{ "{turns: {form: member}, count: at least 1}", "did you mean \"from\"?" },
		{ "{turns: {from: member, weight: at least 2}, count: at least 1}", "add \"says: ...\"" },
		{ "{turns: {from: member, says: blame, weight: at least 0}, count: at least 1}", "always" },
		{ "{turns: {from: member, says: blame, weight: at least 2 turns}, count: at least 1}", "turns" },
		{ "{turns: member, count: at least 1}", "expected a map" },
		{ "{turns: {from: member}, count: at least 1, out_of: at least 3}", "only a share has a denominator" },
		{ "{turns: {from: member}, share: at least 1%, share_of: after}", "the selector has no \"after\"" },
		{ "{code: confrontation, salience: at least 3}", "expected system.marker" },
		{ "{field: next_sesion, is: ahead}", "did you mean \"next_session\"?" },
		{ "{field: minutes, is: yes}", "does not go with this field" },
		{ "{report: rupture, is: yes}", "\"by\" is missing" },
		{ "{elapsed: {since: last attended session}, longer_than: 21}", "expected a unit after" },
		{ "{elapsed: {since: yesterday}, longer_than: 21 days}", "last attended session" },
		{ "{attendance: {status: noshow}, count: at least 1}", "did you mean \"no_show\"?" },
		{ "{incident: [a.*], state: not endde}", "not endde" },
		{ "[a, b]", "expected a map" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		faulty(arena, PER_MEMBER, bad[i].yaml, bad[i].part);
	faulty(arena, PER_CASE, "{turns: {from: member}, count: at least 1}", "any member");
}

TEST(all_mistakes_are_told_at_once)
{
	struct test_case *c = case_new(arena);

	CHECK(!case_signal(c, PER_MEMBER, "{score: XYZ, value: lots, in: never, needs: none, bogus: 1}"));
	CHECK_INT(c->diags.errors, 5);
}

TEST(the_grammar_reaches_what_the_packs_need)
{
	static const char *const good[] = {
		"{score: alliance40, versus: own mean, sd: at most -2, needs: 3 sessions}",
		"{score: alliance40, change: worse by at least 3}",
		"{score: alliance40, versus: control chart, floor: 2, needs: 5 sessions}",
		"{score: alliance40, recovered: at least 50%}",
		"{turns: {from: member, to: therapist, says: hostility}, count: at least 3, within: [10 minutes, 60 "
		"turns]}",
		"{code: 3RS.confrontation, salience: at least 3}",
		"{code: SOFTA.emotional_connection, value: at most -2}",
		"{turns: {from: therapist, to: member, says: validation}, share_of: {from: therapist, to: any member, "
		"says: "
		"validation}, share: at least 70%, out_of: at least 10}",
		"{score: alliance40, of: other, minus: member, value: at most -1 pooled sd}",
		"{score: alliance40, of: other, change: worse by at least 3}",
		"{elapsed: {since: last attended session}, longer_than: [2x own interval, 21 days]}",
		"{field: next_session, is: ahead}",
		"{field: next_session, is: ahead, missing: no}",
		"{turns: {from: member, says: refusal, after: {from: therapist, to: member, says: proposal}}, "
		"share_of: after, "
		"share: at least 60%, out_of: at least 4}",
		"{turns: {from: member, words: at most 3}, measure: share, versus: own mean, sd: at least 2, needs: 3 "
		"sessions}",
		"{turns: {from: member}, measure: median_words, versus: own mean, times: at most 0.5, needs: 3 "
		"sessions}",
		"{score: SRS, value: at least 39.5, in: 3 of last 3 sessions}",
		"{incident: [noncompliance.*, withdrawal.*, hostility.*], state: not ended, within: 2 sessions}",
		"{report: rupture, by: member, is: yes}",
		"{participant: anyone, age: less than 18, missing: yes}",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct test_case *c = case_new(arena);

		if (!case_signal(c, PER_PAIR, good[i]))
			test_fail(__FILE__, __LINE__, "%.*s", STR_ARG(case_faults(c, good[i])));
	}
}
