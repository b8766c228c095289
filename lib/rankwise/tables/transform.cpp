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
#include "rankwise/storage/file_system.hpp"
#include "rankwise/storage/filled_file.hpp"

namespace rankwise::tables {
namespace {

using storage::OutputFormat;

/// Of the work, where rows are counted before they are written.
constexpr double share_of_counting = 0.3;

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
      if (stays && links_columns_that_stay()) {
        made.link = storage::place_of_column(info, column.value);
      }
      if (!made.link) {
        row += is_text() && !(lines && stays) ? storage::longest_number(column.type) : storage::size_of(column.type);
        filled_.push_back(shape_.columns.size());
        if (stays && !lines) needed.push_back(column.value);
      }
      shape_.columns.push_back(std::move(made));
    }
    if (!derivation.only_new()) keep_others();
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

/// Columns that are no numbers can stay where they are, unless one that is made has their name.
void Transform::keep_others() {
  const auto is_made = [&](const std::string& name) {
    return std::any_of(shape_.columns.begin(), shape_.columns.end(), [&](const auto& c) { return c.name == name; });
  };
  for (auto& other : storage::columns_without_numbers(source_.info())) {
    if (is_made(other.name)) continue;
    if (links_columns_that_stay()) {
      shape_.others.push_back(std::move(other));
    } else {
      left_out_.push_back(std::move(other.name));
    }
  }
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
  std::string where =
      fmt::format("{} {}{}", options_.destination.file, options_.destination.dataset, options_.copy ? " copy" : "");
  // A source that has moved since has the same values, but links to it lead elsewhere.
  for (const auto& column : shape_.columns) {
    if (column.link) where += fmt::format(" {}:{}", storage::whole_path(column.link->file), column.link->dataset);
  }
  for (const auto& other : shape_.others) {
    where += fmt::format(" {}:{}", storage::whole_path(other.link.file), other.link.dataset);
  }
  return identity_of_phase(where);
}

std::size_t Transform::links() const {
  return shape_.columns.size() - filled_.size() + shape_.others.size();
}

Bytes Transform::bytes_to_read() const {
  const storage::MatrixInfo& info = source_.info();
  const bool apart = info.format == storage::Format::hdf5 && info.contiguous == storage::Contiguous::columns;
  if (!apart || info.columns == 0) return info.stored;
  return {info.stored.value / info.columns * reader_->columns()};
}

RowWork Transform::work(const ColumnReader& reader, const std::string& phase) const {
  return {.derivation = derivation_,
          .reader = reader,
          .seed = options_.seed,
          .rows = shape_.rows,
          .rows_at_once = rows_at_once_,
          .identity = identity_of_phase(phase)};
}

WriteJob::Form Transform::form() const {
  if (!is_text()) return {.columns = filled_};
  const char separator = storage::separator_of(options_.destination);
  return {.text = TableText(derivation_, text_ ? &*text_ : nullptr, separator)};
}

std::vector<engine::PhasePlan> Transform::plan() const {
  const auto& options = context_.options();
  std::vector<engine::PhasePlan> phases;
  if (conditioned_ && !is_text())
    phases.push_back(engine::plan(options, CountJob(work(*conditioned_, "count")), "count rows"));
  std::optional<WriteJob::Target> target;
  if (!is_text()) target = WriteJob::Target{.file = nullptr};
  const WriteJob write(work(*reader_, "write"), form(), {0, divide_up(shape_.rows, rows_at_once_)}, target);
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
  engine::run(context_, CountJob(work(*conditioned_, "count")), add,
              {.phase = "count rows", .delivery = source_.delivery()});
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
                                       .write_by = options_.write_by,
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
  const RowWork rows_to_write = work(*reader_, "write");
  const std::uint64_t blocks = rows_to_write.blocks();
  const WriteJob all(rows_to_write, form(), {0, blocks}, target);
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
                engine::run(context_, WriteJob(rows_to_write, form(), range, target), take,
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
  for (const auto& other : shape_.others) digest.add(other.name);
  for (const auto& hash : hashes) {
    for (const std::uint64_t word : hash) digest.add(word);
  }
  return digest.hex();
}

}  // namespace rankwise::tables
