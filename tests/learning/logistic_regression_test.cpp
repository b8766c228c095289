#include "rankwise/learning/logistic_regression.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace rankwise::learning {
namespace {

constexpr std::uint32_t samples = 60, width = 3;

/// Feature f of sample s is sin(s² + 7 f) + (s mod classes) / 2 of every second feature; its class s mod classes, but
/// that of each tenth sample is one higher.
class Problem {
 public:
  explicit Problem(std::uint32_t classes) : class_count_(classes), all_(samples) {
    std::iota(all_.begin(), all_.end(), 0U);
    for (std::uint32_t s = 0; s < samples; ++s) {
      for (std::uint32_t f = 0; f < width; ++f) {
        features_.push_back(std::sin(s * s + 7.0 * f) + (f % 2 == 0 ? s % classes / 2.0 : 0));
      }
      classes_.push_back((s + (s % 10 == 0 ? 1 : 0)) % classes);
    }
  }
  [[nodiscard]] Fold fold() const {
    return {.features = features_.data(),
            .width = width,
            .classes = classes_,
            .class_count = class_count_,
            .training = all_,
            .test = all_};
  }

 private:
  std::uint32_t class_count_;
  std::vector<double> features_;
  std::vector<std::uint32_t> classes_, all_;
};

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6) << i;
}

// What is expected is scikit-learn 1.2's, with solver="newton-cg" and tol=1e-12; features × machines.
TEST(LogisticRegression, has_scikit_learns_coefficients) {
  {
    const LogisticRegression model({.tolerance = 1e-11}, Problem(3).fold());
    expect_near(model.coefficients(), {-1.3278250967, -0.0182983739, 1.3461234706, 1.4194566371, 0.1342528595,
                                       -1.5537094966, -1.1601627947, -0.2408528313, 1.401015626});
    expect_near(model.intercepts(), {1.1677011782, 0.4609138927, -1.6286150708});
  }
  {
    const LogisticRegression model({.tolerance = 1e-11}, Problem(2).fold());
    expect_near(model.coefficients(), {1.5804817264, -1.7787195728, 1.7017507811});
    expect_near(model.intercepts(), {-0.4025790091});
  }
  {
    const LogisticRegression model({.c = 100, .balanced = true, .tolerance = 1e-11}, Problem(4).fold());
    expect_near(model.coefficients(),
                {-8.2240870285, -3.1605913709, 3.1830385153, 8.2016398842, 13.1199643213, 4.5607689099, -5.2934338514,
                 -12.3872993798, -8.911680457, -3.204982322, 3.1869644692, 8.9296983098});
    expect_near(model.intercepts(), {9.1936957989, 7.4151284547, -2.0224325869, -14.5863916667});
  }
  {
    const LogisticRegression model({.c = 0.1, .intercept = false, .tolerance = 1e-11}, Problem(3).fold());
    expect_near(model.coefficients(), {-0.3449902576, 0.0638143264, 0.2811759311, 0.153285472, -0.0093763071,
                                       -0.1439091649, -0.2100559742, -0.0655901297, 0.2756461039});
    expect_near(model.intercepts(), {0, 0, 0});
  }
}

TEST(LogisticRegression, probabilities_of_a_sample_are_one_together) {
  const Problem problem(3);
  const Predictions predictions = LogisticRegression({}, problem.fold()).predict(problem.fold(), problem.fold().test);
  ASSERT_EQ(predictions.scores.size(), 3 * samples);
  for (std::uint32_t s = 0; s < samples; ++s) {
    const double* scores = &predictions.scores[3 * s];
    EXPECT_NEAR(scores[0] + scores[1] + scores[2], 1, 1e-15);
    for (std::uint32_t k = 0; k < 3; ++k) EXPECT_GE(scores[predictions.classes[s]], scores[k]);
  }
}

TEST(LogisticRegression, says_whether_it_got_there) {
  const Problem problem(3);
  EXPECT_TRUE(LogisticRegression({}, problem.fold()).converged());
  EXPECT_FALSE(LogisticRegression({.most_iterations = 3}, problem.fold()).converged());
}

}  // namespace
}  // namespace rankwise::learning
