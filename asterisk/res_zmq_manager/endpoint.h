/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/* Makes the two ZeroMQ sockets: their options, their addresses, and what to tell an operator if that fails. */
#ifndef ZMQ_MANAGER_ENDPOINT_H
#define ZMQ_MANAGER_ENDPOINT_H

#include <stdbool.h>

enum endpoint_kind { ENDPOINT_COMMANDS, ENDPOINT_EVENTS };

/*
 * A socket that is bound to nothing yet, or NULL with errno set. The caller hands it to the one thread that uses it
 * from then on (a mutex or the start of that thread lies between, as libzmq asks for). With `secret` (a CURVE key;
 * NULL: none) it talks only to peers that know our public key and that zap.h lets in.
 */
void *endpoint_make(void *context, enum endpoint_kind kind, const char *address, const char *secret);

/* The same, bound to the address. */
void *endpoint_open(void *context, enum endpoint_kind kind, const char *address, const char *secret);

/* What the operator can do about an errno of endpoint_open. */
const char *endpoint_remedy(int error);

/* Whether only this machine can reach the address. */
bool endpoint_is_local(const char *address);

#endif
