#include "rankwise/storage/concatenation.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <type_traits>
#include <utility>

#include "rankwise/base/digest.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/storage/convert_elements.hpp"

namespace rankwise::storage {
namespace {

/// What integers of both types are, as NumPy has it; float64 where one of them is none, or no integer type has both.
ElementType common_type(ElementType a, ElementType b) {
  if (a == b) return a;
  if (is_floating(a) || is_floating(b)) return ElementType::float64;
  const auto is_signed = [](ElementType type) { return type <= ElementType::int64; };
  if (is_signed(a) == is_signed(b)) return std::max(a, b);
  const auto [with, without] = is_signed(a) ? std::pair(a, b) : std::pair(b, a);
  if (without == ElementType::uint64) return ElementType::float64;
  const auto wider = static_cast<ElementType>(static_cast<int>(without) - static_cast<int>(ElementType::uint8) + 1);
  return std::max(with, wider);
}

/// Puts the elements of `from` into `to`, whose first row is `row`, as values of type T.
/// @throws InputError if they are integers that it does not hold
template <class T>
void place(const Tile& from, T* to, const Tile& whole, std::uint64_t row) {
  with_type(from.type(), [&](auto zero) {
    const auto* values = from.data<decltype(zero)>();
    for (std::uint64_t r = 0; r < from.rows(); ++r) {
      for (std::uint64_t c = 0; c < from.columns(); ++c) {
        const auto value = values[r * from.row_stride() + c * from.column_stride()];
        if constexpr (std::is_same_v<T, double> && std::is_integral_v<std::remove_cv_t<decltype(value)>>) {
          if (!is_double(value)) {
            throw InputError(
                fmt::format("{} beside real numbers in other files: float64, which all of them are taken as, "
                            "does not hold it",
                            value));
          }
        }
        to[(row + r) * whole.row_stride() + c * whole.column_stride()] = static_cast<T>(value);
      }
    }
  });
}

class ConcatenationReader final : public MatrixReader {
 public:
  struct Part {
    blocks::Range rows;  // of the whole
    std::unique_ptr<const MatrixReader> reader;
  };
  ConcatenationReader(std::vector<Part> parts, const MatrixInfo& info)
      : parts_(std::move(parts)), types_(info.types), contiguous_(info.contiguous) {}

  void read(const Region& region, Tile& tile) const override {
    const auto first =
        std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) { return part.rows.end > region.rows.begin; });
    // Most regions lie in one file.
    const ElementType type = type_of(region.columns);
    if (first != parts_.end() && region.rows.end <= first->rows.end) {
      first->reader->read(in_part(*first, region), tile);
      if (tile.type() == type && tile.contiguous() == contiguous_) return;
    }
    Tile piece;
    const auto room = tile.prepare(region, type, contiguous_);
    for (auto part = first; part != parts_.end() && part->rows.begin < region.rows.end; ++part) {
      const std::uint64_t row = std::max(part->rows.begin, region.rows.begin) - region.rows.begin;
      part->reader->read(in_part(*part, region), piece);
      with_type(type, [&](auto zero) { place(piece, reinterpret_cast<decltype(zero)*>(room.data()), tile, row); });
    }
  }

  void announce(const Region& region) const override {
    for (const Part& part : parts_) {
      if (part.rows.begin < region.rows.end && region.rows.begin < part.rows.end) {
        part.reader->announce(in_part(part, region));
      }
    }
  }

 private:
  [[nodiscard]] ElementType type_of(blocks::Range columns) const {
    if (types_.size() == 1) return types_[0];
    return columns.size() == 1 ? types_[columns.begin] : ElementType::float64;
  }
  static Region in_part(const Part& part, const Region& region) {
    const std::uint64_t begin = std::max(part.rows.begin, region.rows.begin);
    const std::uint64_t end = std::min(part.rows.end, region.rows.end);
    return {.rows = {begin - part.rows.begin, end - part.rows.begin}, .columns = region.columns};
  }

  std::vector<Part> parts_;
  std::vector<ElementType> types_;
  Contiguous contiguous_;
};

}  // namespace

std::vector<std::string> matching_files(const std::string& pattern) {
  std::error_code ignored;
  if (pattern.find_first_of("*?[") == std::string::npos || std::filesystem::exists(pattern, ignored)) return {};
  glob_t found = {};
  const int failed = glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> files(found.gl_pathv, found.gl_pathv + (failed == 0 ? found.gl_pathc : 0));
  globfree(&found);
  if (files.empty()) throw IoError(fmt::format("no file matches {}", pattern));
  return files;
}

MatrixInfo concatenate(const std::vector<MatrixInfo>& parts) {
  MatrixInfo whole = parts.at(0);
  whole.format = Format::concatenation;
  whole.rows = 0;
  whole.stored = {};
  whole.description = fmt::format("{} file{}: {}", parts.size(), parts.size() == 1 ? "" : "s", whole.description);
  Digest identity;
  ByteWriter index;
  index.put(std::uint64_t{parts.size()});
  for (const MatrixInfo& part : parts) {
    if (part.columns != whole.columns) {
      throw InputError(fmt::format("{} has {} columns, but {} has {}: they cannot be one below the other", part.file,
                                   part.columns, parts[0].file, whole.columns));
    }
    if (part.names != whole.names) {
      throw InputError(fmt::format("the columns of {} are not named as those of {}", part.file, parts[0].file));
    }
    if (part.types.size() == 1 && whole.types.size() == 1) {
      whole.types[0] = common_type(whole.types[0], part.types[0]);
    } else if (part.types != whole.types) {
      whole.types = {ElementType::float64};
    }
    whole.rows += part.rows;
    whole.stored.value += part.stored.value;
    identity.add(part.identity);
    part.encode(index);
  }
  if (std::any_of(parts.begin(), parts.end(), [&](const MatrixInfo& part) { return part.types != whole.types; })) {
    whole.description = fmt::format("{} files of several types, in {}", parts.size(), name_of(whole.types[0]));
  }
  whole.identity = identity.hex();
  whole.index = index.take();
  return whole;
}

std::vector<MatrixInfo> parts_of(const MatrixInfo& info) {
  ByteReader in(info.index);
  std::vector<MatrixInfo> parts;
  const auto count = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < count; ++i) parts.push_back(MatrixInfo::decode(in));
  return parts;
}

std::unique_ptr<const MatrixReader> open_concatenation(
    const MatrixInfo& info, const std::function<std::unique_ptr<const MatrixReader>(const MatrixInfo& part)>& open) {
  std::vector<ConcatenationReader::Part> parts;
  std::uint64_t row = 0;
  for (const MatrixInfo& part : parts_of(info)) {
    parts.push_back({.rows = {row, row + part.rows}, .reader = open(part)});
    row += part.rows;
  }
  return std::make_unique<ConcatenationReader>(std::move(parts), info);
}

}  // namespace rankwise::storage
