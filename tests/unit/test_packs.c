/* The packs that ship, over the synthetic family: what fires in which session, with the turns that show it. */
#include "core/explain.h"
#include "rulesets.h"

#define SESSIONS 10

static void add(struct arena *a, const char *file, struct rule_source *ret)
{
	*ret = (struct rule_source){ .file = str_of(file), .text = file_text(a, file) };
}

static struct ruleset *shipped(struct arena *a)
{
	static const char *const files[] = { "instruments",
					     "drops",
					     "hostility",
					     "noncompliance",
					     "siding",
					     "lexicons/appeasing",
					     "lexicons/blame",
					     "lexicons/denial",
					     "lexicons/hostility",
					     "lexicons/proposal",
					     "lexicons/refusal",
					     "lexicons/repair",
					     "lexicons/validation" };
	struct rule_source sources[sizeof files / sizeof files[0]];
	struct ruleset *rs;
	struct str said;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		add(a, arena_printf(a, "rules/%s.yaml", files[i]).p, &sources[i]);
	rs = ruleset_of(a, sources, sizeof files / sizeof files[0], &said);
	CHECK_STR(said, "");
	return rs;
}

static struct skeleton *session_of(struct arena *a, const struct ruleset *rs, int number)
{
	struct diags diags = { .arena = a };
	struct lexicon_scratch *scratch = lexicon_scratch_new(rs->lexicons);
	struct str text = file_text(a, arena_printf(a, "tests/data/family/session-%02d.json", number).p);
	struct record *record = record_read(a, text, &diags);
	struct skeleton *s = NULL;

	if (record)
		s = extract(a, record, rs->lexicons, scratch, (struct extract_policy){ 0 }, NULL);
	lexicon_scratch_free(scratch);
	return s;
}

static struct explanation *explained(struct arena *a, const struct ruleset *rs)
{
	const struct skeleton *all[SESSIONS];
	struct roster *roster = ARENA_NEW(a, struct roster);
	struct history *history;

	for (int i = 0; i < SESSIONS; i++) {
		all[i] = session_of(a, rs, i + 1);
		if (!all[i])
			return NULL;
		roster_see(a, roster, all[i]);
	}
	history = history_build(a, roster, all, SESSIONS, DATE_NONE);
	return explain(a, history, rs, history->sessions[SESSIONS - 1].started + 30 * DAY_S);
}

/* "session rule member other severity", a line each; what is under test is left out. */
static struct str fired(struct arena *a, const struct explanation *x)
{
	struct buf out = { 0 };
	struct str text;

	for (size_t i = 0; i < x->all.n; i++) {
		const struct verdict *v = &x->all.items[i].verdict;
		const struct rule *rule = x->all.items[i].rule;

		if (v->truth != TRUTH_TRUE || rule->status != STATUS_ACTIVE)
			continue;
		buf_printf(&out, "%zu %.*s %.*s %.*s %s\n", x->history->sessions[v->session].ordinal, STR_ARG(rule->id),
			   STR_ARG(member_local(x->history->roster, v->subject.member)),
			   STR_ARG(member_local(x->history->roster, v->subject.other)),
			   severity_words.words[v->severity]);
	}
	text = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return text;
}

TEST(the_packs_fire_in_the_family_where_they_should_and_nowhere_else)
{
	struct ruleset *rs = shipped(arena);
	struct explanation *x;

	REQUIRE(rs);
	x = explained(arena, rs);
	REQUIRE(x);
	CHECK_STR(fired(arena, x), "5 drops.alliance m2  warning\n"
				   "5 hostility.therapist m2  warning\n"
				   "5 siding.split m2 m1 notice\n"
				   "5 siding.split m2 m3 notice\n"
				   "7 noncompliance.homework m3  notice\n"
				   "8 drops.alliance m2  notice\n"
				   "8 siding.split m2 m1 notice\n"
				   "8 siding.therapist m1 m2 warning\n"
				   "9 missed.after_rupture m2  warning\n"
				   "10 noncompliance.attendance m2  warning\n"
				   "10 drops.silent   warning\n");
	rules_free(rs);
}

TEST(an_explanation_keeps_the_turns_that_show_it)
{
	struct ruleset *rs = shipped(arena);
	struct json *j = json_new(false);
	struct explanation *x;

	REQUIRE(rs);
	x = explained(arena, rs);
	REQUIRE(x);
	json_map(j);
	explain_json(x, 4, member_local, j);
	json_end_map(j);
	CHECK_HAS(json_text(j), "\"evidence\":[3,5,10]");
	json_free(j);
	rules_free(rs);
}
