/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruptured.yaml: where things are and who is told.  Sensible without a file.
 */
#ifndef RUPTURED_APP_CONFIG_H
#define RUPTURED_APP_CONFIG_H

#include "core/route.h"
#include "io/sink.h"

#define CONFIG_PATH "/etc/ruptured/ruptured.yaml"
#define CONFIG_DEFAULT_SINK "log"

/* A site from which records are expected at least so often. */
struct expected_site {
	struct str name;
	int64_t within_s;
};

struct config {
	struct arena arena;
	struct str file;	 /* as read, or absent: defaults */
	struct str text;
	struct str spool;	 /* /var/spool/ruptured */
	struct str store;	 /* path of ruptured.db */
	struct str courier_db;	 /* courier/courier.db beside it */
	struct strs rules;	 /* files and directories, in order */
	struct strs switched_off; /* ids of rules */
	VEC(struct sink) sinks;
	struct routes routes;
	int64_t retain_processed_s, retain_rejected_s, retain_delivered_s; /* 0: for ever */
	int64_t announce_within_s; /* INT64_MAX: always */
	VEC(struct expected_site) sites;
	int heartbeat; /* minute of the local day; -1: none */
	bool consent_required;
	bool tokens_as_given;
	size_t warnings; /* told when it was read */
};

/* path NULL: CONFIG_PATH when it is there, else defaults.  NULL with diagnostics (or an error when unreadable: *e is
 * filled and the diagnostics are empty). */
struct config *config_load(const char *path, struct diags *d, struct error *e);
/* The same, with faults and warnings written into `out` as people are to see them; e->kind says whether the file could
 * be read at all. */
struct config *config_load_shown(const char *path, struct buf *out, struct error *e);
/* From text; file names the source in messages. */
struct config *config_parse(struct str file, struct str text, struct diags *d);
void config_free(struct config *c);
/* The keys of the configuration, of every sink beside those of its kind, of a route and a supervisor, for the reference page. */
const struct field *config_fields(void);
const struct field *config_sink_fields(void);
const struct field *config_route_fields(void);
const struct field *config_site_fields(void);
const struct field *config_digest_fields(void);
const struct field *config_supervisor_fields(void);
const struct expected_site *config_site(const struct config *c, struct str name); /* or NULL */
const struct sink *config_sink(const struct config *c, struct str name);

#endif
