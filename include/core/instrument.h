/*
 * Questionnaires as numbers: range, direction, reliable change.  No item texts (copyright).
 */
#ifndef RUPTURED_CORE_INSTRUMENT_H
#define RUPTURED_CORE_INSTRUMENT_H

#include "core/fields.h"

struct instrument {
	struct str name;     /* "SRS" */
	struct str family;   /* "alliance40", or absent */
	double min, max;
	bool higher_is_better;
	double rci;	     /* reliable change index, points; NAN: none known */
	double pooled_sd;    /* NAN: none known */
	double cutoff;	     /* clinical cut-off, NAN */
	struct strs items;   /* names of items and subscales */
	struct str source;
};

struct instruments {
	VEC(struct instrument) all;
};

/* Reads the map under `instruments:`; a later definition of a name replaces the earlier. */
void instruments_read(struct instruments *set, struct reader *r, const struct doc *doc);
const struct instrument *instruments_find(const struct instruments *set, struct str name); /* NULL */
/* Whether a score of instrument `of` is one of `selector`: the name itself, or a member of that family. */
bool instruments_match(const struct instruments *set, struct str selector, struct str of);

#endif
