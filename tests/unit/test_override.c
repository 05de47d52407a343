/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rulesets.h"

static const char pack[] = "version: 1\n"
			   "instruments: {SRS: {family: alliance40, range: 0-40, better: high, pooled_sd: 4}}\n"
			   "signals:\n"
			   "  twice: {score: SRS, value: less than 30, in: 2 of last 2 sessions}\n"
			   "rules:\n"
			   "  - id: drops.a\n"
			   "    title: A fall\n"
			   "    per: member\n"
			   "    signals:\n"
			   "      low: {score: SRS, value: less than 36}\n"
			   "      fall: {score: SRS, change: worse by at least 3}\n"
			   "    severity: warning\n"
			   "    when: low and fall and not twice\n"
			   "    quiet: 7 days\n"
			   "    because: it matters\n"
			   "  - id: guard.a\n"
			   "    title: Guarded\n"
			   "    locked: yes\n"
			   "    per: member\n"
			   "    signals: {low: {score: SRS, value: less than 20}}\n"
			   "    severity: warning\n"
			   "    when: low\n"
			   "    because: it matters\n";

#define SITE(text) "version: 1\noverride:\n  drops.a:\n    because: ours differ\n" text

/* The pack and a site's files, the site's last or first. */
static struct ruleset *compile(struct arena *a, const char *one, const char *two, bool first, struct str *ret_said)
{
	struct rule_source sources[3];
	size_t n = 0;

	if (!first)
		sources[n++] = (struct rule_source){ .file = STR("pack.yaml"), .text = str_of(pack) };
	sources[n++] = (struct rule_source){ .file = STR("site.yaml"), .text = str_of(one) };
	if (two)
		sources[n++] = (struct rule_source){ .file = STR("two.yaml"), .text = str_of(two) };
	if (first)
		sources[n++] = (struct rule_source){ .file = STR("pack.yaml"), .text = str_of(pack) };
	return ruleset_of(a, sources, n, ret_said);
}

static const struct signal *signal_of(const struct rule *rule, const char *name)
{
	for (size_t i = 0; i < rule->n_signals; i++)
		if (str_is(rule->signals[i]->name, name))
			return rule->signals[i];
	return NULL;
}

static const struct rule_change *change_of(const struct rule *rule, const char *path)
{
	for (size_t i = 0; i < rule->changes.all.n; i++)
		if (str_is(rule->changes.all.items[i].path, path))
			return &rule->changes.all.items[i];
	return NULL;
}

static void check_override(struct arena *a, bool first)
{
	struct str said;
	struct ruleset *rs = compile(a,
				     SITE("    severity: notice\n"
					  "    quiet: ~\n"
					  "    unrepaired_after: 3 sessions\n"
					  "    when: low and fall and not twice or sudden\n"
					  "    signals:\n"
					  "      fall: {change: worse by at least 5}\n"
					  "      twice: {in: 3 of last 3 sessions}\n"
					  "      sudden: {score: SRS, value: less than 15}\n"),
				     NULL, first, &said);
	const struct rule *rule;
	const struct rule_change *change;

	CHECK_STR(said, "");
	REQUIRE(rs);
	rule = rules_find(rs, STR("drops.a"));
	REQUIRE(rule);
	CHECK_INT(rule->ladder[0].severity, SEVERITY_NOTICE);
	CHECK_INT(rule->quiet_s, 0);
	CHECK_INT(rule->unrepaired_after, 3);
	CHECK_INT(rule->n_signals, 4);
	CHECK_NEAR(signal_of(rule, "fall")->threshold.a, 5);
	CHECK_NEAR(signal_of(rule, "low")->threshold.a, 36);
	CHECK_INT(signal_of(rule, "twice")->in_n, 3);
	CHECK_NEAR(signal_of(rule, "twice")->threshold.a, 30);
	CHECK(signal_of(rule, "sudden"));
	CHECK_STR(rule->because, "it matters");
	CHECK_STR(rule->file, "pack.yaml");
	CHECK_INT(rule->changes.all.n, 7);
	change = change_of(rule, "signals.fall.change");
	REQUIRE(change && change->was && change->is);
	CHECK_STR(change->was->text, "worse by at least 3");
	CHECK_INT(change->was->at.line, 11);
	CHECK_STR(change->is->text, "worse by at least 5");
	CHECK_STR(change->file, "site.yaml");
	CHECK_INT(change->at.line, 10);
	CHECK_STR(change->because, "ours differ");
	change = change_of(rule, "quiet");
	REQUIRE(change && change->was);
	CHECK(!change->is);
	change = change_of(rule, "signals.sudden");
	REQUIRE(change);
	CHECK(!change->was);
	CHECK_INT(rules_find(rs, STR("guard.a"))->changes.all.n, 0);
	rules_free(rs);
}

TEST(an_override_replaces_the_named_keys_whatever_the_order_of_files)
{
	check_override(arena, false);
	check_override(arena, true);
}

TEST(two_files_may_override_different_keys_of_one_rule)
{
	struct str said;
	struct ruleset *rs =
		compile(arena, SITE("    severity: notice\n    signals: {fall: {change: worse by at least 5}}\n"),
			SITE("    status: test\n    signals: {low: {value: less than 30}, fall: {missing: no}}\n"),
			false, &said);
	const struct rule *rule;

	CHECK_STR(said, "");
	REQUIRE(rs);
	rule = rules_find(rs, STR("drops.a"));
	CHECK_INT(rule->status, STATUS_TEST);
	CHECK_INT(rule->ladder[0].severity, SEVERITY_NOTICE);
	CHECK_NEAR(signal_of(rule, "low")->threshold.a, 30);
	CHECK_NEAR(signal_of(rule, "fall")->threshold.a, 5);
	CHECK_INT(signal_of(rule, "fall")->missing, TRUTH_FALSE);
	rules_free(rs);
}

TEST(another_measure_or_kind_takes_the_place_of_the_signals_own)
{
	struct str said;
	struct ruleset *rs = compile(arena,
				     SITE("    signals:\n"
					  "      fall: {value: less than 10}\n"
					  "      low: {report: rupture, by: member, is: yes}\n"),
				     NULL, false, &said);
	const struct rule *rule;

	CHECK_STR(said, "");
	REQUIRE(rs);
	rule = rules_find(rs, STR("drops.a"));
	CHECK_STR(str_of(signal_of(rule, "fall")->kind->measures[signal_of(rule, "fall")->measure].name), "value");
	CHECK_STR(change_of(rule, "signals.fall.change")->was->text, "worse by at least 3");
	CHECK_STR(str_of(signal_of(rule, "low")->kind->name), "report");
	CHECK(change_of(rule, "signals.low"));
	rules_free(rs);
}

static struct str version_with(struct arena *a, const char *site)
{
	struct str said, version;
	struct ruleset *rs = compile(a, site, NULL, false, &said);

	CHECK_STR(said, "");
	if (!rs)
		return STR("?");
	version = arena_dup(a, rules_find(rs, STR("drops.a"))->version);
	rules_free(rs);
	return version;
}

TEST(an_override_of_behaviour_changes_the_rules_version)
{
	struct str plain = version_with(arena, "version: 1\nrules: []\n");

	CHECK(str_eq(plain, version_with(arena, SITE("    say: look at {member}\n"))));
	CHECK(!str_eq(plain, version_with(arena, SITE("    severity: notice\n"))));
	CHECK(!str_eq(plain, version_with(arena, SITE("    signals: {twice: {in: 1 of last 2 sessions}}\n"))));
}

static void refused(struct arena *a, const char *one, const char *two, const char *part)
{
	struct str said;
	struct ruleset *rs = compile(a, one, two, false, &said);

	if (rs)
		test_fail(__FILE__, __LINE__, "taken: %s", one);
	CHECK_HAS(said, part);
	rules_free(rs);
}

TEST(what_is_wrong_with_an_override_is_told_in_its_file)
{
	static const struct {
		const char *site, *part;
	} bad[] = {
		{ SITE("    severty: notice\n"), "site.yaml:5:5: error: unknown key \"severty\"" },
		{ SITE("    title: Other\n"), "site.yaml:5:5: error: an override cannot change `title`" },
		{ SITE("    severity: grave\n"), "site.yaml:5:15: error: expected info, notice, warning or critical" },
		{ SITE("    signals: {fal: {change: worse by at least 5}}\n"), "did you mean \"fall\"?" },
		{ SITE("    signals: {fall: {chnage: worse by at least 5}}\n"),
		  "site.yaml:5:22: error: unknown key \"chnage\"" },
		{ SITE("    signals: {fall: {change: worse by at least 50}}\n"), "site.yaml:5:30: error: " },
		{ SITE("    when: low and fell\n"), "site.yaml:5:19: error: unknown signal \"fell\"" },
		{ SITE("    signals: {fall: 3}\n"), "site.yaml:5:21: error: expected a map" },
		{ SITE("    signals: {fresh: {score: SRS, value: less than 3}}\n"),
		  "site.yaml:5:15: error: no condition uses the signal \"fresh\"" },
		{ SITE("    severity: [{notice: low}]\n"),
		  "site.yaml:3:3: error: with this override, pack.yaml:13: the lines of a ladder have their own" },
		{ SITE("    signals: {low: ~}\n"),
		  "site.yaml:3:3: error: with this override, pack.yaml:13: unknown signal" },
		{ "version: 1\noverride: {drops.b: {because: x, severity: notice}}\n", "did you mean \"drops.a\"?" },
		{ "version: 1\noverride: {drops.a: {severity: notice}}\n",
		  "site.yaml:2:12: error: \"because\" is missing" },
		{ "version: 1\noverride: {drops.a: notice}\n", "expected what changes in the rule" },
		{ "version: 1\noverride: [drops.a]\n", "expected changes by the rules' ids" },
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(arena, bad[i].site, NULL, bad[i].part);
}

TEST(a_signal_that_an_overrides_condition_leaves_over_is_no_fault)
{
	struct str said;
	struct ruleset *rs = compile(arena, SITE("    when: low\n"), NULL, false, &said);

	CHECK_STR(said, "");
	CHECK(rs != NULL);
	rules_free(rs);
}

TEST(two_overrides_of_one_key_name_each_other)
{
	refused(arena, SITE("    severity: notice\n"), SITE("    severity: info\n"),
		"two.yaml:5:5: error: `severity` of rule \"drops.a\" is already changed in site.yaml:5");
	refused(arena, SITE("    signals: {low: {report: rupture, by: member, is: yes}}\n"),
		SITE("    signals: {low: {value: less than 3}}\n"),
		"two.yaml:5:21: error: `signals.low.value` of rule \"drops.a\" is already changed in site.yaml:5");
}

static const char *guard(struct arena *a, const char *change)
{
	return arena_printf(a, "version: 1\noverride: {guard.a: {because: no, %s}}\n", change).p;
}

TEST(a_locked_rule_is_neither_retired_nor_weakened_by_an_override)
{
	static const char *const weak[] = { "status: retired", "severity: notice",
					    "when: not low",   "signals: {low: {value: less than 10}}",
					    "status: test",    "severity: [{warning: low}]",
					    "quiet: 30 days",  "repaired: {score: SRS, value: at least 30}",
					    "raise: ~",	       "unrepaired_after: 900 sessions" };
	struct str said;
	struct ruleset *rs;

	for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
		refused(arena, guard(arena, weak[i]), NULL, "rule \"guard.a\" is locked: an override cannot ");
		refused(arena, guard(arena, weak[i]), NULL, "the administrator can switch it off");
	}
	rs = compile(arena, guard(arena, "severity: critical, notify: nurses, next_step: call"), NULL, false, &said);
	CHECK_STR(said, "");
	REQUIRE(rs);
	CHECK_INT(rules_find(rs, STR("guard.a"))->ladder[0].severity, SEVERITY_CRITICAL);
	rules_free(rs);
}
