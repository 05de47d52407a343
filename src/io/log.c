/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* Written once by log_open, before threads; the one mutable thing a log cannot do without. */
static struct {
	const char *program;
	enum log_level least;
	bool journal;
} state = { "ruptured", LOG_LEVEL_INFO, false };

/* syslog(3)'s numbers, as sd-daemon(3) wants them. */
static const char *const priorities[] = { "<3>", "<4>", "<5>", "<6>", "<7>" };

/* Set and inherited is not enough: standard error may have been sent elsewhere since (systemd.exec(5)). */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%lu:%lu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	       st.st_dev == device && st.st_ino == inode;
}

void log_open(const char *program, enum log_level least)
{
	state.program = program;
	state.least = least;
	state.journal = is_journal();
}

/* One line is one event, whatever a message quotes. */
static void flatten(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = ' ';
}

void log_line(enum log_level level, const char *format, ...)
{
	int kept = errno, n;
	char message[1024], line[1200];
	va_list ap;

	if (level > state.least)
		return;
	va_start(ap, format);
	vsnprintf(message, sizeof message, format, ap);
	va_end(ap);
	flatten(message);
	if (state.journal)
		n = snprintf(line, sizeof line, "%s%s\n", priorities[level], message);
	else
		n = snprintf(line, sizeof line, "%s: %s\n", state.program, message);
	while (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0 && errno == EINTR)
		;
	errno = kept;
}
