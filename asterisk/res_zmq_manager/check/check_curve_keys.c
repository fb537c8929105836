/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file two folders up.
 */

#include "check.h"

#include "curve_keys.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

/* Keys of ZeroMQ's specification of CURVE keys. */
#define KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define OTHER "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"

static char path[] = P_tmpdir "/check_curve_keys.XXXXXX";
static bool path_is_made;
static char error[CURVE_ERROR_SIZE];

static void write_file(const char *text, size_t length)
{
    FILE *file;

    if (!path_is_made) {
        close(mkstemp(path));
        path_is_made = true;
    }
    file = fopen(path, "w");
    EXPECT(file && fwrite(text, 1, length, file) == length);
    if (file) {
        fclose(file);
    }
}

static void expect_secret(const char *text, bool good)
{
    char secret[CURVE_TEXT_SIZE] = "";

    write_file(text, strlen(text));
    EXPECT(curve_read_secret(path, secret, error) == good);
    EXPECT_TEXT(good ? KEY : "", secret, strlen(secret));
    if (!good) {
        EXPECT(strstr(error, "does not hold one line with a secret key"));
        EXPECT(!strstr(error, "rq:r"));
    }
}

static void secret_is_one_line_with_a_key(void)
{
    expect_secret(KEY, true);
    expect_secret(KEY "\n", true);
    expect_secret(KEY "\r\n", true);
    expect_secret("", false);
    expect_secret("\n", false);
    expect_secret(KEY "\n\n", false);
    expect_secret(KEY "\n" OTHER "\n", false);
    expect_secret(KEY "0", false);
    expect_secret(" " KEY, false);
    expect_secret("rq:rM", false);
    expect_secret("#####>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", false);
}

static size_t count_of(const char *text)
{
    struct curve_clients clients;
    size_t count = 0;

    write_file(text, strlen(text));
    if (curve_read_clients(path, &clients, error)) {
        count = clients.count;
        curve_clients_free(&clients);
    }
    return count;
}

static void clients_are_keys_with_comments(void)
{
    EXPECT_NUMBER(1, count_of(KEY));
    EXPECT_NUMBER(2, count_of("# who may connect\n\n" KEY " # the broker\r\n  \t\n\t" OTHER "\tspare\n#" KEY "\n"));
}

static void expect_wrong_clients(const char *text, const char *expected)
{
    EXPECT_NUMBER(0, count_of(text));
    EXPECT_TEXT(expected, error, strlen(error));
}

static void wrong_clients_are_refused_as_a_whole(void)
{
    static char long_line[5000];

    expect_wrong_clients("", "holds no key, so that nobody could connect; write the public key of the broker into it");
    expect_wrong_clients("# none\n",
                         "holds no key, so that nobody could connect; write the public key of the broker into it");
    expect_wrong_clients(KEY "\n" OTHER "0\n", "line 2: this is no public key; a key is 40 characters, as "
                                               "zmq-ami-broker --make-keys writes it to NAME.public");
    memset(long_line, 'a', sizeof(long_line) - 1);
    expect_wrong_clients(
        long_line,
        "line 1: it is too long; a key is 40 characters, as zmq-ami-broker --make-keys writes it to NAME.public");
}

static void a_zero_byte_hides_nothing(void)
{
    static const char text[] = "# a\0" KEY "\n";
    struct curve_clients clients;

    write_file(text, sizeof(text) - 1);
    EXPECT(!curve_read_clients(path, &clients, error));
}

static void clients_are_limited(void)
{
    struct {
        char line[CURVE_TEXT_SIZE];
    } *keys = calloc(CURVE_MAX_CLIENTS + 1, sizeof(*keys));
    struct curve_clients clients;
    size_t i;

    for (i = 0; keys && i <= CURVE_MAX_CLIENTS; i++) {
        memcpy(keys[i].line, KEY "\n", sizeof(keys[i].line));
    }
    write_file((const char *) keys, CURVE_MAX_CLIENTS * sizeof(*keys));
    EXPECT(curve_read_clients(path, &clients, error));
    curve_clients_free(&clients);
    write_file((const char *) keys, (CURVE_MAX_CLIENTS + 1) * sizeof(*keys));
    EXPECT(!curve_read_clients(path, &clients, error));
    EXPECT_TEXT("line 1001: there are more than 1000 keys; take out those that are not in use", error, strlen(error));
    free(keys);
}

static void a_list_has_exactly_its_keys(void)
{
    struct curve_clients clients;
    uint8_t key[CURVE_KEY_BYTES], other[CURVE_KEY_BYTES];

    EXPECT(zmq_z85_decode(key, KEY) && zmq_z85_decode(other, OTHER));
    write_file(KEY, strlen(KEY));
    EXPECT(curve_read_clients(path, &clients, error));
    EXPECT(curve_clients_have(&clients, key));
    EXPECT(!curve_clients_have(&clients, other));
    key[CURVE_KEY_BYTES - 1] ^= 1;
    EXPECT(!curve_clients_have(&clients, key));
    curve_clients_free(&clients);
    EXPECT(!curve_clients_have(&clients, key));
}

static void what_is_no_file_is_named_and_not_waited_for(void)
{
    struct curve_clients clients;
    char secret[CURVE_TEXT_SIZE];

    unlink(path);
    EXPECT(!curve_read_secret(path, secret, error));
    EXPECT_TEXT("cannot be opened: No such file or directory; create it, or correct its name", error, strlen(error));
    EXPECT(!mkfifo(path, 0600));
    EXPECT(!curve_read_clients(path, &clients, error));
    EXPECT_TEXT("is not a file; name the file with the keys", error, strlen(error));
    unlink(path);
}

static void files_of_others_are_noticed(void)
{
    write_file(KEY, strlen(KEY));
    EXPECT(!chmod(path, 0640) && !curve_is_exposed(path));
    EXPECT(!chmod(path, 0644) && curve_is_exposed(path));
    EXPECT(!chmod(path, 0660) && curve_is_exposed(path));
    unlink(path);
}

CHECK_MAIN(CASE(secret_is_one_line_with_a_key), CASE(clients_are_keys_with_comments),
           CASE(wrong_clients_are_refused_as_a_whole), CASE(a_zero_byte_hides_nothing), CASE(clients_are_limited),
           CASE(a_list_has_exactly_its_keys), CASE(what_is_no_file_is_named_and_not_waited_for),
           CASE(files_of_others_are_noticed))
