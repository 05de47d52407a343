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

/*
 * Directories that have come since are watched from now on; what cannot be watched is looked at every LOOK_MS.  What
 * holds a directory of rules is watched too, for when that is replaced: what else goes on there is nothing to us.
 */
static void watch_paths(struct watching *w)
{
	struct error e;

	for (size_t i = 0; i < w->paths->n; i++)
		rulewatch_add(&w->files, w->paths->items[i].p, &e);
	for (size_t i = 0; i < w->paths->n; i++) {
		size_t before = w->files.watched.n;

		rulewatch_above(&w->files, w->paths->items[i].p, &e);
		for (; before < w->files.watched.n && before < WATCH_MAX; before++)
			w->holders |= UINT32_C(1) << before;
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

/* Whether anything may have changed; takes the events that there are. */
static bool take_events(struct watching *w)
{
	uint32_t changed = watch_drain() & ~w->holders;

	return (changed | watch_repair()) != 0;
}

static void wait_until(struct watching *w, int64_t until_ms)
{
	struct pollfd fds[] = {
		{ .fd = w->signals, .events = POLLIN },
		{ .fd = watch_fd(), .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* told when nobody reads any more, as after `| head` */
	};
	int64_t ms = until_ms - clock_monotonic_ms();

	poll(fds, 3, ms > 0 ? (int)ms : 0);
	take_signals(w);
	w->ended |= (fds[2].revents & (POLLERR | POLLHUP)) != 0;
}

/* Whether they say the same for so long. */
static bool is_at_rest(struct watching *w)
{
	int64_t until = clock_monotonic_ms() + clock_wait_ms(RULEWATCH_SETTLE_MS);
	struct arena a = { 0 };
	struct buf before = { 0 }, after = { 0 };
	bool moved = false;

	read_all(w, &a, &before);
	while (!w->ended && !moved && clock_monotonic_ms() < until) {
		wait_until(w, until);
		moved = take_events(w);
	}
	read_all(w, &a, &after);
	moved |= !str_eq(buf_str(&before), buf_str(&after));
	buf_release(&before);
	buf_release(&after);
	arena_release(&a);
	return !moved;
}

/* Whether they say something else once they are at rest. */
static bool settled(struct watching *w)
{
	bool again = w->again;

	while (!w->ended && !is_at_rest(w))
		;
	w->again = false;
	watch_paths(w);
	return look(w) || again;
}

/* Until something may have changed, at most LOOK_MS. */
static void wait_for_any(struct watching *w)
{
	int64_t until = clock_monotonic_ms() + clock_wait_ms(LOOK_MS);

	do
		wait_until(w, until);
	while (!take_events(w) && !w->ended && !w->resized && clock_monotonic_ms() < until);
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
		wait_for_any(w);
	}
}

bool watching_over(struct watching *w)
{
	take_signals(w);
	if (!w->ended && take_events(w))
		w->again |= differs(w);
	return w->ended || w->again;
}
