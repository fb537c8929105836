/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "outgoing.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

struct outgoing {
    size_t max_bytes, max_large_bytes;
    atomic_size_t bytes;
    atomic_size_t owners; /* the caller of outgoing_create, and each message that libzmq holds */
};

struct message {
    struct outgoing *outgoing;
    size_t length;
    char data[];
};

struct outgoing *outgoing_create(size_t max_bytes, size_t max_large_bytes)
{
    struct outgoing *outgoing = calloc(1, sizeof(*outgoing));

    if (outgoing) {
        outgoing->max_bytes = max_bytes;
        outgoing->max_large_bytes = max_large_bytes;
        atomic_init(&outgoing->owners, 1);
    }
    return outgoing;
}

static void leave(struct outgoing *outgoing)
{
    if (atomic_fetch_sub(&outgoing->owners, 1) == 1) {
        free(outgoing);
    }
}

void outgoing_destroy(struct outgoing *outgoing)
{
    if (outgoing) {
        leave(outgoing);
    }
}

static size_t cost(size_t length)
{
    return length + OUTGOING_MESSAGE_BYTES;
}

/* On one of libzmq's threads, or on one that sends. */
static void on_freed(void *data, void *hint)
{
    struct message *message = hint;
    struct outgoing *outgoing = message->outgoing;

    (void) data;
    atomic_fetch_sub(&outgoing->bytes, cost(message->length));
    free(message);
    leave(outgoing);
}

static bool has_room(struct outgoing *outgoing, size_t length)
{
    const size_t limit = length > OUTGOING_SMALL_BYTES ? outgoing->max_large_bytes : outgoing->max_bytes;
    const size_t held = atomic_load(&outgoing->bytes);

    return !held || (held <= limit && cost(length) <= limit - held);
}

bool outgoing_send(struct outgoing *outgoing, void *socket, const void *data, size_t length, int flags)
{
    struct message *message;
    zmq_msg_t frame;
    int error;

    if (!has_room(outgoing, length)) {
        errno = ENOBUFS;
        return false;
    }
    message = malloc(sizeof(*message) + length);
    if (!message || zmq_msg_init_data(&frame, message->data, length, on_freed, message)) {
        free(message);
        errno = ENOMEM;
        return false;
    }
    message->outgoing = outgoing;
    message->length = length;
    memcpy(message->data, data, length);
    atomic_fetch_add(&outgoing->owners, 1);
    atomic_fetch_add(&outgoing->bytes, cost(length));
    if (zmq_msg_send(&frame, socket, flags) >= 0) {
        return true;
    }
    error = errno;
    zmq_msg_close(&frame);
    errno = error;
    return false;
}

size_t outgoing_bytes(struct outgoing *outgoing)
{
    return atomic_load(&outgoing->bytes);
}
