#include "rankwise/engine/content_hash.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/storage/input_file.hpp"
#include "rankwise/storage/source.hpp"

namespace rankwise::engine {
namespace {

constexpr std::uint64_t bytes_per_block = std::uint64_t{1} << 22;

/// Files as one run of bytes.
class FilesInARow {
 public:
  explicit FilesInARow(const std::vector<std::string>& paths) {
    for (const auto& path : paths) {
      files_.emplace_back(path);
      ends_.push_back(size() + files_.back().size());
    }
  }

  [[nodiscard]] std::uint64_t size() const { return ends_.empty() ? 0 : ends_.back(); }

  /// As far as it can be told from their sizes and 64 pages of each.
  [[nodiscard]] std::string identity() const {
    Digest digest;
    for (const auto& file : files_) digest.add(file.identity());
    return digest.hex();
  }

  void read(std::uint64_t offset, std::span<std::byte> bytes) const {
    auto i = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), offset) - ends_.begin());
    for (; !bytes.empty(); ++i) {
      const auto part = bytes.first(std::min(bytes.size(), ends_.at(i) - offset));
      files_[i].read(offset - (ends_[i] - files_[i].size()), part);
      offset += part.size();
      bytes = bytes.subspan(part.size());
    }
  }

 private:
  std::vector<storage::InputFile> files_;
  std::vector<std::uint64_t> ends_;  // of each file, in the row
};

/// One lane; a step is a run of bytes; the partial result is the hash of all bytes below a node.
class HashJob {
 public:
  using Read = std::function<void(std::uint64_t offset, std::span<std::byte> bytes)>;
  using Partial = std::string;
  using Scratch = std::vector<std::byte>;

  HashJob(std::string input, std::uint64_t size, Read read)
      : input_(std::move(input)), size_(size), read_(std::move(read)) {}

  [[nodiscard]] Identity identity() const {
    return {.method = "content hash", .version = 1, .input = input_, .seed = 0, .options = ""};
  }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = 1, .steps = divide_up(size_, bytes_per_block)}; }
  [[nodiscard]] Bytes partial_bytes() const { return {2 * sizeof(std::string)}; }
  [[nodiscard]] Bytes block_bytes() const { return {bytes_per_block}; }
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const blocks::Range piece = blocks::piece(size_, bytes_per_block, block.step);
    scratch.resize(piece.size());
    read_(piece.begin, scratch);
    Digest digest;
    digest.add_bytes(scratch);
    return digest.hex();
  }
  void merge(Partial& left, const Partial& right) const {
    Digest digest;
    digest.add(left);
    digest.add(right);
    left = digest.hex();
  }
  static void encode(const Partial& hash, ByteWriter& out) { out.put_string(hash); }
  static Partial decode(ByteReader& in) { return in.get_string(); }

 private:
  std::string input_;
  std::uint64_t size_;
  Read read_;
};

/// Nothing where this rank does not see what rank 0 sees.
std::optional<FilesInARow> open_same(const std::vector<std::string>& paths, const std::string& identity) {
  try {
    FilesInARow files(paths);
    if (files.identity() == identity) return files;
  } catch (const Error&) {
    // Rank 0 reads for it.
  }
  return std::nullopt;
}

Delivery::Bytes serve(const FilesInARow& files, std::span<const std::byte> request) {
  ByteReader in(request);
  const auto range = in.get<blocks::Range>();
  Delivery::Bytes bytes(range.size());
  files.read(range.begin, bytes);
  return bytes;
}

}  // namespace

std::string content_hash(const Context& context, const storage::MatrixInfo& matrix, bool others_read) {
  const ranks::Communicator& ranks = context.ranks();
  const std::vector<std::string> paths = storage::files_of(matrix);
  std::optional<FilesInARow> files;  // where this rank reads them
  ByteWriter out;
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    files.emplace(paths);
    out.put(files->size());
    out.put_string(files->identity());
  });
  const auto bytes = ranks::broadcast(ranks, out.take());
  ByteReader in(bytes);
  const auto size = in.get<std::uint64_t>();
  const std::string identity = in.get_string();

  Delivery delivery;
  HashJob::Read read;
  ranks::agree(ranks, [&] {
    if (!ranks.is_root() && others_read) files = open_same(paths, identity);
    if (files) {
      read = [&](std::uint64_t offset, std::span<std::byte> to) { files->read(offset, to); };
    } else {
      read = [&](std::uint64_t offset, std::span<std::byte> to) {
        ByteWriter request;
        request.put(blocks::Range{offset, offset + to.size()});
        const auto answer = delivery.fetch(0, request.take());
        std::copy(answer.begin(), answer.end(), to.begin());
      };
    }
    delivery.add([&](std::span<const std::byte> request) { return serve(*files, request); });
  });
  const bool all_read = ranks::sum(ranks, files ? 0 : 1) == 0;
  std::string hash;
  run(context, HashJob(identity, size, read), [&](std::uint64_t, const std::string& found) { hash = found; },
      {.phase = "verification of the input", .delivery = all_read ? nullptr : &delivery, .kept = false});
  return ranks::broadcast_text(ranks, hash);
}

}  // namespace rankwise::engine
