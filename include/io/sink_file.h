/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file sink, for its tests: one JSON object a line, appended and synced before it counts as delivered.
 *
 * The file is opened anew for each alert, so it may be renamed or removed at any time and needs no signal.  A line that a
 * crash left unfinished is ended before the next one; one that a full disk left unfinished is taken back.  A link at the
 * path, or anything that is no regular file, is refused: others may write to the directory of a log.
 */
#ifndef RUPTURED_IO_SINK_FILE_H
#define RUPTURED_IO_SINK_FILE_H

#include "io/sink.h"

#define FILE_DEFAULT_PATH "/var/log/ruptured/alerts.jsonl"
#define FILE_MODE	  0640

struct file_settings {
	struct str path;
};

#endif
