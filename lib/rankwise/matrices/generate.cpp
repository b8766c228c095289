#include "rankwise/matrices/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/matrices/pieces.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/storage/temporary_file.hpp"

namespace rankwise::matrices {
namespace {

using storage::MatrixShape;
using storage::OutputFormat;
using storage::Region;

/// The rows of a region as lines of CSV.
std::vector<std::byte> as_csv(const MatrixShape& shape, const Region& region, std::span<const std::byte> values) {
  fmt::memory_buffer text;
  storage::with_type(shape.type, [&](auto zero) {
    const auto* next = reinterpret_cast<const decltype(zero)*>(values.data());
    for (std::uint64_t r = 0; r < region.rows.size(); ++r) {
      for (std::uint64_t c = 0; c < region.columns.size(); ++c) {
        const bool first = region.columns.begin + c == 0;  // a wide row comes in several pieces
        fmt::format_to(std::back_inserter(text), "{}{}", first ? "" : ",", *next++);
      }
      if (region.columns.end == shape.columns) text.push_back('\n');
    }
  });
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

/// A chunk at the border is stored whole: what lies beyond the border is zero.
std::vector<std::byte> padded_chunk(const MatrixShape& shape, const Region& region, std::span<const std::byte> values) {
  const bool by_rows = shape.contiguous == storage::Contiguous::rows;
  const std::uint64_t size = storage::size_of(shape.type);
  const std::uint64_t line = (by_rows ? shape.chunk->columns : shape.chunk->rows) * size;
  const std::uint64_t have = (by_rows ? region.columns.size() : region.rows.size()) * size;
  std::vector<std::byte> chunk(shape.chunk->rows * shape.chunk->columns * size);
  for (std::uint64_t i = 0; i * have < values.size(); ++i)
    std::memcpy(chunk.data() + i * line, values.data() + i * have, have);
  return chunk;
}

/// A lane is one piece of the matrix. Its values go straight to the file, or home to rank 0 in the form in which the
/// file has them.
class GenerateJob {
 public:
  struct Partial {
    std::array<std::uint64_t, 2> hash{};
    std::vector<std::byte> bytes;
  };
  struct Scratch {
    std::vector<std::byte> values;
  };

  GenerateJob(const GenerateOptions& options, const Pieces& pieces, blocks::Range part, const storage::FilledFile* file,
              std::uint64_t offset)
      : options_(options),
        format_(storage::format_of(options.destination)),
        pieces_(pieces),
        part_(part),
        file_(file),
        offset_(offset) {}

  [[nodiscard]] engine::Identity identity() const {
    const MatrixShape& s = options_.shape;
    return {.method = "generate",
            .version = 1,
            .input = "",
            .seed = options_.elements.seed,
            .options = fmt::format("{} {} {} × {} {} {} {}", static_cast<int>(options_.elements.distribution),
                                   options_.elements.nan_fraction, s.rows, s.columns, storage::name_of(s.type),
                                   part_.begin, part_.end)};
  }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = part_.size(), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {file_ != nullptr ? 64 : 64 + block_bytes().value}; }
  [[nodiscard]] Bytes block_bytes() const { return {pieces_.elements() * storage::size_of(options_.shape.type)}; }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const std::uint64_t piece = part_.begin + block.lane;
    const Region region = pieces_.region(piece);
    scratch.values.resize(region.elements() * storage::size_of(options_.shape.type));
    options_.elements.fill(options_.shape, region, scratch.values);
    Partial partial;
    Digest digest;
    digest.add_bytes(scratch.values);  // the one NaN that is generated is the digest's own
    partial.hash = digest.words();
    if (file_ != nullptr) {
      file_->write(offset_ + pieces_.first_element(piece) * storage::size_of(options_.shape.type), scratch.values);
    } else {
      partial.bytes = in_the_file(region, scratch.values);
    }
    return partial;
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& partial, ByteWriter& out) {
    out.put(partial.hash);
    out.put_vector(partial.bytes);
  }
  static Partial decode(ByteReader& in) {
    const auto hash = in.get<std::array<std::uint64_t, 2>>();
    return {hash, in.get_vector<std::byte>()};
  }

 private:
  [[nodiscard]] std::vector<std::byte> in_the_file(const Region& region, const std::vector<std::byte>& values) const {
    const MatrixShape& shape = options_.shape;
    if (format_ == OutputFormat::csv) return as_csv(shape, region, values);
    if (!shape.chunk) return values;
    auto chunk = padded_chunk(shape, region, values);
    return shape.gzip > 0 ? storage::shuffle_and_deflate(chunk, storage::size_of(shape.type), shape.gzip) : chunk;
  }

  const GenerateOptions& options_;
  OutputFormat format_;
  const Pieces& pieces_;
  blocks::Range part_;
  const storage::FilledFile* file_;
  std::uint64_t offset_;
};

/// What rank 0 writes, piece after piece.
class RootWriter {
 public:
  RootWriter(const GenerateOptions& options, const std::string& path, std::uint64_t offset) : next_(offset) {
    if (options.shape.chunk) {
      chunks_.emplace(path, options.destination);
    } else {
      file_.emplace(path, options.destination.file);
    }
  }
  void write(const Region& region, std::span<const std::byte> bytes) {
    if (chunks_) {
      chunks_->write(region.rows.begin, region.columns.begin, bytes);
    } else {
      file_->write(next_, bytes);
      next_ += bytes.size();
    }
  }
  void close() {
    if (chunks_) chunks_->close();
  }

 private:
  std::uint64_t next_;
  std::optional<storage::ChunkWriter> chunks_;
  std::optional<storage::FilledFile> file_;
};

/// The file as this rank fills it; nothing if it does not see it, or if rank 0 has to write.
std::unique_ptr<storage::FilledFile> open_for_all(const engine::Context& context, const std::string& path,
                                                  const std::string& shown_as, bool possible) {
  std::unique_ptr<storage::FilledFile> file;
  try {
    if (possible) file = std::make_unique<storage::FilledFile>(path, shown_as);
  } catch (const IoError&) {
    file = nullptr;
  }
  if (ranks::sum(context.ranks(), file == nullptr ? 1 : 0) > 0) return nullptr;
  return file;
}

}  // namespace

std::string generate(const engine::Context& context, const GenerateOptions& options) {
  const ranks::Communicator& ranks = context.ranks();
  const bool csv = storage::format_of(options.destination) == OutputFormat::csv;
  const Pieces pieces(options.shape);
  std::optional<storage::TemporaryFile> temporary;
  std::uint64_t offset = 0;
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    storage::check_destination(options.destination, options.overwrite);
    temporary.emplace(options.destination.file, options.overwrite);
    if (!csv) offset = storage::lay_out_matrix(temporary->path(), options.destination, options.shape).value_or(0);
  });
  const std::string path = ranks::broadcast_text(ranks, temporary ? temporary->path() : "");
  offset = ranks::sum(ranks, offset);
  const auto file = open_for_all(context, path, options.destination.file, !csv && !options.shape.chunk);

  Digest digest;
  digest.add("matrix");
  digest.add(storage::name_of(options.shape.type));
  digest.add(options.shape.rows);
  digest.add(options.shape.columns);
  std::optional<RootWriter> writer;
  ranks::agree(ranks, [&] {
    if (ranks.is_root() && !file) writer.emplace(options, path, offset);
  });
  // What comes home to rank 0 comes in parts that its memory holds.
  constexpr std::uint64_t bytes_at_once = std::uint64_t{128} << 20;
  const std::uint64_t piece_bytes =
      std::max<std::uint64_t>(1, pieces.elements() * storage::size_of(options.shape.type));
  const std::uint64_t part = file ? std::max<std::uint64_t>(1, pieces.count()) : divide_up(bytes_at_once, piece_bytes);
  for (std::uint64_t i = 0; i * part < pieces.count(); ++i) {
    const blocks::Range range = blocks::piece(pieces.count(), part, i);
    const auto take = [&](std::uint64_t lane, const GenerateJob::Partial& partial) {
      for (const std::uint64_t word : partial.hash) digest.add(word);
      if (writer) writer->write(pieces.region(range.begin + lane), partial.bytes);
    };
    engine::run(context, GenerateJob(options, pieces, range, file.get(), offset), take, {.phase = "generate"});
  }
  ranks::agree(ranks, [&] {
    if (file) file->sync();
    if (writer) writer->close();
  });
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    storage::commit_with_record(*temporary, options.destination, options.record(digest.hex()));
  });
  return digest.hex();
}

}  // namespace rankwise::matrices
