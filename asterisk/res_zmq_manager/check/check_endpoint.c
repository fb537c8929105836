/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file two folders up.
 */

#include "check.h"

#include "endpoint.h"

#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

enum { DEADLINE_MS = 20000, UNREAD = 30000 };

struct keys {
    char public[41], secret[41];
};

static struct keys new_keys(void)
{
    struct keys keys = {"", ""};

    EXPECT(!zmq_curve_keypair(keys.public, keys.secret));
    return keys;
}

static int get_int(void *socket, int option)
{
    int value = -1;
    size_t size = sizeof(value);

    EXPECT(!zmq_getsockopt(socket, option, &value, &size));
    return value;
}

/* The event socket as the module opens it, with our keys as those of the server; `address` becomes the one to use. */
static void *open_server(void *context, const char *secret, char address[64])
{
    size_t size = 64;
    void *server = endpoint_open(context, ENDPOINT_EVENTS, "tcp://127.0.0.1:*", secret);

    EXPECT(server && !zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, address, &size));
    return server;
}

/* A client that has all that it takes; `monitor` becomes the socket that reports on its handshake. */
static void *connect_client(void *context, const char *address, const char *server_public, void **monitor)
{
    struct keys own = new_keys();
    void *client = zmq_socket(context, ZMQ_SUB);
    int deadline_ms = DEADLINE_MS;

    EXPECT(!zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, server_public, 41));
    EXPECT(!zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, own.public, 41));
    EXPECT(!zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, own.secret, 41));
    EXPECT(!zmq_socket_monitor(client, "inproc://monitor",
                               ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                                   ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                                   ZMQ_EVENT_DISCONNECTED));
    *monitor = zmq_socket(context, ZMQ_PAIR);
    EXPECT(!zmq_setsockopt(*monitor, ZMQ_RCVTIMEO, &deadline_ms, sizeof(deadline_ms)));
    EXPECT(!zmq_connect(*monitor, "inproc://monitor") && !zmq_connect(client, address));
    return client;
}

/* The first report of the monitor; 0 if none came. */
static uint16_t handshake(void *monitor)
{
    uint16_t event = 0;
    char frame[256];

    if (zmq_recv(monitor, frame, sizeof(frame), 0) >= (int) sizeof(event)) {
        memcpy(&event, frame, sizeof(event));
        zmq_recv(monitor, frame, sizeof(frame), 0);
    }
    return event;
}

static void *bind_handler(void *context)
{
    void *handler = zmq_socket(context, ZMQ_REP);
    int deadline_ms = DEADLINE_MS;

    EXPECT(!zmq_setsockopt(handler, ZMQ_RCVTIMEO, &deadline_ms, sizeof(deadline_ms)));
    EXPECT(!zmq_bind(handler, "inproc://zeromq.zap.01"));
    return handler;
}

/* Lets whoever asks come in. */
static void say_yes_once(void *handler)
{
    char request_id[256], rest[256];
    int length = -1, i, more = 1;
    size_t size = sizeof(more);

    for (i = 0; more; i++) {
        int received = zmq_recv(handler, i == 1 ? request_id : rest, sizeof(rest), 0);

        EXPECT(received >= 0);
        length = i == 1 ? received : length;
        if (received < 0 || zmq_getsockopt(handler, ZMQ_RCVMORE, &more, &size)) {
            return;
        }
    }
    zmq_send(handler, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(handler, request_id, (size_t) length, ZMQ_SNDMORE);
    zmq_send(handler, "200", 3, ZMQ_SNDMORE);
    zmq_send(handler, "", 0, ZMQ_SNDMORE);
    zmq_send(handler, "", 0, ZMQ_SNDMORE);
    zmq_send(handler, "", 0, 0);
}

/* What the client's monitor reports first, with a handler of keys that lets everybody in, or with none. */
static uint16_t first_report(bool with_handler)
{
    void *context = zmq_ctx_new(), *clients = zmq_ctx_new();
    void *handler = with_handler ? bind_handler(context) : NULL;
    struct keys keys = new_keys();
    char address[64] = "";
    void *server = open_server(context, keys.secret, address), *monitor;
    void *client = connect_client(clients, address, keys.public, &monitor);
    uint16_t report;

    if (handler) {
        say_yes_once(handler);
    }
    report = handshake(monitor);
    zmq_close(client);
    zmq_close(monitor);
    zmq_ctx_term(clients);
    zmq_close(server);
    if (handler) {
        zmq_close(handler);
    }
    zmq_ctx_term(context);
    return report;
}

static void with_keys_the_handler_is_asked_and_lets_a_client_in(void)
{
    EXPECT_NUMBER(ZMQ_EVENT_HANDSHAKE_SUCCEEDED, first_report(true));
}

static void with_keys_and_no_handler_nobody_comes_in(void)
{
    const uint16_t report = first_report(false);

    EXPECT(report != 0);
    EXPECT(report != ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
}

static void events_that_wait_for_one_subscriber_are_limited(void)
{
    void *context = zmq_ctx_new();
    void *server = endpoint_open(context, ENDPOINT_EVENTS, "inproc://events", NULL), *client;
    int one = 1, sent = 0, arrived = 0, zero = 0;
    char text[8];

    client = zmq_socket(context, ZMQ_SUB);
    EXPECT(!zmq_setsockopt(client, ZMQ_RCVHWM, &one, sizeof(one)));
    EXPECT(!zmq_setsockopt(client, ZMQ_RCVTIMEO, &zero, sizeof(zero)));
    EXPECT(!zmq_connect(client, "inproc://events") && !zmq_setsockopt(client, ZMQ_SUBSCRIBE, "", 0));
    get_int(server, ZMQ_EVENTS); /* takes the subscription in */
    for (; sent < UNREAD; sent++) {
        EXPECT(zmq_send(server, "event", 5, ZMQ_DONTWAIT) == 5);
    }
    while (zmq_recv(client, text, sizeof(text), 0) == 5) {
        arrived++;
    }
    EXPECT_NUMBER(10000 + 1, arrived); /* in one process both ends' limits add up */
    zmq_close(client);
    zmq_close(server);
    zmq_ctx_term(context);
}

static void requests_that_wait_for_their_turn_are_limited(void)
{
    void *context = zmq_ctx_new(), *client = zmq_socket(context, ZMQ_DEALER);
    void *server = endpoint_open(context, ENDPOINT_COMMANDS, "inproc://actions", NULL);
    int one = 1, sent = 0;

    EXPECT(!zmq_setsockopt(client, ZMQ_SNDHWM, &one, sizeof(one)) && !zmq_connect(client, "inproc://actions"));
    while (sent < UNREAD && zmq_send(client, "", 0, ZMQ_DONTWAIT | ZMQ_SNDMORE) == 0 &&
           zmq_send(client, "{}", 2, ZMQ_DONTWAIT) == 2) {
        sent++;
    }
    EXPECT_NUMBER(64 + 1, sent); /* in one process both ends' limits add up */
    zmq_close(client);
    zmq_close(server);
    zmq_ctx_term(context);
}

static void a_peer_that_reads_nothing_has_a_minute(void)
{
    static const enum endpoint_kind kinds[] = {ENDPOINT_EVENTS, ENDPOINT_COMMANDS};
    void *context = zmq_ctx_new();
    size_t i;

    for (i = 0; i < 2; i++) {
        void *server = endpoint_make(context, kinds[i], "tcp://127.0.0.1:*", NULL);

        EXPECT_NUMBER(60000, get_int(server, ZMQ_TCP_MAXRT));
        zmq_close(server);
    }
    zmq_ctx_term(context);
}

CHECK_MAIN(CASE(with_keys_the_handler_is_asked_and_lets_a_client_in), CASE(with_keys_and_no_handler_nobody_comes_in),
           CASE(events_that_wait_for_one_subscriber_are_limited), CASE(requests_that_wait_for_their_turn_are_limited),
           CASE(a_peer_that_reads_nothing_has_a_minute))
