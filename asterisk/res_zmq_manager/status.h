/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/* The CLI command `zmq manager show status`. */
#ifndef ZMQ_MANAGER_STATUS_H
#define ZMQ_MANAGER_STATUS_H

#include "command_server.h"
#include "publisher.h"
#include "settings.h"
#include "zap.h"

#include <time.h>

struct status {
    const struct settings *settings;
    time_t up_since;
    struct command_server_figures actions;
    struct publisher_figures events;
    struct zap_figures keys;
};

/* Prints it to a console of Asterisk's. */
void status_print(int fd, const struct status *status);

#endif
