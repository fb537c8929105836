/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * Life of the module: load, reload, unload, and its CLI command.
 *
 * Asterisk calls load, unload and reload under its own lock on the list of modules, but the CLI command and events come
 * at any time from any thread. The CLI command and reload share `addresses_lock`; events come only while the hook is
 * registered.
 */

#include "asterisk.h"

#include "asterisk/cli.h"
#include "asterisk/logger.h"
#include "asterisk/manager.h"
#include "asterisk/module.h"
#include "asterisk/paths.h"

#include "command_server.h"
#include "endpoint.h"
#include "publisher.h"
#include "settings.h"
#include "status.h"
#include "zap.h"

#include <zmq.h>

AST_MUTEX_DEFINE_STATIC(addresses_lock); /* guards `settings` */
static struct settings settings;
static void *context;
static struct command_server *commands;
static struct publisher *publisher;
static struct zap *zap;
static time_t up_since;

/* On the thread that raises the event, under Asterisk's lock on the list of hooks: no manager function and no log in
 * here. */
static int on_event(int category, const char *event, char *body)
{
    (void) category;
    (void) event;
    publisher_offer(publisher, body);
    return 0;
}

static struct manager_custom_hook event_hook = {.file = AST_MODULE, .helper = on_event};

static char *show_status(struct ast_cli_entry *entry, int command, struct ast_cli_args *arguments)
{
    struct status status = {.settings = &settings, .up_since = up_since};

    switch (command) {
    case CLI_INIT:
        entry->command = "zmq manager show status";
        entry->usage = "Usage: zmq manager show status\n"
                       "       Shows the addresses of the ZeroMQ manager, how many actions it carried\n"
                       "       out, and how many events it published, queues and lost.\n";
        return NULL;
    case CLI_GENERATE:
        return NULL;
    default:
        break;
    }
    if (arguments->argc != entry->args) {
        return CLI_SHOWUSAGE;
    }
    command_server_figures(commands, &status.actions);
    publisher_figures(publisher, &status.events);
    zap_figures(zap, &status.keys);
    ast_mutex_lock(&addresses_lock);
    status_print(arguments->fd, &status);
    ast_mutex_unlock(&addresses_lock);
    return CLI_SUCCESS;
}

static struct ast_cli_entry cli[] = {AST_CLI_DEFINE(show_status, "Show what the ZeroMQ manager does")};

static void *open_address(enum endpoint_kind kind, const char *key, const char *address, const char *secret)
{
    void *socket = endpoint_open(context, kind, address, secret);
    int error = errno;

    if (!socket) {
        ast_log(LOG_ERROR, "%s/" SETTINGS_FILE ": cannot listen on %s = %s: %s; %s\n", ast_config_AST_CONFIG_DIR, key,
                address, zmq_strerror(error), endpoint_remedy(error));
    } else if (!secret && !endpoint_is_local(address)) {
        ast_log(LOG_NOTICE,
                "%s = %s can be reached from other machines, and there is no login on it: whoever reaches it "
                "controls this Asterisk. Keep it in a management network, or use curve_secret_file and "
                "curve_clients_file\n",
                key, address);
    }
    return socket;
}

static void close_context(void)
{
    while (zmq_ctx_term(context) && errno == EINTR) {
    }
    context = NULL;
}

static bool start_threads(void)
{
    const char *secret = settings_secret(&settings);
    void *events = open_address(ENDPOINT_EVENTS, "addr_evt", settings.addr_evt, secret);
    void *requests = events ? open_address(ENDPOINT_COMMANDS, "addr_cmd", settings.addr_cmd, secret) : NULL;

    if (!requests) {
        if (events) {
            zmq_close(events);
        }
        return false;
    }
    publisher = publisher_start(events);
    if (!publisher) {
        zmq_close(requests);
        return false;
    }
    commands = command_server_start(requests);
    if (!commands) {
        publisher_stop(publisher);
        return false;
    }
    return true;
}

/* The handler of keys runs as long as the context, also without CURVE: a reload may switch that on. */
static bool start(void)
{
    context = zmq_ctx_new();
    if (!context) {
        return false;
    }
    zap = zap_start(context);
    if (zap) {
        zap_swap(zap, &settings.clients);
        if (start_threads()) {
            return true;
        }
        zap_stop(zap);
    }
    close_context();
    return false;
}

static int load_module(void)
{
    if (!settings_load(&settings)) {
        return AST_MODULE_LOAD_DECLINE;
    }
    if (!start()) {
        settings_free(&settings);
        return AST_MODULE_LOAD_DECLINE;
    }
    if (!ast_manager_check_enabled()) {
        ast_log(LOG_WARNING,
                "Asterisk raises most manager events only if %s/manager.conf says 'enabled = yes'; "
                "it may say 'bindaddr = 127.0.0.1' beside it\n",
                ast_config_AST_CONFIG_DIR);
    }
    up_since = time(NULL);
    ast_manager_register_hook(&event_hook);
    ast_cli_register_multiple(cli, ARRAY_LEN(cli));
    return AST_MODULE_LOAD_SUCCESS;
}

static int unload_module(void)
{
    if (!command_server_quiesce(commands)) {
        ast_log(LOG_WARNING, "Not unloaded: an action of a ZeroMQ client is running; unload again when it is done\n");
        return -1;
    }
    ast_cli_unregister_multiple(cli, ARRAY_LEN(cli));
    ast_manager_unregister_hook(&event_hook);
    command_server_stop(commands);
    publisher_stop(publisher);
    zap_stop(zap);
    close_context();
    settings_free(&settings);
    return 0;
}

/* A socket on its way to its thread; `socket` is NULL if nothing has changed. */
struct change {
    void *socket;
    const char *bind_to; /* see worker_hand_over */
};

static bool same_secret(const struct settings *fresh)
{
    return settings.curve == fresh->curve && !strcmp(settings.secret, fresh->secret);
}

/*
 * The socket for an address or a key that has changed; false if that fails. At the same address the old socket has
 * to go first, and with it all its connections: a peer that came in without a key must not stay.
 */
static bool open_changed(enum endpoint_kind kind, const char *key, const char *before, const char *now,
                         const struct settings *fresh, struct change *change)
{
    *change = (struct change){0};
    if (strcmp(before, now)) {
        change->socket = open_address(kind, key, now, settings_secret(fresh));
        return change->socket != NULL;
    }
    if (same_secret(fresh)) {
        return true;
    }
    change->bind_to = now;
    change->socket = endpoint_make(context, kind, now, settings_secret(fresh));
    if (!change->socket) {
        ast_log(LOG_ERROR, "Cannot make the socket of %s: %s\n", key, zmq_strerror(errno));
    }
    return change->socket != NULL;
}

static bool rebind(const struct settings *fresh)
{
    struct change events, requests;

    if (!open_changed(ENDPOINT_EVENTS, "addr_evt", settings.addr_evt, fresh->addr_evt, fresh, &events)) {
        return false;
    }
    if (!open_changed(ENDPOINT_COMMANDS, "addr_cmd", settings.addr_cmd, fresh->addr_cmd, fresh, &requests)) {
        if (events.socket) {
            zmq_close(events.socket);
        }
        return false;
    }
    return (!events.socket || publisher_hand_over(publisher, events.socket, events.bind_to)) &&
           (!requests.socket || command_server_hand_over(commands, requests.socket, requests.bind_to));
}

/* Under `addresses_lock`. The new list comes first: whoever connects to a new endpoint at once must be in it. */
static bool take_over(struct settings *fresh)
{
    zap_swap(zap, &fresh->clients);
    if (!rebind(fresh)) {
        zap_swap(zap, &fresh->clients);
        return false;
    }
    settings_free(&settings);
    curve_clients_free(&fresh->clients);
    settings = *fresh;
    return true;
}

static int reload_module(void)
{
    struct settings fresh;
    bool done;

    if (!settings_load(&fresh)) {
        ast_log(LOG_ERROR, "Not reloaded: the addresses and keys stay as they are\n");
        return -1;
    }
    ast_mutex_lock(&addresses_lock);
    done = take_over(&fresh);
    ast_mutex_unlock(&addresses_lock);
    if (!done) {
        ast_log(LOG_ERROR, "Not reloaded: the addresses stay %s and %s, and the keys as they were\n", settings.addr_cmd,
                settings.addr_evt);
        settings_free(&fresh);
        return -1;
    }
    return AST_MODULE_LOAD_SUCCESS;
}

AST_MODULE_INFO(ASTERISK_GPL_KEY, AST_MODFLAG_LOAD_ORDER, "Asterisk Manager Interface over ZeroMQ",
                .support_level = AST_MODULE_SUPPORT_EXTENDED, .load = load_module, .unload = unload_module,
                .reload = reload_module, .load_pri = AST_MODPRI_DEFAULT, );
