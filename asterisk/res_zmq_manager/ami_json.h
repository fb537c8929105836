/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * zmq-ami-broker: res_zmq_manager, Asterisk Manager Interface over ZeroMQ
 *
 * This program is free software, distributed under the terms of the GNU
 * General Public License version 2. See the LICENSE file one folder up.
 */

/*
 * AMI text -> JSON, as the wire has it.
 *
 * AMI text is lines `Name: value` that end with CR LF; an empty line ends a block. A block becomes one flat object with
 * the names in their order. A name that comes again makes its value an array of strings, at the place of the first. A
 * line that is not a header (some actions print plain text) is kept under the name `Output`.
 */
#ifndef ZMQ_MANAGER_AMI_JSON_H
#define ZMQ_MANAGER_AMI_JSON_H

#include "buffer.h"
#include "name_counts.h"

struct ami_field;

/* Room for the fields of one block, kept between blocks. Zero-initialise it; free it with ami_scratch_free. */
struct ami_scratch {
    struct ami_field *fields;
    size_t count;
    size_t capacity;
};

void ami_scratch_free(struct ami_scratch *scratch);

/*
 * Appends the event in `text` as one object whose last keys are ZmqNamePrevious and ZmqNameSequence, if its name is
 * counted, and ZmqSequence. Headers of these names in the event itself (a dialplan may send any UserEvent) are left
 * out, so that the numbers that a subscriber reads are always the module's.
 */
void ami_append_event(struct buffer *out, struct ami_scratch *scratch, const char *text, size_t length,
                      const struct event_numbers *numbers);

/* Appends all blocks of `text` as an array of objects and returns how many they are. */
size_t ami_append_reply(struct buffer *out, struct ami_scratch *scratch, const char *text, size_t length);

#endif
