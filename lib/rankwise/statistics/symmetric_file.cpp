#include "rankwise/statistics/symmetric_file.hpp"

#include <utility>

#include "rankwise/storage/matrix_names.hpp"
#include "rankwise/storage/matrix_text.hpp"

namespace rankwise::statistics {
namespace {

/// Each row of a rectangle to its place in a matrix of that many columns.
void write_rows(const storage::FilledFile& file, std::uint64_t offset, std::uint64_t matrix_columns,
                const CorrelationBlock& block) {
  const std::uint64_t width = block.columns.size();
  for (std::uint64_t r = 0; r < block.rows.size(); ++r) {
    const std::uint64_t element = (block.rows.begin + r) * matrix_columns + block.columns.begin;
    file.write(offset + element * sizeof(double), std::as_bytes(block.values.subspan(r * width, width)));
  }
}

}  // namespace

SymmetricFile::SymmetricFile(const storage::Destination& destination, bool overwrite, std::uint64_t columns,
                             std::vector<std::string> names)
    : destination_(destination), columns_(columns), names_(std::move(names)), file_(destination.file, overwrite) {
  if (storage::format_of(destination) == storage::OutputFormat::csv) {
    values_of_text_.emplace(destination.file, overwrite);
    values_.emplace(values_of_text_->path(), destination.file);
    if (columns > 0) values_->reserve(columns * columns * sizeof(double));
    return;
  }
  const storage::MatrixShape shape{.rows = columns, .columns = columns};
  offset_ = storage::lay_out_matrix(file_.path(), destination, shape).value_or(0);
  if (storage::format_of(destination) == storage::OutputFormat::hdf5 && !names_.empty()) {
    storage::name_dimensions(file_.path(), destination, names_, {.first = true, .second = true});
  }
  values_.emplace(file_.path(), destination.file);
}

SymmetricFile::SymmetricFile(const storage::Destination& destination, bool overwrite, std::uint64_t columns,
                             std::vector<std::string> names, const storage::LeftOutput& left)
    : destination_(destination),
      columns_(columns),
      names_(std::move(names)),
      file_(destination.file, overwrite, left.tag(0)),
      offset_(left.begin(0)) {
  if (storage::format_of(destination) == storage::OutputFormat::csv) {
    values_of_text_.emplace(destination.file, overwrite, left.tag(1));
    file_.restart();
  }
  values_.emplace(values_of_text_ ? values_of_text_->path() : file_.path(), destination.file);
}

storage::LeftOutput SymmetricFile::left() const {
  storage::LeftOutput left{.tags = {file_.tag()}, .begins = {offset_}};
  if (values_of_text_) left.tags.push_back(values_of_text_->tag());
  return left;
}

void SymmetricFile::make_layout_durable() {
  file_.make_durable();
  if (values_of_text_) values_of_text_->make_durable();
}

void SymmetricFile::leave() {
  file_.leave();
  if (values_of_text_) values_of_text_->leave();
}

void SymmetricFile::write(const CorrelationBlock& block) {
  write_rows(*values_, offset_, columns_, block);
  if (block.rows == block.columns) return;
  const std::uint64_t height = block.rows.size(), width = block.columns.size();
  mirrored_.resize(block.values.size());
  for (std::uint64_t r = 0; r < height; ++r) {
    for (std::uint64_t c = 0; c < width; ++c) mirrored_[c * height + r] = block.values[r * width + c];
  }
  write_rows(*values_, offset_, columns_, {.rows = block.columns, .columns = block.rows, .values = mirrored_});
}

void SymmetricFile::write_text() {
  names_ = storage::header_names(std::move(names_), columns_);
  storage::write_matrix_text(file_, destination_, names_, columns_, values_of_text_->path());
}

void SymmetricFile::commit(const std::string& record) {
  values_.reset();
  if (values_of_text_) write_text();
  storage::commit_with_record(file_, destination_, record);
  if (values_of_text_) values_of_text_->remove();
}

}  // namespace rankwise::statistics
