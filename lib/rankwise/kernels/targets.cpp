#include "rankwise/kernels/targets.hpp"

#include <fmt/format.h>
#include <hwy/highway.h>
#include <hwy/targets.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::kernels {
namespace {

std::vector<std::int64_t> usable() {
  hwy::SetSupportedTargetsForTest(0);
  // Better targets have lower bits.
  std::vector<std::int64_t> targets;
  const std::int64_t both = hwy::SupportedTargets() & HWY_TARGETS;
  for (int bit = 0; bit < 62; ++bit) {
    if (const std::int64_t target = std::int64_t{1} << bit; (both & target) != 0) targets.push_back(target);
  }
  return targets;
}

}  // namespace

std::vector<std::string> usable_targets() {
  std::vector<std::string> names;
  for (const std::int64_t target : usable()) names.emplace_back(hwy::TargetName(target));
  return names;
}

void limit_to_target(std::size_t index) {
  const std::int64_t target = usable().at(index);
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(target);
}

void use_best_target() {
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

std::string complaint_about([[maybe_unused]] std::int64_t supported_targets) {
#if HWY_ARCH_X86
  constexpr std::int64_t avx2_or_better = (std::int64_t{HWY_AVX2} << 1) - 1;  // better targets have lower bits
  if ((supported_targets & avx2_or_better) == 0) {
    return "this processor has no AVX2 and FMA; rankwise needs an x86-64-v3 processor (Intel since 2013, AMD since "
           "2015)";
  }
#endif
  return "";
}

void check_processor() {
  if (const std::string complaint = complaint_about(hwy::SupportedTargets()); !complaint.empty()) {
    throw MpiError(complaint);
  }
}

std::vector<Finding> diagnose() {
  if (const std::string complaint = complaint_about(hwy::SupportedTargets()); !complaint.empty()) {
    return {{.ok = false, .topic = "kernels", .message = complaint, .mend = "run on a newer processor"}};
  }
  return {{.topic = "kernels", .message = fmt::format("vector instructions: {}", fmt::join(usable_targets(), " "))}};
}

}  // namespace rankwise::kernels
