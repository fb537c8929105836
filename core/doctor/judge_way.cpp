// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "core/base/printable.hpp"
#include "core/doctor/judge.hpp"
#include "core/link/native/access.hpp"
#include "core/link/native/login.hpp"
#include "core/link/zmq/access.hpp"

namespace amibroker::doctor {
namespace {

constexpr std::size_t longest_text = 200;

std::string in_section(const Case& patient) { return "[" + patient.server.config.section + "]"; }

/// What both kinds of transport share.
class Way {
 public:
  Way(const Case& patient, const WaySeen& seen, std::vector<Finding>& findings)
      : patient_(patient), config_(patient.server.config), seen_(seen), findings_(findings) {}
  virtual ~Way() = default;
  Way(const Way&) = delete;
  Way& operator=(const Way&) = delete;

  bool judge() { return name() && reached(); }

 protected:
  /// The part after the look-up. True if the server let us in.
  virtual bool reached() = 0;

  void ok(std::string_view check, std::string text) { findings_.push_back({check, Result::ok, std::move(text)}); }
  /// False, as the end of what can be seen.
  bool wrong(std::string_view check, std::string text, std::string remedy) {
    findings_.push_back({check, Result::wrong, std::move(text), std::move(remedy)});
    return false;
  }
  bool unknown(std::string_view check, std::string text, std::string remedy) {
    findings_.push_back({check, Result::unknown, std::move(text), std::move(remedy)});
    return false;
  }
  [[nodiscard]] std::string place() const { return config_.addr + " (" + config_.access->place() + ")"; }
  bool frozen(std::string text) {
    return wrong("answers", std::move(text),
                 "Asterisk there stands still: look at its console (asterisk -rvvv); if that does not answer either, "
                 "see what its machine does (top, dmesg, a full disk), then systemctl restart asterisk");
  }

  const Case& patient_;
  const link::ServerConfig& config_;
  const WaySeen& seen_;

 private:
  bool name() {
    if (seen_.stage == Stage::resolving) {
      const std::string why = seen_.resolve_error.empty()
                                  ? "its name '" + config_.addr + "' is still being looked up: no name server answers"
                                  : seen_.resolve_error;
      return wrong("name", why,
                   "See what `getent ahosts " + config_.addr + "` says on this machine; correct addr in " +
                       in_section(patient_) + ", or write a number there: addr = 192.0.2.11");
    }
    std::string addresses;
    for (const std::string& address : seen_.addresses) addresses += (addresses.empty() ? "" : ", ") + address;
    ok("name", config_.addr == addresses ? "addr = " + addresses + " is a number, so nothing is looked up"
                                         : config_.addr + " is " + base::printable(addresses, longest_text));
    return true;
  }

  std::vector<Finding>& findings_;
};

class NativeWay final : public Way {
 public:
  NativeWay(const Case& patient, const WaySeen& seen, std::vector<Finding>& findings)
      : Way(patient, seen, findings),
        access_(dynamic_cast<const link::native::NativeAccess&>(*patient.server.config.access)) {}

 private:
  bool reached() override {
    if (seen_.stage == Stage::connecting) return no_connection();
    ok("port", "a connection to " + config_.addr + " port " + std::to_string(access_.port) + " is accepted");
    if (!is_encrypted_as_wanted()) return false;
    if (seen_.stage == Stage::connected) return silent();
    const std::string greeting = base::printable(seen_.greeting, longest_text);
    if (!link::native::is_ami_banner(seen_.greeting))
      return wrong("protocol", "what answers there is no manager interface: it says '" + greeting + "'",
                   "Write into " + in_section(patient_) + " the port that manager.conf there names: port = 5038");
    ok("protocol", "it says '" + greeting + "'");
    return is_in();
  }

  bool no_connection() {
    const std::string port = std::to_string(access_.port);
    const std::string there = access_.tls ? "tlsenable = yes and tlsbindaddr = 0.0.0.0:" + port
                                          : "enabled = yes, port = " + port + " and bindaddr = 0.0.0.0";
    const std::string remedy = "See that Asterisk runs, that manager.conf there says " + there +
                               " in [general] (after a change: asterisk -rx 'manager reload'; asterisk -rx 'manager "
                               "show settings' shows what is in force), or write its port into " +
                               in_section(patient_) + ": port = ...";
    if (seen_.lost) return wrong("port", place() + ": " + seen_.loss.why, remedy);
    return wrong("port",
                 "nothing answers at " + place() +
                     ", neither yes nor no: the machine is off, or a firewall "
                     "drops what is sent to it",
                 "See that ping and a firewall let this machine through to TCP port " + port + ". " + remedy);
  }

  bool is_encrypted_as_wanted() {
    if (seen_.speaks_tls)
      return wrong(
          "encryption",
          "it speaks TLS on port " + std::to_string(access_.port) + ", and " + in_section(patient_) + " says tls = no",
          "Write tls = yes into " + in_section(patient_) +
              " (and ca_file = ..., if no authority that this "
              "machine trusts signed its certificate), or the port without TLS: port = 5038");
    if (seen_.stage == Stage::connected && seen_.lost && seen_.loss.encrypting)
      return wrong(
          "encryption", seen_.loss.why,
          seen_.loss.remedy.empty()
              ? "See that port = " + std::to_string(access_.port) +
                    " is that of tlsbindaddr in its "
                    "manager.conf, and that tlscertfile and tlsprivatekey there are right"
              : seen_.loss.remedy + "; in " + in_section(patient_) + " the port is " + std::to_string(access_.port));
    if (seen_.stage == Stage::connected && access_.tls) return true;  // it is not known; what follows says why
    ok("encryption", !access_.tls          ? "none, as tls = no says"
                     : access_.tls->verify ? "TLS, and its certificate is good"
                                           : "TLS, and tls_insecure = yes: its certificate is not looked at");
    return true;
  }

  /// It accepted the connection and did not say a word.
  bool silent() {
    if (!seen_.lost)
      return frozen("it accepts the connection, but says nothing, not even over TLS: Asterisk stands still");
    return wrong("login",
                 "it " + without_it(seen_.loss.why) +
                     " before it said a word: so many sessions wait there "
                     "for their login that authlimit is reached",
                 "See who connects without a login: asterisk -rx 'manager show connected', ss -tn sport = :" +
                     std::to_string(access_.port) +
                     "; or allow more in [general] of manager.conf there: authlimit = 100, then asterisk -rx 'manager "
                     "reload'");
  }

  static std::string without_it(const std::string& why) { return why.starts_with("it ") ? why.substr(3) : why; }

  bool is_in() {
    if (seen_.stage == Stage::ready) {
      ok("login", "as '" + access_.username + "'");
      return true;
    }
    if (!seen_.lost) return frozen("it greets, but does not answer the login: Asterisk stands still");
    if (seen_.loss.why.find("Login Already In Use") != std::string::npos) return in_use();
    if (seen_.loss.why.find("Authentication failed") == std::string::npos)
      return wrong("login", seen_.loss.why,
                   seen_.loss.remedy.empty() ? "See what the log of Asterisk says of it (/var/log/asterisk/messages)"
                                             : seen_.loss.remedy);
    const std::string account = "[" + access_.username + "]";
    return wrong(
        "login",
        seen_.loss.why +
            ". Asterisk does not say which it is: the name, the secret, or the permit list. This machine "
            "comes from " +
            seen_.own_address,
        "In manager.conf there, " + account + ": the secret must be that of " + in_section(patient_) +
            " here (secret or secret_file), and the permit list must hold `permit = " + permit_line() +
            "`; then asterisk -rx 'manager reload'. The log of that Asterisk says which: `nonexistent user` is the "
            "name, `failed to authenticate` the secret, `failed to pass IP ACL` the permit list");
  }

  bool in_use() {
    const std::string remedy =
        "Write allowmultiplelogin = yes into [general] of manager.conf there (and none that "
        "says no into [" +
        access_.username + "]), then asterisk -rx 'manager reload'; or give the broker an account of its own";
    if (!patient_.held) return wrong("login", seen_.loss.why + ": another program uses this account", remedy);
    return unknown("login", seen_.loss.why + ": the broker itself is logged in, so there is no room for the doctor",
                   remedy);
  }

  [[nodiscard]] std::string permit_line() const {
    const bool v6 = seen_.own_address.find(':') != std::string::npos;
    return seen_.own_address + (v6 ? "/128" : "/255.255.255.255");
  }

  const link::native::NativeAccess& access_;
};

class ZmqWay final : public Way {
 public:
  using Way::Way;

 private:
  bool reached() override {
    const auto& access = dynamic_cast<const link::zeromq::ZmqAccess&>(*config_.access);
    if (seen_.stage != Stage::ready && seen_.lost) {
      if (seen_.loss.remedy.empty())
        return wrong("port", place() + ": " + seen_.loss.why,
                     config_.access->advice() + "; or correct cmd_port and evt_port in " + in_section(patient_) +
                         ". If it says 127.0.0.1, other machines cannot reach it: addr_cmd and addr_evt in its "
                         "zmq_manager.conf");
      return wrong("encryption", seen_.loss.why, seen_.loss.remedy);
    }
    if (seen_.stage != Stage::ready && seen_.ports_are_open)
      return frozen("it accepts connections at " + place() + ", but no ZeroMQ answers: Asterisk stands still");
    if (seen_.stage != Stage::ready)
      return wrong("port",
                   "nothing answers at " + place() +
                       ": the machine is off, or a firewall drops what is sent "
                       "to it",
                   "See that ping and a firewall let this machine through to both ports. " + config_.access->advice());
    ok("port", "both ports accept connections (" + access.place() + ")");
    ok("encryption", access.curve ? "CURVE, and each side has the other's key" : "none: no CURVE keys are set");
    ok("login", "the module has none: whoever reaches its ports may do everything" +
                    std::string(access.curve ? " with a listed key" : ""));
    return true;
  }
};

}  // namespace

bool judge_way(const Case& patient, const WaySeen& way, std::vector<Finding>& findings) {
  if (patient.server.config.transport->name == "ami") return NativeWay(patient, way, findings).judge();
  return ZmqWay(patient, way, findings).judge();
}

std::vector<Finding> judge(const Case& patient, const Seen& seen) {
  std::vector<Finding> findings;
  if (!judge_way(patient, seen.way, findings)) return findings;
  judge_inside(patient, seen.inside, findings);
  if (seen.inside.ping.is(Reply::Kind::success)) judge_fleet(patient, seen, findings);
  return findings;
}

}  // namespace amibroker::doctor
