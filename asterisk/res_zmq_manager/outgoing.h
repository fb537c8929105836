/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * What was handed to libzmq and is not sent yet, because its peer does not read.
 *
 * libzmq limits this by a number of messages for each peer (ZMQ_SNDHWM), whatever their size and however many peers
 * there are. This counts the bytes: libzmq says when it has freed a message (the callback of zmq_msg_init_data), and a
 * message that goes to several peers is held, and counted, once.
 *
 * Messages of more than OUTGOING_SMALL_BYTES may fill only a part of the room, so that a few large ones never take the
 * place of the many small ones.
 */
#ifndef ZMQ_MANAGER_OUTGOING_H
#define ZMQ_MANAGER_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OUTGOING_SMALL_BYTES = 4096,
    /* What a message costs beside its text: our head, libzmq's, its place in a pipe, and those of malloc. */
    OUTGOING_MESSAGE_BYTES = 192,
};

struct outgoing;

/* `max_bytes` is for all messages, `max_large_bytes` is how full it may be for a large one to be sent. */
struct outgoing *outgoing_create(size_t max_bytes, size_t max_large_bytes);

/* Nothing is sent any more; what libzmq holds stays valid and is freed with the last message. */
void outgoing_destroy(struct outgoing *outgoing);

/*
 * Sends a copy of the data as one frame; from the thread that owns the socket. One message always finds room if libzmq
 * holds no other. False with errno ENOBUFS if there is no room, ENOMEM, or an errno of zmq_msg_send; then nothing was
 * sent.
 */
bool outgoing_send(struct outgoing *outgoing, void *socket, const void *data, size_t length, int flags);

/* From any thread. */
size_t outgoing_bytes(struct outgoing *outgoing);

#endif
