/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/frequency.h"

#include <stdlib.h>

/* Orders of magnitude, set by hand, in alphabetical order; a wrong row costs time, never a hit. */
/* clang-format off */
static const struct row {
	const char *word;
	unsigned frequency;
} rows[] = {
	{ "a", 300 }, { "able", 5 }, { "about", 100 }, { "actually", 15 }, { "after", 15 }, { "again", 15 },
	{ "all", 100 }, { "alone", 5 }, { "also", 15 }, { "always", 15 }, { "an", 40 }, { "and", 300 },
	{ "angry", 5 }, { "any", 15 }, { "anyone", 5 }, { "anything", 15 }, { "are", 100 }, { "around", 15 },
	{ "as", 40 }, { "at", 40 }, { "away", 5 }, { "back", 15 }, { "bad", 5 }, { "be", 100 }, { "because", 40 },
	{ "bed", 5 }, { "been", 40 }, { "before", 15 }, { "being", 15 }, { "best", 5 }, { "better", 15 },
	{ "big", 5 }, { "bit", 15 }, { "but", 100 }, { "by", 15 }, { "call", 5 }, { "came", 5 }, { "can", 40 },
	{ "cannot", 5 }, { "cant", 40 }, { "care", 5 }, { "change", 5 }, { "child", 5 }, { "come", 15 },
	{ "coming", 5 }, { "could", 40 }, { "couldnt", 15 }, { "dad", 5 }, { "day", 15 }, { "did", 40 },
	{ "didnt", 40 }, { "different", 15 }, { "do", 100 }, { "doesnt", 15 }, { "doing", 15 }, { "done", 5 },
	{ "dont", 40 }, { "down", 15 }, { "each", 5 }, { "else", 5 }, { "end", 5 }, { "enough", 5 }, { "even", 15 },
	{ "ever", 15 }, { "every", 15 }, { "everything", 15 }, { "exactly", 5 }, { "family", 5 }, { "father", 5 },
	{ "feel", 40 }, { "feeling", 15 }, { "feels", 15 }, { "felt", 5 }, { "few", 5 }, { "find", 5 },
	{ "fine", 5 }, { "first", 15 }, { "for", 100 }, { "friend", 5 }, { "friends", 5 }, { "from", 40 },
	{ "get", 40 }, { "gets", 5 }, { "getting", 5 }, { "give", 15 }, { "go", 40 }, { "going", 40 },
	{ "gonna", 5 }, { "good", 40 }, { "got", 40 }, { "great", 15 }, { "guess", 15 }, { "had", 40 },
	{ "happen", 5 }, { "happened", 5 }, { "happening", 5 }, { "happy", 5 }, { "hard", 15 }, { "has", 40 },
	{ "have", 100 }, { "havent", 5 }, { "he", 100 }, { "hear", 5 }, { "heard", 5 }, { "help", 15 },
	{ "her", 40 }, { "here", 40 }, { "hes", 5 }, { "him", 40 }, { "his", 40 }, { "hm", 15 }, { "home", 15 },
	{ "hope", 5 }, { "house", 5 }, { "how", 40 }, { "husband", 5 }, { "i", 300 }, { "id", 15 }, { "idea", 5 },
	{ "if", 100 }, { "ill", 15 }, { "im", 40 }, { "important", 5 }, { "in", 100 }, { "into", 15 }, { "is", 100 },
	{ "isnt", 15 }, { "it", 300 }, { "its", 100 }, { "ive", 15 }, { "just", 100 }, { "keep", 5 }, { "kept", 5 },
	{ "kid", 5 }, { "kids", 15 }, { "kind", 40 }, { "knew", 5 }, { "know", 100 }, { "last", 15 }, { "leave", 5 },
	{ "left", 5 }, { "let", 15 }, { "lets", 15 }, { "life", 15 }, { "like", 100 }, { "listen", 5 },
	{ "little", 15 }, { "live", 5 }, { "long", 15 }, { "look", 15 }, { "lot", 15 }, { "made", 5 },
	{ "make", 15 }, { "makes", 15 }, { "man", 5 }, { "many", 15 }, { "maybe", 15 }, { "me", 100 },
	{ "mean", 40 }, { "might", 5 }, { "mm", 40 }, { "mom", 5 }, { "money", 5 }, { "more", 40 }, { "morning", 5 },
	{ "most", 5 }, { "mother", 5 }, { "much", 15 }, { "mum", 5 }, { "must", 5 }, { "my", 100 }, { "need", 15 },
	{ "never", 15 }, { "new", 15 }, { "next", 5 }, { "night", 5 }, { "no", 100 }, { "not", 100 },
	{ "nothing", 5 }, { "now", 40 }, { "of", 100 }, { "off", 15 }, { "oh", 100 }, { "ok", 40 }, { "okay", 40 },
	{ "old", 5 }, { "on", 100 }, { "one", 100 }, { "only", 15 }, { "or", 100 }, { "other", 15 }, { "our", 15 },
	{ "out", 40 }, { "over", 15 }, { "part", 15 }, { "people", 15 }, { "person", 15 }, { "place", 5 },
	{ "point", 15 }, { "pretty", 15 }, { "probably", 15 }, { "problem", 5 }, { "put", 15 }, { "question", 5 },
	{ "really", 40 }, { "remember", 5 }, { "right", 100 }, { "said", 40 }, { "same", 15 }, { "say", 40 },
	{ "saying", 15 }, { "says", 5 }, { "school", 15 }, { "see", 40 }, { "seem", 5 }, { "seems", 5 },
	{ "sense", 5 }, { "session", 5 }, { "she", 100 }, { "shes", 15 }, { "should", 15 }, { "since", 5 },
	{ "situation", 5 }, { "so", 100 }, { "some", 40 }, { "somebody", 5 }, { "someone", 5 }, { "something", 40 },
	{ "sometimes", 5 }, { "sorry", 5 }, { "sort", 40 }, { "sounds", 5 }, { "start", 5 }, { "started", 5 },
	{ "stay", 5 }, { "still", 5 }, { "stop", 5 }, { "stuff", 5 }, { "sure", 15 }, { "take", 15 }, { "talk", 15 },
	{ "talked", 5 }, { "talking", 15 }, { "tell", 15 }, { "tells", 5 }, { "than", 15 }, { "thank", 15 },
	{ "that", 300 }, { "thats", 40 }, { "the", 300 }, { "their", 15 }, { "them", 40 }, { "then", 40 },
	{ "therapy", 5 }, { "there", 40 }, { "theres", 15 }, { "they", 100 }, { "theyre", 15 }, { "thing", 15 },
	{ "things", 40 }, { "think", 100 }, { "thinking", 15 }, { "thinks", 5 }, { "this", 100 }, { "those", 15 },
	{ "thought", 15 }, { "three", 15 }, { "through", 15 }, { "time", 40 }, { "times", 5 }, { "to", 300 },
	{ "today", 15 }, { "together", 5 }, { "told", 15 }, { "too", 15 }, { "took", 5 }, { "try", 15 },
	{ "trying", 15 }, { "two", 15 }, { "uh", 100 }, { "um", 100 }, { "understand", 15 }, { "until", 5 },
	{ "up", 40 }, { "us", 15 }, { "use", 5 }, { "used", 5 }, { "very", 15 }, { "want", 40 }, { "wanted", 15 },
	{ "wants", 5 }, { "was", 100 }, { "wasnt", 15 }, { "way", 15 }, { "we", 100 }, { "week", 15 },
	{ "weeks", 5 }, { "weird", 5 }, { "well", 100 }, { "went", 15 }, { "were", 40 }, { "weve", 15 },
	{ "what", 100 }, { "whatever", 5 }, { "whats", 5 }, { "when", 40 }, { "where", 15 }, { "which", 40 },
	{ "while", 5 }, { "who", 40 }, { "whole", 15 }, { "why", 15 }, { "wife", 5 }, { "will", 40 },
	{ "with", 100 }, { "without", 5 }, { "wont", 5 }, { "word", 5 }, { "words", 5 }, { "work", 15 },
	{ "working", 5 }, { "world", 5 }, { "worried", 5 }, { "worse", 5 }, { "would", 40 }, { "wouldnt", 5 },
	{ "wrong", 5 }, { "yeah", 100 }, { "year", 5 }, { "years", 15 }, { "yes", 100 }, { "you", 300 },
	{ "your", 100 }, { "youre", 40 }, { "youve", 5 },
};
/* clang-format on */

static int by_word(const void *key, const void *row)
{
	return str_cmp(*(const struct str *)key, str_of(((const struct row *)row)->word));
}

unsigned frequency_of(struct str folded)
{
	const struct row *row = bsearch(&folded, rows, sizeof rows / sizeof *rows, sizeof *rows, by_word);

	return row ? row->frequency : FREQUENCY_RARE;
}
