/*
 * The courier: courier.db -> sinks, with back-off, time-outs, dead letters.  Never sees a record or the store.
 */
#ifndef RUPTURED_APP_COURIER_H
#define RUPTURED_APP_COURIER_H

#include "app/config.h"

struct courier;

int courier_open(const struct config *config, struct courier **ret, struct error *e);
void courier_close(struct courier *c); /* ends running jobs */
/* Starts what is due, reaps what ended.  *ret_wake_at_ms (monotonic): when to call again at the latest. */
int courier_step(struct courier *c, int64_t *ret_wake_at_ms, struct error *e);
/* Nothing waiting and nothing running (for --once). */
bool courier_idle(struct courier *c);
int courier_bell_fd(struct courier *c);

#endif
