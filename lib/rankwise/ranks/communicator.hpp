#pragma once

#include <memory>

#include "rankwise/base/bytes.hpp"

namespace rankwise::ranks {

/// A group of ranks that talk among themselves; one process alone is a group too and needs no MPI. Copies share the
/// group; `duplicate` makes one whose messages never meet those of another.
class Communicator {
 public:
  /// MPI's own handle; complete only inside this folder.
  struct Handle;

  /// This process alone.
  Communicator() = default;
  explicit Communicator(std::shared_ptr<const Handle> handle);

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool is_root() const { return rank_ == 0; }

  /// @note Collective
  [[nodiscard]] Communicator duplicate() const;
  /// The ranks that share this rank's memory, in rank order. @note Collective
  [[nodiscard]] Communicator on_this_node() const;

  /// Null for a process alone.
  [[nodiscard]] const Handle* handle() const { return handle_.get(); }

 private:
  std::shared_ptr<const Handle> handle_;
  int rank_ = 0;
  int size_ = 1;
};

/// No single MPI transfer is larger: counts of MPI are `int`, and huge transfers have been seen to fail or, worse, to
/// succeed with wrong bytes. 1 GiB unless changed; tests set it to a few bytes.
Bytes transfer_cap();
void set_transfer_cap(Bytes cap);

}  // namespace rankwise::ranks
