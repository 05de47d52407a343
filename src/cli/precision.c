/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl alerts --precision: how often each rule was of use, by people's verdicts.
 */
#include <stdio.h>

#include "cli/tool.h"

void tool_put_share(const char *key, const struct precision *p, struct json *j)
{
	json_key(j, key);
	json_number(j, p->share);
	json_key(j, "low");
	json_number(j, p->low);
	json_key(j, "high");
	json_number(j, p->high);
}

static void json_rule(const struct rule_verdicts *r, struct json *j)
{
	struct precision p = precision_of(r->useful, r->verdicts);

	json_map(j);
	json_key(j, "rule");
	json_str(j, r->rule);
	json_key(j, "alerts");
	json_int(j, r->alerts);
	json_key(j, "told");
	json_int(j, r->told);
	json_key(j, "verdicts");
	json_int(j, r->verdicts);
	json_key(j, "useful");
	json_int(j, r->useful);
	tool_put_share("precision", &p, j);
	json_end_map(j);
}

static void text_rule(const struct rule_verdicts *r)
{
	struct precision p = precision_of(r->useful, r->verdicts);

	printf("%-28.*s  %6lld  %6lld  %8lld  %6lld", STR_ARG(r->rule), (long long)r->alerts, (long long)r->told,
	       (long long)r->verdicts, (long long)r->useful);
	if (r->verdicts)
		printf("  %7.0f %%  %3.0f - %.0f %%\n", p.share * 100, p.low * 100, p.high * 100);
	else
		puts("          -  -");
}

void tool_show_precision(const struct tool *t, const rule_verdicts_list *rules)
{
	struct json *j = json_new(false);

	if (!t->json && rules->n)
		printf("%-28s  %6s  %6s  %8s  %6s  %9s  %s\n", "RULE", "ALERTS", "TOLD", "VERDICTS", "USEFUL",
		       "PRECISION", "95 % INTERVAL");
	for (size_t i = 0; i < rules->n; i++) {
		if (t->json) {
			json_rule(&rules->items[i], j);
			tool_print(j);
		} else {
			text_rule(&rules->items[i]);
		}
	}
	if (!t->json)
		puts(rules->n ? "\nPrecision: useful among those with a verdict; its interval is Wilson's (1927).\n"
				"`rupturectl verdict ALERT useful|noise` gives one."
			      : "No alerts.");
	json_free(j);
}
