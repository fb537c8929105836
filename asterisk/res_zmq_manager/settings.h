/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/* zmq_manager.conf. */
#ifndef ZMQ_MANAGER_SETTINGS_H
#define ZMQ_MANAGER_SETTINGS_H

#include <stdbool.h>

#define SETTINGS_FILE "zmq_manager.conf"

struct settings {
    char *addr_cmd;
    char *addr_evt;
};

/* Reads the file. False where it is missing or wrong; then the reason has been logged and there is nothing to free. */
bool settings_load(struct settings *settings);

void settings_free(struct settings *settings);

#endif
