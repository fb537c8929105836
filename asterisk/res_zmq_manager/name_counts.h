/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * How many events of each name there were. A subscriber to some names sees holes in the numbers of all events by
 * design; from these it learns what it lost.
 *
 * The table is bounded and never allocates: a name that finds no place is not counted. Not thread-safe.
 */
#ifndef ZMQ_MANAGER_NAME_COUNTS_H
#define ZMQ_MANAGER_NAME_COUNTS_H

#include <stddef.h>
#include <stdint.h>

enum {
    NAME_COUNTS_MAX_NAMES = 1024, /* Asterisk 22 has some 200 events of its own */
    NAME_COUNTS_MAX_LENGTH = 80,
};

/* The numbers of one event. */
struct event_numbers {
    uint64_t sequence;      /* among all events */
    uint64_t name_sequence; /* among those of its name; 0: the name is not counted */
    uint64_t name_previous; /* `sequence` of the event of this name before it; 0: there was none */
};

/* A name inside the text of an event. */
struct event_name {
    const char *data;
    size_t length; /* 0: the event has none that is counted */
    uint32_t hash;
};

/* The value of the first line, if that is `Event: NAME`. */
struct event_name event_name_of(const char *text, size_t length);

struct name_counts;

struct name_counts *name_counts_create(void);
void name_counts_destroy(struct name_counts *counts);

/* Counts an event whose `sequence` is set, and sets the numbers of its name. */
void name_counts_add(struct name_counts *counts, const struct event_name *name, struct event_numbers *numbers);

#endif
