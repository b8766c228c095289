#include "rankwise/matrices/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/matrices/piece_format.hpp"
#include "rankwise/matrices/pieces.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/storage/file_system.hpp"
#include "rankwise/storage/left_output.hpp"
#include "rankwise/storage/temporary_file.hpp"

namespace rankwise::matrices {
namespace {

using storage::MatrixShape;
using storage::OutputFormat;
using storage::Region;

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
  [[nodiscard]] Bytes partial_bytes() const { return {64 + bytes_in_the_file()}; }
  [[nodiscard]] Bytes block_bytes() const {
    return {pieces_.elements() * storage::size_of(options_.shape.type) + bytes_in_the_file()};
  }

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
      partial.bytes = in_the_file(options_.shape, format_, region, scratch.values);
    }
    return partial;
  }
  void make_output_durable() const {
    if (file_ != nullptr) file_->sync();
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
  [[nodiscard]] std::uint64_t bytes_in_the_file() const {
    return file_ != nullptr ? 0 : most_in_the_file(options_.shape, format_, pieces_.elements()).value;
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

/// The file as this rank fills it; nothing on all ranks if one does not see it, or if rank 0 has to write.
std::unique_ptr<storage::FilledFile> open_for_all(const ranks::Communicator& ranks, const std::string& path,
                                                  const std::string& shown_as, bool possible) {
  const bool one_node = ranks::sum(ranks, ranks.on_this_node().is_root() ? 1 : 0) == 1;
  std::unique_ptr<storage::FilledFile> file;
  try {
    if (possible && (one_node || storage::file_system_of(path).keeps_nodes_in_step())) {
      file = std::make_unique<storage::FilledFile>(path, shown_as);
    }
  } catch (const IoError&) {
    file = nullptr;
  }
  if (ranks::sum(ranks, file == nullptr ? 1 : 0) > 0) return nullptr;
  return file;
}

/// How many pieces come home to rank 0 before it writes them: as many as its memory holds besides those in work.
std::uint64_t pieces_at_once(const engine::Context& context, const GenerateJob& job, Bytes piece) {
  const std::uint64_t each = job.block_bytes().value + job.partial_bytes().value;
  if (const auto memory = context.options().memory) return std::max<std::uint64_t>(1, memory->value / each);
  return divide_up(mebibytes(128).value, std::max<std::uint64_t>(1, piece.value));
}

}  // namespace

engine::Identity identity_of(const GenerateOptions& options) {
  const MatrixShape& shape = options.shape;
  const bool by_rows = shape.contiguous == storage::Contiguous::rows;
  return {.method = "generate",
          .version = 1,
          .input = "",
          .seed = options.elements.seed,
          .options = fmt::format("{} {} {} × {} {} {} {} {}", static_cast<int>(options.elements.distribution),
                                 options.elements.nan_fraction, shape.rows, shape.columns, storage::name_of(shape.type),
                                 by_rows ? "rows" : "columns", options.destination.file, options.destination.dataset)};
}

std::string generate(const engine::Context& context, const GenerateOptions& options) {
  const ranks::Communicator& ranks = context.ranks();
  engine::Checkpoint* checkpoint = context.options().checkpoint;
  const bool csv = storage::format_of(options.destination) == OutputFormat::csv;
  const Pieces pieces(options.shape);
  std::optional<storage::TemporaryFile> temporary;
  storage::LeftOutput left;
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    if (checkpoint != nullptr && !checkpoint->record().output.empty()) {
      left = storage::LeftOutput::decode(ByteReader(checkpoint->record().output));
      temporary.emplace(options.destination.file, options.overwrite, left.tag(0));
      return;
    }
    storage::check_destination(options.destination, options.overwrite);
    temporary.emplace(options.destination.file, options.overwrite);
    left.tags = {temporary->tag()};
    left.offset = storage::lay_out_matrix(temporary->path(), options.destination, options.shape).value_or(0);
  });
  const std::string path = ranks::broadcast_text(ranks, temporary ? temporary->path() : "");
  const std::uint64_t offset = ranks::sum(ranks, left.offset);
  const auto file = open_for_all(ranks, path, options.destination.file, !csv && !options.shape.chunk);
  if (checkpoint != nullptr) {
    ranks::agree(ranks, [&] {
      if (!file) {
        throw UsageError(
            "--checkpoint takes a file that ranks fill: .npy, or .h5 without chunks, that all of them see");
      }
      if (!ranks.is_root()) return;
      // Once the checkpoint says so, a later run takes the file for laid out.
      temporary->make_durable();
      checkpoint->set_output(left.encode());
      temporary->leave();
    });
  }

  Digest digest;
  digest.add("matrix");
  digest.add(storage::name_of(options.shape.type));
  digest.add(options.shape.rows);
  digest.add(options.shape.columns);
  std::optional<RootWriter> writer;
  ranks::agree(ranks, [&] {
    if (ranks.is_root() && !file) writer.emplace(options, path, offset);
  });
  const blocks::Range all{0, pieces.count()};
  const std::uint64_t part = file ? std::max<std::uint64_t>(1, all.size())
                                  : pieces_at_once(context, GenerateJob(options, pieces, all, nullptr, offset),
                                                   {pieces.elements() * storage::size_of(options.shape.type)});
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
  forget_stop_request();  // one that comes now comes too late to stop anything
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    storage::commit_with_record(*temporary, options.destination, options.record(digest.hex()));
    if (checkpoint != nullptr) checkpoint->discard();
  });
  return digest.hex();
}

engine::PhasePlan plan_generate(const engine::Context& context, const GenerateOptions& options) {
  const Pieces pieces(options.shape);
  return engine::plan(context.options(), GenerateJob(options, pieces, {0, pieces.count()}, nullptr, 0), "generate");
}

}  // namespace rankwise::matrices
