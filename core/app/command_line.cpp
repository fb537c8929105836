// SPDX-License-Identifier: Apache-2.0
#include "core/app/command_line.hpp"

#include <boost/program_options.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "amibroker/version.hpp"
#include "core/app/config_values.hpp"
#include "core/base/nearest.hpp"
#include "core/base/text.hpp"

namespace amibroker::app {
namespace {

namespace po = boost::program_options;

po::options_description all_options() {
  const std::string config_text =
      "configuration file; the word --config may be left out (default: " + std::string(AMIBROKER_DEFAULT_CONFIG) + ")";
  po::options_description options("Options", 100);
  options.add_options()                                                              //
      ("config", po::value<std::string>()->value_name("FILE"), config_text.c_str())  //
      ("check-config", "read the configuration, print what is wrong with it, end")   //
      ("doctor", po::value<std::string>()->value_name("SERVER"),
       "look at a server of the configuration, print what is wrong with it and what to do, end")  //
      ("json", "with --check-config: all that is found as one JSON object on stdout")             //
      ("diff", po::value<std::vector<std::string>>()->multitoken()->value_name("OLD NEW"),
       "check both configurations, print what a reload would change, end")        //
      ("list-plugins", "show the plugins that are there and their options, end")  //
      ("make-keys", po::value<std::string>()->value_name("NAME"),
       "make a pair of CURVE keys, NAME.public and NAME.secret, end")  //
      ("plugins", po::value<std::string>()->value_name("DIR"),
       "folder of the plugins (instead of path in [plugins])")  //
      ("state-folder", po::value<std::string>()->value_name("DIR"),
       "folder for the files that plugins keep (instead of StateDirectory= of the unit)")  //
      ("log-level", po::value<std::string>()->value_name("LEVEL"),
       "debug, info, warning or error (instead of log_level in [general])")  //
      ("version", "print the version, end")                                  //
      ("help,h", "print this text, end");
  return options;
}

std::string suggest_option(const std::string& given, const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options())
    names.push_back(option->canonical_display_name(po::command_line_style::allow_long));
  const std::vector<std::string_view> known(names.begin(), names.end());
  return base::did_you_mean(given, known);
}

po::variables_map parse(int argc, const char* const* argv, const po::options_description& options) {
  po::positional_options_description positions;
  positions.add("config", 1);
  po::variables_map values;
  // Without guessing: an abbreviation that works today could mean another option tomorrow.
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::store(po::command_line_parser(argc, argv).options(options).positional(positions).style(style).run(), values);
  return values;
}

/// Help and version win over everything; two other tasks exclude each other.
CommandLine::Task task_of(const po::variables_map& values, std::string& error) {
  if (values.count("help") > 0) return CommandLine::Task::show_help;
  if (values.count("version") > 0) return CommandLine::Task::show_version;
  using Option = std::pair<const char*, CommandLine::Task>;
  constexpr Option options[] = {{"check-config", CommandLine::Task::check_config},
                                {"doctor", CommandLine::Task::doctor},
                                {"diff", CommandLine::Task::show_diff},
                                {"list-plugins", CommandLine::Task::list_plugins},
                                {"make-keys", CommandLine::Task::make_keys}};
  const Option* wanted = nullptr;
  for (const Option& option : options) {
    if (values.count(option.first) == 0) continue;
    if (wanted != nullptr) error = "--" + std::string(wanted->first) + " and --" + option.first + " do not go together";
    wanted = &option;
  }
  return wanted != nullptr ? wanted->second : CommandLine::Task::run;
}

/// Help and version win over everything, so they do not mind.
bool wants_no_json(CommandLine::Task task) {
  return task != CommandLine::Task::check_config && task != CommandLine::Task::show_help &&
         task != CommandLine::Task::show_version;
}

std::variant<CommandLine, UsageError> interpret(const po::variables_map& values) {
  CommandLine line;
  std::string error;
  line.task = task_of(values, error);
  if (!error.empty()) return UsageError{error};
  if (line.task == CommandLine::Task::show_diff) {
    const auto& files = values["diff"].as<std::vector<std::string>>();
    if (files.size() != 2 || values.count("config") > 0)
      return UsageError{"--diff: write two files, the old and the new one"};
    line.old_config_file = files[0];
    line.config_file = files[1];
  } else {
    line.config_file_given = values.count("config") > 0;
    line.config_file = line.config_file_given ? values["config"].as<std::string>() : AMIBROKER_DEFAULT_CONFIG;
  }
  if (line.config_file.empty()) return UsageError{"--config: the file's name is empty"};
  if (values.count("make-keys") > 0) line.key_base = values["make-keys"].as<std::string>();
  if (line.task == CommandLine::Task::make_keys && line.key_base.empty())
    return UsageError{"--make-keys: the name is empty"};
  line.json = values.count("json") > 0;
  if (line.json && wants_no_json(line.task)) return UsageError{"--json goes with --check-config alone"};
  if (values.count("doctor") > 0) line.doctor_server = values["doctor"].as<std::string>();
  if (line.task == CommandLine::Task::doctor && line.doctor_server.empty())
    return UsageError{"--doctor: the server's name is empty"};
  if (values.count("plugins") > 0) line.plugin_path = values["plugins"].as<std::string>();
  if (line.plugin_path && line.plugin_path->empty()) return UsageError{"--plugins: the folder's name is empty"};
  if (values.count("state-folder") > 0) line.state_folder = values["state-folder"].as<std::string>();
  if (line.state_folder && line.state_folder->empty()) return UsageError{"--state-folder: the folder's name is empty"};
  if (values.count("log-level") > 0) {
    const std::string word = values["log-level"].as<std::string>();
    line.log_level = parse_level(word);
    if (!line.log_level)
      return UsageError{"--log-level " + base::in_quotes(word) + ": write debug, info, warning or error" +
                        base::did_you_mean(base::lower(word), level_words)};
  }
  return line;
}

}  // namespace

std::variant<CommandLine, UsageError> parse_command_line(int argc, const char* const* argv) {
  const po::options_description options = all_options();
  try {
    return interpret(parse(argc, argv, options));
  } catch (const po::too_many_positional_options_error&) {
    return UsageError{"more than one configuration file is given"};
  } catch (const po::unknown_option& e) {
    return UsageError{e.what() + suggest_option(e.get_option_name(), options)};
  } catch (const po::error& e) {
    return UsageError{e.what()};
  }
}

std::string help_text() {
  std::ostringstream out;
  out << "Usage: zmq-ami-broker [--config] FILE [OPTIONS]\n\n"
         "Joins many Asterisk servers, so that their phones see one another.\n\n"
      << all_options()
      << "\nExit codes: 0 ended as asked, 1 failed while it ran, 64 wrong command line,\n"
         "78 wrong configuration (a restart changes nothing).\n";
  return out.str();
}

std::string version_text() {
  return "zmq-ami-broker " AMIBROKER_VERSION "\nplugin interface " + std::to_string(abi_version) + ", " +
         build_fingerprint + "\n";
}

}  // namespace amibroker::app
