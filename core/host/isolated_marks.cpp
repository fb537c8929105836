// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_marks.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace amibroker::host::isolated {
namespace {

/// Names of the members of PluginCalls, in their order, as the dispatcher calls them in its lines.
constexpr std::array names{
    "check_options",     "its constructor", "its destructor", "start",           "stop",
    "on_event",          "on_server_up",    "on_server_down", "on_server_added", "on_server_changed",
    "on_server_retired", "on_events_lost",  "on_report",      "on_options",      "save",
    "an answer",         "a task"};
static_assert(names.size() == sizeof(PluginCalls) / sizeof(void (*)()));

struct Page {
  std::atomic<std::uint8_t> now;   // 0: none; otherwise the place in `names`, from 1
  std::atomic<std::uint8_t> last;  // the same, of the call that ended last
};
constexpr std::size_t page_bytes = 4096;

Page* page = nullptr;
const PluginCalls* real = nullptr;

/// The function of PluginCalls at `Member`, between two marks.
template <std::uint8_t Place, auto Member, typename Function>
struct Marked;
template <std::uint8_t Place, auto Member, typename Result, typename... Arguments>
struct Marked<Place, Member, Result (*)(Arguments...) noexcept> {
  static Result call(Arguments... arguments) noexcept {
    // A call may come from inside another one: a task that a plugin's destructor runs, for instance.
    const auto outer = page->now.exchange(Place, std::memory_order_relaxed);
    const Result result = (real->*Member)(arguments...);
    page->now.store(outer, std::memory_order_relaxed);
    page->last.store(Place, std::memory_order_relaxed);
    return result;
  }
};
template <std::uint8_t Place, auto Member>
constexpr auto marked = Marked<Place, Member, std::remove_cvref_t<decltype(real->*Member)>>::call;

constexpr PluginCalls marked_calls{marked<1, &PluginCalls::check_options>,
                                   marked<2, &PluginCalls::create>,
                                   marked<3, &PluginCalls::destroy>,
                                   marked<4, &PluginCalls::start>,
                                   marked<5, &PluginCalls::stop>,
                                   marked<6, &PluginCalls::event>,
                                   marked<7, &PluginCalls::server_up>,
                                   marked<8, &PluginCalls::server_down>,
                                   marked<9, &PluginCalls::server_added>,
                                   marked<10, &PluginCalls::server_changed>,
                                   marked<11, &PluginCalls::server_retired>,
                                   marked<12, &PluginCalls::events_lost>,
                                   marked<13, &PluginCalls::report>,
                                   marked<14, &PluginCalls::options>,
                                   marked<15, &PluginCalls::save>,
                                   marked<16, &PluginCalls::completion>,
                                   marked<17, &PluginCalls::task>};

std::string name_of(std::uint8_t place) { return place <= names.size() ? names[place - 1] : "?"; }

}  // namespace

Descriptor CallMark::make() {
  Descriptor mark(::memfd_create("plugin-call", MFD_CLOEXEC));
  if (mark.get() < 0 || ::ftruncate(mark.get(), page_bytes) != 0)
    throw std::system_error(errno, std::generic_category(), "memfd_create");
  return mark;
}

std::string CallMark::read(int mark) {
  // Read as a file: the process could have made it shorter, and a view of what is not there is SIGBUS.
  std::array<std::uint8_t, 2> places{};
  if (::pread(mark, places.data(), places.size(), 0) != static_cast<ssize_t>(places.size()))
    return "at an unknown place";
  if (places[0] != 0) return "in " + name_of(places[0]);
  if (places[1] != 0) return "between its calls, after " + name_of(places[1]);
  return "before its first call";
}

PluginLibrary CallMark::watch(const PluginLibrary& library, int mark) {
  void* const memory = ::mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, mark, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  page = static_cast<Page*>(memory);
  real = &library.calls();
  static PluginDescriptor descriptor;
  descriptor = library.descriptor();
  descriptor.calls = &marked_calls;
  return library.with(descriptor);
}

}  // namespace amibroker::host::isolated
