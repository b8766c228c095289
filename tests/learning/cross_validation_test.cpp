#include "rankwise/learning/cross_validation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(CrossValidation, has_one_score_for_each_candidate_and_fold) {
  const Table table(120);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const auto scores = cross_validate(here, data, {.count = 2}, {.folds = 7, .shuffle = 1});
  if (!rankwise::test::session().ranks().is_root()) return;
  ASSERT_EQ(scores.size(), 14U);
  EXPECT_TRUE(std::equal(scores.begin(), scores.begin() + 7, scores.begin() + 7));  // two candidates alike
  for (const double score : scores) {
    EXPECT_GE(score, 0);
    EXPECT_LE(score, 1);
  }
}

/// Forests of one tree, each with its own seed, and how many of them this rank has begun to fit.
class Counted {
 public:
  /// @param most no more are begun then; 0: any number
  explicit Counted(std::uint64_t candidates, int most = 0) : count_(candidates), most_(most) {}

  [[nodiscard]] Candidates candidates() {
    const auto words = [](std::uint64_t candidate) { return "tree " + std::to_string(candidate); };
    return {.count = count_,
            .at = [this](std::uint64_t candidate) -> ModelOptions {
              // The main thread asks as well, to plan.
              if (std::this_thread::get_id() != main_ && ++begun_ > most_ && most_ > 0) throw InputError("enough");
              return ForestOptions{.trees = 1, .seed = candidate};
            },
            .in_words = std::to_string(count_) + " trees",
            .family = CandidateFamily{.name = "trees",
                                      .words = words,
                                      .definition = {"trees"},
                                      .recall = [words](const std::vector<std::string>&) { return words; }}};
  }
  /// On all ranks together, but for those that were not to be begun.
  [[nodiscard]] int fits() const {
    const int mine = most_ > 0 ? std::min(begun_.load(), most_) : begun_.load();
    return static_cast<int>(ranks::sum(rankwise::test::session().ranks(), static_cast<std::uint64_t>(mine)));
  }

 private:
  std::uint64_t count_;
  int most_;
  std::atomic<int> begun_ = 0;
  std::thread::id main_ = std::this_thread::get_id();
};

TEST(CrossValidation, fits_nothing_twice_that_a_checkpoint_has) {
  const Table table(90);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  engine::Record record;
  const auto validate = [&](Counted& counted) {  // one run after another, each goes on from what is there
    engine::Checkpoint checkpoint{record};
    const engine::Context keeping(rankwise::test::session(),
                                  {.threads = rankwise::test::threads(), .checkpoint = &checkpoint});
    std::vector<double> scores;
    try {
      scores = cross_validate(keeping, data, counted.candidates(), {.folds = 5});
    } catch (const ranks::AgreedError&) {
    }
    record = checkpoint.record();
    return scores;
  };
  Counted stopped(8, 3);
  EXPECT_TRUE(validate(stopped).empty());
  const int before = stopped.fits();
  EXPECT_GE(before, 3);
  Counted resumed(8), again(8), grown(11), shrunk(4), undisturbed(11);
  const auto scores = validate(resumed);
  EXPECT_EQ(resumed.fits(), 8 * 5 - before);
  EXPECT_EQ(validate(again), scores);
  EXPECT_EQ(again.fits(), 0);
  const auto more = validate(grown);
  EXPECT_EQ(grown.fits(), 3 * 5);
  (void)validate(shrunk);
  EXPECT_EQ(shrunk.fits(), 0);
  EXPECT_EQ(cross_validate(here, data, undisturbed.candidates(), {.folds = 5}), more);
  EXPECT_EQ(undisturbed.fits(), 11 * 5);
}

}  // namespace
}  // namespace rankwise::learning
