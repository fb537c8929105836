/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * The files with CURVE keys: our secret, and the public keys of the clients that may connect. Keys are Z85, 40
 * characters. A file that is not right is refused as a whole, with a text that says what is wrong and never what a
 * secret is.
 */
#ifndef ZMQ_MANAGER_CURVE_KEYS_H
#define ZMQ_MANAGER_CURVE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CURVE_TEXT_SIZE = 41, /* with its end */
    CURVE_KEY_BYTES = 32,
    CURVE_MAX_CLIENTS = 1000,
    CURVE_ERROR_SIZE = 256,
};

struct curve_clients {
    uint8_t (*keys)[CURVE_KEY_BYTES];
    size_t count;
};

/* The one key of a file. False if there is none; then `error` (of CURVE_ERROR_SIZE) says why and what to do. */
bool curve_read_secret(const char *path, char secret[CURVE_TEXT_SIZE], char *error);

/*
 * The keys of a file: one a line, text after a blank is a comment, as are lines that begin with #; at least one. (No
 * key begins with #: its first five characters would be more than 32 bits.) On false there is nothing to free, and
 * `error` as above.
 */
bool curve_read_clients(const char *path, struct curve_clients *clients, char *error);

bool curve_clients_have(const struct curve_clients *clients, const uint8_t key[CURVE_KEY_BYTES]);

/* Leaves it empty. */
void curve_clients_free(struct curve_clients *clients);

/* Whether users other than the owner and its group may read the file, or others than the owner may change it. */
bool curve_is_exposed(const char *path);

#endif
