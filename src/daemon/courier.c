/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruptured-courier: flags.  The loop is in courier_loop.c.
 */
#include <getopt.h>
#include <stdio.h>

#include "daemon/courier_loop.h"
#include "io/log.h"

#define EXIT_WRONG_USE 2

static void usage(FILE *to)
{
	fputs("usage: ruptured-courier [-c FILE] [--once]\n\n"
	      "Delivers the alerts that ruptured decided on: to the system's log, to programs of the clinic's.\n\n"
	      "  -c, --config FILE   configuration (default " CONFIG_PATH ", or built-in defaults)\n"
	      "      --once          deliver what is due, end; exit code 75: some alerts wait for another try\n"
	      "  -V, --version       the version\n"
	      "  -h, --help          this\n",
	      to);
}

enum option_code { OPTION_ONCE = 256 };
static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct courier_options *ret)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:Vh", long_options, NULL)) != -1) {
		if (c == 'c') {
			ret->config_path = optarg;
		} else if (c == OPTION_ONCE) {
			ret->once = true;
		} else if (c == 'V') {
			puts("ruptured-courier " RUPTURED_VERSION);
			return 0;
		} else if (c == 'h') {
			usage(stdout);
			return 0;
		} else {
			usage(stderr);
			return EXIT_WRONG_USE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "ruptured-courier: unexpected argument \"%s\"\n", argv[optind]);
	return EXIT_WRONG_USE;
}

int main(int argc, char **argv)
{
	struct courier_options options = { 0 };
	struct config *config;
	int status;

	log_open("ruptured-courier", LOG_LEVEL_INFO);
	status = read_options(argc, argv, &options);
	if (status >= 0)
		return status;
	config = courier_read_config(options.config_path);
	return config ? courier_run(&options, config) : EXIT_WRONG_USE;
}
