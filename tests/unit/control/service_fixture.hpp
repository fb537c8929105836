// SPDX-License-Identifier: Apache-2.0
//
// The thread that answers, with a loop on a thread of its own, and a few commands.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/control/pulse.hpp"
#include "core/control/service.hpp"
#include "tests/unit/control/client.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::control {

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    site.commands.add({"echo",
                       Level::look,
                       "says it again",
                       {{"text", ArgumentSpec::Type::text, true, "a text"}},
                       [](const Arguments& given, const Done& done) {
                         done(Json{{"text", *given.text("text")}});
                       }});
    site.commands.add({"big", Level::look, "says much", {}, [](const Arguments&, const Done& done) {
                         done(Json{{"text", std::string(std::size_t{400'000}, 'x')}});
                       }});
    site.commands.add(
        {"later", Level::look, "says nothing until the test lets it", {}, [this](const Arguments&, Done done) {
           kept.push_back(std::move(done));
           ++asked;
           asked.notify_all();
         }});
    site.commands.add({"set",
                       Level::change,
                       "changes something",
                       {{"text", ArgumentSpec::Type::text, false, "a text"}},
                       [this](const Arguments&, const Done& done) {
                         ++changes;
                         done(Json::object());
                       }});
    site.pages.add({"page", Level::look, "a page", {}, [](const Arguments&, const Done& done) {
                      done(Text{503, "text/plain", [] { return std::string("a page\n"); }});
                    }});
    site.loop_age = [this] { return pulse.age(now); };
  }
  ~ServiceTest() override { stop(); }

  /// Opens both sockets, and runs the loop on a thread.
  void start(WebListener::Settings web = {}) {
    if (web.endpoint.port() == 0) web.endpoint = {boost::asio::ip::address_v4::loopback(), 0};
    service = std::make_unique<Service>(loop, site, patience, pace);
    service->open(ControlSocket::Settings{path(), {}});
    service->open(std::move(web));
    port = service->web()->endpoint().port();
    service->start();
    thread = std::thread([this] { loop.run(); });
  }
  /// Ends all; what is asked meanwhile is dropped.
  void stop() {
    if (!thread.joinable()) return;
    on_loop([this] { service.reset(); });
    loop.stop();
    thread.join();
  }
  /// Runs it on the loop's thread, and waits for that.
  void on_loop(const std::function<void()>& task) {
    std::promise<void> done;
    loop.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  /// Waits until the command `later` was given so many times.
  void wait_for_later(int times) {
    for (int now_asked = asked; now_asked < times; now_asked = asked) asked.wait(now_asked);
  }
  [[nodiscard]] std::filesystem::path path() const { return folder.path() / "control.sock"; }
  [[nodiscard]] Client local() const { return Client(path()); }
  [[nodiscard]] Client web() const { return Client(port); }

  host::TempFolder folder;
  base::EventLoop loop;
  Pulse pulse{loop};
  std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
  Session::Patience patience{};
  FeedReaders::Pace pace{};
  Site site;
  std::vector<Done> kept;  // loop's thread
  std::atomic<int> asked = 0;
  std::atomic<int> changes = 0;
  std::unique_ptr<Service> service;
  std::uint16_t port = 0;
  std::thread thread;
};

}  // namespace amibroker::control
