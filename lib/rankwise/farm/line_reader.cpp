#include "rankwise/farm/line_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

constexpr std::size_t at_once = std::size_t{64} << 10;

}  // namespace

LineReader::LineReader(const std::string& path, char delimiter)
    : name_(path == "-" ? "the list on standard input" : path), delimiter_(delimiter), descriptor_(STDIN_FILENO) {
  if (path == "-") return;
  file_ = processes::Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file_) throw IoError(fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  descriptor_ = file_.get();
}

bool LineReader::has_input() const {
  pollfd look{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return poll(&look, 1, 0) > 0;
}

Next LineReader::next(std::string& line) {
  while (true) {
    const auto end = buffer_.find(delimiter_, searched_);
    if (end != std::string::npos || (ended_ && begin_ < buffer_.size())) {
      const std::size_t size = std::min(end, buffer_.size()) - begin_;
      line.assign(buffer_, begin_, size);
      begin_ = searched_ = std::min(begin_ + size + 1, buffer_.size());
      ++lines_;
      if (line.find('\0') == std::string::npos) return Next::value;
      throw InputError(fmt::format(
          "line {} of {} holds a NUL, which no argument can; -0 takes values that end with one", lines_, name_));
    }
    if (ended_) return Next::end;
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched_ = buffer_.size();
    if (buffer_.size() > longest_line) {
      throw InputError(fmt::format("line {} of {} is longer than {} MiB", lines_ + 1, name_, longest_line >> 20));
    }
    if (!has_input()) return Next::later;
    const std::size_t before = buffer_.size();
    buffer_.resize(before + at_once);
    const ssize_t count = read(descriptor_, buffer_.data() + before, at_once);
    const int error = errno;
    buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && (error == EAGAIN || error == EINTR)) return Next::later;
    if (count < 0) throw IoError(fmt::format("{} cannot be read: {}", name_, std::strerror(error)));
    ended_ = count == 0;
  }
}

}  // namespace rankwise::farm
