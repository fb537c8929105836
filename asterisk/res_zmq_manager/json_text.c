/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "json_text.h"

#include <stdio.h>
#include <string.h>

static const char replacement_character[] = "\xEF\xBF\xBD";

struct utf8_unit {
    size_t length; /* bytes it takes; if it is not valid, the bytes that one U+FFFD replaces */
    bool valid;
};

/* How many bytes may follow this lead byte, and between which limits the first of them has to lie (Unicode, table 3-7).
 */
static size_t following_bytes(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 1;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        *low = lead == 0xE0 ? 0xA0 : 0x80;  /* no longer form than needed */
        *high = lead == 0xED ? 0x9F : 0xBF; /* no surrogates */
        return 2;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        *low = lead == 0xF0 ? 0x90 : 0x80;
        *high = lead == 0xF4 ? 0x8F : 0xBF; /* nothing above U+10FFFF */
        return 3;
    }
    return 0;
}

static struct utf8_unit next_unit(const unsigned char *text, size_t length)
{
    unsigned char low, high;
    size_t following, i;

    if (text[0] < 0x80) {
        return (struct utf8_unit){1, true};
    }
    following = following_bytes(text[0], &low, &high);
    if (!following) {
        return (struct utf8_unit){1, false};
    }
    for (i = 1; i <= following; i++) {
        if (i >= length || text[i] < low || text[i] > high) {
            return (struct utf8_unit){i, false};
        }
        low = 0x80;
        high = 0xBF;
    }
    return (struct utf8_unit){following + 1, true};
}

static void append_escaped(struct buffer *out, unsigned char byte)
{
    char escape[8];

    switch (byte) {
    case '"':
        buffer_append(out, "\\\"", 2);
        return;
    case '\\':
        buffer_append(out, "\\\\", 2);
        return;
    case '\n':
        buffer_append(out, "\\n", 2);
        return;
    case '\r':
        buffer_append(out, "\\r", 2);
        return;
    case '\t':
        buffer_append(out, "\\t", 2);
        return;
    default:
        snprintf(escape, sizeof(escape), "\\u%04x", byte);
        buffer_append(out, escape, 6);
    }
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

void json_append_string(struct buffer *out, const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *) text;
    size_t at = 0, run;
    struct utf8_unit unit;

    buffer_append(out, "\"", 1);
    while (at < length) {
        for (run = at; run < length && is_plain(bytes[run]); run++) {
        }
        buffer_append(out, text + at, run - at);
        at = run;
        if (at == length) {
            break;
        }
        if (bytes[at] < 0x80) {
            append_escaped(out, bytes[at++]);
            continue;
        }
        unit = next_unit(bytes + at, length - at);
        if (unit.valid) {
            buffer_append(out, text + at, unit.length);
        } else {
            buffer_append_text(out, replacement_character);
        }
        at += unit.length;
    }
    buffer_append(out, "\"", 1);
}

void json_append_member(struct buffer *out, bool first, const char *name, const char *value)
{
    if (!first) {
        buffer_append(out, ",", 1);
    }
    json_append_string(out, name, strlen(name));
    buffer_append(out, ":", 1);
    json_append_string(out, value, strlen(value));
}
