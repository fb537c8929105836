// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/tls_records.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker::link::native {
namespace {

std::string action(std::size_t bytes) { return "Action: " + std::string(bytes - 12, 'x') + "\r\n\r\n"; }

TEST(TlsRecords, AShortTextIsOne) {
  EXPECT_EQ(first_record(""), "");
  EXPECT_EQ(first_record(action(1024)), action(1024));
}

TEST(TlsRecords, ALongOneIsCutBetweenActions) {
  EXPECT_EQ(first_record(action(400) + action(400) + action(400)), action(400) + action(400));
  EXPECT_EQ(first_record(action(1000) + action(1000)), action(1000));
  EXPECT_EQ(first_record(action(512) + action(512) + action(20)), action(512) + action(512));
}

TEST(TlsRecords, AnActionThatFitsInNoneIsCutBetweenLines) {
  const std::string line(600, 'x');
  EXPECT_EQ(first_record(line + "\r\n" + line + "\r\n\r\n"), line + "\r\n");
}

TEST(TlsRecords, WhatHasNoLinesIsCutAllTheSame) {
  EXPECT_EQ(first_record(std::string(3000, 'x')).size(), longest_record);
}

TEST(TlsRecords, AllOfThemTogetherAreTheText) {
  std::string text, together;
  for (std::size_t bytes = 20; bytes < 2000; bytes += 97) text += action(bytes);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view record = first_record(rest);
    ASSERT_FALSE(record.empty());
    ASSERT_LE(record.size(), longest_record);
    together += record;
    rest.remove_prefix(record.size());
  }
  EXPECT_EQ(together, text);
}

}  // namespace
}  // namespace amibroker::link::native
