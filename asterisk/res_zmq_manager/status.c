/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "asterisk.h"

#include "asterisk/cli.h"

#include "status.h"

#include <inttypes.h>

static void print_text(int fd, const char *label, const char *value)
{
    ast_cli(fd, "  %-20s %s\n", label, value);
}

static void print_count(int fd, const char *label, uint64_t value)
{
    ast_cli(fd, "  %-20s %" PRIu64 "\n", label, value);
}

static void print_bytes(int fd, const char *label, size_t now, size_t max)
{
    ast_cli(fd, "  %-20s %zu now, of %zu\n", label, now, max);
}

static void print_uptime(int fd, time_t seconds)
{
    ast_cli(fd, "  %-20s %ld d %02ld:%02ld:%02ld\n", "Uptime:", (long) seconds / 86400, (long) seconds / 3600 % 24,
            (long) seconds / 60 % 60, (long) seconds % 60);
}

void status_print(int fd, const struct status *status)
{
    const struct event_queue_figures *queue = &status->events.queue;

    ast_cli(fd, "ZeroMQ manager\n");
    print_text(fd, "Action address:", status->settings->addr_cmd);
    print_text(fd, "Event address:", status->settings->addr_evt);
    if (status->settings->curve) {
        ast_cli(fd, "  %-20s on, %zu clients\n", "CURVE:", status->keys.clients);
        print_count(fd, "Keys denied:", status->keys.denied);
    } else {
        print_text(fd, "CURVE:", "off");
    }
    print_uptime(fd, time(NULL) - status->up_since);
    print_count(fd, "Actions handled:", status->actions.handled);
    print_count(fd, "Actions refused:", status->actions.refused);
    print_count(fd, "Actions unknown:", status->actions.unknown);
    print_count(fd, "Requests malformed:", status->actions.malformed);
    print_count(fd, "Events published:", status->events.published);
    print_count(fd, "Events lost:", queue->lost);
    print_count(fd, "Events too large:", queue->too_large);
    print_count(fd, "Events dropped:", status->events.dropped);
    print_count(fd, "Replies dropped:", status->actions.dropped);
    print_count(fd, "Last sequence:", queue->last_sequence);
    ast_cli(fd, "  %-20s %zu now, %zu at most so far, of %zu\n", "Queued events:", queue->events, queue->peak_events,
            queue->max_events);
    print_bytes(fd, "Queued bytes:", queue->bytes, queue->max_bytes);
    print_bytes(fd, "Held event bytes:", status->events.held_bytes, status->events.max_held);
    print_bytes(fd, "Held reply bytes:", status->actions.held_bytes, status->actions.max_held);
}
