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

#define SECTION "global"

static void warn_of_unknown(struct ast_config *config)
{
    const struct ast_variable *variable;
    const char *section = NULL;

    while ((section = ast_category_browse(config, section))) {
        if (strcasecmp(section, SECTION)) {
            ast_log(LOG_WARNING, "%s/" SETTINGS_FILE ": section [%s] is not known and ignored; all keys stand in [" SECTION "]\n",
                ast_config_AST_CONFIG_DIR, section);
            continue;
        }
        for (variable = ast_variable_browse(config, section); variable; variable = variable->next) {
            if (strcasecmp(variable->name, "addr_cmd") && strcasecmp(variable->name, "addr_evt")) {
                ast_log(LOG_WARNING, "%s/" SETTINGS_FILE ", line %d: key '%s' is not known and ignored; "
                    "the keys are addr_cmd and addr_evt\n", ast_config_AST_CONFIG_DIR, variable->lineno, variable->name);
            }
        }
    }
}

static char *required(struct ast_config *config, const char *key, const char *example)
{
    const char *value = ast_variable_retrieve(config, SECTION, key);

    if (ast_strlen_zero(value)) {
        ast_log(LOG_ERROR, "%s/" SETTINGS_FILE ": there is no %s in section [" SECTION "]; add a line such as '%s = %s'\n",
            ast_config_AST_CONFIG_DIR, key, key, example);
        return NULL;
    }
    return ast_strdup(value);
}

bool settings_load(struct settings *settings)
{
    struct ast_flags flags = {0};
    struct ast_config *config = ast_config_load(SETTINGS_FILE, flags);

    settings->addr_cmd = settings->addr_evt = NULL;
    if (!config) {
        ast_log(LOG_ERROR, "%s/" SETTINGS_FILE " is missing; create it with a section [" SECTION "] that has addr_cmd and addr_evt\n",
            ast_config_AST_CONFIG_DIR);
        return false;
    }
    if (config == CONFIG_STATUS_FILEINVALID) {
        ast_log(LOG_ERROR, "%s/" SETTINGS_FILE " cannot be read as a configuration file; the line before this one says why\n",
            ast_config_AST_CONFIG_DIR);
        return false;
    }
    warn_of_unknown(config);
    settings->addr_cmd = required(config, "addr_cmd", "tcp://127.0.0.1:30967");
    if (settings->addr_cmd) {
        settings->addr_evt = required(config, "addr_evt", "tcp://127.0.0.1:30968");
    }
    ast_config_destroy(config);
    if (!settings->addr_evt) {
        settings_free(settings);
        return false;
    }
    return true;
}

void settings_free(struct settings *settings)
{
    ast_free(settings->addr_cmd);
    ast_free(settings->addr_evt);
    settings->addr_cmd = settings->addr_evt = NULL;
}
