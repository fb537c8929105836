// SPDX-License-Identifier: Apache-2.0
#include "core/app/metrics.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <set>
#include <sstream>

#include "core/app/config.hpp"
#include "core/app/pages.hpp"

namespace amibroker::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A broker whose two servers are not there, and that has no plugin.
class MetricsTest : public ::testing::Test {
 protected:
  MetricsTest() {
    dispatcher.attach(servers);
    const Config config = parse_config(
                              "[servers]\nsections = a, b\"\\\n[a]\naddr = h\ncmd_port = 1\nevt_port = "
                              "2\n[b\"\\]\naddr = h\ncmd_port = 3\nevt_port = 4\n")
                              .config;
    for (const ServerSettings& server : config.servers) {
      const ServerId id = servers.add(server);
      plugins.add_server(id, {server.section, server.name, {}, {}, {}, "zmq"});
    }
    site.commands.add(
        {"status", control::Level::look, "", {}, [this](const control::Arguments&, const control::Done& done) {
           done(control::Json{{"health", health}});
         }});
    add_pages(site, servers, plugins);
    add_metrics(site,
                {[this](auto& families) { collect_core(servers, plugins, log, families); },
                 [this](auto& families) { collect_loop(loop, families); },
                 [](auto& families) {
                   families.push_back({"other", control::Family::Type::gauge, "More.", {{{}, 7.0}}});
                 }},
                loop, 0ms);
  }

  /// Status and text of a page.
  [[nodiscard]] std::pair<int, std::string> page(std::string_view name) const {
    std::pair<int, std::string> result;
    site.pages.find(name)->run(control::Arguments({}), [&](const control::Answer& answer) {
      const auto& text = std::get<control::Text>(answer);
      result = {text.status, text.write()};
    });
    return result;
  }

  base::EventLoop loop;
  dispatch::Dispatcher dispatcher{50ms};
  link::Servers servers{loop, dispatcher, 2};
  host::PluginHost plugins{loop, dispatcher, 1s, false};
  Logging log{Level::warning};
  std::string health = "well";
  control::Site site;
};

TEST_F(MetricsTest, AreInTheFormOfPrometheus) {
  const auto [status, text] = page("metrics");
  EXPECT_EQ(status, 200);
  const std::regex help("# HELP ([a-z_]+) [^ ].*\\."), type("# TYPE ([a-z_]+) (counter|gauge|histogram)"),
      figure("([a-z_]+)(\\{[a-z_]+=\"([^\"\\\\]|\\\\.)*\"(,[a-z_]+=\"([^\"\\\\]|\\\\.)*\")*\\})? [0-9.e+-]+");
  std::set<std::string> seen;
  std::string family, kind;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, help)) {
      family = parts[1];
      EXPECT_TRUE(seen.insert(family).second) << family << " comes twice";
    } else if (std::regex_match(line, parts, type)) {
      EXPECT_EQ(parts[1], family);
      kind = parts[2];
      EXPECT_EQ(family.ends_with("_total"), kind == "counter") << family;
    } else {
      ASSERT_TRUE(std::regex_match(line, parts, figure)) << line;
      EXPECT_TRUE(parts[1].str().starts_with(family)) << line;
      EXPECT_TRUE(kind == "histogram" || parts[1] == family) << line;
    }
  }
  EXPECT_GT(seen.size(), 15U);
}

TEST_F(MetricsTest, HaveEachServerByItsSection) {
  const std::string text = page("metrics").second;
  EXPECT_THAT(text, HasSubstr("\namibroker_server_up{server=\"a\"} 0\namibroker_server_up{server=\"b\\\"\\\\\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\namibroker_replies_total{server=\"a\",kind=\"late\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\namibroker_action_duration_seconds_bucket{server=\"a\",le=\"+Inf\"} 0\n"));
  servers.retire(0);
  EXPECT_EQ(page("metrics").second.find("server=\"a\""), std::string::npos) << "it is gone";
}

TEST(CollectConfig, SaysWhetherAndWhenItWasTaken) {
  const auto collect = [](bool is_in_force, std::chrono::seconds ago) {
    std::vector<control::Family> families;
    collect_config({std::chrono::steady_clock::now() - ago, is_in_force, "text"}, families);
    return std::pair(std::get<double>(families.at(0).samples.at(0).value),
                     std::get<double>(families.at(1).samples.at(0).value));
  };
  EXPECT_EQ(collect(true, 0s).first, 1.0);
  EXPECT_EQ(collect(false, 0s).first, 0.0);
  EXPECT_NEAR(collect(true, 0s).second - collect(true, 1000s).second, 1000.0, 20.0);
}

TEST_F(MetricsTest, HaveWhatOthersAdd) {
  EXPECT_THAT(page("metrics").second, HasSubstr("\n# TYPE other gauge\nother 7\n"));
  EXPECT_THAT(page("metrics").second, HasSubstr("\nprocess_open_fds "));
}

TEST_F(MetricsTest, AreCollectedNoMoreOftenThanTheirAgeHoweverManyAsk) {
  int collected = 0;
  control::Site other;
  add_metrics(other, {[&](auto& families) {
                families.push_back({"times", control::Family::Type::gauge, "T.", {{{}, double(++collected)}}});
              }},
              loop, 1h);
  for (int i = 0; i < 3; ++i)
    other.pages.find("metrics")->run(control::Arguments({}), [&](const control::Answer& answer) {
      EXPECT_THAT(std::get<control::Text>(answer).write(), HasSubstr("\ntimes 1\n"));
    });
  EXPECT_EQ(collected, 1);
}

TEST_F(MetricsTest, ABrokerWithoutAServerIsNotReady) {
  EXPECT_EQ(page("readyz"), std::pair(503, std::string("no server is up\n")));
}

TEST_F(MetricsTest, OnlyFailedIsAnErrorOfHealth) {
  EXPECT_EQ(page("healthz"), std::pair(200, std::string("{\"health\":\"well\"}\n")));
  health = "degraded";
  EXPECT_EQ(page("healthz").first, 200);
  health = "failed";
  EXPECT_EQ(page("healthz").first, 503);
}

}  // namespace
}  // namespace amibroker::app
