#include "rankwise/processes/captured_output.hpp"

#include <algorithm>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/processes/nameless_file.hpp"

namespace rankwise::processes {

void CapturedOutput::append(std::span<const char> bytes) {
  if (!file_ && memory_.size() + bytes.size() > most_in_memory) {
    Descriptor file = nameless_file();
    write_at(file.get(), std::as_bytes(std::span(memory_)), 0);
    file_ = std::move(file);
    memory_ = {};
  }
  if (file_) {
    write_at(file_.get(), std::as_bytes(bytes), size_);
  } else {
    memory_.append(bytes.data(), bytes.size());
  }
  size_ += bytes.size();
}

std::string CapturedOutput::piece(std::uint64_t offset, std::size_t most) const {
  if (!file_ && memory_.size() < size_) throw IoError("what a task printed is lost: too many files are open");
  if (!file_) return memory_.substr(static_cast<std::size_t>(offset), most);
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(most, size_ - offset)), '\0');
  if (read_at(file_.get(), std::as_writable_bytes(std::span(bytes)), offset) != bytes.size()) {
    throw IoError("what a task printed has become shorter");
  }
  return bytes;
}

std::string CapturedOutput::end(std::size_t most) const {
  return piece(size_ > most ? size_ - most : 0, most);
}

void CapturedOutput::encode(ByteWriter& bytes, std::vector<Descriptor>& files) {
  bytes.put(size_);
  bytes.put_string(memory_);
  bytes.put(is_in_file());
  if (file_) files.push_back(std::move(file_));
}

}  // namespace rankwise::processes
