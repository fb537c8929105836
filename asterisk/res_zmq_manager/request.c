/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "request.h"

#include "json_text.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool __attribute__((format(printf, 2, 3))) fail(struct request *request, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&request->error, format, arguments) < 0) {
        request->error = NULL;
    }
    va_end(arguments);
    return false;
}

static bool has_control_bytes(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char) *text < 0x20 || *text == 0x7F) {
            return true;
        }
    }
    return false;
}

/* Asterisk skips blanks around names of actions, so nothing but the plain characters that all of them consist of may
 * pass. */
static bool is_action_name(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    return *text && strlen(text) == strspn(text, allowed);
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    case JSON_NULL:
        return "null";
    default:
        return "a string";
    }
}

/* The first member of this name, whatever its case; `count` says how many there are. */
static const json_t *find(json_t *object, const char *name, int *count)
{
    const json_t *found = NULL;
    const char *key;
    json_t *value;

    *count = 0;
    json_object_foreach(object, key, value)
    {
        if (!strcasecmp(key, name)) {
            found = found ? found : value;
            ++*count;
        }
    }
    return found;
}

static bool take_action_id(struct request *request, json_t *object)
{
    int count;
    const json_t *value = find(object, "ActionID", &count);

    if (value && json_is_string(value) && !has_control_bytes(json_string_value(value))) {
        request->action_id = strdup(json_string_value(value));
    }
    if (count > 1) {
        return fail(request, "There are %d keys ActionID; send one.", count);
    }
    if (value && !json_is_string(value)) {
        return fail(request, "The value of ActionID is %s; send a string.", type_name(value));
    }
    return true;
}

static bool take_action(struct request *request, json_t *object)
{
    int count;
    const json_t *value = find(object, "Action", &count);

    if (!value) {
        return fail(request, "There is no key Action; it names the AMI action to run.");
    }
    if (count > 1) {
        return fail(request, "There are %d keys Action; send one.", count);
    }
    if (!json_is_string(value)) {
        return fail(request, "The value of Action is %s; send a string.", type_name(value));
    }
    if (!is_action_name(json_string_value(value))) {
        return fail(request, "'%s' is no name of an action: it has to consist of letters, digits, '-' and '_'.",
                    json_string_value(value));
    }
    request->action = strdup(json_string_value(value));
    return request->action != NULL;
}

static void append_header(struct buffer *text, const char *name, const char *value)
{
    buffer_append_text(text, name);
    buffer_append(text, ": ", 2);
    buffer_append_text(text, value);
    buffer_append(text, "\r\n", 2);
}

static bool check_name(struct request *request, const char *name)
{
    if (!*name) {
        return fail(request, "There is a key without a name.");
    }
    if (has_control_bytes(name)) {
        return fail(request, "The key '%s' holds a control character, such as a line break.", name);
    }
    if (strchr(name, ':')) {
        return fail(request, "The key '%s' holds a colon, which would end it.", name);
    }
    return true;
}

static bool add_value(struct request *request, const char *name, const json_t *value, int *headers)
{
    if (!json_is_string(value)) {
        return fail(request, "The value of '%s' is or holds %s; send a string or an array of strings.", name,
                    type_name(value));
    }
    if (has_control_bytes(json_string_value(value))) {
        return fail(request, "The value of '%s' holds a control character, such as a line break.", name);
    }
    if (++*headers > REQUEST_MAX_HEADERS) {
        return fail(request, "There are more than %d headers; Asterisk would ignore the rest.", REQUEST_MAX_HEADERS);
    }
    append_header(&request->text, name, json_string_value(value));
    return true;
}

static bool add_headers(struct request *request, json_t *object)
{
    int headers = 1;
    const char *name;
    json_t *value;
    size_t i;

    append_header(&request->text, "Action", request->action);
    json_object_foreach(object, name, value)
    {
        if (!check_name(request, name)) {
            return false;
        }
        if (!strcasecmp(name, "Action")) {
            continue;
        }
        if (!json_is_array(value)) {
            if (!add_value(request, name, value, &headers)) {
                return false;
            }
            continue;
        }
        for (i = 0; i < json_array_size(value); i++) {
            if (!add_value(request, name, json_array_get(value, i), &headers)) {
                return false;
            }
        }
    }
    buffer_append(&request->text, "\r\n", 3); /* with its NUL: Asterisk takes the text as a string */
    return !request->text.failed;
}

bool request_parse(struct request *request, const char *json, size_t length)
{
    json_error_t problem;
    json_t *object;
    bool good;

    memset(request, 0, sizeof(*request));
    if (length > REQUEST_MAX_BYTES) {
        return fail(request, "The request has %zu bytes; %d is the limit.", length, REQUEST_MAX_BYTES);
    }
    object = json_loadb(json, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (!object) {
        return fail(request, "The request is not JSON: byte %d: %s.", problem.position, problem.text);
    }
    if (!json_is_object(object)) {
        good = fail(request, "The request is %s; send a JSON object.", type_name(object));
    } else {
        good = take_action_id(request, object) && take_action(request, object) && add_headers(request, object);
    }
    json_decref(object);
    return good;
}

void request_free(struct request *request)
{
    free(request->action);
    free(request->action_id);
    free(request->error);
    buffer_free(&request->text);
    memset(request, 0, sizeof(*request));
}

void request_append_error(struct buffer *out, const struct request *request, const char *message)
{
    buffer_append_text(out, "[{");
    json_append_member(out, true, "Response", "Error");
    if (request->action_id) {
        json_append_member(out, false, "ActionID", request->action_id);
    }
    json_append_member(out, false, "Message", message);
    buffer_append_text(out, "}]");
}
