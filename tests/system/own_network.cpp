// SPDX-License-Identifier: Apache-2.0
#include "tests/system/own_network.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace amibroker::system_test {
namespace {

namespace fs = std::filesystem;

const fs::path etc = "/etc";

void check(bool good, const std::string& what) {
  if (!good) throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

/// By a rename, as an administrator's tools do it: nobody sees half of it.
void write_file(const std::string& name, const std::string& text) {
  const fs::path draft = etc / (name + ".new");
  std::ofstream(draft, std::ios::binary) << text;
  fs::rename(draft, etc / name);
}

/// An empty folder in memory covers /etc; it leads to the machine's own files, which stay read-only below it. So files
/// can be replaced that the machine does not even have.
void cover_etc() {
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "cannot keep mounts to ourselves");
  const int own = ::open(etc.c_str(), O_PATH | O_CLOEXEC);
  check(own >= 0, "cannot open /etc");
  check(::mount("none", etc.c_str(), "tmpfs", 0, nullptr) == 0, "cannot cover /etc");
  const fs::path below = etc / ".below";
  fs::create_directory(below);
  const std::string covered = "/proc/self/fd/" + std::to_string(own);
  check(::mount(covered.c_str(), below.c_str(), nullptr, MS_BIND, nullptr) == 0, "cannot keep the machine's /etc");
  check(::mount(nullptr, below.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0,
        "cannot protect the machine's /etc");
  ::close(own);
  for (const auto& entry : fs::directory_iterator(below))
    fs::create_symlink(fs::path(".below") / entry.path().filename(), etc / entry.path().filename());
}

sockaddr_in ipv4(const char* address, std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &where.sin_addr);
  return where;
}

int bound_socket(int type, const char* address, std::uint16_t port) {
  const int made = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  check(made >= 0, "no socket");
  const sockaddr_in where = ipv4(address, port);
  check(::bind(made, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0,
        std::string("cannot bind ") + address + " port " + std::to_string(port));
  return made;
}

void raise_loopback() {
  const int control = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  check(control >= 0, "no socket");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  check(::ioctl(control, SIOCSIFFLAGS, &request) == 0, "cannot raise the loopback interface");
  ::close(control);
}

}  // namespace

std::string enter_own_network() {
  if (::unshare(CLONE_NEWNS | CLONE_NEWNET) != 0)
    return "a network of its own needs root, and a container that allows it: " + std::generic_category().message(errno);
  raise_loopback();
  cover_etc();
  write_file("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
  write_file("host.conf", "multi on\n");
  write_file("resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n");
  // The C library sorts addresses; the dead one is to be the first.
  write_file("gai.conf",
             "precedence ::1/128 50\nprecedence ::/0 40\nprecedence ::ffff:0:0/96 10\n"
             "precedence ::ffff:127.0.0.2/128 100\n");
  write_hosts("");
  // Never read and never closed: it lives as long as the process.
  static_cast<void>(bound_socket(SOCK_DGRAM, "127.0.0.1", 53));
  return {};
}

void write_hosts(const std::string& text) { write_file("hosts", "127.0.0.1 localhost\n" + text); }

DeadPort::DeadPort(std::uint16_t port) : socket_(bound_socket(SOCK_STREAM, "127.0.0.2", port)) {
  // The kernel shows each packet to the filter of the socket that listens, and this one takes none.
  sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  const sock_fprog program{1, nothing};
  check(::setsockopt(socket_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0, "cannot drop packets");
  check(::listen(socket_, 1) == 0, "cannot listen");
}

DeadPort::~DeadPort() { ::close(socket_); }

}  // namespace amibroker::system_test
