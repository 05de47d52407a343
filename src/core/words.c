/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text is walked once.  Bytes below 128 go by a table; the first byte above it hands the word that is being read to
 * the slow way, which walks code points and folds the whole word through utf8proc.  (A combining mark after an ASCII
 * letter belongs to that letter, so the word must be taken up again from its start.)
 */
#include "core/words.h"

#include <utf8proc.h>

#include "base/eight.h"
#include "core/fillers.h"

#define WORD_BYTES 5 /* of talk, with the space: a guess at how many words a text has */

/* As ascii_kinds writes them. */
enum kind {
	KIND_BREAK = ' ',
	KIND_LETTER = 'a',
	KIND_DIGIT = '0',
	KIND_MARK = 'm',       /* goes with the letter before it */
	KIND_APOSTROPHE = 'q', /* inside a word: dropped; else a break */
	KIND_NOTHING = 'n',    /* as if it were not there */
	KIND_HYPHEN = '-',
	KIND_COMMA = ',',    /* ends a clause */
	KIND_SENTENCE = '.', /* ends a sentence */
};

static const char ascii_kinds[128 + 1] = "                                "
					 " .     q    ,-. 0000000000,,   ."
					 " aaaaaaaaaaaaaaaaaaaaaaaaaa     "
					 "qaaaaaaaaaaaaaaaaaaaaaaaaaa     ";

/* What the Unicode categories would tell wrongly. */
static const struct {
	utf8proc_int32_t code;
	enum kind kind;
} special_kinds[] = {
	{ 0x00AD, KIND_NOTHING },    /* soft hyphen */
	{ 0x00B4, KIND_APOSTROPHE }, /* acute accent */
	{ 0x02BC, KIND_APOSTROPHE }, /* modifier letter apostrophe */
	{ 0x055A, KIND_APOSTROPHE }, /* Armenian apostrophe */
	{ 0x200B, KIND_BREAK },	     /* zero width space */
	{ 0x200C, KIND_NOTHING },    /* zero width non-joiner */
	{ 0x200D, KIND_NOTHING },    /* zero width joiner */
	{ 0x2010, KIND_HYPHEN },     /* hyphen */
	{ 0x2011, KIND_HYPHEN },     /* non-breaking hyphen */
	{ 0x2012, KIND_COMMA },	     /* figure dash */
	{ 0x2013, KIND_COMMA },	     /* en dash */
	{ 0x2014, KIND_COMMA },	     /* em dash */
	{ 0x2015, KIND_COMMA },	     /* horizontal bar */
	{ 0x2018, KIND_APOSTROPHE }, /* left single quotation mark */
	{ 0x2019, KIND_APOSTROPHE }, /* right single quotation mark */
	{ 0x201B, KIND_APOSTROPHE }, /* single high-reversed-9 quotation mark */
	{ 0x2026, KIND_COMMA },	     /* ellipsis */
	{ 0x2032, KIND_APOSTROPHE }, /* prime */
	{ 0x2060, KIND_NOTHING },    /* word joiner */
	{ 0x3001, KIND_COMMA },	     /* ideographic comma */
	{ 0x3002, KIND_SENTENCE },   /* ideographic full stop */
	{ 0xFEFF, KIND_NOTHING },    /* byte order mark */
	{ 0xFF01, KIND_SENTENCE },   /* full-width ! */
	{ 0xFF07, KIND_APOSTROPHE }, /* full-width ' */
	{ 0xFF0C, KIND_COMMA },	     /* full-width , */
	{ 0xFF0E, KIND_SENTENCE },   /* full-width . */
	{ 0xFF1F, KIND_SENTENCE },   /* full-width ? */
};

struct scan {
	struct arena *arena; /* NULL: words are counted, not folded */
	const char *start, *at, *end;
	char *out;	     /* room for the ASCII words to come, and 8 bytes */
	bool stop, sentence; /* seen since the last word */
};

static enum kind ascii_kind(unsigned char c)
{
	return (enum kind)ascii_kinds[c];
}

static enum kind category_kind(utf8proc_int32_t code)
{
	utf8proc_category_t category = utf8proc_category(code);

	for (size_t i = 0; i < sizeof special_kinds / sizeof *special_kinds; i++)
		if (special_kinds[i].code == code)
			return special_kinds[i].kind;
	if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO)
		return KIND_LETTER;
	if (category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME)
		return KIND_MARK;
	if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO)
		return KIND_DIGIT;
	return KIND_BREAK;
}

static enum kind unicode_kind_at(const char *p, const char *end, size_t *ret_bytes)
{
	utf8proc_int32_t code;
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p, end - p, &code);

	*ret_bytes = n > 0 ? (size_t)n : 1;
	return n > 0 ? category_kind(code) : KIND_BREAK;
}

/* The kind of the character at p and its bytes; a byte that is not UTF-8 is a break. */
static inline enum kind kind_at(const char *p, const char *end, size_t *ret_bytes)
{
	*ret_bytes = 1;
	if (p >= end)
		return KIND_BREAK;
	return *p & 0x80 ? unicode_kind_at(p, end, ret_bytes) : ascii_kind((unsigned char)*p);
}

static bool is_word_kind(enum kind k)
{
	return k == KIND_LETTER || k == KIND_DIGIT;
}

static bool word_goes_on(const char *p, const char *end)
{
	size_t n;

	return is_word_kind(kind_at(p, end, &n));
}

static bool is_digit(const char *p, const char *end)
{
	return p < end && *p >= '0' && *p <= '9';
}

/* "3.5", "1,000", "10:30" */
static bool joins_digits(const struct scan *s, const char *p)
{
	return (*p == '.' || *p == ',' || *p == ':') && p > s->start && is_digit(p - 1, s->end) &&
	       is_digit(p + 1, s->end);
}

/* To the next word's first character; false at the end. */
static bool skip_to_word(struct scan *s)
{
	size_t n;

	for (; s->at < s->end; s->at += n) {
		enum kind k = kind_at(s->at, s->end, &n);

		if (is_word_kind(k))
			return true;
		if (k == KIND_BREAK)
			continue;
		if (k == KIND_SENTENCE)
			s->sentence = true;
		if (k == KIND_SENTENCE || k == KIND_COMMA ||
		    (k == KIND_HYPHEN && !word_goes_on(s->at + n, s->end))) /* " - ", "--" */
			s->stop = true;
	}
	return false;
}

static uint64_t load(const char *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

/* Which are no ASCII letters. */
static inline uint64_t no_letters(uint64_t bytes)
{
	uint64_t folded = (bytes | EIGHT_OF(0x20)) & ~EIGHT_MARKS;

	return (bytes | (folded + EIGHT_OF(0x7F - 'z')) | ~(folded + EIGHT_OF(0x80 - 'a'))) & EIGHT_MARKS;
}

/* A run of ASCII letters, folded into `out`, which moves along; its end. */
static inline const char *letters(const char *p, const char *end, char **out)
{
	char *o = *out;

	while (end - p >= 8) {
		uint64_t bytes = eight_load(p), stop = no_letters(bytes);
		size_t n = stop ? eight_first(stop) : 8;

		if (o) {
			eight_store(o, bytes | EIGHT_OF(0x20));
			o += n;
		}
		p += n;
		if (stop) {
			*out = o;
			return p;
		}
	}
	for (; p < end && (*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'; p++)
		if (o)
			*o++ = (char)(*p | 0x20);
	*out = o;
	return p;
}

static inline uint64_t hash_step(uint64_t h, uint64_t bytes)
{
	return (h ^ bytes) * 0xD6E8FEB86659FD93u;
}

/* Of n bytes; the last up to 7 of them come as `rest`, zeros behind. */
static inline uint64_t hash_with(const char *p, size_t n, uint64_t rest)
{
	uint64_t h = n * 0x9E3779B97F4A7C15u;

	for (; n >= 8; n -= 8, p += 8) {
		h = hash_step(h, load(p, 8));
		h ^= h >> 32;
	}
	if (n)
		h = hash_step(h, rest);
	h = (h ^ h >> 32) * 0xFF51AFD7ED558CCDu;
	return h ^ h >> 29;
}

uint64_t word_hash(struct str folded)
{
	size_t rest = folded.n & 7;

	return hash_with(folded.p, folded.n, rest ? load(folded.p + folded.n - rest, rest) : 0);
}

/* The same where 8 bytes behind the word may be read. */
static inline uint64_t word_hash_roomy(struct str folded)
{
	size_t rest = folded.n & 7;
	uint64_t keep = (UINT64_C(1) << 8 * rest) - 1;

	return hash_with(folded.p, folded.n, load(folded.p + folded.n - rest, 8) & htole64(keep));
}

/* The whole word at s->at when it is ASCII, folded into `out`; false when it is not, and then nothing has moved. */
static bool ascii_word(struct scan *s, struct word *w)
{
	const char *p;
	char *out = s->out;

	for (p = letters(s->at, s->end, &out); p < s->end; p = letters(p + 1, s->end, &out)) {
		enum kind k;

		if (*p & 0x80)
			return false;
		k = ascii_kind((unsigned char)*p);
		if (k == KIND_BREAK)
			break;
		if (k == KIND_APOSTROPHE && word_goes_on(p + 1, s->end))
			continue;
		if (!is_word_kind(k) && !joins_digits(s, p))
			break;
		if (out)
			*out++ = *p;
	}
	if (out) {
		w->text = (struct str){ s->out, (size_t)(out - s->out) };
		w->hash = word_hash_roomy(w->text);
	}
	s->out = out;
	s->at = p;
	return true;
}

/* The end of the word that starts at s->at, by code points. */
static const char *unicode_word_end(const struct scan *s)
{
	const char *p = s->at;
	size_t n;

	for (; p < s->end; p += n) {
		enum kind k = kind_at(p, s->end, &n);
		bool inner =
			k == KIND_MARK || k == KIND_NOTHING || (k == KIND_APOSTROPHE && word_goes_on(p + n, s->end));

		if (!is_word_kind(k) && !inner && !joins_digits(s, p))
			break;
	}
	return p;
}

/* Apostrophes out, then NFKC with case folding; what cannot be mapped stays as it is. */
static struct str unicode_fold(struct arena *a, const char *p, const char *end)
{
	const utf8proc_option_t options =
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_uint8_t *plain = arena_alloc(a, (size_t)(end - p) + 1, 1);
	utf8proc_ssize_t bytes = 0, codes;
	utf8proc_int32_t *buffer;
	size_t n;

	for (; p < end; p += n) {
		if (kind_at(p, end, &n) == KIND_APOSTROPHE)
			continue;
		memcpy(plain + bytes, p, n);
		bytes += (utf8proc_ssize_t)n;
	}
	codes = utf8proc_decompose(plain, bytes, NULL, 0, options);
	if (codes <= 0)
		return (struct str){ (char *)plain, (size_t)bytes };
	buffer = ARENA_ARRAY(a, utf8proc_int32_t, (size_t)codes + 1);
	utf8proc_decompose(plain, bytes, buffer, codes, options);
	bytes = utf8proc_reencode(buffer, codes, options);
	return bytes > 0 ? (struct str){ (char *)buffer, (size_t)bytes } : STR("?");
}

static void unicode_word(struct scan *s, struct word *w)
{
	const char *end = unicode_word_end(s);

	if (s->arena) {
		w->text = unicode_fold(s->arena, s->at, end);
		w->hash = word_hash(w->text);
	}
	s->at = end;
}

/* Fillers are marked later. */
static inline bool word_next(struct scan *s, struct word *w)
{
	s->stop = s->sentence = false;
	if (!skip_to_word(s))
		return false;
	w->filler = false;
	w->at = (uint32_t)(s->at - s->start);
	w->stop_before = s->stop;
	w->sentence_before = s->sentence;
	if (!ascii_word(s, w))
		unicode_word(s, w);
	w->bytes = (uint32_t)(s->at - s->start) - w->at;
	return true;
}

void words_split(struct arena *a, struct str text, struct words_list *ret)
{
	struct scan s = { .arena = a, .start = text.p, .at = text.p, .end = text.p + text.n };

	ret->n = 0;
	if (!text.n)
		return;
	s.out = arena_alloc(a, text.n + 8, 1);
	if (!ret->cap) {
		ret->cap = text.n / WORD_BYTES + 8;
		ret->items = ARENA_ARRAY(a, struct word, ret->cap);
	}
	while (word_next(&s, VEC_PUSH(a, ret)))
		;
	ret->n--;
	fillers_mark(ret);
}
