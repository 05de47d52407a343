/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the files that read YAML (yaml.c, yaml_strict.c, yaml_guess.c); nobody else's business.
 */
#ifndef RUPTURED_CORE_YAML_PARTS_H
#define RUPTURED_CORE_YAML_PARTS_H

#include "core/doc_build.h"

/* A scalar as it stands in the text. */
struct yaml_scalar {
	size_t from, to;
	bool quoted; /* "..." or '...' */
	bool block;  /* | or > */
};

/* What the library lets pass and YAML 1.2 does not.  False with a fault told. */
bool yaml_strict(struct builder *b, const struct yaml_scalar *scalar);

/* Where a file stopped being YAML. */
struct yaml_scene {
	struct str text;
	size_t problem, context; /* where the library noticed, and where what it was reading began */
	struct yaml_scalar last; /* the scalar before */
	const char *says;	 /* the library's words */
};

/* What somebody most likely did; no word of the text is in it, which may be confidential. */
struct yaml_guess {
	const char *code, *message, *hint;
	size_t at, bytes;
};

/* False: nothing better is known than what the library says. */
bool yaml_guess(const struct yaml_scene *scene, struct yaml_guess *ret);

#endif
