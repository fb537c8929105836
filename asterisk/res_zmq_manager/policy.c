/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "policy.h"

#include <stddef.h>
#include <strings.h>

/*
 * Asterisk runs an action that comes through a manager hook without an AMI session, and these actions look at their
 * session without checking that there is one: Asterisk dies of a null pointer. (An action of a module that is not part
 * of Asterisk cannot be judged here.)
 */
#define NEEDS_SESSION                                                                                                  \
    "it reads the AMI session of its sender, which a ZeroMQ client does not have, and Asterisk would crash"
/* These would not crash, but could only mislead: there is nobody to log in or out. */
#define NO_LOGIN                                                                                                       \
    "this wire has no login; who may use it is decided by the address that the module is bound to, and by its list "   \
    "of CURVE keys"

static const struct {
    const char *action;
    const char *reason;
} refused[] = {
    {"Challenge", NEEDS_SESSION},
    {"Events", NEEDS_SESSION "; events come on addr_evt, filter them by subscription"},
    {"Filter", NEEDS_SESSION "; events come on addr_evt, filter them by subscription"},
    {"GetVar", NEEDS_SESSION "; use a native AMI connection for it"},
    {"Hangup", NEEDS_SESSION "; use Command with 'channel request hangup CHANNEL'"},
    {"ListCommands", NEEDS_SESSION "; use Command with 'manager show commands'"},
    {"Login", NO_LOGIN},
    {"Logoff", NO_LOGIN},
    {"PJSIPHangup", NEEDS_SESSION "; use Command with 'channel request hangup CHANNEL'"},
    {"Status", NEEDS_SESSION "; use CoreShowChannels"},
    {"WaitEvent", NEEDS_SESSION "; events come on addr_evt"},
};

const char *policy_refusal(const char *action)
{
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (!strcasecmp(action, refused[i].action)) {
            return refused[i].reason;
        }
    }
    return NULL;
}
