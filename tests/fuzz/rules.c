/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For libFuzzer: any bytes as a rule file beside what ships.  `make fuzz`.
 */
#include <stdint.h>

#include "core/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char instruments[] =
	"version: 1\n"
	"instruments:\n"
	"  SRS: {family: alliance40, range: 0-40, better: high, pooled_sd: 4, items: [goals]}\n";
static const char lexicon[] = "lexicon: hostility\nversion: 1.0\nlanguage: en\nentries: [you never listen]\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct rule_source sources[] = { { .file = STR("instruments.yaml"), .text = str_of(instruments) },
					 { .file = STR("lexicon.yaml"), .text = str_of(lexicon) },
					 { .file = STR("r.yaml"), .text = { (const char *)data, size } } };
	struct source_diags diags[3];
	struct buf out = { 0 };

	rules_free(rules_compile(&a, sources, 3, diags));
	diags_render(&diags[2].diags, sources[2].file, sources[2].text, DIAG_CARET, &out);
	buf_release(&out);
	arena_release(&a);
	return 0;
}
