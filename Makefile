# ruptured: build, test, check, install.  `make help` lists the targets.

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
UNITDIR    ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
DESTDIR    ?=

ifeq ($(origin CC),default)
CC := gcc
endif
# V=1: show the commands.  O: where this build goes; SAN: sanitizers; RUPTURED_TEST=1: fault points and a settable clock.
O      ?= build
CFLAGS ?= -O2 -g
WERROR ?=
VERSION := 0.1.0

WARNINGS := -Wall -Wextra -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wvla -Wundef \
            -Wwrite-strings -Wimplicit-fallthrough -Wswitch-enum -Wno-missing-field-initializers $(if $(SAN),-Wno-format-truncation -Wno-nonnull) $(WERROR)
HARDENING := -fvisibility=hidden -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
LIBRARIES := yaml-0.1 yajl libpcre2-8 libutf8proc libsodium sqlite3 libseccomp libsystemd gnutls libcurl

CPPFLAGS_ALL := -D_GNU_SOURCE -Iinclude -DRUPTURED_VERSION='"$(VERSION)"' -DRUPTURED_PREFIX='"$(PREFIX)"' \
                $(if $(RUPTURED_TEST),-DRUPTURED_TEST) $(if $(SAN),-DRUPTURED_SAN) $(CPPFLAGS)
CFLAGS_ALL   := -std=c17 $(CFLAGS) $(WARNINGS) $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer,$(HARDENING))
LDFLAGS_ALL  := $(if $(SAN),-fsanitize=$(SAN),-pie -Wl,-z,relro,-z,now) $(LDFLAGS)
LDLIBS_ALL    = $(shell pkg-config --libs $(LIBRARIES)) -linotifytools -lm -pthread $(LDLIBS)

FLOORS  := base core io app
SOURCES := $(sort $(foreach floor,$(FLOORS),$(wildcard src/$(floor)/*.c)))
LIB_OBJECTS := $(SOURCES:src/%.c=$(O)/obj/%.o)
LIBRARY  := $(O)/libruptured.a
DAEMON_SOURCES := $(wildcard src/daemon/ruptured*.c)
COURIER_SOURCES := $(wildcard src/daemon/courier*.c)
CLI_SOURCES := $(wildcard src/cli/*.c)
PROGRAMS := $(if $(DAEMON_SOURCES),$(O)/ruptured) $(if $(COURIER_SOURCES),$(O)/ruptured-courier) \
            $(if $(CLI_SOURCES),$(O)/rupturectl)
UNIT_SOURCES := $(wildcard tests/unit/*.c)
BENCH_SOURCES := $(wildcard bench/*.c)

Q   := $(if $(V),,@)
say := $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),@:,@echo)

.DEFAULT_GOAL := all
all: $(PROGRAMS)  ## build the three programs into build/

# Other flags, another build: the objects hang on what they were made with.
FLAGS = $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL)
$(O)/flags: FORCE
	$(shell mkdir -p $(@D))$(file >$@.new,$(FLAGS))
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
FORCE:

$(O)/obj/%.o: src/%.c $(O)/flags
	@mkdir -p $(@D)
	$(say) "  CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

$(O)/obj/tests/%.o: tests/%.c $(O)/flags
	@mkdir -p $(@D)
	$(say) "  CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) -Itests $(CFLAGS_ALL) -MMD -MP -c $< -o $@

$(O)/obj/bench/%.o: bench/%.c $(O)/flags
	@mkdir -p $(@D)
	$(say) "  CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

$(LIBRARY): $(LIB_OBJECTS)
	$(say) "  AR $@"
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(O)/ruptured: $(DAEMON_SOURCES:src/%.c=$(O)/obj/%.o) $(LIBRARY)
$(O)/ruptured-courier: $(COURIER_SOURCES:src/%.c=$(O)/obj/%.o) $(LIBRARY)
$(O)/rupturectl: $(CLI_SOURCES:src/%.c=$(O)/obj/%.o) $(LIBRARY)
$(O)/unit: $(UNIT_SOURCES:%.c=$(O)/obj/%.o) $(LIBRARY)
$(O)/probe: $(BENCH_SOURCES:%.c=$(O)/obj/%.o) $(LIBRARY)
$(O)/charts: $(O)/obj/tests/browser/charts.o $(LIBRARY)
$(O)/ruptured $(O)/ruptured-courier $(O)/rupturectl $(O)/unit $(O)/probe $(O)/charts:
	$(say) "  LD $@"
	$(Q)$(CC) $(LDFLAGS_ALL) $(filter %.o,$^) $(LIBRARY) $(LDLIBS_ALL) -o $@

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)

unit: $(O)/unit  ## build and run the unit tests only
	@$(O)/unit

# The variant with fault points and a settable clock, under an O of its own.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
comma := ,
variant = $(MAKE) --no-print-directory -s $(JOBS) O=$(1) RUPTURED_TEST=1 CFLAGS="-O1 -g" $(2) all $(1)/unit $(1)/probe

deps:  ## install what building needs, by apt (test: what tests need)
	scripts/deps build

test:  ## install what is missing, build the test variant, run unit and end-to-end tests
	@scripts/deps test
	@+$(call variant,build/test)
	@tests/run

browser:  ## look at the pages in a headless Chromium: accessible, narrow, printed, without script
	@scripts/deps browser
	@+$(call variant,build/test,build/test/charts)
	@tests/browser/run.py --bin build/test

demo:  ## install what is missing, run the real thing on example sessions
	@scripts/deps demo
	@+$(MAKE) --no-print-directory -s $(JOBS) all
	@scripts/demo

asan:  ## the same tests under AddressSanitizer and UBSan
	@+$(call variant,build/asan,SAN=address$(comma)undefined)
	@tests/run --bin build/asan --slow 4

# Threads look up names for the courier and judge cases in a backtest; the rest of the programs has one.
THREADED := number_of_threads logs webhook delivery
tsan:  ## unit tests, and those of what has threads, under ThreadSanitizer
	@+$(call variant,build/tsan,SAN=thread)
	@tests/run --bin build/tsan --unit-only
	@for part in $(THREADED); do tests/run --bin build/tsan --slow 4 --e2e-only -k $$part || exit; done

valgrind:  ## the same tests under valgrind (minutes)
	@+$(call variant,build/test)
	@scripts/valgrind build/test build/valgrind
	@tests/run --bin build/valgrind --slow 10

FUZZ_SECONDS ?= 60
FUZZ_FLAGS := -O1 -g -fsanitize=address,undefined
fuzz:  ## throw mutated rule files at the compiler with clang's libFuzzer (FUZZ_SECONDS=60)
	@+$(MAKE) --no-print-directory -s $(JOBS) O=build/fuzz CC=clang HARDENING= \
		CFLAGS="$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link" build/fuzz/libruptured.a
	@clang $(CPPFLAGS_ALL) -std=c17 $(FUZZ_FLAGS) -fsanitize=fuzzer tests/fuzz/rules.c build/fuzz/libruptured.a \
		$(LDLIBS_ALL) -o build/fuzz/rules
	@mkdir -p build/fuzz/corpus
	@build/fuzz/rules -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=10 -artifact_prefix=build/fuzz/ \
		build/fuzz/corpus rules rules/lexicons tests/bad-rules

# BENCH_FULL=1: the clinic with its 100,000 sessions, and only that.
bench:  ## measure against a peer and the floors, as ratios (minutes; BENCH_QUICK=1: seconds)
	@scripts/deps bench
	@+$(MAKE) --no-print-directory -s $(JOBS) all $(O)/probe
	@bench/run.py --bin $(O) $(if $(BENCH_QUICK),--quick) $(if $(BENCH_FULL),--full)

quality:  ## measure the rules on public sets, DATA=FOLDER (WRITE=1: into docs/QUALITY.md; ARGS=--help)
	@scripts/deps bench
	@+$(MAKE) --no-print-directory -s $(JOBS) all
	@tests/quality/run.py --bin $(O) $(if $(DATA),--data $(DATA)) $(if $(WRITE),--write docs/QUALITY.md) $(ARGS)

SEED ?= 1
simulate:  ## a simulated clinic in order and in any order: the same incidents? (minutes; SEED=1)
	@scripts/deps test
	@+$(call variant,build/test)
	@tests/sim/run.py --bin build/test --seed $(SEED)

check: gates format-check manuals compilers cppcheck  ## gates, layout, both compilers with -Werror, cppcheck, installation

# What is promised about the sources, each promise a script, and each script seen to catch a planted fault.
gates: $(LIBRARY) $(PROGRAMS)  ## floors, libraries, purity, globals, headers, functions, releases, reference, quality
	scripts/gates/floors
	scripts/gates/libraries
	scripts/gates/headers
	scripts/gates/functions
	scripts/gates/codes
	scripts/gates/purity $(O)/obj
	scripts/gates/globals $(O)/obj
	scripts/gates/release $(LIBRARY) $(PROGRAMS)
	O=$(O) scripts/gates/reference
	O=$(O) scripts/gates/quality
	O=$(O) scripts/gates/selftest

floors:
	scripts/gates/floors

purity: $(LIBRARY)
	scripts/gates/purity $(O)/obj

compilers:  ## gcc and clang, warnings as errors
	@+$(MAKE) --no-print-directory -s $(JOBS) O=build/gcc CC=gcc WERROR=-Werror all build/gcc/unit
	@+$(MAKE) --no-print-directory -s $(JOBS) O=build/clang CC=clang WERROR=-Werror all build/clang/unit

format-check:  ## is the layout clang-format's?
	scripts/gates/format

manuals:  ## is there anything wrong with the manual pages?
	mandoc -Tlint -W warning docs/*.[158]

cppcheck:
	cppcheck -q --std=c11 -D_GNU_SOURCE -Iinclude --enable=warning,portability --inline-suppr \
		--error-exitcode=1 --suppress=missingIncludeSystem --suppress=ctuuninitvar --suppress=uninitvar src

export DESTDIR PREFIX SYSCONFDIR UNITDIR SYSUSERSDIR TMPFILESDIR O
install: all  ## install below $(DESTDIR)$(PREFIX)
	@scripts/install

uninstall:  ## remove what install put there, save configuration and state
	@scripts/install --remove

docs: $(O)/rupturectl  ## write the reference of the keys into docs/
	O=$(O) scripts/gates/reference . --write

clean:  ## remove build/
	rm -rf build

format:  ## lay out the sources with clang-format
	clang-format -i $(wildcard src/*/*.c tests/unit/*.c bench/*.c)

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.PHONY: FORCE all unit deps demo test browser asan tsan valgrind fuzz bench quality simulate check gates floors purity compilers \
        format-check cppcheck manuals docs install uninstall clean format help
