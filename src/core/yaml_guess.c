/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library says where it gave up; people want to know what they did.  Each guess is a small function over the lines
 * between where the library's trouble began and where it noticed.
 */
#include "core/yaml_parts.h"

static char at(const struct yaml_scene *s, size_t i)
{
	return i < s->text.n ? s->text.p[i] : '\n';
}

static size_t line_of(const struct yaml_scene *s, size_t i)
{
	if (i > s->text.n)
		i = s->text.n;
	while (i > 0 && s->text.p[i - 1] != '\n')
		i--;
	return i;
}

static bool guess(struct yaml_guess *ret, size_t from, const char *code, const char *message, const char *hint)
{
	*ret = (struct yaml_guess){ code, message, hint, from, 1 };
	return true;
}

/* The line of the context or the one above the problem, whichever comes first. */
static size_t first_line(const struct yaml_scene *s)
{
	size_t line = line_of(s, s->problem), above = line ? line_of(s, line - 1) : line;

	return s->context < above ? line_of(s, s->context) : above;
}

static bool says(const struct yaml_scene *s, const char *words)
{
	return strstr(s->says, words);
}

/* Odd characters ------------------------------------------------------------------------------------------------- */

enum place { IN_INDENT = 1, AFTER_KEY = 2, AFTER_COLON = 4, BEFORE_VALUE = 8, ANYWHERE = 15 };

static const struct odd_row {
	const char *bytes;
	int places; /* where it does harm */
	const char *message, *hint;
} odd[] = {
	{ "\u00A0", IN_INDENT | AFTER_COLON, "a no-break space, which looks like a blank but is none",
	  "delete it and type a blank" },
	{ "\u202F", IN_INDENT | AFTER_COLON, "a narrow no-break space, which looks like a blank but is none",
	  "delete it and type a blank" },
	{ "\u3000", IN_INDENT | AFTER_COLON, "a wide space, which looks like a blank but is none",
	  "delete it and type a blank" },
	{ "\u200B", ANYWHERE, "a character that cannot be seen (zero width space)",
	  "delete it: the cursor stands still there" },
	{ "\uFF1A", AFTER_KEY, "a wide colon", "type a plain \":\" and a blank" },
	{ "\u2013", IN_INDENT, "a long dash", "a list's entry begins with a plain \"-\" and a blank" },
	{ "\u2014", IN_INDENT, "a long dash", "a list's entry begins with a plain \"-\" and a blank" },
	{ "\u201C", BEFORE_VALUE, "a curly quote, which YAML does not know", "type straight quotes" },
	{ "\u201E", BEFORE_VALUE, "a curly quote, which YAML does not know", "type straight quotes" },
	{ "\u2018", BEFORE_VALUE, "a curly quote, which YAML does not know", "type straight quotes" },
	{ "\u00AB", BEFORE_VALUE, "a quote that YAML does not know", "type straight quotes" },
	{ "\u2022", IN_INDENT, "a bullet", "a list's entry begins with \"-\" and a blank" },
};

static bool is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static bool odd_at(const struct yaml_scene *s, size_t i, int place, struct yaml_guess *ret)
{
	struct str rest = { s->text.p + i, s->text.n - i };

	for (size_t k = 0; i < s->text.n && k < sizeof odd / sizeof *odd; k++)
		if (odd[k].places & place && str_starts(rest, odd[k].bytes)) {
			guess(ret, i, "odd-character", odd[k].message, odd[k].hint);
			ret->bytes = strlen(odd[k].bytes);
			return true;
		}
	return false;
}

/* Past blanks, dashes of a list, and the key. */
static size_t after_indent(const struct yaml_scene *s, size_t i)
{
	while (at(s, i) == ' ' || (at(s, i) == '-' && at(s, i + 1) == ' '))
		i++;
	return i;
}

static size_t after_key(const struct yaml_scene *s, size_t i)
{
	while (is_key_char(at(s, i)))
		i++;
	return i;
}

static bool odd_in_line(const struct yaml_scene *s, size_t line, struct yaml_guess *ret)
{
	size_t indent = after_indent(s, line), key = after_key(s, indent);

	if (odd_at(s, indent, IN_INDENT, ret))
		return true;
	if (key > indent && odd_at(s, key, AFTER_KEY, ret))
		return true;
	if (key == indent || at(s, key) != ':')
		return false;
	return odd_at(s, key + 1, AFTER_COLON, ret) || odd_at(s, key + 2, BEFORE_VALUE, ret);
}

/* A missing blank ------------------------------------------------------------------------------------------------ */

static bool blank_in_line(const struct yaml_scene *s, size_t line, struct yaml_guess *ret)
{
	size_t indent = after_indent(s, line), key = after_key(s, indent);

	if (!says(s, "expected ':'") && !says(s, "mapping values"))
		return false;
	if (at(s, indent) == '-' && is_key_char(at(s, indent + 1)))
		return guess(ret, indent, "blank", "no blank after \"-\"", "a list's entry begins with \"- \"");
	if (key > indent && at(s, key) == ':' && !strchr(" \t\r\n/", at(s, key + 1)))
		return guess(ret, key, "blank", "no blank after \":\"", "a key ends with \": \"");
	return false;
}

static bool guess_line(const struct yaml_scene *s, struct yaml_guess *ret)
{
	size_t line = first_line(s), lines = 0;

	for (; line <= s->problem && line < s->text.n && lines < 4; lines++) {
		if (odd_in_line(s, line, ret) || blank_in_line(s, line, ret))
			return true;
		while (line < s->text.n && s->text.p[line] != '\n')
			line++;
		line++;
	}
	return false;
}

/* Quotes --------------------------------------------------------------------------------------------------------- */

static bool guess_never_closed(const struct yaml_scene *s, struct yaml_guess *ret)
{
	if (!says(s, "unexpected end of stream") || !strchr("'\"", at(s, s->context)))
		return false;
	return guess(ret, s->context, "quote", "a quote that is never closed", "close it at the end of the text");
}

static bool guess_after_quote(const struct yaml_scene *s, struct yaml_guess *ret)
{
	size_t i = s->last.to;

	while (at(s, i) == ' ')
		i++;
	if (!s->last.quoted || i != s->problem || strchr("\r\n", at(s, i)) || strchr("}],:", at(s, i)))
		return false;
	if (at(s, s->last.from) == '\'')
		return guess(ret, s->last.to - 1, "quote", "this quote ends the text, and more follows",
			     "a text with an apostrophe stands in double quotes");
	return guess(ret, s->last.to - 1, "quote", "this quote ends the text, and more follows",
		     "quotes stand around the whole of a value; inside use '...'");
}

/* Brackets ------------------------------------------------------------------------------------------------------- */

/* A "#" after a blank, on the line of the bracket: what follows was not read. */
static bool find_remark(const struct yaml_scene *s, size_t from, size_t *ret)
{
	for (size_t i = from; at(s, i) != '\n'; i++)
		if (at(s, i) == '#' && at(s, i - 1) == ' ') {
			*ret = i;
			return true;
		}
	return false;
}

static bool guess_open(const struct yaml_scene *s, struct yaml_guess *ret)
{
	bool map = at(s, s->context) == '{';
	size_t remark;

	if (find_remark(s, s->context + 1, &remark))
		return guess(ret, remark, "remark", "from this \"#\" on the line is a remark, and not read",
			     "put a text with \" #\" in quotes");
	return guess(ret, s->context, "bracket", map ? "a \"{\" that is not closed" : "a \"[\" that is not closed",
		     map ? "put \"}\" at the end" : "put \"]\" at the end");
}

static bool guess_bracket(const struct yaml_scene *s, struct yaml_guess *ret)
{
	bool map = at(s, s->context) == '{';
	char c = at(s, s->problem);
	size_t word = s->last.to;

	if ((!says(s, "',' or '}'") && !says(s, "',' or ']'")) || !strchr("{[", at(s, s->context)))
		return false;
	if (c == (map ? ']' : '}'))
		return guess(ret, s->problem, "bracket", map ? "a \"]\" closes a \"{\"" : "a \"}\" closes a \"[\"",
			     "what was opened last is closed first");
	if (line_of(s, s->context) != line_of(s, s->problem))
		return guess_open(s, ret);
	if (c != ':' || s->last.quoted)
		return guess(ret, s->problem, "comma", "a \",\" is missing before this",
			     "what stands in { } and [ ] is separated by \",\"");
	while (word > s->last.from && at(s, word - 1) != ' ')
		word--;
	return guess(ret, word, "comma", "a \",\" is missing before this key",
		     "what stands in { } and [ ] is separated by \",\"");
}

static bool guess_too_many(const struct yaml_scene *s, struct yaml_guess *ret)
{
	char c = at(s, s->problem);

	if (c != '}' && c != ']')
		return false;
	return guess(ret, s->problem, "bracket", c == '}' ? "a \"}\" too many" : "a \"]\" too many",
		     "each closes one that was opened before");
}

static bool guess_after_bracket(const struct yaml_scene *s, struct yaml_guess *ret)
{
	size_t i = s->problem;

	while (i > 0 && at(s, i - 1) == ' ')
		i--;
	if (i == 0 || (at(s, i - 1) != '}' && at(s, i - 1) != ']') || strchr("\r\n", at(s, s->problem)))
		return false;
	return guess(ret, s->problem, "needs-quotes", "text after a closing bracket",
		     "a text that begins with \"{\" or \"[\" needs quotes around all of it");
}

bool yaml_guess(const struct yaml_scene *scene, struct yaml_guess *ret)
{
	static bool (*const guesses[])(const struct yaml_scene *s, struct yaml_guess *ret) = {
		guess_never_closed, guess_after_quote, guess_line, guess_bracket, guess_too_many, guess_after_bracket,
	};

	for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
		if (guesses[i](scene, ret))
			return true;
	return false;
}
