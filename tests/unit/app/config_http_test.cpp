// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "core/app/config.hpp"
#include "core/app/config_diff.hpp"
#include "tests/simulator/certificates.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConfigHttp : public ::testing::Test {
 protected:
  [[nodiscard]] LoadedConfig load(const std::string& keys) const {
    return parse_config("[http]\n" + keys + "[servers]\nsections = a\n[a]\naddr = h\ncmd_port = 1\nevt_port = 2\n",
                        folder.path().string());
  }
  /// The one mistake, with its line.
  [[nodiscard]] std::string wrong(const std::string& keys) const {
    const LoadedConfig loaded = load(keys);
    if (loaded.errors.size() != 1) return std::to_string(loaded.errors.size()) + " mistakes";
    return std::to_string(loaded.errors.front().line) + ": " + loaded.errors.front().text;
  }
  void write_secrets() const {
    const sim::CertificateAuthority authority;
    const auto made = authority.issue("broker.example");
    sim::write_pem((folder.path() / "web.crt").string(), made.certificate);
    sim::write_pem((folder.path() / "web.key").string(), made.key);
    sim::write_pem((folder.path() / "web.token").string(), "0123456789abcdef\n");
  }
  host::TempFolder folder;
};

TEST_F(ConfigHttp, IsOffByDefault) { EXPECT_EQ(load("").config.http.port, 0); }

TEST_F(ConfigHttp, ListensAtAnAddressOfThisMachine) {
  const HttpSettings http = load("listen = 127.0.0.1:9477\nallow_hosts = Broker, pbx.example.org\n").config.http;
  EXPECT_EQ(http.address, "127.0.0.1");
  EXPECT_EQ(http.port, 9477);
  EXPECT_THAT(http.allow_hosts, ElementsAre("broker", "pbx.example.org"));
  EXPECT_EQ(load("listen = [::1]:80\n").config.http.address, "::1");
  EXPECT_EQ(load("listen = localhost:80\n").config.http.address, "127.0.0.1");
}

TEST_F(ConfigHttp, NamesWhatIsNoAddressAndPort) {
  for (const auto* const value : {"9477", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x",
                                  "broker:80", "::1:80", "[::1]", ":80", "127.0.0.1:80:80"})
    EXPECT_THAT(wrong("listen = " + std::string(value) + "\n"), HasSubstr("2: listen = ")) << value;
  EXPECT_THAT(wrong("lisen = 127.0.0.1:1\n"), HasSubstr("listen"));
  EXPECT_THAT(wrong("allow_hosts = a b\n"), HasSubstr("2: allow_hosts"));
}

TEST_F(ConfigHttp, AnAddressThatOthersReachNeedsTlsAndAToken) {
  EXPECT_THAT(wrong("listen = 0.0.0.0:9477\n"), HasSubstr("2: listen: others can reach this address"));
  EXPECT_THAT(wrong("listen = [::]:9477\n"), HasSubstr("missing: tls_certificate, tls_key, token_file"));
  write_secrets();
  const std::string tls = "tls_certificate = web.crt\ntls_key = web.key\n";
  EXPECT_THAT(wrong(tls + "listen = 192.0.2.1:9477\n"), HasSubstr("4: listen: others can reach this address"));
  EXPECT_THAT(wrong("token_file = web.token\nlisten = 192.0.2.1:9477\n"),
              HasSubstr("missing: tls_certificate, tls_key"));
  const LoadedConfig right = load(tls + "token_file = web.token\nlisten = 192.0.2.1:9477\n");
  EXPECT_THAT(right.errors, IsEmpty());
  EXPECT_EQ(right.config.http.token, "0123456789abcdef");
  EXPECT_EQ(right.config.http.tls_key, (folder.path() / "web.key").string());
}

TEST_F(ConfigHttp, ItsFilesAreReadAndChecked) {
  write_secrets();
  sim::write_pem((folder.path() / "short.token").string(), "abc\n");
  EXPECT_THAT(wrong("token_file = nowhere\n"), HasSubstr("2: token_file: "));
  EXPECT_THAT(wrong("token_file = short.token\n"), HasSubstr("it can be guessed"));
  EXPECT_THAT(wrong("tls_certificate = web.crt\n"), HasSubstr("2: tls_certificate and tls_key belong together"));
  EXPECT_THAT(wrong("tls_certificate = web.key\ntls_key = web.key\n"), HasSubstr("3: TLS cannot be used: "));
  EXPECT_THAT(wrong("tls_certificate = web.crt\ntls_key = web.crt\n"), HasSubstr("is not the key of"));
}

TEST_F(ConfigHttp, AChangeIsNamedAndNoSecretShown) {
  write_secrets();
  const Config before = load("token_file = web.token\n").config;
  EXPECT_THAT(difference(before, before).lines(), IsEmpty());
  EXPECT_THAT(difference(before, load("").config).lines(),
              ElementsAre("[http] is different: that takes effect at the next start"));
}

}  // namespace
}  // namespace amibroker::app
