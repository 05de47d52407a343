/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl status: is the main job being done?
 */
#include <dirent.h>
#include <stdio.h>

#include "app/in_force.h"
#include "cli/tool.h"
#include "io/outbox.h"
#include "io/spool.h"

struct queues {
	size_t incoming, rejected;
};

struct status {
	struct config *config;
	struct store_counts counts;
	struct outbox_counts courier;
	stored_troubles troubles;
	bool courier_known;
	struct queues queues;
	struct str started, rules, judged;
	struct str unreached;  /* empty: safeguarding alerts reach somebody */
	struct str unanswered; /* empty: somebody is called when nobody acknowledges them */
	int64_t next_reminder;
	int64_t held, held_until; /* for groups and digests */
	bool running;
	long pid;
	int64_t next_deadline;
};

/* Files that count: .why files and hidden ones do not. */
static size_t count_files(struct str spool, const char *queue, bool list)
{
	char path[4096];
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof path, "%.*s/%s", STR_ARG(spool), queue);
	d = opendir(path);
	for (struct dirent *entry; d && (entry = readdir(d));) {
		if (entry->d_name[0] == '.' || str_ends(str_of(entry->d_name), ".why"))
			continue;
		n++;
		if (list)
			printf("%s/%s\n", queue, entry->d_name);
	}
	if (d)
		closedir(d);
	return n;
}

static void read_courier(struct status *s)
{
	struct outbox *ob;
	struct error e;

	if (outbox_open_reader(s->config->courier_db.p, &ob, &e) < 0)
		return;
	s->courier_known = outbox_count(ob, &s->courier, &e) == 0;
	outbox_close(ob);
}

static int read_status(struct status *s, struct store *st, struct arena *a, struct error *e)
{
	if (store_count(st, &s->counts, e) < 0 || store_fact(st, a, "engine.started", &s->started, e) < 0 ||
	    store_fact(st, a, "rules.status", &s->rules, e) < 0 ||
	    store_fact(st, a, FACT_JUDGED_HASH, &s->judged, e) < 0 ||
	    store_fact(st, a, "safety.unreached", &s->unreached, e) < 0 ||
	    store_fact(st, a, "safety.unanswered", &s->unanswered, e) < 0 ||
	    store_troubles(st, a, &s->troubles, e) < 0 || store_next_reminder(st, &s->next_reminder, e) < 0 ||
	    store_held_count(st, &s->held, e) < 0 || store_held_next_due(st, &s->held_until, e) < 0 ||
	    store_next_deadline(st, &s->next_deadline, e) < 0)
		return -1;
	s->queues.incoming = count_files(s->config->spool, "incoming", false);
	s->queues.rejected = count_files(s->config->spool, "rejected", false);
	s->running = spool_is_held(s->config->spool.p, &s->pid);
	read_courier(s);
	return 0;
}

static bool rules_fine(const struct status *s)
{
	return str_is(s->rules, "ok");
}

static void print_text(const struct status *s, struct arena *a)
{
	const struct store_counts *c = &s->counts;

	if (s->running)
		printf("engine     running since %.*s (pid %ld)\n", STR_ARG(s->started), s->pid);
	else
		printf("engine     NOT RUNNING, last started %.*s\n", STR_ARG(s->started));
	printf("rules      %s, rule set %.8s\n",
	       rules_fine(s) ? "in force as on disk" : "REFUSED: the last good set is in force",
	       s->judged.p ? s->judged.p : "-");
	for (size_t i = 0; i < s->config->switched_off.n; i++)
		printf("%s%.*s",
		       i ? ", " : "off        by the configuration: ", STR_ARG(s->config->switched_off.items[i]));
	if (s->config->switched_off.n)
		putchar('\n');
	printf("spool      %zu waiting, %zu refused (see rejected/*.why)\n", s->queues.incoming, s->queues.rejected);
	printf("judged     cases %lld, sessions %lld, records %lld, withdrawn %lld\n", (long long)c->cases,
	       (long long)c->sessions, (long long)c->records, (long long)c->withdrawn);
	printf("incidents  %lld open of %lld\n", (long long)c->open_incidents, (long long)c->incidents);
	printf("next timer %.*s\n",
	       STR_ARG(s->next_deadline == DATE_NONE ? STR("none") : date_format(a, s->next_deadline)));
	if (s->next_reminder != DATE_NONE)
		printf("told again %.*s next, unless somebody answers\n", STR_ARG(date_format(a, s->next_reminder)));
	if (s->held)
		printf("held       %lld for groups and digests, the next until %.*s\n", (long long)s->held,
		       STR_ARG(date_format(a, s->held_until)));
	if (s->courier_known)
		printf("courier    %lld waiting, %lld delivered, %lld dead letters\n", (long long)s->courier.waiting,
		       (long long)s->courier.delivered, (long long)s->courier.dead);
	else
		puts("courier    courier.db cannot be read from here");
	if (c->outbox_dead_safety)
		printf("           SAFEGUARDING: %lld of them; `rupturectl outbox --dead` lists them\n",
		       (long long)c->outbox_dead_safety);
	for (size_t i = 0; i < s->troubles.n; i++)
		printf("%s%.*s since %.*s\n", i ? "           " : "trouble    ", STR_ARG(s->troubles.items[i].name),
		       STR_ARG(date_format(a, s->troubles.items[i].since)));
	if (c->outbox_undelivered)
		printf("nobody     %lld alerts reached nobody: no route took them\n", (long long)c->outbox_undelivered);
	if (s->unreached.n)
		printf("\n%.*s\n", STR_ARG(s->unreached));
	if (s->unanswered.n)
		printf("\n%.*s\n", STR_ARG(s->unanswered));
	if (!rules_fine(s) && s->rules.n)
		printf("\n%.*s", STR_ARG(s->rules));
}

static void put_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

static void print_json(const struct status *s, struct arena *a)
{
	const struct store_counts *c = &s->counts;
	struct json *j = json_new(false);

	json_map(j);
	json_key(j, "running");
	json_bool(j, s->running);
	json_key(j, "started");
	json_str(j, s->started);
	json_key(j, "rules");
	json_str(j, s->rules);
	json_key(j, "rules_hash");
	json_str(j, s->judged);
	json_key(j, "switched_off");
	json_list(j);
	for (size_t i = 0; i < s->config->switched_off.n; i++)
		json_str(j, s->config->switched_off.items[i]);
	json_end_list(j);
	put_int(j, "incoming", (int64_t)s->queues.incoming);
	put_int(j, "rejected", (int64_t)s->queues.rejected);
	put_int(j, "cases", c->cases);
	put_int(j, "sessions", c->sessions);
	put_int(j, "records", c->records);
	put_int(j, "withdrawn", c->withdrawn);
	put_int(j, "open_incidents", c->open_incidents);
	put_int(j, "incidents", c->incidents);
	json_key(j, "next_deadline");
	json_str(j, s->next_deadline == DATE_NONE ? (struct str){ NULL, 0 } : date_format(a, s->next_deadline));
	put_int(j, "undelivered", c->outbox_undelivered);
	json_key(j, "troubles");
	json_list(j);
	for (size_t i = 0; i < s->troubles.n; i++)
		json_str(j, s->troubles.items[i].name);
	json_end_list(j);
	put_int(j, "dead_safeguarding", c->outbox_dead_safety);
	json_key(j, "safeguarding");
	json_str(j, s->unreached.n ? s->unreached : STR("ok"));
	json_key(j, "safeguarding_unanswered");
	json_str(j, s->unanswered.n ? s->unanswered : STR("ok"));
	json_key(j, "next_reminder");
	json_str(j, s->next_reminder == DATE_NONE ? (struct str){ NULL, 0 } : date_format(a, s->next_reminder));
	put_int(j, "held", s->held);
	json_key(j, "held_until");
	json_str(j, s->held ? date_format(a, s->held_until) : (struct str){ NULL, 0 });
	if (s->courier_known) {
		put_int(j, "waiting", s->courier.waiting);
		put_int(j, "delivered", s->courier.delivered);
		put_int(j, "dead", s->courier.dead);
	}
	json_end_map(j);
	tool_print(j);
	json_free(j);
}

/* Something a person should look at. */
static bool troubled(const struct status *s)
{
	return !rules_fine(s) || s->unreached.n || s->troubles.n || s->counts.outbox_undelivered > 0 ||
	       s->counts.outbox_dead_safety > 0 || (s->courier_known && s->courier.dead > 0);
}

static int show(struct tool *t, struct status *s, struct store *st)
{
	struct arena a = { 0 };
	struct error e = { 0 };
	int rc;

	if (read_status(s, st, &a, &e) < 0) {
		rc = tool_fail(&e);
	} else {
		if (t->json)
			print_json(s, &a);
		else
			print_text(s, &a);
		rc = troubled(s) ? EXIT_FOUND : EXIT_FINE;
	}
	arena_release(&a);
	return rc;
}

int tool_status(struct tool *t, int argc, char **argv)
{
	struct status s = { 0 };
	struct store *st;
	int rc = EXIT_WRONG;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--files") != 0))
		return tool_misuse("status takes --files or nothing");
	s.config = tool_config(t);
	if (!s.config)
		return rc;
	if (argc == 2) {
		count_files(s.config->spool, "incoming", true);
		count_files(s.config->spool, "rejected", true);
		rc = EXIT_FINE;
	} else if ((st = tool_store(s.config))) {
		rc = show(t, &s, st);
		store_close(st);
	}
	config_free(s.config);
	return rc;
}
