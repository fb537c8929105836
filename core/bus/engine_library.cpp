// SPDX-License-Identifier: Apache-2.0
#include "core/bus/engine_library.hpp"

#include <dlfcn.h>

#include <cstring>
#include <system_error>

#include "core/base/printable.hpp"
#include "core/base/values.hpp"

namespace amibroker::cluster {
namespace {

constexpr std::size_t longest_loader_text = 500;
constexpr const char* remedy =
    "install the package zmq-ami-broker-nats of this daemon's version, or delete the section";

}  // namespace

std::filesystem::path engine_file() {
  std::error_code error;
  const auto binary = std::filesystem::read_symlink("/proc/self/exe", error);
  return (binary.parent_path().parent_path() / AMIBROKER_BUS_DIR / "nats.so").lexically_normal();
}

std::string why_no_engine(const std::filesystem::path& file) {
  if (base::is_readable_file(file.string())) return {};
  return "[cluster] needs the library of its engine, and there is no " + file.string() + ": " + remedy;
}

std::variant<const EngineDescriptor*, EngineRefusal> load_engine(const std::filesystem::path& file) {
  if (std::string why = why_no_engine(file); !why.empty()) return EngineRefusal{std::move(why)};
  void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    return EngineRefusal{"[cluster] needs the library of its engine, which cannot be loaded: " +
                         base::printable(reason == nullptr ? file.string() : reason, longest_loader_text) + "; " +
                         remedy};
  }
  const auto* const descriptor = static_cast<const EngineDescriptor*>(::dlsym(library, engine_symbol));
  if (descriptor == nullptr) return EngineRefusal{file.string() + " is no engine of [cluster]; " + remedy};
  if (descriptor->size != sizeof(EngineDescriptor) || descriptor->abi != engine_abi ||
      std::strcmp(descriptor->fingerprint, build_fingerprint) != 0)
    return EngineRefusal{file.string() + " was built for another version of the daemon; " + remedy};
  return descriptor;
}

}  // namespace amibroker::cluster
