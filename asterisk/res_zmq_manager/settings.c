/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "asterisk.h"

#include "asterisk/config.h"
#include "asterisk/logger.h"
#include "asterisk/paths.h"
#include "asterisk/strings.h"
#include "asterisk/utils.h"

#include "settings.h"

#include <zmq.h>

#define SECTION "global"
#define SECRET_KEY "curve_secret_file"
#define CLIENTS_KEY "curve_clients_file"

static bool is_known(const char *key)
{
    return !strcasecmp(key, "addr_cmd") || !strcasecmp(key, "addr_evt") || !strcasecmp(key, SECRET_KEY) ||
           !strcasecmp(key, CLIENTS_KEY);
}

static void warn_of_unknown(struct ast_config *config)
{
    const struct ast_variable *variable;
    const char *section = NULL;

    while ((section = ast_category_browse(config, section))) {
        if (strcasecmp(section, SECTION)) {
            ast_log(LOG_WARNING,
                    "%s/" SETTINGS_FILE ": section [%s] is not known and ignored; all keys belong in [" SECTION "]\n",
                    ast_config_AST_CONFIG_DIR, section);
            continue;
        }
        for (variable = ast_variable_browse(config, section); variable; variable = variable->next) {
            if (!is_known(variable->name)) {
                ast_log(LOG_WARNING,
                        "%s/" SETTINGS_FILE ", line %d: key '%s' is not known and ignored; "
                        "the keys are addr_cmd, addr_evt, " SECRET_KEY " and " CLIENTS_KEY "\n",
                        ast_config_AST_CONFIG_DIR, variable->lineno, variable->name);
            }
        }
    }
}

static char *required(struct ast_config *config, const char *key, const char *example)
{
    const char *value = ast_variable_retrieve(config, SECTION, key);

    if (ast_strlen_zero(value)) {
        ast_log(LOG_ERROR,
                "%s/" SETTINGS_FILE ": there is no %s in section [" SECTION "]; add a line such as '%s = %s'\n",
                ast_config_AST_CONFIG_DIR, key, key, example);
        return NULL;
    }
    return ast_strdup(value);
}

static void complete_path(char *path, size_t size, const char *value)
{
    if (*value == '/') {
        ast_copy_string(path, value, size);
    } else {
        snprintf(path, size, "%s/%s", ast_config_AST_CONFIG_DIR, value);
    }
}

/* Both files or none. */
static bool read_keys(struct ast_config *config, struct settings *settings)
{
    const char *secret_file = ast_variable_retrieve(config, SECTION, SECRET_KEY);
    const char *clients_file = ast_variable_retrieve(config, SECTION, CLIENTS_KEY);
    char path[PATH_MAX], error[CURVE_ERROR_SIZE];

    if (!secret_file && !clients_file) {
        return true;
    }
    if (ast_strlen_zero(secret_file) || ast_strlen_zero(clients_file)) {
        ast_log(LOG_ERROR,
                "%s/" SETTINGS_FILE ": " SECRET_KEY " and " CLIENTS_KEY " go together, and each names a file; "
                "write both, or none for endpoints without CURVE\n",
                ast_config_AST_CONFIG_DIR);
        return false;
    }
    if (!zmq_has("curve")) {
        ast_log(LOG_ERROR,
                "%s/" SETTINGS_FILE ": " SECRET_KEY ": the libzmq of this machine was built without CURVE; install one "
                "that has it (Debian's libzmq5 does)\n",
                ast_config_AST_CONFIG_DIR);
        return false;
    }
    complete_path(path, sizeof(path), secret_file);
    if (!curve_read_secret(path, settings->secret, error)) {
        ast_log(LOG_ERROR, "%s/" SETTINGS_FILE ": " SECRET_KEY ": %s %s\n", ast_config_AST_CONFIG_DIR, path, error);
        return false;
    }
    if (curve_is_exposed(path)) {
        ast_log(LOG_WARNING,
                "Other users can read or change the secret key in %s; take that from them: chmod 0600 %s\n", path,
                path);
    }
    complete_path(path, sizeof(path), clients_file);
    if (!curve_read_clients(path, &settings->clients, error)) {
        ast_log(LOG_ERROR, "%s/" SETTINGS_FILE ": " CLIENTS_KEY ": %s: %s\n", ast_config_AST_CONFIG_DIR, path, error);
        return false;
    }
    settings->curve = true;
    return true;
}

bool settings_load(struct settings *settings)
{
    struct ast_flags flags = {0};
    struct ast_config *config = ast_config_load(SETTINGS_FILE, flags);
    bool good;

    *settings = (struct settings){0};
    if (!config) {
        ast_log(LOG_ERROR,
                "%s/" SETTINGS_FILE " is missing; create it with a section [" SECTION
                "] that has addr_cmd and addr_evt\n",
                ast_config_AST_CONFIG_DIR);
        return false;
    }
    if (config == CONFIG_STATUS_FILEINVALID) {
        ast_log(LOG_ERROR,
                "%s/" SETTINGS_FILE " cannot be read as a configuration file; the line before this one says why\n",
                ast_config_AST_CONFIG_DIR);
        return false;
    }
    warn_of_unknown(config);
    settings->addr_cmd = required(config, "addr_cmd", "tcp://127.0.0.1:30967");
    if (settings->addr_cmd) {
        settings->addr_evt = required(config, "addr_evt", "tcp://127.0.0.1:30968");
    }
    good = settings->addr_evt && read_keys(config, settings);
    ast_config_destroy(config);
    if (!good) {
        settings_free(settings);
    }
    return good;
}

const char *settings_secret(const struct settings *settings)
{
    return settings->curve ? settings->secret : NULL;
}

void settings_free(struct settings *settings)
{
    ast_free(settings->addr_cmd);
    ast_free(settings->addr_evt);
    curve_clients_free(&settings->clients);
    *settings = (struct settings){0};
}
