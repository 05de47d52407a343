/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/sink_keys.h"

static const struct field file_fields[] = {
	{ "path", "the file. Default: " FILE_DEFAULT_PATH, read_sink_path, offsetof(struct file_settings, path), false,
	  NULL, "an absolute path", &sink_path_shape },
	{ 0 },
};

static void *file_sink_read(struct reader *r, const struct doc *doc)
{
	struct file_settings *s = ARENA_NEW(r->arena, struct file_settings);

	s->path = STR(FILE_DEFAULT_PATH);
	if (!doc_is_null(doc))
		fields_read(r, doc, file_fields, s);
	return s;
}

/* ---- writing ---- */

/* Its directory entry must outlive a power cut as well. */
static int sync_directory(struct str path, struct error *why)
{
	struct arena arena = { 0 };
	const char *slash = memrchr(path.p, '/', path.n);
	struct str directory =
		arena_dup(&arena, (struct str){ path.p, slash == path.p ? 1 : (size_t)(slash - path.p) });
	int fd = open(directory.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = -1;

	if (fd >= 0) {
		rc = fsync(fd);
		close(fd);
	}
	if (rc < 0)
		error_errno(why, "%s", directory.p);
	arena_release(&arena);
	return rc;
}

/* O_NONBLOCK: a fifo at the path would make us wait for its reader. */
static int open_file(struct str path, struct stat *ret_st, struct error *why)
{
	int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = open(path.p, flags);

	if (fd < 0 && errno == ENOENT) {
		fd = open(path.p, flags | O_CREAT | O_EXCL, FILE_MODE);
		if (fd >= 0 && sync_directory(path, why) < 0) {
			close(fd);
			return -1;
		}
	}
	if (fd < 0)
		return errno == ELOOP ? error_set(why, ERROR_REFUSED, "%s is a link", path.p)
				      : error_errno(why, "%s", path.p);
	if (fstat(fd, ret_st) == 0 && S_ISREG(ret_st->st_mode))
		return fd;
	close(fd);
	return error_set(why, ERROR_REFUSED, "%s is no regular file", path.p);
}

static bool ends_in_the_middle(int fd, off_t size)
{
	char last = '\n';

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* In one write, so that no other writer's line comes in between.  What stays of half a line is taken back, if nobody
 * has written behind it. */
static int append(int fd, off_t size, const struct buf *line, struct str path, struct error *why)
{
	ssize_t n = write(fd, line->p, line->n);
	struct stat st;

	if (n == (ssize_t)line->n) {
		if (fdatasync(fd) == 0)
			return 0;
		return error_errno(why, "%s", path.p);
	}
	if (n >= 0)
		errno = ENOSPC;
	error_errno(why, "%s", path.p);
	if (n > 0 && fstat(fd, &st) == 0 && st.st_size == size + n && ftruncate(fd, size) < 0)
		return -1; /* the next line ends it */
	return -1;
}

static enum delivery_outcome file_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
					  void **ret_job, struct error *why)
{
	const struct file_settings *s = sink->settings;
	struct buf line = { 0 };
	struct stat st;
	int fd, rc;

	(void)keep;
	*ret_job = NULL;
	fd = open_file(s->path, &st, why);
	if (fd < 0)
		return DELIVERY_RETRY;
	if (ends_in_the_middle(fd, st.st_size))
		buf_putc(&line, '\n');
	for (size_t i = 0; i < parcel->payload.n; i++)
		buf_putc(&line, (unsigned char)parcel->payload.p[i] < ' ' ? ' ' : parcel->payload.p[i]);
	buf_putc(&line, '\n');
	rc = append(fd, st.st_size, &line, s->path, why);
	close(fd);
	buf_release(&line);
	return rc < 0 ? DELIVERY_RETRY : DELIVERY_DONE;
}

extern const struct sink_kind sink_file;
const struct sink_kind sink_file = {
	.name = "file",
	.help = "a file, one JSON object a line",
	.privacy = PRIVACY_TOKENS,
	.read = file_sink_read,
	.fields = file_fields,
	.deliver = file_deliver,
};
