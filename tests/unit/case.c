/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

#include "core/doc.h"

static const char *const searched[] = { "hostility", "blame",	"complaint", "refusal", "validation",
					"proposal",  "minimal", "repair",    "r#1",	"r#2" };
#define N_SEARCHED (sizeof(searched) / sizeof(*searched))

/* Lexicons live outside arenas; whoever looks for leaks finds them here. */
static struct kept {
	struct lexicons *lexicons;
	struct kept *next;
} * kept;

static void add_instrument(struct test_case *c, const char *name, const char *family, double max, bool higher)
{
	struct instrument *i = VEC_PUSH(c->arena, &c->rules->instruments.all);

	*i = (struct instrument){ .name = str_of(name),
				  .family = str_of(family),
				  .max = max,
				  .higher_is_better = higher,
				  .rci = higher ? 5 : 14,
				  .pooled_sd = higher ? 4 : NAN,
				  .cutoff = NAN,
				  .item_min = 0,
				  .item_max = 10 };
}

static void add_items(struct test_case *c)
{
	struct instrument *srs = &c->rules->instruments.all.items[0];

	*VEC_PUSH(c->arena, &srs->items) = STR("relationship");
	*VEC_PUSH(c->arena, &srs->items) = STR("goals");
}

static struct lexicons *lexicons_for_tests(struct arena *a)
{
	struct diags d = { .arena = a };
	struct reader r = { .arena = a, .diags = &d };
	struct doc phrase = { .kind = DOC_SCALAR, .quoted = true };
	struct kept *k = malloc(sizeof *k);

	k->lexicons = lexicons_new();
	k->next = kept;
	kept = k;
	for (size_t i = 0; i + 2 < N_SEARCHED; i++) {
		phrase.text = str_of(searched[i]);
		lexicons_add_inline(k->lexicons, &r, str_of(searched[i]), &phrase);
	}
	return k->lexicons;
}

struct test_case *case_new(struct arena *a)
{
	struct test_case *c = ARENA_NEW(a, struct test_case);

	c->arena = a;
	c->rules = ARENA_NEW(a, struct ruleset);
	add_instrument(c, "SRS", "alliance40", 40, true);
	add_items(c);
	add_instrument(c, "CSRS", "alliance40", 40, true);
	add_instrument(c, "ORS", "outcome40", 40, true);
	add_instrument(c, "OQ45", NULL, 180, false);
	case_person(c, "t1", ROLE_THERAPIST, NAN);
	case_person(c, "m1", ROLE_CLIENT, 41);
	case_person(c, "m2", ROLE_PARTNER, 43);
	case_person(c, "m3", ROLE_CHILD, 12);
	return c;
}

void case_nobody(struct test_case *c)
{
	c->people.n = 0;
}

void case_person(struct test_case *c, const char *id, enum role role, double age)
{
	*VEC_PUSH(c->arena, &c->people) = (struct participant){ .id = str_of(id), .role = role, .age = age };
}

int64_t case_day(double day)
{
	return CASE_DAY_0 + (int64_t)(day * DAY_S);
}

static struct skeleton *new_record(struct test_case *c)
{
	struct skeleton *s = ARENA_NEW(c->arena, struct skeleton);

	s->record = arena_printf(c->arena, "r%03zu", c->records.n);
	s->case_id = STR("K7Q2");
	s->revision = 1;
	s->minutes = NAN;
	s->next_at = DATE_NONE;
	for (size_t i = 0; i < c->people.n; i++)
		*VEC_PUSH(c->arena, &s->participants) = c->people.items[i];
	for (size_t i = 0; i < N_SEARCHED; i++)
		*VEC_PUSH(c->arena, &s->lexicons) =
			(struct skeleton_lexicon){ .id = str_of(searched[i]), .applies = true };
	*VEC_PUSH(c->arena, &c->records) = s;
	return s;
}

struct skeleton *case_session(struct test_case *c, double day, int64_t number)
{
	struct skeleton *s = new_record(c);

	s->session = number;
	s->started = case_day(day);
	return s;
}

struct skeleton *case_part(struct test_case *c, const struct skeleton *of)
{
	struct skeleton *s = new_record(c);

	s->session = of->session;
	s->started = of->started;
	return s;
}

static int who_in(const struct skeleton *s, const char *id)
{
	for (size_t i = 0; id && i < s->participants.n; i++)
		if (str_is(s->participants.items[i].id, id))
			return (int)i;
	if (id)
		abort();
	return -1;
}

void case_unlist(struct skeleton *s, const char *who)
{
	size_t at = (size_t)who_in(s, who);

	for (size_t i = at; i + 1 < s->participants.n; i++)
		s->participants.items[i] = s->participants.items[i + 1];
	s->participants.n--;
}

struct score *case_rating(struct test_case *c, struct skeleton *s, const char *by, const char *about, const char *of,
			  double total)
{
	struct score *score = VEC_PUSH(c->arena, &s->scores);

	*score = (struct score){ .of = str_of(of), .by = who_in(s, by), .about = who_in(s, about), .total = total };
	return score;
}

void case_score(struct test_case *c, struct skeleton *s, const char *by, const char *of, double total)
{
	case_rating(c, s, by, NULL, of, total);
}

void case_item(struct test_case *c, struct skeleton *s, const char *by, const char *of, const char *item, double value)
{
	struct score *score = NULL;
	struct score_item *items;

	for (size_t i = 0; i < s->scores.n; i++)
		if (s->scores.items[i].by == who_in(s, by) && str_is(s->scores.items[i].of, of))
			score = &s->scores.items[i];
	if (!score)
		score = case_rating(c, s, by, NULL, of, NAN);
	items = ARENA_ARRAY(c->arena, struct score_item, score->n_items + 1);
	for (size_t i = 0; i < score->n_items; i++)
		items[i] = score->items[i];
	items[score->n_items++] = (struct score_item){ str_of(item), value };
	score->items = items;
}

void case_attendance(struct test_case *c, struct skeleton *s, const char *who, enum attendance_status status,
		     enum attendance_by by, double notice_hours)
{
	*VEC_PUSH(c->arena, &s->attendance) = (struct attendance){
		.who = who_in(s, who), .status = status, .by = by, .minutes = NAN, .notice_hours = notice_hours
	};
}

void case_homework(struct test_case *c, struct skeleton *s, const char *who, double rating)
{
	*VEC_PUSH(c->arena, &s->homework) = (struct homework){ who_in(s, who), rating };
}

void case_coded(struct test_case *c, struct skeleton *s, const char *system)
{
	*VEC_PUSH(c->arena, &s->coded) = str_of(system);
}

void case_code(struct test_case *c, struct skeleton *s, const char *system, const char *marker, const char *who,
	       double salience, double value)
{
	*VEC_PUSH(c->arena, &s->codes) =
		(struct code){ str_of(system), str_of(marker), who_in(s, who), salience, value, NAN };
}

void case_report(struct test_case *c, struct skeleton *s, const char *by, int rupture)
{
	*VEC_PUSH(c->arena, &s->reports) = (struct report){ who_in(s, by), rupture };
}

void case_flag(struct test_case *c, struct skeleton *s, const char *name, bool set)
{
	*VEC_PUSH(c->arena, &s->flags) = (struct flag){ str_of(name), set };
}

void case_next(struct skeleton *s, double day)
{
	s->next = NEXT_AT;
	s->next_at = case_day(day);
}

void case_next_none(struct skeleton *s)
{
	s->next = NEXT_NONE;
}

void case_transcript(struct skeleton *s)
{
	s->has_turns = true;
}

static uint16_t lexicon_in(const struct skeleton *s, struct str id)
{
	for (size_t i = 0; i < s->lexicons.n; i++)
		if (str_eq(s->lexicons.items[i].id, id))
			return (uint16_t)i;
	abort();
}

static void add_hit(struct test_case *c, struct skeleton *s, struct str word)
{
	const char *star = memchr(word.p, '*', word.n);
	int count = star ? atoi(star + 1) : 1;
	struct str id = { word.p, star ? (size_t)(star - word.p) : word.n };

	*VEC_PUSH(c->arena, &s->hits) = (struct skeleton_hit){ lexicon_in(s, id), (uint16_t)count, (float)count };
}

void case_turn(struct test_case *c, struct skeleton *s, const char *who, const char *to, unsigned words,
	       const char *hits)
{
	struct skeleton_turn *t = VEC_PUSH(c->arena, &s->turns);
	struct str rest = str_of(hits), word;

	s->has_turns = true;
	*t = (struct skeleton_turn){ .who = (int16_t)who_in(s, who),
				     .to = (int16_t)who_in(s, to),
				     .at = NAN,
				     .end = NAN,
				     .words = (uint16_t)words,
				     .first_hit = (uint32_t)s->hits.n };
	while (hits && (word = str_word(&rest)).n)
		add_hit(c, s, word);
	t->n_hits = (uint16_t)(s->hits.n - t->first_hit);
}

void case_lexicon(struct skeleton *s, const char *id, bool applies)
{
	s->lexicons.items[lexicon_in(s, str_of(id))].applies = applies;
}

void case_lexicon_remove(struct skeleton *s, const char *id)
{
	s->lexicons.items[lexicon_in(s, str_of(id))].id = STR("removed");
}

void case_time(struct skeleton *s, double at, double end)
{
	s->turns.items[s->turns.n - 1].at = (float)at;
	s->turns.items[s->turns.n - 1].end = (float)end;
}

void case_series(struct test_case *c, const char *who, const char *of, const double *totals, size_t n)
{
	for (size_t i = 0; i < n; i++)
		case_score(c, case_session(c, 7 * (double)i, (int64_t)i + 1), who, of, totals[i]);
}

struct history *case_history(struct test_case *c)
{
	for (size_t i = 0; i < c->records.n; i++)
		roster_see(c->arena, &c->roster, c->records.items[i]);
	return history_build(c->arena, &c->roster, c->records.items, c->records.n, DATE_NONE);
}

int case_who(struct test_case *c, const char *id)
{
	return id ? roster_find(&c->roster, str_of(id)) : -1;
}

struct signal *case_signal(struct test_case *c, enum per per, const char *yaml)
{
	struct compile compile = { .ruleset = c->rules, .rule_id = STR("r"), .per = per };
	struct reader r = { .arena = c->arena, .diags = &c->diags, .unknown_key = DIAG_ERROR, .context = &compile };
	struct doc *doc;

	if (!c->rules->lexicons)
		c->rules->lexicons = lexicons_for_tests(c->arena);
	c->diags = (struct diags){ .arena = c->arena };
	doc = doc_parse(c->arena, str_of(yaml), DOC_YAML, &doc_limits_rules, false, &c->diags);
	return doc ? signal_read(&r, STR("s"), doc) : NULL;
}

struct str case_faults(struct test_case *c, const char *yaml)
{
	struct buf out = { 0 };
	struct str text;

	diags_render(&c->diags, STR("r.yaml"), str_of(yaml), DIAG_CARET, &out);
	text = arena_dup(c->arena, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	return text;
}

struct reading case_read(struct test_case *c, enum per per, const char *yaml, int session, const char *member,
			 const char *other)
{
	struct signal *s = case_signal(c, per, yaml);
	const struct history *h = case_history(c);
	size_t at = session < 0 ? h->n - 1 : (size_t)session;
	struct view v = { .history = h,
			  .session = at,
			  .as_of = h->sessions[at].started,
			  .subject = { case_who(c, member), case_who(c, other) },
			  .opened_at = DATE_NONE,
			  .instruments = &c->rules->instruments,
			  .arena = c->arena };

	if (!s) {
		test_fail(__FILE__, __LINE__, "%s:\n%.*s", yaml, STR_ARG(case_faults(c, yaml)));
		return (struct reading){ .truth = TRUTH_NO_DATA, .value = NAN, .true_at = DATE_NONE };
	}
	v.lexicons = c->rules->lexicons;
	return signal_evaluate(s, &v);
}
