// SPDX-License-Identifier: Apache-2.0
#include "core/control/metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace amibroker::control {
namespace {

using Labels = decltype(Sample::labels);

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);  // whatever the locale
  return {text.data(), end.ptr};
}

/// As people write it: a bound is a name, and must not change its form.
std::string bound_text(double bound) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), bound, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

/// Names come from servers and from the configuration: a line end or a quote would be a figure of somebody else's.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result += "\\n";
    else if (c == '\\' || c == '"') result.append(1, '\\').append(1, c);
    else result += c;
  }
  return result;
}

std::string labels_text(const Labels& labels, std::string_view bound = {}) {
  std::string text;
  for (const auto& [name, value] : labels)
    text.append(text.empty() ? "{" : ",").append(name).append("=\"").append(escaped(value)).append("\"");
  if (!bound.empty()) text.append(text.empty() ? "{" : ",").append("le=\"").append(bound).append("\"");
  return text.empty() ? text : text + '}';
}

void append_line(std::string& text, std::string_view name, std::string_view suffix, const std::string& labels,
                 double value) {
  text.append(name).append(suffix).append(labels).append(" ").append(number(value)).append("\n");
}

void append(std::string& text, std::string_view name, const Labels& labels, const base::Histogram& histogram) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    all += histogram.counts()[i];
    const std::string bound = i < base::Histogram::bounds.size() ? bound_text(base::Histogram::bounds[i]) : "+Inf";
    append_line(text, name, "_bucket", labels_text(labels, bound), static_cast<double>(all));
  }
  append_line(text, name, "_sum", labels_text(labels), histogram.sum());
  append_line(text, name, "_count", labels_text(labels), static_cast<double>(all));
}

std::string_view type_name(Family::Type type) {
  switch (type) {
    case Family::Type::counter: return "counter";
    case Family::Type::histogram: return "histogram";
    case Family::Type::gauge: break;
  }
  return "gauge";
}

/// /proc/self/stat from its third field on: the second one, the name of the program, may hold blanks.
std::vector<double> process_fields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string state;
  fields >> state;
  std::vector<double> values(4, 0);  // so that a field of proc(5), the first of which is 1, has its own number
  for (double value = 0; fields >> value;) values.push_back(value);
  return values;
}

/// When the machine started, in seconds since 1970.
double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  return 0;
}

double open_files() {
  std::error_code error;
  double count = 0;
  for (auto file = std::filesystem::directory_iterator("/proc/self/fd", error); file != end(file);
       file.increment(error))
    ++count;
  return count;
}

}  // namespace

std::string metrics_text(std::span<const Family> families) {
  std::string text;
  for (const Family& family : families) {
    if (family.samples.empty()) continue;
    text.append("# HELP ").append(family.name).append(" ").append(family.help).append("\n");
    text.append("# TYPE ").append(family.name).append(" ").append(type_name(family.type)).append("\n");
    for (const Sample& sample : family.samples)
      if (const auto* const value = std::get_if<double>(&sample.value))
        append_line(text, family.name, {}, labels_text(sample.labels), *value);
      else append(text, family.name, sample.labels, std::get<base::Histogram>(sample.value));
  }
  return text;
}

void collect_process(std::vector<Family>& families) {
  constexpr std::size_t user_time = 14, system_time = 15, start_time = 22, virtual_bytes = 23, resident_pages = 24;
  const auto fields = process_fields();
  if (fields.size() <= resident_pages) return;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto add = [&](std::string_view name, Family::Type type, std::string_view help, double value) {
    families.push_back({name, type, help, {{{}, value}}});
  };
  add("process_cpu_seconds_total", Family::Type::counter, "Time of the processor that was used, in seconds.",
      (fields[user_time] + fields[system_time]) / ticks);
  add("process_resident_memory_bytes", Family::Type::gauge, "Memory that is in use.", fields[resident_pages] * page);
  add("process_virtual_memory_bytes", Family::Type::gauge, "Addresses that are in use.", fields[virtual_bytes]);
  add("process_open_fds", Family::Type::gauge, "Files and sockets that are open.", open_files());
  add("process_max_fds", Family::Type::gauge, "Files and sockets that may be open.",
      static_cast<double>(files.rlim_cur));
  add("process_start_time_seconds", Family::Type::gauge, "When the broker started, in seconds since 1970.",
      boot_time() + fields[start_time] / ticks);
}

}  // namespace amibroker::control
