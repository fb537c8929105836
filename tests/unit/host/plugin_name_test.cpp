// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker::host {
namespace {

TEST(PluginName, IsALibraryOrALibraryAndAnInstance) {
  for (const char* right : {"a", "forwarder", "forwarder:2", "forwarder:night_shift", "a:b", "1:1"})
    EXPECT_TRUE(is_plugin_name(right)) << right;
  EXPECT_TRUE(is_plugin_name(std::string(40, 'a') + ':' + std::string(32, 'b')));
}

TEST(PluginName, IsNothingElse) {
  for (const char* wrong :
       {"", ":", ":2", "forwarder:", "a:b:c", "a::b", "Forwarder:2", "forwarder:Two", "forwarder: 2", "forwarder:2 ",
        "../x:2", "a:../b", "a:b/c", "a:b.c", "a:\x01", "a-b", "a:b-c", "a:\xc3\xa4"})
    EXPECT_FALSE(is_plugin_name(wrong)) << wrong;
  EXPECT_FALSE(is_plugin_name(std::string(41, 'a')));
  EXPECT_FALSE(is_plugin_name(std::string(41, 'a') + ":b"));
  EXPECT_FALSE(is_plugin_name("a:" + std::string(33, 'b')));
  EXPECT_FALSE(is_plugin_name("a:" + std::string(300, 'b')));
}

TEST(PluginName, BeginsWithItsLibrary) {
  EXPECT_EQ(library_of("forwarder"), "forwarder");
  EXPECT_EQ(library_of("forwarder:2"), "forwarder");
  EXPECT_EQ(library_of(":2"), "");
}

}  // namespace
}  // namespace amibroker::host
