/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file two folders up.
 */

#include "check.h"

#include "ami_json.h"
#include "json_text.h"

#include <stdlib.h>

static void expect_numbered(const char *text, struct event_numbers numbers, const char *expected)
{
    struct buffer out = {0};
    struct ami_scratch scratch = {0};

    ami_append_event(&out, &scratch, text, strlen(text), &numbers);
    EXPECT_TEXT(expected, out.data, out.length);
    ami_scratch_free(&scratch);
    buffer_free(&out);
}

static void expect_event(const char *text, uint64_t sequence, const char *expected)
{
    expect_numbered(text, (struct event_numbers){.sequence = sequence}, expected);
}

static void expect_reply(const char *text, size_t objects, const char *expected)
{
    struct buffer out = {0};
    struct ami_scratch scratch = {0};

    EXPECT_NUMBER(objects, ami_append_reply(&out, &scratch, text, strlen(text)));
    EXPECT_TEXT(expected, out.data, out.length);
    ami_scratch_free(&scratch);
    buffer_free(&out);
}

static void expect_string(const char *bytes, size_t length, const char *expected)
{
    struct buffer out = {0};

    json_append_string(&out, bytes, length);
    EXPECT_TEXT(expected, out.data, out.length);
    buffer_free(&out);
}

static void event_keeps_order_and_ends_with_its_sequence(void)
{
    expect_event(
        "Event: DeviceStateChange\r\nPrivilege: call,all\r\nSystemName: a1\r\nDevice: PJSIP/100\r\nState: "
        "INUSE\r\n\r\n",
        7,
        "{\"Event\":\"DeviceStateChange\",\"Privilege\":\"call,all\",\"SystemName\":\"a1\",\"Device\":\"PJSIP/100\","
        "\"State\":\"INUSE\",\"ZmqSequence\":\"7\"}");
}

static void event_of_one_line_is_announced_without_blanks(void)
{
    expect_event("Event: LoadZmq\r\n\r\n", 1, "{\"Event\":\"LoadZmq\",\"ZmqSequence\":\"1\"}");
}

static void event_without_end_of_line_is_still_whole(void)
{
    expect_event("Event: A\r\nB: c", 18446744073709551615u,
                 "{\"Event\":\"A\",\"B\":\"c\",\"ZmqSequence\":\"18446744073709551615\"}");
}

static void event_without_text_has_only_its_sequence(void)
{
    expect_event("", 3, "{\"ZmqSequence\":\"3\"}");
    expect_event("\r\n", 3, "{\"ZmqSequence\":\"3\"}");
}

static void event_cannot_bring_a_sequence_of_its_own(void)
{
    expect_event("Event: UserEvent\r\nZmqSequence: 9\r\nZmqSequence: 10\r\nX: y\r\n\r\n", 2,
                 "{\"Event\":\"UserEvent\",\"X\":\"y\",\"ZmqSequence\":\"2\"}");
    expect_event("Event: UserEvent\r\nX: y\r\nZmqNamePrevious: 3\r\nZmqNameSequence: 9\r\n\r\n", 2,
                 "{\"Event\":\"UserEvent\",\"X\":\"y\",\"ZmqSequence\":\"2\"}");
}

static void numbers_of_the_name_stand_before_the_sequence(void)
{
    expect_numbered("Event: Hangup\r\nA: b\r\n\r\n", (struct event_numbers){4711, 17, 4702},
                    "{\"Event\":\"Hangup\",\"A\":\"b\",\"ZmqNamePrevious\":\"4702\",\"ZmqNameSequence\":\"17\","
                    "\"ZmqSequence\":\"4711\"}");
    expect_numbered(
        "Event: UserEvent\r\nZmqNameSequence: 9\r\n\r\n", (struct event_numbers){1, 1, 0},
        "{\"Event\":\"UserEvent\",\"ZmqNamePrevious\":\"0\",\"ZmqNameSequence\":\"1\",\"ZmqSequence\":\"1\"}");
}

static void replies_keep_headers_of_these_names(void)
{
    expect_reply("ZmqSequence: 1\r\nZmqNameSequence: 2\r\n\r\n", 1,
                 "[{\"ZmqSequence\":\"1\",\"ZmqNameSequence\":\"2\"}]");
}

static void repeated_header_becomes_an_array_at_its_first_place(void)
{
    expect_event("Event: E\r\nV: a=1\r\nW: x\r\nV: b=2\r\nV: \r\n\r\n", 1,
                 "{\"Event\":\"E\",\"V\":[\"a=1\",\"b=2\",\"\"],\"W\":\"x\",\"ZmqSequence\":\"1\"}");
}

static void value_keeps_colons_blanks_and_may_be_empty(void)
{
    expect_event(
        "Event: E\r\nA:b\r\nC:  d e \r\nF: g: h\r\nI:\r\nJ: \r\n\r\n", 1,
        "{\"Event\":\"E\",\"A\":\"b\",\"C\":\" d e \",\"F\":\"g: h\",\"I\":\"\",\"J\":\"\",\"ZmqSequence\":\"1\"}");
}

static void lone_line_feed_stays_in_its_value(void)
{
    expect_event("Event: E\r\nA: b\nC: d\r\n\r\n", 1, "{\"Event\":\"E\",\"A\":\"b\\nC: d\",\"ZmqSequence\":\"1\"}");
}

static void line_that_is_no_header_is_kept_as_output(void)
{
    expect_reply("Response: Success\r\nplain text\r\n: odd\r\n\r\n", 1,
                 "[{\"Response\":\"Success\",\"Output\":[\"plain text\",\": odd\"]}]");
}

static void list_comes_as_one_array(void)
{
    expect_reply(
        "Response: Success\r\nActionID: 1\r\nEventList: start\r\n\r\nEvent: Item\r\nA: b\r\n\r\nEvent: "
        "ListComplete\r\n\r\n",
        3,
        "[{\"Response\":\"Success\",\"ActionID\":\"1\",\"EventList\":\"start\"},{\"Event\":\"Item\",\"A\":\"b\"},"
        "{\"Event\":\"ListComplete\"}]");
}

static void blank_lines_between_blocks_do_not_count(void)
{
    expect_reply("\r\n\r\nA: b\r\n\r\n\r\n\r\nC: d\r\n\r\n\r\n", 2, "[{\"A\":\"b\"},{\"C\":\"d\"}]");
    expect_reply("", 0, "[]");
    expect_reply("\r\n\r\n", 0, "[]");
}

static void output_of_a_command_becomes_an_array(void)
{
    expect_reply(
        "Response: Success\r\nMessage: Command output follows\r\nOutput: \r\nOutput: one\r\nOutput: two: 2\r\n\r\n", 1,
        "[{\"Response\":\"Success\",\"Message\":\"Command output follows\",\"Output\":[\"\",\"one\",\"two: 2\"]}]");
}

static void long_output_and_long_value_are_whole(void)
{
    enum { LINES = 20000, VALUE = 1024 * 1024 };
    struct buffer text = {0}, out = {0};
    struct ami_scratch scratch = {0};
    char *value = malloc(VALUE + 1);
    int i;

    memset(value, 'x', VALUE);
    value[VALUE] = '\0';
    for (i = 0; i < LINES; i++) {
        buffer_append_text(&text, "Output: line\r\n");
    }
    buffer_append_text(&text, "Long: ");
    buffer_append_text(&text, value);
    buffer_append_text(&text, "\r\n\r\n");
    EXPECT_NUMBER(1, ami_append_reply(&out, &scratch, text.data, text.length));
    EXPECT_NUMBER(strlen("[{\"Output\":[],\"Long\":\"\"}]") + LINES * strlen("\"line\",") - 1 + VALUE, out.length);
    free(value);
    ami_scratch_free(&scratch);
    buffer_free(&text);
    buffer_free(&out);
}

static void control_characters_are_escaped(void)
{
    expect_string("\"\\/\b\t\n\r\x01\x1f\x7f", 10, "\"\\\"\\\\/\\u0008\\t\\n\\r\\u0001\\u001f\x7f\"");
    expect_string("a\0b", 3, "\"a\\u0000b\"");
}

static void valid_utf8_is_untouched(void)
{
    const char *text = "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBF\xF4\x8F\xBF\xBF\xED\x9F\xBF";
    char expected[64];

    snprintf(expected, sizeof(expected), "\"%s\"", text);
    expect_string(text, strlen(text), expected);
}

#define R "\xEF\xBF\xBD"
static void invalid_utf8_is_repaired(void)
{
    expect_string("a\xFF"
                  "b",
                  3, "\"a" R "b\"");
    expect_string("\xFC", 1, "\"" R "\""); /* Latin-1 */
    expect_string("\xC3", 1, "\"" R "\""); /* cut off */
    expect_string("\xE2\x82", 2, "\"" R "\"");
    expect_string("\xE2\x82\"", 3, "\"" R "\\\"\""); /* the quote after it is not swallowed */
    expect_string("\xF0\x9F\x98\xC3\xBC", 5, "\"" R "\xC3\xBC\"");
    expect_string("\xC0\xAF", 2, "\"" R R "\""); /* longer form than needed */
    expect_string("\xE0\x80\xAF", 3, "\"" R R R "\"");
    expect_string("\xED\xA0\x80", 3, "\"" R R R "\"");       /* surrogate */
    expect_string("\xF4\x90\x80\x80", 4, "\"" R R R R "\""); /* above U+10FFFF */
    expect_string("\x80\x80", 2, "\"" R R "\"");
}

static void any_bytes_give_an_object(void)
{
    struct buffer out = {0};
    struct ami_scratch scratch = {0};
    unsigned int seed = 1;
    char bytes[200];
    size_t i;
    int round;

    for (round = 0; round < 20000; round++) {
        for (i = 0; i < sizeof(bytes); i++) {
            static const char often[] = "\r\n: \"\\a\xC3\xE2\xF0\x82";
            seed = seed * 1103515245 + 12345;
            bytes[i] = (seed >> 16) % 4 ? often[(seed >> 20) % (sizeof(often) - 1)] : (char) (seed >> 24);
        }
        buffer_reset(&out);
        ami_append_event(&out, &scratch, bytes, seed % sizeof(bytes), &(struct event_numbers){.sequence = 1});
        EXPECT(out.length >= 19 && out.data[0] == '{' && out.data[out.length - 1] == '}');
        buffer_reset(&out);
        ami_append_reply(&out, &scratch, bytes, seed % sizeof(bytes));
        EXPECT(out.length >= 2 && out.data[0] == '[' && out.data[out.length - 1] == ']');
    }
    ami_scratch_free(&scratch);
    buffer_free(&out);
}

CHECK_MAIN(CASE(event_keeps_order_and_ends_with_its_sequence), CASE(event_of_one_line_is_announced_without_blanks),
           CASE(event_without_end_of_line_is_still_whole), CASE(event_without_text_has_only_its_sequence),
           CASE(event_cannot_bring_a_sequence_of_its_own), CASE(numbers_of_the_name_stand_before_the_sequence),
           CASE(replies_keep_headers_of_these_names), CASE(repeated_header_becomes_an_array_at_its_first_place),
           CASE(value_keeps_colons_blanks_and_may_be_empty), CASE(lone_line_feed_stays_in_its_value),
           CASE(line_that_is_no_header_is_kept_as_output), CASE(list_comes_as_one_array),
           CASE(blank_lines_between_blocks_do_not_count), CASE(output_of_a_command_becomes_an_array),
           CASE(long_output_and_long_value_are_whole), CASE(control_characters_are_escaped),
           CASE(valid_utf8_is_untouched), CASE(invalid_utf8_is_repaired), CASE(any_bytes_give_an_object))
