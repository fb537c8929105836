/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/* Which actions this wire must not carry. */
#ifndef ZMQ_MANAGER_POLICY_H
#define ZMQ_MANAGER_POLICY_H

/* Why the action is refused, as a sentence for whoever sent it, or NULL if it may go to Asterisk. */
const char *policy_refusal(const char *action);

#endif
