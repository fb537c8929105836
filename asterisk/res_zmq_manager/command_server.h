/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/* Answers actions on the REP socket, one after the other, on its own thread. */
#ifndef ZMQ_MANAGER_COMMAND_SERVER_H
#define ZMQ_MANAGER_COMMAND_SERVER_H

#include <stdbool.h>
#include <stdint.h>

struct command_server;

struct command_server_figures {
    uint64_t handled;   /* Asterisk ran the action and answered, be it with an error */
    uint64_t refused;   /* by policy.h */
    uint64_t malformed; /* no request at all, or one that breaks a rule of request.h */
    uint64_t unknown;   /* Asterisk had no answer */
    uint64_t dropped;   /* replies that became an error, because libzmq held too much for clients that do not read */
    size_t held_bytes, max_held; /* what it holds now */
};

/* Takes the socket over, also if it fails (NULL). */
struct command_server *command_server_start(void *socket);

/* Goes on with another socket (see worker_hand_over); an action that runs is answered on the old one. */
bool command_server_hand_over(struct command_server *server, void *socket, const char *bind_to);

/*
 * Makes sure that no action runs and none will start, which has to be so before command_server_stop: the caller of an
 * unload holds Asterisk's lock on the list of modules, an action may be waiting for just that lock, and waiting for the
 * action would stop both forever. False if one still ran after a moment; then everything goes on as before.
 */
bool command_server_quiesce(struct command_server *server);

void command_server_stop(struct command_server *server);

void command_server_figures(struct command_server *server, struct command_server_figures *figures);

#endif
