/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questionnaires as numbers: range, direction, reliable change.  No item texts (copyright).
 */
#ifndef RUPTURED_CORE_INSTRUMENT_H
#define RUPTURED_CORE_INSTRUMENT_H

#include "core/fields.h"

struct instrument {
	struct str name;     /* "SRS" */
	struct str title;    /* or absent */
	struct str family;   /* "alliance40", or absent */
	double min, max;
	bool higher_is_better;
	double rci;	     /* reliable change index, points; NAN: none known */
	double pooled_sd;    /* NAN: none known */
	double cutoff;	     /* clinical cut-off, NAN */
	struct strs items;   /* names of items and subscales */
	double item_min, item_max; /* of each of those; NAN: not said */
	struct str source;
	struct instrument_place {
		struct str file; /* absent: nowhere */
		uint32_t line;
	} at, was_at; /* where it is defined; where the definition stands whose place it took */
};

struct instruments {
	VEC(struct instrument) all;
};

/* Reads the map under `instruments:` of a file; a later definition of a name replaces the earlier. */
void instruments_read(struct instruments *set, struct reader *r, const struct doc *doc, struct str file);
/* The keys of one instrument, for the reference page. */
const struct field *instrument_fields(void);
const struct instrument *instruments_find(const struct instruments *set, struct str name); /* NULL */
/* Whether a score of instrument `of` is one of `selector`: the name itself, or a member of that family. */
bool instruments_match(const struct instruments *set, struct str selector, struct str of);
/* For a did-you-mean: names and families, in a; NULL ends, *ret_n without it. */
const char *const *instruments_names(const struct instruments *set, struct arena *a, size_t *ret_n);
/*
 * From the least to the greatest value a score of `selector` can take; with `item`, a value of that item or subscale
 * ("any": of any of them).
 * False when the set does not say.
 */
bool instruments_range(const struct instruments *set, struct str selector, struct str item, double *ret_min,
		       double *ret_max);

#endif
