#include "rankwise/engine/output_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/ranks/mpi_file.hpp"
#include "rankwise/ranks/session.hpp"
#include "rankwise/storage/file_system.hpp"
#include "rankwise/storage/left_output.hpp"

namespace rankwise::engine {
namespace {

using storage::FilledFile;
using storage::WriteBy;

class FilledByMpi final : public FilledFile {
 public:
  FilledByMpi(const std::string& path, const std::string& shown_as)
      : FilledFile(path, shown_as), file_(path, shown_as) {}
  void write(std::uint64_t offset, std::span<const std::byte> bytes) const override { file_.write(offset, bytes); }
  void sync() const override { file_.sync(); }

 private:
  ranks::MpiFile file_;
};

/// What the file system takes, as this rank sees it.
WriteBy right_for(const storage::FileSystem& files, bool one_node) {
  if (one_node) return WriteBy::posix;
  if (files.is_best_written_by_mpi_io() && ranks::threads_may_call()) return WriteBy::mpi_io;
  return files.keeps_nodes_in_step() ? WriteBy::posix : WriteBy::root;
}

std::unique_ptr<FilledFile> open_for(WriteBy write_by, const std::string& path, const std::string& shown_as) {
  if (write_by == WriteBy::root) return nullptr;
  if (write_by == WriteBy::posix) return std::make_unique<FilledFile>(path, shown_as);
  if (!ranks::threads_may_call())
    throw UsageError("this MPI lets no threads write (MPI_THREAD_MULTIPLE): --write posix");
  return std::make_unique<FilledByMpi>(path, shown_as);
}

/// The file as this rank fills it; nothing on all ranks if rank 0 is to fill it.
/// @throws ranks::AgreedError if a rank cannot write as it was told
std::unique_ptr<FilledFile> open_for_all(const ranks::Communicator& ranks, const OutputFile::Options& options,
                                         const std::string& path) {
  const std::string& shown_as = options.destination.file;
  const bool one_node = ranks::sum(ranks, ranks.on_this_node().is_root() ? 1 : 0) == 1;
  std::unique_ptr<FilledFile> file;
  if (options.write_by == WriteBy::automatic) {
    try {
      file = open_for(right_for(storage::file_system_of(path), one_node), path, shown_as);
    } catch (const IoError&) {
      file = nullptr;  // it is not seen from here
    }
  } else {
    ranks::agree(ranks, [&] { file = open_for(options.write_by, path, shown_as); });
  }
  if (ranks::sum(ranks, file == nullptr ? 1 : 0) > 0) return nullptr;
  return file;
}

}  // namespace

OutputFile::OutputFile(const Context& context, const Options& options) : context_(context) {
  const ranks::Communicator& ranks = context.ranks();
  Checkpoint* checkpoint = context.options().checkpoint;
  storage::LeftOutput left;
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    if (checkpoint != nullptr && !checkpoint->record().output.empty()) {
      left = storage::LeftOutput::decode(ByteReader(checkpoint->record().output));
      temporary_.emplace(options.destination.file, options.overwrite, left.tag(0));
      return;
    }
    storage::check_destination(options.destination, options.overwrite);
    temporary_.emplace(options.destination.file, options.overwrite);
    left = {.tags = {temporary_->tag()}, .begins = options.lay_out(temporary_->path())};
  });
  path_ = ranks::broadcast_text(ranks, temporary_ ? temporary_->path() : "");
  ByteWriter begins;
  begins.put_vector(left.begins);
  const std::vector<std::byte> of_root = ranks::broadcast(ranks, begins.take());
  ByteReader in(of_root);
  begins_ = in.get_vector<std::uint64_t>();
  if (options.order == Order::any) filled_ = open_for_all(ranks, options, path_);
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    written_.next = begins_;
    if (!filled_ && options.order != Order::by_a_library) {
      by_root_ = std::make_unique<storage::FilledFile>(path_, options.destination.file);
    }
    if (checkpoint == nullptr) return;
    if (options.order == Order::by_a_library) throw UsageError("--checkpoint takes a file without chunks");
    // Once the checkpoint says so, a later run takes the file for laid out.
    temporary_->make_durable();
    checkpoint->set_output(left.encode());
    temporary_->leave();
  });
}

std::uint64_t OutputFile::parts_at_once(const Room& room) const {
  // As rank 0 sees it: what a part takes may depend on whether a rank sees the input.
  std::uint64_t at_once = divide_up(mebibytes(128).value, std::max<std::uint64_t>(1, room.written.value));
  if (const auto memory = context_.options().memory) {
    at_once = std::max<std::uint64_t>(1, memory->value / std::max<std::uint64_t>(1, room.each.value));
  }
  return ranks::sum(context_.ranks(), context_.ranks().is_root() ? at_once : 0);
}

void OutputFile::fill(const std::string& phase, std::uint64_t parts, const Room& room, const MakeParts& make) {
  if (filled_) return make({0, parts}, phase);
  ranks::agree(context_.ranks(), [&] { restore(); });
  std::uint64_t done = ranks::sum(context_.ranks(), written_.hashes.size());
  for (const std::uint64_t at_once = parts_at_once(room); done < parts;) {
    const blocks::Range next{done, done + std::min(at_once, parts - done)};
    make(next, fmt::format("{} {} to {}", phase, next.begin, next.end));
    ranks::agree(context_.ranks(), [&] { keep(phase); });
    done = next.end;
  }
}

/// Takes up what an earlier run has written.
void OutputFile::restore() {
  Checkpoint* checkpoint = context_.options().checkpoint;
  if (checkpoint == nullptr || !by_root_ || checkpoint->record().state.empty()) return;
  ByteReader in(checkpoint->record().state);
  written_.hashes = in.get_vector<std::array<std::uint64_t, 2>>();
  written_.rows = in.get<std::uint64_t>();
  written_.next = in.get_vector<std::uint64_t>();
  if (written_.next.size() != begins_.size()) throw InputError("the checkpoint is of another output");
  checkpoint->count(written_.hashes.size(), written_.hashes.size());
}

/// What is in the file stands for the phases that made it.
void OutputFile::keep(const std::string& phase) {
  Checkpoint* checkpoint = context_.options().checkpoint;
  if (checkpoint == nullptr || !by_root_) return;
  by_root_->sync();
  ByteWriter out;
  out.put_vector(written_.hashes);
  out.put(written_.rows);
  out.put_vector(written_.next);
  checkpoint->set_state(out.take(), phase + ' ');
}

void OutputFile::commit(const std::function<void(storage::TemporaryFile& file)>& commit) {
  const ranks::Communicator& ranks = context_.ranks();
  ranks::agree(ranks, [&] {
    if (filled_) filled_->sync();
    heed_stop_request();  // that may have taken long
  });
  forget_stop_request();  // one that comes now comes too late to stop anything
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    commit(*temporary_);
    if (Checkpoint* checkpoint = context_.options().checkpoint) checkpoint->discard();
  });
}

}  // namespace rankwise::engine
