/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

#include "curve_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { MAX_LINE = 1024 };

#define KEY_RULE "a key is 40 characters, as zmq-ami-broker --make-keys writes it"

/* A regular file, or NULL with a text. A pipe must not be waited for: Asterisk's CLI would hang. */
static FILE *open_file(const char *path, char *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    FILE *file;

    if (fd < 0 || fstat(fd, &status)) {
        snprintf(error, CURVE_ERROR_SIZE, "cannot be opened: %s; %s", strerror(errno),
                 errno == EACCES ? "let Asterisk's user read it" : "create it, or correct its name");
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    file = S_ISREG(status.st_mode) ? fdopen(fd, "r") : NULL;
    if (!file) {
        snprintf(error, CURVE_ERROR_SIZE, "is not a file; name the file with the keys");
        close(fd);
    }
    return file;
}

/*
 * The next line without its end. Its length, -1 at the end of the file, -2 for a line that is too long or holds a zero
 * byte; the rest of the file then means nothing.
 */
static int read_line(FILE *file, char line[MAX_LINE])
{
    size_t length;

    /* A zero byte ends the text before the line does. */
    memset(line, 0, MAX_LINE);
    if (!fgets(line, MAX_LINE, file)) {
        return -1;
    }
    length = strlen(line);
    if (!feof(file) && line[length ? length - 1 : 0] != '\n') {
        return -2;
    }
    while (length && (line[length - 1] == '\n' || line[length - 1] == '\r')) {
        line[--length] = '\0';
    }
    return (int) length;
}

static bool is_key(const char *text, uint8_t key[CURVE_KEY_BYTES])
{
    return strlen(text) == CURVE_TEXT_SIZE - 1 && zmq_z85_decode(key, text);
}

bool curve_read_secret(const char *path, char secret[CURVE_TEXT_SIZE], char *error)
{
    FILE *file = open_file(path, error);
    char line[MAX_LINE], rest[MAX_LINE];
    uint8_t key[CURVE_KEY_BYTES];
    bool good;

    if (!file) {
        return false;
    }
    good = read_line(file, line) >= 0 && is_key(line, key) && read_line(file, rest) == -1 && !ferror(file);
    fclose(file);
    if (good) {
        memcpy(secret, line, CURVE_TEXT_SIZE);
    } else {
        snprintf(error, CURVE_ERROR_SIZE, "does not hold one line with a secret key; " KEY_RULE " to NAME.secret");
    }
    return good;
}

/* Whether the line could be taken: a comment, or a key that there is room for. */
static bool take_line(char *line, struct curve_clients *clients, const char **why)
{
    uint8_t(*more)[CURVE_KEY_BYTES];
    char *text = line + strspn(line, " \t");

    text[strcspn(text, " \t")] = '\0';
    if (!*text || *text == '#') {
        return true;
    }
    if (clients->count == CURVE_MAX_CLIENTS) {
        *why = "there are more than 1000 keys; take out those that are not in use";
        return false;
    }
    more = realloc(clients->keys, (clients->count + 1) * sizeof(*more));
    if (!more) {
        *why = "out of memory";
        return false;
    }
    clients->keys = more;
    if (!is_key(text, more[clients->count])) {
        *why = "this is no public key; " KEY_RULE " to NAME.public";
        return false;
    }
    clients->count++;
    return true;
}

bool curve_read_clients(const char *path, struct curve_clients *clients, char *error)
{
    FILE *file = open_file(path, error);
    char line[MAX_LINE];
    const char *why = NULL;
    int length = 0, number = 0;

    *clients = (struct curve_clients){0};
    if (!file) {
        return false;
    }
    while (!why && (length = read_line(file, line)) >= 0) {
        number++;
        if (!take_line(line, clients, &why)) {
            snprintf(error, CURVE_ERROR_SIZE, "line %d: %s", number, why);
        }
    }
    if (length == -2) {
        why = "too long";
        snprintf(error, CURVE_ERROR_SIZE, "line %d: it is too long; " KEY_RULE " to NAME.public", number + 1);
    } else if (!why && ferror(file)) {
        why = "unreadable";
        snprintf(error, CURVE_ERROR_SIZE, "cannot be read: %s", strerror(errno));
    } else if (!why && !clients->count) {
        why = "empty";
        snprintf(error, CURVE_ERROR_SIZE,
                 "holds no key, so that nobody could connect; write the public key of the broker into it");
    }
    fclose(file);
    if (why) {
        curve_clients_free(clients);
    }
    return !why;
}

bool curve_clients_have(const struct curve_clients *clients, const uint8_t key[CURVE_KEY_BYTES])
{
    size_t i;

    for (i = 0; i < clients->count; i++) {
        if (!memcmp(clients->keys[i], key, CURVE_KEY_BYTES)) {
            return true;
        }
    }
    return false;
}

void curve_clients_free(struct curve_clients *clients)
{
    free(clients->keys);
    *clients = (struct curve_clients){0};
}

bool curve_is_exposed(const char *path)
{
    struct stat status;

    return !stat(path, &status) && (status.st_mode & (S_IWGRP | S_IROTH | S_IWOTH));
}
