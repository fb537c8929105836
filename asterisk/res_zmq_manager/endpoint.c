/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "endpoint.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zmq.h>

/* A peer that reads nothing for so long while something waits for it loses its connection, and what waited is freed.
 * A test builds it with less. */
#ifndef STALLED_PEER_MS
#define STALLED_PEER_MS 60000
#endif

/* libzmq has it in every build since 4.3.0, but names it in its header only if it was built with its draft interface.
 */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

/* Any text will do: without one libzmq asks nobody about a key as soon as ZMQ_ZAP_ENFORCE_DOMAIN is set. */
#define ZAP_DOMAIN "res_zmq_manager"

enum {
    /*
     * Events that wait for one slow subscriber before libzmq drops further ones for it. At 400 bytes an event it is 6
     * MB with what each costs, and three seconds of 3,000 events a second. Their bytes are counted in outgoing.h.
     */
    EVENTS_HIGH_WATER_MARK = 10000,
    /* How long an unload waits for replies and events that are still on their way out. */
    LINGER_MS = 500,
    /*
     * A larger frame ends its connection. It lies far above the limit of a request, because a client that only sent too
     * much should get an answer that says so; this one is against a peer that would fill the memory of Asterisk.
     */
    MAX_FRAME_BYTES = 2 * 1024 * 1024,
    /*
     * Requests of one client that wait for their turn; then TCP slows it. With the limit of a frame it is 128 MiB.
     * libzmq still hands over more in a second than a real Asterisk was seen to carry out.
     */
    REQUESTS_HIGH_WATER_MARK = 64,
    /*
     * A peer whose machine vanished holds what waits for it until TCP notices: after STALLED_PEER_MS if something
     * waits, after 60 s + 6 * 10 s if nothing does.
     */
    KEEPALIVE_IDLE_S = 60,
    KEEPALIVE_INTERVAL_S = 10,
    KEEPALIVE_COUNT = 6,
};

static int set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value));
}

/* With the domain enforced nobody comes in if the handler of keys (zap.h) is missing; without, everybody would. */
static int set_curve(void *socket, const char *secret)
{
    return zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) ||
           set_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1) || set_int(socket, ZMQ_CURVE_SERVER, 1) ||
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, strlen(secret) + 1);
}

static int set_options(void *socket, enum endpoint_kind kind, const char *address)
{
    int64_t max_frame_bytes = MAX_FRAME_BYTES;

    if (set_int(socket, ZMQ_LINGER, LINGER_MS) || set_int(socket, ZMQ_TCP_KEEPALIVE, 1) ||
        set_int(socket, ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S) ||
        set_int(socket, ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_S) ||
        set_int(socket, ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT) || set_int(socket, ZMQ_TCP_MAXRT, STALLED_PEER_MS) ||
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max_frame_bytes, sizeof(max_frame_bytes))) {
        return -1;
    }
    /* Only for an address that asks for it: with this option on, a bind to all addresses would listen on IPv6 too. */
    if (strchr(address, '[') && set_int(socket, ZMQ_IPV6, 1)) {
        return -1;
    }
    return kind == ENDPOINT_EVENTS ? set_int(socket, ZMQ_SNDHWM, EVENTS_HIGH_WATER_MARK)
                                   : set_int(socket, ZMQ_RCVHWM, REQUESTS_HIGH_WATER_MARK);
}

/* For `return`: NULL, with errno as it was. */
static void *close_failed(void *socket)
{
    int error = errno;

    zmq_close(socket);
    errno = error;
    return NULL;
}

void *endpoint_make(void *context, enum endpoint_kind kind, const char *address, const char *secret)
{
    void *socket = zmq_socket(context, kind == ENDPOINT_EVENTS ? ZMQ_PUB : ZMQ_REP);

    if (socket && (set_options(socket, kind, address) || (secret && set_curve(socket, secret)))) {
        return close_failed(socket);
    }
    return socket;
}

void *endpoint_open(void *context, enum endpoint_kind kind, const char *address, const char *secret)
{
    void *socket = endpoint_make(context, kind, address, secret);

    return socket && zmq_bind(socket, address) ? close_failed(socket) : socket;
}

const char *endpoint_remedy(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "another program (or the other address of this file) holds this port; stop it or choose another port";
    case ENODEV:
    case EADDRNOTAVAIL:
        return "this machine has no such address; write one of its own, such as tcp://127.0.0.1:30967";
    case EACCES:
        return "Asterisk's user may not use it; choose a port above 1023 or a folder that it may write to";
    case EINVAL:
    case EPROTONOSUPPORT:
    case ENOCOMPATPROTO:
        return "write it as tcp://ADDRESS:PORT, such as tcp://127.0.0.1:30967";
    default:
        return "see the error before this text";
    }
}

bool endpoint_is_local(const char *address)
{
    static const char *const local_prefixes[] = {
        "tcp://127.", "tcp://localhost:", "tcp://lo:", "tcp://[::1]:", "ipc://", "inproc://"};
    size_t i;

    for (i = 0; i < sizeof(local_prefixes) / sizeof(local_prefixes[0]); i++) {
        if (!strncmp(address, local_prefixes[i], strlen(local_prefixes[i]))) {
            return true;
        }
    }
    return false;
}
