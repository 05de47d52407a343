/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ten years of a clinic that never was, the same in every run, and the first cases the same whatever their number.
 *
 *	DIRECTORY/2016-03-02-140000-c00042-007.json	a record each session; names in the order of time
 *
 * One case in two is one person, one in four a couple, one in four a family of three.  Cases have 20 sessions on
 *average, some 1, few 300, weekly or every other week.  Scores go up and down by an AR(1) process, with dips that
 *mostly heal; one case in five is transcribed (320 turns, about 40 KB), one in ten coded.  The figures are assumptions,
 *chosen to be plausible.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "bench.h"
#include "io/files.h"

#define SEED	     20260301
#define BEGIN	     1451901600 /* Monday, 2016-01-04T10:00:00Z */
#define WEEKS	     521	/* ten years */
#define WEEK	     (7 * (int64_t)DAY_S)
#define SESSIONS_MAX 300
#define TURNS	     320
#define MEMBERS	     3
#define PATH_BYTES   4096

static const char *const asked[] = {
	"how was the week since we met",
	"tell me more about that evening",
	"what happened then at home",
	"and what did you do after that",
	"that makes sense to me",
	"it sounds like a long week",
	"where did you feel it",
	"when the two of you talked on sunday what was different",
	"let us stay with that for a moment",
	"who noticed it first",
	"what would your sister say to that",
	"so there was the call and then the long drive home",
	"you said something about the house",
};
static const char *const told[] = {
	"we went to the lake on sunday and it was good to be out",
	"the week was long but we managed",
	"i talked with my sister about the house again",
	"it was a bit easier than the week before",
	"the little one slept better these days",
	"work was busy and i came home late most evenings",
	"yeah",
	"i think so",
	"then we had dinner and nobody said a word",
	"my father called in the morning and asked about the money",
	"he just stood there in the kitchen",
	"you know how it is with the trains in winter",
	"i was so tired that i fell asleep on the sofa",
	"and then of course everything had to be done on the same day",
	"maybe a little",
	"the teacher said that it was going better since the holidays",
	"well it depends on the day",
};
static const char *const strained[] = {
	"i don't think this is helping me",
	"coming here is a waste of time",
	"i'm not doing that",
	"you're not listening to me",
	"no",
	"not really",
	"i don't know",
	"whatever you think",
};
static const char *const mending[] = { "you seem upset with me", "i wonder if something i said upset you" };
static const char *const thanking[] = { "this really helps", "thank you for listening" };
static const char *const proposing[] = { "what if you tried to write that down this week",
					 "maybe we could start with ten minutes a day" };
static const char *const markers[] = { "confrontation.complaint_therapist", "confrontation.rejects",
				       "withdrawal.minimal", "withdrawal.denial" };

struct person {
	const char *name, *role, *scale;
	unsigned age;
	double mean, last, hurt, outcome, gain; /* hurt: points below the usual */
	bool heals, present;
};

struct clinic {
	const char *directory;
	uint64_t random;
	struct buf out;
	struct arena dates;
	size_t records, bytes;

	/* The present case. */
	char id[16];
	struct person people[MEMBERS];
	unsigned n_people, sessions, therapist;
	int64_t interval, began;
	const char *modality, *site;
	bool transcribed, coded, homework, reports;
};

static unsigned below(struct clinic *c, unsigned n)
{
	return (unsigned)(bench_random(&c->random) % n);
}

static double uniform(struct clinic *c)
{
	return (double)(bench_random(&c->random) >> 11) / (double)(UINT64_C(1) << 53);
}

static bool chance(struct clinic *c, double p)
{
	return uniform(c) < p;
}

/* Near enough, and the same on every machine. */
static double normal(struct clinic *c)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += uniform(c);
	return sum;
}

static double clip(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

/* ---- a case ---- */

static void make_person(struct clinic *c, unsigned i, const char *role, unsigned age)
{
	static const char *const names[MEMBERS] = { "m1", "m2", "m3" };

	c->people[i] = (struct person){
		.name = names[i],
		.role = role,
		.scale = age < 13 ? "CSRS" : "SRS",
		.age = age,
		.mean = 36.8 + 2.5 * normal(c),
		.outcome = 14 + 10 * uniform(c),
		.gain = 0.5 + 0.5 * normal(c),
	};
}

/* Skewed: half have up to 11, one in twenty more than 65; 20 on average. */
static unsigned make_length(struct clinic *c)
{
	return (unsigned)clip(exp(2.45 + 1.10 * normal(c)), 1, SESSIONS_MAX);
}

/* So that all of it falls into the ten years, with the weeks that are left out now and then. */
static int64_t make_begin(struct clinic *c)
{
	unsigned weeks = (unsigned)(c->interval / WEEK) * c->sessions * 6 / 5;

	return weeks < WEEKS ? below(c, WEEKS - weeks) : 0;
}

static void make_case(struct clinic *c, unsigned number)
{
	double kind;

	c->random = SEED + (uint64_t)number * 0xD1B54A32D192ED03u;
	kind = uniform(c);
	snprintf(c->id, sizeof c->id, "c%05u", number);
	c->n_people = kind < 0.5 ? 1 : kind < 0.75 ? 2 : 3;
	c->modality = c->n_people == 1 ? "individual" : c->n_people == 2 ? "couple" : "family";
	make_person(c, 0, c->n_people == 1 ? "client" : c->n_people == 2 ? "partner" : "parent", 20 + below(c, 40));
	make_person(c, 1, c->n_people == 2 ? "partner" : "parent", 20 + below(c, 40));
	make_person(c, 2, "child", 8 + below(c, 9));
	c->sessions = make_length(c);
	c->interval = c->sessions < 100 && chance(c, 0.2) ? 2 * WEEK : WEEK;
	c->therapist = 1 + below(c, 25);
	c->site = chance(c, 0.6) ? "north" : "south";
	c->transcribed = chance(c, 0.2);
	c->coded = chance(c, 0.1);
	c->homework = chance(c, 0.6);
	c->reports = chance(c, 0.4);
	c->began = BEGIN + make_begin(c) * WEEK + below(c, 5) * (int64_t)DAY_S + below(c, 8) * 3600;
}

/* On to the next session: hurt, healing, or neither. */
static void live(struct clinic *c, struct person *p)
{
	if (p->hurt > 0 && p->heals) {
		p->hurt = chance(c, 0.5) ? 0 : p->hurt / 2;
	} else if (p->hurt <= 0 && chance(c, 0.04)) {
		p->hurt = 4 + 6 * uniform(c);
		p->heals = chance(c, 0.75);
	} else if (p->hurt > 0 && chance(c, 0.15)) {
		p->heals = true;
	}
	p->last = 0.2 * p->last + 1.8 * normal(c);
	p->outcome = clip(p->outcome + p->gain + 2 * normal(c), 0, 40);
}

/* ---- a session ---- */

static void put_date(struct clinic *c, const char *key, int64_t at)
{
	buf_printf(&c->out, ", \"%s\": \"%.*s\"", key, STR_ARG(date_format(&c->dates, at)));
}

static void put_participants(struct clinic *c)
{
	buf_printf(&c->out,
		   ",\n \"participants\": [{\"id\": \"t1\", \"role\": \"therapist\", \"person\": \"staff-%u\"}",
		   c->therapist);
	for (unsigned i = 0; i < c->n_people; i++)
		buf_printf(&c->out, ", {\"id\": \"%s\", \"role\": \"%s\", \"age\": %u}", c->people[i].name,
			   c->people[i].role, c->people[i].age);
	buf_putc(&c->out, ']');
}

static void put_absence(struct clinic *c)
{
	unsigned how = below(c, 3);

	if (how == 0)
		buf_puts(&c->out, STR("\"no_show\"}"));
	else
		buf_printf(&c->out, "\"cancelled\", \"by\": \"%s\", \"notice_hours\": %u}",
			   chance(c, 0.7) ? "client" : "provider", 2 + 10 * below(c, 8));
}

static void put_attendance(struct clinic *c)
{
	for (unsigned i = 0; i < c->n_people; i++) {
		struct person *p = &c->people[i];

		p->present = !chance(c, p->hurt > 0 ? 0.25 : 0.05);
		buf_printf(&c->out, "%s{\"who\": \"%s\", \"status\": ", i ? ", " : ",\n \"attendance\": [", p->name);
		if (!p->present)
			put_absence(c);
		else if (chance(c, 0.06))
			buf_printf(&c->out, "\"late\", \"minutes\": %u}", 5 + 5 * below(c, 4));
		else
			buf_puts(&c->out, STR("\"attended\"}"));
	}
	buf_putc(&c->out, ']');
}

static void put_score(struct clinic *c, const struct person *p, bool *any)
{
	double total = clip(p->mean + p->last - p->hurt, 0, 40);

	buf_printf(&c->out, "%s{\"of\": \"%s\", \"by\": \"%s\", \"total\": %.1f", *any ? ", " : ",\n \"scores\": [",
		   p->scale, p->name, total);
	if (c->reports)
		buf_printf(&c->out,
			   ", \"items\": {\"relationship\": %.1f, \"goals\": %.1f, \"approach\": %.1f, "
			   "\"overall\": %.1f}",
			   total / 4, total / 4, total / 4, total / 4);
	buf_putc(&c->out, '}');
	*any = true;
}

static void put_scores(struct clinic *c)
{
	bool any = false;

	for (unsigned i = 0; i < c->n_people; i++) {
		const struct person *p = &c->people[i];

		if (p->present && chance(c, 0.9))
			put_score(c, p, &any);
		if (!p->present || p->age < 13)
			continue;
		buf_printf(&c->out, "%s{\"of\": \"ORS\", \"by\": \"%s\", \"total\": %.1f}",
			   any ? ", " : ",\n \"scores\": [", p->name, p->outcome);
		any = true;
	}
	if (any)
		buf_putc(&c->out, ']');
}

static void put_homework(struct clinic *c)
{
	bool any = false;

	for (unsigned i = 0; c->homework && i < c->n_people; i++) {
		const struct person *p = &c->people[i];

		if (!p->present)
			continue;
		buf_printf(&c->out, "%s{\"who\": \"%s\", \"rating\": %u}", any ? ", " : ",\n \"homework\": [", p->name,
			   p->hurt > 0 ? below(c, 4) : 1 + below(c, 4));
		any = true;
	}
	if (any)
		buf_putc(&c->out, ']');
}

static void put_reports(struct clinic *c)
{
	bool hurt = false;

	for (unsigned i = 0; i < c->n_people; i++)
		hurt |= c->people[i].present && c->people[i].hurt > 0;
	if (c->reports)
		buf_printf(&c->out, ",\n \"reports\": [{\"by\": \"t1\", \"rupture\": %s}]",
			   hurt && chance(c, 0.6) ? "true" : "false");
}

static void put_codes(struct clinic *c)
{
	bool any = false;

	if (!c->coded)
		return;
	buf_puts(&c->out, STR(",\n \"coded\": [\"3RS\"], \"codes\": ["));
	for (unsigned i = 0; i < c->n_people; i++) {
		const struct person *p = &c->people[i];

		if (!p->present)
			continue;
		buf_printf(&c->out, "%s{\"system\": \"SOFTA\", \"marker\": \"safety\", \"who\": \"%s\", \"value\": %d}",
			   any ? ", " : "", p->name, (int)below(c, 3) - (p->hurt > 0 ? 2 : 0));
		any = true;
		if (p->hurt > 0)
			buf_printf(&c->out,
				   ", {\"system\": \"3RS\", \"marker\": \"%s\", \"who\": \"%s\", \"salience\": %u}",
				   markers[below(c, 4)], p->name, 2 + below(c, 4));
	}
	buf_putc(&c->out, ']');
}

#define SAY(c, phrases) buf_printf(&(c)->out, "%s. ", (phrases)[below((c), sizeof(phrases) / sizeof *(phrases))])

static void put_said(struct clinic *c, const struct person *p, bool therapist)
{
	double kind = uniform(c);

	if (therapist && p->hurt > 0 && kind < 0.02)
		SAY(c, mending);
	else if (therapist && kind < 0.06)
		SAY(c, proposing);
	else if (!therapist && kind < (p->hurt > 0 ? 0.12 : 0.004))
		SAY(c, strained);
	else if (!therapist && kind < 0.02)
		SAY(c, thanking);
	for (unsigned i = below(c, 3); i < 3; i++) {
		if (therapist)
			SAY(c, asked);
		else
			SAY(c, told);
	}
	c->out.n--;
}

static void put_turn(struct clinic *c, unsigned i, const struct person *p)
{
	const char *who = i % 2 ? p->name : "t1", *to = i % 2 ? "t1" : p->name;
	unsigned at = i * 9 + below(c, 4);

	buf_printf(&c->out, "%s\n  {\"who\": \"%s\", \"to\": \"%s\", \"at\": %u.%u, \"end\": %u.5, \"text\": \"",
		   i ? "," : "", who, to, at, below(c, 10), at + 3 + below(c, 5));
	put_said(c, p, i % 2 == 0);
	buf_puts(&c->out, STR("\"}"));
}

static void put_turns(struct clinic *c)
{
	const struct person *present[MEMBERS] = { NULL };
	unsigned n = 0;

	for (unsigned i = 0; i < c->n_people; i++)
		if (c->people[i].present)
			present[n++] = &c->people[i];
	if (!c->transcribed || !n)
		return;
	buf_puts(&c->out, STR(",\n \"turns\": ["));
	for (unsigned i = 0; i < TURNS; i++)
		put_turn(c, i, present[below(c, n)]);
	buf_puts(&c->out, STR("]"));
}

static void put_ending(struct clinic *c, bool last, int64_t next)
{
	double how = uniform(c);

	if (!last && how < 0.85)
		put_date(c, "next_session", next);
	else if (last && how < 0.65)
		buf_printf(&c->out, ", \"ending\": \"%s\"",
			   how < 0.55  ? "planned"
			   : how < 0.6 ? "transferred"
				       : "dropped");
	else if (last && how < 0.85)
		buf_puts(&c->out, STR(", \"next_session\": null"));
}

static void put_session(struct clinic *c, unsigned number, int64_t at, int64_t next)
{
	buf_printf(&c->out, "{\"ruptured\": 1, \"record\": \"%s-%u\", \"case\": \"%s\", \"session\": %u", c->id, number,
		   c->id, number);
	put_date(c, "started", at);
	buf_printf(&c->out, ", \"minutes\": 50,\n \"modality\": \"%s\", \"language\": \"en\", \"site\": \"%s\"",
		   c->modality, c->site);
	put_ending(c, number == c->sessions, next);
	put_participants(c);
	put_attendance(c);
	put_scores(c);
	put_homework(c);
	put_reports(c);
	put_codes(c);
	put_turns(c);
	buf_puts(&c->out, STR("}\n"));
}

static int save(struct clinic *c, unsigned number, int64_t at, struct error *e)
{
	int64_t second = at % DAY_S;
	char path[PATH_BYTES];
	FILE *f;

	snprintf(path, sizeof path, "%s/%.*s-%02u%02u00-%s-%03u.json", c->directory,
		 STR_ARG(date_format_day(&c->dates, at)), (unsigned)(second / 3600), (unsigned)(second / 60 % 60),
		 c->id, number);
	f = fopen(path, "we");
	if (!f || fwrite(c->out.p, 1, c->out.n, f) != c->out.n || fclose(f) != 0)
		return error_errno(e, "%s", path);
	c->records++;
	c->bytes += c->out.n;
	buf_reset(&c->out);
	return 0;
}

static int write_case(struct clinic *c, struct error *e)
{
	int64_t at = c->began;
	int rc = 0;

	for (unsigned number = 1; rc == 0 && number <= c->sessions; number++) {
		int64_t next = at + c->interval + (chance(c, 0.93) ? 0 : WEEK * (1 + below(c, 2)));

		for (unsigned i = 0; i < c->n_people; i++)
			live(c, &c->people[i]);
		put_session(c, number, at, next);
		rc = save(c, number, at, e);
		at = next;
	}
	arena_reset(&c->dates);
	return rc;
}

int bench_clinic(int argc, char **argv, struct result *ret, struct error *e)
{
	struct clinic c = { .directory = argv[1] };
	unsigned cases = (unsigned)strtoul(argv[2], NULL, 10);
	double start = bench_now();
	int rc = directory_make(argv[1], 0700, e);

	(void)argc;
	for (unsigned i = 0; rc == 0 && i < cases; i++) {
		make_case(&c, i);
		rc = write_case(&c, e);
	}
	ret->seconds = bench_now() - start;
	ret->records = c.records;
	buf_release(&c.out);
	arena_release(&c.dates);
	return rc;
}
