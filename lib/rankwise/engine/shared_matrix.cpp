#include "rankwise/engine/shared_matrix.hpp"

#include <algorithm>
#include <utility>

#include "rankwise/engine/content_hash.hpp"
#include "rankwise/engine/inspection.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/storage/mapped_file.hpp"
#include "rankwise/storage/source.hpp"

namespace rankwise::engine {
namespace {

using storage::MatrixReader;
using storage::Region;
using storage::Tile;

/// Asks rank 0 for regions.
class DeliveredReader final : public MatrixReader {
 public:
  DeliveredReader(Delivery& delivery, std::uint64_t server) : delivery_(delivery), server_(server) {}
  void read(const Region& region, Tile& tile) const override {
    ByteWriter request;
    request.put(region.rows);
    request.put(region.columns);
    const auto answer = delivery_.fetch(server_, request.take());
    ByteReader in(answer);
    const auto type = in.get<storage::ElementType>();
    const auto contiguous = in.get<storage::Contiguous>();
    in.get_span(tile.prepare(region, type, contiguous));
  }

 private:
  Delivery& delivery_;
  std::uint64_t server_;
};

class NoReader final : public MatrixReader {
 public:
  void read(const Region&, Tile&) const override {
    throw InputError("what is not done cannot be done without the input");
  }
};

Delivery::Bytes serve(const MatrixReader& reader, std::span<const std::byte> request) {
  ByteReader in(request);
  const auto rows = in.get<blocks::Range>();
  const auto columns = in.get<blocks::Range>();
  Tile tile;
  reader.read({rows, columns}, tile);
  ByteWriter out;
  out.put(tile.type());
  out.put(tile.contiguous());
  tile.put_packed(out);
  storage::check_mapped_files();
  return out.take();
}

}  // namespace

SharedMatrix::SharedMatrix(const Context& context, const std::string& source, Deliver deliver,
                           const storage::MatrixInfo* known, std::shared_ptr<Delivery> delivery)
    : info_(inspect_together(context, source, {.allowed = deliver != Deliver::scatter, .known = known})),
      deliver_(deliver),
      delivery_(delivery != nullptr ? std::move(delivery) : std::make_shared<Delivery>()) {
  const ranks::Communicator& ranks = context.ranks();
  ranks::agree(ranks, [&] {
    if (deliver == Deliver::scatter && !ranks.is_root()) return;
    try {
      reader_ = storage::open_matrix(info_);
    } catch (const Error&) {
      if (deliver == Deliver::read || ranks.is_root()) throw;
    }
  });
  delivered_ranks_ = ranks::sum(ranks, reader_ == nullptr ? 1 : 0);
  server_ = delivery_->add({});
  if (reader_ == nullptr) reader_ = std::make_unique<DeliveredReader>(*delivery_, server_);
  delivery_->replace(server_, server());
}

SharedMatrix::SharedMatrix(storage::MatrixInfo info)
    : info_(std::move(info)), reader_(std::make_unique<NoReader>()), delivery_(std::make_shared<Delivery>()) {
  server_ = delivery_->add(server());
}

Delivery::Server SharedMatrix::server() const {
  // Not through this object, which may be moved. On other ranks nobody asks.
  return [&reader = *reader_](std::span<const std::byte> request) { return serve(reader, request); };
}

void SharedMatrix::verify(const Context& context) {
  info_.content = content_hash(context, info_, deliver_ != Deliver::scatter);
}

void SharedMatrix::transpose() {
  info_ = storage::transposed(std::move(info_));
  // What is asked of rank 0 is in the exchanged sense on both sides: its reader is exchanged, too.
  if (delivered_ranks_ > 0 && dynamic_cast<const DeliveredReader*>(reader_.get()) != nullptr) return;
  reader_ = storage::transposed(std::move(reader_), info_);
  delivery_->replace(server_, server());
}

}  // namespace rankwise::engine
