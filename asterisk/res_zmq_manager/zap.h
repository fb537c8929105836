/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * Decides whose CURVE key may connect: the handler that libzmq asks (ZAP, https://rfc.zeromq.org/spec/27/), on its own
 * thread.
 *
 * It has to run before the first CURVE endpoint is bound and until the last one is closed: without it nobody comes in
 * (endpoint.c enforces that; libzmq alone would let every key in).
 */
#ifndef ZMQ_MANAGER_ZAP_H
#define ZMQ_MANAGER_ZAP_H

#include "curve_keys.h"

struct zap;

struct zap_figures {
    size_t clients;  /* keys that may connect */
    uint64_t denied; /* handshakes with another key */
};

/* Nobody may connect until zap_swap. NULL if it fails, which has been logged. */
struct zap *zap_start(void *context);

/* Gives it another list; `clients` is the one before. Handshakes from now on follow it, connections stay. From any
 * thread. */
void zap_swap(struct zap *zap, struct curve_clients *clients);

/* All CURVE endpoints of the context are closed. */
void zap_stop(struct zap *zap);

void zap_figures(struct zap *zap, struct zap_figures *figures);

#endif
