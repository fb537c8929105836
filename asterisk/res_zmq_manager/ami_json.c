/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "ami_json.h"

#include "json_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_TEXT_KEY "Output"
#define SEQUENCE_KEY "ZmqSequence"
#define NAME_SEQUENCE_KEY "ZmqNameSequence"
#define NAME_PREVIOUS_KEY "ZmqNamePrevious"
#define NONE ((size_t) -1)

struct slice {
    const char *data;
    size_t length;
};

struct ami_field {
    struct slice name;
    struct slice value;
    size_t next_of_name; /* the next field of the same name, or NONE */
    size_t last_of_name; /* kept right only in the first field of a name */
    bool repeat;         /* an earlier field has this name */
};

void ami_scratch_free(struct ami_scratch *scratch)
{
    free(scratch->fields);
    memset(scratch, 0, sizeof(*scratch));
}

static bool same(struct slice a, struct slice b)
{
    return a.length == b.length && !memcmp(a.data, b.data, a.length);
}

/* Takes one line off the front of `rest`. A last line without CR LF counts as a line. */
static struct slice take_line(struct slice *rest)
{
    const char *end = memmem(rest->data, rest->length, "\r\n", 2);
    struct slice line = {rest->data, end ? (size_t) (end - rest->data) : rest->length};
    size_t taken = line.length + (end ? 2 : 0);

    rest->data += taken;
    rest->length -= taken;
    return line;
}

static struct ami_field split_line(struct slice line)
{
    const char *colon = memchr(line.data, ':', line.length);
    struct ami_field field = {.name = {PLAIN_TEXT_KEY, strlen(PLAIN_TEXT_KEY)}, .value = line, .next_of_name = NONE};

    if (colon && colon != line.data) {
        field.name = (struct slice){line.data, (size_t) (colon - line.data)};
        field.value = (struct slice){colon + 1, line.length - field.name.length - 1};
        if (field.value.length && field.value.data[0] == ' ') {
            field.value.data++;
            field.value.length--;
        }
    }
    return field;
}

/* Stores a field after the others of its block, chained to the earlier ones of its name. */
static bool add_field(struct ami_scratch *scratch, struct ami_field field)
{
    size_t first, at = scratch->count;

    if (at == scratch->capacity) {
        size_t capacity = scratch->capacity ? scratch->capacity * 2 : 64;
        struct ami_field *grown = realloc(scratch->fields, capacity * sizeof(*grown));

        if (!grown) {
            return false;
        }
        scratch->fields = grown;
        scratch->capacity = capacity;
    }
    for (first = 0; first < at && !same(scratch->fields[first].name, field.name); first++) {
    }
    field.last_of_name = at;
    if (first < at) {
        field.repeat = true;
        scratch->fields[scratch->fields[first].last_of_name].next_of_name = at;
        scratch->fields[first].last_of_name = at;
    }
    scratch->fields[at] = field;
    scratch->count++;
    return true;
}

/* Reads the next block of `rest`. False if there is none left. */
static bool read_block(struct ami_scratch *scratch, struct slice *rest, struct buffer *out)
{
    scratch->count = 0;
    while (rest->length) {
        struct slice line = take_line(rest);

        if (!line.length) {
            if (scratch->count) {
                return true;
            }
            continue;
        }
        if (!add_field(scratch, split_line(line))) {
            out->failed = true;
            return false;
        }
    }
    return scratch->count > 0;
}

static void append_values(struct buffer *out, const struct ami_scratch *scratch, const struct ami_field *field)
{
    if (field->next_of_name == NONE) {
        json_append_string(out, field->value.data, field->value.length);
        return;
    }
    buffer_append(out, "[", 1);
    json_append_string(out, field->value.data, field->value.length);
    while (field->next_of_name != NONE) {
        field = &scratch->fields[field->next_of_name];
        buffer_append(out, ",", 1);
        json_append_string(out, field->value.data, field->value.length);
    }
    buffer_append(out, "]", 1);
}

static bool is_text(struct slice slice, const char *text)
{
    return same(slice, (struct slice){text, strlen(text)});
}

static bool is_number_key(struct slice name)
{
    return is_text(name, SEQUENCE_KEY) || is_text(name, NAME_SEQUENCE_KEY) || is_text(name, NAME_PREVIOUS_KEY);
}

/* Appends the members of the block, without braces, and of an event without its numbers. Returns whether there was any.
 */
static bool append_members(struct buffer *out, const struct ami_scratch *scratch, bool is_event)
{
    bool any = false;
    size_t i;

    for (i = 0; i < scratch->count; i++) {
        const struct ami_field *field = &scratch->fields[i];

        if (field->repeat || (is_event && is_number_key(field->name))) {
            continue;
        }
        if (any) {
            buffer_append(out, ",", 1);
        }
        json_append_string(out, field->name.data, field->name.length);
        buffer_append(out, ":", 1);
        append_values(out, scratch, field);
        any = true;
    }
    return any;
}

static void append_number(struct buffer *out, bool first, const char *key, uint64_t value)
{
    char number[24];

    snprintf(number, sizeof(number), "%" PRIu64, value);
    json_append_member(out, first, key, number);
}

void ami_append_event(struct buffer *out, struct ami_scratch *scratch, const char *text, size_t length,
                      const struct event_numbers *numbers)
{
    struct slice rest = {text, length};
    bool any = false;

    buffer_append(out, "{", 1);
    if (read_block(scratch, &rest, out)) {
        any = append_members(out, scratch, true);
    }
    if (numbers->name_sequence) {
        append_number(out, !any, NAME_PREVIOUS_KEY, numbers->name_previous);
        append_number(out, false, NAME_SEQUENCE_KEY, numbers->name_sequence);
        any = true;
    }
    append_number(out, !any, SEQUENCE_KEY, numbers->sequence);
    buffer_append(out, "}", 1);
}

size_t ami_append_reply(struct buffer *out, struct ami_scratch *scratch, const char *text, size_t length)
{
    struct slice rest = {text, length};
    size_t objects = 0;

    buffer_append(out, "[", 1);
    while (read_block(scratch, &rest, out)) {
        buffer_append(out, objects ? ",{" : "{", objects ? 2 : 1);
        append_members(out, scratch, false);
        buffer_append(out, "}", 1);
        objects++;
    }
    buffer_append(out, "]", 1);
    return objects;
}
