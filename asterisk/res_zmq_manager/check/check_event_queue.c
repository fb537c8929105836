/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file two folders up.
 */

#include "check.h"

#include "event_queue.h"

#include <pthread.h>
#include <stdlib.h>

enum { MAX_EVENT_BYTES = 200 };

static bool offer(struct event_queue *queue, const char *text)
{
    return event_queue_offer(queue, text, strlen(text));
}

static void expect_event(struct event_queue *queue, const char *text, uint64_t sequence, uint64_t lost_before)
{
    struct queue_item item;

    EXPECT(event_queue_take(queue, &item));
    EXPECT(item.event != NULL);
    if (item.event) {
        EXPECT_TEXT(text, item.event->text, item.event->length);
        EXPECT_NUMBER(sequence, item.event->numbers.sequence);
        EXPECT_NUMBER(lost_before, item.lost);
        if (lost_before) {
            EXPECT_NUMBER(sequence - 1, item.gap_sequence);
        }
    }
    free(item.event);
}

static void expect_gap(struct event_queue *queue, uint64_t lost, uint64_t sequence)
{
    struct queue_item item;

    EXPECT(event_queue_take(queue, &item));
    EXPECT(item.event == NULL);
    EXPECT_NUMBER(lost, item.lost);
    EXPECT_NUMBER(sequence, item.gap_sequence);
    free(item.event);
}

static void expect_nothing(struct event_queue *queue)
{
    struct queue_item item;

    EXPECT(!event_queue_take(queue, &item));
}

static void events_come_out_in_order_with_numbers_from_one(void)
{
    struct event_queue *queue = event_queue_create(10, 10000, MAX_EVENT_BYTES);

    EXPECT(offer(queue, "a"));
    EXPECT(!offer(queue, "bb")); /* the taker has been woken already */
    expect_event(queue, "a", 1, 0);
    expect_event(queue, "bb", 2, 0);
    expect_nothing(queue);
    EXPECT(offer(queue, "c"));
    expect_event(queue, "c", 3, 0);
    expect_nothing(queue);
    event_queue_destroy(queue);
}

static void overflow_by_count_leaves_one_gap_at_its_place(void)
{
    struct event_queue *queue = event_queue_create(2, 10000, MAX_EVENT_BYTES);
    struct event_queue_figures figures;

    offer(queue, "1");
    offer(queue, "2");
    offer(queue, "3");
    offer(queue, "4");
    expect_event(queue, "1", 1, 0);
    offer(queue, "5"); /* 3 and 4 are lost; 5 is the gap's own number */
    expect_event(queue, "2", 2, 0);
    expect_event(queue, "5", 6, 2);
    expect_nothing(queue);
    event_queue_figures(queue, &figures);
    EXPECT_NUMBER(2, figures.lost);
    EXPECT_NUMBER(6, figures.last_sequence);
    EXPECT_NUMBER(2, figures.peak_events);
    EXPECT_NUMBER(0, figures.bytes);
    event_queue_destroy(queue);
}

static void a_gap_comes_out_even_if_nothing_follows(void)
{
    struct event_queue *queue = event_queue_create(1, 10000, MAX_EVENT_BYTES);

    offer(queue, "1");
    offer(queue, "2");
    expect_event(queue, "1", 1, 0);
    expect_gap(queue, 1, 3);
    expect_nothing(queue);
    offer(queue, "3");
    expect_event(queue, "3", 4, 0);
    event_queue_destroy(queue);
}

static void overflow_by_bytes_counts_what_an_event_costs(void)
{
    struct event_queue *queue = event_queue_create(100, 2 * sizeof(struct queued_event) + 10, MAX_EVENT_BYTES);

    offer(queue, "12345");
    offer(queue, "123456");
    offer(queue, "12345");
    expect_event(queue, "12345", 1, 0);
    expect_event(queue, "12345", 4, 1);
    EXPECT(offer(queue, "an event that is larger than the whole queue, which wakes the taker for the gap, "
                        "and leaves the queue empty"));
    expect_gap(queue, 1, 6);
    expect_nothing(queue);
    event_queue_destroy(queue);
}

static bool offer_of_size(struct event_queue *queue, const char *head, size_t length)
{
    char text[MAX_EVENT_BYTES + 1];

    memset(text, 'x', sizeof(text));
    memcpy(text, head, strlen(head));
    return event_queue_offer(queue, text, length);
}

static void expect_numbers(struct event_queue *queue, uint64_t sequence, uint64_t name_sequence, uint64_t name_previous)
{
    struct queue_item item;

    EXPECT(event_queue_take(queue, &item) && item.event);
    if (item.event) {
        EXPECT_NUMBER(sequence, item.event->numbers.sequence);
        EXPECT_NUMBER(name_sequence, item.event->numbers.name_sequence);
        EXPECT_NUMBER(name_previous, item.event->numbers.name_previous);
    }
    free(item.event);
}

static void events_are_numbered_by_name_as_well_and_lost_ones_count(void)
{
    struct event_queue *queue = event_queue_create(3, 10000, MAX_EVENT_BYTES);

    offer(queue, "Event: A\r\n\r\n");
    offer(queue, "Event: B\r\n\r\n");
    offer(queue, "no event\r\n\r\n");
    offer(queue, "Event: B\r\n\r\n"); /* lost, as is the next */
    offer(queue, "Event: A\r\n\r\n");
    expect_numbers(queue, 1, 1, 0);
    offer(queue, "Event: B\r\n\r\n"); /* 6 is the gap */
    expect_numbers(queue, 2, 1, 0);
    expect_numbers(queue, 3, 0, 0);
    expect_numbers(queue, 7, 3, 4);
    offer(queue, "Event: A\r\n\r\n");
    expect_numbers(queue, 8, 3, 5);
    expect_nothing(queue);
    event_queue_destroy(queue);
}

static void an_event_above_the_limit_takes_its_numbers_and_is_counted(void)
{
    struct event_queue *queue = event_queue_create(100, 1000000, MAX_EVENT_BYTES);
    struct event_queue_figures figures;

    EXPECT(offer_of_size(queue, "Event: A\r\n", MAX_EVENT_BYTES));
    EXPECT(!offer_of_size(queue, "Event: A\r\n", MAX_EVENT_BYTES + 1));
    offer(queue, "Event: A\r\n\r\n");
    expect_numbers(queue, 1, 1, 0);
    expect_numbers(queue, 4, 3, 2); /* 3 is the gap */
    EXPECT(offer_of_size(queue, "Event: A\r\n", MAX_EVENT_BYTES + 1));
    expect_gap(queue, 1, 6);
    event_queue_figures(queue, &figures);
    EXPECT_NUMBER(2, figures.too_large);
    EXPECT_NUMBER(0, figures.lost);
    EXPECT_NUMBER(0, figures.bytes);
    event_queue_destroy(queue);
}

static void what_is_left_is_freed(void)
{
    struct event_queue *queue = event_queue_create(10, 10000, MAX_EVENT_BYTES);

    offer(queue, "left");
    offer(queue, "over");
    event_queue_destroy(queue);
    event_queue_destroy(NULL);
}

enum { THREADS = 4, EACH = 20000 };

static void *offer_many(void *data)
{
    int i;

    for (i = 0; i < EACH; i++) {
        offer(data, "event");
    }
    return NULL;
}

/* From many threads at once: what came out, what was lost and the gaps account for every number, in order. */
static void numbers_add_up_under_load(void)
{
    struct event_queue *queue = event_queue_create(50, 1000000, MAX_EVENT_BYTES);
    pthread_t threads[THREADS];
    uint64_t accounted = 0, events = 0;
    struct queue_item item;
    int i, running = THREADS;

    for (i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, offer_many, queue);
    }
    while (running || event_queue_take(queue, &item)) {
        if (running) {
            if (!event_queue_take(queue, &item)) {
                pthread_join(threads[--running], NULL);
                continue;
            }
        }
        accounted += item.lost ? item.lost + 1 : 0;
        EXPECT(!item.lost || item.gap_sequence == accounted);
        if (item.event) {
            accounted++;
            events++;
            EXPECT(item.event->numbers.sequence == accounted);
            free(item.event);
        }
    }
    struct event_queue_figures figures;
    event_queue_figures(queue, &figures);
    EXPECT_NUMBER(figures.last_sequence, accounted);
    EXPECT_NUMBER((uint64_t) THREADS * EACH, events + figures.lost);
    event_queue_destroy(queue);
}

CHECK_MAIN(CASE(events_come_out_in_order_with_numbers_from_one), CASE(overflow_by_count_leaves_one_gap_at_its_place),
           CASE(a_gap_comes_out_even_if_nothing_follows), CASE(overflow_by_bytes_counts_what_an_event_costs),
           CASE(events_are_numbered_by_name_as_well_and_lost_ones_count),
           CASE(an_event_above_the_limit_takes_its_numbers_and_is_counted), CASE(what_is_left_is_freed),
           CASE(numbers_add_up_under_load))
