/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/config_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static struct config *config_of(struct arena *arena, const char *text)
{
	struct diags d = { .arena = arena };
	struct config *c = config_parse(STR("r.yaml"), arena_printf(arena, "version: 1\n%s", text), &d);

	if (!c)
		test_fail(__FILE__, __LINE__, "a configuration with faults:\n%s", text);
	return c;
}

static struct str taken(struct arena *arena, struct buf *out)
{
	struct str ret = arena_dup(arena, buf_str(out));

	buf_release(out);
	return ret;
}

/* Under two rules, drops.alliance and drops.silent, the second with `notify: leads`. */
static struct str names(struct arena *arena, const char *text, size_t *ret_n)
{
	struct rule rules[] = { { .id = STR("drops.alliance"), .notify = STR("") },
				{ .id = STR("drops.silent"), .notify = STR("leads") } };
	struct ruleset set = { .rules = rules, .n = 2 };
	struct config *c = config_of(arena, text);
	struct buf out = { 0 };

	*ret_n = config_check_names(c, &set, &out);
	config_free(c);
	return taken(arena, &out);
}

static struct str files(struct arena *arena, const char *text, bool is_courier, size_t *ret_n)
{
	struct config *c = config_of(arena, text);
	struct buf out = { 0 };

	*ret_n = config_check_files(c, is_courier, &out);
	config_free(c);
	return taken(arena, &out);
}

TEST(a_route_that_asks_for_what_no_rule_has_is_told_with_its_place_and_what_is_near)
{
	size_t n;
	struct str said = names(arena,
				"routes:\n"
				"  - {name: a, match: {rules: [drops.aliance, drops.silent]}, to: log}\n"
				"  - name: b\n"
				"    match: {notify: leds, rules: [\"drop.*\"]}\n"
				"    to: log\n"
				"    routes:\n"
				"      - {name: c, match: {rules: [\"x*y\"]}}\n",
				&n);

	CHECK_INT(n, 4);
	CHECK_STR(said, "r.yaml:3:31: warning: there is no rule \"drops.aliance\" [unknown-rule]\n"
			"    3 |   - {name: a, match: {rules: [drops.aliance, drops.silent]}, to: log}\n"
			"      |                               ^~~~~~~~~~~~~\n"
			"  hint: did you mean \"drops.alliance\"?\n"
			"r.yaml:5:21: warning: no rule has \"notify: leds\" [unknown-label]\n"
			"    5 |     match: {notify: leds, rules: [\"drop.*\"]}\n"
			"      |                     ^~~~\n"
			"  hint: did you mean \"leads\"?\n"
			"r.yaml:5:35: warning: no rule fits \"drop.*\" [unknown-rule]\n"
			"    5 |     match: {notify: leds, rules: [\"drop.*\"]}\n"
			"      |                                   ^~~~~~~~\n"
			"  hint: did you mean \"drops.*\"?\n"
			"r.yaml:8:35: warning: no rule fits \"x*y\" [unknown-rule]\n"
			"    8 |       - {name: c, match: {rules: [\"x*y\"]}}\n"
			"      |                                   ^~~~~\n"
			"  hint: `rupturectl rules` lists what there is\n");
}

TEST(a_route_that_asks_for_what_there_is_gets_no_warning)
{
	size_t n;

	names(arena,
	      "routes:\n"
	      "  - {name: a, match: {rules: [drops.silent, \"drops.*\", engine.heartbeat, \"engine.*\", \"*\"]}, to: "
	      "log}\n"
	      "  - {name: b, match: {notify: leads, site: anywhere}, to: log}\n",
	      &n);
	CHECK_INT(n, 0);
	names(arena, "", &n);
	CHECK_INT(n, 0);
}

TEST(a_site_that_is_nearly_one_of_those_expected_is_a_slip)
{
	size_t n;
	struct str said = names(arena,
				"sites: {north: {expect_records: 26 hours}}\n"
				"supervisors: {anna: {sites: [norht, south]}}\n"
				"routes:\n"
				"  - {name: a, match: {supervisor: anna, site: nroth}, to: log, continue: yes}\n"
				"  - {name: b, match: {site: [north, elsewhere]}, to: log}\n",
				&n);

	CHECK_INT(n, 2);
	CHECK_HAS(said, "r.yaml:3:30: warning: \"sites\" has no \"norht\" [unknown-site]");
	CHECK_HAS(said, "r.yaml:5:47: warning: \"sites\" has no \"nroth\" [unknown-site]");
	CHECK_HAS(said, "did you mean \"north\"?");
}

TEST(a_file_that_a_sink_needs_and_nobody_has_is_told)
{
	static const char text[] =
		"sinks:\n"
		"  desk: {webhook: {url: https://a.example/x, secret_file: /nowhere/secret}}\n"
		"  mail: {smtp: {url: smtps://m.example, from: a@b.example, to: [c@d.example], user: u, "
		"password_file: /nowhere/password, ca: /tmp}}\n"
		"  hook: {exec: {command: [/nowhere/hook]}}\n"
		"fallback: hook\n"
		"routes: [{name: a, to: [desk, mail]}]\n";

	for (int courier = 0; courier < 2; courier++) {
		size_t n;
		struct str said = files(arena, text, courier, &n);

		CHECK_INT(n, 4);
		CHECK_HAS(said, "r.yaml:3:59: warning: secret_file: there is no file /nowhere/secret; until then "
				"nothing is delivered here [no-file]");
		CHECK_HAS(said, "password_file: there is no file /nowhere/password");
		CHECK_HAS(said, "ca: /tmp is no file");
		CHECK_HAS(said, "command: there is no file /nowhere/hook");
	}
}

TEST(a_path_of_rules_where_nothing_is_is_told_by_who_reads_rules)
{
	static const char text[] = "rules: [/nowhere/rules, /tmp]\n";
	struct str said;
	size_t n;

	said = files(arena, text, false, &n);
	CHECK_INT(n, 1);
	CHECK_HAS(said,
		  "r.yaml:2:9: warning: there is nothing at /nowhere/rules, and no rules are read from it [no-file]");
	files(arena, text, true, &n);
	CHECK_INT(n, 0);
}

TEST(a_file_that_only_its_courier_may_read_is_no_matter_to_others)
{
	char path[] = "/tmp/ruptured-secret-XXXXXX";
	int fd = mkstemp(path);
	const char *text;
	struct str said;
	size_t n;

	REQUIRE(fd >= 0);
	close(fd);
	text = arena_printf(arena, "sinks: {log: {webhook: {url: https://a.example/x, secret_file: %s}}}\n", path).p;
	REQUIRE(chmod(path, 0640) == 0);
	files(arena, text, false, &n);
	CHECK_INT(n, 0);
	REQUIRE(chmod(path, 0) == 0);
	said = files(arena, text, true, &n);
	CHECK_INT(n, geteuid() ? 1 : 0);
	if (geteuid())
		CHECK_HAS(said, "cannot be read: Permission denied");
	REQUIRE(chmod(path, 0600) == 0);
	said = files(arena, text, false, &n);
	CHECK_INT(n, geteuid() ? 0 : 1);
	if (!geteuid())
		CHECK_HAS(said, "hint: chown root:ruptured-courier");
	unlink(path);
}
