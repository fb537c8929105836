// SPDX-License-Identifier: Apache-2.0
#include "core/control/control_socket.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace amibroker::control {

namespace asio = boost::asio;

namespace {

constexpr mode_t mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

std::string why(int error) { return std::generic_category().message(error); }

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw std::runtime_error("the control socket " + path.string() + " cannot be opened: " + what);
}

/// Takes away what an earlier life left there, and nothing else.
void clear_place(const std::filesystem::path& path) {
  std::error_code error;
  const auto kind = std::filesystem::symlink_status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return;
  if (kind != std::filesystem::file_type::socket) refuse(path, "something else is there; name another place");
  asio::io_context io;
  asio::local::stream_protocol::socket probe(io);
  boost::system::error_code refused;
  probe.connect({path.string()}, refused);
  if (!refused) refuse(path, "another process serves it; does the broker run already?");
  ::unlink(path.c_str());
}

/// The daemon may give a file only to a group that it is in.
void give_to_group(const std::filesystem::path& path, const Rights& rights) {
  const auto group = rights.look ? rights.look : rights.change;
  if (group && ::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0)
    spdlog::warn(
        "the control socket {} cannot be given to the group {}, so only root can use it: {}. Put the daemon into that "
        "group (SupplementaryGroups= in its unit)",
        path.string(), *group, why(errno));
}

}  // namespace

ControlSocket::ControlSocket(asio::io_context& io, const Session::Context& context, Settings settings)
    : context_(context),
      settings_(std::move(settings)),
      crowd_(std::make_shared<Crowd>(most_sessions)),
      acceptor_(io, [this](Local::socket socket) { take(std::move(socket)); }) {
  open();
  acceptor_.run();
}

ControlSocket::~ControlSocket() { ::unlink(settings_.path.c_str()); }

void ControlSocket::close() {
  acceptor_.close();
  crowd_->close();
}

void ControlSocket::open() {
  const auto& path = settings_.path;
  if (path.string().size() > longest_path) refuse(path, "its path is longer than 107 bytes");
  clear_place(path);
  boost::system::error_code error;
  auto& socket = acceptor_.socket();
  socket.open(Local(), error);
  // Before it has a name, so that from its first moment nobody else may connect.
  if (!error && ::fchmod(socket.native_handle(), mode) != 0) error.assign(errno, boost::system::system_category());
  if (!error) socket.bind(Local::endpoint(path.string()), error);
  // The name has what the umask left of that.
  if (!error && ::chmod(path.c_str(), mode) != 0) error.assign(errno, boost::system::system_category());
  if (!error) socket.listen(asio::socket_base::max_listen_connections, error);
  if (error) refuse(path, error.message() + "; see whether its folder is there and the daemon may write into it");
  give_to_group(path, settings_.rights);
}

void ControlSocket::take(Local::socket socket) {
  auto peer = peer_of(socket.native_handle());
  if (!peer || !crowd_->make_room()) return;  // closed with the socket
  const auto session = std::make_shared<Session>(std::move(socket), nullptr,
                                                 std::make_unique<PeerGuard>(*std::move(peer), settings_.rights),
                                                 context_, [crowd = crowd_](Session* ended) { crowd->remove(ended); });
  crowd_->add(session.get());
  session->start();
}

}  // namespace amibroker::control
