// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/name_quotas.hpp"

#include <algorithm>
#include <utility>

#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/rules.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {

NameQuotas::NameQuotas(Host& host, std::string_view limit_option)
    : host_(host),
      limit_option_(limit_option),
      capacity_(static_cast<std::size_t>(host.options().integer(limit_option))),
      percent_(static_cast<std::size_t>(host.options().integer("server_share"))),
      servers_(host.servers().size()),
      over_limit_(host.counter("over_limit")),
      new_names_too_fast_(host.counter("new_names_too_fast")) {
  for (const ServerInfo& server : host.servers()) servers_[server.id].retired = server.retired;
  present_ = static_cast<std::size_t>(
      std::count_if(servers_.begin(), servers_.end(), [](const Server& server) { return !server.retired; }));
}

void NameQuotas::add_server() {
  servers_.emplace_back();
  ++present_;
}

std::size_t NameQuotas::share() const noexcept {
  if (present_ < 2 || !keeps_rule(26)) return capacity_;
  return std::max<std::size_t>(1, capacity_ * percent_ / 100);
}

bool NameQuotas::admit(ServerId server, std::string_view name, std::size_t known, bool listed) {
  Server& from = servers_[server];
  if (known >= capacity_)
    return refuse(server, name, over_limit_,
                  std::to_string(capacity_) + " names are known already, of which this server brought " +
                      std::to_string(from.names) + ". Raise `" + limit_option_ +
                      "`, or find out which server makes up so many names");
  if (from.names >= share())
    return refuse(server, name, over_limit_,
                  "this server brought " + std::to_string(from.names) + " names, and may use up no more of the " +
                      std::to_string(capacity_) + " that `" + limit_option_ +
                      "` allows to all. Find out why it makes up so many names; if they are right, raise `" +
                      limit_option_ + "` or `server_share`");
  if (!listed) {
    fill(from);
    if (from.tokens < 1)
      return refuse(server, name, new_names_too_fast_,
                    "this server brings new names faster than " + std::to_string(static_cast<int>(per_second)) +
                        " a second. What is missing is shown once it brings less");
    from.tokens -= 1;
  }
  ++from.names;
  return true;
}

bool NameQuotas::move(ServerId from, ServerId to) {
  if (servers_[to].names >= share()) return false;
  give_back(from);
  ++servers_[to].names;
  return true;
}

void NameQuotas::give_back(ServerId server) {
  if (server != no_server && !servers_[server].retired) --servers_[server].names;
}

void NameQuotas::retire(ServerId server) {
  if (!servers_[server].retired) --present_;
  servers_[server] = Server{};
  servers_[server].retired = true;
  std::erase(missed_, server);
}

std::vector<ServerId> NameQuotas::caught_up(std::size_t known) {
  std::vector<ServerId> servers;
  std::erase_if(missed_, [&](ServerId server) {
    Server& from = servers_[server];
    fill(from);
    if (from.tokens < per_second || from.names > share() - share() / 4 || known > capacity_ - capacity_ / 4)
      return false;
    from.missed = false;
    servers.push_back(server);
    return true;
  });
  return servers;
}

void NameQuotas::fill(Server& server) {
  const std::chrono::duration<double> passed = host_.now() - server.filled_at;
  server.filled_at = host_.now();
  server.tokens = std::min(burst, server.tokens + passed.count() * per_second);
}

bool NameQuotas::refuse(ServerId server, std::string_view name, Counter& counter, const std::string& reason) {
  count(counter);
  Server& from = servers_[server];
  if (!std::exchange(from.missed, true)) missed_.push_back(server);
  ++from.refused;
  if (from.warned_at && host_.now() - *from.warned_at < warn_every) return false;
  from.warned_at = host_.now();
  host_.log(Level::warning, server_label(host_, server)
                                .append(": \"")
                                .append(for_log(name))
                                .append("\" and other new names are not distributed (")
                                .append(std::to_string(std::exchange(from.refused, 0)))
                                .append(" since the last such line): ")
                                .append(reason)
                                .append(". This is said at most once an hour"));
  return false;
}

}  // namespace amibroker::replication
