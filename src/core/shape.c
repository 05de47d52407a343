/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shapes that several formats share.
 */
#include "core/shape.h"

#include "core/lexicon.h"
#include "core/signal.h"

static const unsigned sessions_unit = 1u << UNIT_SESSIONS;
static const struct limit_range one = { 1, 1, true };
static const struct shape entry = { SHAPE_TABLE, NULL, lexicon_entry_fields };

const struct shape shape_text = { SHAPE_TEXT };
const struct shape shape_texts = { SHAPE_SOME, &shape_text };
const struct shape shape_flag = { SHAPE_FLAG };
const struct shape shape_null = { SHAPE_NULL };
const struct shape shape_number = { SHAPE_NUMBER };
const struct shape shape_duration = { SHAPE_DURATION };
const struct shape shape_threshold = { SHAPE_THRESHOLD };
const struct shape shape_words = { SHAPE_WORD };
const struct shape shape_one = { SHAPE_WHOLE, &one };
const struct shape shape_who = { SHAPE_WORD, &who_words };
const struct shape shape_sessions = { SHAPE_AMOUNT, &sessions_unit };
const struct shape shape_condition = { SHAPE_PATTERN, "^[A-Za-z0-9_*(), \n]+$" };
const struct shape shape_signal = { SHAPE_DEFINED, "signal" };
const struct shape shape_signals = { SHAPE_NAMED, &shape_signal };

static const struct shape date = { SHAPE_DATE };
static const struct shape *const date_or_null[] = { &date, &shape_null, NULL };
const struct shape shape_date_or_null = { SHAPE_EITHER, date_or_null };

static const struct shape *const flag_or_null[] = { &shape_flag, &shape_null, NULL };
const struct shape shape_flag_or_null = { SHAPE_EITHER, flag_or_null };

static const struct shape *const phrase_or_entry[] = { &shape_text, &entry, NULL };
static const struct shape phrase = { SHAPE_EITHER, phrase_or_entry };
const struct shape shape_phrases = { SHAPE_SOME, &phrase };
