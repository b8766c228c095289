#include "rankwise/learning/logistic_regression.hpp"

#include <algorithm>
#include <cmath>

#include "rankwise/base/checked.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/kernels/elementwise.hpp"
#include "rankwise/kernels/products.hpp"
#include "rankwise/learning/minimise.hpp"

namespace rankwise::learning {
namespace {

using kernels::Deviations;

/// A matrix, row by row, ready to be multiplied from the left and from the right.
class Design {
 public:
  Design(std::span<const double> values, std::uint64_t columns) : rows_(values.size() / columns), columns_(columns) {
    for_each_piece(columns_, [&](blocks::Range piece) {
      take({.values = values.data() + piece.begin, .rows = piece.size(), .row_stride = 1, .column_stride = columns_},
           rows_, by_columns_.emplace_back());
    });
    for_each_piece(rows_, [&](blocks::Range piece) {
      take({.values = values.data() + piece.begin * columns_,
            .rows = piece.size(),
            .row_stride = columns_,
            .column_stride = 1},
           columns_, by_rows_.emplace_back());
    });
  }

  /// Its product with columns × width numbers: rows × whole_strips(width).
  void multiply(const double* right, std::uint64_t width, std::vector<double>& to) {
    multiply(by_columns_, columns_, rows_, right, width, width, to);
  }
  /// The transposed matrix' product with rows × width numbers that stand in rows of whole_strips(width).
  void multiply_transposed(const double* right, std::uint64_t width, std::vector<double>& to) {
    multiply(by_rows_, rows_, columns_, right, width, kernels::whole_strips(width), to);
  }

 private:
  template <class Act>
  static void for_each_piece(std::uint64_t rows, const Act& act) {
    for (std::uint64_t begin = 0; begin < rows; begin += kernels::product_piece_rows) {
      act(blocks::Range{begin, std::min<std::uint64_t>(rows, begin + kernels::product_piece_rows)});
    }
  }
  static void take(const kernels::TileView<double>& tile, std::uint64_t columns, Deviations& to) {
    const std::vector<double> zeros(columns);
    kernels::take_deviations(tile, zeros, to);
  }
  void multiply(const std::vector<Deviations>& left, std::uint64_t inner, std::uint64_t outer, const double* right,
                std::uint64_t width, std::uint64_t stride, std::vector<double>& to) {
    to.assign(kernels::whole_strips(outer) * kernels::whole_strips(width), 0);
    auto piece_of_left = left.begin();
    for_each_piece(inner, [&](blocks::Range piece) {
      take({.values = right + piece.begin * stride, .rows = piece.size(), .row_stride = stride, .column_stride = 1},
           width, right_);
      kernels::add_products(*piece_of_left++, right_, kernels::Wanted::all, to);
    });
  }

  std::uint64_t rows_, columns_;
  std::vector<Deviations> by_columns_, by_rows_;  // pieces of columns, of rows
  Deviations right_;
};

/// Logits of two classes are 0 and that of the one machine.
std::uint64_t machines_of(std::uint32_t classes) {
  return classes == 2 ? 1 : classes;
}

/// Rows of logits become probabilities. @return of each row, the logarithm of what they were divided by
std::vector<double> to_probabilities(std::vector<double>& logits, std::uint64_t classes) {
  const auto apply = [](kernels::Operation operation, std::vector<double>& to) {
    kernels::apply(operation, {to.data(), nullptr, nullptr}, to.size(), to.data());
  };
  const std::uint64_t rows = logits.size() / classes;
  std::vector<double> greatest(rows), sums(rows);
  for (std::uint64_t r = 0; r < rows; ++r) {
    double* row = &logits[r * classes];
    greatest[r] = *std::max_element(row, row + classes);
    for (std::uint64_t k = 0; k < classes; ++k) row[k] -= greatest[r];
  }
  apply(kernels::Operation::exponential, logits);
  for (std::uint64_t r = 0; r < rows; ++r) {
    double* row = &logits[r * classes];
    for (std::uint64_t k = 0; k < classes; ++k) sums[r] += row[k];
    for (std::uint64_t k = 0; k < classes; ++k) row[k] /= sums[r];
  }
  apply(kernels::Operation::logarithm, sums);
  for (std::uint64_t r = 0; r < rows; ++r) sums[r] += greatest[r];
  return sums;
}

/// What is made least: the mean of the samples' log losses, and weights' squares / (2 C samples).
class Loss {
 public:
  Loss(const LogisticOptions& options, const Fold& fold)
      : classes_(fold.class_count),
        machines_(machines_of(fold.class_count)),
        width_(fold.width + (options.intercept ? 1 : 0)),
        of_features_(fold.width * machines_),
        penalty_(1 / (options.c * static_cast<double>(fold.training.size()))),
        design_(rows_of(fold, width_), width_) {
    const std::vector<double> weights = class_weights(fold, options.balanced);
    for (const std::uint32_t sample : fold.training) {
      truths_.push_back(fold.classes[sample]);
      shares_.push_back(weights[fold.classes[sample]] / static_cast<double>(fold.training.size()));
    }
  }

  [[nodiscard]] std::uint64_t size() const { return width_ * machines_; }

  double operator()(std::span<const double> weights, std::span<double> gradient) {
    const std::uint64_t samples = truths_.size(), stride = kernels::whole_strips(machines_);
    design_.multiply(weights.data(), machines_, products_);
    probabilities_.assign(samples * classes_, 0);
    const std::uint64_t first = classes_ - machines_;
    for (std::uint64_t i = 0; i < samples; ++i) {
      std::copy_n(&products_[i * stride], machines_, &probabilities_[i * classes_ + first]);
    }
    double value = 0;
    for (std::uint64_t i = 0; i < samples; ++i) value -= shares_[i] * probabilities_[i * classes_ + truths_[i]];
    const std::vector<double> logarithms = to_probabilities(probabilities_, classes_);
    for (std::uint64_t i = 0; i < samples; ++i) {
      value += shares_[i] * logarithms[i];
      double* probabilities = &probabilities_[i * classes_];
      probabilities[truths_[i]] -= 1;
      for (std::uint64_t m = 0; m < machines_; ++m) products_[i * stride + m] = shares_[i] * probabilities[first + m];
    }
    design_.multiply_transposed(products_.data(), machines_, sums_);
    for (std::uint64_t f = 0; f < width_; ++f) std::copy_n(&sums_[f * stride], machines_, &gradient[f * machines_]);
    double squares = 0;
    for (std::uint64_t i = 0; i < of_features_; ++i) {
      squares += weights[i] * weights[i];
      gradient[i] += penalty_ * weights[i];
    }
    return value + penalty_ * squares / 2;
  }

 private:
  /// The samples that are trained on, with a 1 behind them for the intercept.
  static std::vector<double> rows_of(const Fold& fold, std::uint64_t width) {
    std::vector<double> rows;
    rows.reserve(fold.training.size() * width);
    for (const std::uint32_t sample : fold.training) {
      rows.insert(rows.end(), fold.row(sample), fold.row(sample) + fold.width);
      if (width > fold.width) rows.push_back(1);
    }
    return rows;
  }

  std::uint64_t classes_, machines_, width_, of_features_;
  double penalty_;
  std::vector<std::uint32_t> truths_ = {};
  std::vector<double> shares_ = {};  // of each sample in the mean
  Design design_;
  std::vector<double> products_ = {}, probabilities_ = {}, sums_ = {};
};

}  // namespace

LogisticRegression::LogisticRegression(const LogisticOptions& options, const Fold& fold)
    : machines_(machines_of(fold.class_count)) {
  Loss loss(options, fold);
  std::vector<double> weights(loss.size());
  converged_ = minimise([&](auto x, auto gradient) { return loss(x, gradient); }, weights,
                        {.tolerance = options.tolerance, .most_iterations = options.most_iterations});
  const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(fold.width * machines_);
  coefficients_.assign(weights.begin(), begin);
  intercepts_.assign(begin, weights.end());
  intercepts_.resize(machines_);
}

Predictions LogisticRegression::predict(const Fold& fold, std::span<const std::uint32_t> samples) const {
  const std::uint64_t classes = fold.class_count, first = classes - machines_;
  Predictions predictions{.scores = std::vector<double>(samples.size() * classes)};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    double* logits = &predictions.scores[i * classes + first];
    std::copy(intercepts_.begin(), intercepts_.end(), logits);
    for (std::uint64_t f = 0; f < fold.width; ++f) {
      const double feature = fold.row(samples[i])[f];
      for (std::uint64_t m = 0; m < machines_; ++m) logits[m] += feature * coefficients_[f * machines_ + m];
    }
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double* logits = &predictions.scores[i * classes];
    predictions.classes.push_back(static_cast<std::uint32_t>(std::max_element(logits, logits + classes) - logits));
  }
  (void)to_probabilities(predictions.scores, classes);
  return predictions;
}

Bytes LogisticRegression::bytes_needed(std::uint64_t samples, std::uint64_t features, std::uint64_t classes) {
  const std::uint64_t design = checked_product(samples, 3 * (features + 1), "the features of a fold");
  const std::uint64_t numbers = checked_sum(design, checked_product(samples, 3 * (classes + 8), "a fold"), "a fold");
  return {checked_product(numbers, sizeof(double), "a fold")};
}

}  // namespace rankwise::learning
