#include "rankwise/tables/transform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <span>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/engine/output_file.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/storage/csv_output.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/tables/derived_rows.hpp"
#include "rankwise/tables/table_text.hpp"

namespace rankwise::tables {
namespace {

using storage::OutputFormat;

/// Of the work, where rows are counted before they are written.
constexpr double share_of_counting = 0.3;

struct RowsScratch {
  std::unique_ptr<DerivedRows> rows;
};

/// How many rows a block has: from the table and from what is made of it alone.
std::uint64_t rows_of_a_block(const storage::MatrixInfo& info, std::uint64_t bytes_of_a_row) {
  constexpr std::uint64_t most = std::uint64_t{1} << 16, least = 64;
  const std::uint64_t wanted = mebibytes(4).value / std::max<std::uint64_t>(1, bytes_of_a_row);
  const std::uint64_t rows = std::clamp(std::bit_floor(std::max<std::uint64_t>(1, wanted)), least, most);
  // A chunk is decoded once, unless it is much higher than what a block should be.
  const std::uint64_t chunk = info.chunk ? std::max<std::uint64_t>(1, info.chunk->rows) : 1;
  return chunk <= 4 * rows ? divide_up(rows, chunk) * chunk : rows;
}

}  // namespace

/// How many rows of each block stay.
class Transform::CountJob {
 public:
  struct Partial {
    std::uint64_t rows = 0;
  };
  using Scratch = RowsScratch;
  explicit CountJob(const Transform& transform) : transform_(transform) {}

  [[nodiscard]] engine::Identity identity() const { return transform_.identity_of_phase("count"); }
  [[nodiscard]] blocks::Grid grid() const {
    return {.lanes = divide_up(transform_.shape_.rows, transform_.rows_at_once_), .steps = 1};
  }
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(Partial)}; }
  [[nodiscard]] Bytes block_bytes() const {
    return DerivedRows::bytes_needed(transform_.derivation_, *transform_.conditioned_, transform_.rows_at_once_);
  }
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    if (!scratch.rows) {
      scratch.rows =
          std::make_unique<DerivedRows>(transform_.derivation_, *transform_.conditioned_, transform_.options_.seed);
    }
    return {scratch.rows->count(rows_of(block))};
  }
  void announce(blocks::Block block) const { transform_.conditioned_->announce(rows_of(block)); }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& partial, ByteWriter& out) { out.put(partial.rows); }
  static Partial decode(ByteReader& in) { return {in.get<std::uint64_t>()}; }

 private:
  [[nodiscard]] blocks::Range rows_of(blocks::Block block) const {
    return blocks::piece(transform_.shape_.rows, transform_.rows_at_once_, block.lane);
  }
  const Transform& transform_;
};

/// A lane is one block of rows. What becomes of it goes straight to the file, or home to rank 0 in the form in which
/// the file has it.
class Transform::WriteJob {
 public:
  struct Partial {
    std::array<std::uint64_t, 2> hash{};
    std::uint64_t rows = 0;
    std::vector<std::byte> bytes;
  };
  struct Scratch {
    RowsScratch derived;
    std::vector<std::byte> values;
    std::string text;
  };
  /// The file that all ranks fill.
  struct Target {
    const storage::FilledFile* file = nullptr;
    std::span<const std::uint64_t> begins = {};       ///< of the columns
    std::span<const std::uint64_t> rows_before = {};  ///< of each block, where some rows go
  };

  WriteJob(const Transform& transform, blocks::Range part, const std::optional<Target>& target)
      : transform_(transform), part_(part), target_(target) {
    const auto& destination = transform.options_.destination;
    if (transform.is_text()) {
      text_.emplace(transform.derivation_, transform.text_ ? &*transform.text_ : nullptr,
                    storage::separator_of(destination));
    }
  }

  [[nodiscard]] engine::Identity identity() const {
    return transform_.identity_of_phase(fmt::format("{} {}", part_.begin, part_.end));
  }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = part_.size(), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {64 + (target_ ? 0 : most_made())}; }
  [[nodiscard]] Bytes block_bytes() const {
    const std::uint64_t rows =
        DerivedRows::bytes_needed(transform_.derivation_, *transform_.reader_, transform_.rows_at_once_).value;
    return {checked_sum(rows, 2 * most_made(), "a block of rows")};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    auto& derived = scratch.derived.rows;
    if (!derived) {
      derived = std::make_unique<DerivedRows>(transform_.derivation_, *transform_.reader_, transform_.options_.seed);
    }
    const blocks::Range rows = rows_of(block);
    derived->compute(rows);
    Partial partial;
    Digest digest;
    if (text_) {
      scratch.text.clear();
      text_->append(rows, *derived, scratch.text);
      const auto bytes = std::as_bytes(std::span(scratch.text));
      digest.add_bytes(bytes);
      partial.bytes.assign(bytes.begin(), bytes.end());
    } else {
      for (const std::size_t c : transform_.filled_) write_column(c, block, *derived, digest, scratch, partial);
    }
    partial.hash = digest.words();
    partial.rows = derived->size();
    return partial;
  }
  void announce(blocks::Block block) const { transform_.reader_->announce(rows_of(block)); }
  void make_output_durable() const {
    if (target_) target_->file->sync();
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& partial, ByteWriter& out) {
    out.put(partial.hash);
    out.put(partial.rows);
    out.put_vector(partial.bytes);
  }
  static Partial decode(ByteReader& in) {
    const auto hash = in.get<std::array<std::uint64_t, 2>>();
    const auto rows = in.get<std::uint64_t>();
    return {hash, rows, in.get_vector<std::byte>()};
  }

 private:
  [[nodiscard]] blocks::Range rows_of(blocks::Block block) const {
    return blocks::piece(transform_.shape_.rows, transform_.rows_at_once_, part_.begin + block.lane);
  }
  [[nodiscard]] std::uint64_t most_made() const {
    if (text_) return text_->most_in(transform_.rows_at_once_).value;
    std::uint64_t row = 0;
    for (const std::size_t c : transform_.filled_) row += storage::size_of(transform_.shape_.columns[c].type);
    return checked_product(transform_.rows_at_once_, row, "a block of rows");
  }
  void write_column(std::size_t c, blocks::Block block, const DerivedRows& derived, Digest& digest, Scratch& scratch,
                    Partial& partial) const {
    const Derivation::Column& column = transform_.derivation_.columns()[c];
    const std::uint64_t size = storage::size_of(column.type);
    scratch.values.resize(derived.size() * size);
    derived.copy(column, scratch.values);
    digest.add_bytes(scratch.values);
    if (!target_) {
      partial.bytes.insert(partial.bytes.end(), scratch.values.begin(), scratch.values.end());
    } else if (!scratch.values.empty()) {
      const std::uint64_t before =
          target_->rows_before.empty() ? rows_of(block).begin : target_->rows_before[part_.begin + block.lane];
      target_->file->write(target_->begins[c] + before * size, scratch.values);
    }
  }

  const Transform& transform_;
  blocks::Range part_;
  std::optional<Target> target_;
  std::optional<TableText> text_;
};

Transform::Transform(const engine::Context& context, const engine::SharedMatrix& source, const Derivation& derivation,
                     Options options)
    : context_(context), source_(source), derivation_(derivation), options_(std::move(options)) {
  const storage::MatrixInfo& info = source.info();
  const bool lines = is_text() && info.format == storage::Format::csv;
  std::vector<std::size_t> needed = derivation.needed();
  std::uint64_t row = 0;
  ranks::agree(context.ranks(), [&] {
    shape_.rows = info.rows;
    for (const auto& column : derivation.columns()) {
      storage::TableShape::Column made{.name = column.name, .type = column.type};
      const bool stays = !derivation.is_computed(column.value);
      if (stays && !is_text() && !options_.copy && !derivation.where()) {
        made.link = storage::place_of_column(info, column.value);
      }
      if (!made.link) {
        row += is_text() && !(lines && stays) ? storage::longest_number(column.type) : storage::size_of(column.type);
        filled_.push_back(shape_.columns.size());
        if (stays && !lines) needed.push_back(column.value);
      }
      shape_.columns.push_back(std::move(made));
    }
    std::sort(needed.begin(), needed.end());
    needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
    for (const std::size_t column : needed) row += storage::size_of(info.type_of(column));
    row += derivation.computed().size() * sizeof(double);
    if (lines) row += info.stored.value / std::max<std::uint64_t>(1, info.rows);
    rows_at_once_ = rows_of_a_block(info, row);
    reader_.emplace(source, needed);
    if (derivation.where()) conditioned_.emplace(source, derivation.needed_by_where());
  });
  if (lines) text_.emplace(context, source);
}

bool Transform::is_text() const {
  return storage::format_of(options_.destination) == OutputFormat::csv;
}

engine::Identity Transform::identity_of_phase(const std::string& phase) const {
  engine::Identity identity{.method = "transform",
                            .version = 1,
                            .input = source_.info().fingerprint(),
                            .seed = options_.seed,
                            .options = options_.options};
  identity.options += ' ' + phase;
  return identity;
}

engine::Identity Transform::identity() const {
  return identity_of_phase(
      fmt::format("{} {}{}", options_.destination.file, options_.destination.dataset, options_.copy ? " copy" : ""));
}

std::size_t Transform::links() const {
  return shape_.columns.size() - filled_.size();
}

Bytes Transform::bytes_to_read() const {
  const storage::MatrixInfo& info = source_.info();
  const bool apart = info.format == storage::Format::hdf5 && info.contiguous == storage::Contiguous::columns;
  if (!apart || info.columns == 0) return info.stored;
  return {info.stored.value / info.columns * reader_->columns()};
}

std::vector<engine::PhasePlan> Transform::plan() const {
  const auto& options = context_.options();
  std::vector<engine::PhasePlan> phases;
  if (conditioned_ && !is_text()) phases.push_back(engine::plan(options, CountJob(*this), "count rows"));
  std::optional<WriteJob::Target> target;
  if (!is_text()) target.emplace();
  const WriteJob write(*this, {0, divide_up(shape_.rows, rows_at_once_)}, target);
  phases.push_back(engine::plan(options, write, "transform"));
  return phases;
}

/// How many rows stay before each block, and, at the end, of all; on every rank.
std::vector<std::uint64_t> Transform::count() const {
  std::vector<std::uint64_t> before{0};
  if (options_.before_phase) options_.before_phase(0, share_of_counting);
  const auto add = [&](std::uint64_t, const CountJob::Partial& partial) {
    before.push_back(before.back() + partial.rows);
  };
  engine::run(context_, CountJob(*this), add, {.phase = "count rows", .delivery = source_.delivery()});
  ByteWriter out;
  out.put_vector(before);
  const std::vector<std::byte> bytes = ranks::broadcast(context_.ranks(), out.take());
  ByteReader in(bytes);
  return in.get_vector<std::uint64_t>();
}

std::vector<std::uint64_t> Transform::lay_out(const std::string& path, std::uint64_t rows) const {
  if (!is_text()) {
    storage::TableShape shape = shape_;
    shape.rows = rows;
    return storage::lay_out_table(path, options_.destination, shape);
  }
  const std::string header = TableText(derivation_, nullptr, storage::separator_of(options_.destination)).header();
  storage::FilledFile(path, options_.destination.file).write(0, std::as_bytes(std::span(header)));
  return {header.size()};
}

Transform::Result Transform::run() {
  const ranks::Communicator& ranks = context_.ranks();
  const std::vector<std::uint64_t> rows_before = conditioned_ && !is_text() ? count() : std::vector<std::uint64_t>{};
  const std::uint64_t rows = rows_before.empty() ? shape_.rows : rows_before.back();
  using Order = engine::OutputFile::Order;
  engine::OutputFile output(context_, {.destination = options_.destination,
                                       .overwrite = options_.overwrite,
                                       .order = is_text() ? Order::one_by_one : Order::any,
                                       .lay_out = [&](const std::string& path) { return lay_out(path, rows); }});
  ranks::agree(ranks, [&] {
    const std::size_t begins = is_text() ? 1 : shape_.columns.size();
    if (output.begins().size() != begins) throw InputError("the checkpoint is of another output");
  });
  auto& written = output.written();
  const auto write_home = [&](const WriteJob::Partial& partial) {
    const storage::FilledFile* file = output.filled_by_root();
    if (file == nullptr) return;
    std::span<const std::byte> bytes = partial.bytes;
    const auto write_on = [&](std::uint64_t& next, std::uint64_t size) {
      file->write(next, bytes.first(size));
      next += size;
      bytes = bytes.subspan(size);
    };
    if (is_text()) return write_on(written.next[0], bytes.size());
    for (const std::size_t c : filled_) {
      write_on(written.next[c], partial.rows * storage::size_of(shape_.columns[c].type));
    }
  };
  std::optional<WriteJob::Target> target;
  if (const auto* file = output.filled_by_all()) {
    target = {.file = file, .begins = output.begins(), .rows_before = rows_before};
  }
  const std::uint64_t blocks = divide_up(shape_.rows, rows_at_once_);
  const WriteJob all(*this, {0, blocks}, target);
  const double begun = rows_before.empty() ? 0 : share_of_counting;
  const auto share_at = [&](std::uint64_t block) {
    return begun + (1 - begun) * static_cast<double>(block) / static_cast<double>(blocks);
  };
  output.fill("transform", blocks,
              {.each = {all.block_bytes().value + all.partial_bytes().value}, .written = all.partial_bytes()},
              [&](blocks::Range range, const std::string& phase) {
                if (options_.before_phase) options_.before_phase(share_at(range.begin), share_at(range.end));
                const auto take = [&](std::uint64_t, const WriteJob::Partial& partial) {
                  written.hashes.push_back(partial.hash);
                  written.rows += partial.rows;
                  write_home(partial);
                };
                engine::run(context_, WriteJob(*this, range, target), take,
                            {.phase = phase, .delivery = source_.delivery()});
              });
  const Result result{.digest = digest_of(written.hashes), .rows = written.rows};
  output.commit([&](storage::TemporaryFile& file) {
    storage::commit_table(file, options_.destination, options_.record(result.digest, result.rows));
  });
  return result;
}

std::string Transform::digest_of(std::span<const std::array<std::uint64_t, 2>> hashes) const {
  Digest digest;
  digest.add("table");
  for (const auto& column : shape_.columns) {
    digest.add(column.name);
    digest.add(storage::name_of(column.type));
  }
  for (const auto& hash : hashes) {
    for (const std::uint64_t word : hash) digest.add(word);
  }
  return digest.hex();
}

}  // namespace rankwise::tables
