// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/tls_records.hpp"

namespace amibroker::link::native {

std::string_view first_record(std::string_view text) noexcept {
  if (text.size() <= longest_record) return text;
  const std::string_view most = text.substr(0, longest_record);
  for (const std::string_view end : {std::string_view("\r\n\r\n"), std::string_view("\r\n")})
    if (const std::size_t found = most.rfind(end); found != std::string_view::npos)
      return text.substr(0, found + end.size());
  return most;
}

}  // namespace amibroker::link::native
