/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>

#include "rulesets.h"

static const char instruments[] =
	"version: 1\n"
	"instruments:\n"
	"  SRS: {family: alliance40, range: 0-40, better: high, pooled_sd: 4, items: [goals],\n"
	"    item_range: 0-10}\n";
static const char lexicon[] = "lexicon: hostility\nversion: 1.0\nlanguage: en\nentries: [you never listen]\n";

/* A rule file, or two, among an instrument and a lexicon. */
static struct ruleset *compile_two(struct arena *a, struct str rules, struct str second, struct str *ret_complaints)
{
	struct rule_source sources[] = { { .file = STR("instruments.yaml"), .text = str_of(instruments) },
					 { .file = STR("lexicon.yaml"), .text = str_of(lexicon) },
					 { .file = STR("r.yaml"), .text = rules },
					 { .file = STR("second.yaml"), .text = second } };

	return ruleset_of(a, sources, second.p ? 4 : 3, ret_complaints);
}

static struct ruleset *compile(struct arena *a, struct str rules, struct str *ret_complaints)
{
	return compile_two(a, rules, (struct str){ NULL, 0 }, ret_complaints);
}

static const char a_rule[] = "version: 1\n"
			     "rules:\n"
			     "  - id: drops.a\n"
			     "    title: A fall\n"
			     "    per: member\n"
			     "    signals:\n"
			     "      low: {score: SRS, value: less than 36}\n"
			     "      fall: {score: SRS, change: worse by at least 3}\n"
			     "    severity:\n"
			     "      - warning: low and fall\n"
			     "      - notice: low or fall\n"
			     "    repaired: {score: SRS, recovered: at least 50%}\n"
			     "    unrepaired_after: 2 sessions\n"
			     "    raise: {to: critical, when: 2 channels, within: 3 sessions}\n"
			     "    notify: supervisors\n"
			     "    quiet: 7 days\n"
			     "    say: \"check in about {member}\"\n"
			     "    because: \"it matters\"\n"
			     "    references: [\"a\", \"b\"]\n";

TEST(a_rule_is_compiled_whole)
{
	struct str said;
	struct ruleset *rs = compile(arena, str_of(a_rule), &said);
	const struct rule *rule;

	CHECK_STR(said, "");
	REQUIRE(rs);
	rule = rules_find(rs, STR("drops.a"));
	REQUIRE(rule);
	CHECK_STR(rule->title, "A fall");
	CHECK_INT(rule->status, STATUS_ACTIVE);
	CHECK_INT(rule->per, PER_MEMBER);
	CHECK_INT(rule->n_signals, 2);
	CHECK_STR(rule->signals[1]->name, "fall");
	CHECK_INT(rule->n_ladder, 2);
	CHECK_INT(rule->ladder[0].severity, SEVERITY_WARNING);
	CHECK_INT(condition_signals(rule->ladder[0].when), 3);
	CHECK(!rule->when);
	CHECK(rule->repaired && rule->repaired->kind);
	CHECK_INT(rule->unrepaired_after, 2);
	CHECK(rule->raise.set && rule->raise.to == SEVERITY_CRITICAL);
	CHECK_INT(rule->raise.channels, 2);
	CHECK_INT(rule->raise.sessions, 3);
	CHECK_INT(rule->quiet_s, 7 * 86400);
	CHECK_STR(rule->say, "check in about {member}");
	CHECK_INT(rule->references.n, 2);
	CHECK_INT(rule->version.n, 8);
	CHECK_INT(rs->hash.n, 32);
	CHECK_INT(rs->n_signals, 3);
	CHECK(!rule->timer && !rule->second_pass && !rule->safety && !rule->strength);
	CHECK_STR(rule->file, "r.yaml");
	CHECK_INT(rule->at.line, 3);
	CHECK(!rules_find(rs, STR("drops.b")));
	rules_free(rs);
}

/* `a_rule` with one text for another. */
static struct str changed(struct arena *a, const char *from, const char *to)
{
	const char *at = strstr(a_rule, from);

	return at ? arena_printf(a, "%.*s%s%s", (int)(at - a_rule), a_rule, to, at + strlen(from)) : STR("");
}

static void hashes(struct arena *a, struct str rules, struct str *ret_version, struct str *ret_set)
{
	struct str said;
	struct ruleset *rs = compile(a, rules, &said);

	CHECK_STR(said, "");
	if (!rs)
		return;
	*ret_version = arena_dup(a, rs->rules[0].version);
	*ret_set = arena_dup(a, rs->hash);
	rules_free(rs);
}

TEST(a_rules_version_changes_with_what_it_does_not_with_its_wording)
{
	struct str version, set, other, other_set;

	hashes(arena, str_of(a_rule), &version, &set);
	hashes(arena, changed(arena, "less than 36", "less than 35"), &other, &other_set);
	CHECK(!str_eq(version, other) && !str_eq(set, other_set));
	hashes(arena, changed(arena, "quiet: 7 days", "quiet: 8 days"), &other, &other_set);
	CHECK(!str_eq(version, other));
	hashes(arena, changed(arena, "it matters", "it does matter"), &other, &other_set);
	CHECK(str_eq(version, other) && !str_eq(set, other_set));
	hashes(arena, changed(arena, "rules:\n", "# a remark\nrules:\n"), &other, &other_set);
	CHECK(str_eq(version, other) && str_eq(set, other_set));
	hashes(arena, changed(arena, "{score: SRS, value: less than 36}", "{value: less than 36, score: SRS}"), &other,
	       &other_set);
	CHECK(str_eq(version, other) && str_eq(set, other_set));
}

TEST(the_set_of_rules_does_not_depend_on_the_order_of_files)
{
	struct rule_source sources[] = { { .file = STR("a"), .text = str_of(a_rule) },
					 { .file = STR("i"), .text = str_of(instruments) },
					 { .file = STR("b"), .text = changed(arena, "drops.a", "drops.b") },
					 { .file = STR("x"), .text = STR("lexicon: x\nversion: 1.0\nentries: [a]\n") },
					 { .file = STR("y"),
					   .text = STR("lexicon: y\nversion: 1.0\nentries: [b]\n") } };
	struct rule_source turned[] = { sources[4], sources[2], sources[0], sources[3], sources[1] };
	struct str said;
	struct ruleset *one = ruleset_of(arena, sources, 5, &said), *two;

	CHECK_STR(said, "");
	two = ruleset_of(arena, turned, 5, &said);
	CHECK_STR(said, "");
	REQUIRE(one && two);
	CHECK(str_eq(one->hash, two->hash));
	CHECK_STR(one->rules[0].id, "drops.a");
	CHECK_STR(two->rules[0].id, "drops.a");
	rules_free(one);
	rules_free(two);
}

TEST(signals_and_lists_are_shared_within_a_file)
{
	static const char text[] =
		"version: 1\n"
		"lists:\n"
		"  swearing: [go to hell, shut up]\n"
		"signals:\n"
		"  low: {score: SRS, value: less than 36}\n"
		"  rude: {turns: {from: member, says: swearing}, count: at least 1}\n"
		"rules:\n"
		"  - {id: a, title: A, per: member, because: b, severity: notice, when: low and rude}\n"
		"  - id: b\n"
		"    title: B\n"
		"    per: member\n"
		"    because: b\n"
		"    signals: {fall: {score: SRS, change: worse by at least 3}}\n"
		"    severity: notice\n"
		"    when: fall and any of lo*\n";
	struct str said;
	struct ruleset *rs = compile(arena, str_of(text), &said);

	CHECK_STR(said, "");
	REQUIRE(rs);
	CHECK_INT(rs->rules[0].n_signals, 2);
	CHECK_INT(rs->rules[1].n_signals, 2);
	CHECK_STR(rs->rules[1].signals[1]->name, "low");
	CHECK(rs->rules[0].signals[0]->index != rs->rules[1].signals[1]->index);
	CHECK(lexicons_find(rs->lexicons, STR("swearing")) >= 0);
	rules_free(rs);
}

TEST(a_shared_signal_changes_the_versions_of_the_rules_that_use_it)
{
	static const char text[] =
		"version: 1\n"
		"signals: {low: {score: SRS, value: less than %d}, fall: {score: SRS, change: worse by at least 3}}\n"
		"rules:\n"
		"  - {id: a, title: A, per: member, because: b, severity: notice, when: low}\n"
		"  - {id: b, title: A, per: member, because: b, severity: notice, when: fall}\n";
	struct str said, one = STR("version: 1\n"), two = one;
	struct ruleset *x, *y;

	(void)one;
	one = arena_printf(arena, "%.*s", (int)(strstr(text, "%d") - text), text);
	two = arena_printf(arena, "%.*s35%s", STR_ARG(one), strstr(text, "%d") + 2);
	one = arena_printf(arena, "%.*s36%s", STR_ARG(one), strstr(text, "%d") + 2);
	x = compile(arena, one, &said);
	CHECK_STR(said, "");
	y = compile(arena, two, &said);
	REQUIRE(x && y);
	CHECK(!str_eq(x->rules[0].version, y->rules[0].version));
	CHECK(str_eq(x->rules[1].version, y->rules[1].version));
	rules_free(x);
	rules_free(y);
}

TEST(a_rule_knows_its_pass_and_whether_it_is_a_timer)
{
	static const char text[] =
		"version: 1\n"
		"rules:\n"
		"  - id: a\n    title: A\n    per: case\n    because: b\n    severity: notice\n    when: gap\n"
		"    signals: {gap: {elapsed: {since: last attended session}, longer_than: 21 days}}\n"
		"  - id: b\n    title: A\n    per: case\n    because: b\n    severity: notice\n    when: booked\n"
		"    signals: {booked: {field: next_session, is: ahead}}\n"
		"  - id: c\n    title: A\n    per: case\n    because: b\n    severity: notice\n    when: strains\n"
		"    signals: {strains: {incident: [a, b], state: not ended, within: 2 sessions}}\n"
		"  - id: d\n    title: A\n    per: case\n    because: b\n    severity: info\n    when: long\n"
		"    strength: yes\n    closes: [a, c]\n    signals: {long: {field: minutes, value: at least 30}}\n";
	struct str said;
	struct ruleset *rs = compile(arena, str_of(text), &said);

	CHECK_STR(said, "");
	REQUIRE(rs);
	CHECK(rs->rules[0].timer && !rs->rules[0].second_pass);
	CHECK(rs->rules[1].timer);
	CHECK(!rs->rules[2].timer && rs->rules[2].second_pass);
	CHECK(!rs->rules[3].timer && rs->rules[3].strength);
	CHECK_INT(rs->rules[3].closes.n, 2);
	rules_free(rs);
}

TEST(all_faults_of_all_files_are_told_together)
{
	struct rule_source sources[] = {
		{ .file = STR("one.yaml"), .text = STR("version: 1\nrules: [{id: a, titel: A}]\n") },
		{ .file = STR("two.yaml"), .text = STR("instruments: {SRS: {range: 0-40}}\n") },
		{ .file = STR("three.yaml"), .text = STR("lexicon: [\n") },
		{ .file = STR("four.yaml"), .text = STR("") },
	};
	struct str said;

	CHECK(!ruleset_of(arena, sources, 4, &said));
	CHECK_HAS(said, "one.yaml:2:17: error: unknown key \"titel\" [unknown-key]");
	CHECK(!strstr(said.p, "\"title\" is missing"));
	CHECK_HAS(said, "one.yaml:2:9: error: \"per\" is missing");
	CHECK_HAS(said, "two.yaml:1:1: error: \"version\" is missing");
	CHECK_HAS(said, "two.yaml:1:20: error: \"better\" is missing");
	CHECK_HAS(said, "three.yaml:");
	CHECK_HAS(said, "four.yaml:1:1: error: there is nothing in it");
}

TEST(one_id_in_two_files_names_the_other_place)
{
	struct rule_source sources[] = { { .file = STR("i.yaml"), .text = str_of(instruments) },
					 { .file = STR("one.yaml"), .text = str_of(a_rule) },
					 { .file = STR("two.yaml"), .text = str_of(a_rule) } };
	struct str said;

	CHECK(!ruleset_of(arena, sources, 3, &said));
	CHECK_STR(said, "two.yaml:3:9: error: rule \"drops.a\" is already defined in one.yaml:3 [duplicate-id]\n"
			"    3 |   - id: drops.a\n"
			"      |         ^~~~~~~\n"
			"  hint: an id names one rule for ever\n");
}

/* Rules with n signals each; all of them used. */
static struct str rule_of_signals(struct arena *a, int n)
{
	struct buf out = { 0 };
	struct str text;

	buf_printf(&out, "version: 1\nrules:\n  - {id: a, title: A, per: member, because: b, severity: notice, when: "
			 "all of *, signals: {");
	for (int i = 0; i < n; i++)
		buf_printf(&out, "%ss%d: {score: SRS, value: less than 36}", i ? ", " : "", i);
	buf_printf(&out, "}}\n");
	text = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return text;
}

TEST(a_rule_has_a_greatest_number_of_signals)
{
	struct str said;
	struct ruleset *rs = compile(arena, rule_of_signals(arena, RULE_MAX_SIGNALS), &said);

	CHECK_STR(said, "");
	CHECK(rs);
	rules_free(rs);
	CHECK(!compile(arena, rule_of_signals(arena, RULE_MAX_SIGNALS + 1), &said));
	CHECK_HAS(said, "error: a rule has at most 64 signals, this one 65 [too-many]");
}

static struct str many_rules(struct arena *a, int n)
{
	struct buf out = { 0 };
	struct str text;

	buf_printf(&out, "version: 1\nsignals: {low: {score: SRS, value: less than 36}}\nrules:\n");
	for (int i = 0; i < n; i++)
		buf_printf(&out, "  - {id: a%d, title: A, per: member, because: b, severity: notice, when: low}\n", i);
	text = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return text;
}

/* n rules, each with phrases of its own. */
static struct str saying_rules(struct arena *a, int n, int each)
{
	struct buf out = { 0 };
	struct str text;

	buf_printf(&out, "version: 1\nrules:\n");
	for (int i = 0; i < n; i++) {
		buf_printf(&out, "  - id: a%d\n    title: A\n    per: member\n    because: b\n    severity: notice\n",
			   i);
		buf_printf(&out, "    when: any of s*\n    signals:\n");
		for (int k = 0; k < each; k++)
			buf_printf(&out,
				   "      s%d: {turns: {from: member, says: [\"word%dx%d\"]}, count: at least 1}\n", k,
				   i, k);
	}
	text = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return text;
}

TEST(that_there_are_too_many_lists_of_phrases_is_told_once_at_the_first_beyond)
{
	int n = LEXICONS_MAX / 4;
	struct str said;
	struct ruleset *rs = compile(arena, saying_rules(arena, n - 1, 4), &said); /* there is one lexicon besides */
	const char *first;

	CHECK_STR(said, "");
	CHECK(rs && rs->n == (size_t)n - 1);
	rules_free(rs);
	CHECK(!compile(arena, saying_rules(arena, n + 3, 4), &said));
	CHECK_HAS(said, "2048 lexicons and lists of phrases in all; this and what follows is not read [too-many]");
	CHECK_HAS(said, "under `lists:`");
	first = strstr(said.p, "error:");
	REQUIRE(first);
	CHECK_HAS(str_of(first), "word511x3");
	CHECK(!strstr(first + 1, "error:"));
}

TEST(a_set_has_a_greatest_number_of_rules)
{
	struct str said;
	struct ruleset *rs = compile(arena, many_rules(arena, RULES_MAX), &said);

	CHECK_STR(said, "");
	CHECK(rs && rs->n == RULES_MAX);
	rules_free(rs);
	CHECK(!compile(arena, many_rules(arena, RULES_MAX + 1), &said));
	CHECK_HAS(said, "error: more than 1000 rules in all; these and what follows are not read [too-many]");
}

TEST(that_there_are_too_many_rules_is_told_of_the_first_file_beyond)
{
	struct rule_source sources[] = {
		{ .file = STR("a.yaml"), .text = many_rules(arena, RULES_MAX + 1) },
		{ .file = STR("b.yaml"), .text = many_rules(arena, RULES_MAX + 1) },
	};
	struct str said;

	CHECK(!ruleset_of(arena, sources, 2, &said));
	CHECK_HAS(said, "a.yaml:");
	CHECK(!strstr(said.p, "b.yaml:"));
}

/* tests/bad-rules: NAME.yaml (with another file beside it, NAME.second) and the complaints it must get, NAME.expect.
 * RUPTURED_UPDATE=1 writes the latter anew. */

#define BAD_RULES "tests/bad-rules"

static void write_text(const char *path, struct str text)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		abort();
	fwrite(text.p, 1, text.n, f);
	fclose(f);
}

static void check_bad(struct arena *a, const char *name)
{
	const char *base = arena_printf(a, BAD_RULES "/%.*s", (int)(strlen(name) - strlen(".yaml")), name).p;
	const char *expect = arena_printf(a, "%s.expect", base).p;
	struct str text = file_text(a, arena_printf(a, "%s.yaml", base).p), said, expected;
	struct str second = file_text(a, arena_printf(a, "%s.second", base).p);
	struct ruleset *rs = compile_two(a, text, second, &said);

	rules_free(rs);
	if (getenv("RUPTURED_UPDATE"))
		write_text(expect, said);
	expected = file_text(a, expect);
	if (!said.n)
		test_fail(__FILE__, __LINE__, "%s: nothing was said", name);
	else if (!str_eq(said, expected))
		test_fail(__FILE__, __LINE__, "%s: said\n%.*s\nexpected\n%.*s", name, STR_ARG(said), STR_ARG(expected));
}

TEST(each_bad_rule_gets_its_complaint)
{
	DIR *dir = opendir(BAD_RULES);
	int n = 0;

	REQUIRE(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		if (!str_ends(str_of(e->d_name), ".yaml"))
			continue;
		check_bad(arena, e->d_name);
		n++;
	}
	closedir(dir);
	CHECK(n >= 80);
}

/* What ships. */

TEST(the_rules_that_ship_compile_without_a_complaint)
{
	static const char *const ids[] = { "drops.alliance",	    "drops.outcome",
					   "drops.silent",	    "hostility.family",
					   "hostility.therapist",   "noncompliance.attendance",
					   "noncompliance.denial",  "noncompliance.homework",
					   "noncompliance.passive", "noncompliance.rejects",
					   "siding.split",	    "siding.therapist",
					   "siding.unheard" };
	source_list sources = { 0 };
	struct ruleset *rs;
	struct str said;

	add_files(arena, "rules/lexicons", &sources);
	if (!sources.n)
		SKIP("there are no lexicons yet");
	add_files(arena, "rules", &sources);
	rs = ruleset_of(arena, sources.items, sources.n, &said);
	CHECK_STR(said, "");
	REQUIRE(rs);
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		const struct rule *rule = rules_find(rs, str_of(ids[i]));

		if (!rule) {
			test_fail(__FILE__, __LINE__, "there is no rule %s", ids[i]);
			continue;
		}
		CHECK_INT(rule->status, STATUS_ACTIVE);
		CHECK(rule->say.n && rule->next_step.n && rule->because.n && rule->references.n);
		CHECK(str_starts(rule->say, "check in "));
	}
	rules_free(rs);
}
