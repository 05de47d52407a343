/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/mail.h"

#include "base/date.h"

#define ADDRESS_MAX 254 /* RFC 5321 */
#define LINE_MAX    900 /* of 998 */
#define WORD_BYTES  42	/* in base64 with what is around it: 75, the most an encoded word may have */
#define ROW_BYTES   57	/* 76 characters */

bool mail_address_ok(struct str address)
{
	const char *at = address.n ? memchr(address.p, '@', address.n) : NULL;

	if (!at || at == address.p || at == address.p + address.n - 1 || address.n > ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < address.n; i++) {
		char c = address.p[i];

		if (c <= ' ' || c >= 0x7f || strchr("<>()[],;:\\\"", c) || (c == '@' && address.p + i != at))
			return false;
	}
	return true;
}

struct str mail_domain(struct str address)
{
	const char *at = memchr(address.p, '@', address.n);

	return (struct str){ at + 1, address.n - (size_t)(at + 1 - address.p) };
}

/* ---- what is not ASCII ---- */

static void put_base64(struct buf *out, struct str bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes.n; i += 3) {
		uint32_t three = 0;

		for (size_t j = 0; j < 3; j++)
			three = three << 8 | (i + j < bytes.n ? (unsigned char)bytes.p[i + j] : 0);
		for (size_t j = 0; j < 4; j++)
			buf_putc(out, i + j <= bytes.n ? digits[three >> (18 - 6 * j) & 63] : '=');
	}
}

/* ASCII without control characters, and no line that a server may break. */
static bool is_simple(struct str text)
{
	size_t line = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		line = c == '\n' ? 0 : line + 1;
		if (line > LINE_MAX || (c != '\n' && (c < ' ' || c >= 0x7f)))
			return false;
	}
	return true;
}

/* The longest beginning of at most `max` bytes that ends between characters. */
static size_t whole_characters(struct str text, size_t max)
{
	if (text.n <= max)
		return text.n;
	while (max > 1 && ((unsigned char)text.p[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static void put_words(struct buf *out, struct str text)
{
	if (is_simple(text)) {
		buf_puts(out, text);
		return;
	}
	for (size_t n; text.n; text = (struct str){ text.p + n, text.n - n }) {
		n = whole_characters(text, WORD_BYTES);
		buf_puts(out, STR("=?utf-8?B?"));
		put_base64(out, (struct str){ text.p, n });
		buf_puts(out, n < text.n ? STR("?=\r\n ") : STR("?="));
	}
}

/* ---- the mail ---- */

static void put_date(struct buf *out, struct arena *a, int64_t at)
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970 began on a Thursday */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct str iso = date_format(a, at); /* 2026-03-02T14:00:00Z */
	int month = (iso.p[5] - '0') * 10 + iso.p[6] - '0';
	int64_t day = (at >= 0 ? at : at - (DAY_S - 1)) / DAY_S;

	buf_printf(out, "Date: %.3s, %.2s %.3s %.4s %.8s +0000\r\n", days + 3 * ((day % 7 + 7) % 7), iso.p + 8,
		   months + 3 * (month - 1), iso.p, iso.p + 11);
}

static void put_headers(struct buf *out, struct arena *a, const struct mail *mail)
{
	struct str domain = mail_domain(mail->from);

	put_date(out, a, mail->at);
	buf_printf(out, "From: <%.*s>\r\n", STR_ARG(mail->from));
	for (size_t i = 0; i < mail->to.n; i++)
		buf_printf(out, "%s<%.*s>", i ? ",\r\n " : "To: ", STR_ARG(mail->to.items[i]));
	buf_puts(out, STR("\r\nSubject: "));
	put_words(out, mail->subject);
	buf_printf(out, "\r\nMessage-ID: <%.*s@%.*s>\r\n", STR_ARG(mail->id), STR_ARG(domain));
	if (mail->thread.p)
		buf_printf(out, "References: <%.*s@%.*s>\r\n", STR_ARG(mail->thread), STR_ARG(domain));
	buf_puts(out, STR("Auto-Submitted: auto-generated\r\n"
			  "MIME-Version: 1.0\r\n"
			  "Content-Type: text/plain; charset=utf-8\r\n"));
}

static void put_body(struct buf *out, struct str body)
{
	if (!is_simple(body)) {
		buf_puts(out, STR("Content-Transfer-Encoding: base64\r\n\r\n"));
		for (size_t i = 0; i < body.n; i += ROW_BYTES) {
			put_base64(out, (struct str){ body.p + i, body.n - i < ROW_BYTES ? body.n - i : ROW_BYTES });
			buf_puts(out, STR("\r\n"));
		}
		return;
	}
	buf_puts(out, STR("Content-Transfer-Encoding: 7bit\r\n\r\n"));
	for (size_t i = 0; i < body.n; i++) {
		if (body.p[i] == '\n')
			buf_putc(out, '\r');
		buf_putc(out, body.p[i]);
	}
	if (!str_ends(body, "\n"))
		buf_puts(out, STR("\r\n"));
}

struct str mail_text(struct arena *a, const struct mail *mail)
{
	struct buf out = { 0 };
	struct str ret;

	put_headers(&out, a, mail);
	put_body(&out, mail->body);
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return ret;
}
