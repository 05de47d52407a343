/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink.h"

extern const struct sink_kind sink_syslog, sink_journald, sink_file, sink_exec, sink_webhook, sink_smtp,
	sink_alertmanager;

const struct sink_kind *const sink_kinds[] = { &sink_syslog,  &sink_journald, &sink_file,	  &sink_exec,
					       &sink_webhook, &sink_smtp,     &sink_alertmanager, NULL };

const struct sink_kind *sink_kind_find(struct str name)
{
	for (size_t i = 0; sink_kinds[i]; i++)
		if (str_is(name, sink_kinds[i]->name))
			return sink_kinds[i];
	return NULL;
}
