/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cue.h"
#include "test.h"

static struct cue cue(struct arena *a, const char *text)
{
	struct words_list words = { 0 };

	words_split(a, str_of(text), &words);
	return cue_of(cue_words_new(a), &words, str_of(text));
}
#define ASKS(text)     cue(arena, text).asks
#define NODS(text)     cue(arena, text).nods
#define CALLED(text)   cue(arena, text).called
#define NEGATIVE(text) cue(arena, text).negative

TEST(a_question_is_known_by_its_mark_or_by_how_it_begins)
{
	CHECK_INT(ASKS("Tired?"), QUESTION_YES_NO);
	CHECK_INT(ASKS("I see. And you went there? \""), QUESTION_YES_NO);
	CHECK_INT(ASKS("I see. What then?"), QUESTION_OPEN);
	CHECK_INT(ASKS("um so did you talk to her"), QUESTION_YES_NO);
	CHECK_INT(ASKS("okay well don't you think so"), QUESTION_YES_NO);
	CHECK_INT(ASKS("and how was that"), QUESTION_OPEN);
	CHECK_INT(ASKS("That is fair. Do they know"), QUESTION_YES_NO);
	CHECK_INT(ASKS("you did that"), QUESTION_NONE);
	CHECK_INT(ASKS("do not worry"), QUESTION_NONE);
	CHECK_INT(ASKS("do"), QUESTION_NONE);
	CHECK_INT(ASKS(""), QUESTION_NONE);
}

TEST(what_ends_like_a_statement_is_no_question)
{
	CHECK_INT(ASKS("Did I ever."), QUESTION_NONE);
	CHECK_INT(ASKS("What a day!"), QUESTION_NONE);
	CHECK_INT(ASKS("Did you? I did not."), QUESTION_NONE);
}

TEST(listening_sounds_are_nods_and_an_opinion_is_none)
{
	CHECK(NODS("Mm-hmm."));
	CHECK(NODS("uh-huh"));
	CHECK(NODS("oh yeah right"));
	CHECK(NODS("um"));
	CHECK(NODS("..."));
	CHECK(!NODS("no"));
	CHECK(!NODS("yeah but"));
	CHECK(!NODS("yeah yes right okay oh sure"));
}

TEST(a_parent_and_a_therapist_are_called_by_what_they_are)
{
	CHECK_INT(CALLED("Mum, that isn't true"), CALLED_PARENT);
	CHECK_INT(CALLED("oh dad you never listen"), CALLED_PARENT);
	CHECK_INT(CALLED("It is my room, mum."), CALLED_PARENT);
	CHECK_INT(CALLED("thank you doctor"), CALLED_THERAPIST);
	CHECK_INT(CALLED("I tried, Dad, I really did"), CALLED_PARENT);
	CHECK_INT(CALLED("daddy"), CALLED_PARENT);
}

TEST(who_is_spoken_of_is_not_called)
{
	CHECK_INT(CALLED("mum said that i should"), CALLED_NOBODY);
	CHECK_INT(CALLED("Dad is always late"), CALLED_NOBODY);
	CHECK_INT(CALLED("i hate dad"), CALLED_NOBODY);
	CHECK_INT(CALLED("my dad"), CALLED_NOBODY);
	CHECK_INT(CALLED("Mum, dad and I went there"), CALLED_NOBODY);
	CHECK_INT(CALLED("Dad, he never comes"), CALLED_NOBODY);
	CHECK_INT(CALLED("the doctor what do i know"), CALLED_NOBODY);
}

TEST(only_the_end_of_a_turn_makes_it_negative)
{
	CHECK(NEGATIVE("you don't feel heard"));
	CHECK(NEGATIVE("I see. Nobody came."));
	CHECK(!NEGATIVE("You don't. I see."));
	CHECK(!NEGATIVE("i do not and then we went home by the river and it was all fine"));
	CHECK(!NEGATIVE("that was hard"));
	CHECK(!NEGATIVE(""));
}
