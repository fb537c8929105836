// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/request_line.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/base/nearest.hpp"

namespace amibroker::ctl {
namespace {

constexpr int longest_patience_s = 3600;
constexpr std::size_t longest_path = 107;  // unix(7)

std::optional<int> seconds_of(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > longest_patience_s)
    return std::nullopt;
  return number;
}

bool is_option(const std::string& word) { return word.starts_with("--") && word.size() > 2; }
std::string name_of(const std::string& option) { return option.substr(2, option.find('=') - 2); }

/// Reads the words one by one.
class Words {
 public:
  explicit Words(const std::vector<std::string>& words) : words_(words) {}

  [[nodiscard]] bool empty() const { return next_ == words_.size(); }
  [[nodiscard]] std::string take() { return words_[next_++]; }
  /// The value of `--name=value`, or the next word.
  [[nodiscard]] std::optional<std::string> value_of(const std::string& option) {
    if (const auto equal = option.find('='); equal != option.npos) return option.substr(equal + 1);
    if (empty()) return std::nullopt;
    return take();
  }

 private:
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
};

/// False if it is none of the tool's own options. `error`: what is wrong with it; empty if nothing is.
bool read_own(const std::string& word, Words& words, Line& line, std::string& error) {
  const std::string name = word == "-h" ? "help" : name_of(word);
  if (name == "json" || name == "help" || name == "version") {
    if (word.find('=') != word.npos) error = "--" + name + " takes no value";
    (name == "json" ? line.json : name == "help" ? line.help : line.version) = true;
    return true;
  }
  if (name != "socket" && name != "timeout") return false;
  const auto value = words.value_of(word);
  if (!value || value->empty()) {
    error = "--" + name + " needs a value";
  } else if (name == "socket") {
    line.socket = *value;
    if (value->size() > longest_path) error = "--socket: the path is longer than 107 bytes";
  } else if (const auto seconds = seconds_of(*value)) {
    line.patience = std::chrono::seconds(*seconds);
  } else {
    error = "--timeout: write 1 to 3600 seconds";
  }
  return true;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') result += c;
    else (result += '%').append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
  }
  return result;
}

const Json* find_command(const Json& commands, const std::string& name) {
  const Json& list = commands.at("commands");
  const auto found = std::find_if(list.begin(), list.end(), [&](const Json& one) { return one.at("name") == name; });
  return found == list.end() ? nullptr : &*found;
}

const Json* find_argument(const Json& command, const std::string& name) {
  const Json& list = command.at("arguments");
  const auto found = std::find_if(list.begin(), list.end(), [&](const Json& one) { return one.at("name") == name; });
  return found == list.end() ? nullptr : &*found;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& names) {
  const std::vector<std::string_view> known(names.begin(), names.end());
  return base::did_you_mean(word, known);
}

/// What may follow this command's name to make another command: `enable` after `plugin`.
std::vector<std::string> second_words(const std::string& first, const Json& commands) {
  std::vector<std::string> words;
  for (const Json& one : commands.at("commands")) {
    const std::string name = one.at("name");
    if (name.starts_with(first + "-")) words.push_back(name.substr(first.size() + 1));
  }
  return words;
}

/// The arguments' names: required ones first, as words are given to them.
std::vector<std::string> places_of(const Json& command) {
  std::vector<std::string> places;
  for (const bool required : {true, false})
    for (const Json& argument : command.at("arguments"))
      if (argument.at("required") == required && argument.at("type") != "flag") places.push_back(argument.at("name"));
  return places;
}

std::string query_of(const Json& arguments) {
  std::string query;
  for (const auto& [name, value] : arguments.items())
    query += (query.empty() ? "?" : "&") + encoded(name) + '=' + encoded(value.get<std::string>());
  return query;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

/// Puts what follows the command's name into `question`. A text if something is wrong.
class Filling {
 public:
  Filling(const Json& command, std::string name, Question& question)
      : command_(command), name_(std::move(name)), places_(places_of(command)), question_(question) {}

  [[nodiscard]] std::string option(const std::string& word, Words& rest) {
    const std::string name = name_of(word);
    const Json* const argument = find_argument(command_, name);
    if (argument == nullptr) return name_ + " has no option --" + name + suggestion(name, all_names());
    if (argument->at("type") == "flag" && word.find('=') == word.npos) return put(name, "true");
    const auto value = rest.value_of(word);
    return value ? put(name, *value) : "--" + name + " needs a value";
  }
  [[nodiscard]] std::string word(const std::string& value, const Json& commands) {
    if (next_ < places_.size()) return put(places_[next_++], value);
    const std::string takes = places_.empty() ? "no words" : places_.size() == 1 ? "one word" : "fewer words";
    return name_ + " takes " + takes + " after it: " + value + " is too many" +
           (next_ > 0 ? suggestion(question_.arguments[places_[0]], second_words(name_, commands))
                      : suggestion(value, all_names()));
  }
  [[nodiscard]] std::string end() const {
    for (const Json& argument : command_.at("arguments")) {
      const std::string name = argument.at("name");
      if (argument.at("required") == true && !question_.arguments.contains(name))
        return name_ + " needs " + upper(name) + ": " + argument.at("help").get<std::string>();
    }
    return {};
  }

 private:
  [[nodiscard]] std::string put(const std::string& name, const std::string& value) {
    if (question_.arguments.contains(name)) return name_ + ": " + name + " is given twice";
    question_.arguments[name] = value;
    return {};
  }
  [[nodiscard]] std::vector<std::string> all_names() const {
    std::vector<std::string> names{"json", "timeout", "socket"};
    for (const Json& argument : command_.at("arguments")) names.push_back(argument.at("name"));
    return names;
  }

  const Json& command_;
  std::string name_;
  std::vector<std::string> places_;
  std::size_t next_ = 0;
  Question& question_;
};

}  // namespace

std::variant<Line, WrongUse> parse_line(const std::vector<std::string>& arguments) {
  Line line;
  std::optional<std::size_t> values;
  Words words(arguments);
  while (!words.empty()) {
    const std::string word = words.take();
    std::string error;
    if (values) line.words.push_back(word);
    else if (word == "--") values = line.words.size();
    else if (line.words.empty() && word == "help") line.help = true;
    else if (word != "-h" && !is_option(word)) line.words.push_back(word);
    else if (read_own(word, words, line, error)) {
      if (!error.empty()) return WrongUse{error};
    } else if (line.words.empty())
      return WrongUse{"there is no option " + word + " before the command" +
                      suggestion(name_of(word), {"json", "help", "version", "timeout", "socket"})};
    else line.words.push_back(word);
  }
  line.values = values.value_or(line.words.size());
  return line;
}

std::variant<Named, WrongUse> command_of(const Line& line, const Json& commands) {
  const std::string& first = line.words.at(0);
  if (line.words.size() > 1)
    if (const Json* const joined = find_command(commands, first + "-" + line.words[1])) return Named{joined, 2};
  if (const Json* const command = find_command(commands, first)) return Named{command, 1};
  std::vector<std::string> names;
  for (const Json& one : commands.at("commands")) names.push_back(one.at("name"));
  return WrongUse{"there is no command " + first + suggestion(first, names)};
}

std::string spelled(const Json& command, const Json& commands) {
  std::string name = command.at("name");
  const std::size_t dash = name.find('-');
  if (dash != name.npos && find_command(commands, name.substr(0, dash)) != nullptr) name[dash] = ' ';
  return name;
}

std::string usage_of(const Json& command) {
  std::string usage;
  for (const Json& argument : command.at("arguments")) {
    const std::string name = argument.at("name");
    std::string one = "--" + name;
    if (argument.at("type") != "flag") one = argument.at("required") == true ? upper(name) : one + ' ' + upper(name);
    usage += (usage.empty() ? "" : " ") + (argument.at("required") == true ? one : '[' + one + ']');
  }
  return usage;
}

std::variant<Question, WrongUse> question_of(const Line& line, const Json& commands) {
  const auto named = command_of(line, commands);
  if (const auto* const wrong = std::get_if<WrongUse>(&named)) return *wrong;
  const auto& [command, count] = std::get<Named>(named);
  Question question{.command = command->at("name"), .changes = command->at("level") == "change"};
  Filling filling(*command, spelled(*command, commands), question);
  Words rest(line.words);
  for (std::size_t i = 0; i < count; ++i) static_cast<void>(rest.take());
  for (std::size_t at = count; !rest.empty(); ++at) {
    const std::string word = rest.take();
    const std::string error =
        at < line.values && is_option(word) ? filling.option(word, rest) : filling.word(word, commands);
    if (!error.empty()) return WrongUse{error};
  }
  if (const std::string error = filling.end(); !error.empty()) return WrongUse{error};
  question.target = "/v1/" + question.command + (question.changes ? "" : query_of(question.arguments));
  return question;
}

}  // namespace amibroker::ctl
