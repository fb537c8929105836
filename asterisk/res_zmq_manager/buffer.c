/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "buffer.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, KEEP_CAPACITY = 1024 * 1024 };

static bool reserve(struct buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    char *grown;

    if (buffer->failed) {
        return false;
    }
    if (buffer->capacity - buffer->length >= more) {
        return true;
    }
    while (capacity - buffer->length < more) {
        if (capacity > (size_t) -1 / 2) {
            buffer->failed = true;
            return false;
        }
        capacity *= 2;
    }
    grown = realloc(buffer->data, capacity);
    if (!grown) {
        buffer->failed = true;
        return false;
    }
    buffer->data = grown;
    buffer->capacity = capacity;
    return true;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (length && reserve(buffer, length)) {
        memcpy(buffer->data + buffer->length, bytes, length);
        buffer->length += length;
    }
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_reset(struct buffer *buffer)
{
    if (buffer->capacity > KEEP_CAPACITY) {
        buffer_free(buffer);
        return;
    }
    buffer->length = 0;
    buffer->failed = false;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    memset(buffer, 0, sizeof(*buffer));
}
