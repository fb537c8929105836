// SPDX-License-Identifier: Apache-2.0
#include "buses/nats/nats_engine.hpp"

#include <chrono>
#include <deque>
#include <exception>
#include <utility>

namespace amibroker::nats {
namespace {

/// An attempt has 2 s in libnats; the rest is for names that are looked up.
constexpr std::chrono::seconds patience{8};
constexpr int settle_ms = 2000;
/// What libnats keeps of one subject until its thread has given it to us, which waits for nothing.
constexpr int pending_messages = 8192;
constexpr int pending_bytes = 8 * 1024 * 1024;

}  // namespace

NatsEngine& NatsEngine::make(const cluster::Access& access, const char* client_name,
                             cluster::EngineListener& listener) {
  static auto& kept = *new std::deque<NatsEngine*>;
  auto& engine = *kept.emplace_back(new NatsEngine(access, client_name, listener));
  // Tried once, so that files that cannot be used are a mistake at the start.
  cluster::Url url{"127.0.0.1"};
  url.tls = !access.tls_ca.empty() || !access.tls_cert.empty();
  static_cast<void>(make_options(engine.access_, url, engine.client_name_, engine.callbacks()));
  return engine;
}

Callbacks NatsEngine::callbacks() noexcept {
  return {[](natsConnection* connection, natsSubscription* subscription, natsStatus status, void* engine) {
            static_cast<NatsEngine*>(engine)->failed(connection, subscription, status);
          },
          [](natsConnection* connection, void* engine) { static_cast<NatsEngine*>(engine)->left(connection); }, this};
}

bool NatsEngine::connect(const cluster::Url& url, std::string& why) noexcept {
  try {
    Attempt attempt = attempts_.run(
        [this, url] {
          Attempt made;
          try {
            // Anew each time, since a certificate may have been renewed; and an attempt that hangs keeps them locked.
            const Options options = make_options(access_, url, client_name_, callbacks());
            natsConnection* connection = nullptr;
            const natsStatus status = natsConnection_Connect(&connection, options.get());
            made.connection.reset(connection);
            if (status != NATS_OK) made.why = reason_of(status);
            if (status != NATS_OK) made.connection.reset();
          } catch (const std::exception& fault) {
            made.why = fault.what();
          }
          return made;
        },
        patience);
    why = attempt.why;
    connection_ = std::move(attempt.connection);
  } catch (const std::exception& fault) {
    why = fault.what();
  }
  const std::lock_guard lock(mutex_);
  current_ = connection_.get();
  return current_ != nullptr;
}

bool NatsEngine::subscribe(const std::string& subject) noexcept {
  natsSubscription* subscription = nullptr;
  const natsStatus status = natsConnection_Subscribe(
      &subscription, connection_.get(), subject.c_str(),
      [](natsConnection*, natsSubscription* from, natsMsg* message, void* engine) {
        auto& self = *static_cast<NatsEngine*>(engine);
        self.heard(message);
        self.count_dropped(from);
      },
      this);
  if (status != NATS_OK) return false;
  try {
    subscriptions_.push_back(subscription);
  } catch (const std::exception&) {
    return false;  // it is lost until the end of the process, and so is the memory that there is not
  }
  return natsSubscription_SetPendingLimits(subscription, pending_messages, pending_bytes) == NATS_OK;
}

bool NatsEngine::settle() noexcept { return natsConnection_FlushTimeout(connection_.get(), settle_ms) == NATS_OK; }

cluster::Engine::Sent NatsEngine::publish(const std::string& subject, const std::string& reply,
                                          std::string_view payload) noexcept {
  const auto size = static_cast<int>(payload.size());
  const natsStatus status =
      reply.empty()
          ? natsConnection_Publish(connection_.get(), subject.c_str(), payload.data(), size)
          : natsConnection_PublishRequest(connection_.get(), subject.c_str(), reply.c_str(), payload.data(), size);
  if (status == NATS_OK) return Sent::yes;
  return status == NATS_MAX_PAYLOAD ? Sent::too_long : Sent::no;
}

void NatsEngine::disconnect() noexcept {
  {
    const std::lock_guard lock(mutex_);
    current_ = nullptr;
    dropped_.clear();
  }
  // Only once the connection is gone: libnats uses a subscription after somebody else has destroyed it.
  connection_.reset();
  for (natsSubscription* const subscription : std::exchange(subscriptions_, {})) natsSubscription_Destroy(subscription);
}

void NatsEngine::close() noexcept {
  attempts_.give_up();
  const std::lock_guard lock(mutex_);
  listener_ = nullptr;
}

// --- On threads of libnats ------------------------------------------------------------------------------------

template <typename Tell>
void NatsEngine::tell(Tell&& tell) noexcept {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) tell(*listener_);
}

void NatsEngine::heard(natsMsg* message) noexcept {
  const char* const reply = natsMsg_GetReply(message);
  const char* const subject = natsMsg_GetSubject(message);
  const std::string_view payload(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)));
  const bool nobody = natsMsg_IsNoResponders(message);
  tell([&](cluster::EngineListener& listener) {
    if (nobody) listener.on_nobody(subject);
    else listener.on_message(subject, reply == nullptr ? "" : reply, payload);
  });
  natsMsg_Destroy(message);
}

void NatsEngine::failed(natsConnection* connection, natsSubscription* subscription, natsStatus status) noexcept {
  if (status == NATS_SLOW_CONSUMER) {
    {
      const std::lock_guard lock(mutex_);
      dropped_.try_emplace(subscription, 0);
    }
    return count_dropped(subscription);
  }
  const char* text = nullptr;
  natsConnection_GetLastError(connection, &text);
  // A text of the connection, which another failure may change meanwhile: what was refused is looked for in it.
  const std::string why = text == nullptr || *text == '\0' ? natsStatus_GetText(status) : text;
  tell([&](cluster::EngineListener& listener) { listener.on_refused(why); });
}

/// libnats says once that it throws away, and counts from then on.
void NatsEngine::count_dropped(natsSubscription* subscription) noexcept {
  const std::lock_guard lock(mutex_);
  const auto told = dropped_.find(subscription);
  if (told == dropped_.end()) return;
  std::int64_t dropped = 0;
  if (natsSubscription_GetDropped(subscription, &dropped) != NATS_OK || dropped <= told->second) return;
  const char* const subject = natsSubscription_GetSubject(subscription);
  const auto more = static_cast<std::uint64_t>(dropped - std::exchange(told->second, dropped));
  if (listener_ != nullptr && subject != nullptr) listener_->on_overflow(subject, more);
}

void NatsEngine::left(natsConnection* connection) noexcept {
  const char* text = nullptr;
  natsConnection_GetLastError(connection, &text);
  const std::string why = text == nullptr || *text == '\0' ? "the server closed it" : text;
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr && connection == current_) listener_->on_closed(why);
}

}  // namespace amibroker::nats
