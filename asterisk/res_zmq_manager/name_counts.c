/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "name_counts.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 * NAME_COUNTS_MAX_NAMES }; /* a power of two; half of them stay free, so that a search soon ends */

struct slot {
    uint64_t count; /* 0: free */
    uint64_t last_sequence;
    uint32_t hash;
    uint32_t length;
    char name[NAME_COUNTS_MAX_LENGTH];
};

struct name_counts {
    size_t names;
    struct slot slots[SLOTS];
};

struct event_name event_name_of(const char *text, size_t length)
{
    static const char key[] = "Event: ";
    const size_t key_length = sizeof(key) - 1;
    struct event_name name = {NULL, 0, 2166136261u};
    const char *end;
    size_t i;

    if (length <= key_length || memcmp(text, key, key_length)) {
        return name;
    }
    end = memchr(text + key_length, '\r', length - key_length);
    if (!end || end - text - key_length > NAME_COUNTS_MAX_LENGTH) {
        return name;
    }
    name.data = text + key_length;
    name.length = (size_t) (end - name.data);
    for (i = 0; i < name.length; i++) { /* FNV-1a */
        name.hash = (name.hash ^ (unsigned char) name.data[i]) * 16777619u;
    }
    return name;
}

struct name_counts *name_counts_create(void)
{
    return calloc(1, sizeof(struct name_counts));
}

void name_counts_destroy(struct name_counts *counts)
{
    free(counts);
}

/* The slot of the name, or the free one that it may take. */
static struct slot *find(struct name_counts *counts, const struct event_name *name)
{
    uint32_t at = name->hash % SLOTS;

    for (;; at = (at + 1) % SLOTS) {
        struct slot *slot = &counts->slots[at];

        if (!slot->count || (slot->hash == name->hash && slot->length == name->length &&
                             !memcmp(slot->name, name->data, name->length))) {
            return slot;
        }
    }
}

void name_counts_add(struct name_counts *counts, const struct event_name *name, struct event_numbers *numbers)
{
    struct slot *slot;

    numbers->name_sequence = numbers->name_previous = 0;
    if (!name->length) {
        return;
    }
    slot = find(counts, name);
    if (!slot->count) {
        if (counts->names == NAME_COUNTS_MAX_NAMES) {
            return;
        }
        counts->names++;
        slot->hash = name->hash;
        slot->length = (uint32_t) name->length;
        memcpy(slot->name, name->data, name->length);
    }
    numbers->name_sequence = ++slot->count;
    numbers->name_previous = slot->last_sequence;
    slot->last_sequence = numbers->sequence;
}
