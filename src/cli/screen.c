/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/screen.h"

#include <sys/ioctl.h>

#define ROWS	  24
#define COLUMNS	  80
#define PARTS_MAX 8

struct screen_size screen_size(int fd)
{
	struct winsize w = { 0 };

	if (ioctl(fd, TIOCGWINSZ, &w) < 0 || !w.ws_row || !w.ws_col)
		return (struct screen_size){ ROWS, COLUMNS };
	return (struct screen_size){ w.ws_row, w.ws_col };
}

static struct str take_line(struct str *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct str line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };
	size_t taken = line.n + (end != NULL);

	*rest = (struct str){ rest->p + taken, rest->n - taken };
	return line;
}

static size_t count_lines(struct str text)
{
	size_t n = 0;

	for (; text.n; n++)
		take_line(&text);
	return n;
}

/* How many bytes of the line are its first `columns` characters. */
static size_t bytes_of(struct str line, size_t columns)
{
	size_t at = 0;

	for (; at < line.n; at++)
		if (((unsigned char)line.p[at] & 0xC0) != 0x80 && columns-- == 0)
			break;
	return at;
}

/* A line that is too long ends with a mark that it is. */
static void put_line(struct str line, size_t columns, struct buf *out)
{
	if (bytes_of(line, columns) < line.n) {
		buf_puts(out, (struct str){ line.p, bytes_of(line, columns - 1) });
		buf_putc(out, '>');
	} else {
		buf_puts(out, line);
	}
	buf_putc(out, '\n');
}

static void put_part(struct str text, size_t lines, size_t columns, struct buf *out)
{
	size_t all = count_lines(text), shown = lines < all && lines ? lines - 1 : lines;
	struct buf more = { 0 };

	for (size_t i = 0; i < shown && text.n; i++)
		put_line(take_line(&text), columns, out);
	if (shown < all && lines) {
		buf_printf(&more, "  ... %zu more lines: the window is too small", all - shown);
		put_line(buf_str(&more), columns, out);
	}
	buf_release(&more);
}

/* Line by line off the longest part that may still be cut; false when none may. */
static bool cut_longest(const struct screen_part *parts, size_t n, size_t lines[])
{
	size_t longest = n;

	for (size_t i = 0; i < n; i++)
		if (lines[i] > parts[i].least && (longest == n || lines[i] > lines[longest]))
			longest = i;
	if (longest < n)
		lines[longest]--;
	return longest < n;
}

void screen_fit(const struct screen_part *parts, size_t n, struct screen_size size, struct buf *out)
{
	size_t lines[PARTS_MAX], all = 0, room = size.rows > 1 ? (size_t)size.rows : 1;
	size_t columns = size.columns > 1 ? (size_t)size.columns : 2;

	n = n < PARTS_MAX ? n : PARTS_MAX;
	for (size_t i = 0; i < n; i++)
		all += lines[i] = count_lines(buf_str(&parts[i].text));
	while (all > room && cut_longest(parts, n, lines))
		all--;
	for (size_t i = 0; i < n; i++)
		put_part(buf_str(&parts[i].text), lines[i], columns, out);
}
