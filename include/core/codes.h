/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the codes of diagnostics mean.  A code is for good: scripts and people search for it.  scripts/gates/codes sees
 * that each code in the sources has a row, and each row a use.
 */
#ifndef RUPTURED_CORE_CODES_H
#define RUPTURED_CORE_CODES_H

struct code_row {
	const char *code; /* NULL ends */
	const char *meaning, *remedy;
};

extern const struct code_row diag_codes[];

#endif
