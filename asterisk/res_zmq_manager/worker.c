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

struct worker {
    worker_turn turn;
    void *owner;
    char name[16];
    pthread_t thread;
    int alert[2];             /* wakes the thread */
    atomic_bool stopping;
    void *socket;             /* the thread's own */
    _Atomic(void *) new_socket; /* one that waits to be taken over */
};

static void take_new_socket(struct worker *worker)
{
    void *fresh = atomic_exchange(&worker->new_socket, NULL);

    if (fresh) {
        zmq_close(worker->socket);
        worker->socket = fresh;
    }
}

static void *run(void *data)
{
    struct worker *worker = data;
    long rest_ms = 0;

#ifdef __linux__
    pthread_setname_np(pthread_self(), worker->name);
#endif
    while (!atomic_load(&worker->stopping)) {
        /* POLLIN also where the socket only sends: it makes libzmq attend to connections while there is nothing to send. */
        zmq_pollitem_t items[] = {
            {.socket = worker->socket, .events = ZMQ_POLLIN},
            {.fd = ast_alertpipe_readfd(worker->alert), .events = ZMQ_POLLIN},
        };

        zmq_poll(items, ARRAY_LEN(items), rest_ms);
        if (items[1].revents) {
            ast_alertpipe_flush(worker->alert);
        }
        take_new_socket(worker);
        rest_ms = worker->turn(worker->owner, worker->socket);
    }
    while (worker->turn(worker->owner, worker->socket) == 0) {
    }
    return NULL;
}

static void dispose(struct worker *worker)
{
    take_new_socket(worker);
    zmq_close(worker->socket);
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

void worker_hand_over(struct worker *worker, void *socket)
{
    void *never_used = atomic_exchange(&worker->new_socket, socket);

    if (never_used) {
        zmq_close(never_used);
    }
    worker_wake(worker);
}

void worker_stop(struct worker *worker)
{
    atomic_store(&worker->stopping, true);
    worker_wake(worker);
    pthread_join(worker->thread, NULL);
    dispose(worker);
}
