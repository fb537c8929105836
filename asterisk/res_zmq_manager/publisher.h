/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/* Publishes Asterisk's events: takes them from any thread into a bounded queue, and sends them from its own thread. */
#ifndef ZMQ_MANAGER_PUBLISHER_H
#define ZMQ_MANAGER_PUBLISHER_H

#include "event_queue.h"

struct publisher;

struct publisher_figures {
    uint64_t published;
    uint64_t dropped;            /* because libzmq held too much for subscribers that do not read */
    size_t held_bytes, max_held; /* what it holds now */
    struct event_queue_figures queue;
};

/* Takes the socket over, also if it fails (NULL). It publishes the event LoadZmq two seconds after its start. */
struct publisher *publisher_start(void *socket);

/* From any thread; copies the text, never waits for the network. Must not log: a log line can be an event. */
void publisher_offer(struct publisher *publisher, const char *ami_text);

/* Goes on with another socket: see worker_hand_over. */
bool publisher_hand_over(struct publisher *publisher, void *socket, const char *bind_to);

/* Sends what is queued, then ends. Nobody may call publisher_offer any more. */
void publisher_stop(struct publisher *publisher);

void publisher_figures(struct publisher *publisher, struct publisher_figures *figures);

#endif
