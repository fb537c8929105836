/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * A thread that owns one ZeroMQ socket. It sleeps in zmq_poll until the socket has something or somebody wakes it; it
 * never polls on a timer, except while it waits for an address to become free that it is to bind to. Nobody else
 * touches the socket from worker_start or worker_hand_over on.
 */
#ifndef ZMQ_MANAGER_WORKER_H
#define ZMQ_MANAGER_WORKER_H

#include <stdbool.h>

struct worker;

/*
 * One turn of work, on the worker's thread, after each wake-up. Returns for how many milliseconds there is nothing to
 * do: 0 if there is more to do now, -1 for "until something happens".
 */
typedef long (*worker_turn)(void *owner, void *socket);

/* Takes the socket over, also if it fails (NULL): then the socket is closed. `name` has at most 15 characters. */
struct worker *worker_start(const char *name, void *socket, worker_turn turn, void *owner);

/* From any thread, never blocks. */
void worker_wake(struct worker *worker);

/*
 * From any thread: the worker closes its socket after the turn that it is in and goes on with this one. `bind_to`: the
 * address that the worker then binds it to, because its own socket holds it until it is closed; NULL for a socket that
 * is bound. False if memory is short; then the socket is closed and everything goes on as before.
 */
bool worker_hand_over(struct worker *worker, void *socket, const char *bind_to);

/* Gives the owner turns until nothing is left to do, ends the thread, closes the socket and frees the worker. */
void worker_stop(struct worker *worker);

#endif
