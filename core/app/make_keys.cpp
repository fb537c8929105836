// SPDX-License-Identifier: Apache-2.0
#include "core/app/make_keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/link/zmq/curve_keys.hpp"

namespace amibroker::app {
namespace {

/// A file that this program makes; deleted again unless it is kept.
class NewFile {
 public:
  NewFile(std::string path, mode_t mode) : path_(std::move(path)) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd_ < 0) {
      error_ = errno;
      return;
    }
    // Whatever the umask says: the other side's administrator has to be able to read a public key.
    if (::fchmod(fd_, mode) != 0) error_ = errno;
  }
  ~NewFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    if (!kept_) ::unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(const std::string& line) {
    const std::string text = line + "\n";
    errno = 0;
    const ssize_t count = ::write(fd_, text.data(), text.size());
    if (count != static_cast<ssize_t>(text.size())) error_ = errno != 0 ? errno : ENOSPC;
    else if (::fsync(fd_) != 0) error_ = errno;
  }
  void keep() noexcept { kept_ = true; }

  /// What went wrong, for the user; empty if nothing did.
  [[nodiscard]] std::string error() const {
    switch (error_) {
      case 0: return {};
      case EEXIST:
        return path_ +
               " is there already, and a key that may be in use is not overwritten: choose another name, or "
               "move it away";
      case ENOENT:
      case ENOTDIR: return path_ + " cannot be made: its folder does not exist: create it, or choose another";
      case EACCES:
      case EPERM:
      case EROFS:
        return path_ + " cannot be made: " + std::generic_category().message(error_) +
               ": choose a folder that you may write to";
      default: return path_ + " cannot be made: " + std::generic_category().message(error_);
    }
  }

 private:
  std::string path_;
  int fd_ = -1;
  int error_ = 0;
  bool kept_ = false;
};

std::string what_to_do(const std::string& base, const std::string& public_key) {
  return "public key: " + public_key + "\n" + base +
         ".secret stays here: curve_secret_file names it, in the broker's configuration (the broker's key) or "
         "in zmq_manager.conf (a server's key).\n" +
         base +
         ".public goes to the other side: the broker's key is a line of each server's curve_clients_file, a "
         "server's key is curve_server_key of its section in the broker's configuration.\n";
}

}  // namespace

std::variant<KeysMade, KeysError> make_keys(const std::string& base) {
  if (!link::zeromq::has_curve())
    return KeysError{
        "no keys made: the libzmq of this machine was built without CURVE; install one that has it "
        "(Debian's libzmq5 does)"};
  NewFile secret_file(base + ".secret", 0600);
  if (!secret_file.error().empty()) return KeysError{secret_file.error()};
  NewFile public_file(base + ".public", 0644);
  if (!public_file.error().empty()) return KeysError{public_file.error()};
  const link::zeromq::CurveKeyPair keys = link::zeromq::make_curve_keys();
  secret_file.write(keys.secret_key);
  if (!secret_file.error().empty()) return KeysError{secret_file.error()};
  public_file.write(keys.public_key);
  if (!public_file.error().empty()) return KeysError{public_file.error()};
  secret_file.keep();
  public_file.keep();
  return KeysMade{what_to_do(base, keys.public_key)};
}

}  // namespace amibroker::app
