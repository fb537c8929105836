/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file two folders up.
 */

#include "check.h"

#include "name_counts.h"

#include <stdlib.h>

static void expect_name(const char *expected, const char *text)
{
    const struct event_name name = event_name_of(text, strlen(text));

    EXPECT_TEXT(expected, name.data ? name.data : "", name.length);
}

static struct event_numbers add(struct name_counts *counts, const char *text, uint64_t sequence)
{
    const struct event_name name = event_name_of(text, strlen(text));
    struct event_numbers numbers = {.sequence = sequence, .name_sequence = 77, .name_previous = 77};

    name_counts_add(counts, &name, &numbers);
    EXPECT_NUMBER(sequence, numbers.sequence);
    return numbers;
}

static void expect_numbers(struct name_counts *counts, const char *text, uint64_t sequence, uint64_t count,
                           uint64_t previous)
{
    const struct event_numbers numbers = add(counts, text, sequence);

    EXPECT_NUMBER(count, numbers.name_sequence);
    EXPECT_NUMBER(previous, numbers.name_previous);
}

static void name_is_the_value_of_the_first_line(void)
{
    expect_name("Hangup", "Event: Hangup\r\nChannel: x\r\n\r\n");
    expect_name("a: \"b\"", "Event: a: \"b\"\r\n");
}

static void other_first_lines_have_no_name(void)
{
    expect_name("", "");
    expect_name("", "Event: ");
    expect_name("", "Event: \r\n");
    expect_name("", "Event: A");
    expect_name("", "event: A\r\n");
    expect_name("", "Event:A\r\n");
    expect_name("", "Privilege: call\r\nEvent: A\r\n");
}

static void name_that_is_too_long_is_none(void)
{
    char text[NAME_COUNTS_MAX_LENGTH + 32];

    snprintf(text, sizeof(text), "Event: %0*d\r\n", NAME_COUNTS_MAX_LENGTH, 1);
    EXPECT_NUMBER(NAME_COUNTS_MAX_LENGTH, event_name_of(text, strlen(text)).length);
    snprintf(text, sizeof(text), "Event: %0*d\r\n", NAME_COUNTS_MAX_LENGTH + 1, 1);
    EXPECT_NUMBER(0, event_name_of(text, strlen(text)).length);
}

static void each_name_counts_for_itself_and_case_matters(void)
{
    struct name_counts *counts = name_counts_create();

    expect_numbers(counts, "Event: A\r\n", 1, 1, 0);
    expect_numbers(counts, "Event: AB\r\n", 2, 1, 0);
    expect_numbers(counts, "Event: A\r\n", 3, 2, 1);
    expect_numbers(counts, "Event: a\r\n", 4, 1, 0);
    expect_numbers(counts, "no event\r\n", 5, 0, 0);
    expect_numbers(counts, "Event: A\r\n", 9, 3, 3);
    expect_numbers(counts, "Event: AB\r\n", 10, 2, 2);
    name_counts_destroy(counts);
}

static void names_beyond_the_table_are_not_counted_and_disturb_nobody(void)
{
    struct name_counts *counts = name_counts_create();
    char text[32];
    int round, i;

    for (round = 1; round <= 2; round++) {
        for (i = 0; i < 3 * NAME_COUNTS_MAX_NAMES; i++) {
            const bool fits = i < NAME_COUNTS_MAX_NAMES;

            snprintf(text, sizeof(text), "Event: Name%d\r\n", i);
            expect_numbers(counts, text, (uint64_t) (round * 10000 + i), fits ? (uint64_t) round : 0,
                           fits && round == 2 ? (uint64_t) (10000 + i) : 0);
        }
    }
    name_counts_destroy(counts);
}

CHECK_MAIN(CASE(name_is_the_value_of_the_first_line), CASE(other_first_lines_have_no_name),
           CASE(name_that_is_too_long_is_none), CASE(each_name_counts_for_itself_and_case_matters),
           CASE(names_beyond_the_table_are_not_counted_and_disturb_nobody))
