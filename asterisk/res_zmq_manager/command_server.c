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
#include "asterisk/manager.h"
#include "asterisk/utils.h"

#include "ami_json.h"
#include "command_server.h"
#include "outgoing.h"
#include "policy.h"
#include "request.h"
#include "worker.h"

#include <stdatomic.h>
#include <time.h>
#include <zmq.h>

enum {
    BATCH = 64, /* requests a turn, so that a flood does not keep the thread from a new socket */
    REPLY_MAX_BYTES = 64 * 1024 * 1024, /* of AMI text; one list of all devices of a large server is a few MiB */
    /* What libzmq may hold for clients that do not read their replies; beside it, one reply of any size. */
    HELD_MAX_BYTES = 80 * 1024 * 1024,
    HELD_MAX_LARGE_BYTES = 64 * 1024 * 1024,
    QUIESCE_S = 2,
};

struct command_server {
    struct worker *worker;
    ast_mutex_t lock; /* guards busy and closed */
    ast_cond_t idle;
    bool busy;   /* an action runs */
    bool closed; /* no action may start */
    atomic_uint_fast64_t handled, refused, malformed, unknown, dropped;
    struct outgoing *held;
    /* Everything below belongs to the worker's thread. */
    struct buffer answer; /* AMI text of the action that runs */
    struct buffer reply;  /* JSON */
    struct ami_scratch scratch;
};

/* Where Asterisk's answer goes: it calls back on the thread that runs the action. */
static __thread struct buffer *capture;

static int on_answer(int category, const char *event, char *text)
{
    (void) category;
    (void) event;
    if (capture && !capture->failed) {
        buffer_append_text(capture, text);
        capture->failed = capture->failed || capture->length > REPLY_MAX_BYTES;
    }
    return 0;
}

/* Never registered, so that events do not come here: only the answers to actions that are sent with it do. */
static struct manager_custom_hook action_hook = {.file = AST_MODULE, .helper = on_answer};

static bool begin_action(struct command_server *server)
{
    bool may;

    ast_mutex_lock(&server->lock);
    may = !server->closed;
    server->busy = may;
    ast_mutex_unlock(&server->lock);
    return may;
}

static void end_action(struct command_server *server)
{
    ast_mutex_lock(&server->lock);
    server->busy = false;
    ast_cond_signal(&server->idle);
    ast_mutex_unlock(&server->lock);
}

static void reply_error(struct command_server *server, const struct request *request, const char *message)
{
    buffer_reset(&server->reply);
    request_append_error(&server->reply, request, message);
}

/* Turns Asterisk's answer into the reply. */
static void reply_answer(struct command_server *server, const struct request *request)
{
    size_t objects;

    if (server->answer.failed) {
        reply_error(server, request, "The answer is too large for this wire (or the memory is full); ask for less.");
        return;
    }
    objects = ami_append_reply(&server->reply, &server->scratch, server->answer.data, server->answer.length);
    if (objects) {
        atomic_fetch_add(&server->handled, 1);
        return;
    }
    atomic_fetch_add(&server->unknown, 1);
    reply_error(server, request,
                "Asterisk did not answer: it has no such action, or the module of that action is not loaded.");
}

static void run_action(struct command_server *server, const struct request *request)
{
    if (!begin_action(server)) {
        reply_error(server, request, "The module is being unloaded.");
        return;
    }
    buffer_reset(&server->answer);
    capture = &server->answer;
    ast_hook_send_action(&action_hook, request->text.data);
    capture = NULL;
    end_action(server);
    reply_answer(server, request);
}

static void refuse(struct command_server *server, const struct request *request, const char *reason)
{
    char *message;

    atomic_fetch_add(&server->refused, 1);
    if (ast_asprintf(&message, "%s is refused: %s.", request->action, reason) < 0) {
        reply_error(server, request, reason);
        return;
    }
    reply_error(server, request, message);
    ast_free(message);
}

static bool sent(struct command_server *server, void *socket)
{
    const struct buffer *reply = &server->reply;

    return !reply->failed && outgoing_send(server->held, socket, reply->data, reply->length, 0);
}

/* A REP socket has to answer before it can receive, so something goes out even if there is no room for the reply. */
static void send_reply(struct command_server *server, void *socket, const struct request *request)
{
    if (sent(server, socket)) {
        return;
    }
    atomic_fetch_add(&server->dropped, 1);
    reply_error(server, request,
                "The reply to this request was dropped: clients of this wire do not read theirs, and there is no room "
                "for more. The action may have been carried out.");
    if (!sent(server, socket)) {
        zmq_send(socket, "[]", 2, 0);
    }
}

static void answer(struct command_server *server, void *socket, const char *json, size_t length)
{
    struct request request;
    const char *reason;

    buffer_reset(&server->reply);
    if (!request_parse(&request, json, length)) {
        atomic_fetch_add(&server->malformed, 1);
        reply_error(server, &request, S_OR(request.error, "Asterisk is out of memory."));
    } else if ((reason = policy_refusal(request.action))) {
        refuse(server, &request, reason);
    } else {
        run_action(server, &request);
    }
    send_reply(server, socket, &request);
    request_free(&request);
}

static void answer_multipart(struct command_server *server, void *socket)
{
    struct request none = {.action = NULL};

    atomic_fetch_add(&server->malformed, 1);
    reply_error(server, &none, "The request has more than one frame; send one that holds a JSON object.");
    send_reply(server, socket, &none);
}

/* Receives one request and sends its reply. False if there was none. */
static bool serve_one(struct command_server *server, void *socket)
{
    zmq_msg_t frame, more;

    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&frame);
        return false;
    }
    if (zmq_msg_more(&frame)) {
        zmq_msg_init(&more);
        while (zmq_msg_recv(&more, socket, 0) >= 0 && zmq_msg_more(&more)) {
        }
        zmq_msg_close(&more);
        answer_multipart(server, socket);
    } else {
        answer(server, socket, zmq_msg_data(&frame), zmq_msg_size(&frame));
    }
    zmq_msg_close(&frame);
    return true;
}

static bool is_closed(struct command_server *server)
{
    bool closed;

    ast_mutex_lock(&server->lock);
    closed = server->closed;
    ast_mutex_unlock(&server->lock);
    return closed;
}

static long turn(void *owner, void *socket)
{
    struct command_server *server = owner;
    int i;

    for (i = 0; i < BATCH; i++) {
        if (is_closed(server) || !serve_one(server, socket)) {
            return -1;
        }
    }
    return 0;
}

static void dispose(struct command_server *server)
{
    outgoing_destroy(server->held);
    ast_mutex_destroy(&server->lock);
    ast_cond_destroy(&server->idle);
    buffer_free(&server->answer);
    buffer_free(&server->reply);
    ami_scratch_free(&server->scratch);
    ast_free(server);
}

struct command_server *command_server_start(void *socket)
{
    struct command_server *server = ast_calloc(1, sizeof(*server));

    if (!server) {
        zmq_close(socket);
        return NULL;
    }
    ast_mutex_init(&server->lock);
    ast_cond_init(&server->idle, NULL);
    server->held = outgoing_create(HELD_MAX_BYTES, HELD_MAX_LARGE_BYTES);
    if (!server->held) {
        ast_log(LOG_ERROR, "Out of memory\n");
        zmq_close(socket);
        dispose(server);
        return NULL;
    }
    server->worker = worker_start("zmq-mgr-actions", socket, turn, server);
    if (!server->worker) {
        dispose(server);
        return NULL;
    }
    return server;
}

bool command_server_hand_over(struct command_server *server, void *socket, const char *bind_to)
{
    return worker_hand_over(server->worker, socket, bind_to);
}

bool command_server_quiesce(struct command_server *server)
{
    struct timespec deadline;
    bool quiet;

    if (capture) {
        return false; /* the unload is itself an action of this wire, and would wait for its own end */
    }
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += QUIESCE_S;
    ast_mutex_lock(&server->lock);
    server->closed = true;
    while (server->busy && ast_cond_timedwait(&server->idle, &server->lock, &deadline) != ETIMEDOUT) {
    }
    quiet = !server->busy;
    server->closed = quiet;
    ast_mutex_unlock(&server->lock);
    return quiet;
}

void command_server_stop(struct command_server *server)
{
    worker_stop(server->worker);
    dispose(server);
}

void command_server_figures(struct command_server *server, struct command_server_figures *figures)
{
    figures->handled = atomic_load(&server->handled);
    figures->refused = atomic_load(&server->refused);
    figures->malformed = atomic_load(&server->malformed);
    figures->unknown = atomic_load(&server->unknown);
    figures->dropped = atomic_load(&server->dropped);
    figures->held_bytes = outgoing_bytes(server->held);
    figures->max_held = HELD_MAX_BYTES;
}
