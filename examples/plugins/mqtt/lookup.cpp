// SPDX-License-Identifier: Apache-2.0
#include "lookup.hpp"

#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace mqtt {

/// What the C library works on, on a thread of its own.
struct Lookup::Request {
  explicit Request(const std::string& name) : host(name) {
    hints.ai_socktype = SOCK_STREAM;
    call.ar_name = host.c_str();
    call.ar_request = &hints;
  }
  ~Request() {
    if (call.ar_result != nullptr) ::freeaddrinfo(call.ar_result);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  const std::string host;
  addrinfo hints{};
  gaicb call{};
};

/// Requests that nobody waits for any more, until the C library is done with them. It is never destroyed, for they may
/// outlive the static objects.
class Lookup::Abandoned {
 public:
  static Abandoned& of_all() {
    static Abandoned* const all = new Abandoned;
    return *all;
  }
  void add(std::unique_ptr<Request> request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
  }
  void forget_done() {
    const std::lock_guard lock(mutex_);
    std::erase_if(requests_, [](const auto& request) { return ::gai_error(&request->call) != EAI_INPROGRESS; });
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Request>> requests_;
};

Lookup::Lookup(const std::string& host) : request_(std::make_unique<Request>(host)) {
  Abandoned::of_all().forget_done();
  gaicb* calls[] = {&request_->call};
  sigevent nothing{};
  nothing.sigev_notify = SIGEV_NONE;
  if (const int fault = ::getaddrinfo_a(GAI_NOWAIT, calls, 1, &nothing); fault != 0)
    throw std::system_error(EAGAIN, std::generic_category(), ::gai_strerror(fault));
}

Lookup::~Lookup() {
  if (::gai_cancel(&request_->call) == EAI_NOTCANCELED) Abandoned::of_all().add(std::move(request_));
}

std::optional<std::vector<std::string>> Lookup::result() const {
  const int state = ::gai_error(&request_->call);
  if (state == EAI_INPROGRESS) return std::nullopt;
  if (state != 0) throw std::runtime_error("the name " + request_->host + ": " + ::gai_strerror(state));
  std::vector<std::string> addresses;
  for (const addrinfo* one = request_->call.ar_result; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      addresses.emplace_back(text.data());
  }
  if (addresses.empty()) throw std::runtime_error("the name " + request_->host + " has no address");
  return addresses;
}

}  // namespace mqtt
