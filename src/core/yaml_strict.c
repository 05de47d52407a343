/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libyaml is more lenient than YAML 1.2 in a few places.  Where a slip of the hand would be read as something else than
 * was meant (a remark without a blank before it, a quote that was forgotten), the text is refused.
 */
#include "core/yaml_parts.h"

#define BACK_MAX 1000 /* bytes that are looked through for the beginning of a line: the text may be hostile */

static char at(const struct builder *b, size_t i)
{
	return i < b->text.n ? b->text.p[i] : '\n';
}

/* False when the line begins too far away. */
static bool line_start(const struct builder *b, size_t i, size_t *ret)
{
	size_t back = 0;

	while (i > b->start && b->text.p[i - 1] != '\n') {
		if (++back > BACK_MAX)
			return false;
		i--;
	}
	*ret = i;
	return true;
}

/* Columns that what belongs to the innermost map or list outside of brackets must be indented by. */
static bool indent_needed(const struct builder *b, size_t *ret)
{
	*ret = 0;
	for (size_t d = b->depth; d > 0; d--) {
		size_t from = b->frames[d - 1].doc->at.offset, line;

		if (at(b, from) == '{' || at(b, from) == '[')
			continue;
		if (!line_start(b, from, &line))
			return false;
		*ret = from - line + 1;
		return true;
	}
	return true;
}

/* A quoted text may go on over lines only where they are indented; else a quote was forgotten. */
static bool check_quoted(struct builder *b, const struct yaml_scalar *s)
{
	size_t need;

	if (!memchr(b->text.p + s->from, '\n', s->to - s->from) || !indent_needed(b, &need))
		return true;
	for (size_t i = s->from; i < s->to; i++) {
		size_t indent = 0;

		if (b->text.p[i] != '\n')
			continue;
		while (at(b, i + 1 + indent) == ' ')
			indent++;
		if (indent < need && !strchr("\t\r\n", at(b, i + 1 + indent)))
			return builder_error(b, "quote", s->from, 1, "close it at the end of the text",
					     "a quote that is not closed before the next line");
	}
	return true;
}

/* Empty lines in front of a text block must not be longer than its indentation, which its first line sets. */
static bool check_block(struct builder *b, const struct yaml_scalar *s)
{
	size_t i = s->from + 1, longest = 0, place = 0, indent = 0;

	while (strchr("+-0123456789", at(b, i)) && i < b->text.n)
		i++;
	if (at(b, i) == '#')
		return builder_error(b, "remark", i, 1, "put a blank before it", "a remark right after another sign");
	if (i > s->from + 1)
		return true;
	while (i < s->to && at(b, i) != '\n')
		i++;
	for (; i < s->to && at(b, i) == '\n'; i += 1 + indent) {
		for (indent = 0; at(b, i + 1 + indent) == ' ';)
			indent++;
		if (at(b, i + 1 + indent) != '\n')
			break;
		if (indent > longest)
			place = i + 1;
		longest = indent > longest ? indent : longest;
	}
	if (i >= s->to || longest <= indent)
		return true;
	return builder_error(b, "indentation", place, 1, "take the blanks out of the empty line",
			     "an empty line that is longer than the text block's indentation");
}

/* Tabs do not indent, inside brackets neither. */
static bool check_tab(struct builder *b, const struct yaml_scalar *s)
{
	size_t line = s->from, need;

	while (line > b->start && (b->text.p[line - 1] == ' ' || b->text.p[line - 1] == '\t'))
		line--;
	if (line == b->start || b->text.p[line - 1] != '\n' || !memchr(b->text.p + line, '\t', s->from - line) ||
	    !indent_needed(b, &need))
		return true;
	for (size_t i = 0; i < need && line + i < s->from; i++)
		if (b->text.p[line + i] == '\t')
			return builder_error(b, "tab", line + i, 1, "indent with spaces, never with tabs",
					     "a tab where spaces are needed");
	return true;
}

/* A remark needs a blank before it. */
static bool check_remark(struct builder *b, const struct yaml_scalar *s)
{
	size_t i = s->to + (at(b, s->to) == ',');

	if (s->block || at(b, i) != '#' || (i == s->to && !s->quoted))
		return true;
	return builder_error(b, "remark", i, 1, "put a blank before it", "a remark right after another sign");
}

bool yaml_strict(struct builder *b, const struct yaml_scalar *s)
{
	bool dash = s->to == s->from + 1 && at(b, s->from) == '-';

	if (dash)
		return builder_error(b, "needs-quotes", s->from, 1, "put it in quotes if it is meant as text",
				     "a \"-\" by itself is no value");
	if (s->quoted && !check_quoted(b, s))
		return false;
	if (s->block && !check_block(b, s))
		return false;
	return check_tab(b, s) && check_remark(b, s);
}
