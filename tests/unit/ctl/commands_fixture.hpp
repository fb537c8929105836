// SPDX-License-Identifier: Apache-2.0
//
// A list of commands, as `GET /v1` gives it.
#pragma once

#include "core/ctl/client.hpp"

namespace amibroker::ctl {

inline Json argument(const char* name, const char* type, bool required) {
  return {{"name", name}, {"type", type}, {"required", required}, {"help", std::string("what ") + name + " is"}};
}

inline Json command(const char* name, const char* level, Json arguments = Json::array()) {
  return {{"name", name}, {"level", level}, {"help", std::string("does ") + name}, {"arguments", std::move(arguments)}};
}

inline Json some_commands() {
  return {{"commands",
           {command("status", "look"), command("plugin", "look", {argument("name", "text", true)}),
            command("plugin-enable", "change", {argument("name", "text", true)}),
            command("plugin-disable", "change", {argument("name", "text", true)}),
            command("log-level", "change", {argument("for", "text", false), argument("level", "text", true)}),
            command("reload", "change", {argument("check", "flag", false)}),
            command("watch", "look", {argument("server", "text", false), argument("all", "flag", false)})}}};
}

}  // namespace amibroker::ctl
