/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * A byte buffer that grows. An allocation that fails marks the buffer; everything appended after it is ignored, so that
 * a writer appends as it likes and looks at `failed` once, at the end. Not thread-safe.
 */
#ifndef ZMQ_MANAGER_BUFFER_H
#define ZMQ_MANAGER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *data;
    size_t length;
    size_t capacity;
    bool failed;
};

void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_append_text(struct buffer *buffer, const char *text);

/* Empties it for the next use, and gives memory back if one huge use has blown it up. */
void buffer_reset(struct buffer *buffer);

/* Frees what it holds and leaves it empty and usable. */
void buffer_free(struct buffer *buffer);

#endif
