/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * People's acts as files in commands/: what rupturectl writes and the engine carries out, audits and answers.
 *
 *	{"ruptured-command": 1, "act": "ack", "alert": "5f0c...", "note": "called them"}
 *	{"ruptured-command": 1, "act": "case close", "case": "K7Q2", "reason": "planned"}
 *	{"ruptured-command": 1, "act": "silence", "case": "K7Q2", "until": "next-session", "reason": "on holiday"}
 *
 * Who did it is the file's owner, or `by` where the engine cannot see owners.  The answer is answers/NAME, the command's file name: {"ok": true, "text": "..."}.
 */
#ifndef RUPTURED_APP_COMMANDS_H
#define RUPTURED_APP_COMMANDS_H

#include "core/fields.h"

#define COMMAND_VERSION 1
#define COMMAND_MAX_BYTES 65536

struct command {
	double version;
	struct str act;
	struct str alert;  /* incident id, or a part of it that no other shares */
	struct str case_id; /* token, or the clinic's id */
	struct str reason, note;
	struct str verdict; /* "useful", "noise" */
	struct str rule, member;
	struct str until; /* see act_until() */
	double silence;	  /* its number; 0: none is named */
	struct str key; /* of a row of the outbox, whole */
	bool all;	/* every row it applies to */
	struct str by; /* a claim: see who_wrote() */
};

extern const struct field command_fields[];

#endif
