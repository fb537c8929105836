/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/* Writes JSON strings. Asterisk's texts may hold any byte, JSON may not: what is not UTF-8 becomes U+FFFD. */
#ifndef ZMQ_MANAGER_JSON_TEXT_H
#define ZMQ_MANAGER_JSON_TEXT_H

#include "buffer.h"

/* Appends `text` as a JSON string with its quotes. */
void json_append_string(struct buffer *out, const char *text, size_t length);

/* Appends `"name":"value"`, with a comma before it unless it is the first of its object. */
void json_append_member(struct buffer *out, bool first, const char *name, const char *value);

#endif
