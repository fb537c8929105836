// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/wire.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kInternalError = R"([{"Response":"Error"},{"Message":"Internal error."}])";
constexpr std::size_t kOriginalLimit = 10239;  // str_cmd[10240] of the module, with its NUL

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool is_utf8(const std::string& text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return true;
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

void add_original(Json& object, const std::string& name, const std::string& value) {
  const std::string kept(trimmed(value));
  if (is_utf8(kept)) object[std::string(trimmed(name))] = kept;
}

void add_ours(Json& object, const std::string& name, const std::string& value) {
  const auto found = object.find(name);
  if (found == object.end()) {
    object[name] = value;
  } else if (found->is_array()) {
    found->push_back(value);
  } else {
    *found = Json::array({*found, value});
  }
}

Json to_json(Module module, const Fields& fields) {
  Json object = Json::object();
  for (const auto& [name, value] : fields) {
    if (module == Module::original) {
      add_original(object, name, value);
    } else {
      add_ours(object, name, value);
    }
  }
  return object;
}

ParsedAction failed(std::string error, std::string action_id = {}) {
  return {.fields = {}, .error = std::move(error), .action_id = std::move(action_id)};
}

ParsedAction parse_original(const Json& json) {
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : std::string("(null)");
  };
  const auto action = json.find("Action");
  if (action == json.end()) return failed("no action");
  ParsedAction parsed;
  parsed.fields.emplace_back("Action", text(*action));
  std::size_t size = 0;
  for (const auto& [name, value] : json.items()) {
    if (name != "Action") parsed.fields.emplace_back(name, text(value));
    size += name.size() + text(value).size() + 3;
  }
  if (size > kOriginalLimit) return failed("too long");
  parsed.action_id = value_of(parsed.fields, "ActionID");
  return parsed;
}

std::string find_string(const Json& json, std::string_view name) {
  for (const auto& [key, value] : json.items()) {
    if (equal_without_case(key, name) && value.is_string()) return value.get<std::string>();
  }
  return {};
}

// The reason why the value cannot be a header, or nothing.
std::string add_header(Fields& fields, const std::string& name, const Json& value) {
  if (!value.is_string()) return "The value of '" + name + "' is or holds no string.";
  if (has_control_bytes(value.get<std::string>()) || has_control_bytes(name)) {
    return "The value of '" + name + "' holds a control character, such as a line break.";
  }
  fields.emplace_back(name, value.get<std::string>());
  return {};
}

ParsedAction parse_ours(const Json& json) {
  const auto id = find_string(json, "ActionID");
  const auto name = find_string(json, "Action");
  if (name.empty()) return failed("There is no key Action; it names the AMI action to run.", id);
  ParsedAction parsed{.fields = {{"Action", name}}, .error = {}, .action_id = id};
  for (const auto& [key, value] : json.items()) {
    if (equal_without_case(key, "Action")) continue;
    const auto values = value.is_array() ? value : Json::array({value});
    for (const auto& one : values) {
      if (auto error = add_header(parsed.fields, key, one); !error.empty()) return failed(std::move(error), id);
    }
  }
  return parsed;
}

}  // namespace

std::string_view value_of(const Fields& fields, std::string_view name) noexcept {
  for (const auto& field : fields) {
    if (equal_without_case(field.first, name)) return field.second;
  }
  return {};
}

std::string event_frame(Module module, const Fields& event, const EventNumbers& numbers) {
  auto json = to_json(module, event);
  if (module == Module::original) return dump(json);
  for (const char* key : {"ZmqNamePrevious", "ZmqNameSequence", "ZmqSequence"}) json.erase(key);
  if (numbers.name_sequence > 0) {
    json["ZmqNamePrevious"] = std::to_string(numbers.name_previous);
    json["ZmqNameSequence"] = std::to_string(numbers.name_sequence);
  }
  json["ZmqSequence"] = std::to_string(numbers.sequence);
  return dump(json);
}

std::string load_zmq_frame(Module module, const EventNumbers& numbers) {
  // A literal in the original, and the only frame of its kind with a blank.
  if (module == Module::original) return R"({"Event": "LoadZmq"})";
  return event_frame(module, {{"Event", "LoadZmq"}}, numbers);
}

std::string reply_frame(Module module, const std::vector<Fields>& messages) {
  auto array = Json::array();
  for (const auto& message : messages) array.push_back(to_json(module, message));
  return dump(array);
}

ParsedAction parse_action(Module module, std::string_view frame) {
  const auto json = Json::parse(frame, nullptr, false);
  if (json.is_discarded()) return failed("The request is not JSON.");
  if (!json.is_object()) return failed("The request is no JSON object.");
  return module == Module::original ? parse_original(json) : parse_ours(json);
}

std::string refusal_frame(Module module, std::string_view action_id, std::string_view message) {
  if (module == Module::original) return std::string(kInternalError);
  Fields reply{{"Response", "Error"}};
  if (!action_id.empty()) reply.emplace_back("ActionID", action_id);
  reply.emplace_back("Message", message);
  return reply_frame(module, {reply});
}

}  // namespace amibroker::sim
