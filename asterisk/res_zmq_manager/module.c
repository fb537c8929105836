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
 * Asterisk calls load, unload and reload under its own lock on the list of modules, but the CLI command and events come at any
 * time from any thread. The CLI command and reload share `addresses_lock`; events come only while the hook is registered.
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

#include <zmq.h>

AST_MUTEX_DEFINE_STATIC(addresses_lock); /* guards `settings` */
static struct settings settings;
static void *context;
static struct command_server *commands;
static struct publisher *publisher;
static time_t up_since;

/* On the thread that raises the event, under Asterisk's lock on the list of hooks: no manager function and no log in here. */
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
    ast_mutex_lock(&addresses_lock);
    status_print(arguments->fd, &status);
    ast_mutex_unlock(&addresses_lock);
    return CLI_SUCCESS;
}

static struct ast_cli_entry cli[] = {AST_CLI_DEFINE(show_status, "Show what the ZeroMQ manager does")};

static void *open_address(enum endpoint_kind kind, const char *key, const char *address)
{
    void *socket = endpoint_open(context, kind, address);
    int error = errno;

    if (!socket) {
        ast_log(LOG_ERROR, "%s/" SETTINGS_FILE ": cannot listen on %s = %s: %s; %s\n", ast_config_AST_CONFIG_DIR, key, address,
            zmq_strerror(error), endpoint_remedy(error));
    } else if (!endpoint_is_local(address)) {
        ast_log(LOG_NOTICE, "%s = %s can be reached from other machines, and there is no login on it: whoever reaches it "
            "controls this Asterisk. Keep it in a management network\n", key, address);
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
    void *events = open_address(ENDPOINT_EVENTS, "addr_evt", settings.addr_evt);
    void *requests = events ? open_address(ENDPOINT_COMMANDS, "addr_cmd", settings.addr_cmd) : NULL;

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

static int load_module(void)
{
    if (!settings_load(&settings)) {
        return AST_MODULE_LOAD_DECLINE;
    }
    context = zmq_ctx_new();
    if (!context || !start_threads()) {
        if (context) {
            close_context();
        }
        settings_free(&settings);
        return AST_MODULE_LOAD_DECLINE;
    }
    if (!ast_manager_check_enabled()) {
        ast_log(LOG_WARNING, "Asterisk raises most manager events only where %s/manager.conf says 'enabled = yes'; "
            "it may say 'bindaddr = 127.0.0.1' beside it\n", ast_config_AST_CONFIG_DIR);
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
    close_context();
    settings_free(&settings);
    return 0;
}

/* Opens the socket for an address that has changed. False where that fails; NULL in `socket` where nothing has changed. */
static bool open_changed(enum endpoint_kind kind, const char *key, const char *before, const char *now, void **socket)
{
    *socket = NULL;
    if (!strcmp(before, now)) {
        return true;
    }
    *socket = open_address(kind, key, now);
    return *socket != NULL;
}

static bool rebind(const struct settings *fresh)
{
    void *events, *requests;

    if (!open_changed(ENDPOINT_EVENTS, "addr_evt", settings.addr_evt, fresh->addr_evt, &events)) {
        return false;
    }
    if (!open_changed(ENDPOINT_COMMANDS, "addr_cmd", settings.addr_cmd, fresh->addr_cmd, &requests)) {
        if (events) {
            zmq_close(events);
        }
        return false;
    }
    if (events) {
        publisher_hand_over(publisher, events);
    }
    if (requests) {
        command_server_hand_over(commands, requests);
    }
    return true;
}

static int reload_module(void)
{
    struct settings fresh;

    if (!settings_load(&fresh)) {
        ast_log(LOG_ERROR, "Not reloaded: the addresses stay as they are\n");
        return -1;
    }
    ast_mutex_lock(&addresses_lock);
    if (!rebind(&fresh)) {
        ast_mutex_unlock(&addresses_lock);
        ast_log(LOG_ERROR, "Not reloaded: the addresses stay %s and %s\n", settings.addr_cmd, settings.addr_evt);
        settings_free(&fresh);
        return -1;
    }
    settings_free(&settings);
    settings = fresh;
    ast_mutex_unlock(&addresses_lock);
    return AST_MODULE_LOAD_SUCCESS;
}

AST_MODULE_INFO(ASTERISK_GPL_KEY, AST_MODFLAG_LOAD_ORDER, "Asterisk Manager Interface over ZeroMQ",
    .support_level = AST_MODULE_SUPPORT_EXTENDED,
    .load = load_module,
    .unload = unload_module,
    .reload = reload_module,
    .load_pri = AST_MODPRI_DEFAULT,
);
