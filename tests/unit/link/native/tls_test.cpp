// SPDX-License-Identifier: Apache-2.0
//
// Which certificates a session trusts, and what it costs to find out.
#include <gmock/gmock.h>
#include <unistd.h>

#include <boost/asio/ssl.hpp>
#include <filesystem>
#include <fstream>

#include "tests/simulator/certificates.hpp"
#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/native/ami_peer.hpp"
#include "tests/unit/link/wire_log.hpp"

namespace amibroker::link::native {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::HasSubstr;

/// A manager interface that greets after the handshake, and writes down what it hears.
class TlsPeer {
 public:
  TlsPeer(base::EventLoop& loop, const std::string& address, const sim::CertificateText& certificate)
      : acceptor_(loop.io(), tcp::endpoint(asio::ip::make_address(address), 0)) {
    context_.use_certificate_chain(asio::buffer(certificate.certificate));
    context_.use_private_key(asio::buffer(certificate.key), asio::ssl::context::pem);
    accept();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string heard;
  bool refuses = false;  ///< closes instead of a handshake
  int accepted = 0;

 private:
  struct Session {
    Session(tcp::socket&& socket, asio::ssl::context& context) : stream(std::move(socket), context) {}
    asio::ssl::stream<tcp::socket> stream;
    std::array<char, 4096> input{};
  };
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      ++accepted;
      accept();
      if (refuses) return;
      auto session = sessions_.emplace_back(std::make_shared<Session>(std::move(socket), context_));
      session->stream.async_handshake(asio::ssl::stream_base::server,
                                      [this, session](const boost::system::error_code& failed) {
                                        if (!failed) greet(session);
                                      });
    });
  }
  void greet(const std::shared_ptr<Session>& session) {
    asio::async_write(session->stream, asio::buffer("Asterisk Call Manager/11.0.0\r\n", 30),
                      [this, session](const boost::system::error_code& error, std::size_t) {
                        if (error) return;
                        session->stream.async_read_some(
                            asio::buffer(session->input),
                            [this, session](const boost::system::error_code&, std::size_t bytes) {
                              heard.append(session->input.data(), bytes);
                            });
                      });
  }
  tcp::acceptor acceptor_;
  asio::ssl::context context_{asio::ssl::context::tls_server};
  std::vector<std::shared_ptr<Session>> sessions_;  // so that none ends before the test does
};

class NativeTls : public base::LoopTest {
 protected:
  NativeTls() { write_authority(authority); }
  ~NativeTls() override {
    drop();
    std::filesystem::remove(ca_file);
  }
  void write_authority(const sim::CertificateAuthority& trusted) { write(trusted.certificate()); }
  void write(const std::string& text) { std::ofstream(ca_file, std::ios::trunc) << text; }

  ServerConfig config(std::uint16_t port, const std::string& addr) const {
    auto access = std::make_shared<NativeAccess>();
    access->port = port;
    access->username = "broker";
    access->secret = "s3cret";
    access->tls = TlsAccess{.verify = true, .ca_file = ca_file};
    return {.section = "s", .name = "s", .addr = addr, .access = std::move(access)};
  }
  void drop() {
    for (auto& wire : wires) wire->close();
    wires.clear();
  }
  /// How an attempt ends: empty if the session begins, else why it does not.
  Loss try_once(TlsPeer& peer, const std::string& addr, const std::string& address) {
    drop();
    log = {};
    peer.heard.clear();
    wires.push_back(transport.connect(config(peer.port(), addr), address, {.all = true}, log));
    EXPECT_TRUE(run_until([&] { return !peer.heard.empty() || log.count("lost") == 1; }));
    return log.losses.empty() ? Loss{} : log.losses.front();
  }
  [[nodiscard]] std::size_t made() const { return transport.contexts().made(); }

  sim::CertificateAuthority authority;
  std::string ca_file = ::testing::TempDir() + "native-ca-" + std::to_string(::getpid()) + ".pem";
  NativeTransport transport{loop};
  WireLog log;
  std::vector<std::unique_ptr<Wire>> wires;
};

// --- Whose certificate it is ----------------------------------------------------------------------------------

TEST_F(NativeTls, ACertificateForAnotherNameIsRefusedWhateverFormTheAddressHas) {
  TlsPeer other(loop, "::1", authority.issue("pbx.example.org"));
  for (const char* addr : {"::1", "::1%1", "::1%lo", "0:0::1", "other.example.org", "example.org"}) {
    const Loss loss = try_once(other, addr, "::1");
    EXPECT_EQ(loss.kind, Loss::Kind::refusal) << addr;
    EXPECT_THAT(loss.why, HasSubstr("its certificate is not for '")) << addr;
    EXPECT_EQ(other.heard, "") << addr;
    EXPECT_EQ(log.count("connected"), 1U);
  }
  EXPECT_EQ(try_once(other, "pbx.example.org", "::1").why, "");
  EXPECT_EQ(try_once(other, "pbx.example.org.", "::1").why, "");
  TlsPeer right(loop, "::1", authority.issue("::1"));
  for (const char* addr : {"::1", "::1%1", "::1%lo", "0:0::1"}) EXPECT_EQ(try_once(right, addr, "::1").why, "") << addr;
  EXPECT_EQ(try_once(right, "::1%1", "::1%1").why, "");
}

TEST_F(NativeTls, ACertificateThatCannotBeCheckedIsRefused) {
  TlsPeer peer(loop, "127.0.0.1", authority.issue("127.0.0.1"));
  for (const std::string& addr : {std::string(), std::string(300, 'a')}) {
    const Loss loss = try_once(peer, addr, "127.0.0.1");
    EXPECT_EQ(loss.kind, Loss::Kind::refusal) << addr;
    EXPECT_THAT(loss.why, HasSubstr("its certificate cannot be checked for '")) << addr;
    EXPECT_EQ(peer.heard, "");
  }
}

TEST_F(NativeTls, AStrangersCertificateIsRefused) {
  const sim::CertificateAuthority stranger("Other CA");
  TlsPeer peer(loop, "127.0.0.1", stranger.issue("127.0.0.1"));
  const Loss loss = try_once(peer, "127.0.0.1", "127.0.0.1");
  EXPECT_EQ(loss.kind, Loss::Kind::refusal);
  EXPECT_THAT(loss.why, HasSubstr("its certificate is not trusted"));
  EXPECT_THAT(loss.remedy, HasSubstr("ca_file"));
}

// --- What the authorities cost --------------------------------------------------------------------------------

TEST_F(NativeTls, AuthoritiesAreReadOnceForAllServersAndAttempts) {
  TlsPeer peer(loop, "127.0.0.1", authority.issue("127.0.0.1"));
  peer.refuses = true;
  for (int attempt = 1; attempt <= 5; ++attempt) {
    for (int server = 0; server < 20; ++server)
      wires.push_back(transport.connect(config(peer.port(), "127.0.0.1"), "127.0.0.1", {.all = true}, log));
    ASSERT_TRUE(run_until([&] { return log.count("lost") == 20U * static_cast<unsigned>(attempt); }));
  }
  EXPECT_EQ(peer.accepted, 100);
  EXPECT_EQ(made(), 1U);
}

TEST_F(NativeTls, AuthoritiesAreNotReadForAServerThatIsNotThere) {
  std::uint16_t port = 0;
  {
    const TlsPeer gone(loop, "127.0.0.1", authority.issue("127.0.0.1"));
    port = gone.port();
  }
  wires.push_back(transport.connect(config(port, "127.0.0.1"), "127.0.0.1", {.all = true}, log));
  ASSERT_TRUE(run_until([&] { return log.count("lost") == 1; }));
  EXPECT_EQ(made(), 0U);
}

TEST_F(NativeTls, AFileThatChangesBreaksOrIsMendedIsNoticedWithTheNextAttempt) {
  const sim::CertificateAuthority second("Second CA");
  TlsPeer peer(loop, "127.0.0.1", second.issue("127.0.0.1"));
  EXPECT_THAT(try_once(peer, "127.0.0.1", "127.0.0.1").why, HasSubstr("not trusted"));
  write_authority(second);
  EXPECT_EQ(try_once(peer, "127.0.0.1", "127.0.0.1").why, "");
  write("nonsense");
  const Loss broken = try_once(peer, "127.0.0.1", "127.0.0.1");
  EXPECT_EQ(broken.kind, Loss::Kind::refusal);
  EXPECT_THAT(broken.why, HasSubstr("ca_file = " + ca_file + " cannot be read ("));
  EXPECT_EQ(peer.heard, "");
  std::filesystem::remove(ca_file);
  EXPECT_THAT(try_once(peer, "127.0.0.1", "127.0.0.1").why, HasSubstr("can be read"));
  write_authority(second);
  EXPECT_EQ(try_once(peer, "127.0.0.1", "127.0.0.1").why, "");
  EXPECT_EQ(made(), 5U);
}

TEST_F(NativeTls, AFileThatStaysBrokenIsReadAgainOnlyNowAndThen) {
  write("nonsense");
  TlsContexts contexts;
  const TlsAccess access{.verify = true, .ca_file = ca_file};
  const std::chrono::steady_clock::time_point begin{};
  for (int i = 0; i < 100; ++i) EXPECT_THROW((void)contexts.get(access, begin), TlsError);
  EXPECT_EQ(contexts.made(), 1U);
  EXPECT_THROW((void)contexts.get(access, begin + TlsContexts::failure_kept), TlsError);
  EXPECT_EQ(contexts.made(), 2U);
}

TEST_F(NativeTls, TheSystemsStoreIsReadAgainWhenItChanges) {
  const std::filesystem::path folder = ca_file + ".d";
  std::filesystem::create_directory(folder);
  ::setenv("SSL_CERT_FILE", ca_file.c_str(), 1);
  ::setenv("SSL_CERT_DIR", ("/no/such/folder:" + folder.string()).c_str(), 1);
  TlsContexts contexts;
  const auto first = contexts.get({}, {});
  EXPECT_EQ(contexts.get({}, {}), first);
  std::ofstream(folder / "new.pem") << authority.certificate();
  const auto second = contexts.get({}, {});
  EXPECT_NE(second, first);
  write(authority.certificate() + sim::CertificateAuthority("More").certificate());
  EXPECT_NE(contexts.get({}, {}), second);
  EXPECT_EQ(contexts.made(), 3U);
  ::unsetenv("SSL_CERT_FILE"), ::unsetenv("SSL_CERT_DIR");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace amibroker::link::native
