// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/ami_session.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

// One of these classes is enough; an action that is not in the table needs none.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kRights{
    {{"Setvar", "call"},
     {"Getvar", "call,reporting"},
     {"ModuleCheck", "system"},
     {"DBDel", "system"},
     {"ExtensionStateList", "call,reporting"},
     {"ExtensionState", "call,reporting"},
     {"DeviceStateList", "call,reporting"},
     {"PresenceStateList", "call,reporting"},
     {"UserEvent", "user"},
     {"CoreSettings", "system,reporting"},
     {"CoreStatus", "system,reporting"},
     {"Filter", "system"},
     {"MWIGet", "call,reporting"},
     {"MWIUpdate", "call"},
     {"MWIDelete", "call"}}};

Classes rights_for(std::string_view action) {
  for (const auto& [name, classes] : kRights) {
    if (equal_without_case(name, action)) return classes_of(classes);
  }
  return 0;
}

std::string md5_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
    throw std::runtime_error("this OpenSSL has no MD5");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 15U];
  }
  return hex;
}

}  // namespace

ActionResult AmiSession::act(Asterisk& asterisk, const AmiAction& action, bool in_use) {
  ActionResult result;
  result.name = value_of(action.fields, "Action");
  result.action_id = value_of(action.fields, "ActionID");
  if (!action.error.empty()) {
    deny(result, action.error);
  } else if (result.name.empty()) {
    deny(result, "Missing action in request");
  } else {
    run(asterisk, action.fields, result, in_use);
  }
  if (!result.refusal.empty()) deny(result, result.refusal);
  return result;
}

void AmiSession::run(Asterisk& asterisk, const Fields& action, ActionResult& result, bool in_use) {
  const auto is = [&](std::string_view name) { return equal_without_case(result.name, name); };
  if (is("Login")) return log_in(action, result, in_use);
  asked_ = asked_ || logged_in_;
  if (is("Challenge")) return give_challenge(action, result);
  if (is("Logoff")) {
    auto fields = answer("Goodbye", result);
    fields.emplace_back("Message", "Thanks for all the fish.");
    result.replies.push_back(std::move(fields));
    result.ends_session = true;
    return;
  }
  const auto rights = rights_for(result.name);
  if (!logged_in_ || (rights != 0 && (rights & classes_of(options_->write)) == 0)) {
    return deny(result, "Permission denied");
  }
  if (is("Events")) return change_events(action, result);
  if (is("Filter")) return add_filter(action, result);
  run_action(asterisk, action, result);
}

void AmiSession::give_challenge(const Fields& action, ActionResult& result) const {
  if (!options_->challenge || !equal_without_case(value_of(action, "AuthType"), "MD5")) {
    return deny(result, "Must specify AuthType");
  }
  auto fields = answer("Success", result);
  fields.emplace_back("Challenge", challenge());
  result.replies.push_back(std::move(fields));
}

bool AmiSession::is_right(const Fields& login) const {
  if (value_of(login, "Username") != options_->username) return false;
  if (equal_without_case(value_of(login, "AuthType"), "MD5")) {
    return value_of(login, "Key") == md5_hex(challenge() + options_->secret);
  }
  return value_of(login, "Secret") == options_->secret;
}

void AmiSession::log_in(const Fields& action, ActionResult& result, bool in_use) {
  result.ends_session = true;
  if (in_use && !options_->allow_multiple_login && value_of(action, "Username") == options_->username) {
    return deny(result, "Login Already In Use");
  }
  // The permit list has the same answer as a wrong secret (authenticate in main/manager.c).
  if (!options_->permits || !is_right(action)) return deny(result, "Authentication failed");
  result.ends_session = false;
  logged_in_ = true;
  set_mask(value_of(action, "Events"));
  acknowledge(result, "Authentication accepted");
  if ((mask_ & classes_of(options_->read) & classes_of("system")) == 0) return;
  result.events_to_sender.push_back(
      {{"Event", "FullyBooted"}, {"Privilege", "system,all"}, {"Status", "Fully Booted"}, {"Uptime", "100"}});
}

void AmiSession::set_mask(std::string_view text) {
  const auto mask = event_mask_of(text);
  if (!mask) return;
  mask_ = *mask;
  mask_text_ = text;
}

void AmiSession::change_events(const Fields& action, ActionResult& result) {
  const auto mask = value_of(action, "EventMask");
  if (mask.empty()) return deny(result, "Invalid event mask");
  set_mask(mask);
  auto fields = answer("Success", result);
  fields.emplace_back("Events", mask_ != 0 ? "On" : "Off");
  result.replies.push_back(std::move(fields));
}

void AmiSession::add_filter(const Fields& action, ActionResult& result) {
  if (!equal_without_case(value_of(action, "Operation"), "Add")) return deny(result, "Unknown operation");
  Filter filter{.text = std::string(value_of(action, "Filter")), .excludes = false, .regex = nullptr};
  filter.excludes = filter.text.starts_with('!');
  auto regex = std::make_unique<regex_t>();
  if (::regcomp(regex.get(), filter.text.c_str() + (filter.excludes ? 1 : 0), REG_EXTENDED | REG_NOSUB) != 0) {
    return deny(result, "Filter did not compile.  Check the syntax of the filter given.");
  }
  filter.regex.reset(regex.release());
  filters_.push_back(std::move(filter));
  acknowledge(result, "Success");
}

std::vector<std::string> AmiSession::filters() const {
  std::vector<std::string> texts;
  for (const auto& filter : filters_) texts.push_back(filter.text);
  return texts;
}

bool AmiSession::wants(const Fields& event, const std::string& text) const {
  const auto classes = classes_of_event(event);
  if (!logged_in_ || (classes & mask_ & classes_of(options_->read)) != classes) return false;
  const auto matches = [&](const Filter& filter) {
    return ::regexec(filter.regex.get(), text.c_str(), 0, nullptr, 0) == 0;
  };
  const auto included = [&](const Filter& filter) { return !filter.excludes && matches(filter); };
  const auto excluded = [&](const Filter& filter) { return filter.excludes && matches(filter); };
  const bool all = std::all_of(filters_.begin(), filters_.end(), [](const Filter& filter) { return filter.excludes; });
  return (all || std::any_of(filters_.begin(), filters_.end(), included)) &&
         std::none_of(filters_.begin(), filters_.end(), excluded);
}

}  // namespace amibroker::sim
