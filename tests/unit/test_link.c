/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/clock.h"
#include "io/link.h"
#include "io/lookup.h"
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_MS 10000

/* A socket on this machine, and a link to it. */
struct host {
	int listener;
	char port[8];
	struct link *link;
	struct error why;
};

static int bound(int type, char *ret_port, int backlog)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	struct timeval patience = { DEADLINE_MS / 1000, 0 };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || (type == SOCK_STREAM && listen(fd, backlog) < 0) ||
	    getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		abort();
	snprintf(ret_port, 8, "%d", ntohs(at.sin_port));
	return fd;
}

static void host_open(struct host *h, enum link_kind kind, const char *name)
{
	h->listener = bound(kind == LINK_UDP ? SOCK_DGRAM : SOCK_STREAM, h->port, 5);
	h->link = link_new(&(struct link_target){ .kind = kind, .host = str_of(name), .port = str_of(h->port) });
}

static void host_close(struct host *h)
{
	link_free(h->link);
	if (h->listener >= 0)
		close(h->listener);
}

/* Until it is sent or has failed, or for `limit_ms`. */
static enum link_progress go_on(struct host *h, int64_t limit_ms)
{
	int64_t deadline = clock_monotonic_ms() + limit_ms;
	enum link_progress progress;

	while ((progress = link_step(h->link, &h->why)) == LINK_WAITS && clock_monotonic_ms() < deadline)
		poll(NULL, 0, 1);
	return progress;
}

static enum link_progress send_text(struct host *h, const char *text)
{
	link_send(h->link, str_of(text));
	return go_on(h, DEADLINE_MS);
}

static struct str received(struct arena *arena, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[256];
	ssize_t n = poll(&p, 1, DEADLINE_MS) == 1 ? recv(fd, text, sizeof text, 0) : 0;

	return arena_dup(arena, (struct str){ text, n > 0 ? (size_t)n : 0 });
}

TEST(a_connection_is_kept_from_message_to_message)
{
	struct host h;
	int fd;

	host_open(&h, LINK_TCP, "127.0.0.1");
	CHECK_INT(send_text(&h, "one"), LINK_SENT);
	fd = accept(h.listener, NULL, NULL);
	CHECK_STR(received(arena, fd), "one");
	CHECK_INT(send_text(&h, "two"), LINK_SENT);
	CHECK_STR(received(arena, fd), "two");
	close(fd);
	host_close(&h);
}

TEST(a_connection_that_the_other_side_ended_is_made_anew_before_anything_is_written)
{
	struct host h;
	int fd;

	host_open(&h, LINK_TCP, "127.0.0.1");
	CHECK_INT(send_text(&h, "one"), LINK_SENT);
	close(accept(h.listener, NULL, NULL));
	CHECK_INT(send_text(&h, "two"), LINK_SENT);
	fd = accept(h.listener, NULL, NULL);
	CHECK_STR(received(arena, fd), "two");
	close(fd);
	host_close(&h);
}

TEST(nobody_listening_is_a_failure_that_is_named)
{
	struct host h;

	host_open(&h, LINK_TCP, "127.0.0.1");
	close(h.listener);
	h.listener = -1;
	CHECK_INT(send_text(&h, "one"), LINK_FAILED);
	CHECK_HAS(str_of(h.why.text), "127.0.0.1 port ");
	CHECK_HAS(str_of(h.why.text), "Connection refused");
	host_close(&h);
}

/* It fits into our kernel's queue, but not into the receiver's window. */
TEST(a_message_that_is_not_acknowledged_is_not_sent_yet)
{
	struct buf large = { 0 };
	struct host h;
	int fd, small = 2048;
	char away[65536];

	host_open(&h, LINK_TCP, "127.0.0.1");
	setsockopt(h.listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	memset(buf_room(&large, 12 << 10), 'x', 12 << 10);
	link_send(h.link, buf_str(&large));
	CHECK_INT(go_on(&h, 100), LINK_WAITS);
	fd = accept(h.listener, NULL, NULL);
	while (go_on(&h, 0) == LINK_WAITS)
		if (recv(fd, away, sizeof away, MSG_DONTWAIT) == 0)
			break;
	CHECK_INT(link_step(h.link, &h.why), LINK_SENT);
	CHECK_INT(send_text(&h, "next"), LINK_SENT);
	close(fd);
	host_close(&h);
	buf_release(&large);
}

TEST(a_receiver_that_dies_with_a_message_in_hand_makes_it_fail)
{
	struct buf large = { 0 };
	struct host h;

	host_open(&h, LINK_TCP, "127.0.0.1");
	memset(buf_room(&large, 8 << 20), 'x', 8 << 20);
	link_send(h.link, buf_str(&large));
	CHECK_INT(go_on(&h, 100), LINK_WAITS);
	close(accept(h.listener, NULL, NULL));
	CHECK_INT(go_on(&h, DEADLINE_MS), LINK_FAILED);
	host_close(&h);
	buf_release(&large);
}

TEST(a_host_that_never_answers_a_handshake_waits_and_can_be_dropped)
{
	struct host h;

	host_open(&h, LINK_TLS, "127.0.0.1");
	link_send(h.link, STR("one"));
	CHECK_INT(go_on(&h, 50), LINK_WAITS);
	link_drop(h.link);
	close(accept(h.listener, NULL, NULL));
	host_close(&h);
}

TEST(a_host_that_speaks_no_tls_is_a_failure)
{
	struct host h;
	int fd;

	host_open(&h, LINK_TLS, "127.0.0.1");
	link_send(h.link, STR("one"));
	go_on(&h, 50);
	fd = accept(h.listener, NULL, NULL);
	CHECK(send(fd, "no such thing\n", 14, 0) == 14);
	CHECK_INT(go_on(&h, DEADLINE_MS), LINK_FAILED);
	CHECK_HAS(str_of(h.why.text), "TLS handshake: ");
	close(fd);
	host_close(&h);
}

TEST(a_file_of_trust_that_cannot_be_read_is_named)
{
	struct link_target target = { .kind = LINK_TLS, .host = STR("127.0.0.1"), .ca = STR("/nonexistent/ca.pem") };
	struct host h;

	host_open(&h, LINK_TCP, "127.0.0.1");
	target.port = str_of(h.port);
	link_free(h.link);
	h.link = link_new(&target);
	CHECK_INT(send_text(&h, "one"), LINK_FAILED);
	CHECK_HAS(str_of(h.why.text), "/nonexistent/ca.pem: ");
	host_close(&h);
}

TEST(a_datagram_goes_out_and_a_refusal_near_by_is_noticed)
{
	struct host h;

	host_open(&h, LINK_UDP, "127.0.0.1");
	CHECK_INT(send_text(&h, "one"), LINK_SENT);
	CHECK_STR(received(arena, h.listener), "one");
	CHECK_INT(send_text(&h, "two"), LINK_SENT);
	CHECK_STR(received(arena, h.listener), "two");
	close(h.listener);
	h.listener = -1;
	CHECK_INT(send_text(&h, "three"), LINK_FAILED);
	CHECK_HAS(str_of(h.why.text), "Connection refused");
	host_close(&h);
}

TEST(a_name_is_looked_up_aside)
{
	struct host h;
	int fd;

	host_open(&h, LINK_TCP, "localhost");
	CHECK_INT(send_text(&h, "one"), LINK_SENT);
	fd = accept(h.listener, NULL, NULL);
	CHECK_STR(received(arena, fd), "one");
	close(fd);
	host_close(&h);
}

TEST(a_lookup_may_be_given_up_at_any_time)
{
	for (int i = 0; i < 20; i++)
		lookup_free(lookup_start("localhost", "514", SOCK_STREAM));
}

TEST(a_link_leads_to_the_same_place_or_elsewhere)
{
	struct link_target a = { LINK_TLS, STR("log.example"), STR("6514"), STR("/a"), { 0 }, { 0 } }, b = a;
	struct link *l = link_new(&a);

	CHECK(link_leads_to(l, &b));
	b.ca = STR("/b");
	CHECK(!link_leads_to(l, &b));
	b = a;
	b.kind = LINK_TCP;
	CHECK(!link_leads_to(l, &b));
	link_free(l);
}
