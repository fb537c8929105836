/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "event_queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct event_queue {
    pthread_mutex_t lock; /* guards everything below */
    struct queued_event *head;
    struct queued_event **tail;
    uint64_t lost_run; /* lost since the last event that found room */
    size_t max_event_bytes;
    struct name_counts *names;
    struct event_queue_figures figures;
};

struct event_queue *event_queue_create(size_t max_events, size_t max_bytes, size_t max_event_bytes)
{
    struct event_queue *queue = calloc(1, sizeof(*queue));

    if (!queue || !(queue->names = name_counts_create())) {
        free(queue);
        return NULL;
    }
    pthread_mutex_init(&queue->lock, NULL);
    queue->tail = &queue->head;
    queue->figures.max_events = max_events;
    queue->figures.max_bytes = max_bytes;
    queue->max_event_bytes = max_event_bytes;
    return queue;
}

void event_queue_destroy(struct event_queue *queue)
{
    struct queued_event *event;

    if (!queue) {
        return;
    }
    while ((event = queue->head)) {
        queue->head = event->next;
        free(event);
    }
    pthread_mutex_destroy(&queue->lock);
    name_counts_destroy(queue->names);
    free(queue);
}

static size_t cost(const struct queued_event *event)
{
    return sizeof(*event) + event->length;
}

static bool has_room(const struct event_queue_figures *figures, const struct queued_event *event)
{
    return figures->events < figures->max_events && cost(event) <= figures->max_bytes - figures->bytes;
}

/* Links the event in, after taking a number for the gap before it, if there is one. */
static void link_event(struct event_queue *queue, struct queued_event *event, const struct event_name *name)
{
    struct event_queue_figures *figures = &queue->figures;

    if (queue->lost_run) {
        event->lost_before = queue->lost_run;
        queue->lost_run = 0;
        figures->last_sequence++;
    }
    event->numbers.sequence = ++figures->last_sequence;
    name_counts_add(queue->names, name, &event->numbers);
    *queue->tail = event;
    queue->tail = &event->next;
    figures->bytes += cost(event);
    if (++figures->events > figures->peak_events) {
        figures->peak_events = figures->events;
    }
}

/* The event takes its numbers with it, so that they are missing. `counter` is one of the figures. */
static void lose_event(struct event_queue *queue, const struct event_name *name, uint64_t *counter)
{
    struct event_numbers numbers = {.sequence = ++queue->figures.last_sequence};

    name_counts_add(queue->names, name, &numbers);
    queue->lost_run++;
    ++*counter;
}

static struct queued_event *copy_event(const char *text, size_t length)
{
    struct queued_event *event = malloc(sizeof(*event) + length);

    if (event) {
        event->next = NULL;
        event->lost_before = 0;
        event->length = length;
        memcpy(event->text, text, length);
    }
    return event;
}

bool event_queue_offer(struct event_queue *queue, const char *text, size_t length)
{
    const struct event_name name = event_name_of(text, length);
    const bool too_large = length > queue->max_event_bytes;
    struct queued_event *event = too_large ? NULL : copy_event(text, length);
    bool was_idle;

    pthread_mutex_lock(&queue->lock);
    was_idle = !queue->head && !queue->lost_run;
    if (event && has_room(&queue->figures, event)) {
        link_event(queue, event, &name);
        event = NULL;
    } else {
        lose_event(queue, &name, too_large ? &queue->figures.too_large : &queue->figures.lost);
    }
    pthread_mutex_unlock(&queue->lock);
    free(event);
    return was_idle;
}

bool event_queue_take(struct event_queue *queue, struct queue_item *item)
{
    struct queued_event *event;

    memset(item, 0, sizeof(*item));
    pthread_mutex_lock(&queue->lock);
    event = queue->head;
    if (event) {
        queue->head = event->next;
        if (!queue->head) {
            queue->tail = &queue->head;
        }
        queue->figures.events--;
        queue->figures.bytes -= cost(event);
        item->event = event;
        item->lost = event->lost_before;
        item->gap_sequence = event->numbers.sequence - 1;
    } else if (queue->lost_run) {
        item->lost = queue->lost_run;
        item->gap_sequence = ++queue->figures.last_sequence;
        queue->lost_run = 0;
    }
    pthread_mutex_unlock(&queue->lock);
    return item->event || item->lost;
}

void event_queue_figures(struct event_queue *queue, struct event_queue_figures *figures)
{
    pthread_mutex_lock(&queue->lock);
    *figures = queue->figures;
    pthread_mutex_unlock(&queue->lock);
}
