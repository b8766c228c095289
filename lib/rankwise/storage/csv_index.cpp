#include "rankwise/storage/csv_index.hpp"

namespace rankwise::storage {

std::vector<std::byte> CsvIndex::encode() const {
  ByteWriter out;
  out.put(separator);
  out.put(file_size);
  out.put(rows_per_chunk);
  out.put_vector(chunks);
  return out.take();
}

CsvIndex CsvIndex::decode(ByteReader in) {
  CsvIndex index;
  index.separator = in.get<char>();
  index.file_size = in.get<std::uint64_t>();
  index.rows_per_chunk = in.get<std::uint64_t>();
  index.chunks = in.get_vector<std::uint64_t>();
  return index;
}

void CsvChunks::add(std::uint64_t end) {
  begins_.push_back(end);
  // The rows of a chunk double as long as chunks are too small on average.
  while (begins_.size() > 1 && (begins_.back() - begins_.front()) * 10 < (begins_.size() - 1) * chunk_.value * 7) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < begins_.size(); i += 2) begins_[kept++] = begins_[i];
    begins_.resize(kept);
    rows_per_chunk_ *= 2;
  }
  next_ = begins_.size() * rows_per_chunk_;
}

void CsvChunks::encode(ByteWriter& out) const {
  out.put(chunk_.value);
  out.put(rows_per_chunk_);
  out.put(next_);
  out.put_vector(begins_);
}

CsvChunks CsvChunks::decode(ByteReader& in) {
  CsvChunks chunks(0, {in.get<std::uint64_t>()});
  chunks.rows_per_chunk_ = in.get<std::uint64_t>();
  chunks.next_ = in.get<std::uint64_t>();
  chunks.begins_ = in.get_vector<std::uint64_t>();
  return chunks;
}

void CsvChunks::finish(std::uint64_t rows) {
  if ((begins_.size() - 1) * rows_per_chunk_ >= rows) begins_.pop_back();
}

}  // namespace rankwise::storage
