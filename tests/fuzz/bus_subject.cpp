// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as the subject of a message of the bus between sites: what is read is a subject that a broker writes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/bus/subjects.hpp"
#include "tests/fuzz/check.hpp"

namespace amibroker::fuzz {
namespace {

void run(std::string_view bytes) {
  using cluster::Subject;
  static const cluster::Subjects own("amib", "berlin", "n");
  if (cluster::is_inbox(bytes))
    check(bytes.find_first_of("*> \r\n\t") == bytes.npos && bytes.size() <= 200, "an answer goes to one inbox");
  const auto read = own.read(bytes);
  if (!read) return;
  if (read->kind == Subject::Kind::answer) {
    check(read->topic.empty() && read->site.empty(), "an answer has a number alone");
    return;
  }
  check(cluster::is_topic(read->topic), "the topic is one");
  if (read->kind == Subject::Kind::ask) {
    check(own.asked(read->plugin, read->topic) == bytes, "what is asked is asked of us");
    return;
  }
  check(cluster::is_token(read->site), "the site has a name");
  check(cluster::Subjects("amib", read->site, "x").say(read->plugin, read->topic) == bytes,
        "the same is written again");
}

}  // namespace
}  // namespace amibroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amibroker::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
