// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_library.hpp"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "core/base/printable.hpp"
#include "core/host/descriptor_check.hpp"
#include "core/host/elf_check.hpp"
#include "core/host/library_copy.hpp"

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

/// Where the library that has this object begins.
const void* load_address(const PluginDescriptor& descriptor) {
  Dl_info info{};
  return ::dladdr(&descriptor, &info) == 0 ? nullptr : info.dli_fbase;
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

std::variant<PluginLibrary, Refusal> PluginLibrary::open(const std::filesystem::path& file, std::string_view plugin) {
  // The copy is kept as long as it is the newest, for debuggers that look for the file.
  struct Newest {
    LibraryCopy copy;
    std::variant<PluginLibrary, Refusal> library;
  };
  static std::mutex mutex;
  static auto& newest = *new std::map<std::filesystem::path, Newest>;
  const std::lock_guard lock(mutex);

  std::filesystem::path absolute = std::filesystem::absolute(file).lexically_normal();
  const std::string name = plugin.empty() ? absolute.stem().string() : std::string(plugin);
  const auto known = newest.find(absolute);
  if (known != newest.end() && FileIdentity::of(absolute) == known->second.copy.identity()) {
    const auto* const library = std::get_if<PluginLibrary>(&known->second.library);
    if (library == nullptr) return known->second.library;
    return library->named(name);
  }
  if (auto refusal = check_elf(absolute)) return *std::move(refusal);
  auto made = LibraryCopy::make(absolute);
  if (auto* refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
  auto& copy = std::get<LibraryCopy>(made);
  auto library = load(absolute, copy, name);
  // What the loader refuses may be cured elsewhere, by the library that it misses; the rest only by another file.
  const auto* refusal = std::get_if<Refusal>(&library);
  if (refusal == nullptr || refusal->reason != RefusalReason::not_loadable)
    newest.insert_or_assign(std::move(absolute), Newest{std::move(copy), library});
  return library;
}

PluginLibrary PluginLibrary::named(std::string_view plugin) const {
  return {file_, identity_, *descriptor_, make_call_owner(plugin, *call_owner_)};
}

std::variant<PluginLibrary, Refusal> PluginLibrary::load(const std::filesystem::path& file, const LibraryCopy& copy,
                                                         std::string_view plugin) {
  if (auto refusal = check_elf(copy.path(), file)) return *std::move(refusal);
  boost::dll::shared_library library;
  boost::dll::fs::error_code error;
  // RTLD_NOW: a symbol that is missing shows here, not in the middle of a call. RTLD_LOCAL: two plugins, or two builds
  // of one, may have functions of the same name.
  CallOwner& call_owner = make_call_owner(plugin, file, copy.path(), copy.identity().changed());
  {
    const CallScope call(call_owner, "load");
    library.load(copy.path(), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, error);
  }
  if (error) return not_loadable(file, loader_text(copy.path(), error));

  const boost::dll::shared_library& kept = keep(std::move(library));
  if (!kept.has(plugin_symbol))
    return Refusal{RefusalReason::no_symbol, file.string() + " is no plugin: it has no symbol " + plugin_symbol +
                                                 "; end one of its source files with AMIBROKER_PLUGIN(...)"};
  const auto& descriptor = kept.get<const PluginDescriptor>(plugin_symbol);
  call_owner.address = load_address(descriptor);
  if (auto refusal = check_descriptor(descriptor, file)) return *std::move(refusal);
  return PluginLibrary(file, copy.identity(), descriptor, call_owner);
}

}  // namespace amibroker::host
