#include "rankwise/farm/kept_outputs.hpp"

#include <fcntl.h>

#include <algorithm>
#include <span>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/processes/nameless_file.hpp"

namespace rankwise::farm {
namespace {

constexpr std::size_t at_once = std::size_t{1} << 20;

std::size_t files_of(const KeptOutputs::Streams& streams) {
  return static_cast<std::size_t>(streams[0].is_in_file()) + static_cast<std::size_t>(streams[1].is_in_file());
}

}  // namespace

void KeptOutputs::keep(std::uint64_t task, Streams streams) {
  Kept kept;
  kept.is_together = files_ + files_of(streams) > most_files_;
  if (kept.is_together) {
    for (std::size_t stream : {0U, 1U}) kept.together[stream] = add(streams[stream]);
    ++in_common_;
  } else {
    files_ += files_of(streams);
    kept.streams = std::move(streams);
  }
  kept_.emplace(task, std::move(kept));
}

KeptOutputs::Together KeptOutputs::add(const processes::CapturedOutput& output) {
  if (!common_) common_ = processes::nameless_file();
  const Together place{.begin = end_, .size = output.size()};
  for (std::uint64_t at = 0; at < output.size();) {
    const std::string piece = output.piece(at, at_once);
    processes::write_at(common_.get(), std::as_bytes(std::span(piece)), place.begin + at);
    at += piece.size();
  }
  end_ += place.size;
  return place;
}

std::string KeptOutputs::piece(std::uint64_t task, std::size_t stream, std::uint64_t offset, std::size_t most) const {
  const Kept& kept = kept_.at(task);
  if (!kept.is_together) return kept.streams.at(stream).piece(offset, most);
  const Together& place = kept.together.at(stream);
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(most, place.size - offset)), '\0');
  const auto count = processes::read_at(common_.get(), std::as_writable_bytes(std::span(bytes)), place.begin + offset);
  if (count != bytes.size()) throw IoError("what a task printed has become shorter");
  return bytes;
}

void KeptOutputs::drop(std::uint64_t task) {
  const auto found = kept_.find(task);
  if (found == kept_.end()) return;
  const Kept& kept = found->second;
  if (!kept.is_together) {
    files_ -= files_of(kept.streams);
  } else if (--in_common_ == 0) {
    common_.reset();
    end_ = 0;
  } else {
    for (const Together& place : kept.together) {  // its space is free, if the file system can do that
      if (place.size == 0) continue;
      fallocate(common_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(place.begin),
                static_cast<off_t>(place.size));
    }
  }
  kept_.erase(found);
}

}  // namespace rankwise::farm
