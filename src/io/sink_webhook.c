/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_webhook.h"

#include "core/digest.h"
#include "io/clock.h"
#include "io/sink_keys.h"

static const struct words schemes = { (const char *const[]){ "https", "http", NULL } };

static const struct field webhook_fields[] = {
	{ "url", "where to; http only to this machine or on a line that nobody else reads", read_url,
	  offsetof(struct webhook_settings, url), true, &schemes, "https://HOST/PATH", &shape_url },
	{ "secret_file",
	  "the file with the secret that signs what is sent, readable by the courier alone. Default: not signed",
	  read_secret, offsetof(struct webhook_settings, secret_file), false, NULL, "/path", &sink_path_shape },
	{ "ca", "the certificates of the authorities to trust. Default: those of the system", read_sink_path,
	  offsetof(struct webhook_settings, ca), false, NULL, "/path", &sink_path_shape },
	{ "timeout", "for the whole delivery. Default: 10 seconds", read_sink_timeout,
	  offsetof(struct webhook_settings, timeout_ms), false, NULL, "a time span, at most 1 hour", &shape_duration },
	{ 0 },
};

static void *webhook_read(struct reader *r, const struct doc *doc)
{
	struct webhook_settings *s = ARENA_NEW(r->arena, struct webhook_settings);

	s->timeout_ms = REMOTE_TIMEOUT_MS;
	fields_read(r, doc, webhook_fields, s);
	return s;
}

static void webhook_check(struct reader *r, const struct doc *doc, void *settings, enum privacy privacy)
{
	const struct webhook_settings *s = settings;

	(void)privacy;
	warn_of_plain_text(r, doc, s->url);
}

void webhook_request(struct arena *a, const struct webhook_settings *s, const struct parcel *parcel, struct str secret,
		     int64_t now, struct transfer_request *ret)
{
	struct str stamp = arena_printf(a, "%lld", (long long)now);

	*ret = (struct transfer_request){ .url = s->url,
					  .schemes = "http,https",
					  .method = "POST",
					  .body = parcel->payload,
					  .ca = s->ca,
					  .timeout_ms = s->timeout_ms };
	*VEC_PUSH(a, &ret->headers) = STR("Content-Type: application/json");
	*VEC_PUSH(a, &ret->headers) = arena_printf(a, "Idempotency-Key: %.*s", STR_ARG(parcel->key));
	if (!secret.p)
		return;
	*VEC_PUSH(a, &ret->headers) = arena_printf(a, "X-Ruptured-Timestamp: %s", stamp.p);
	*VEC_PUSH(a, &ret->headers) = arena_printf(
		a, "X-Ruptured-Signature: sha256=%s",
		digest_hmac_sha256(a, secret, arena_printf(a, "%s.%.*s", stamp.p, STR_ARG(parcel->payload))).p);
}

static enum delivery_outcome webhook_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
					     void **ret_job, struct error *why)
{
	const struct webhook_settings *s = sink->settings;
	struct arena arena = { .wipe = true };
	struct transfer_request request;
	struct remote_job *job = NULL;
	struct str secret = { NULL, 0 };
	enum delivery_outcome outcome = DELIVERY_RETRY;

	(void)keep;
	if (!s->secret_file.p || secret_file_read(&arena, s->secret_file, &secret, why) == 0) {
		webhook_request(&arena, s, parcel, secret, clock_now(), &request);
		outcome = remote_start(&request, remote_judge_http, &job, why);
	}
	*ret_job = job;
	arena_release(&arena);
	return outcome;
}

extern const struct sink_kind sink_webhook;
const struct sink_kind sink_webhook = {
	.name = "webhook",
	.help = "a server of the clinic's, with the alert as the body of a signed POST",
	.privacy = PRIVACY_ADVICE,
	.read = webhook_read,
	.fields = webhook_fields,
	.check = webhook_check,
	.deliver = webhook_deliver,
	.reap = remote_reap,
	.descriptor = remote_descriptor,
	.stop = remote_stop,
	.cancel = remote_cancel,
};
