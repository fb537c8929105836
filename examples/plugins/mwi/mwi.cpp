// SPDX-License-Identifier: Apache-2.0
//
// A distributor of states of your own: the numbers of messages in mailboxes are the same on all servers.
#include <amibroker/replication/options.hpp>
#include <amibroker/replication/shared_states.hpp>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

using namespace amibroker;

/// Whoever tells of a change (a server with voicemail, or a program by MWIUpdate), the phones of all servers show it.
/// The last change wins. A mailbox is called `100@default`, as in `mailboxes` of pjsip.conf.
///
/// Servers that are to show it need res_mwi_external.so and res_mwi_external_ami.so, which Asterisk does not build by
/// itself, and which take the place of app_voicemail.so. A server with app_voicemail.so tells of its own mailboxes, but
/// can be neither read nor written to, and each of the two has one warning.
class Mwi final : public replication::SharedStates {
 public:
  static constexpr OptionSpec options[] = {
      {"max_mailboxes", OptionType::integer, "100000", "", 1, 10'000'000,
       "most mailboxes that are distributed; further ones are counted and reported once"},
      AMIBROKER_REPLICATION_OPTIONS,
  };

 private:
  replication::Medium medium() override {
    return {.plugin = "mwi",
            .module = "res_mwi_external_ami.so",
            .list_action = "MWIGet",
            .list_module = "res_mwi_external_ami.so",
            .limit = "max_mailboxes",
            .lists_show_names = false,  // a mailbox is shared because it is a mailbox
            .echoes_repeats = true,     // Asterisk publishes each update, also one that changes nothing
            .values = no_messages,
            .event = "MessageWaiting",
            .write = &Mwi::update,
            .list_headers = [](Action& list) { list.add("Mailbox", "/./"); }};  // a regular expression: all
  }

  /// A value is `<new>/<old>`.
  static void update(Action& action, std::string_view mailbox, std::string_view value) {
    const auto slash = value.find('/');
    action.reset("MWIUpdate")
        .add("Mailbox", mailbox)
        .add("NewMessages", value.substr(0, slash))
        .add("OldMessages", value.substr(slash + 1));
  }

  /// The same two numbers have other names in the event than in the list.
  std::optional<State> read(const Message& message) override {
    const bool is_event = same_name(message.event(), "MessageWaiting");
    if (!is_event && !same_name(message.event(), "MWIGet")) return std::nullopt;  // the first and last of a list
    const auto news = number(message[is_event ? "New" : "NewMessages"]);
    const auto olds = number(message[is_event ? "Old" : "OldMessages"]);
    if (!news || !olds) return std::nullopt;
    value_ = std::to_string(*news) + "/" + std::to_string(*olds);
    return State{message["Mailbox"], value_};
  }

  static std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }

  static constexpr std::array<std::string_view, 1> no_messages{"0/0"};
  std::string value_;  ///< used again
};

AMIBROKER_PLUGIN_WITH_OPTIONS(Mwi, "mwi", "1.0", "Keeps the numbers of messages in mailboxes equal on all servers",
                              Mwi::options)
