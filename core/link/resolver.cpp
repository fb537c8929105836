// SPDX-License-Identifier: Apache-2.0
#include "core/link/resolver.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "core/base/address.hpp"
#include "core/base/text.hpp"

namespace amibroker::link {
namespace {

void put_first(std::vector<std::string>& addresses, const std::string& best) {
  const auto found = std::find(addresses.begin(), addresses.end(), best);
  if (found != addresses.end()) std::rotate(addresses.begin(), found, found + 1);
}

}  // namespace

Resolver::Resolver(base::EventLoop& loop, Lookup lookup, Limits limits)
    : loop_(loop),
      limits_(limits),
      lookup_(std::make_shared<const Lookup>(std::move(lookup))),
      box_(std::make_shared<base::PostBox>(loop, [](const base::PostBox::Task& task) { task(); })) {}

Resolver::~Resolver() {
  box_->close();
  for (const auto& [name, timer] : patience_) loop_.cancel(timer);
}

Resolver::Ticket Resolver::resolve(const std::string& name, Done done) {
  const Ticket ticket = ++last_ticket_;
  callers_.emplace(ticket, Caller{name, std::move(done)});
  if (base::is_numeric_address(name)) {
    answer_soon(ticket, {{name}, {}});
    return ticket;
  }
  Name& known = remember(name);
  if (known.late && !known.good.addresses.empty()) {
    answer_soon(ticket, remembered(known));
    return ticket;
  }
  known.waiting.push_back(ticket);
  if (!known.under_way) begin(name);
  return ticket;
}

void Resolver::cancel(Ticket ticket) {
  const auto caller = callers_.find(ticket);
  if (caller == callers_.end()) return;
  const auto name = names_.find(caller->second.name);
  if (name != names_.end()) std::erase(name->second.waiting, ticket);
  callers_.erase(caller);
}

void Resolver::worked(const std::string& name, const std::string& address) {
  const auto known = names_.find(name);
  if (known != names_.end()) known->second.best = address;
}

Resolver::Name& Resolver::remember(const std::string& name) {
  if (!names_.contains(name) && names_.size() >= limits_.names) {
    auto oldest = names_.end();
    for (auto one = names_.begin(); one != names_.end(); ++one) {
      if (one->second.under_way) continue;
      if (oldest == names_.end() || one->second.last_use < oldest->second.last_use) oldest = one;
    }
    if (oldest != names_.end()) names_.erase(oldest);
  }
  Name& known = names_[name];
  known.last_use = ++uses_;
  return known;
}

void Resolver::begin(const std::string& name) {
  Name& known = names_.at(name);
  known.under_way = true;
  known.late = false;
  patience_[name] = loop_.after(limits_.patience, [this, name] { run_out_of_patience(name); });
  queue_.push_back(name);
  start_waiting();
}

void Resolver::start_waiting() {
  while (!queue_.empty() && threads_ < limits_.threads) {
    const std::string name = std::move(queue_.front());
    queue_.pop_front();
    ++threads_;
    // Only the box uses `this`, and the resolver closes the box before it goes.
    const auto hand_over = [this, name, box = box_](Found found) {
      box->post([this, name, found = std::move(found)]() mutable {
        --threads_;
        finish(name, std::move(found));
        start_waiting();
      });
    };
    try {
      std::thread([hand_over, name, lookup = lookup_] { hand_over((*lookup)(name)); }).detach();
    } catch (const std::system_error& error) {
      hand_over({{},
                 "its name '" + base::shortened(name) + "' does not resolve: no thread to look it up (" +
                     error.code().message() + ")"});
    }
  }
}

void Resolver::run_out_of_patience(const std::string& name) {
  patience_.erase(name);
  Name& known = names_.at(name);
  known.late = true;
  if (!known.good.addresses.empty()) answer(std::exchange(known.waiting, {}), remembered(known));
}

void Resolver::finish(const std::string& name, Found found) {
  const auto timer = patience_.find(name);
  if (timer != patience_.end()) {
    loop_.cancel(timer->second);
    patience_.erase(timer);
  }
  Name& known = names_.at(name);
  known.under_way = known.late = false;
  if (found.addresses.size() > limits_.addresses) found.addresses.resize(limits_.addresses);
  if (!found.addresses.empty()) {
    known.good.addresses = found.addresses;
    put_first(found.addresses, known.best);
  } else if (!known.good.addresses.empty()) {
    found = remembered(known);
  }
  const std::vector<Ticket> waiting = std::exchange(known.waiting, {});
  if (known.good.addresses.empty()) names_.erase(name);  // there is nothing to remember
  answer(waiting, found);
}

Resolver::Found Resolver::remembered(const Name& name) const {
  Found found{name.good.addresses, {}, true};
  put_first(found.addresses, name.best);
  return found;
}

void Resolver::answer_soon(Ticket ticket, Found found) {
  box_->post([this, ticket, found = std::move(found)] { answer({ticket}, found); });
}

void Resolver::answer(const std::vector<Ticket>& tickets, const Found& found) {
  for (const Ticket ticket : tickets) {
    // One of them may have cancelled another.
    const auto caller = callers_.extract(ticket);
    if (!caller.empty()) caller.mapped().done(found);
  }
}

}  // namespace amibroker::link
