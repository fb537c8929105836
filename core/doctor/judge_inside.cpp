// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <utility>

#include "core/doctor/judge.hpp"
#include "core/link/native/access.hpp"

namespace amibroker::doctor {
namespace {

using Kind = Reply::Kind;

constexpr std::string_view test_write = "DEVICE_STATE(Custom:zmq-ami-broker:doctor)";

class Inside {
 public:
  Inside(const Case& patient, const InsideSeen& seen, std::vector<Finding>& findings)
      : patient_(patient),
        seen_(seen),
        findings_(findings),
        account_(dynamic_cast<const link::native::NativeAccess*>(patient.server.config.access.get())) {}

  void judge() {
    if (!answers()) return;
    if (account_ != nullptr) {
      write_rights();
      read_rights();
    }
    write_module();
    presence_module();
    list_module(2, seen_.device_list, patient_.devices);
    list_module(3, seen_.presence_list, patient_.presences);
    write();
  }

 private:
  void add(std::string_view check, Result result, std::string text, std::string remedy = {}) {
    findings_.push_back({check, result, std::move(text), std::move(remedy)});
  }

  bool answers() {
    if (seen_.ping.is(Kind::success)) {
      add("answers", Result::ok,
          "a Ping after " + std::to_string(seen_.ping_time ? seen_.ping_time->count() : 0) + " ms" +
              (seen_.version.empty() ? "" : "; it is Asterisk " + seen_.version));
      return true;
    }
    add("answers", Result::wrong,
        seen_.ping.is(Kind::none) ? "it let us in, but does not answer a Ping: Asterisk stands still, or its load is "
                                    "too high"
                                  : "it refuses a Ping (" + seen_.ping.message + ")",
        "Look at the console of that Asterisk: core show threads, core show taskprocessors; if it does not answer "
        "either, systemctl restart asterisk");
    return false;
  }

  // --- Rights ----------------------------------------------------------------------------------------------------

  [[nodiscard]] std::string line_of_account(std::string_view key) const {
    return "In manager.conf there, [" + account_->username + "]: " + std::string(key) +
           " = call,system,user; then asterisk -rx 'manager reload' and systemctl restart zmq-ami-broker, because a "
           "session keeps the rights that it began with";
  }

  void write_rights() {
    if (seen_.write.is(Kind::denied))
      return add("rights: write", Result::wrong,
                 "the account may not write `call`: Setvar is refused (" + seen_.write.message +
                     "), so this server shows no states of the others",
                 line_of_account("write"));
    if (seen_.write.is(Kind::none))
      return add("rights: write", Result::unknown, "a Setvar was not answered", line_of_account("write"));
    std::string lacks;
    if (seen_.filter.is(Kind::denied))
      lacks +=
          ". It lacks `system`: without it the server sends all events that the account may read, and does not "
          "say who it is";
    if (seen_.user_event.is(Kind::denied)) lacks += ". It lacks `user`: without it lamps may flicker after a restart";
    add("rights: write", Result::ok, "the account may write `call`" + lacks,
        lacks.empty() ? "" : "Better: " + line_of_account("write"));
  }

  void read_rights() {
    if (!seen_.write_event_time) return no_event();
    std::string lacks;
    if (!seen_.fully_booted_came)
      lacks +=
          ". No FullyBooted came: it lacks `system` (or Asterisk is still starting), and is known later after its "
          "own restart";
    if (seen_.user_event.is(Kind::success) && !seen_.user_event_came)
      lacks +=
          ". An event that was asked for with UserEvent did not come: it lacks `user`, or an eventfilter holds it "
          "back, so the lamps of a server that starts are late";
    add("rights: read", Result::ok, "the account may read `call`" + lacks,
        lacks.empty() ? "" : "Better: " + line_of_account("read"));
  }

  void no_event() {
    if (!seen_.write.is(Kind::success) || seen_.device_list.is(Kind::no_such))
      return add("rights: read", Result::unknown,
                 "whether it may read `call` cannot be seen before the test write works and its event comes",
                 line_of_account("read"));
    add("rights: read", Result::wrong,
        "the account may not read `call`, or an eventfilter of it holds the events back: a state was written, and no "
        "DeviceStateChange came",
        line_of_account("read") + ". If it has eventfilter lines: eventfilter = Event: DeviceStateChange");
  }

  // --- Modules ---------------------------------------------------------------------------------------------------

  /// What the question for the module says; nothing if it may not be asked.
  [[nodiscard]] std::optional<bool> loaded(std::size_t module) const {
    const Reply& check = seen_.module_checks[module];
    if (check.is(Kind::success)) return true;
    if (check.is(Kind::refused)) return false;
    return std::nullopt;
  }

  void module(std::size_t number, std::optional<bool> is_there, bool needed, std::string_view what_for) {
    static constexpr std::array<std::string_view, modules.size()> checks{
        "module func_devstate", "module func_presencestate", "module res_manager_devicestate",
        "module res_manager_presencestate"};
    const std::string file = std::string(modules[number]) + ".so";
    const std::string remedy = "asterisk -rx 'module load " + file +
                               "' there, and for its next start the line `load = " + file +
                               "` in modules.conf, without a noload for it";
    if (!is_there) return add(checks[number], Result::unknown, "whether it is loaded may not be asked", remedy);
    if (*is_there) return add(checks[number], Result::ok, "is loaded: " + std::string(what_for));
    if (!needed)
      return add(checks[number], Result::ok,
                 "is not loaded; it would be needed with " +
                     std::string(number % 2 == 0 ? "device_state = yes" : "presence = yes"));
    add(checks[number], Result::wrong, "is not loaded, so there is no " + std::string(what_for), remedy);
  }

  void write_module() {
    std::optional<bool> is_there = loaded(0);
    if (!is_there && seen_.write.is(Kind::success)) is_there = true;
    if (!is_there && seen_.write.is(Kind::refused)) is_there = false;
    module(0, is_there, patient_.devices, "writing of states of devices");
  }

  void presence_module() {
    std::optional<bool> is_there = loaded(1);
    // Asterisk answers an unknown function with an empty value.
    if (seen_.presence_read.is(Kind::success)) is_there = !seen_.presence_value.empty();
    module(1, is_there, patient_.presences, "writing of presences");
  }

  /// The action that the module brings says more: one that is loaded may not work.
  void list_module(std::size_t number, const Reply& list, bool needed) {
    std::optional<bool> is_there = loaded(number);
    if (list.is(Kind::success)) is_there = true;
    if (list.is(Kind::no_such)) is_there = false;
    // A refusal for want of rights comes only if there is such an action.
    if (list.is(Kind::denied)) is_there = true;
    module(number, is_there, needed, "list of them, and events of their changes");
  }

  // --- The test write --------------------------------------------------------------------------------------------

  void write() {
    const std::string name(test_write);
    switch (seen_.write.kind) {
      case Kind::none: return add("test write", Result::unknown, name + " was written, and no answer came");
      case Kind::denied:
        return add("test write", Result::wrong, name + " is refused (" + seen_.write.message + ")",
                   "Give the account the right that `rights: write` names");
      case Kind::no_such:
      case Kind::refused:
        return add("test write", Result::wrong, name + " is refused (" + seen_.write.message + ")",
                   "Load func_devstate.so there; if it is loaded, the log of that Asterisk says why");
      case Kind::success: break;
    }
    if (!seen_.write_event_time)
      return add(
          "test write", Result::wrong, name + " was written, but its event did not come",
          account_ != nullptr
              ? "See `rights: read` and `module res_manager_devicestate`"
              : "See `module res_manager_devicestate`, and whether `zmq manager show status` there shows losses");
    add("test write", Result::ok,
        name + " was written, its event came after " + std::to_string(seen_.write_event_time->count()) +
            " ms, and it was taken back");
  }

  const Case& patient_;
  const InsideSeen& seen_;
  std::vector<Finding>& findings_;
  const link::native::NativeAccess* account_;  // null: no native AMI
};

}  // namespace

void judge_inside(const Case& patient, const InsideSeen& inside, std::vector<Finding>& findings) {
  Inside(patient, inside, findings).judge();
}

}  // namespace amibroker::doctor
