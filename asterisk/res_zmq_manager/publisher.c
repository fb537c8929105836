/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "asterisk.h"

#include "asterisk/logger.h"
#include "asterisk/utils.h"

#include "ami_json.h"
#include "outgoing.h"
#include "publisher.h"
#include "worker.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <zmq.h>

/* How far Asterisk may be ahead of the publisher's thread: more than 20 s of 3,000 events a second. A test builds it
 * smaller. */
#ifndef QUEUE_MAX_EVENTS
#define QUEUE_MAX_EVENTS 65536
#endif

enum {
    QUEUE_MAX_BYTES = 64 * 1024 * 1024,
    /* Of AMI text; Asterisk's own events have some 400 bytes, the largest a few KiB. A request has the same limit. */
    EVENT_MAX_BYTES = 64 * 1024,
    /*
     * What libzmq may hold for subscribers that do not read, in JSON. The events of up to OUTGOING_SMALL_BYTES that the
     * high-water mark allows to one of them (10,000, endpoint.c) fit in beside the large ones: 41 and 16 MiB. So one
     * such subscriber costs the others large events at most.
     */
    HELD_MAX_BYTES = 64 * 1024 * 1024,
    HELD_MAX_LARGE_BYTES = 16 * 1024 * 1024,
    /* Subscribers need a moment to connect again after a load, so that the news of it is not published at once. */
    ANNOUNCE_AFTER_MS = 2000,
    /* Events a turn, so that a flood does not keep the thread from a new socket. */
    BATCH = 1000,
};

static const char announcement[] = "Event: LoadZmq\r\n\r\n";

struct publisher {
    struct event_queue *queue;
    struct outgoing *held;
    struct worker *worker;
    atomic_uint_fast64_t published, dropped;
    /* Everything below belongs to the worker's thread. */
    int64_t announce_at_ms; /* by now_ms(); 0 once it is done */
    uint64_t lost_total;
    struct buffer json;
    struct ami_scratch scratch;
};

static void send_json(struct publisher *publisher, void *socket)
{
    const struct buffer *json = &publisher->json;

    /* A PUB socket never blocks. What goes wrong here leaves a hole in the numbers, as every loss does. */
    if (!json->failed && outgoing_send(publisher->held, socket, json->data, json->length, ZMQ_DONTWAIT)) {
        atomic_fetch_add(&publisher->published, 1);
    } else {
        atomic_fetch_add(&publisher->dropped, 1);
    }
    buffer_reset(&publisher->json);
}

static void send_event(struct publisher *publisher, void *socket, const char *text, size_t length,
                       const struct event_numbers *numbers)
{
    ami_append_event(&publisher->json, &publisher->scratch, text, length, numbers);
    send_json(publisher, socket);
}

static void send_gap(struct publisher *publisher, void *socket, const struct queue_item *item)
{
    const struct event_numbers numbers = {.sequence = item->gap_sequence};
    char text[128];
    int length;

    publisher->lost_total += item->lost;
    length = snprintf(text, sizeof(text), "Event: ZmqOverflow\r\nLost: %" PRIu64 "\r\nLostTotal: %" PRIu64 "\r\n\r\n",
                      item->lost, publisher->lost_total);
    send_event(publisher, socket, text, length, &numbers);
}

/* Whether there may be more. */
static bool send_batch(struct publisher *publisher, void *socket)
{
    struct queue_item item;
    int i;

    for (i = 0; i < BATCH; i++) {
        if (!event_queue_take(publisher->queue, &item)) {
            return false;
        }
        if (item.lost) {
            send_gap(publisher, socket, &item);
        }
        if (item.event) {
            send_event(publisher, socket, item.event->text, item.event->length, &item.event->numbers);
            ast_std_free(item.event);
        }
    }
    return true;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Puts the announcement at the end of the queue when its time has come; returns how long to sleep until then. */
static long announce(struct publisher *publisher)
{
    int64_t left_ms = publisher->announce_at_ms - now_ms();

    if (!publisher->announce_at_ms) {
        return -1;
    }
    if (left_ms > 0) {
        return left_ms;
    }
    publisher->announce_at_ms = 0;
    event_queue_offer(publisher->queue, announcement, sizeof(announcement) - 1);
    return -1;
}

static long turn(void *owner, void *socket)
{
    struct publisher *publisher = owner;
    long rest_ms = announce(publisher);

    return send_batch(publisher, socket) ? 0 : rest_ms;
}

static void dispose(struct publisher *publisher)
{
    event_queue_destroy(publisher->queue);
    outgoing_destroy(publisher->held);
    buffer_free(&publisher->json);
    ami_scratch_free(&publisher->scratch);
    ast_free(publisher);
}

struct publisher *publisher_start(void *socket)
{
    struct publisher *publisher = ast_calloc(1, sizeof(*publisher));

    if (publisher) {
        publisher->queue = event_queue_create(QUEUE_MAX_EVENTS, QUEUE_MAX_BYTES, EVENT_MAX_BYTES);
        publisher->held = outgoing_create(HELD_MAX_BYTES, HELD_MAX_LARGE_BYTES);
    }
    if (!publisher || !publisher->queue || !publisher->held) {
        ast_log(LOG_ERROR, "Out of memory\n");
        if (publisher) {
            dispose(publisher);
        }
        zmq_close(socket);
        return NULL;
    }
    publisher->announce_at_ms = now_ms() + ANNOUNCE_AFTER_MS;
    publisher->worker = worker_start("zmq-mgr-events", socket, turn, publisher);
    if (!publisher->worker) {
        dispose(publisher);
        return NULL;
    }
    return publisher;
}

void publisher_offer(struct publisher *publisher, const char *ami_text)
{
    if (event_queue_offer(publisher->queue, ami_text, strlen(ami_text))) {
        worker_wake(publisher->worker);
    }
}

bool publisher_hand_over(struct publisher *publisher, void *socket, const char *bind_to)
{
    return worker_hand_over(publisher->worker, socket, bind_to);
}

void publisher_stop(struct publisher *publisher)
{
    worker_stop(publisher->worker);
    dispose(publisher);
}

void publisher_figures(struct publisher *publisher, struct publisher_figures *figures)
{
    figures->published = atomic_load(&publisher->published);
    figures->dropped = atomic_load(&publisher->dropped);
    figures->held_bytes = outgoing_bytes(publisher->held);
    figures->max_held = HELD_MAX_BYTES;
    event_queue_figures(publisher->queue, &figures->queue);
}
