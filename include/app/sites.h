/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sites from which records are expected: who notices their silence and their return.
 */
#ifndef RUPTURED_APP_SITES_H
#define RUPTURED_APP_SITES_H

#include "app/troubles.h"

/* A record of the site came; absent: of none.  Inside a transaction, before it is judged. */
int sites_heard(struct engine *en, struct arena *a, struct str name, struct error *e);
/* Who has fallen silent, and who is back.  Inside a transaction. */
int sites_look(struct engine *en, struct arena *a, struct error *e);

#endif
