// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <ostream>
#include <string>

namespace amibroker::simulation {
namespace {

namespace po = boost::program_options;
constexpr int usage_error = 64;

po::options_description described() {
  po::options_description options("Usage: simulation [OPTION]...\n\nThe plugins on a simulated fleet, a run a seed");
  options.add_options()("help,h", "this text")("seeds", po::value<std::uint64_t>()->default_value(1000),
                                               "how many seeds to run")(
      "first", po::value<std::uint64_t>()->default_value(1), "the first of them")(
      "seed", po::value<std::uint64_t>(), "run this one, and print all that happens")(
      "plugin", po::value<std::string>()->default_value("both"), "device, presence or both")(
      "faults", po::value<std::string>()->default_value("all"),
      "what may go wrong: all, none, or words with commas between; -WORD takes one away (all,-refusals)")(
      "jobs", po::value<unsigned>()->default_value(1), "threads")(
      "sites", "several sites with a broker or two each, joined by a bus")(
      "expect-failure", "end well only if a seed fails: for builds in which a rule is broken");
  return options;
}

std::string all_faults() {
  std::string words;
  for (const std::string_view word : fault_words) words.append(words.empty() ? "" : ", ").append(word);
  return words;
}

bool interpret(const po::variables_map& given, RunOptions& options, std::ostream& out) {
  const auto& plugin = given["plugin"].as<std::string>();
  if (plugin == "device") options.subjects = {Subject::device_state};
  if (plugin == "presence") options.subjects = {Subject::presence_state};
  if (plugin != "device" && plugin != "presence" && plugin != "both") {
    out << "simulation: --plugin must be device, presence or both, not '" << plugin << "'\n";
    return false;
  }
  const auto faults = FaultSet::parse(given["faults"].as<std::string>());
  if (!faults) {
    out << "simulation: --faults must be all, none, or some of: " << all_faults() << '\n';
    return false;
  }
  options.faults = *faults;
  options.seeds = given["seeds"].as<std::uint64_t>();
  options.first = given["first"].as<std::uint64_t>();
  options.jobs = std::max(1U, given["jobs"].as<unsigned>());
  options.sites = given.contains("sites");
  options.expect_failure = given.contains("expect-failure");
  if (!given.contains("seed")) return true;
  options.replay = true;
  options.first = given["seed"].as<std::uint64_t>();
  options.seeds = 1;
  return true;
}

}  // namespace

std::optional<RunOptions> read_options(int argc, const char* const* argv, std::ostream& out, int& exit_code) {
  try {
    po::variables_map given;
    po::store(po::parse_command_line(argc, argv, described()), given);
    if (given.contains("help")) {
      out << described() << "\nFaults: " << all_faults() << '\n';
      exit_code = 0;
      return std::nullopt;
    }
    RunOptions options;
    if (interpret(given, options, out)) return options;
  } catch (const po::error& error) {
    out << "simulation: " << error.what() << " (see --help)\n";
  }
  exit_code = usage_error;
  return std::nullopt;
}

}  // namespace amibroker::simulation
