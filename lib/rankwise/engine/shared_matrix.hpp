#pragma once

#include <memory>
#include <string>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::engine {

/// How ranks get at the input.
enum class Deliver {
  automatic,  ///< each rank reads its own blocks; rank 0 reads for those that do not see the file
  read,       ///< every rank must see the file
  scatter,    ///< rank 0 reads everything and sends each rank its blocks
};

/// A matrix that every rank can read blocks of, whether or not it sees the file.
class SharedMatrix {
 public:
  /// Rank 0 inspects the source; the others open it too or have it delivered.
  /// @throws ranks::AgreedError
  /// @note Collective
  /// @param delivery that of other matrices which the same phases read; nothing: one of its own
  /// @param known what an earlier run has found, on rank 0: a text that is still the same is not scanned again
  SharedMatrix(const Context& context, const std::string& source, Deliver deliver,
               const storage::MatrixInfo* known = nullptr, std::shared_ptr<Delivery> delivery = nullptr);
  /// One that is known but cannot be read, for phases that are done. @throws InputError when it is read
  explicit SharedMatrix(storage::MatrixInfo info);

  /// Reads all of its files, on all ranks, and makes what they hold part of what tells it from others.
  /// @throws ranks::AgreedError
  /// @note Collective
  void verify(const Context& context);
  /// The matrix with rows and columns exchanged. @note before the first phase
  void transpose();

  /// The same on every rank.
  [[nodiscard]] const storage::MatrixInfo& info() const { return info_; }
  [[nodiscard]] const storage::MatrixReader& reader() const { return *reader_; }
  /// For PhaseOptions; nothing where every rank reads for itself.
  [[nodiscard]] Delivery* delivery() const { return delivered_ranks_ > 0 ? delivery_.get() : nullptr; }
  /// How many ranks have their input delivered.
  [[nodiscard]] std::uint64_t delivered_ranks() const { return delivered_ranks_; }

 private:
  [[nodiscard]] Delivery::Server server() const;

  storage::MatrixInfo info_;
  Deliver deliver_ = Deliver::automatic;
  std::unique_ptr<const storage::MatrixReader> reader_;
  std::shared_ptr<Delivery> delivery_;
  std::uint64_t server_ = 0;
  std::uint64_t delivered_ranks_ = 0;
};

}  // namespace rankwise::engine
