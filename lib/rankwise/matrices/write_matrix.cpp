#include "rankwise/matrices/write_matrix.hpp"

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

using storage::ChunkShape;
using storage::MatrixShape;
using storage::OutputFormat;
using storage::Region;

/// A matrix without chunks, in a file that has room for it.
struct Place {
  const storage::FilledFile* file = nullptr;
  std::uint64_t offset = 0;  ///< of its first element

  void write(const MatrixShape& shape, const Region& region, std::span<const std::byte> values) const {
    const bool by_rows = shape.contiguous == storage::Contiguous::rows;
    const auto [outer, inner] =
        by_rows ? std::pair(region.rows, region.columns) : std::pair(region.columns, region.rows);
    const std::uint64_t length = by_rows ? shape.columns : shape.rows, size = storage::size_of(shape.type);
    const bool together = inner.size() == length;
    const std::uint64_t run = (together ? region.elements() : inner.size()) * size;
    for (std::uint64_t done = 0, o = outer.begin; done < values.size(); done += run, ++o) {
      file->write(offset + (o * length + inner.begin) * size, values.subspan(done, run));
    }
  }
};

/// A lane is one piece of the matrix. Its values go straight to the file, or home to rank 0 in the form in which the
/// file has them.
class WriteJob {
 public:
  struct Partial {
    std::array<std::uint64_t, 2> hash{};
    std::vector<std::byte> bytes;
  };
  struct Scratch {
    std::vector<std::byte> values;
    std::unique_ptr<ElementMaker::Scratch> making;
  };

  /// @param place nothing to send pieces home
  WriteJob(const MatrixToWrite& matrix, const ElementMaker& maker, const Pieces& pieces, blocks::Range part,
           std::optional<Place> place)
      : matrix_(matrix), maker_(maker), pieces_(pieces), part_(part), place_(place) {}

  [[nodiscard]] engine::Identity identity() const {
    const MatrixShape& s = matrix_.shape;
    engine::Identity identity = matrix_.elements;
    identity.options +=
        fmt::format(" {} × {} {} {} {}", s.rows, s.columns, storage::name_of(s.type), part_.begin, part_.end);
    return identity;
  }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = part_.size(), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {64 + bytes_in_the_file()}; }
  [[nodiscard]] Bytes block_bytes() const {
    // On its way into the file: text grows in one place and goes in another; a chunk is filled up, shuffled, deflated.
    const std::uint64_t forms = matrix_.shape.gzip > 0 ? 3 : 2;
    return {pieces_.elements() * storage::size_of(matrix_.shape.type) + forms * bytes_in_the_file() +
            maker_.bytes_needed(pieces_.largest()).value};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    if (!scratch.making) scratch.making = maker_.make_scratch();
    const Region region = region_of(block);
    scratch.values.resize(region.elements() * storage::size_of(matrix_.shape.type));
    maker_.make(matrix_.shape, region, scratch.making.get(), scratch.values);
    Partial partial;
    Digest digest;
    digest.add_bytes(scratch.values);  // makers give the one NaN of digests
    partial.hash = digest.words();
    if (place_) {
      place_->write(matrix_.shape, region, scratch.values);
    } else {
      partial.bytes = in_the_file(matrix_.shape, matrix_.destination, region, scratch.values);
    }
    return partial;
  }
  void announce(blocks::Block block) const { maker_.announce(region_of(block)); }
  void make_output_durable() const {
    if (place_) place_->file->sync();
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
  [[nodiscard]] Region region_of(blocks::Block block) const { return pieces_.region(part_.begin + block.lane); }
  [[nodiscard]] OutputFormat format() const { return storage::format_of(matrix_.destination); }
  [[nodiscard]] std::uint64_t bytes_in_the_file() const {
    return place_ ? 0 : most_in_the_file(matrix_.shape, format(), pieces_.elements()).value;
  }

  const MatrixToWrite& matrix_;
  const ElementMaker& maker_;
  const Pieces& pieces_;
  blocks::Range part_;
  std::optional<Place> place_;
};

/// What rank 0 writes, piece after piece.
class RootWriter {
 public:
  RootWriter(const MatrixToWrite& matrix, const std::string& path, std::uint64_t offset)
      : matrix_(matrix), next_(offset) {
    if (matrix.shape.chunk) {
      chunks_.emplace(path, matrix.destination);
    } else {
      file_.emplace(path, matrix.destination.file);
    }
  }
  void write(const Region& region, std::span<const std::byte> bytes) {
    if (chunks_) {
      chunks_->write(region.rows.begin, region.columns.begin, bytes);
    } else if (storage::format_of(matrix_.destination) == OutputFormat::csv) {
      file_->write(next_, bytes);
      next_ += bytes.size();
    } else {
      Place{.file = &*file_, .offset = next_}.write(matrix_.shape, region, bytes);
    }
  }
  void close() {
    if (chunks_) chunks_->close();
  }

 private:
  const MatrixToWrite& matrix_;
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

/// Lines of CSV lie one after another: what lies across is made run by run, too.
Pieces pieces_of(const MatrixToWrite& matrix) {
  const bool csv = storage::format_of(matrix.destination) == OutputFormat::csv;
  return Pieces(matrix.shape, csv ? std::nullopt : matrix.tile);
}

/// How many pieces come home to rank 0 before it writes them: as many as its memory holds besides those in work.
std::uint64_t pieces_at_once(const engine::Context& context, const WriteJob& job, Bytes piece) {
  const std::uint64_t each = job.block_bytes().value + job.partial_bytes().value;
  if (const auto memory = context.options().memory) return std::max<std::uint64_t>(1, memory->value / each);
  return divide_up(mebibytes(128).value, std::max<std::uint64_t>(1, piece.value));
}

}  // namespace

engine::Identity identity_of(const MatrixToWrite& matrix) {
  const MatrixShape& shape = matrix.shape;
  const bool by_rows = shape.contiguous == storage::Contiguous::rows;
  engine::Identity identity = matrix.elements;
  identity.options += fmt::format(" {} × {}{} {} {} {} {}", shape.rows, shape.columns, shape.is_vector ? " vector" : "",
                                  storage::name_of(shape.type), by_rows ? "rows" : "columns", matrix.destination.file,
                                  matrix.destination.dataset);
  return identity;
}

std::string write_matrix(const engine::Context& context, const MatrixToWrite& matrix, const ElementMaker& maker) {
  const ranks::Communicator& ranks = context.ranks();
  engine::Checkpoint* checkpoint = context.options().checkpoint;
  const bool csv = storage::format_of(matrix.destination) == OutputFormat::csv;
  const Pieces pieces = pieces_of(matrix);
  std::optional<storage::TemporaryFile> temporary;
  storage::LeftOutput left;
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    if (checkpoint != nullptr && !checkpoint->record().output.empty()) {
      left = storage::LeftOutput::decode(ByteReader(checkpoint->record().output));
      temporary.emplace(matrix.destination.file, matrix.overwrite, left.tag(0));
      return;
    }
    storage::check_destination(matrix.destination, matrix.overwrite);
    temporary.emplace(matrix.destination.file, matrix.overwrite);
    left.tags = {temporary->tag()};
    left.offset =
        storage::lay_out_matrix(temporary->path(), matrix.destination, matrix.shape, matrix.names).value_or(0);
  });
  const std::string path = ranks::broadcast_text(ranks, temporary ? temporary->path() : "");
  const std::uint64_t offset = ranks::sum(ranks, left.offset);
  const auto file = open_for_all(ranks, path, matrix.destination.file, !csv && !matrix.shape.chunk);
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
  digest.add(storage::name_of(matrix.shape.type));
  digest.add(matrix.shape.rows);
  digest.add(matrix.shape.columns);
  if (matrix.shape.is_vector) digest.add("vector");
  std::optional<RootWriter> writer;
  ranks::agree(ranks, [&] {
    if (ranks.is_root() && !file) writer.emplace(matrix, path, offset);
  });
  std::optional<Place> place;
  if (file) place = Place{.file = file.get(), .offset = offset};
  const blocks::Range all{0, pieces.count()};
  std::uint64_t part = std::max<std::uint64_t>(1, all.size());
  if (!file) {  // as rank 0 sees it: what a block takes may depend on whether a rank sees the input
    const Bytes piece{pieces.elements() * storage::size_of(matrix.shape.type)};
    const std::uint64_t at_once = pieces_at_once(context, WriteJob(matrix, maker, pieces, all, place), piece);
    part = ranks::sum(ranks, ranks.is_root() ? at_once : 0);
  }
  for (std::uint64_t i = 0; i * part < pieces.count(); ++i) {
    const blocks::Range range = blocks::piece(pieces.count(), part, i);
    const auto take = [&](std::uint64_t lane, const WriteJob::Partial& partial) {
      for (const std::uint64_t word : partial.hash) digest.add(word);
      if (writer) writer->write(pieces.region(range.begin + lane), partial.bytes);
    };
    engine::run(context, WriteJob(matrix, maker, pieces, range, place), take,
                {.phase = matrix.elements.method, .delivery = matrix.delivery});
  }
  ranks::agree(ranks, [&] {
    if (file) file->sync();
    if (writer) writer->close();
  });
  forget_stop_request();  // one that comes now comes too late to stop anything
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    storage::commit_with_record(*temporary, matrix.destination, matrix.record(digest.hex()));
    if (checkpoint != nullptr) checkpoint->discard();
  });
  return digest.hex();
}

ChunkShape largest_piece(const MatrixToWrite& matrix) {
  return pieces_of(matrix).largest();
}

engine::PhasePlan plan_to_write(const engine::Context& context, const MatrixToWrite& matrix,
                                const ElementMaker& maker) {
  const Pieces pieces = pieces_of(matrix);
  std::optional<Place> place;
  if (storage::format_of(matrix.destination) != OutputFormat::csv && !matrix.shape.chunk) place = Place{};
  return engine::plan(context.options(), WriteJob(matrix, maker, pieces, {0, pieces.count()}, place),
                      matrix.elements.method);
}

}  // namespace rankwise::matrices
