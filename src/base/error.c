/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *e, enum error_kind kind, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(e->text, sizeof e->text, format, ap);
	va_end(ap);
	e->kind = kind;
	e->sys = 0;
	return -1;
}

static enum error_kind kind_of(int sys)
{
	switch (sys) {
	case ENOSPC:
	case EDQUOT:
	case EAGAIN:
	case EINTR:
	case EBUSY:
		return ERROR_AGAIN;
	default:
		return ERROR_MACHINE;
	}
}

int error_errno(struct error *e, const char *format, ...)
{
	int sys = errno;
	size_t n;
	va_list ap;

	va_start(ap, format);
	vsnprintf(e->text, sizeof e->text, format, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", strerror(sys));
	e->kind = kind_of(sys);
	e->sys = sys;
	return -1;
}

int error_context(struct error *e, const char *format, ...)
{
	char inner[sizeof e->text];
	size_t n;
	va_list ap;

	memcpy(inner, e->text, sizeof inner);
	va_start(ap, format);
	vsnprintf(e->text, sizeof e->text, format, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", inner);
	return -1;
}
