/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The corpus: sessions of invented talk and lists of invented phrases, the same in every run.
 *
 *	DIRECTORY/sessions/c0001-s01.json	about 90 KB, 600 turns, 8,250 words, 10 sessions a case
 *	DIRECTORY/alerts/a0001.json		one record a case, in which many phrases are said at once
 *	DIRECTORY/phrases-N.txt			the first N phrases, for the peer
 *	DIRECTORY/rules-N/			the same as a lexicon, with two rules; N is 10, 100, 1000, 10000
 *	DIRECTORY/rules-many/			500 rules and the 10,000 phrases
 *
 * Words follow Zipf's law: first the common ones of English, then made-up ones.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "io/files.h"

#define WORDS		   12000
#define WORD_BYTES	   16
#define TURNS		   600
#define TURN_WORDS	   27 /* at most; 13.75 on average */
#define PHRASES		   10000
#define PHRASE_WORDS	   6
#define SESSIONS_A_CASE	   10
#define ALERTS		   200
#define CHOICE_ONE_IN	   13  /* phrases with a choice in them */
#define PLANTED_ONE_IN	   150 /* turns that hold a phrase */
#define TYPOGRAPHIC_ONE_IN 150 /* words with a typographic apostrophe */
#define RULES_MANY	   500
#define SEED		   20260101

static const char common[] =
	"i you the it and to that a of is in just like know what so my me but we was have be this do for on with not "
	"he she they all if think right well yeah no one about up its im dont really out go can get how when at there "
	"as your are or then want them now because time say would going good feel some something had he thing things "
	"see been mean him her okay from more who could back too make said only were even never always want why here "
	"two people other people way much any didnt home work need day off over come let down take look by very put "
	"little our than still us thats again did ill every their kind sort before tell week talk where went last "
	"first nothing maybe told asked thought felt listen happened remember mother father money angry sorry";

struct phrase {
	unsigned words[PHRASE_WORDS];
	unsigned n;
	unsigned choice; /* another word for the first, or 0 */
};

struct corpus {
	const char *directory;
	uint64_t random;
	char words[WORDS][WORD_BYTES];
	double cumulated[WORDS];
	struct phrase phrases[PHRASES];
	struct buf out;
};

static unsigned below(struct corpus *c, unsigned n)
{
	return (unsigned)(bench_random(&c->random) % n);
}

static unsigned any_word(struct corpus *c)
{
	double x = (double)(bench_random(&c->random) >> 11) / (double)(UINT64_C(1) << 53) * c->cumulated[WORDS - 1];
	unsigned low = 0, high = WORDS - 1;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (c->cumulated[middle] > x)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void make_words(struct corpus *c)
{
	static const char *const heads[] = {
		"b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr"
	};
	static const char *const tails[] = { "a", "e", "i", "o", "ai", "ea", "en", "or" };
	const char *p = common;
	unsigned n = 0;

	for (; *p && n < WORDS; n++) {
		size_t bytes = strcspn(p, " ");

		snprintf(c->words[n], WORD_BYTES, "%.*s", (int)bytes, p);
		p += bytes + (p[bytes] == ' ');
	}
	for (; n < WORDS; n++)
		for (unsigned syllables = 2 + below(c, 2); syllables > 0; syllables--) {
			strcat(c->words[n], heads[below(c, sizeof heads / sizeof *heads)]);
			strcat(c->words[n], tails[below(c, sizeof tails / sizeof *tails)]);
		}
	for (unsigned i = 0; i < WORDS; i++)
		c->cumulated[i] = (i ? c->cumulated[i - 1] : 0) + 1 / (double)(i + 3);
}

/* No word twice running: that would be a speaker who starts again, which the peer does not know of. */
static unsigned another_word(struct corpus *c, unsigned last)
{
	unsigned w;

	do
		w = any_word(c);
	while (strcmp(c->words[w], c->words[last]) == 0);
	return w;
}

static void make_phrases(struct corpus *c)
{
	for (size_t i = 0; i < PHRASES; i++) {
		struct phrase *p = &c->phrases[i];
		unsigned last = 0;

		p->n = 3 + below(c, PHRASE_WORDS - 2);
		for (unsigned w = 0; w < p->n; w++)
			p->words[w] = last = another_word(c, last);
		if (below(c, CHOICE_ONE_IN) == 0)
			p->choice = another_word(c, p->words[0]);
	}
}

static void put_phrase(struct corpus *c, const struct phrase *p)
{
	if (p->choice)
		buf_printf(&c->out, "(%s|%s)", c->words[p->words[0]], c->words[p->choice]);
	else
		buf_printf(&c->out, "%s", c->words[p->words[0]]);
	for (unsigned w = 1; w < p->n; w++)
		buf_printf(&c->out, " %s", c->words[p->words[w]]);
}

static int save(struct corpus *c, struct error *e, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int save(struct corpus *c, struct error *e, const char *format, ...)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/", c->directory);
	FILE *f;
	va_list ap;

	va_start(ap, format);
	vsnprintf(path + n, sizeof path - (size_t)n, format, ap);
	va_end(ap);
	f = fopen(path, "we");
	if (!f || fwrite(c->out.p, 1, c->out.n, f) != c->out.n || fclose(f) != 0)
		return error_errno(e, "%s", path);
	buf_reset(&c->out);
	return 0;
}

static int save_lexicon(struct corpus *c, unsigned n, const char *directory, struct error *e)
{
	buf_printf(&c->out, "lexicon: said\nversion: 1.0\nlanguage: en\ntitle: Benchmark\nentries:\n");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(&c->out, "  - \"");
		put_phrase(c, &c->phrases[i]);
		buf_printf(&c->out, "\"\n");
	}
	return save(c, e, "%s/said.yaml", directory);
}

static void put_rule(struct corpus *c, const char *id, unsigned number, const char *signal)
{
	buf_printf(&c->out,
		   "  - id: bench.%s%u\n    title: Benchmark\n    status: active\n    per: member\n"
		   "    signals: {it: %s}\n    when: it\n    severity: notice\n    quiet: 7 days\n"
		   "    say: \"look at {member}\"\n    because: \"it is measured\"\n",
		   id, number, signal);
}

/* The two rules, `times` over, each a little different. */
static int save_rules(struct corpus *c, unsigned times, const char *directory, struct error *e)
{
	char signal[200];

	buf_printf(&c->out,
		   "version: 1\ntitle: Benchmark\n"
		   "instruments: {SRS: {title: A score, range: 0-40, better: high, source: invented}}\nrules:\n");
	for (unsigned i = 0; i < times; i++) {
		snprintf(signal, sizeof signal,
			 "{turns: {from: member, to: therapist, says: said}, count: at least %u, within: [10 minutes]}",
			 3 + i);
		put_rule(c, "words", i, signal);
		snprintf(signal, sizeof signal, "{score: SRS, versus: own mean, by: at most -%u, needs: 3 sessions}",
			 5 + i % 30);
		put_rule(c, "drop", i, signal);
	}
	return save(c, e, "%s/rules.yaml", directory);
}

static int make_directory(const struct corpus *c, const char *name, struct error *e)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", c->directory, name);
	return directory_make(path, 0700, e);
}

static int write_phrases(struct corpus *c, struct error *e)
{
	char directory[40];

	for (unsigned n = 10; n <= PHRASES; n *= 10) {
		snprintf(directory, sizeof directory, "rules-%u", n);
		if (make_directory(c, directory, e) < 0 || save_lexicon(c, n, directory, e) < 0 ||
		    save_rules(c, 1, directory, e) < 0)
			return -1;
		for (unsigned i = 0; i < n; i++) {
			put_phrase(c, &c->phrases[i]);
			buf_putc(&c->out, '\n');
		}
		if (save(c, e, "phrases-%u.txt", n) < 0)
			return -1;
	}
	if (make_directory(c, "rules-many", e) < 0 || save_lexicon(c, PHRASES, "rules-many", e) < 0)
		return -1;
	return save_rules(c, RULES_MANY / 2, "rules-many", e);
}

static void put_text(struct corpus *c, const struct phrase *planted)
{
	unsigned n = 1 + below(c, TURN_WORDS), last = 0;

	for (unsigned w = 0; w < n; w++) {
		last = another_word(c, last);
		if (w)
			buf_puts(&c->out, below(c, 12) ? STR(" ") : STR(", "));
		buf_printf(&c->out, "%s", c->words[last]);
		if (below(c, TYPOGRAPHIC_ONE_IN) == 0)
			buf_puts(&c->out, STR("\u2019s"));
	}
	for (unsigned w = 0; planted && w < planted->n; w++)
		buf_printf(&c->out, "%s%s", w ? " " : ". ", c->words[planted->words[w]]);
	buf_puts(&c->out, below(c, 4) ? STR(".") : STR("?"));
}

static void put_turn(struct corpus *c, unsigned i, unsigned plant_one_in)
{
	static const struct {
		const char *who, *to;
	} speakers[] = {
		{ "t1", "m1" }, { "m1", "t1" }, { "t1", "m2" }, { "m2", "t1" }, { "m1", "m2" }, { "m2", "m1" }
	};
	unsigned speaker = below(c, 6), seconds = i * 5;
	bool plants = below(c, plant_one_in) == 0;

	buf_printf(&c->out, "%s\n  {\"who\": \"%s\", \"to\": \"%s\", \"at\": %u.5, \"end\": %u.2, \"text\": \"",
		   i ? "," : "", speakers[speaker].who, speakers[speaker].to, seconds, seconds + 4);
	put_text(c, plants ? &c->phrases[below(c, 10)] : NULL);
	buf_puts(&c->out, STR("\"}"));
}

static void put_session(struct corpus *c, const char *case_id, unsigned session, unsigned plant_one_in)
{
	buf_printf(&c->out,
		   "{\"ruptured\": 1, \"record\": \"%s-%u\", \"case\": \"%s\", \"session\": %u,\n"
		   " \"started\": \"2025-%02u-%02uT14:00:00Z\", \"minutes\": 50, \"language\": \"en\",\n"
		   " \"participants\": [{\"id\": \"t1\", \"role\": \"therapist\"}, {\"id\": \"m1\", \"role\": "
		   "\"parent\"},\n"
		   "  {\"id\": \"m2\", \"role\": \"partner\"}],\n"
		   " \"attendance\": [{\"who\": \"m1\", \"status\": \"attended\"}, {\"who\": \"m2\", \"status\": "
		   "\"attended\"}],\n"
		   " \"scores\": [{\"of\": \"SRS\", \"by\": \"m1\", \"total\": %u.5}, {\"of\": \"SRS\", \"by\": "
		   "\"m2\", \"total\": %u}],\n"
		   " \"turns\": [",
		   case_id, session, case_id, session, 1 + session / 4, 1 + session % 4 * 7, 28 + below(c, 12),
		   28 + below(c, 13));
	for (unsigned i = 0; i < TURNS; i++)
		put_turn(c, i, plant_one_in);
	buf_puts(&c->out, STR("]}\n"));
}

static int write_sessions(struct corpus *c, unsigned n, struct error *e)
{
	char id[40];

	if (make_directory(c, "sessions", e) < 0 || make_directory(c, "alerts", e) < 0)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		snprintf(id, sizeof id, "c%04u", i / SESSIONS_A_CASE + 1);
		put_session(c, id, i % SESSIONS_A_CASE + 1, PLANTED_ONE_IN);
		if (save(c, e, "sessions/%s-s%02u.json", id, i % SESSIONS_A_CASE + 1) < 0)
			return -1;
	}
	for (unsigned i = 0; i < ALERTS; i++) {
		snprintf(id, sizeof id, "a%04u", i + 1);
		put_session(c, id, 1, 4);
		if (save(c, e, "alerts/%s.json", id) < 0)
			return -1;
	}
	return 0;
}

int bench_corpus(int argc, char **argv, struct result *ret, struct error *e)
{
	struct corpus *c = calloc(1, sizeof *c);
	double start = bench_now();
	int rc;

	(void)argc;
	if (!c)
		abort();
	c->directory = argv[1];
	c->random = SEED;
	ret->records = strtoul(argv[2], NULL, 10);
	make_words(c);
	make_phrases(c);
	rc = write_phrases(c, e);
	if (rc == 0)
		rc = write_sessions(c, (unsigned)ret->records, e);
	ret->seconds = bench_now() - start;
	buf_release(&c->out);
	free(c);
	return rc;
}
