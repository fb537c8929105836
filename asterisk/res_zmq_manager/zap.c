/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "asterisk.h"

#include "asterisk/lock.h"
#include "asterisk/logger.h"
#include "asterisk/utils.h"

#include "worker.h"
#include "zap.h"

#include <stdatomic.h>
#include <zmq.h>

#define ADDRESS "inproc://zeromq.zap.01"

/* Frames of a request, in this order; what comes after the key is not for us. */
enum { VERSION, REQUEST_ID, DOMAIN, PEER, IDENTITY, MECHANISM, KEY, FRAMES };

struct zap {
    struct worker *worker;
    ast_mutex_t lock; /* guards `clients` */
    struct curve_clients clients;
    atomic_uint_fast64_t denied;
};

/* Receives a whole request; true if there was one. Frames that it does not have stay empty. */
static bool receive(void *socket, zmq_msg_t frames[FRAMES])
{
    zmq_msg_t extra;
    size_t i = 0;
    int more;

    if (zmq_msg_recv(&frames[0], socket, ZMQ_DONTWAIT) < 0) {
        return false;
    }
    for (more = zmq_msg_more(&frames[0]); more;) {
        zmq_msg_t *frame = ++i < FRAMES ? &frames[i] : &extra;

        if (frame == &extra) {
            zmq_msg_init(&extra);
        }
        more = zmq_msg_recv(frame, socket, 0) >= 0 && zmq_msg_more(frame);
        if (frame == &extra) {
            zmq_msg_close(&extra);
        }
    }
    return true;
}

static bool is_text(zmq_msg_t *frame, const char *text)
{
    return zmq_msg_size(frame) == strlen(text) && !memcmp(zmq_msg_data(frame), text, strlen(text));
}

static bool may_connect(struct zap *zap, zmq_msg_t frames[FRAMES])
{
    bool listed;

    if (!is_text(&frames[VERSION], "1.0") || !is_text(&frames[MECHANISM], "CURVE") ||
        zmq_msg_size(&frames[KEY]) != CURVE_KEY_BYTES) {
        return false;
    }
    ast_mutex_lock(&zap->lock);
    listed = curve_clients_have(&zap->clients, zmq_msg_data(&frames[KEY]));
    ast_mutex_unlock(&zap->lock);
    return listed;
}

static void answer(void *socket, zmq_msg_t *request_id, const char *status, const char *text)
{
    zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(socket, zmq_msg_data(request_id), zmq_msg_size(request_id), ZMQ_SNDMORE);
    zmq_send(socket, status, strlen(status), ZMQ_SNDMORE);
    zmq_send(socket, text, strlen(text), ZMQ_SNDMORE);
    zmq_send(socket, "", 0, ZMQ_SNDMORE); /* no user id */
    zmq_send(socket, "", 0, 0);           /* no metadata */
}

static long turn(void *owner, void *socket)
{
    struct zap *zap = owner;
    zmq_msg_t frames[FRAMES];
    bool received;
    size_t i;

    for (i = 0; i < FRAMES; i++) {
        zmq_msg_init(&frames[i]);
    }
    received = receive(socket, frames);
    if (received && may_connect(zap, frames)) {
        answer(socket, &frames[REQUEST_ID], "200", "OK");
    } else if (received) {
        atomic_fetch_add(&zap->denied, 1);
        answer(socket, &frames[REQUEST_ID], "400", "this key is not in curve_clients_file");
    }
    for (i = 0; i < FRAMES; i++) {
        zmq_msg_close(&frames[i]);
    }
    return received ? 0 : -1;
}

static void *bind_socket(void *context)
{
    void *socket = zmq_socket(context, ZMQ_REP);
    int linger_ms = 0;

    if (socket && (zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms)) || zmq_bind(socket, ADDRESS))) {
        zmq_close(socket);
        socket = NULL;
    }
    if (!socket) {
        ast_log(LOG_ERROR, "Cannot make the socket " ADDRESS ": %s; check the limits of this process (ulimit -n)\n",
                zmq_strerror(errno));
    }
    return socket;
}

static void dispose(struct zap *zap)
{
    curve_clients_free(&zap->clients);
    ast_mutex_destroy(&zap->lock);
    ast_free(zap);
}

struct zap *zap_start(void *context)
{
    void *socket = bind_socket(context);
    struct zap *zap = socket ? ast_calloc(1, sizeof(*zap)) : NULL;

    if (!zap) {
        if (socket) {
            zmq_close(socket);
        }
        return NULL;
    }
    ast_mutex_init(&zap->lock);
    zap->worker = worker_start("zmq-mgr-keys", socket, turn, zap);
    if (!zap->worker) {
        dispose(zap);
        return NULL;
    }
    return zap;
}

void zap_swap(struct zap *zap, struct curve_clients *clients)
{
    struct curve_clients before;

    ast_mutex_lock(&zap->lock);
    before = zap->clients;
    zap->clients = *clients;
    ast_mutex_unlock(&zap->lock);
    *clients = before;
}

void zap_stop(struct zap *zap)
{
    worker_stop(zap->worker);
    dispose(zap);
}

void zap_figures(struct zap *zap, struct zap_figures *figures)
{
    ast_mutex_lock(&zap->lock);
    figures->clients = zap->clients.count;
    ast_mutex_unlock(&zap->lock);
    figures->denied = atomic_load(&zap->denied);
}
