#include "rankwise/tables/source_text.hpp"

#include <string>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::tables {

SourceText::SourceText(const engine::Context& context, const engine::SharedMatrix& table) : table_(table) {
  engine::Delivery* delivery = table.delivery();
  ranks::agree(context.ranks(), [&] {
    separator_ = storage::csv_separator(table.info());
    if (delivery == nullptr || context.ranks().is_root()) lines_.emplace(table.info());
  });
  if (delivery == nullptr) return;
  server_ = delivery->add([this](std::span<const std::byte> request) {
    ByteReader in(request);
    ByteWriter out;
    lines_->read(in.get<blocks::Range>(), [&](std::string_view row) { out.put_string(std::string(row)); });
    return out.take();
  });
}

Bytes SourceText::most_in(std::uint64_t rows) const {
  return storage::most_csv_bytes(table_.info(), rows);
}

void SourceText::read(blocks::Range rows, const std::function<void(std::string_view row)>& take) const {
  if (lines_) return lines_->read(rows, take);
  ByteWriter request;
  request.put(rows);
  const auto answer = table_.delivery()->fetch(server_, request.take());
  ByteReader in(answer);
  for (std::uint64_t row = rows.begin; row < rows.end; ++row) take(in.get_string());
}

}  // namespace rankwise::tables
