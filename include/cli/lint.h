/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUPTURED_CLI_LINT_H
#define RUPTURED_CLI_LINT_H

#include "app/ruledir.h"
#include "core/json.h"

/* The list of the faults and warnings of all these files; whether there are rules in the end. */
bool lint_json_faults(const struct rule_sources *sources, struct json *j);

#endif
