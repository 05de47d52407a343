/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A payload, read back by a sink that needs more than its text: one alert (core/alert.h), or a group of them:
 *
 *	{"key": .., "route": .., "severity": <worst>, "count": 3, "group": "case" | "route" | "digest", "alerts": [..]}
 */
#ifndef RUPTURED_CORE_PAYLOAD_H
#define RUPTURED_CORE_PAYLOAD_H

#include "core/alert.h"
#include "core/doc.h"

struct payload {
	const struct doc *whole; /* a map */
	/* Those of a group, in its order; of a single alert: itself. */
	const struct doc *const *alerts;
	size_t n;
	bool group;
};

/* Into a; false when the text is no such object.  A payload of our own always is. */
bool payload_read(struct arena *a, struct str text, struct payload *ret);
/* One of them by itself. */
struct payload payload_one(struct arena *a, const struct payload *p, size_t i);
/* The value of a key as text; absent when there is none, or null, or no scalar. */
struct str payload_text(const struct doc *alert, const char *key);
/*
 * The same for the whole payload, always in words that fit on a line: what a group does not say itself is what all of
 * its alerts say, else "several"; `count` of a single alert is 1; what is absent is "-"; control characters are spaces.
 */
struct str payload_token(struct arena *a, const struct payload *p, const char *key);
/*
 * The payload without what is above this privacy level, in a; the text itself where nothing is.  What was decided
 * before a sink was told to show less is cut by this as it leaves.  Never adds: what a higher level would carry is not
 * in the text.
 */
struct str payload_cut(struct arena *a, struct str text, enum privacy level);

#endif
