// SPDX-License-Identifier: Apache-2.0
//
// curve_server_key and curve_secret_file of a server's section.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/app/config.hpp"
#include "core/link/zmq/access.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Keys of ZeroMQ's specification; each holds what could be taken for a comment or a separator.
const std::string server_public = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
const std::string client_public = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
const std::string client_secret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

class ConfigCurve : public testing::Test {
 protected:
  ~ConfigCurve() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const std::string path = folder_.write(name, text).string();
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  /// The keys of server `a` stand from line 7 on.
  LoadedConfig load(const std::string& keys) const {
    return parse_config("[servers]\nsections = a\n[a]\naddr = h\ncmd_port = 1\nevt_port = 2\n" + keys,
                        folder_.path().string());
  }
  static std::vector<std::string> texts(const std::vector<base::Problem>& list) {
    std::vector<std::string> result;
    for (const auto& error : list) result.push_back(to_string("f", error));
    return result;
  }
  static const link::zeromq::ZmqAccess& access_of(const Config& config) {
    return dynamic_cast<const link::zeromq::ZmqAccess&>(*config.servers.at(0).access);
  }
  std::vector<std::string> errors(const std::string& keys) const { return texts(load(keys).errors); }
  std::string in_folder(const std::string& name) const { return (folder_.path() / name).string(); }

  host::TempFolder folder_;
  const std::string server_key_ = "curve_server_key = " + server_public + "\n";
  const std::string secret_file_ = "curve_secret_file = broker.secret\n";
};

TEST_F(ConfigCurve, IsOffWithoutItsKeys) { EXPECT_FALSE(access_of(load("").config).curve.has_value()); }

TEST_F(ConfigCurve, HasTheServersKeyAndBothOfOurs) {
  write("broker.secret", client_secret + "\n");
  const LoadedConfig loaded = load(server_key_ + secret_file_);
  ASSERT_THAT(texts(loaded.errors), IsEmpty());
  EXPECT_THAT(texts(loaded.warnings), IsEmpty());
  const auto& curve = access_of(loaded.config).curve;
  ASSERT_TRUE(curve.has_value());
  EXPECT_EQ(curve->server_public, server_public);
  EXPECT_EQ(curve->client_secret, client_secret);
  EXPECT_EQ(curve->client_public, client_public);
}

TEST_F(ConfigCurve, WhatChangesIsNamedWithoutTheSecret) {
  const std::string other_server = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
  const Config plain = load("").config;
  write("broker.secret", client_secret);
  const Config one = load(server_key_ + secret_file_).config;
  write("broker.secret", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6");
  const Config other = load("curve_server_key = " + other_server + "\n" + secret_file_).config;
  EXPECT_THAT(access_of(one).changes_since(access_of(one)), IsEmpty());
  EXPECT_THAT(
      access_of(one).changes_since(access_of(plain)),
      ElementsAre("its curve_server_key is " + server_public + ", was not set", "its curve_secret_file is set"));
  EXPECT_THAT(access_of(plain).changes_since(access_of(one)),
              ElementsAre("its curve_server_key is not set, was " + server_public,
                          "its curve_secret_file is not set any more"));
  EXPECT_THAT(access_of(other).changes_since(access_of(one)),
              ElementsAre("its curve_server_key is " + other_server + ", was " + server_public,
                          "the key in its curve_secret_file is another one"));
}

TEST_F(ConfigCurve, SystemdsCredentialWinsOverAFileOfThatName) {
  const host::TempFolder credentials;
  write("broker.secret", "no key");
  credentials.write("broker.secret", client_secret);
  std::filesystem::permissions(credentials.path() / "broker.secret", std::filesystem::perms::owner_read);
  ::setenv("CREDENTIALS_DIRECTORY", credentials.path().c_str(), 1);
  EXPECT_THAT(errors(server_key_ + secret_file_), IsEmpty());
}

TEST_F(ConfigCurve, OneKeyWithoutTheOtherIsAnError) {
  write("broker.secret", client_secret);
  EXPECT_THAT(errors(server_key_),
              ElementsAre("f:7: curve_server_key needs curve_secret_file beside it: the file with the broker's secret "
                          "key, which zmq-ami-broker --make-keys makes"));
  EXPECT_THAT(errors(secret_file_), ElementsAre("f:7: curve_secret_file needs curve_server_key beside it: the public "
                                                "key of the server's module"));
}

TEST_F(ConfigCurve, AWrongServerKeyIsAnError) {
  write("broker.secret", client_secret);
  const std::string rule =
      ": write the public key of the server's module, 40 characters; it is in the file NAME.public that "
      "zmq-ami-broker --make-keys NAME made for that server";
  for (const std::string& key : {std::string("abc"), std::string(), server_public + "0", "\"" + server_public.substr(1),
                                 "$$$$$" + server_public.substr(5)})
    EXPECT_THAT(errors("curve_server_key = " + key + "\n" + secret_file_),
                ElementsAre("f:7: curve_server_key = \"" + key + "\"" + rule));
}

TEST_F(ConfigCurve, AWrongSecretFileIsAnErrorThatDoesNotShowItsContents) {
  EXPECT_THAT(errors(server_key_ + secret_file_),
              ElementsAre("f:8: curve_secret_file: " + in_folder("broker.secret") +
                          " cannot be opened: No such file or directory; create it, or correct its name"));
  EXPECT_THAT(errors(server_key_ + "curve_secret_file =\n"),
              ElementsAre("f:8: curve_secret_file is empty: write the name of the file with the broker's secret key"));
  write("broker.secret", client_secret + "\n" + client_secret + "\n");
  EXPECT_THAT(errors(server_key_ + secret_file_),
              ElementsAre("f:8: curve_secret_file: " + in_folder("broker.secret") +
                          " has more than one line; leave the one with the secret"));
  for (const std::string& text : {client_secret.substr(1), client_secret + "0", "#####" + client_secret.substr(5)}) {
    write("broker.secret", text);
    EXPECT_THAT(errors(server_key_ + secret_file_),
                ElementsAre("f:8: curve_secret_file: " + in_folder("broker.secret") +
                            " holds no key, which is one line of 40 characters; name the file NAME.secret that "
                            "zmq-ami-broker --make-keys NAME made"));
  }
}

TEST_F(ConfigCurve, AllMistakesAreFoundAtOnce) {
  EXPECT_EQ(errors("curve_server_key = abc\n" + secret_file_).size(), 2U);
}

TEST_F(ConfigCurve, ASecretThatOthersMayReadIsAWarning) {
  write("broker.secret", client_secret, 0644);
  const LoadedConfig loaded = load(server_key_ + secret_file_);
  EXPECT_TRUE(loaded.ok());
  const std::string file = in_folder("broker.secret");
  EXPECT_THAT(texts(loaded.warnings), ElementsAre("f:8: curve_secret_file: other users can read or change " + file +
                                                  "; take that from them: chmod 0600 " + file));
}

}  // namespace
}  // namespace amibroker::app
