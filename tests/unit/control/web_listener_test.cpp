// SPDX-License-Identifier: Apache-2.0
#include "core/control/web_listener.hpp"

#include <gmock/gmock.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "tests/simulator/certificates.hpp"
#include "tests/unit/control/service_fixture.hpp"

namespace amibroker::control {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using ::testing::HasSubstr;

class WebListenerTest : public ServiceTest {
 protected:
  [[nodiscard]] std::shared_ptr<asio::ssl::context> tls() {
    const auto made = authority.issue("localhost");
    return make_tls(folder.write("web.crt", made.certificate).string(), folder.write("web.key", made.key).string());
  }
  sim::CertificateAuthority authority;
};

TEST_F(WebListenerTest, AnswersWhatLooksAndChangesNothing) {
  start();
  Client client = web();
  EXPECT_EQ(client.get("/v1/echo?text=a").json(), (Json{{"text", "a"}}));
  EXPECT_EQ(client.get("/page").body, "a page\n");
  EXPECT_EQ(client.post("/v1/set", "{}").status, 403);
  EXPECT_EQ(client.get("/v1/set").status, 405);
  EXPECT_EQ(changes, 0);
}

TEST_F(WebListenerTest, ServesTheBoardAndNothingBeside) {
  host::TempFolder board;
  board.write("index.html", "<p>board</p>");
  board.write("main.js", "x");
  site.files = Files(board.path());
  start();
  Client client = web();
  const Reply page = client.get("/");
  EXPECT_EQ(page.body, "<p>board</p>");
  EXPECT_THAT(page.head, HasSubstr("Content-Type: text/html"));
  EXPECT_THAT(page.head, HasSubstr("default-src 'self'"));
  EXPECT_EQ(client.get("/main.js?v=1").body, "x");
  for (const auto* const target : {"/main.js/", "/../index.html", "/..%2findex.html", "//main.js", "/main.js%00", "/.",
                                   "/index.htm", "http://localhost/main.js"})
    EXPECT_EQ(client.get(target).status, 404) << target;
}

TEST_F(WebListenerTest, LooksAtHostAndOrigin) {
  start();
  Client client = web();
  EXPECT_EQ(client.get("/v1", "Host: evil.example\r\n").error(), "wrong_host");
  EXPECT_EQ(client.get("/page", "").error(), "wrong_host");
  EXPECT_EQ(client.get("/v1", "Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n").error(), "other_origin");
  EXPECT_EQ(client.get("/v1", "Host: 127.0.0.1:1\r\nOrigin: http://127.0.0.1:1\r\n").status, 200);
}

TEST_F(WebListenerTest, AsksForTheToken) {
  WebListener::Settings settings;
  settings.token = "correct-horse-battery";
  start(std::move(settings));
  Client client = web();
  const Reply refused = client.get("/v1");
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.head, HasSubstr("WWW-Authenticate: Bearer"));
  EXPECT_EQ(client.get("/livez").status, 200);
  EXPECT_EQ(client.get("/v1", "Host: localhost\r\nAuthorization: Bearer correct-horse-battery\r\n").status, 200);
  const Reply sent_on = client.get("/?token=correct-horse-battery");
  EXPECT_EQ(sent_on.status, 303);
  EXPECT_THAT(sent_on.head, HasSubstr("Location: /\r\n"));
  const std::size_t begin = sent_on.head.find("Set-Cookie: ") + 12;
  const std::string cookie = sent_on.head.substr(begin, sent_on.head.find(';', begin) - begin);
  EXPECT_EQ(client.get("/v1", "Host: localhost\r\nCookie: " + cookie + "\r\n").status, 200);
  EXPECT_EQ(cookie.find("correct"), std::string::npos) << "the token itself is nowhere kept";
}

TEST_F(WebListenerTest, SpeaksTls) {
  WebListener::Settings settings;
  settings.tls = tls();
  start(std::move(settings));
  asio::io_context io;
  asio::ssl::context trust(asio::ssl::context::tls_client);
  const std::string root = authority.certificate();
  trust.add_certificate_authority(asio::buffer(root));
  trust.set_verify_mode(asio::ssl::verify_peer);
  trust.set_verify_callback(asio::ssl::rfc2818_verification("localhost"));
  asio::ssl::stream<asio::ip::tcp::socket> stream(io, trust);
  stream.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
  stream.handshake(asio::ssl::stream_base::client);
  asio::write(stream,
              asio::buffer(std::string("GET /v1/big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")));
  std::string answer;
  boost::system::error_code error;
  asio::read(stream, asio::dynamic_buffer(answer), error);
  EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 200 OK"));
  EXPECT_GT(answer.size(), 400'000U);
}

TEST_F(WebListenerTest, WhoSpeaksNoTlsIsCutOff) {
  patience.busy = 50ms;
  WebListener::Settings settings;
  settings.tls = tls();
  start(std::move(settings));
  Client plain = web();
  EXPECT_EQ(plain.get("/v1").status, 0);
  Client silent = web();
  EXPECT_TRUE(silent.is_closed());
}

TEST_F(WebListenerTest, APortThatIsTakenIsAnError) {
  start();
  Service other(loop, site);
  try {
    other.open(WebListener::Settings{{asio::ip::address_v4::loopback(), port}, {}, {}, nullptr});
    FAIL() << "two listen on one port";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the web listener 127.0.0.1:" + std::to_string(port) + " cannot be opened"));
  }
}

TEST_F(WebListenerTest, ClientsThatDoNothingKeepNobodyOut) {
  start();
  std::vector<Client> idle;
  for (std::size_t i = 0; i < 2 * WebListener::most_sessions; ++i) idle.push_back(web());
  EXPECT_EQ(web().get("/v1/echo?text=a").status, 200);
  EXPECT_EQ(local().get("/v1/echo?text=a").status, 200) << "and never those of the other socket";
}

TEST(MakeTls, SaysWhatIsWrong) {
  host::TempFolder folder;
  const auto wrong = [&](const std::string& certificate, const std::string& key) -> std::string {
    try {
      static_cast<void>(make_tls(certificate, key));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  };
  sim::CertificateAuthority authority;
  const auto one = authority.issue("a"), other = authority.issue("b");
  const std::string certificate = folder.write("a.crt", one.certificate).string();
  EXPECT_EQ(wrong(certificate, folder.write("a.key", one.key).string()), "");
  EXPECT_THAT(wrong(certificate, folder.write("b.key", other.key).string()), HasSubstr("is not the key of"));
  EXPECT_THAT(wrong(folder.write("x.crt", "x").string(), "x"), HasSubstr("is no certificate in PEM form"));
  EXPECT_THAT(wrong("/nowhere", "x"), HasSubstr("/nowhere"));
}

}  // namespace
}  // namespace amibroker::control
