// SPDX-License-Identifier: Apache-2.0
#include "core/base/values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace amibroker::base {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ParseBoolean, KnowsEightWordsWithoutCase) {
  for (const char* yes : {"yes", "YES", "true", "True", "on", "1"}) EXPECT_EQ(parse_boolean(yes), true) << yes;
  for (const char* no : {"no", "No", "false", "FALSE", "off", "0"}) EXPECT_EQ(parse_boolean(no), false) << no;
  for (const char* bad : {"", "y", "yess", "2", "-1", "yes no"}) EXPECT_EQ(parse_boolean(bad), std::nullopt) << bad;
}

TEST(ParseNumber, TakesNothingButDigits) {
  EXPECT_EQ(parse_number("0"), 0);
  EXPECT_EQ(parse_number("00065535"), 65535);
  EXPECT_EQ(parse_number("-7"), -7);
  for (const char* bad : {"", "+1", "1 ", " 1", "0x10", "1.0", "1e3", "9223372036854775808", "1s", "ten"})
    EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
}

TEST(SplitList, LeavesOutBlanksAndEmptyItems) {
  EXPECT_THAT(split_list(" a ,b b,,\n c\n,d,"), ElementsAre("a", "b b", "c", "d"));
  EXPECT_THAT(split_list(""), IsEmpty());
  EXPECT_THAT(split_list(" , \n"), IsEmpty());
}

TEST(IsReadableFile, IsFalseForAllThatAReaderMayWaitFor) {
  EXPECT_TRUE(is_readable_file("/proc/self/exe")) << "a link to a file";
  for (const char* bad : {"", "/", "/nowhere/x", "/dev/zero", "/dev/tty"}) EXPECT_FALSE(is_readable_file(bad)) << bad;
  std::string pipe = ::testing::TempDir() + "pipe" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(is_readable_file(pipe));
  ::unlink(pipe.c_str());
}

TEST(IsIdentifier, TakesSmallLettersDigitsAndUnderscore) {
  for (const std::string& good :
       {std::string("a"), std::string("device_state"), std::string("7"), std::string(40, 'z')})
    EXPECT_TRUE(is_identifier(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("A"), std::string("a-b"), std::string("../x"), std::string(41, 'z')})
    EXPECT_FALSE(is_identifier(bad)) << bad;
}

}  // namespace
}  // namespace amibroker::base
