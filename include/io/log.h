/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program's own log: for the operator, never about a session's content.
 *
 * Under systemd ($JOURNAL_STREAM) lines go to standard error with an sd-daemon priority prefix, otherwise to standard
 * error with the program's name.  Records are named by token.
 */
#ifndef RUPTURED_IO_LOG_H
#define RUPTURED_IO_LOG_H

#include "base/error.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_open(const char *program, enum log_level least);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
