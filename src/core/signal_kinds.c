/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/signal_internal.h"

const struct signal_kind *const signal_kinds[] = {
	&signal_turns,	  &signal_score,    &signal_code,   &signal_attendance,
	&signal_homework, &signal_field,    &signal_report, &signal_participant,
	&signal_elapsed,  &signal_incident, NULL,
};

const struct signal_kind *signal_kind_find(struct str name)
{
	for (size_t i = 0; signal_kinds[i]; i++)
		if (str_is(name, signal_kinds[i]->name))
			return signal_kinds[i];
	return NULL;
}
