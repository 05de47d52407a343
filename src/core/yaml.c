/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <yaml.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "core/yaml_parts.h"

/*
 * The library marks places by characters (and its line numbers count NEL, LS and PS as line breaks), so each mark is
 * turned into a byte offset by a cursor that follows the marks through the text.
 */
struct yaml_reader {
	struct builder *b;
	yaml_parser_t parser;
	size_t characters, bytes; /* the cursor */
	struct yaml_scalar last;
	int documents;
	bool done;
};

static size_t offset_of(struct yaml_reader *r, yaml_mark_t mark)
{
	struct str text = r->b->text;

	for (; r->characters < mark.index && r->bytes < text.n; r->characters++)
		do
			r->bytes++;
		while (r->bytes < text.n && utf8_continues(text.p[r->bytes]));
	for (; r->characters > mark.index && r->bytes > 0; r->characters--)
		do
			r->bytes--;
		while (r->bytes > 0 && utf8_continues(text.p[r->bytes]));
	return r->bytes;
}

static bool refuse(struct yaml_reader *r, const yaml_event_t *event, const char *what, const char *hint)
{
	size_t at = offset_of(r, event->start_mark);

	return builder_error(r->b, "not-allowed", at, offset_of(r, event->end_mark) - at, hint, "%s not allowed here",
			     what);
}

static bool undecorated(struct yaml_reader *r, const yaml_event_t *event, const void *anchor, const void *tag)
{
	if (anchor)
		return refuse(r, event, "anchors (&name) are", "write the value out where it is needed");
	if (tag)
		return refuse(r, event, "tags (!name) are", "a value that begins with \"!\" needs quotes");
	return true;
}

static bool on_scalar(struct yaml_reader *r, const yaml_event_t *event)
{
	struct str text = { (const char *)event->data.scalar.value, event->data.scalar.length };
	size_t at = offset_of(r, event->start_mark), end = offset_of(r, event->end_mark);
	yaml_scalar_style_t style = event->data.scalar.style;
	bool quoted = style != YAML_PLAIN_SCALAR_STYLE;

	r->last = (struct yaml_scalar){ at, end,
					style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
						style == YAML_DOUBLE_QUOTED_SCALAR_STYLE,
					style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE };
	if (!undecorated(r, event, event->data.scalar.anchor, event->data.scalar.tag))
		return false;
	if (!yaml_strict(r->b, &r->last))
		return false;
	if (!builder_wants_key(r->b))
		return builder_scalar(r->b, text, quoted, at, end - at);
	if (!quoted && str_is(text, "<<"))
		return refuse(r, event, "merge keys (<<) are", "write the keys out");
	return builder_key(r->b, text, at, end - at);
}

static bool on_open(struct yaml_reader *r, const yaml_event_t *event, enum doc_kind kind)
{
	if (builder_wants_key(r->b))
		return refuse(r, event, "a map or a list as a key is",
			      "a value in { } needs quotes when it is meant as text");
	return builder_open(r->b, kind, offset_of(r, event->start_mark));
}

static bool on_document_start(struct yaml_reader *r, const yaml_event_t *event)
{
	if (r->documents++)
		return refuse(r, event, "a second document (after ---) is", "one file holds one document");
	if (event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
		return refuse(r, event, "%TAG is", NULL);
	return true;
}

static bool on_document_end(struct yaml_reader *r, const yaml_event_t *event)
{
	if (r->b->closed && event->data.document_end.implicit)
		return builder_error(r->b, "unfinished", r->b->text.n, 0, "the last line must be \"...\"",
				     "the text does not say that it is complete");
	return true;
}

static bool on_stream_end(struct yaml_reader *r)
{
	r->done = true;
	if (!r->documents)
		return builder_error(r->b, "empty", 0, 0, NULL, "there is nothing in it");
	return true;
}

static bool on_event(struct yaml_reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
		return true;
	case YAML_STREAM_END_EVENT:
		return on_stream_end(r);
	case YAML_DOCUMENT_START_EVENT:
		return on_document_start(r, event);
	case YAML_DOCUMENT_END_EVENT:
		return on_document_end(r, event);
	case YAML_ALIAS_EVENT:
		return refuse(r, event, "aliases (*name) are", "a value that begins with \"*\" needs quotes");
	case YAML_SCALAR_EVENT:
		return on_scalar(r, event);
	case YAML_SEQUENCE_START_EVENT:
		return undecorated(r, event, event->data.sequence_start.anchor, event->data.sequence_start.tag) &&
		       on_open(r, event, DOC_LIST);
	case YAML_MAPPING_START_EVENT:
		return undecorated(r, event, event->data.mapping_start.anchor, event->data.mapping_start.tag) &&
		       on_open(r, event, DOC_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		builder_close(r->b);
		return true;
	}
	return true;
}

/* What the library says (and the character it stands at, 0: any), and what we say. */
static const struct complaint {
	const char *says;
	char at;
	const char *code, *message, *hint;
} complaints[] = {
	{ "cannot start any token", '\t', "tab", "a tab where spaces are needed",
	  "indent with spaces, never with tabs" },
	{ "cannot start any token", '@', "needs-quotes", "a value cannot begin with \"@\"", "put it in quotes" },
	{ "cannot start any token", '`', "needs-quotes", "a value cannot begin with \"`\"", "put it in quotes" },
	{ "cannot start any token", '%', "needs-quotes", "a value cannot begin with \"%\"", "put it in quotes" },
	{ "cannot start any token", '>', "needs-quotes", "a value cannot begin with \">\"",
	  "limits are words: more than 3, at least 3" },
	{ "cannot start any token", '|', "needs-quotes", "a value cannot begin with \"|\"",
	  "write or, or put it in quotes" },
	{ "expected comment or line break", 0, "needs-quotes", "text cannot stand behind \">\" or \"|\" here",
	  "limits and conditions are words: more than 3, at least 3, or" },
	{ "expected alphabetic or numeric character", 0, "needs-quotes", "a value cannot begin with \"*\" or \"&\"",
	  "put it in quotes, or name what is meant" },
	{ "directive", 0, "needs-quotes", "a line cannot begin with \"%\"", "put it in quotes" },
	{ "mapping values are not allowed", 0, "needs-quotes", "a \": \" that makes no sense here",
	  "a text with \": \" in it needs quotes around all of it; or the line is indented wrongly" },
	{ "tab character", 0, "tab", "a tab where spaces are needed", "indent with spaces, never with tabs" },
	{ "unexpected end of stream", 0, "unfinished", "the text ends before a quote is closed", NULL },
	{ "did not find expected ',' or ']'", 0, "expected-comma", "expected \",\" or \"]\"", NULL },
	{ "did not find expected ',' or '}'", 0, "expected-comma", "expected \",\" or \"}\"", NULL },
	{ "did not find expected key", 0, "indentation", "this is indented wrongly, or no key",
	  "keys of one map start in the same column" },
	{ "did not find expected '-' indicator", 0, "indentation", "this line is indented wrongly",
	  "what belongs to an entry of a list stands to the right of its \"-\"" },
	{ "could not find expected ':'", 0, "expected-colon", "expected \": \" after a key",
	  "is the line above a text of several lines? Then indent it" },
	{ "did not find expected node content", 0, "expected-value", "expected a value here",
	  "a text that begins with one of , : ? ] } needs quotes" },
	{ "incompatible YAML document", 0, "not-allowed", "this version of YAML is not known here", NULL },
	{ "expected <document start>", 0, "after-end", "something follows after the end of the value", NULL },
	{ "block sequence entries are not allowed", 0, "indentation", "a list cannot begin here",
	  "start it on a line of its own" },
	{ "control characters", 0, "control-character", "a control character", NULL },
	{ "unknown escape character", 0, "bad-escape", "an unknown escape after \\ in a string",
	  "in single quotes \\ means itself" },
	{ "undefined tag handle", 0, "not-allowed", "tags (!name) are not allowed here",
	  "a value that begins with \"!\" needs quotes" },
	{ "block scalar", 0, "indentation", "a text block that is indented wrongly", NULL },
	{ "indentation", 0, "indentation", "indented wrongly", NULL },
};

static const struct complaint *complaint_about(const char *says, char at)
{
	for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++)
		if (strstr(says, complaints[i].says) && (!complaints[i].at || complaints[i].at == at))
			return &complaints[i];
	return NULL;
}

static bool tell_complaint(struct yaml_reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const struct complaint *c;
	struct yaml_scene scene = { .text = r->b->text, .last = r->last, .says = p->problem ? p->problem : "" };
	struct yaml_guess guess;
	size_t at;

	if (p->error == YAML_MEMORY_ERROR) {
		fputs("out of memory\n", stderr);
		abort();
	}
	at = p->error == YAML_READER_ERROR ? p->problem_offset + r->b->start : offset_of(r, p->problem_mark);
	scene.problem = at;
	scene.context = p->context ? offset_of(r, p->context_mark) : at;
	if (p->error != YAML_READER_ERROR && yaml_guess(&scene, &guess))
		return builder_error(r->b, guess.code, guess.at, guess.bytes, guess.hint, "%s", guess.message);
	c = complaint_about(p->problem ? p->problem : "", at < r->b->text.n ? r->b->text.p[at] : '\0');
	if (c)
		return builder_error(r->b, c->code, at, 1, c->hint, "%s", c->message);
	return builder_error(r->b, "syntax", at, 1, NULL, "this is not YAML here");
}

void yaml_parse(struct builder *b)
{
	struct yaml_reader r = { .b = b, .bytes = b->start };
	yaml_event_t event;
	bool going = true;

	if (!yaml_parser_initialize(&r.parser)) {
		fputs("out of memory\n", stderr);
		abort();
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)b->text.p + b->start, b->text.n - b->start);
	while (going && !r.done) {
		if (!yaml_parser_parse(&r.parser, &event)) {
			tell_complaint(&r);
			break;
		}
		going = on_event(&r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&r.parser);
}
