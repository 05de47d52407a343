/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl audit --verify: whether the chain of the audit table is whole.
 */
#include <stdio.h>

#include "cli/tool.h"

static int verify(struct store *st)
{
	struct error e = { 0 };
	int64_t rows, bad;

	if (store_audit_verify(st, &rows, &bad, &e) < 0)
		return tool_fail(&e);
	if (bad) {
		printf("the audit chain breaks at entry %lld of %lld\n", (long long)bad, (long long)rows);
		return EXIT_FOUND;
	}
	printf("the audit chain is whole: %lld entries\n", (long long)rows);
	return EXIT_FINE;
}

int tool_audit(struct tool *t, int argc, char **argv)
{
	struct config *config;
	struct store *st;
	int rc = EXIT_WRONG;

	if (argc != 2 || strcmp(argv[1], "--verify") != 0)
		return tool_misuse("usage: rupturectl audit --verify");
	config = tool_config(t);
	st = config ? tool_store(config) : NULL;
	if (st) {
		rc = verify(st);
		store_close(st);
	}
	if (config)
		config_free(config);
	return rc;
}
