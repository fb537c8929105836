/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "asterisk.h"

#include "asterisk/alertpipe.h"
#include "asterisk/logger.h"
#include "asterisk/utils.h"

#include "worker.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <zmq.h>

enum {
    /* How long an address may stay in use after its socket was closed: libzmq gives it back on a thread of its own. */
    REBIND_MS = 5000,
    REBIND_STEP_MS = 10,
};

/* A socket on its way to its worker. */
struct offer {
    void *socket;
    char *bind_to;
};

struct worker {
    worker_turn turn;
    void *owner;
    char name[16];
    pthread_t thread;
    int alert[2]; /* wakes the thread */
    atomic_bool stopping;
    _Atomic(struct offer *) offer; /* one that waits to be taken over */
    /* The thread's own: */
    void *socket;
    char *bind_to; /* what `socket` has yet to be bound to */
    int bind_attempts;
};

static void take_new_socket(struct worker *worker)
{
    struct offer *fresh = atomic_exchange(&worker->offer, NULL);

    if (!fresh) {
        return;
    }
    zmq_close(worker->socket);
    ast_free(worker->bind_to);
    worker->socket = fresh->socket;
    worker->bind_to = fresh->bind_to;
    worker->bind_attempts = 0;
    ast_free(fresh);
}

/* Tries to bind what is not bound yet. Returns for how long to sleep until the next attempt, or `rest_ms` if that is
 * sooner. */
static long bind_socket(struct worker *worker, long rest_ms)
{
    if (!worker->bind_to) {
        return rest_ms;
    }
    if (zmq_bind(worker->socket, worker->bind_to)) {
        if (errno == EADDRINUSE && ++worker->bind_attempts < REBIND_MS / REBIND_STEP_MS) {
            return rest_ms < 0 || rest_ms > REBIND_STEP_MS ? REBIND_STEP_MS : rest_ms;
        }
        ast_log(
            LOG_ERROR,
            "Nobody listens on %s any more: %s; another program took it in the meantime: stop that, then unload and "
            "load " AST_MODULE "\n",
            worker->bind_to, zmq_strerror(errno));
    }
    ast_free(worker->bind_to);
    worker->bind_to = NULL;
    return rest_ms;
}

static void *run(void *data)
{
    struct worker *worker = data;
    long rest_ms = 0;

#ifdef __linux__
    pthread_setname_np(pthread_self(), worker->name);
#endif
    while (!atomic_load(&worker->stopping)) {
        /* POLLIN even if the socket only sends: it makes libzmq attend to connections while there is nothing to
         * send. */
        zmq_pollitem_t items[] = {
            {.socket = worker->socket, .events = ZMQ_POLLIN},
            {.fd = ast_alertpipe_readfd(worker->alert), .events = ZMQ_POLLIN},
        };

        zmq_poll(items, ARRAY_LEN(items), rest_ms);
        if (items[1].revents) {
            ast_alertpipe_flush(worker->alert);
        }
        take_new_socket(worker);
        rest_ms = bind_socket(worker, worker->turn(worker->owner, worker->socket));
    }
    while (worker->turn(worker->owner, worker->socket) == 0) {
    }
    return NULL;
}

static void dispose(struct worker *worker)
{
    take_new_socket(worker);
    zmq_close(worker->socket);
    ast_free(worker->bind_to);
    ast_alertpipe_close(worker->alert);
    ast_free(worker);
}

struct worker *worker_start(const char *name, void *socket, worker_turn turn, void *owner)
{
    struct worker *worker = ast_calloc(1, sizeof(*worker));

    if (!worker) {
        zmq_close(socket);
        return NULL;
    }
    worker->turn = turn;
    worker->owner = owner;
    worker->socket = socket;
    ast_copy_string(worker->name, name, sizeof(worker->name));
    ast_alertpipe_clear(worker->alert);
    if (ast_alertpipe_init(worker->alert) || ast_pthread_create(&worker->thread, NULL, run, worker)) {
        ast_log(LOG_ERROR, "Cannot start the thread %s; check the limits of this process (ulimit -u, -n)\n", name);
        dispose(worker);
        return NULL;
    }
    return worker;
}

void worker_wake(struct worker *worker)
{
    ast_alertpipe_write(worker->alert);
}

static void drop_offer(struct offer *offer)
{
    if (offer) {
        zmq_close(offer->socket);
        ast_free(offer->bind_to);
        ast_free(offer);
    }
}

bool worker_hand_over(struct worker *worker, void *socket, const char *bind_to)
{
    struct offer *offer = ast_calloc(1, sizeof(*offer));

    if (offer) {
        offer->socket = socket;
        offer->bind_to = bind_to ? ast_strdup(bind_to) : NULL;
    }
    if (!offer || (bind_to && !offer->bind_to)) {
        ast_log(LOG_ERROR, "Out of memory\n");
        zmq_close(socket);
        ast_free(offer);
        return false;
    }
    drop_offer(atomic_exchange(&worker->offer, offer));
    worker_wake(worker);
    return true;
}

void worker_stop(struct worker *worker)
{
    atomic_store(&worker->stopping, true);
    worker_wake(worker);
    pthread_join(worker->thread, NULL);
    dispose(worker);
}
