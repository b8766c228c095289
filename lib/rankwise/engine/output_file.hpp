#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/context.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/result_table.hpp"
#include "rankwise/storage/temporary_file.hpp"

namespace rankwise::engine {

/// A new file that rank 0 lays out, that is filled part by part, and that has its name when it is whole. All ranks fill
/// it if they see it and know where their parts go (by MPI-IO on file systems that it knows best); elsewhere, and where
/// one node's pages are not kept in step with another's, parts come home to rank 0, which writes them in their order.
/// With a checkpoint, what a stopped or killed run has filled stays for the next one.
class OutputFile {
 public:
  /// How parts get into the file.
  enum class Order : std::uint8_t {
    any,           ///< each has its place
    one_by_one,    ///< each behind the one before
    by_a_library,  ///< as a library has it; what is half done cannot be taken up again
  };
  struct Options {
    storage::Destination destination = {};
    bool overwrite = false;
    storage::WriteBy write_by = storage::WriteBy::automatic;  ///< parts of order `any`
    Order order = Order::any;
    /// Makes the file without its values. Called on rank 0. @return where what is filled begins
    std::function<std::vector<std::uint64_t>(const std::string& path)> lay_out = {};
  };
  /// @throws ranks::AgreedError; also if there is a checkpoint and a library fills the file
  /// @note Collective
  OutputFile(const Context& context, const Options& options);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Where it is until it has its name.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// What `lay_out` returned, perhaps in an earlier run; on every rank.
  [[nodiscard]] const std::vector<std::uint64_t>& begins() const { return begins_; }
  /// The file as this rank fills it; nothing on all ranks if rank 0 fills it.
  [[nodiscard]] const storage::FilledFile* filled_by_all() const { return filled_.get(); }

  /// The same on rank 0 alone, if it fills the file without a library.
  [[nodiscard]] const storage::FilledFile* filled_by_root() const { return by_root_.get(); }

  /// What is known of the parts that are in the file: of all of them in the end.
  struct Written {
    std::vector<std::array<std::uint64_t, 2>> hashes = {};  ///< of each part
    std::uint64_t rows = 0;                                 ///< in all of them, where that is counted
    std::vector<std::uint64_t> next = {};                   ///< where rank 0 goes on, from `begins`
  };
  /// On rank 0, to be kept up by who writes.
  [[nodiscard]] Written& written() { return written_; }

  /// What it takes to make a part, and to bring it home.
  struct Room {
    Bytes each = {};
    Bytes written = {};
  };
  /// Makes some parts, in the phase of that name.
  using MakeParts = std::function<void(blocks::Range parts, const std::string& phase)>;
  /// Has parts made that are not in the file yet: all at once in this phase where all ranks fill it; else as many at a
  /// time as rank 0 has room for, each time in a phase of its own, whose results are in the file when `make` is done.
  /// @throws ranks::AgreedError @note Collective
  void fill(const std::string& phase, std::uint64_t parts, const Room& room, const MakeParts& make);

  /// All is in the file: it gets its name from `commit`, on rank 0; then a checkpoint is of no more use.
  /// @throws ranks::AgreedError @note Collective
  void commit(const std::function<void(storage::TemporaryFile& file)>& commit);

 private:
  [[nodiscard]] std::uint64_t parts_at_once(const Room& room) const;
  void restore();
  void keep(const std::string& phase);

  const Context& context_;
  std::optional<storage::TemporaryFile> temporary_;
  std::string path_;
  std::vector<std::uint64_t> begins_;
  std::unique_ptr<storage::FilledFile> filled_;
  std::unique_ptr<storage::FilledFile> by_root_;
  Written written_;
};

}  // namespace rankwise::engine
