/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/transfer.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "io/clock.h"

#define AT_ONCE 16    /* events taken in a step */
#define FAR_MS	60000 /* where the library knows no time */

struct transfer {
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers, *recipients;
	struct arena arena; /* what the present request points to; it may hold a password */
	struct str mail;    /* the rest of it */
	int ready;	    /* an epoll of the library's sockets */
	int64_t timer_ms;   /* monotonic; -1: none */
	size_t keep;
	struct buf body;
	size_t seen; /* bytes of the answer */
	char trouble[CURL_ERROR_SIZE];
};

/* ---- addresses ---- */

static struct str url_part(struct arena *a, CURLU *url, CURLUPart part)
{
	struct str ret = { NULL, 0 };
	char *text = NULL;

	if (curl_url_get(url, part, &text, 0) == CURLUE_OK)
		ret = arena_dup(a, str_of(text));
	curl_free(text);
	return ret;
}

static bool is_local(struct str host)
{
	return str_is(host, "localhost") || str_is(host, "[::1]") || str_starts(host, "127.");
}

static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

bool transfer_url_read(struct arena *a, struct str text, struct transfer_url *ret, const char **why)
{
	CURLU *url = curl_url();

	*why = "that is no address";
	if (!url)
		abort();
	if (is_plain(text) && curl_url_set(url, CURLUPART_URL, arena_dup(a, text).p, 0) == CURLUE_OK) {
		*ret = (struct transfer_url){ url_part(a, url, CURLUPART_SCHEME), url_part(a, url, CURLUPART_HOST),
					      false };
		ret->local = is_local(ret->host);
		*why = NULL;
		if (url_part(a, url, CURLUPART_USER).p || url_part(a, url, CURLUPART_PASSWORD).p)
			*why = "a user or password in an address would be seen";
		else if (url_part(a, url, CURLUPART_FRAGMENT).p)
			*why = "what follows \"#\" is never sent";
	}
	curl_url_cleanup(url);
	return !*why;
}

struct str transfer_url_below(struct arena *a, struct str url, const char *path)
{
	while (str_ends(url, "/"))
		url.n--;
	return arena_printf(a, "%.*s%s", STR_ARG(url), path);
}

struct str transfer_escape(struct arena *a, struct str text)
{
	char *escaped = curl_easy_escape(NULL, text.p, (int)text.n);
	struct str ret = arena_dup(a, str_of(escaped ? escaped : ""));

	curl_free(escaped);
	return ret;
}

/* ---- what the library calls ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *at, void *known)
{
	struct transfer *t = at;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(t->ready, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
	if (epoll_ctl(t->ready, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0)
		return -1;
	curl_multi_assign(t->multi, fd, t);
	return 0;
}

static int on_timer(CURLM *multi, long in_ms, void *at)
{
	struct transfer *t = at;

	(void)multi;
	t->timer_ms = in_ms < 0 ? -1 : clock_monotonic_ms() + in_ms;
	return 0;
}

/* A short count ends the transfer: an answer has no right to our memory or our time. */
static size_t on_answer(char *bytes, size_t size, size_t n, void *at)
{
	struct transfer *t = at;
	size_t room = t->keep > t->body.n ? t->keep - t->body.n : 0;

	n *= size;
	t->seen += n;
	buf_add(&t->body, bytes, n < room ? n : room);
	return t->seen > (t->keep > TRANSFER_BODY_MAX ? t->keep : TRANSFER_BODY_MAX) ? 0 : n;
}

static size_t on_mail(char *into, size_t size, size_t n, void *at)
{
	struct transfer *t = at;

	n *= size;
	if (n > t->mail.n)
		n = t->mail.n;
	memcpy(into, t->mail.p, n);
	t->mail = (struct str){ t->mail.p + n, t->mail.n - n };
	return n;
}

/* ---- setting up ---- */

static void add_line(struct curl_slist **list, struct str line, struct arena *a)
{
	struct curl_slist *longer = curl_slist_append(*list, arena_dup(a, line).p);

	if (!longer)
		abort();
	*list = longer;
}

/* Typed, because the library's own function takes anything at all. */
static void set_text(struct transfer *t, CURLoption option, struct str value)
{
	if (curl_easy_setopt(t->easy, option, arena_dup(&t->arena, value).p) != CURLE_OK)
		abort();
}

static void set_number(struct transfer *t, CURLoption option, int64_t value)
{
	if (curl_easy_setopt(t->easy, option, (long)value) != CURLE_OK)
		abort();
}

static void set_manners(struct transfer *t, const struct transfer_request *request)
{
	set_text(t, CURLOPT_URL, request->url);
	set_text(t, CURLOPT_PROTOCOLS_STR, str_of(request->schemes));
	set_number(t, CURLOPT_FOLLOWLOCATION, 0);
	set_text(t, CURLOPT_PROXY, STR("")); /* else http_proxy and its like count */
	set_number(t, CURLOPT_NETRC, CURL_NETRC_IGNORED);
	set_number(t, CURLOPT_NOSIGNAL, 1);
	/* A thread that waits for a name server must not hold us when time is up. */
	set_number(t, CURLOPT_QUICK_EXIT, 1);
	set_number(t, CURLOPT_TIMEOUT_MS, clock_wait_ms(request->timeout_ms));
	set_number(t, CURLOPT_CONNECTTIMEOUT_MS, clock_wait_ms(request->timeout_ms / 2 + 1));
	set_number(t, CURLOPT_SSL_VERIFYPEER, 1);
	set_number(t, CURLOPT_SSL_VERIFYHOST, 2);
	set_number(t, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	if (request->ca.p) {
		set_text(t, CURLOPT_CAINFO, request->ca);
		/* Without this the system's directory is trusted as well. */
		curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->trouble);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
}

static void set_http(struct transfer *t, const struct transfer_request *request)
{
	for (size_t i = 0; i < request->headers.n; i++)
		add_line(&t->headers, request->headers.items[i], &t->arena);
	add_line(&t->headers, STR("Expect:"), &t->arena); /* or a large one waits for a "go on" first */
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	set_text(t, CURLOPT_USERAGENT, STR("ruptured/" RUPTURED_VERSION));
	if (request->body.p) {
		set_number(t, CURLOPT_POSTFIELDSIZE, (int64_t)request->body.n);
		set_text(t, CURLOPT_POSTFIELDS, request->body);
	}
	set_text(t, CURLOPT_CUSTOMREQUEST, str_of(request->method));
}

static void set_mail(struct transfer *t, const struct transfer_request *request)
{
	for (size_t i = 0; i < request->to.n; i++)
		add_line(&t->recipients, request->to.items[i], &t->arena);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->recipients);
	set_text(t, CURLOPT_MAIL_FROM, request->from);
	set_number(t, CURLOPT_USE_SSL, request->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE);
	if (request->user.p) {
		set_text(t, CURLOPT_USERNAME, request->user);
		set_text(t, CURLOPT_PASSWORD, request->password);
		set_text(t, CURLOPT_LOGIN_OPTIONS, STR("AUTH=PLAIN;AUTH=LOGIN"));
	}
	t->mail = arena_dup(&t->arena, request->body);
	set_number(t, CURLOPT_UPLOAD, 1);
	curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, on_mail);
	curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
}

static void end_request(struct transfer *t)
{
	if (t->easy) {
		curl_multi_remove_handle(t->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->recipients);
	arena_release(&t->arena);
	buf_reset(&t->body);
	t->easy = NULL;
	t->headers = t->recipients = NULL;
	t->seen = 0;
	t->trouble[0] = '\0';
}

int transfer_next(struct transfer *t, const struct transfer_request *request, struct error *e)
{
	int running;

	end_request(t);
	t->arena.wipe = true;
	t->keep = request->keep;
	t->easy = curl_easy_init();
	if (!t->easy)
		return error_set(e, ERROR_MACHINE, "the network library does not start");
	set_manners(t, request);
	if (request->method)
		set_http(t, request);
	else
		set_mail(t, request);
	if (curl_multi_add_handle(t->multi, t->easy) != CURLM_OK)
		return error_set(e, ERROR_MACHINE, "the network library takes no request");
	curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	return 0;
}

struct transfer *transfer_start(const struct transfer_request *request, struct error *e)
{
	struct transfer *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	t->timer_ms = -1;
	t->ready = epoll_create1(EPOLL_CLOEXEC);
	t->multi = curl_multi_init();
	if (t->ready < 0 || !t->multi) {
		error_errno(e, "no means to wait for the network");
		transfer_free(t);
		return NULL;
	}
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	if (transfer_next(t, request, e) == 0)
		return t;
	transfer_free(t);
	return NULL;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	end_request(t);
	curl_multi_cleanup(t->multi);
	if (t->ready >= 0)
		close(t->ready);
	buf_release(&t->body);
	free(t);
}

int transfer_descriptor(const struct transfer *t)
{
	return t->ready;
}

/* ---- running ---- */

static void take_events(struct transfer *t)
{
	struct epoll_event events[AT_ONCE];
	int n = epoll_wait(t->ready, events, AT_ONCE, 0), running;

	for (int i = 0; i < n; i++) {
		int mask = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
			   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
			   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

		curl_multi_socket_action(t->multi, events[i].data.fd, mask, &running);
	}
	if (t->timer_ms >= 0 && clock_monotonic_ms() >= t->timer_ms) {
		t->timer_ms = -1;
		curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
}

static void answer_of(struct transfer *t, CURLcode result, struct transfer_answer *ret)
{
	long code = 0;
	curl_off_t after_s = 0;
	bool cut_short = result == CURLE_WRITE_ERROR && t->seen > TRANSFER_BODY_MAX && t->body.n == t->keep;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &after_s);
	*ret = (struct transfer_answer){ .code = (int)code, .retry_after_s = after_s, .body = buf_str(&t->body) };
	if (result != CURLE_OK && !cut_short)
		ret->trouble = t->trouble[0] ? t->trouble : curl_easy_strerror(result);
}

bool transfer_step(struct transfer *t, int64_t *ret_wake_ms, struct transfer_answer *ret)
{
	struct CURLMsg *message;
	int left;

	take_events(t);
	message = curl_multi_info_read(t->multi, &left);
	if (message && message->msg == CURLMSG_DONE) {
		answer_of(t, message->data.result, ret);
		return true;
	}
	*ret_wake_ms = t->timer_ms >= 0 ? t->timer_ms : clock_monotonic_ms() + FAR_MS;
	return false;
}
