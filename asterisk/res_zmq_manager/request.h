/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * JSON request -> the text of one AMI action. Everything that a client could use to smuggle in a header or an action
 * that policy.h refuses is turned down here.
 */
#ifndef ZMQ_MANAGER_REQUEST_H
#define ZMQ_MANAGER_REQUEST_H

#include "buffer.h"

enum {
    REQUEST_MAX_BYTES = 64 * 1024, /* of JSON */
    REQUEST_MAX_HEADERS = 128,     /* Asterisk drops further headers of an action without a word */
};

struct request {
    char *action;       /* letters, digits, '-' and '_' only */
    char *action_id;    /* NULL if the client sent none that can be sent back */
    struct buffer text; /* `Action: ...` first, CR LF after each header, an empty line and a NUL at the end */
    char *error;        /* what is wrong with it; NULL if it is good */
};

/* Always leaves a request that request_free has to free. Where it returns false, `error` says why (NULL: out of
 * memory). */
bool request_parse(struct request *request, const char *json, size_t length);
void request_free(struct request *request);

/* Appends the reply `[{"Response":"Error","ActionID":...,"Message":...}]`. */
void request_append_error(struct buffer *out, const struct request *request, const char *message);

#endif
