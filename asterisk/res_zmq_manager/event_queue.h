/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * The bounded queue between Asterisk's threads, which put events in, and the publisher, which takes them out.
 *
 * Every event gets its sequence number when it is offered, whether it may come in or not, so that a lost event leaves a
 * hole in the numbers, in those of all events and in those of its name. A run of lost events is handed out once, as a
 * gap with a number of its own among all events, at its place in the order.
 */
#ifndef ZMQ_MANAGER_EVENT_QUEUE_H
#define ZMQ_MANAGER_EVENT_QUEUE_H

#include "name_counts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_queue;

struct queued_event {
    struct queued_event *next;
    struct event_numbers numbers;
    uint64_t lost_before; /* how many were lost right before it */
    size_t length;
    char text[];
};

/* What event_queue_take hands out: a gap, or an event, or a gap that lies before an event. */
struct queue_item {
    uint64_t lost;              /* 0: there is no gap */
    uint64_t gap_sequence;      /* the gap's own number, if there is one */
    struct queued_event *event; /* NULL: there is only a gap; else the caller frees it with free() */
};

struct event_queue_figures {
    size_t events, peak_events, max_events;
    size_t bytes, max_bytes;
    uint64_t last_sequence;
    uint64_t lost;      /* for want of room, since the queue exists */
    uint64_t too_large; /* likewise, because one event alone had more than max_event_bytes */
};

/* `max_bytes` is for all events with what they cost, `max_event_bytes` for the text of one. NULL if memory is short. */
struct event_queue *event_queue_create(size_t max_events, size_t max_bytes, size_t max_event_bytes);
void event_queue_destroy(struct event_queue *queue);

/* From any thread; holds a mutex only to link the event in. Returns whether the taker may be asleep and has to be
 * woken. */
bool event_queue_offer(struct event_queue *queue, const char *text, size_t length);

/* False if there is nothing to take. */
bool event_queue_take(struct event_queue *queue, struct queue_item *item);

void event_queue_figures(struct event_queue *queue, struct event_queue_figures *figures);

#endif
