/*
 * Fault points: places on a record's way where a test build dies when told to.
 *
 * In builds made with RUPTURED_TEST, RUPTURED_FAULT="name" or "name:3" (the third time) makes the process kill itself
 * with SIGKILL there, "name=hang" to stay there for ever; "name=ENOSPC" makes fault_error() return that errno instead.  Other builds compile to nothing.
 *
 * Points of the io floor: "retire" and "reject" before a file leaves its queue, "outbox-take" before courier.db commits;
 * errors "db-begin", "db-commit", "spool-write".
 */
#ifndef RUPTURED_IO_FAULT_H
#define RUPTURED_IO_FAULT_H

#ifdef RUPTURED_TEST
void fault_point(const char *name);
int fault_error(const char *name); /* errno to pretend, or 0 */
#else
#define fault_point(name) ((void)0)
#define fault_error(name) 0
#endif

#endif
