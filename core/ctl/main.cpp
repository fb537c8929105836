// SPDX-License-Identifier: Apache-2.0
//
// zmq-ami-brokerctl: asks the running broker, and tells it what to do.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "core/base/printable.hpp"
#include "core/ctl/client.hpp"
#include "core/ctl/exit_code.hpp"
#include "core/ctl/own_commands.hpp"
#include "core/ctl/request_line.hpp"
#include "core/ctl/views.hpp"

namespace {

using namespace amibroker::ctl;

std::string json_text(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

int show(const std::string& text) {
  const bool is_shown = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  return static_cast<int>(is_shown ? ExitCode::well : ExitCode::failed);
}

/// With --json a program reads the answer, whatever it is; a person reads the same on stderr.
int complain(bool json, ExitCode code, const std::string& word, const std::string& text) {
  if (json) show(json_text({{"error", {{"code", word}, {"text", text}}}}));
  std::fprintf(stderr, "zmq-ami-brokerctl: %s\n", amibroker::base::printable(text, 2000).c_str());
  return static_cast<int>(code);
}

int wrong_use(bool json, const WrongUse& wrong) {
  return complain(json, ExitCode::wrong_use, "wrong_use", wrong.text + " (see zmq-ami-brokerctl help)");
}

int carry_out(const Line& line) {
  if (line.version) return show("zmq-ami-brokerctl " AMIBROKER_VERSION "\n");
  const Client client(line.socket, line.patience);
  if (line.help && line.words.empty()) return show(help_text(client));
  if (line.words.empty()) return wrong_use(line.json, {"which command?"});
  const Json commands = with_own_commands(client.get("/v1"));
  if (line.help) {
    const auto named = command_of(line, commands);
    if (const auto* const wrong = std::get_if<WrongUse>(&named)) return wrong_use(line.json, *wrong);
    return show(command_help(*std::get<Named>(named).command, commands));
  }
  const auto question = question_of(line, commands);
  if (const auto* const wrong = std::get_if<WrongUse>(&question)) return wrong_use(line.json, *wrong);
  const auto& [command, changes, target, arguments] = std::get<Question>(question);
  if (is_own_command(command)) {
    run_own_command(client, std::get<Question>(question), line.json);
    return static_cast<int>(ExitCode::well);
  }
  const Json answer = changes ? client.post(target, arguments) : client.get(target);
  const int shown = show(line.json ? json_text(answer) : view_of(command, answer));
  return shown != static_cast<int>(ExitCode::well) ? shown : static_cast<int>(code_of_answer(command, answer));
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = parse_line(std::vector<std::string>(argv + 1, argv + argc));
  if (const auto* const wrong = std::get_if<WrongUse>(&parsed)) return wrong_use(false, *wrong);
  const Line& line = std::get<Line>(parsed);
  try {
    return carry_out(line);
  } catch (const WrongUse& wrong) {
    return wrong_use(line.json, wrong);
  } catch (const NotReachable& error) {
    return complain(line.json, ExitCode::not_reachable, "not_reachable", error.what());
  } catch (const Refused& error) {
    return complain(line.json, code_of_refusal(error.status), error.code, error.what());
  } catch (const std::exception& error) {
    return complain(line.json, ExitCode::failed, "failed", error.what());
  }
}
