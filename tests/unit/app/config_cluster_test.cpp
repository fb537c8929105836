// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_cluster.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "core/app/config_diff.hpp"
#include "tests/simulator/certificates.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ConfigCluster : public ::testing::Test {
 protected:
  [[nodiscard]] LoadedConfig load(const std::string& keys, const std::string& more = {}) const {
    return parse_config(
        "[cluster]\n" + keys + "[servers]\nsections = a\n[a]\naddr = h\ncmd_port = 1\nevt_port = 2\n" + more,
        folder.path().string());
  }
  /// Of a section that is right but for these keys.
  [[nodiscard]] std::string wrong(const std::string& keys) const {
    const LoadedConfig loaded = load("site = a\nurl = tls://h\n" + keys);
    if (loaded.errors.size() != 1) return std::to_string(loaded.errors.size()) + " mistakes";
    return std::to_string(loaded.errors.front().line) + ": " + loaded.errors.front().text;
  }
  [[nodiscard]] std::string wrong_url(const std::string& url) const {
    const LoadedConfig loaded = load("site = a\nurl = " + url + "\n");
    return loaded.errors.size() == 1 ? loaded.errors.front().text : std::to_string(loaded.errors.size()) + " mistakes";
  }
  void write(const std::string& name, const std::string& text) const {
    sim::write_pem((folder.path() / name).string(), text);
  }
  host::TempFolder folder;
};

TEST_F(ConfigCluster, WithoutTheSectionABrokerIsAlone) {
  EXPECT_FALSE(parse_config("[servers]\nsections = a\n[a]\naddr = h\ncmd_port = 1\nevt_port = 2\n").config.cluster);
}

TEST_F(ConfigCluster, SaysWhereTheEngineIsAndWhoWeAre) {
  const LoadedConfig loaded = load(
      "url = nats://127.0.0.1:4333, NATS://[::1],\n  nats://hub.example.net\nsite = Berlin_2\nfleet = x-1\n"
      "lost_after = 90\nshare = PJSIP/*, SIP/*\naccept = Custom:*\nshow = Hinted\n");
  ASSERT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.config.cluster_line, 1);
  const cluster::Settings& settings = *loaded.config.cluster;
  EXPECT_THAT(settings.urls, ElementsAre(cluster::Url{"127.0.0.1", 4333, false}, cluster::Url{"::1", 4222, false},
                                         cluster::Url{"hub.example.net", 4222, false}));
  EXPECT_EQ(settings.urls[1].text(), "nats://[::1]:4222");
  EXPECT_EQ(settings.site, "Berlin_2");
  EXPECT_EQ(settings.fleet, "x-1");
  EXPECT_EQ(settings.lost_after, std::chrono::seconds(90));
  EXPECT_THAT(settings.share, ElementsAre("PJSIP/*", "SIP/*"));
  EXPECT_THAT(settings.accept, ElementsAre("Custom:*"));
  EXPECT_TRUE(settings.hinted);
  const cluster::Settings usual = *load("site = a\nurl = nats://127.0.0.1\n").config.cluster;
  EXPECT_EQ(usual.fleet, "amib");
  EXPECT_EQ(usual.lost_after, std::chrono::seconds(60));
  EXPECT_FALSE(usual.hinted);
}

TEST_F(ConfigCluster, NamesWhatIsNoUrl) {
  for (const auto* const url : {"h:4222", "http://h", "nats://", "nats://h:0", "nats://h:65536", "nats://h:x",
                                "nats://::1:4222", "nats://a b", "nats://h/x"})
    EXPECT_THAT(wrong_url(url), HasSubstr("nats://HOST:PORT")) << url;
  EXPECT_THAT(wrong_url("nats://me:secret@h"), HasSubstr("credentials_file"));
  EXPECT_THAT(wrong_url("tls://192.0.2.1"), HasSubstr("write the name of the server"));
  EXPECT_THAT(wrong_url("nats://h, nats://h:4222"), HasSubstr("twice"));
  EXPECT_THAT(wrong_url(""), HasSubstr("url is empty"));
  std::string many;
  for (int i = 0; i < 21; ++i) many += "nats://h" + std::to_string(i) + ",";
  EXPECT_THAT(wrong_url(many), HasSubstr("20 servers are the most"));
}

TEST_F(ConfigCluster, NamesEveryOtherMistakeWithItsLine) {
  const LoadedConfig empty = load("");
  ASSERT_THAT(empty.errors, SizeIs(2));
  EXPECT_EQ(empty.errors[0].text, "[cluster] has no url");
  EXPECT_EQ(empty.errors[1].text, "[cluster] has no site");
  EXPECT_THAT(wrong("sitte = a\n"), HasSubstr("4: unknown key \"sitte\" in [cluster] (did you mean \"site\"?)"));
  EXPECT_THAT(wrong("fleet = a.b\n"), HasSubstr("4: fleet = \"a.b\": write 1 to 40"));
  EXPECT_THAT(wrong("fleet = " + std::string(41, 'a') + "\n"), HasSubstr("4: fleet"));
  EXPECT_THAT(wrong("lost_after = 9\n"), HasSubstr("4: lost_after"));
  EXPECT_THAT(wrong("show = hintd\n"), HasSubstr("did you mean \"hinted\"?"));
  EXPECT_THAT(wrong("share = a\tb\n"), HasSubstr("4: share"));
  EXPECT_THAT(wrong("tls_ca = none.pem\n"), HasSubstr("4: tls_ca = \"none.pem\" is no file that can be read"));
  EXPECT_THAT(wrong("credentials_file = none\n"), HasSubstr("4: credentials_file: "));
}

TEST_F(ConfigCluster, TlsNeedsBothFilesOfTheBrokerAndUrlsThatUseIt) {
  write("ca", "x");
  write("cert", "x");
  write("key", "x");
  EXPECT_THAT(wrong("tls_cert = cert\n"), HasSubstr("4: tls_cert and tls_key belong together"));
  const LoadedConfig right = load("site = a\nurl = tls://h\ntls_ca = ca\ntls_cert = cert\ntls_key = key\n");
  EXPECT_THAT(right.errors, IsEmpty());
  EXPECT_THAT(right.warnings, IsEmpty());
  EXPECT_EQ(right.config.cluster->access.tls_key, (folder.path() / "key").string());
  const LoadedConfig plain = load("site = a\nurl = tls://h, nats://g\ntls_ca = ca\n");
  ASSERT_THAT(plain.errors, SizeIs(1));
  EXPECT_THAT(plain.errors[0].text, HasSubstr("tls_ca means something with tls:// in each url only"));
  std::filesystem::permissions(folder.path() / "key", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const LoadedConfig open = load("site = a\nurl = tls://h\ntls_cert = cert\ntls_key = key\n");
  ASSERT_THAT(open.warnings, SizeIs(1));
  EXPECT_THAT(open.warnings[0].text, HasSubstr("tls_key: other users can read or change"));
}

TEST_F(ConfigCluster, TheAccountIsALineOrAFileOfNats) {
  write("line", "berlin:a:b\n");
  const cluster::Access line =
      load("site = a\nurl = nats://127.0.0.1\ncredentials_file = line\n").config.cluster->access;
  EXPECT_EQ(line.user, "berlin");
  EXPECT_EQ(line.password, "a:b");
  EXPECT_EQ(line.credentials, "");
  write("file", "\n-----BEGIN NATS USER JWT-----\nabc\n------END NATS USER JWT------\n");
  const cluster::Access file =
      load("site = a\nurl = nats://127.0.0.1\ncredentials_file = file\n").config.cluster->access;
  EXPECT_EQ(file.credentials, (folder.path() / "file").string());
  EXPECT_EQ(file.user, "");
  write("name", "berlin\n");
  EXPECT_THAT(wrong("credentials_file = name\n"), HasSubstr("USER:PASSWORD"));
  for (const auto* const name : {"line", "file"}) {
    std::filesystem::permissions(folder.path() / name, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    const LoadedConfig open = load("site = a\nurl = nats://127.0.0.1\ncredentials_file = " + std::string(name) + "\n");
    ASSERT_THAT(open.warnings, SizeIs(1));
    EXPECT_THAT(open.warnings[0].text, HasSubstr("other users can read or change"));
  }
}

TEST_F(ConfigCluster, WhatIsNotEncryptedToAnotherMachineIsWorthAWarning) {
  for (const auto* const here : {"nats://127.0.0.1", "nats://[::1]", "nats://localhost", "tls://h"})
    EXPECT_THAT(load("site = a\nurl = " + std::string(here) + "\n").warnings, IsEmpty()) << here;
  const LoadedConfig there = load("site = a\nurl = nats://localhost, nats://h\n");
  ASSERT_THAT(there.warnings, SizeIs(1));
  EXPECT_EQ(there.warnings[0].line, 3);
  EXPECT_THAT(there.warnings[0].text, HasSubstr("url: nats://h:4222 is another machine"));
}

TEST_F(ConfigCluster, AZoneOfOneServerIsNoMistakeAndAPluginApartIsWorthAWarning) {
  const std::string zoned = "zones = x\n[plugin device_state]\nisolate = yes\n";
  const LoadedConfig loaded = load("site = a\nurl = nats://127.0.0.1\n", zoned);
  ASSERT_THAT(loaded.errors, IsEmpty());
  ASSERT_THAT(loaded.warnings, SizeIs(1));
  EXPECT_THAT(loaded.warnings[0].text, HasSubstr("plugin device_state: isolate = yes keeps it from the bus"));
}

TEST_F(ConfigCluster, AChangeIsNamedAndNeedsARestart) {
  const auto config = [&](const std::string& keys) { return load("site = a\nurl = nats://127.0.0.1\n" + keys).config; };
  EXPECT_THAT(difference(config(""), config("")).lines(), IsEmpty());
  EXPECT_THAT(difference(config(""), config("lost_after = 70\n")).lines(),
              ElementsAre(HasSubstr("[cluster] is different: that takes effect at the next start")));
}

}  // namespace
}  // namespace amibroker::app
