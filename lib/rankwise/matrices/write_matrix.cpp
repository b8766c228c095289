#include "rankwise/matrices/write_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "rankwise/base/digest.hpp"
#include "rankwise/engine/output_file.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/matrices/piece_format.hpp"
#include "rankwise/matrices/pieces.hpp"
#include "rankwise/ranks/agreement.hpp"
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

/// Lines of CSV lie one after another: what lies across is made run by run, too.
Pieces pieces_of(const MatrixToWrite& matrix) {
  const bool csv = storage::format_of(matrix.destination) == OutputFormat::csv;
  return Pieces(matrix.shape, csv ? std::nullopt : matrix.tile);
}

/// @param hashes of the pieces
std::string digest_of(const MatrixShape& shape, std::span<const std::array<std::uint64_t, 2>> hashes) {
  Digest digest;
  digest.add("matrix");
  digest.add(storage::name_of(shape.type));
  digest.add(shape.rows);
  digest.add(shape.columns);
  if (shape.is_vector) digest.add("vector");
  for (const auto& hash : hashes) {
    for (const std::uint64_t word : hash) digest.add(word);
  }
  return digest.hex();
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
  using Order = engine::OutputFile::Order;
  const bool csv = storage::format_of(matrix.destination) == OutputFormat::csv;
  const Pieces pieces = pieces_of(matrix);
  engine::OutputFile output(context, {.destination = matrix.destination,
                                      .overwrite = matrix.overwrite,
                                      .write_by = matrix.write_by,
                                      .order = csv                  ? Order::one_by_one
                                               : matrix.shape.chunk ? Order::by_a_library
                                                                    : Order::any,
                                      .lay_out = [&](const std::string& path) {
                                        const auto begin = storage::lay_out_matrix(path, matrix.destination,
                                                                                   matrix.shape, matrix.names);
                                        if (matrix.add_more) matrix.add_more(path);
                                        return std::vector<std::uint64_t>{begin.value_or(0)};
                                      }});
  std::optional<storage::ChunkWriter> chunks;
  ranks::agree(ranks, [&] {
    if (output.begins().size() != 1) throw InputError("the checkpoint is of another output");
    if (ranks.is_root() && matrix.shape.chunk) chunks.emplace(output.path(), matrix.destination);
  });
  const auto place_in = [&](const storage::FilledFile* file) -> std::optional<Place> {
    if (file == nullptr) return std::nullopt;
    return Place{.file = file, .offset = output.begins()[0]};
  };
  const std::optional<Place> place = place_in(output.filled_by_all()), of_root = place_in(output.filled_by_root());
  const auto write_home = [&](const Region& region, std::span<const std::byte> bytes) {
    if (chunks) return chunks->write(region.rows.begin, region.columns.begin, bytes);
    if (!of_root) return;
    if (!csv) return of_root->write(matrix.shape, region, bytes);
    of_root->file->write(output.written().next[0], bytes);
    output.written().next[0] += bytes.size();
  };
  const WriteJob all(matrix, maker, pieces, {0, pieces.count()}, place);
  const engine::OutputFile::Room room{.each = {all.block_bytes().value + all.partial_bytes().value},
                                      .written = {pieces.elements() * storage::size_of(matrix.shape.type)}};
  output.fill(matrix.elements.method, pieces.count(), room, [&](blocks::Range range, const std::string& phase) {
    const auto take = [&](std::uint64_t lane, const WriteJob::Partial& partial) {
      output.written().hashes.push_back(partial.hash);
      write_home(pieces.region(range.begin + lane), partial.bytes);
    };
    engine::run(context, WriteJob(matrix, maker, pieces, range, place), take,
                {.phase = phase, .delivery = matrix.delivery});
  });
  ranks::agree(ranks, [&] {
    if (chunks) chunks->close();
  });
  const std::string digest = digest_of(matrix.shape, output.written().hashes);
  output.commit([&](storage::TemporaryFile& temporary) {
    storage::commit_with_record(temporary, matrix.destination, matrix.record(digest));
  });
  return digest;
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
