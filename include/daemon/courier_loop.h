/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The courier's loop: waits for the bell, for signals and for the clock; the work is in app/courier.
 */
#ifndef RUPTURED_DAEMON_COURIER_LOOP_H
#define RUPTURED_DAEMON_COURIER_LOOP_H

#include "app/config.h"

struct courier_options {
	const char *config_path; /* NULL: as config_load */
	bool once;
};

/* The exit status.  Takes the configuration over. */
int courier_run(const struct courier_options *options, struct config *config);
/* The configuration, or NULL with its faults on standard error. */
struct config *courier_read_config(const char *path);

#endif
