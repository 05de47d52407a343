/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/tls.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DRAIN_READS 64 /* a server that talks without end gets its turn to be read later */

struct tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	char *host; /* the session points at it */
};

static int tls_error(struct error *e, int code, const char *what)
{
	return error_set(e, ERROR_AGAIN, "%s: %s", what, gnutls_strerror(code));
}

static int load_trust(struct tls *t, const struct tls_trust *trust, struct error *e)
{
	int n = trust->ca ? gnutls_certificate_set_x509_trust_file(t->credentials, trust->ca, GNUTLS_X509_FMT_PEM)
			  : gnutls_certificate_set_x509_system_trust(t->credentials);
	int rc;

	if (n < 0)
		return tls_error(e, n, trust->ca ? trust->ca : "the system's certificates");
	if (n == 0)
		return error_set(e, ERROR_AGAIN, "%s: no certificate in it",
				 trust->ca ? trust->ca : "the system's certificates");
	if (!trust->cert)
		return 0;
	rc = gnutls_certificate_set_x509_key_file(t->credentials, trust->cert, trust->key, GNUTLS_X509_FMT_PEM);
	return rc < 0 ? tls_error(e, rc, trust->cert) : 0;
}

static bool is_address(const char *host)
{
	return strchr(host, ':') || strspn(host, "0123456789.") == strlen(host);
}

static int start(struct tls *t, int fd, struct error *e)
{
	int rc = gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);

	if (rc < 0)
		return tls_error(e, rc, "TLS");
	rc = gnutls_set_default_priority(t->session);
	if (rc >= 0)
		rc = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, t->credentials);
	/* A name is told to the server too, which may have several certificates; an address must not be (RFC 6066). */
	if (rc >= 0 && !is_address(t->host))
		rc = gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, t->host, strlen(t->host));
	if (rc < 0)
		return tls_error(e, rc, "TLS");
	gnutls_session_set_verify_cert(t->session, t->host, 0);
	gnutls_transport_set_int(t->session, fd);
	gnutls_handshake_set_timeout(t->session, GNUTLS_INDEFINITE_TIMEOUT); /* the caller has a clock */
	return 0;
}

int tls_open(int fd, const char *host, const struct tls_trust *trust, struct tls **ret, struct error *e)
{
	struct tls *t = calloc(1, sizeof *t);

	if (!t || !(t->host = strdup(host)) || gnutls_certificate_allocate_credentials(&t->credentials) < 0)
		abort();
	if (load_trust(t, trust, e) < 0 || start(t, fd, e) < 0) {
		tls_close(t);
		return -1;
	}
	*ret = t;
	return 0;
}

static bool passes(int code)
{
	return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
}

/* What is wrong with a certificate, in the library's words. */
static void tell_certificate(struct tls *t, struct error *why)
{
	gnutls_datum_t text = { 0 };
	unsigned status = gnutls_session_get_verify_cert_status(t->session);

	if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0) {
		error_set(why, ERROR_AGAIN, "the certificate of %s is not trusted", t->host);
		return;
	}
	while (text.size && text.data[text.size - 1] == ' ')
		text.size--;
	error_set(why, ERROR_AGAIN, "the certificate of %s: %.*s", t->host, (int)text.size, (const char *)text.data);
	gnutls_free(text.data);
}

enum tls_progress tls_handshake(struct tls *t, struct error *why)
{
	int rc;

	do
		rc = gnutls_handshake(t->session);
	while (rc < 0 && !passes(rc) && !gnutls_error_is_fatal(rc));
	if (rc >= 0)
		return TLS_DONE;
	if (passes(rc))
		return TLS_WAIT;
	if (rc == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
		tell_certificate(t, why);
	else
		tls_error(why, rc, "TLS handshake");
	return TLS_FAILED;
}

enum tls_progress tls_write(struct tls *t, const void *bytes, size_t n, size_t *ret_n, struct error *why)
{
	ssize_t done = gnutls_record_send(t->session, bytes, n);

	*ret_n = done > 0 ? (size_t)done : 0;
	if (done >= 0)
		return TLS_DONE;
	if (passes((int)done))
		return TLS_WAIT;
	tls_error(why, (int)done, "TLS");
	return TLS_FAILED;
}

bool tls_alive(struct tls *t)
{
	char away[512];

	for (int i = 0; i < DRAIN_READS; i++) {
		ssize_t n = gnutls_record_recv(t->session, away, sizeof away);

		if (n == GNUTLS_E_AGAIN)
			return true;
		if (n == 0 || (n < 0 && gnutls_error_is_fatal((int)n)))
			return false;
	}
	return true;
}

void tls_close(struct tls *t)
{
	if (!t)
		return;
	if (t->session) {
		gnutls_bye(t->session, GNUTLS_SHUT_WR);
		gnutls_deinit(t->session);
	}
	gnutls_certificate_free_credentials(t->credentials);
	free(t->host);
	free(t);
}
