/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule in words, for people who did not write it.
 */
#ifndef RUPTURED_CLI_RULE_SHOWN_H
#define RUPTURED_CLI_RULE_SHOWN_H

#include "core/rules.h"

/* What a rule file says in a place: "score SRS, change worse by at least 3". */
void shown_words(const struct doc *doc, struct buf *out);
/* "warning", "warning, notice". */
void shown_severity(const struct rule *rule, struct buf *out);
/* A line for each value that is not the rule's own, each exception, and for a rule switched off; `now` tells the
 * exceptions that have ended. */
void shown_origins(const struct rule *rule, int64_t now, const char *indent, struct buf *out);
/* The whole rule as it is in force. */
void shown_rule(const struct rule *rule, int64_t now, struct buf *out);

#endif
