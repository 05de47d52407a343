/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service manager is a socket in the test's directory; the journal is a file in place of standard error.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/files.h"
#include "io/log.h"
#include "io/notify.h"
#include "test.h"

static int manager(struct arena *a)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct str path = arena_printf(a, "%s/notify", test_directory());
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path.p, path.n + 1);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		test_fail(__FILE__, __LINE__, "no socket");
	setenv("NOTIFY_SOCKET", path.p, 1);
	return fd;
}

static struct str heard(int fd, struct arena *a)
{
	char text[512];
	ssize_t n = recv(fd, text, sizeof text, 0);

	return n < 0 ? (struct str){ NULL, 0 } : arena_dup(a, (struct str){ text, (size_t)n });
}

TEST(the_service_manager_hears_of_each_step)
{
	int fd = manager(arena);

	notify_ready();
	CHECK_STR(heard(fd, arena), "READY=1");
	notify_status("%d records", 3);
	CHECK_STR(heard(fd, arena), "STATUS=3 records");
	notify_reloading();
	CHECK_HAS(heard(fd, arena), "RELOADING=1\nMONOTONIC_USEC=");
	notify_stopping();
	CHECK_STR(heard(fd, arena), "STOPPING=1");
	unsetenv("NOTIFY_SOCKET");
	notify_ready();
	CHECK(!heard(fd, arena).p);
	close(fd);
}

TEST(the_watchdog_is_fed_no_oftener_than_needed)
{
	char pid[32];
	int fd = manager(arena), meals = 0;

	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	unsetenv("WATCHDOG_USEC");
	CHECK_INT(notify_watchdog_interval_ms(), 0);
	notify_watchdog();
	CHECK(!heard(fd, arena).p);
	setenv("WATCHDOG_USEC", "3600000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	CHECK_INT(notify_watchdog_interval_ms(), 1800000);
	for (int i = 0; i < 5; i++)
		notify_watchdog();
	while (heard(fd, arena).p)
		meals++;
	CHECK_INT(meals, 1);
	/* Meant for another process: not ours to feed. */
	setenv("WATCHDOG_PID", "1", 1);
	CHECK_INT(notify_watchdog_interval_ms(), 0);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	unsetenv("NOTIFY_SOCKET");
	close(fd);
}

/* What log_line wrote, with standard error sent to a file; as_journal: the file passes for the journal's stream. */
static struct str logged(struct arena *a, bool as_journal, enum log_level least)
{
	const char *path = arena_printf(a, "%s/log", test_directory()).p;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), kept = dup(STDERR_FILENO);
	struct str text = { NULL, 0 };
	struct error e;
	struct stat st;

	fstat(fd, &st);
	dup2(fd, STDERR_FILENO);
	setenv("JOURNAL_STREAM", arena_printf(a, "%lu:%lu", st.st_dev, st.st_ino + !as_journal).p, 1);
	log_open("ruptured", least);
	log_line(LOG_LEVEL_WARNING, "one\ntwo %d", 2);
	log_line(LOG_LEVEL_DEBUG, "detail");
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(fd);
	unsetenv("JOURNAL_STREAM");
	log_open("ruptured", LOG_LEVEL_INFO);
	file_read(a, path, 10000, &text, &e);
	return text;
}

TEST(a_log_line_is_one_line)
{
	CHECK_STR(logged(arena, false, LOG_LEVEL_INFO), "ruptured: one two 2\n");
	CHECK_STR(logged(arena, false, LOG_LEVEL_DEBUG), "ruptured: one two 2\nruptured: detail\n");
}

TEST(the_journal_gets_priorities)
{
	CHECK_STR(logged(arena, true, LOG_LEVEL_DEBUG), "<4>one two 2\n<7>detail\n");
}
