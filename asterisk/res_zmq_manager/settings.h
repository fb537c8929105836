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

#include "curve_keys.h"

#include <stdbool.h>

#define SETTINGS_FILE "zmq_manager.conf"

struct settings {
    char *addr_cmd;
    char *addr_evt;
    bool curve;                   /* whether the two below are there */
    char secret[CURVE_TEXT_SIZE]; /* from curve_secret_file */
    struct curve_clients clients; /* from curve_clients_file */
};

/*
 * Reads the file and those that it names. False if one of them is missing or wrong; then the reason has been logged
 * and there is nothing to free.
 */
bool settings_load(struct settings *settings);

/* The CURVE key of both endpoints, or NULL if they have none. */
const char *settings_secret(const struct settings *settings);

void settings_free(struct settings *settings);

#endif
