#pragma once

#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {

/// What both halves of `forest` take.
struct ForestWork {
  storage::Destination destination = {};
  bool overwrite = false;
  bool json = false;
  ComputeOptions compute = {};
  CheckpointOptions checkpoint = {};

  /// Finds out, before any work, whether the file can be written. On rank 0. @throws IoError
  void check_destination() const {
    if (!compute.plan && !checkpoint.resumes()) storage::check_destination(destination, overwrite);
  }
};

}  // namespace rankwise::app
