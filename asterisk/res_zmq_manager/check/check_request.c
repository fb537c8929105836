/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file two folders up.
 */

#include "check.h"

#include "policy.h"
#include "request.h"

#include <stdlib.h>

static void expect_good(const char *json, const char *expected_text)
{
    struct request request;

    EXPECT(request_parse(&request, json, strlen(json)));
    EXPECT(!request.error);
    if (request.text.length) {
        EXPECT_NUMBER(0, request.text.data[request.text.length - 1]);
        EXPECT_TEXT(expected_text, request.text.data, request.text.length - 1);
    }
    request_free(&request);
}

/* The request is refused, and this is the whole reply. */
static void expect_bad_bytes(const char *json, size_t length, const char *expected_reply)
{
    struct request request;
    struct buffer out = {0};

    EXPECT(!request_parse(&request, json, length));
    request_append_error(&out, &request, request.error ? request.error : "");
    EXPECT_TEXT(expected_reply, out.data, out.length);
    request_free(&request);
    buffer_free(&out);
}

static void expect_bad(const char *json, const char *expected_reply)
{
    expect_bad_bytes(json, strlen(json), expected_reply);
}

static void good_request_becomes_headers_in_order(void)
{
    expect_good("{\"Action\":\"Ping\"}", "Action: Ping\r\n\r\n");
    expect_good("{\"ActionID\":\"7\",\"Variable\":\"DEVICE_STATE(Custom:a)\",\"aCTION\":\"Setvar\",\"Value\":\"\"}",
                "Action: Setvar\r\nActionID: 7\r\nVariable: DEVICE_STATE(Custom:a)\r\nValue: \r\n\r\n");
}

static void array_becomes_repeated_headers(void)
{
    expect_good("{\"Action\":\"Originate\",\"Variable\":[\"a=1\",\"b=2\"],\"None\":[]}",
                "Action: Originate\r\nVariable: a=1\r\nVariable: b=2\r\n\r\n");
}

static void what_is_not_json_is_named(void)
{
    struct request request;

    EXPECT(!request_parse(&request, "{\"Action\":", 10));
    EXPECT(request.error && strstr(request.error, "not JSON"));
    request_free(&request);
    EXPECT(!request_parse(&request, NULL, 0));
    EXPECT(request.error && strstr(request.error, "not JSON"));
    request_free(&request);
    EXPECT(!request_parse(&request, "{\"Action\":\"a\",\"B\":\"\xff\"}", 22));
    EXPECT(request.error && strstr(request.error, "not JSON"));
    request_free(&request);
    EXPECT(!request_parse(&request, "{\"Action\":\"Ping\",\"A\":\"1\",\"A\":\"2\"}", 32));
    EXPECT(request.error && strstr(request.error, "duplicate"));
    request_free(&request);
    EXPECT(!request_parse(&request, "{\"Action\":\"Ping\"} {}", 20));
    EXPECT(request.error && strstr(request.error, "not JSON"));
    request_free(&request);
}

static void what_is_not_an_object_is_named(void)
{
    expect_bad("[]", "[{\"Response\":\"Error\",\"Message\":\"The request is an array; send a JSON object.\"}]");
}

static void a_missing_or_odd_action_is_named_with_the_action_id(void)
{
    expect_bad("{\"ActionID\":\"7\"}", "[{\"Response\":\"Error\",\"ActionID\":\"7\",\"Message\":\"There is no key "
                                       "Action; it names the AMI action to run.\"}]");
    expect_bad("{\"Action\":\"Ping\",\"action\":\"GetVar\",\"ACTIONID\":\"8\"}",
               "[{\"Response\":\"Error\",\"ActionID\":\"8\",\"Message\":\"There are 2 keys Action; send one.\"}]");
    expect_bad("{\"Action\":[\"Ping\"],\"ActionID\":\"9\"}", "[{\"Response\":\"Error\",\"ActionID\":\"9\",\"Message\":"
                                                             "\"The value of Action is an array; send a string.\"}]");
    expect_bad("{\"Action\":\"Ping\",\"ActionID\":9}",
               "[{\"Response\":\"Error\",\"Message\":\"The value of ActionID is a number; send a string.\"}]");
    expect_bad("{\"Action\":\"Ping\",\"ActionID\":\"1\",\"actionid\":\"2\"}",
               "[{\"Response\":\"Error\",\"ActionID\":\"1\",\"Message\":\"There are 2 keys ActionID; send one.\"}]");
}

static void action_name_cannot_hide_another(void)
{
    static const char *const names[] = {" GetVar", "GetVar ", "Get\\tVar", "Ping\\r\\nAction: GetVar", "", "Ping: x"};
    char json[100];
    struct request request;
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(json, sizeof(json), "{\"Action\":\"%s\"}", names[i]);
        EXPECT(!request_parse(&request, json, strlen(json)));
        EXPECT(request.error && strstr(request.error, "no name of an action"));
        request_free(&request);
    }
}

static void a_wrong_type_is_named_with_its_key(void)
{
    expect_bad("{\"Action\":\"Ping\",\"ActionID\":\"7\",\"Count\":3}",
               "[{\"Response\":\"Error\",\"ActionID\":\"7\","
               "\"Message\":\"The value of 'Count' is or holds a number; send a string or an array of strings.\"}]");
    expect_bad("{\"Action\":\"Ping\",\"X\":{}}", "[{\"Response\":\"Error\",\"Message\":\"The value of 'X' is or holds "
                                                 "an object; send a string or an array of strings.\"}]");
    expect_bad("{\"Action\":\"Ping\",\"X\":[\"a\",true]}",
               "[{\"Response\":\"Error\",\"Message\":\"The value of 'X' is or holds a boolean; send a string or an "
               "array of strings.\"}]");
    expect_bad("{\"Action\":\"Ping\",\"X\":null}", "[{\"Response\":\"Error\",\"Message\":\"The value of 'X' is or "
                                                   "holds null; send a string or an array of strings.\"}]");
}

static void header_injection_is_refused(void)
{
    expect_bad("{\"Action\":\"Ping\",\"ActionID\":\"7\",\"X\":\"a\\r\\nAction: GetVar\"}",
               "[{\"Response\":\"Error\",\"ActionID\":\"7\",\"Message\":\"The value of 'X' holds a control character, "
               "such as a line break.\"}]");
    expect_bad(
        "{\"Action\":\"Ping\",\"X\":[\"a\",\"b\\n\"]}",
        "[{\"Response\":\"Error\",\"Message\":\"The value of 'X' holds a control character, such as a line break.\"}]");
    expect_bad(
        "{\"Action\":\"Ping\",\"A\\nB\":\"x\"}",
        "[{\"Response\":\"Error\",\"Message\":\"The key 'A\\nB' holds a control character, such as a line break.\"}]");
    expect_bad(
        "{\"Action\":\"Ping\",\"Action: GetVar\":\"x\"}",
        "[{\"Response\":\"Error\",\"Message\":\"The key 'Action: GetVar' holds a colon, which would end it.\"}]");
    expect_bad("{\"Action\":\"Ping\",\"\":\"x\"}",
               "[{\"Response\":\"Error\",\"Message\":\"There is a key without a name.\"}]");
    expect_bad("{\"Action\":\"Ping\",\"ActionID\":\"a\\nb\"}",
               "[{\"Response\":\"Error\",\"Message\":\"The value of 'ActionID' holds a control character, such as a "
               "line break.\"}]");
}

static void nul_is_refused(void)
{
    struct request request;
    const char *json = "{\"Action\":\"Ping\",\"X\":\"a\\u0000b\"}";

    EXPECT(!request_parse(&request, json, strlen(json)));
    EXPECT(request.error && strstr(request.error, "not JSON"));
    request_free(&request);
}

static void limits_are_kept_to_the_byte(void)
{
    char *json = malloc(REQUEST_MAX_BYTES + 1);
    const char *head = "{\"Action\":\"Ping\",\"X\":\"";
    struct request request;

    memset(json, 'x', REQUEST_MAX_BYTES + 1);
    memcpy(json, head, strlen(head));
    memcpy(json + REQUEST_MAX_BYTES - 2, "\"}", 2);
    EXPECT(request_parse(&request, json, REQUEST_MAX_BYTES));
    request_free(&request);
    expect_bad_bytes(json, REQUEST_MAX_BYTES + 1,
                     "[{\"Response\":\"Error\",\"Message\":\"The request has 65537 bytes; 65536 is the limit.\"}]");
    free(json);
}

static void as_many_headers_as_asterisk_reads_and_no_more(void)
{
    struct buffer json = {0};
    struct request request;
    int i;

    buffer_append_text(&json, "{\"Action\":\"Ping\",\"V\":[\"x\"");
    for (i = 2; i < REQUEST_MAX_HEADERS; i++) {
        buffer_append_text(&json, ",\"x\"");
    }
    buffer_append_text(&json, "]}");
    EXPECT(request_parse(&request, json.data, json.length));
    request_free(&request);
    json.length -= 2;
    buffer_append_text(&json, ",\"x\"]}");
    EXPECT(!request_parse(&request, json.data, json.length));
    EXPECT(request.error && strstr(request.error, "more than 128 headers"));
    request_free(&request);
    buffer_free(&json);
}

static void deep_json_is_refused(void)
{
    struct request request;
    char *json = malloc(REQUEST_MAX_BYTES);

    memset(json, '[', REQUEST_MAX_BYTES);
    EXPECT(!request_parse(&request, json, REQUEST_MAX_BYTES));
    request_free(&request);
    free(json);
}

static void actions_that_need_a_session_are_refused(void)
{
    static const char *const refused[] = {"getvar",    "GetVar", "STATUS", "listcommands", "Events", "Challenge",
                                          "WaitEvent", "Filter", "Hangup", "PJSIPHangup",  "Login",  "Logoff"};
    static const char *const allowed[] = {"Setvar", "Ping",    "Originate", "Command",
                                          "GetVa",  "GetVars", "UserEvent", "DeviceStateList"};
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        EXPECT(policy_refusal(refused[i]) != NULL);
    }
    for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        EXPECT(policy_refusal(allowed[i]) == NULL);
    }
}

CHECK_MAIN(CASE(good_request_becomes_headers_in_order), CASE(array_becomes_repeated_headers),
           CASE(what_is_not_json_is_named), CASE(what_is_not_an_object_is_named),
           CASE(a_missing_or_odd_action_is_named_with_the_action_id), CASE(action_name_cannot_hide_another),
           CASE(a_wrong_type_is_named_with_its_key), CASE(header_injection_is_refused), CASE(nul_is_refused),
           CASE(limits_are_kept_to_the_byte), CASE(as_many_headers_as_asterisk_reads_and_no_more),
           CASE(deep_json_is_refused), CASE(actions_that_need_a_session_are_refused))
