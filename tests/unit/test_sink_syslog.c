/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/local_socket.h"
#include "io/sink_syslog.h"
#include "test.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

TEST(severities_become_those_of_syslog)
{
	CHECK_INT(syslog_priority(STR("info")), LOG_INFO);
	CHECK_INT(syslog_priority(STR("notice")), LOG_NOTICE);
	CHECK_INT(syslog_priority(STR("warning")), LOG_WARNING);
	CHECK_INT(syslog_priority(STR("critical")), LOG_CRIT);
	CHECK_INT(syslog_priority(STR("else")), LOG_WARNING);
}

TEST(an_alert_is_one_line_behind_the_cee_cookie)
{
	struct buf out = { 0 };

	syslog_cee(STR("{\"say\":\"100% m1\"}"), &out);
	CHECK_STR(buf_str(&out), "@cee: {\"say\":\"100% m1\"}");
	buf_reset(&out);
	syslog_cee(STR("{\n\"a\":\r1\0}"), &out);
	CHECK_STR(buf_str(&out), "@cee: { \"a\": 1 }");
	buf_release(&out);
}

static int listen_at(const char *path, int type)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strcpy(at.sun_path, path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || (type == SOCK_STREAM && listen(fd, 5) < 0))
		abort();
	return fd;
}

TEST(a_missing_log_socket_is_noticed_and_named)
{
	struct str path = arena_printf(arena, "%s/log", test_directory());
	struct error why = { 0 };
	int fd;

	CHECK_INT(local_socket_probe(path.p, &why), -1);
	CHECK_HAS(str_of(why.text), "nobody listens at ");
	CHECK_HAS(str_of(why.text), "/log: No such file or directory");
	/* The socket of a log daemon that died is there, but nobody reads it. */
	fd = listen_at(path.p, SOCK_DGRAM);
	CHECK_INT(local_socket_probe(path.p, &why), 0);
	close(fd);
	CHECK_INT(local_socket_probe(path.p, &why), -1);
	CHECK_HAS(str_of(why.text), "Connection refused");
}

TEST(a_log_socket_may_be_a_stream)
{
	struct str path = arena_printf(arena, "%s/log", test_directory());
	struct error why = { 0 };
	int fd = listen_at(path.p, SOCK_STREAM);

	CHECK_INT(local_socket_probe(path.p, &why), 0);
	close(fd);
}

TEST(a_log_daemon_that_hangs_counts_as_missing)
{
	struct str path = arena_printf(arena, "%s/log", test_directory());
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct error why = { 0 };
	int listener = listen_at(path.p, SOCK_DGRAM), fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	char c;

	strcpy(to.sun_path, path.p);
	REQUIRE(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	while (send(fd, "x", 1, 0) == 1)
		;
	CHECK_INT(local_socket_probe(path.p, &why), -1);
	CHECK_HAS(str_of(why.text), "not keeping up");
	while (recv(listener, &c, 1, MSG_DONTWAIT) == 1)
		;
	CHECK_INT(local_socket_probe(path.p, &why), 0);
	close(fd);
	close(listener);
}
