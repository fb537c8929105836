// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/examination.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/doctor/visit.hpp"
#include "core/link/native/access.hpp"

namespace amibroker::doctor {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Each has a session there for a moment.
constexpr std::size_t most_others = 100;
// What is missing is looked for in the patterns of the dialplan, too: so many names in so many contexts.
constexpr std::size_t most_patterns = 8;
constexpr std::size_t most_contexts = 4;

bool is_native(const link::ServerConfig& config) { return config.transport->name == "ami"; }

/// The address that the kernel would use; nothing is sent.
std::string own_address_to(const std::string& address) {
  asio::io_context io;
  error_code error;
  const auto there = asio::ip::make_address(address, error);
  if (error) return {};
  asio::ip::udp::socket socket(io);
  socket.connect({there, 9}, error);
  const auto own = error ? asio::ip::udp::endpoint() : socket.local_endpoint(error);
  return error ? std::string() : own.address().to_string();
}

/// The same server, as if its section said `tls = yes` and `tls_insecure = yes`.
link::ServerConfig over_tls(link::ServerConfig config) {
  auto access =
      std::make_shared<link::native::NativeAccess>(dynamic_cast<const link::native::NativeAccess&>(*config.access));
  access->tls = link::native::TlsAccess{.verify = false};
  config.access = std::move(access);
  return config;
}

/// Another server, of which only its name and its hints are asked.
struct Other {
  std::unique_ptr<Contact> contact;
  bool done = false;
};

class Examination {
 public:
  Examination(const Case& patient, const Limits& limits, link::Resolver::Lookup look_up)
      : case_(patient),
        limits_(limits),
        count_of_servers_(patient.others.size() + 2),
        resolver_(loop_, std::move(look_up)) {}

  Seen run(const std::stop_token& stop) {
    const std::stop_callback stopper(stop, [this] { loop_.stop(); });
    if (stop.stop_requested()) return {};
    loop_.after(limits_.whole, [this] { loop_.stop(); });
    loop_.post([this] { begin(); });
    loop_.run();
    note_way();
    return std::move(seen_);
  }

 private:
  link::Transport& transport_of(const link::ServerConfig& config) {
    auto& transport = transports_[config.transport];
    if (!transport) transport = config.transport->make(loop_, count_of_servers_);
    return *transport;
  }

  void begin() {
    const link::ServerConfig& config = case_.server.config;
    seen_.hints.here.section = config.section;
    contact_ = std::make_unique<Contact>(loop_, resolver_, transport_of(config), config, limits_,
                                         Contact::Callbacks{[this] { on_way(); },
                                                            [this](const Message& event) { visit_->take(event); },
                                                            {"DeviceStateChange", "UserEvent", "FullyBooted"}});
    visit_ = std::make_unique<Visit>(loop_, *contact_, limits_, seen_.inside, seen_.hints, [this] {
      visited_ = true;
      compare();
    });
    visit_others();
  }

  // --- The server itself ---------------------------------------------------------------------------------------

  void on_way() {
    if (contact_->stage() == Stage::ready) return contact_->over() ? visit_->end() : visit_->begin();
    if (!contact_->over()) return;
    if (contact_->loss() || contact_->stage() < Stage::connecting) return loop_.stop();
    // It is silent: why?
    if (!is_native(contact_->config())) return try_ports();
    const auto& access = dynamic_cast<const link::native::NativeAccess&>(*contact_->config().access);
    if (contact_->stage() == Stage::connected && !access.tls) return try_tls();
    loop_.stop();
  }

  void note_way() {
    if (!contact_) return;
    WaySeen& way = seen_.way;
    way.stage = contact_->stage();
    way.lost = contact_->loss().has_value();
    if (way.lost) way.loss = *contact_->loss();
    way.resolve_error = contact_->resolve_error();
    way.addresses = contact_->addresses();
    way.greeting = contact_->greeting();
    if (!way.addresses.empty()) way.own_address = own_address_to(way.addresses.front());
  }

  void try_tls() {
    Limits limits = limits_;
    limits.connect = limits.greeting = limits_.probe;
    const auto changed = [this] {
      seen_.way.speaks_tls = probe_->stage() >= Stage::greeted;
      if (!seen_.way.speaks_tls && !probe_->over()) return;
      probe_->close();  // it would log in
      loop_.stop();
    };
    probe_ = std::make_unique<Contact>(loop_, resolver_, transport_of(contact_->config()),
                                       over_tls(case_.server.config), limits, Contact::Callbacks{changed});
  }

  /// libzmq connects without a word if the other side accepts the connection and then stands still.
  void try_ports() {
    loop_.after(limits_.probe, [this] { loop_.stop(); });
    for (const auto& port : contact_->config().access->ports()) {
      error_code error;
      const auto address = asio::ip::make_address(contact_->addresses().front(), error);
      auto& socket = sockets_.emplace_back(loop_.io());
      socket.async_connect({address, port.number}, [this](const error_code& failed) {
        if (failed) return;
        loop_.woken();
        seen_.way.ports_are_open = ++open_ports_ == sockets_.size();
        if (seen_.way.ports_are_open) loop_.stop();
      });
    }
  }

  // --- The others ----------------------------------------------------------------------------------------------

  void visit_others() {
    const std::size_t count = std::min(case_.others.size(), most_others);
    others_.resize(count);
    for (const Member& member : case_.others)
      seen_.others.push_back({member.config.section, false, {}, member.shares_all});
    seen_.hints.others.resize(case_.others.size());
    for (std::size_t i = 0; i < count; ++i) {
      const link::ServerConfig& config = case_.others[i].config;
      seen_.hints.others[i].section = config.section;
      others_[i].contact = std::make_unique<Contact>(loop_, resolver_, transport_of(config), config, limits_,
                                                     Contact::Callbacks{[this, i] { on_other(i); }});
    }
    loop_.after(limits_.others, [this] {
      for (Other& other : others_) other.done = true;
      compare();
    });
  }

  void on_other(std::size_t number) {
    Contact& contact = *others_[number].contact;
    if (contact.over()) {
      others_[number].done = true;
      return compare();
    }
    if (contact.stage() != Stage::ready) return;
    contact.ask(Action("CoreSettings"), [this, number](std::span<const Message> messages) {
      if (!read_reply(messages).is(Reply::Kind::success)) return;
      seen_.others[number].asked = true;
      seen_.others[number].system_name = system_name_of(messages);
    });
    contact.ask(hint_list_action(), [this, number](std::span<const Message> messages) {
      take_hints(messages, seen_.hints.others[number].hints);
      others_[number].done = true;
      others_[number].contact->close();
      compare();
    });
  }

  // --- All together --------------------------------------------------------------------------------------------

  void compare() {
    const bool all = std::all_of(others_.begin(), others_.end(), [](const Other& other) { return other.done; });
    if (!visited_ || !all || std::exchange(compared_, true)) return;
    const auto missing = missing_hints(seen_.hints, case_.name_template, most_patterns);
    if (missing.empty() || contact_->over()) return loop_.stop();
    loop_.after(limits_.patterns, [this] { loop_.stop(); });
    for (const MissingHint& one : missing) ask_for_pattern(one);
  }

  /// A list does not show what a pattern such as _2XX makes; the question for one extension does.
  void ask_for_pattern(const MissingHint& missing) {
    std::set<std::string> contexts{missing.context};
    for (const Hint& hint : seen_.hints.here.hints)
      if (contexts.size() < most_contexts) contexts.insert(hint.context);
    for (const std::string& context : contexts) {
      Action action("ExtensionState");
      action.add("Exten", missing.extension).add("Context", context);
      std::string reason;
      if (!ami::may_be_sent(action, reason)) continue;
      contact_->ask(action, [this](std::span<const Message> messages) {
        take_hints(messages, seen_.hints.here.hints);
        if (contact_->all_answered()) loop_.stop();
      });
    }
    if (contact_->all_answered()) loop_.stop();
  }

  const Case& case_;
  Limits limits_;
  std::size_t count_of_servers_;
  Seen seen_;
  base::EventLoop loop_;
  link::Resolver resolver_;
  std::map<const link::TransportKind*, std::unique_ptr<link::Transport>> transports_;
  std::vector<asio::ip::tcp::socket> sockets_;
  std::size_t open_ports_ = 0;
  std::vector<Other> others_;
  std::unique_ptr<Contact> contact_;
  std::unique_ptr<Contact> probe_;
  std::unique_ptr<Visit> visit_;
  bool visited_ = false;
  bool compared_ = false;
};

}  // namespace

Seen examine(const Case& patient, const Limits& limits, const std::stop_token& stop, link::Resolver::Lookup look_up) {
  return Examination(patient, limits, std::move(look_up)).run(stop);
}

}  // namespace amibroker::doctor
