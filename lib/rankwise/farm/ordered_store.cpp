#include "rankwise/farm/ordered_store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "rankwise/base/errors.hpp"
#include "rankwise/processes/nameless_file.hpp"

namespace rankwise::farm {
namespace {

using processes::read_at;
using processes::write_at;

/// The end of what is kept, so that a hole, of zeros, is no place even for what begins at 0 and is empty.
struct PlaceInFile {
  std::uint64_t begin = 0;
  std::uint64_t size_and_one = 0;
};

constexpr std::size_t of_an_entry = 64;  // that the map takes beside the bytes, about

}  // namespace

void OrderedStore::put(std::uint64_t number, std::string bytes) {
  const std::size_t size = bytes.size() + of_an_entry;
  if (in_memory_ + size > most_in_memory_) return put_into_file(number, bytes);
  in_memory_ += size;
  memory_.emplace(number, std::move(bytes));
}

void OrderedStore::put_into_file(std::uint64_t number, const std::string& bytes) {
  if (!bytes_) {
    bytes_ = processes::nameless_file();
    places_ = processes::nameless_file();
  }
  const PlaceInFile place{.begin = end_, .size_and_one = bytes.size() + 1};
  write_at(bytes_.get(), std::as_bytes(std::span(bytes)), end_);
  write_at(places_.get(), std::as_bytes(std::span(&place, 1)), number * sizeof place);
  end_ += bytes.size();
  ++in_files_;
}

std::optional<std::string> OrderedStore::take(std::uint64_t number) {
  if (const auto found = memory_.find(number); found != memory_.end()) {
    std::string bytes = std::move(found->second);
    memory_.erase(found);
    in_memory_ -= bytes.size() + of_an_entry;
    return bytes;
  }
  if (in_files_ == 0) return std::nullopt;
  PlaceInFile place;
  if (read_at(places_.get(), std::as_writable_bytes(std::span(&place, 1)), number * sizeof place) != sizeof place ||
      place.size_and_one == 0) {
    return std::nullopt;
  }
  std::string bytes(static_cast<std::size_t>(place.size_and_one - 1), '\0');
  if (read_at(bytes_.get(), std::as_writable_bytes(std::span(bytes)), place.begin) != bytes.size()) {
    throw IoError("what waits for its turn cannot be read back");
  }
  const PlaceInFile nothing;
  write_at(places_.get(), std::as_bytes(std::span(&nothing, 1)), number * sizeof nothing);
  if (--in_files_ == 0) {  // all of it is free again
    end_ = 0;
    bytes_.reset();
    places_.reset();
  }
  return bytes;
}

}  // namespace rankwise::farm
