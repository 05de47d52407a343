/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/watching.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/ruledir.h"
#include "io/clock.h"
#include "io/watch.h"

#define LOOK_MS 2000

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Directories that have come since are watched from now on.  What cannot be watched is looked at every LOOK_MS. */
static void watch_paths(struct watching *w)
{
	struct error e;

	for (size_t i = 0; i < w->paths->n; i++) {
		rulewatch_add(&w->files, w->paths->items[i].p, &e);
		rulewatch_above(&w->files, w->paths->items[i].p, &e);
	}
}

int watching_open(struct watching *w, const struct strs *paths, struct error *e)
{
	*w = (struct watching){ .paths = paths };
	w->signals = open_signals();
	if (w->signals < 0)
		return error_errno(e, "signals");
	if (watch_open(e) < 0)
		return -1;
	watch_paths(w);
	return 0;
}

void watching_close(struct watching *w)
{
	watch_close();
	if (w->signals > 0)
		close(w->signals);
	buf_release(&w->seen);
	rulewatch_release(&w->files);
	arena_release(&w->arena);
}

static void take_signals(struct watching *w)
{
	struct signalfd_siginfo info;

	while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGWINCH)
			w->resized = true;
		else
			w->ended = true;
	}
}

/* Everything that the files say, or why they cannot be read. */
static void read_all(const struct watching *w, struct arena *a, struct buf *ret)
{
	struct rule_sources sources;
	struct error e = { 0 };

	if (ruledir_read(a, w->paths, &sources, &e) < 0)
		buf_puts(ret, str_of(e.text));
	else
		ruledir_pack(&sources, ret);
}

static bool differs(struct watching *w)
{
	struct arena a = { 0 };
	struct buf now = { 0 };
	bool ret;

	read_all(w, &a, &now);
	ret = !w->seen.p || !str_eq(buf_str(&now), buf_str(&w->seen));
	buf_release(&now);
	arena_release(&a);
	return ret;
}

static const struct rule_source *find(const struct rule_sources *sources, struct str file)
{
	for (size_t i = 0; i < sources->n; i++)
		if (str_eq(sources->items[i].file, file))
			return &sources->items[i];
	return NULL;
}

static void add_changed(struct watching *w, const struct rule_sources *from, const struct rule_sources *to, bool gone)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct rule_source *other = find(to, from->items[i].file);

		if (!other || (!gone && !str_eq(other->text, from->items[i].text)))
			*VEC_PUSH(&w->arena, &w->changed) = arena_dup(&w->arena, from->items[i].file);
	}
}

static void list_changed(struct watching *w, struct str before)
{
	struct arena a = { 0 };
	struct rule_sources was = { 0 }, is = { 0 };

	arena_reset(&w->arena);
	w->changed = (struct strs){ 0 };
	if (!ruledir_unpack(&a, before, &was))
		was = (struct rule_sources){ 0 };
	if (!ruledir_unpack(&a, buf_str(&w->seen), &is))
		is = (struct rule_sources){ 0 };
	add_changed(w, &is, &was, false);
	add_changed(w, &was, &is, true);
	arena_release(&a);
}

/* True when the files say something else than last time. */
static bool look(struct watching *w)
{
	struct arena a = { 0 };
	struct buf before = w->seen;
	bool first = !before.p, saved;

	w->seen = (struct buf){ 0 };
	read_all(w, &a, &w->seen);
	buf_puts(&w->seen, STR("\n"));
	w->seen.n--;
	saved = first || !str_eq(buf_str(&before), buf_str(&w->seen));
	if (saved && !first)
		list_changed(w, buf_str(&before));
	buf_release(&before);
	arena_release(&a);
	return saved;
}

/* Whether there was anything within so long. */
static bool wait_for_any(struct watching *w, int64_t ms)
{
	struct pollfd fds[] = { { .fd = w->signals, .events = POLLIN }, { .fd = watch_fd(), .events = POLLIN } };

	poll(fds, 2, (int)clock_wait_ms(ms));
	take_signals(w);
	return (watch_drain() | watch_repair()) != 0;
}

/* Whether they say something else once they are at rest. */
static bool settled(struct watching *w)
{
	bool again = w->again;

	while (!w->ended && wait_for_any(w, RULEWATCH_SETTLE_MS))
		;
	w->again = false;
	watch_paths(w);
	return look(w) || again;
}

enum watching_event watching_wait(struct watching *w)
{
	if (!w->seen.p) {
		look(w);
		return WATCHING_SAVED;
	}
	for (;;) {
		if (w->ended)
			return WATCHING_ENDED;
		if ((differs(w) || w->again) && settled(w) && !w->ended)
			return WATCHING_SAVED;
		if (w->resized) {
			w->resized = false;
			return WATCHING_RESIZED;
		}
		wait_for_any(w, LOOK_MS);
	}
}

bool watching_over(struct watching *w)
{
	struct pollfd events = { .fd = watch_fd(), .events = POLLIN };

	take_signals(w);
	if (!w->ended && poll(&events, 1, 0) > 0) {
		watch_drain();
		w->again |= differs(w);
	}
	return w->ended || w->again;
}
