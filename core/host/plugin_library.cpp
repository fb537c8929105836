// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_library.hpp"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <deque>
#include <mutex>
#include <string>

#include "core/base/printable.hpp"
#include "core/host/descriptor_check.hpp"
#include "core/host/elf_check.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_loader_text = 500;

/// Takes a library into the list of those that are never unloaded; see PluginLibrary. The list itself is never
/// destroyed either, so that no library goes before the last static object of the process.
const boost::dll::shared_library& keep(boost::dll::shared_library&& library) {
  static std::mutex mutex;
  static auto& kept = *new std::deque<boost::dll::shared_library>;  // whose elements never move
  const std::lock_guard lock(mutex);
  return kept.emplace_back(std::move(library));
}

/// The loader's reason, without the file's name, which it puts first.
std::string loader_text(const std::filesystem::path& file, const std::error_code& error) {
  const char* const reason = ::dlerror();
  std::string text = reason == nullptr ? error.message() : reason;
  if (const std::string prefix = file.string() + ": "; text.starts_with(prefix)) text.erase(0, prefix.size());
  return base::printable(text, longest_loader_text);
}

Refusal not_loadable(const std::filesystem::path& file, const std::string& reason) {
  std::string remedy = "build it again on this machine";
  if (reason.find("undefined symbol") != std::string::npos)
    remedy = "link it with the library that has the symbol (amibroker_add_plugin finds this at build time)";
  else if (reason.find("cannot open shared object file") != std::string::npos)
    remedy = "install the library that it needs";
  return {RefusalReason::not_loadable, file.string() + " cannot be loaded: " + reason + "; " + remedy};
}

}  // namespace

std::variant<PluginLibrary, Refusal> PluginLibrary::open(const std::filesystem::path& file) {
  std::filesystem::path absolute = std::filesystem::absolute(file).lexically_normal();
  if (auto refusal = check_elf(absolute)) return *std::move(refusal);

  boost::dll::shared_library library;
  boost::dll::fs::error_code error;
  // RTLD_NOW: a symbol that is missing shows here, not in the middle of a call. RTLD_LOCAL: two plugins may have
  // functions of the same name.
  library.load(absolute, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, error);
  if (error) return not_loadable(absolute, loader_text(absolute, error));

  const boost::dll::shared_library& kept = keep(std::move(library));
  if (!kept.has(plugin_symbol))
    return Refusal{RefusalReason::no_symbol, absolute.string() + " is no plugin: it has no symbol " + plugin_symbol +
                                                 "; end one of its source files with AMIBROKER_PLUGIN(...)"};
  const auto& descriptor = kept.get<const PluginDescriptor>(plugin_symbol);
  if (auto refusal = check_descriptor(descriptor, absolute)) return *std::move(refusal);
  return PluginLibrary(std::move(absolute), descriptor);
}

}  // namespace amibroker::host
