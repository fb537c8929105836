/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file two folders up.
 */

/* What the tests of the pure parts share: EXPECT macros that say where and what, and a main that counts. */
#ifndef ZMQ_MANAGER_CHECK_H
#define ZMQ_MANAGER_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int failures;

#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("%s:%d: %s: not so: %s\n", __FILE__, __LINE__, __func__, #condition);                               \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

#define EXPECT_TEXT(expected, data, size)                                                                              \
    do {                                                                                                               \
        size_t size_ = (size);                                                                                         \
        if (strlen(expected) != size_ || memcmp((expected), (data), size_)) {                                          \
            printf("%s:%d: %s:\n  expected %s\n  was      %.*s\n", __FILE__, __LINE__, __func__, (expected),           \
                   (int) size_, (const char *) (data));                                                                \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

#define EXPECT_NUMBER(expected, actual)                                                                                \
    do {                                                                                                               \
        uint64_t expected_ = (expected), actual_ = (actual);                                                           \
        if (expected_ != actual_) {                                                                                    \
            printf("%s:%d: %s: %s is %" PRIu64 ", not %" PRIu64 "\n", __FILE__, __LINE__, __func__, #actual, actual_,  \
                   expected_);                                                                                         \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

struct check_case {
    const char *name;
    void (*run)(void);
};

#define CASE(function)                                                                                                 \
    {                                                                                                                  \
#function, function                                                                                            \
    }
#define CHECK_MAIN(...)                                                                                                \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        static const struct check_case cases[] = {__VA_ARGS__};                                                        \
        size_t i, bad = 0, count = sizeof(cases) / sizeof(cases[0]);                                                   \
        for (i = 0; i < count; i++) {                                                                                  \
            int before = failures;                                                                                     \
            cases[i].run();                                                                                            \
            if (failures != before) {                                                                                  \
                printf("FAILED %s\n", cases[i].name);                                                                  \
                bad++;                                                                                                 \
            }                                                                                                          \
        }                                                                                                              \
        printf("%s: %zu passed, %zu failed\n", __FILE__, count - bad, bad);                                            \
        return bad != 0;                                                                                               \
    }

#endif
