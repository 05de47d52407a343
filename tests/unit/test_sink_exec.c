/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/clock.h"
#include "io/files.h"
#include "io/sink_exec.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS	 20000
#define ORDINARY_SIGNALS 0x7fffffffULL /* 32 and 33 are the C library's own */

#define PAYLOAD                                                                                                        \
	"{\"key\":\"00ff-2\",\"alert\":\"00ff\",\"state\":\"open\",\"severity\":\"warning\",\"rule\":\"drops."         \
	"alliance\","                                                                                                  \
	"\"case\":\"c7\",\"member\":\"m1\",\"other\":null,\"say\":\"secret words\"}"

/* A hook that is a line of shell; "$0" is the first of `more`. */
struct hook {
	struct sink sink;
	struct exec_settings settings;
	char *argv[8];
	struct parcel parcel;
	void *keep, *job;
	struct error why;
};

static void hook_make(struct hook *h, const char *shell, const char *first, const char *second)
{
	*h = (struct hook){
		.argv = { (char *)"/bin/sh", (char *)"-c", (char *)shell, (char *)first, (char *)second },
		.parcel = { .key = STR("00ff-2/desk"),
			    .route = STR("supervisors"),
			    .severity = STR("warning"),
			    .payload = STR(PAYLOAD) },
	};
	h->settings = (struct exec_settings){ h->argv, DEADLINE_MS, DEADLINE_MS };
	h->sink = (struct sink){ .name = STR("desk"), .kind = sink_kind_find(STR("exec")), .settings = &h->settings };
}

static enum delivery_outcome hook_start(struct hook *h)
{
	return h->sink.kind->deliver(&h->sink, &h->parcel, &h->keep, &h->job, &h->why);
}

static enum delivery_outcome hook_wait(struct hook *h)
{
	int64_t deadline = clock_monotonic_ms() + DEADLINE_MS, wake;
	enum delivery_outcome outcome;

	while ((outcome = h->sink.kind->reap(h->job, clock_monotonic_ms(), &wake, &h->why)) == DELIVERY_RUNNING) {
		if (clock_monotonic_ms() > deadline) {
			test_fail(__FILE__, __LINE__, "the hook did not end");
			h->sink.kind->cancel(h->job);
			return outcome;
		}
		poll(NULL, 0, 1);
	}
	return outcome;
}

static enum delivery_outcome hook_run(struct hook *h)
{
	enum delivery_outcome outcome = hook_start(h);

	return outcome == DELIVERY_RUNNING ? hook_wait(h) : outcome;
}

static struct str said(struct arena *arena, struct str path)
{
	struct str text = { NULL, 0 };
	struct error e;

	if (file_read(arena, path.p, 4 << 20, &text, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return text;
}

static struct str wait_for_file(struct arena *arena, struct str path)
{
	int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

	while (access(path.p, F_OK) < 0 && clock_monotonic_ms() < deadline)
		poll(NULL, 0, 1);
	return said(arena, path);
}

static bool no_child_is_left(void)
{
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

TEST(a_hook_gets_the_alert_on_standard_input)
{
	struct str file = arena_printf(arena, "%s/in", test_directory());
	struct hook h;

	hook_make(&h, "cat > \"$0\"", file.p, NULL);
	CHECK_INT(hook_run(&h), DELIVERY_DONE);
	CHECK_STR(said(arena, file), PAYLOAD "\n");
	CHECK(no_child_is_left());
}

TEST(a_hook_gets_these_variables_and_no_others)
{
	struct str file = arena_printf(arena, "%s/env", test_directory());
	struct hook h;

	setenv("RUPTURED_UNIT_SECRET", "x", 1);
	hook_make(&h, "tr '\\0' '\\n' < /proc/$$/environ | sort > \"$0\"", file.p, NULL);
	CHECK_INT(hook_run(&h), DELIVERY_DONE);
	unsetenv("RUPTURED_UNIT_SECRET");
	CHECK_STR(said(arena, file), "LANG=C.UTF-8\n"
				     "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
				     "RUPTURED_ALERT=00ff\n"
				     "RUPTURED_CASE=c7\n"
				     "RUPTURED_KEY=00ff-2\n"
				     "RUPTURED_ROUTE=supervisors\n"
				     "RUPTURED_RULE=drops.alliance\n"
				     "RUPTURED_SEVERITY=warning\n"
				     "RUPTURED_STATE=open\n");
}

TEST(the_environment_carries_no_more_than_the_payload)
{
	struct str file = arena_printf(arena, "%s/env", test_directory());
	struct hook h;

	hook_make(&h, "tr '\\0' '\\n' < /proc/$$/environ | grep -c 'CASE\\|RULE\\|STATE' > \"$0\"; true", file.p, NULL);
	h.parcel.payload = STR("{\"alert\":\"00ff\",\"route\":\"safety\",\"severity\":\"critical\",\"case\":null}");
	CHECK_INT(hook_run(&h), DELIVERY_DONE);
	CHECK_STR(said(arena, file), "0\n");
}

TEST(no_shell_splits_the_arguments)
{
	struct str file = arena_printf(arena, "%s/args", test_directory());
	struct hook h;

	hook_make(&h, "printf '%s|%s' $# \"$1\" > \"$0\"", file.p, "a b; touch $HOME `id` \"*");
	CHECK_INT(hook_run(&h), DELIVERY_DONE);
	CHECK_STR(said(arena, file), "1|a b; touch $HOME `id` \"*");
}

TEST(a_hook_inherits_no_descriptor)
{
	struct str file = arena_printf(arena, "%s/fds", test_directory());
	struct hook h;
	int leak = fcntl(0, F_DUPFD, 20);

	REQUIRE(leak >= 20 && leak < 60);
	hook_make(&h,
		  "open=; i=3; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && open=\"$open $i\"; i=$((i+1)); done; "
		  "echo \"open:$open\" > \"$0\"",
		  file.p, NULL);
	CHECK_INT(hook_run(&h), DELIVERY_DONE);
	CHECK_STR(said(arena, file), "open:\n");
	close(leak);
}

TEST(a_hook_has_no_blocked_or_ignored_signal)
{
	struct str file = arena_printf(arena, "%s/signals", test_directory());
	sigset_t block, before;
	unsigned long long blocked, ignored;
	struct hook h;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &before);
	signal(SIGPIPE, SIG_IGN);
	hook_make(&h, "grep -E 'SigBlk|SigIgn' /proc/self/status > \"$0\"", file.p, NULL);
	CHECK_INT(hook_run(&h), DELIVERY_DONE);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	REQUIRE(sscanf(said(arena, file).p, "SigBlk: %llx SigIgn: %llx", &blocked, &ignored) == 2);
	CHECK_INT(blocked & ORDINARY_SIGNALS, 0);
	CHECK_INT(ignored & ORDINARY_SIGNALS, 0);
}

TEST(a_hook_that_does_not_read_holds_up_nobody)
{
	struct hook h;
	struct buf big = { 0 };

	buf_puts(&big, STR("{\"say\":\""));
	while (big.n < 1 << 20)
		buf_puts(&big, STR("0123456789abcdef0123456789abcdef"));
	buf_puts(&big, STR("\"}"));
	hook_make(&h, "exit 0", "sh", NULL);
	h.parcel.payload = buf_str(&big);
	CHECK_INT(hook_run(&h), DELIVERY_DONE);
	CHECK(no_child_is_left());
	buf_release(&big);
}

TEST(a_hook_reads_a_megabyte_to_the_end)
{
	struct str file = arena_printf(arena, "%s/count", test_directory());
	struct hook h;
	struct buf big = { 0 };

	while (big.n < 1 << 20)
		buf_puts(&big, STR("0123456789abcdef"));
	hook_make(&h, "wc -c > \"$0\"", file.p, NULL);
	h.parcel.payload = buf_str(&big);
	CHECK_INT(hook_run(&h), DELIVERY_DONE);
	CHECK_STR(said(arena, file), "1048577\n"); /* and its newline */
	buf_release(&big);
}

TEST(any_exit_code_but_0_is_tried_again_and_the_reason_tells_no_words)
{
	static const char *const exits[] = { "cat >&2; exit 1", "exit 65", "exit 78", "exit 255" };
	struct hook h;

	for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
		hook_make(&h, exits[i], "sh", NULL);
		CHECK_INT(hook_run(&h), DELIVERY_RETRY);
		CHECK_HAS(str_of(h.why.text), "the program left with exit code ");
		CHECK(!strstr(h.why.text, "secret"));
	}
	hook_make(&h, "kill -9 $$", "sh", NULL);
	CHECK_INT(hook_run(&h), DELIVERY_RETRY);
	CHECK_STR(str_of(h.why.text), "the program was ended by signal 9");
	CHECK(no_child_is_left());
}

/* Under valgrind posix_spawn cannot hear from its child why it did not start. */
static bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

TEST(a_hook_that_is_not_there_is_tried_again)
{
	struct hook h;

	if (under_valgrind())
		SKIP("valgrind");
	hook_make(&h, "", "sh", NULL);
	h.argv[0] = (char *)"/nonexistent/tell";
	CHECK_INT(hook_run(&h), DELIVERY_RETRY);
	CHECK_STR(str_of(h.why.text), "cannot start /nonexistent/tell: No such file or directory");
	CHECK(no_child_is_left());
}

TEST(a_hook_that_hangs_is_asked_to_end)
{
	struct str ready = arena_printf(arena, "%s/ready", test_directory());
	struct str asked = arena_printf(arena, "%s/asked", test_directory());
	int64_t wake = 0, before = clock_monotonic_ms();
	struct hook h;

	hook_make(&h, "trap 'echo term > \"$1\"; exit 0' TERM; echo > \"$0\"; while :; do sleep 0.01; done", ready.p,
		  asked.p);
	REQUIRE(hook_start(&h) == DELIVERY_RUNNING);
	wait_for_file(arena, ready);
	CHECK_INT(h.sink.kind->reap(h.job, before, &wake, &h.why), DELIVERY_RUNNING);
	CHECK(wake >= before + DEADLINE_MS && wake <= clock_monotonic_ms() + DEADLINE_MS);
	/* At its time limit; the clock is ours to name. */
	CHECK_INT(h.sink.kind->reap(h.job, wake, &wake, &h.why), DELIVERY_RUNNING);
	CHECK_INT(hook_wait(&h), DELIVERY_DONE);
	CHECK_STR(said(arena, asked), "term\n");
	CHECK(no_child_is_left());
}

/* Gone, or nobody has waited for it yet. */
static bool has_ended(int pid)
{
	char path[64], state = '?';
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return true;
	if (fscanf(f, "%*d %*s %c", &state) != 1)
		state = 'X';
	fclose(f);
	return state == 'Z' || state == 'X';
}

TEST(a_hook_that_does_not_want_to_end_is_killed_with_all_it_started)
{
	struct str file = arena_printf(arena, "%s/pids", test_directory());
	int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
	struct hook h;
	int pid, child;

	hook_make(&h,
		  "trap '' TERM; sleep 1000 & echo $$ $! > \"$0.new\"; mv \"$0.new\" \"$0\"; "
		  "while :; do sleep 0.01; done",
		  file.p, NULL);
	h.settings.timeout_ms = 1;
	h.settings.kill_after_ms = 30;
	REQUIRE(hook_start(&h) == DELIVERY_RUNNING);
	REQUIRE(sscanf(wait_for_file(arena, file).p, "%d %d", &pid, &child) == 2);
	CHECK_INT(getpgid(pid), pid); /* a group of its own */
	CHECK_INT(getpgid(child), pid);
	CHECK_INT(hook_wait(&h), DELIVERY_RETRY);
	CHECK_STR(str_of(h.why.text), "the program was ended after 0.001 s");
	CHECK(no_child_is_left());
	while (!has_ended(child) && clock_monotonic_ms() < deadline)
		poll(NULL, 0, 1);
	CHECK(has_ended(child));
}

TEST(a_running_hook_can_be_stopped_or_killed_at_shutdown)
{
	struct hook h;
	int64_t now = clock_monotonic_ms(), wake;

	hook_make(&h, "exec sleep 1000", "sh", NULL);
	REQUIRE(hook_start(&h) == DELIVERY_RUNNING);
	CHECK_INT(h.sink.kind->reap(h.job, now, &wake, &h.why), DELIVERY_RUNNING);
	h.sink.kind->stop(h.job, now);
	CHECK_INT(hook_wait(&h), DELIVERY_RETRY);
	CHECK_HAS(str_of(h.why.text), "the courier stops");
	hook_make(&h, "trap '' TERM; while :; do sleep 0.01; done", "sh", NULL);
	REQUIRE(hook_start(&h) == DELIVERY_RUNNING);
	h.sink.kind->cancel(h.job);
	CHECK(no_child_is_left());
}

TEST(an_outcome_nobody_can_know_is_not_taken_for_success)
{
	struct hook h;

	/* Where SIGCHLD is ignored the kernel waits for children itself. */
	signal(SIGCHLD, SIG_IGN);
	hook_make(&h, "exit 0", "sh", NULL);
	CHECK_INT(hook_run(&h), DELIVERY_RETRY);
	signal(SIGCHLD, SIG_DFL);
}

TEST(the_example_of_a_hook_tells_an_alert_once)
{
	struct str told = arena_printf(arena, "%s/told", test_directory());
	struct str desk = arena_printf(arena, "%s/desk", test_directory());
	struct hook h;

	for (int i = 0; i < 3; i++) {
		hook_make(&h, NULL, NULL, NULL);
		h.argv[1] = (char *)"docs/hook-example.sh";
		h.argv[2] = (char *)told.p;
		h.argv[3] = (char *)desk.p;
		h.parcel.key = i < 2 ? STR("00ff-2/desk") : STR("00ff-3/desk");
		CHECK_INT(hook_run(&h), DELIVERY_DONE);
	}
	CHECK_STR(said(arena, desk), "warning: drops.alliance open, case c7, alert 00ff\n"
				     "warning: drops.alliance open, case c7, alert 00ff\n");
}
