/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/config.h"
#include "base/date.h"
#include "io/files.h"
#include "io/sink_exec.h"
#include "io/sink_smtp.h"
#include "io/sink_syslog.h"
#include "io/sink_webhook.h"
#include "test.h"

#include <syslog.h>

static struct config *parse(struct arena *arena, const char *text)
{
	struct diags d = { .arena = arena };
	struct buf out = { 0 };
	struct config *c = config_parse(STR("r.yaml"), str_of(text), &d);

	if (!c || d.all.n) {
		diags_render(&d, STR("r.yaml"), str_of(text), DIAG_CARET, &out);
		test_fail(__FILE__, __LINE__, "%s", buf_str(&out).p);
		buf_release(&out);
	}
	return c;
}

/* What is said about a text, in the order of the file. */
static struct str complaint(struct arena *arena, const char *text)
{
	struct diags d = { .arena = arena };
	struct buf out = { 0 };
	struct config *c = config_parse(STR("r.yaml"), str_of(text), &d);
	struct str said;

	CHECK((c != NULL) == (d.errors == 0));
	diags_render(&d, STR("r.yaml"), str_of(text), DIAG_CARET, &out);
	said = arena_dup(arena, buf_str(&out));
	buf_release(&out);
	config_free(c);
	return said;
}

#define CHECK_COMPLAINT(text, part) CHECK_HAS(complaint(arena, "version: 1\n" text), part)

static void check_defaults(const struct config *c)
{
	const struct syslog_settings *s;

	CHECK_STR(c->spool, "/var/spool/ruptured");
	CHECK_STR(c->store, "/var/lib/ruptured/ruptured.db");
	CHECK_STR(c->courier_db, "/var/lib/ruptured/courier/courier.db");
	CHECK_INT(c->rules.n, 2);
	CHECK_STR(c->rules.items[0], "/usr/share/ruptured/rules");
	CHECK_STR(c->rules.items[1], "/etc/ruptured/rules.d");
	CHECK_INT(c->retain_processed_s, 90 * DAY_S);
	CHECK_INT(c->retain_rejected_s, 90 * DAY_S);
	CHECK_INT(c->retain_delivered_s, 90 * DAY_S);
	CHECK_INT(c->announce_within_s, 30 * DAY_S);
	CHECK(!c->consent_required && !c->tokens_as_given);
	CHECK_INT(c->sinks.n, 1);
	CHECK_STR(c->sinks.items[0].name, "log");
	CHECK_INT(c->sinks.items[0].privacy, PRIVACY_TOKENS);
	CHECK_INT(c->sinks.items[0].retry_first_s, 1);
	CHECK_INT(c->sinks.items[0].retry_max_s, 900);
	CHECK_INT(c->sinks.items[0].give_up_s, 7 * DAY_S);
	CHECK_INT(c->sinks.items[0].max_attempts, 0);
	s = c->sinks.items[0].settings;
	CHECK_INT(s->facility, LOG_LOCAL3);
	CHECK_STR(s->ident, "ruptured");
	CHECK_INT(c->routes.all.n, 1);
	CHECK_STR(c->routes.all.items[0].name, "everything");
	CHECK_STR(c->routes.all.items[0].to.items[0], "log");
	CHECK_STR(c->routes.fallback, "log");
}

TEST(a_file_that_says_nothing_means_the_defaults)
{
	struct config *c = parse(arena, "version: 1\n");

	REQUIRE(c);
	check_defaults(c);
	config_free(c);
}

TEST(every_key_of_the_configuration_is_read)
{
	struct config *c = parse(arena, "version: 1\n"
					"spool: /srv/spool/\n"
					"store: sqlite:/srv/state/r.db\n"
					"rules: [/srv/rules, /srv/own.yaml]\n"
					"sinks:\n"
					"  log: {syslog: {facility: daemon, ident: clinic-7}, privacy: bare}\n"
					"  desk:\n"
					"    exec: {command: [/bin/tell, --to, the desk], timeout: 2 minutes}\n"
					"    privacy: advice\n"
					"    retry: {first: 5 seconds, longest: 1 hour, give_up: never, attempts: 7}\n"
					"routes:\n"
					"  - {name: everything, to: [log], continue: yes}\n"
					"  - name: urgent\n"
					"    match: {severity: at least warning, rules: [drops.*], notify: leads}\n"
					"    to: desk\n"
					"fallback: desk\n"
					"retention: {processed: 10 days, rejected: forever, delivered: 3 weeks}\n"
					"announce_within: always\n"
					"consent: required\n"
					"tokens: as given\n");
	const struct exec_settings *exec;
	const struct syslog_settings *log;
	const struct sink *desk;

	REQUIRE(c);
	CHECK_STR(c->spool, "/srv/spool");
	CHECK_STR(c->store, "/srv/state/r.db");
	CHECK_STR(c->courier_db, "/srv/state/courier/courier.db");
	CHECK_INT(c->rules.n, 2);
	CHECK_STR(c->rules.items[1], "/srv/own.yaml");
	log = config_sink(c, STR("log"))->settings;
	CHECK_INT(log->facility, LOG_DAEMON);
	CHECK_STR(log->ident, "clinic-7");
	CHECK_INT(config_sink(c, STR("log"))->privacy, PRIVACY_BARE);
	desk = config_sink(c, STR("desk"));
	REQUIRE(desk);
	CHECK_INT(desk->privacy, PRIVACY_ADVICE);
	CHECK_INT(desk->retry_first_s, 5);
	CHECK_INT(desk->retry_max_s, 3600);
	CHECK_INT(desk->give_up_s, 0);
	CHECK_INT(desk->max_attempts, 7);
	exec = desk->settings;
	CHECK_STR(str_of(exec->argv[2]), "the desk");
	CHECK(exec->argv[3] == NULL);
	CHECK_INT(exec->timeout_ms, 120000);
	CHECK_INT(c->routes.all.n, 2);
	CHECK(c->routes.all.items[0].go_on && c->routes.all.items[0].min_severity < 0);
	CHECK_INT(c->routes.all.items[1].min_severity, SEVERITY_WARNING);
	CHECK_STR(c->routes.all.items[1].rules.items[0], "drops.*");
	CHECK_STR(c->routes.all.items[1].notify, "leads");
	CHECK_STR(c->routes.all.items[1].to.items[0], "desk");
	CHECK(!c->routes.all.items[1].go_on);
	CHECK_STR(c->routes.fallback, "desk");
	CHECK_INT(c->retain_processed_s, 10 * DAY_S);
	CHECK_INT(c->retain_rejected_s, 0);
	CHECK_INT(c->retain_delivered_s, 21 * DAY_S);
	CHECK(c->announce_within_s == INT64_MAX);
	CHECK(c->consent_required && c->tokens_as_given);
	config_free(c);
}

TEST(an_exec_sink_carries_numbers_unless_told_otherwise)
{
	struct config *c = parse(arena, "version: 1\nsinks: {log: {exec: {command: /bin/true}}}\n");

	REQUIRE(c);
	CHECK_INT(c->sinks.items[0].privacy, PRIVACY_NUMBERS);
	CHECK_INT(((const struct exec_settings *)c->sinks.items[0].settings)->timeout_ms, 20000);
	config_free(c);
}

TEST(all_faults_of_a_configuration_are_shown_at_once_with_carets_and_hints)
{
	CHECK_STR(
		complaint(arena, "version: 1\n"
				 "spoool: /srv\n"
				 "store: /srv/r.db\n"
				 "sinks:\n"
				 "  log: {syslog: {facility: locl3}}\n"
				 "  desk: {exec: {command: [tell, --desk]}}\n"
				 "routes:\n"
				 "  - {name: everything, to: [log], continue: yes}\n"
				 "  - {name: leads, match: {severity: warning}, to: [dsk]}\n"),
		"r.yaml:2:1: error: unknown key \"spoool\" [unknown-key]\n"
		"    2 | spoool: /srv\n"
		"      | ^~~~~~\n"
		"  hint: did you mean \"spool\"?\n"
		"r.yaml:3:8: error: unknown kind of store \"/srv/r.db\" [store-kind]\n"
		"    3 | store: /srv/r.db\n"
		"      |        ^~~~~~~~~\n"
		"  hint: write \"sqlite:/path/of/the/file.db\"\n"
		"r.yaml:5:28: error: expected auth, authpriv, cron, daemon, ftp, lpr, mail, news, syslog, user, uucp, "
		"local0, local1, local2, local3, local4, local5, local6 or local7, found \"locl3\" [unknown-word]\n"
		"    5 |   log: {syslog: {facility: locl3}}\n"
		"      |                            ^~~~~\n"
		"  hint: did you mean \"local3\"?\n"
		"r.yaml:6:3: warning: nothing is sent to sink \"desk\" [unused-sink]\n"
		"    6 |   desk: {exec: {command: [tell, --desk]}}\n"
		"      |   ^~~~\n"
		"  hint: name it in a route's \"to\"\n"
		"r.yaml:6:27: error: \"tell\" is not an absolute path [command]\n"
		"    6 |   desk: {exec: {command: [tell, --desk]}}\n"
		"      |                           ^~~~\n"
		"  hint: write the program's whole path; arguments are items of their own, there is no shell\n"
		"r.yaml:9:37: error: expected \"at least\" and a severity, found \"warning\" [severity]\n"
		"    9 |   - {name: leads, match: {severity: warning}, to: [dsk]}\n"
		"      |                                     ^~~~~~~\n"
		"  hint: write \"at least warning\"\n"
		"r.yaml:9:52: error: there is no sink \"dsk\" [unknown-sink]\n"
		"    9 |   - {name: leads, match: {severity: warning}, to: [dsk]}\n"
		"      |                                                    ^~~\n"
		"  hint: did you mean \"desk\"?\n");
}

TEST(paths_are_absolute)
{
	CHECK_COMPLAINT("spool: spool\n", "r.yaml:2:8: error: \"spool\" is not an absolute path [relative-path]");
	CHECK_COMPLAINT("store: sqlite:r.db\n", "\"r.db\" is not an absolute path [relative-path]");
	CHECK_COMPLAINT("rules: [/a, ./b]\n", "r.yaml:2:13: error: \"./b\" is not an absolute path");
	CHECK_COMPLAINT("rules: b\n", "r.yaml:2:8: error: \"b\" is not an absolute path");
	CHECK_COMPLAINT("rules: []\n", "without rules nothing is judged [no-rules]");
}

TEST(a_store_of_another_kind_is_refused)
{
	CHECK_COMPLAINT("store: postgresql://db/ruptured\n", "unknown kind of store \"postgresql://db/ruptured\"");
}

TEST(the_version_is_asked_for_and_is_one)
{
	CHECK_HAS(complaint(arena, "spool: /srv\n"), "\"version\" is missing");
	CHECK_HAS(complaint(arena, "version: 2\n"), "this program reads configuration version 1 [version]");
	CHECK_HAS(complaint(arena, "version: \"1\"\n"), "[version]");
}

#define WEBHOOK(settings) "sinks: {log: {webhook: {" settings "}}}\nfallback: log\n"

TEST(a_webhook_carries_advice_and_waits_ten_seconds)
{
	struct config *c = parse(arena, "version: 1\n" WEBHOOK("url: 'https://desk.example/x'"));
	const struct webhook_settings *s = c->sinks.items[0].settings;

	CHECK_INT(c->sinks.items[0].privacy, PRIVACY_ADVICE);
	CHECK_INT(c->sinks.items[0].rest_after, 5);
	CHECK_STR(s->url, "https://desk.example/x");
	CHECK(!s->secret_file.p && !s->ca.p);
	CHECK_INT(s->timeout_ms, 10000);
	config_free(c);
}

TEST(a_webhook_that_cannot_work_is_told)
{
	CHECK_COMPLAINT(WEBHOOK(""), "url");
	CHECK_COMPLAINT(WEBHOOK("url: desk.example"), "[url]");
	CHECK_COMPLAINT(WEBHOOK("url: 'ftp://desk.example/'"), "\"ftp\" is not spoken here [url]");
	CHECK_COMPLAINT(WEBHOOK("url: 'https://a:b@desk.example/'"), "would be seen [url]");
	CHECK_COMPLAINT(WEBHOOK("url: 'http://desk.example/'"), "can read the alerts [plain-text]");
	CHECK_COMPLAINT(WEBHOOK("url: 'https://desk.example/', secret_file: x"),
			"\"x\" is not an absolute path [relative-path]");
	CHECK_COMPLAINT(WEBHOOK("url: 'https://desk.example/', timeout: 2 hours"), "[timeout]");
}

#define SMTP(settings)                                                                                                 \
	"sinks: {log: {smtp: {url: 'smtp://mail.example', from: a@b.example, to: c@d.example, " settings               \
	"}}}\nfallback: log\n"

TEST(a_mail_carries_tokens_over_starttls)
{
	struct config *c = parse(arena, "version: 1\n" SMTP("user: u, password_file: /nowhere/p"));
	const struct smtp_settings *s = c->sinks.items[0].settings;

	CHECK_INT(c->sinks.items[0].privacy, PRIVACY_TOKENS);
	CHECK_INT(s->starttls, 0);
	CHECK_INT(s->to.n, 1);
	CHECK_STR(s->to.items[0], "c@d.example");
	CHECK_STR(s->password_file, "/nowhere/p");
	config_free(c);
}

TEST(a_mail_sink_that_cannot_work_or_keeps_no_secret_is_told)
{
	CHECK_COMPLAINT("sinks: {log: {smtp: {url: 'https://x/', from: a, to: []}}}\nfallback: log\n",
			"\"https\" is not spoken");
	CHECK_COMPLAINT("sinks: {log: {smtp: {url: 'https://x/', from: a, to: []}}}\nfallback: log\n",
			"\"a\" is no address of mail [mail-address]");
	CHECK_COMPLAINT("sinks: {log: {smtp: {url: 'https://x/', from: a, to: []}}}\nfallback: log\n",
			"a mail to nobody");
	CHECK_COMPLAINT(SMTP("user: u"), "one half of a login is not said");
	CHECK_COMPLAINT(SMTP("password_file: /nowhere/p"), "one half of a login is not said");
	CHECK_COMPLAINT(SMTP("starttls: no"), "whoever is on the way to mail.example can read the alerts");
	CHECK_COMPLAINT(SMTP("starttls: no, user: u, password_file: /nowhere/p"),
			"error: the password would be sent in plain text [plain-text]");
	CHECK_COMPLAINT(SMTP("subject: '{rul}'"), "did you mean \"rule\"?");
	CHECK_COMPLAINT(SMTP("template: 'x {say}'"), "does not carry {say} [token-privacy]");
}

TEST(an_alertmanager_has_to_know_what_is_over)
{
	CHECK_COMPLAINT("sinks: {log: {alertmanager: {url: 'http://127.0.0.1:9093'}, privacy: bare}}\nfallback: log\n",
			"nothing says which alert is over [bare-alertmanager]");
	CHECK_COMPLAINT("sinks: {log: {alertmanager: {url: 'http://am.example:9093'}}}\nfallback: log\n",
			"[plain-text]");
	config_free(parse(arena, "version: 1\nsinks: {log: {alertmanager: {url: 'http://127.0.0.1:9093'}}}\n"));
}

TEST(a_sink_is_of_one_kind_and_has_a_name)
{
	CHECK_COMPLAINT("sinks: {log: {privacy: bare}}\n", "sink \"log\" does not say where it leads [sink-kind]");
	CHECK_COMPLAINT("sinks: {log: {syslog: {}, exec: {command: /bin/true}}}\n",
			"a sink is of one kind: \"syslog\" or \"exec\"");
	CHECK_COMPLAINT("sinks: {log: {sylog: {}}}\n", "did you mean \"syslog\"?");
	CHECK_COMPLAINT("sinks: {log: {syslog: {}}, Desk/1: {syslog: {}}}\nroutes: [{name: a, to: [Desk/1]}]\n",
			"\"Desk/1\" is not a name for a sink [sink-name]");
	CHECK_COMPLAINT("sinks: {log: {syslog: {}}, log: {syslog: {}}}\n", "[duplicate-key]");
	CHECK_COMPLAINT("sinks: [log]\n", "expected a map of sinks, found a list of 1");
	CHECK_COMPLAINT("sinks: {}\n", "without a sink nobody is told [no-sinks]");
	CHECK_COMPLAINT("sinks: {log: {syslog: {ident: \"a b\"}}}\n", "\"a b\" cannot be the ident on a log line");
	CHECK_COMPLAINT("sinks: {log: {syslog: {}, privacy: all}}\n", "expected bare, tokens, advice or numbers");
}

TEST(a_command_is_an_absolute_path_and_its_time_is_bounded)
{
	CHECK_COMPLAINT("sinks: {log: {exec: {command: []}}}\n", "no program is named [command]");
	CHECK_COMPLAINT("sinks: {log: {exec: {}}}\n", "\"command\" is missing");
	CHECK_COMPLAINT("sinks: {log: {exec: {command: bin/tell}}}\n", "\"bin/tell\" is not an absolute path");
	CHECK_COMPLAINT("sinks: {log: {exec: {command: /bin/true, timeout: 2 hours}}}\n",
			"expected a time from 1 second to 1 hour [timeout]");
	CHECK_COMPLAINT("sinks: {log: {exec: {command: /bin/true, timeout: 20}}}\n", "[bad-duration]");
	CHECK_COMPLAINT("sinks: {log: {exec: {command: /bin/true}, retry: {attempts: 0}}}\n", "[out-of-range]");
	CHECK_COMPLAINT("sinks: {log: {exec: {command: /bin/true}, retry: {first: 0 seconds}}}\n",
			"retry first cannot be nothing");
}

TEST(routes_lead_to_sinks_that_are_there)
{
	CHECK_COMPLAINT("routes: [{name: a, to: [log, nowhere]}]\n",
			"r.yaml:2:30: error: there is no sink \"nowhere\" [unknown-sink]");
	CHECK_COMPLAINT("routes: [{name: a, to: [log, log]}]\n", "sink \"log\" is here already [twice]");
	CHECK_COMPLAINT("routes: [{name: a, to: []}]\n", "a route to nobody [no-sinks]");
	CHECK_COMPLAINT("routes: [{name: a}]\n", "\"to\" is missing");
	CHECK_COMPLAINT("routes: [{name: a, to: log, continue: yes}, {name: a, to: log}]\n",
			"there is a route \"a\" already [route-name]");
	CHECK_COMPLAINT("routes: [{name: A b, to: log}]\n", "\"A b\" is not a name for a route");
	CHECK_COMPLAINT("routes: {name: a}\n", "expected a list of routes, found a map");
	CHECK_COMPLAINT("routes: [{name: a, to: log, match: {severity: at least warnin}}]\n",
			"did you mean \"warning\"?");
	CHECK_COMPLAINT("fallback: lgo\n", "r.yaml:2:11: error: there is no sink \"lgo\" [unknown-sink]");
	CHECK_COMPLAINT("sinks: {desk: {syslog: {}}}\nroutes: [{name: a, to: desk}]\n",
			"no sink is the fallback for what no route takes [no-fallback]\n");
}

TEST(a_route_behind_one_that_takes_everything_is_warned_about)
{
	CHECK_COMPLAINT("routes: [{name: a, to: log}, {name: b, to: log}]\n",
			"warning: never reached: route \"a\" takes everything [unreachable-route]");
	/* It may be for safeguarding, which a route for everything never takes. */
	CHECK_STR(
		complaint(arena, "version: 1\nroutes: [{name: a, to: log}, {name: b, to: log, match: {rules: [x]}}]\n"),
		"");
}

TEST(the_tree_of_routes_is_read_with_what_each_has_from_the_one_around_it)
{
	struct config *c =
		parse(arena, "version: 1\n"
			     "sinks: {log: {syslog: {}}, phone: {syslog: {}}}\n"
			     "supervisors: {anna: {therapists: [s1, s2], sites: north}}\n"
			     "routes:\n"
			     "  - name: north\n"
			     "    match: {supervisor: anna, site: [north], therapist: s1, state: [open, retracted]}\n"
			     "    to: [log]\n"
			     "    group: case\n"
			     "    wait: 5 minutes\n"
			     "    digest: {at: \"07:30\", days: [monday, thursday]}\n"
			     "    budget: 20 a week\n"
			     "    ack_within: 60 minutes\n"
			     "    escalate: [phone]\n"
			     "    routes:\n"
			     "      - {name: same, continue: yes}\n"
			     "      - {name: other, to: phone, group: no, wait: 0 seconds, digest: \"18:05\","
			     " budget: 3 a week, ack_within: no, match: {severity: at least warning}}\n"
			     "      - {name: none, digest: no, budget: no, match: {rules: [x]}}\n");
	const struct route *north, *in;

	CHECK(c != NULL);
	north = &c->routes.all.items[0];
	CHECK_STR(north->supervisor->name, "anna");
	CHECK_INT(north->supervisor->therapists.n, 2);
	CHECK_STR(north->sites.items[0], "north");
	CHECK_STR(north->therapists.items[0], "s1");
	CHECK_INT(north->states, 1u << INCIDENT_OPEN | 1u << TOLD_RETRACTED);
	CHECK_INT(north->routes.n, 3);
	in = &north->routes.items[0];
	CHECK_STR(in->to.items[0], "log");
	CHECK_STR(in->escalate.items[0], "phone");
	CHECK(in->group == ROUTE_BY_CASE && in->wait_s == 300 && in->ack_within_s == 3600 && in->budget == 20);
	CHECK_STR(in->budget_of, "north");
	CHECK(in->digest.set && in->digest.minute == 450 && in->digest.days == (1u << 1 | 1u << 4));
	CHECK(!in->supervisor && !in->sites.n && !in->states);
	in = &north->routes.items[1];
	CHECK_STR(in->to.items[0], "phone");
	CHECK(in->group == ROUTE_ALONE && in->wait_s == 0 && in->ack_within_s == 0 && in->budget == 3);
	CHECK_STR(in->budget_of, "other");
	CHECK(in->digest.minute == 18 * 60 + 5 && in->digest.days == 0x7f);
	in = &north->routes.items[2];
	CHECK(!in->digest.set && in->budget == 0);
	config_free(c);
}

TEST(what_a_route_says_of_times_and_people_is_checked)
{
	CHECK_COMPLAINT("routes: [{name: a, to: log, match: {supervisor: ana}}]\nsupervisors: {anna: {sites: n}}\n",
			"r.yaml:2:49: error: there is no supervisor \"ana\" [unknown-supervisor]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, match: {supervisor: ana}}]\nsupervisors: {anna: {sites: n}}\n",
			"did you mean \"anna\"?");
	CHECK_COMPLAINT("supervisors: {anna: {}}\n", "\"anna\" supervises nobody [supervisor]");
	CHECK_COMPLAINT("supervisors: {Anna B: {sites: n}}\n", "[supervisor-name]");
	CHECK_COMPLAINT("supervisors: [anna]\n", "expected a map of supervisors");
	CHECK_COMPLAINT("routes: [{name: a, to: log, match: {state: [open, repaird]}}]\n",
			"an alert has no state \"repaird\" [state]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, digest: \"7:30\"}]\n", "found \"7:30\" [time-of-day]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, digest: \"24:00\"}]\n", "[time-of-day]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, digest: {at: \"12:60\"}}]\n", "[time-of-day]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, digest: {at: \"12:00\", days: [munday]}}]\n",
			"\"munday\" is no day of the week [day]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, budget: 20}]\n", "found \"20\" [budget]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, budget: 0 a week}]\n", "[budget]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, wait: 5 minutes}]\n",
			"nothing is waited for where alerts go one by one [wait]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, group: case, wait: 2 days}]\n", "longer than a day [wait]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, group: day}]\n", "expected no, case or route");
	CHECK_COMPLAINT("routes: [{name: a, to: log, ack_within: 5 minutes}]\n",
			"nobody is told when nobody acknowledges [escalation]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, escalate: log}]\n",
			"it is never said when this happens [escalation]");
	CHECK_COMPLAINT("routes: [{name: a, to: log, escalate: log, match: {rules: [drops.*]}}]\n",
			"it is never said when this happens [escalation]");
	CHECK_STR(
		complaint(arena,
			  "version: 1\nroutes: [{name: a, to: log, escalate: log, match: {rules: [safeguarding]}}]\n"),
		"");
	CHECK_COMPLAINT("routes: [{name: a, to: log, escalate: nobody, ack_within: 1 hour}]\n",
			"there is no sink \"nobody\"");
}

TEST(a_route_in_another_is_checked_like_one_outside)
{
	CHECK_COMPLAINT("routes: [{name: a, to: log, routes: [{name: a}]}]\n", "there is a route \"a\" already");
	CHECK_COMPLAINT("routes: [{name: a, to: log, routes: [{name: b, to: lgo}]}]\n",
			"r.yaml:2:52: error: there is no sink \"lgo\"");
	CHECK_COMPLAINT("routes: [{name: a, to: log, routes: [{name: b}, {name: c}]}]\n",
			"r.yaml:2:49: warning: never reached: route \"b\" takes everything");
	CHECK_COMPLAINT("routes: [{name: a, to: log, match: {site: n}, routes: [{name: b, match: {site: s}}]}]\n",
			"around it lets in nothing that it asks for");
	CHECK_COMPLAINT("routes: [{name: a, to: log, match: {severity: at least notice}},"
			" {name: b, to: log, match: {severity: at least warning}}]\n",
			"takes everything that this one asks for");
	CHECK_COMPLAINT("routes: [{name: a, to: log, routes: {name: b}}]\n", "expected a list of routes");
	CHECK_COMPLAINT("routes: [{name: a, routes: [{name: b, to: log}]}]\n", "\"to\" is missing");
}

TEST(times_are_durations_or_their_one_word)
{
	CHECK_COMPLAINT("announce_within: never\n", "[bad-duration]");
	CHECK_COMPLAINT("retention: {processed: 0 days}\n", "processed cannot be nothing [duration]");
	CHECK_COMPLAINT("retention: {processed: always}\n", "[bad-duration]");
	CHECK_COMPLAINT("consent: yes\n", "expected assumed or required, found \"yes\"");
	CHECK_COMPLAINT("tokens: given\n", "expected random or as given");
}

TEST(keys_this_version_does_not_know_are_faults)
{
	CHECK_COMPLAINT("budget: 3\n", "unknown key \"budget\"");
	CHECK_COMPLAINT("sinks: {log: {syslog: {tag: x}}}\n", "unknown key \"tag\"");
}

TEST(a_file_is_shown_with_its_faults_or_the_reason_it_cannot_be_read)
{
	struct str path = arena_printf(arena, "%s/r.yaml", test_directory());
	struct buf out = { 0 };
	struct error e = { 0 };
	struct config *c;

	CHECK(config_load_shown(path.p, &out, &e) == NULL);
	CHECK(e.kind != ERROR_NONE);
	REQUIRE(file_write(path.p, STR("version: 1\nspool: here\n"), 0600, &e) == 0);
	CHECK(config_load_shown(path.p, &out, &e) == NULL);
	CHECK_INT(e.kind, ERROR_NONE);
	CHECK_HAS(buf_str(&out), "r.yaml:2:8: error: \"here\" is not an absolute path");
	CHECK_HAS(buf_str(&out), "    2 | spool: here\n");
	REQUIRE(file_write(path.p, STR("version: 1\nspool: /here\n"), 0600, &e) == 0);
	c = config_load_shown(path.p, &out, &e);
	REQUIRE(c);
	CHECK_STR(c->file, path.p);
	CHECK_STR(c->spool, "/here");
	config_free(c);
	buf_release(&out);
}

TEST(what_should_happen_by_itself_is_read_and_checked)
{
	struct config *c =
		parse(arena, "version: 1\nheartbeat: \"07:30\"\n"
			     "sites: {north: {expect_records: 26 hours}, south: {expect_records: 3 days}}\n");

	REQUIRE(c);
	CHECK_INT(c->heartbeat, 450);
	REQUIRE(config_site(c, STR("south")));
	CHECK_INT(config_site(c, STR("north"))->within_s, 26 * 3600);
	CHECK(!config_site(c, STR("west")));
	config_free(c);
	c = parse(arena, "version: 1\nheartbeat: no\n");
	REQUIRE(c);
	CHECK_INT(c->heartbeat, -1);
	config_free(c);
	CHECK_COMPLAINT("heartbeat: \"25:00\"\n", "expected a time of the day, found \"25:00\"");
	CHECK_COMPLAINT("heartbeat: 7\n", "write hours and minutes");
	CHECK_COMPLAINT("sites: [north]\n", "expected a map of sites");
	CHECK_COMPLAINT("sites: {north: 26 hours}\n", "expected a map");
	CHECK_COMPLAINT("sites: {north: {}}\n", "expect_records");
	CHECK_COMPLAINT("sites: {north: {expect_records: 5 seconds}}\n", "cannot be expected that often");
}

TEST(an_unknown_key_without_a_near_one_gets_the_list_of_what_there_is)
{
	CHECK_COMPLAINT("sinks: {log: {pigeon: {}}}\n",
			"write privacy, retry, syslog, journald, file, exec, webhook, smtp or alertmanager");
	CHECK_COMPLAINT("sinks: {log: {syslog: {}, privacy: secret}}\n", "expected bare, tokens, ");
	CHECK_COMPLAINT("routes: [{name: a, to: log, match: {weather: rain}}]\n",
			"write severity, rules, notify, state, site, therapist or supervisor");
	CHECK_COMPLAINT("routes: [{name: a, to: log, weather: rain}]\n", "write name, match, to, continue, ");
}

TEST(where_a_map_should_be_its_keys_are_listed)
{
	CHECK_COMPLAINT("sinks: {log: {syslog: {}, retry: never}}\n",
			"write {KEY: ...}, of the keys first, longest, give_up, attempts or rest_after");
	CHECK_COMPLAINT("routes: [{name: a, to: log, match: [drops.*]}]\n",
			"write {KEY: ...}, of the keys severity, rules, ");
}

TEST(a_supervisor_whom_no_route_asks_for_is_told)
{
	CHECK_COMPLAINT("supervisors: {anna: {sites: [n]}, bob: {sites: [s]}}\n"
			"routes: [{name: a, to: log, routes: [{name: b, match: {supervisor: anna}}]}]\n",
			"r.yaml:2:35: warning: no route asks for supervisor \"bob\" [unused-supervisor]");
	CHECK(!strstr(complaint(arena, "version: 1\nsupervisors: {anna: {sites: [n]}}\n"
				       "routes: [{name: a, to: log, match: {supervisor: anna}}]\n")
			      .p,
		      "unused"));
}
