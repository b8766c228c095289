#include "rankwise/processes/channel.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "rankwise/base/errors.hpp"

namespace rankwise::processes {
namespace {

constexpr std::size_t most_files = 8;  // that are sent at a time
constexpr std::size_t most_waiting_files = 8;
constexpr std::size_t room = std::size_t{64} << 10;
using Length = std::uint64_t;

}  // namespace

std::pair<Channel, Channel> Channel::make_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    throw IoError(fmt::format("a pair of sockets cannot be made: {}", std::strerror(errno)));
  }
  return {Channel(Descriptor(ends[0])), Channel(Descriptor(ends[1]))};
}

std::size_t Channel::send_some(std::span<const std::byte> bytes, const std::vector<Descriptor>& files) {
  iovec part{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(most_files * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!files.empty()) {
    std::vector<int> numbers;
    for (const Descriptor& file : files) numbers.push_back(file.get());
    const std::size_t size = numbers.size() * sizeof(int);
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(size);
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(rights), numbers.data(), size);
  }
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  // With too many files on their way, or too little memory, there will be room later, too.
  const bool is_full =
      errno == EAGAIN || errno == EWOULDBLOCK || errno == ETOOMANYREFS || errno == ENOBUFS || errno == ENOMEM;
  if (!is_full) closed_ = true;
  return 0;
}

void Channel::send(std::span<const std::byte> message, std::vector<Descriptor> files) {
  if (closed_) return;
  std::vector<std::byte> bytes(sizeof(Length) + message.size());
  const Length length = message.size();
  std::memcpy(bytes.data(), &length, sizeof length);
  if (!message.empty()) std::memcpy(bytes.data() + sizeof length, message.data(), message.size());
  const std::size_t sent = unsent_.empty() ? send_some(bytes, files) : 0;
  if (sent == bytes.size() || closed_) return;
  Unsent rest{.bytes = {bytes.begin() + static_cast<std::ptrdiff_t>(sent), bytes.end()}, .files = {}};
  if (sent == 0) rest.files = std::move(files);  // they go with the first byte
  unsent_bytes_ += rest.bytes.size();
  unsent_.push_back(std::move(rest));
}

void Channel::flush() {
  while (!unsent_.empty() && !closed_) {
    Unsent& first = unsent_.front();
    const std::size_t sent = send_some(first.bytes, first.files);
    if (sent == 0) break;
    first.files.clear();
    unsent_bytes_ -= sent;
    if (sent == first.bytes.size()) {
      unsent_.pop_front();
    } else {
      first.bytes.erase(first.bytes.begin(), first.bytes.begin() + static_cast<std::ptrdiff_t>(sent));
    }
  }
  if (closed_) unsent_.clear();
}

bool Channel::receive() {
  while (!closed_) {
    if (files_.size() >= most_waiting_files) return true;  // those first: a process may have only so many open
    if (begin_ > 0 && begin_ >= received_.size() / 2) {
      received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
    }
    const std::size_t before = received_.size();
    received_.resize(before + room);
    iovec part{.iov_base = received_.data() + before, .iov_len = room};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(most_files * sizeof(int))> control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t count = 0;
    do {
      count = recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    const int error = errno;
    received_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && (error == EAGAIN || error == EWOULDBLOCK)) return true;
    if (count <= 0) {
      closed_ = true;
      break;
    }
    if ((header.msg_flags & MSG_CTRUNC) != 0)
      throw IoError("too many files are open: what tasks print cannot be taken");
    for (cmsghdr* rights = CMSG_FIRSTHDR(&header); rights != nullptr; rights = CMSG_NXTHDR(&header, rights)) {
      if (rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS) continue;
      std::vector<int> files((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
      std::memcpy(files.data(), CMSG_DATA(rights), files.size() * sizeof(int));
      for (const int file : files) files_.emplace_back(file);
    }
  }
  return false;
}

std::optional<std::vector<std::byte>> Channel::next() {
  Length length = 0;
  const std::size_t here = received_.size() - begin_;
  if (here < sizeof length) return std::nullopt;
  std::memcpy(&length, received_.data() + begin_, sizeof length);
  if (here - sizeof length < length) return std::nullopt;
  const auto begin = received_.begin() + static_cast<std::ptrdiff_t>(begin_ + sizeof length);
  std::vector<std::byte> message(begin, begin + static_cast<std::ptrdiff_t>(length));
  begin_ += sizeof length + static_cast<std::size_t>(length);
  return message;
}

Descriptor Channel::next_file() {
  if (files_.empty()) return {};
  Descriptor file = std::move(files_.front());
  files_.pop_front();
  return file;
}

}  // namespace rankwise::processes
