/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scalar.h"
#include "core/scenario_parts.h"

/* Of speech, where a line says that somebody was silent: about 150 words a minute. */
#define SECONDS_A_WORD 0.4
#define GAP_MAX_S      3600

/* "10x t1 > m1: [5s] that makes sense" */
struct line {
	const struct doc *doc; /* the scalar; NULL: its place is `at` alone */
	struct span at;
	size_t times;
	struct str who, to, text; /* to absent: not said */
	double gap;		  /* NAN */
};

struct turns_making {
	struct scenario_making *m;
	struct doc *ret;
	bool timed;
	double clock;
};

static struct span place(const struct line *line, struct str part)
{
	return line->doc ? scalar_part(line->doc, part) : line->at;
}

static const char line_hint[] = "as in \"m1 > t1: you never listen\", \"10x t1: go on\", \"m1: [5s] i don't know\"";

/* "10x " off the front. */
static bool take_times(struct scenario_making *m, struct line *line, struct str *rest)
{
	struct str after = *rest, word = str_word(&after);
	double n;

	line->times = 1;
	if (word.n < 2 || word.p[word.n - 1] != 'x' || word.p[0] < '0' || word.p[0] > '9')
		return true;
	if (!str_number((struct str){ word.p, word.n - 1 }, &n) || n < 1 || n > SCENARIO_MAX_TURNS || n != floor(n)) {
		reader_error_at(m->r, place(line, word), "turn", NULL, "expected from 1x to %dx", SCENARIO_MAX_TURNS);
		return false;
	}
	line->times = (size_t)n;
	*rest = str_trim(after);
	return true;
}

/* "[laughs]" is said, "[5 sec]" is a slip. */
static bool begins_with_number(struct str s)
{
	size_t sign = s.n && (s.p[0] == '-' || s.p[0] == '+');

	return s.n > sign && s.p[sign] >= '0' && s.p[sign] <= '9';
}

/* "[5s] " off the front of what is said. */
static bool take_gap(struct scenario_making *m, struct line *line)
{
	const char *end = line->text.n && line->text.p[0] == '[' ? memchr(line->text.p, ']', line->text.n) : NULL;
	struct str inside, number;

	line->gap = NAN;
	if (!end)
		return true;
	inside = str_trim((struct str){ line->text.p + 1, (size_t)(end - line->text.p) - 1 });
	if (!begins_with_number(inside))
		return true;
	number = inside;
	number.n -= inside.p[inside.n - 1] == 's';
	if (number.n == inside.n || !str_number(str_trim(number), &line->gap) || line->gap < 0 ||
	    line->gap > GAP_MAX_S) {
		reader_error_at(m->r, place(line, inside), "turn", "as in [5s]; what is said stands behind it",
				"expected from 0 to %d seconds of silence", GAP_MAX_S);
		return false;
	}
	line->text = str_trim((struct str){ end + 1, line->text.n - (size_t)(end + 1 - line->text.p) });
	return true;
}

static bool take_people(struct scenario_making *m, struct line *line, struct str head)
{
	const char *arrow = head.n ? memchr(head.p, '>', head.n) : NULL;

	line->who = head;
	if (arrow) {
		line->who = str_trim((struct str){ head.p, (size_t)(arrow - head.p) });
		line->to = str_trim((struct str){ arrow + 1, head.n - (size_t)(arrow + 1 - head.p) });
	}
	if (!scenario_person_known(m, line->who, place(line, line->who)) ||
	    (arrow && !scenario_person_known(m, line->to, place(line, line->to))))
		return false;
	if (arrow && str_eq(line->who, line->to)) {
		reader_error_at(m->r, place(line, line->to), "turn", NULL, "nobody speaks to themselves");
		return false;
	}
	return true;
}

static bool read_line(struct scenario_making *m, const struct doc *doc, struct line *ret)
{
	struct str rest = str_trim(doc->text);
	const char *colon;

	*ret = (struct line){ .doc = doc, .at = doc->at };
	if (!take_times(m, ret, &rest))
		return false;
	colon = rest.n ? memchr(rest.p, ':', rest.n) : NULL;
	if (!colon) {
		reader_error(m->r, doc, "turn", line_hint, "a turn without \"WHO:\" in front");
		return false;
	}
	ret->text = str_trim((struct str){ colon + 1, rest.n - (size_t)(colon + 1 - rest.p) });
	return take_people(m, ret, str_trim((struct str){ rest.p, (size_t)(colon - rest.p) })) && take_gap(m, ret);
}

/* A line that lacks its quotes is a map to YAML: {"m1 > t1": "you never listen"}. */
static bool read_unquoted(struct scenario_making *m, const struct doc_pair *pair, struct line *ret)
{
	struct str head = str_trim(pair->key);

	*ret = (struct line){ .at = pair->at };
	if (!take_times(m, ret, &head))
		return false;
	ret->text = doc_is_null(pair->value) && !pair->value->quoted ? STR("") : str_trim(pair->value->text);
	return take_people(m, ret, head) && take_gap(m, ret);
}

static bool is_unquoted(const struct doc *doc)
{
	return doc->kind == DOC_MAP && doc->n == 1 && doc->pairs[0].value->kind == DOC_SCALAR &&
	       !str_is(doc->pairs[0].key, "who") && !str_is(doc->pairs[0].key, "text");
}

static size_t count_words(struct str text)
{
	size_t n = 0;

	while (str_word(&text).n)
		n++;
	return n;
}

static struct doc *seconds(struct turns_making *t, double s, struct span at)
{
	return scenario_scalar(t->m, arena_printf(t->m->r->arena, "%.2f", s), at);
}

static bool take_room(struct scenario_making *m, const struct doc *at, size_t turns, size_t bytes)
{
	m->turns += turns;
	m->text += turns * bytes;
	if (m->turns <= SCENARIO_MAX_TURNS && m->text <= SCENARIO_MAX_TEXT)
		return true;
	if (m->turns > SCENARIO_MAX_TURNS)
		reader_error(m->r, at, "too-many", NULL, "a test has at most %d turns in all its sessions",
			     SCENARIO_MAX_TURNS);
	else
		reader_error(m->r, at, "too-many", NULL, "at most %u bytes are said in all sessions of a test",
			     SCENARIO_MAX_TEXT);
	return false;
}

static void put_turn(struct turns_making *t, struct doc *turn)
{
	t->ret->items[t->ret->n++] = turn;
}

static void put_line(struct turns_making *t, const struct line *line)
{
	struct scenario_making *m = t->m;
	size_t words = t->timed ? count_words(line->text) : 0;

	for (size_t i = 0; i < line->times; i++) {
		struct doc *turn = scenario_container(m, DOC_MAP, 5, line->at);

		scenario_put(turn, "who", scenario_scalar(m, line->who, place(line, line->who)));
		if (line->to.n)
			scenario_put(turn, "to", scenario_scalar(m, line->to, place(line, line->to)));
		if (t->timed) {
			t->clock += isnan(line->gap) ? 0 : line->gap;
			scenario_put(turn, "at", seconds(t, t->clock, line->at));
			t->clock += SECONDS_A_WORD * (double)words;
			scenario_put(turn, "end", seconds(t, t->clock, line->at));
		}
		scenario_put(turn, "text", scenario_scalar(m, line->text, line->at));
		((struct doc *)turn->pairs[turn->n - 1].value)->quoted = true;
		put_turn(t, turn);
	}
}

/* A turn as in a record; it sets the clock where it has times. */
static bool put_map(struct turns_making *t, struct doc *turn)
{
	const struct doc *at = doc_get(turn, "at"), *end = doc_get(turn, "end");
	double s;

	if ((end && doc_number(end, &s)) || (at && doc_number(at, &s)))
		t->clock = s > t->clock ? s : t->clock;
	if (scenario_is_heard(turn))
		turn = scenario_heard_turn(t->m, turn, t->ret->n);
	if (turn)
		put_turn(t, turn);
	return turn != NULL;
}

/* What is found of each item first, since a silence anywhere gives all of them times. */
static bool read_lines(struct turns_making *t, const struct doc *turns, struct line *lines)
{
	struct path here = { t->m->r->path, NULL, 0 };
	bool good = true;

	t->m->r->path = &here;
	for (; here.index < turns->n && good; here.index++) {
		const struct doc *doc = turns->items[here.index];
		const struct doc *text = doc->kind == DOC_MAP ? doc_get(doc, "text") : NULL;
		struct line *line = &lines[here.index];

		*line = (struct line){ .times = 1 };
		if (doc->kind == DOC_SCALAR)
			good = read_line(t->m, doc, line);
		else if (is_unquoted(doc))
			good = read_unquoted(t->m, &doc->pairs[0], line);
		else
			line->gap = NAN;
		good = good && take_room(t->m, doc, line->times, text ? text->text.n : line->text.n);
		t->timed |= good && !isnan(line->gap);
	}
	t->m->r->path = here.outer;
	return good;
}

struct doc *scenario_turns(struct scenario_making *m, const struct doc *turns)
{
	struct turns_making t = { .m = m };
	size_t before = m->turns;
	struct line *lines;

	if (turns->kind != DOC_LIST) {
		reader_error(m->r, turns, "wrong-kind", line_hint, "expected a list of turns, found %.*s",
			     STR_ARG(doc_describe(m->r->arena, turns)));
		return NULL;
	}
	lines = ARENA_ARRAY(m->r->arena, struct line, turns->n + 1);
	if (!read_lines(&t, turns, lines))
		return NULL;
	t.ret = scenario_container(m, DOC_LIST, m->turns - before, turns->at);
	for (size_t i = 0; i < turns->n; i++) {
		if (lines[i].who.n)
			put_line(&t, &lines[i]);
		else if (!put_map(&t, turns->items[i]))
			return NULL;
	}
	return t.ret;
}
