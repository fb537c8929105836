/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file two folders up.
 */

#include "check.h"

#include "outgoing.h"

#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

/* Both ends in one process, so that nothing but libzmq's own pipe holds a message. */
struct wire {
    void *context, *from, *to;
    struct outgoing *outgoing;
};

enum { SMALL_COST = 10 + OUTGOING_MESSAGE_BYTES, LARGE = OUTGOING_SMALL_BYTES + 1, ROOM = 3 * SMALL_COST };

static struct wire connect_wire(size_t max_bytes, size_t max_large_bytes)
{
    struct wire wire = {.context = zmq_ctx_new(), .outgoing = outgoing_create(max_bytes, max_large_bytes)};

    wire.from = zmq_socket(wire.context, ZMQ_PUSH);
    wire.to = zmq_socket(wire.context, ZMQ_PULL);
    EXPECT(!zmq_bind(wire.from, "inproc://wire") && !zmq_connect(wire.to, "inproc://wire"));
    return wire;
}

static void close_wire(struct wire *wire)
{
    outgoing_destroy(wire->outgoing);
    zmq_close(wire->from);
    zmq_close(wire->to);
    EXPECT(!zmq_ctx_term(wire->context));
}

static bool send_bytes(struct wire *wire, size_t length)
{
    char *data = calloc(1, length);
    bool sent = outgoing_send(wire->outgoing, wire->from, data, length, ZMQ_DONTWAIT);

    free(data);
    return sent;
}

static void receive(struct wire *wire, size_t length)
{
    zmq_msg_t frame;

    zmq_msg_init(&frame);
    EXPECT_NUMBER(length, zmq_msg_recv(&frame, wire->to, 0));
    zmq_msg_close(&frame);
}

static void what_was_sent_arrives_and_no_longer_counts(void)
{
    struct wire wire = connect_wire(ROOM, ROOM);
    char text[5];

    EXPECT(outgoing_send(wire.outgoing, wire.from, "event", 5, 0));
    EXPECT_NUMBER(5 + OUTGOING_MESSAGE_BYTES, outgoing_bytes(wire.outgoing));
    EXPECT_NUMBER(5, zmq_recv(wire.to, text, sizeof(text), 0));
    EXPECT_TEXT("event", text, sizeof(text));
    EXPECT_NUMBER(0, outgoing_bytes(wire.outgoing));
    close_wire(&wire);
}

static void what_a_peer_leaves_unread_is_bounded_in_bytes(void)
{
    struct wire wire = connect_wire(ROOM, ROOM);

    EXPECT(send_bytes(&wire, 10) && send_bytes(&wire, 10) && send_bytes(&wire, 10));
    EXPECT_NUMBER(ROOM, outgoing_bytes(wire.outgoing));
    EXPECT(!send_bytes(&wire, 1) && errno == ENOBUFS);
    receive(&wire, 10);
    EXPECT(!send_bytes(&wire, 11));
    EXPECT(send_bytes(&wire, 10));
    close_wire(&wire);
}

static void large_ones_leave_room_for_small_ones(void)
{
    const size_t for_large = 2 * (LARGE + OUTGOING_MESSAGE_BYTES);
    struct wire wire = connect_wire(for_large + 2 * SMALL_COST, for_large);

    EXPECT(send_bytes(&wire, LARGE) && send_bytes(&wire, LARGE));
    EXPECT(!send_bytes(&wire, LARGE));
    EXPECT(send_bytes(&wire, 10) && send_bytes(&wire, 10));
    EXPECT(!send_bytes(&wire, LARGE) && !send_bytes(&wire, 10));
    close_wire(&wire);
}

static void one_of_any_size_goes_if_nothing_is_held(void)
{
    struct wire wire = connect_wire(ROOM, ROOM);

    EXPECT(send_bytes(&wire, 100 * ROOM));
    EXPECT(!send_bytes(&wire, LARGE) && !send_bytes(&wire, 10));
    receive(&wire, 100 * ROOM);
    EXPECT(send_bytes(&wire, 10));
    close_wire(&wire);
}

static void what_could_not_be_sent_does_not_count(void)
{
    void *context = zmq_ctx_new(), *nobody_reads = zmq_socket(context, ZMQ_PUSH);
    struct outgoing *outgoing = outgoing_create(ROOM, ROOM);

    EXPECT(!outgoing_send(outgoing, nobody_reads, "event", 5, ZMQ_DONTWAIT) && errno == EAGAIN);
    EXPECT_NUMBER(0, outgoing_bytes(outgoing));
    outgoing_destroy(outgoing);
    zmq_close(nobody_reads);
    zmq_ctx_term(context);
}

/* Subscribers of a PUB share one copy. */
static void what_waits_for_several_peers_counts_once(void)
{
    void *context = zmq_ctx_new(), *from = zmq_socket(context, ZMQ_XPUB), *to[2];
    struct outgoing *outgoing = outgoing_create(1000, 1000);
    char subscription[8], text[8];
    size_t i;

    EXPECT(!zmq_bind(from, "inproc://wire"));
    for (i = 0; i < 2; i++) {
        to[i] = zmq_socket(context, ZMQ_SUB);
        EXPECT(!zmq_connect(to[i], "inproc://wire") && !zmq_setsockopt(to[i], ZMQ_SUBSCRIBE, i ? "e" : "", i));
        EXPECT_NUMBER(1 + i, zmq_recv(from, subscription, sizeof(subscription), 0));
    }
    EXPECT(outgoing_send(outgoing, from, "event", 5, 0));
    EXPECT_NUMBER(5 + OUTGOING_MESSAGE_BYTES, outgoing_bytes(outgoing));
    EXPECT_NUMBER(5, zmq_recv(to[0], text, sizeof(text), 0));
    EXPECT_NUMBER(5 + OUTGOING_MESSAGE_BYTES, outgoing_bytes(outgoing));
    EXPECT_NUMBER(5, zmq_recv(to[1], text, sizeof(text), 0));
    EXPECT_NUMBER(0, outgoing_bytes(outgoing));
    outgoing_destroy(outgoing);
    zmq_close(from);
    zmq_close(to[0]);
    zmq_close(to[1]);
    zmq_ctx_term(context);
}

/* A reload and an unload do that; the address sanitizer sees what is used after it was freed, or never freed. */
static void what_is_held_outlives_its_owner(void)
{
    struct wire wire = connect_wire(ROOM, ROOM);

    EXPECT(send_bytes(&wire, 10) && send_bytes(&wire, 10));
    outgoing_destroy(wire.outgoing);
    wire.outgoing = NULL;
    receive(&wire, 10);
    close_wire(&wire);
}

CHECK_MAIN(CASE(what_was_sent_arrives_and_no_longer_counts), CASE(what_a_peer_leaves_unread_is_bounded_in_bytes),
           CASE(large_ones_leave_room_for_small_ones), CASE(one_of_any_size_goes_if_nothing_is_held),
           CASE(what_could_not_be_sent_does_not_count), CASE(what_waits_for_several_peers_counts_once),
           CASE(what_is_held_outlives_its_owner))
