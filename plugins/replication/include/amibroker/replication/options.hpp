// SPDX-License-Identifier: Apache-2.0
//
// The rows of the option table that every plugin has that distributes states.
#pragma once

#include "amibroker/options.hpp"

// A macro, because a table is one array with static storage, and rows cannot be spliced into one otherwise.
#define AMIBROKER_REPLICATION_OPTIONS                                                                                  \
  {"lost_after",                                                                                                       \
   ::amibroker::OptionType::integer,                                                                                   \
   "60",                                                                                                               \
   "s",                                                                                                                \
   1,                                                                                                                  \
   86'400,                                                                                                             \
   "how long a server may be out of reach before the others stop showing its states"},                                 \
      {"resync_interval",                                                                                              \
       ::amibroker::OptionType::integer,                                                                               \
       "300",                                                                                                          \
       "s",                                                                                                            \
       0,                                                                                                              \
       86'400,                                                                                                         \
       "how often the states of each server are read, in case an event was lost; 0: only when something points to "    \
       "it"},                                                                                                          \
      {"server_share",                                                                                                 \
       ::amibroker::OptionType::integer,                                                                               \
       "50",                                                                                                           \
       "%",                                                                                                            \
       1,                                                                                                              \
       100,                                                                                                            \
       "most of all names that one server may use up, if there are several"},                                          \
      {"include",                                                                                                      \
       ::amibroker::OptionType::list,                                                                                  \
       "",                                                                                                             \
       "",                                                                                                             \
       0,                                                                                                              \
       0,                                                                                                              \
       "distribute only names that match one of these patterns (PJSIP/*); empty: all"},                                \
  {                                                                                                                    \
    "exclude", ::amibroker::OptionType::list, "", "", 0, 0, "do not distribute names that match one of these patterns" \
  }
