/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Engine and courier under one parent (--with-courier), for a machine without a service manager.
 */
#ifndef RUPTURED_DAEMON_BOTH_H
#define RUPTURED_DAEMON_BOTH_H

/* The courier beside this program, once; its exit status. */
int both_courier_once(const char *config_path);

/*
 * Starts the engine (a child that goes on in the caller, with -1 returned to it) and the courier; the parent waits, hands
 * on TERM, INT and HUP, ends the one when the other ends, and returns the engine's exit status.
 */
int both_become_engine(const char *config_path);

#endif
