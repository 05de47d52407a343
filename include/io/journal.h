/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An entry in systemd's journal, with fields of its own.  libsystemd appears only in systemd.c.
 */
#ifndef RUPTURED_IO_JOURNAL_H
#define RUPTURED_IO_JOURNAL_H

#include "base/error.h"
#include "base/str.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* "NAME=value" each, any bytes in a value.  Does not wait for a journal that is not there or does not keep up: an error. */
int journal_send(const struct str *fields, size_t n, struct error *why);

#endif
