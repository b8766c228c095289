#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rankwise/engine/job.hpp"

namespace rankwise::engine {

/// A partial result whose type only its job knows.
using AnyPartial = std::shared_ptr<void>;

/// A job behind one interface, so that the engine is compiled once for all of them.
class AnyJob {
 public:
  AnyJob() = default;
  AnyJob(const AnyJob&) = delete;
  AnyJob& operator=(const AnyJob&) = delete;
  virtual ~AnyJob() = default;

  [[nodiscard]] virtual Identity identity() const = 0;
  [[nodiscard]] virtual blocks::Grid grid() const = 0;
  [[nodiscard]] virtual Bytes partial_bytes() const = 0;
  [[nodiscard]] virtual Bytes block_bytes() const = 0;
  /// In which order lanes are best begun; nothing: in their own.
  [[nodiscard]] virtual std::vector<std::uint64_t> lanes_in_order() const = 0;
  /// Makes room for that many threads; each has a scratch of its own.
  virtual void set_threads(int threads) = 0;
  virtual AnyPartial run(blocks::Block block, int thread) = 0;
  virtual void announce(blocks::Block block) const = 0;
  /// What may be told of a block's result; nothing for most jobs.
  [[nodiscard]] virtual std::optional<double> told(const AnyPartial& partial) const = 0;
  /// Whether blocks write output beside what they give.
  [[nodiscard]] virtual bool writes_output() const = 0;
  /// What blocks of this rank have written until now is durable afterwards. Any thread, while blocks run.
  virtual void make_output_durable() const = 0;
  virtual void merge(AnyPartial& left, const AnyPartial& right) const = 0;
  virtual void encode(const AnyPartial& partial, ByteWriter& out) const = 0;
  virtual AnyPartial decode(ByteReader& in) const = 0;
  /// All of what a checkpoint holds of a node of this lane. @throws InputError if it is not that
  [[nodiscard]] virtual AnyPartial decode_kept(std::span<const std::byte> bytes, std::uint64_t lane) const = 0;
};

template <BlockJob J>
class ErasedJob final : public AnyJob {
 public:
  using Partial = typename J::Partial;

  explicit ErasedJob(const J& job) : job_(job) {}

  [[nodiscard]] Identity identity() const override { return job_.identity(); }
  [[nodiscard]] blocks::Grid grid() const override { return job_.grid(); }
  [[nodiscard]] Bytes partial_bytes() const override { return job_.partial_bytes(); }
  [[nodiscard]] Bytes block_bytes() const override { return job_.block_bytes(); }
  [[nodiscard]] std::vector<std::uint64_t> lanes_in_order() const override {
    if constexpr (OrdersLanes<J>) return job_.lanes_in_order();
    return {};
  }
  void set_threads(int threads) override { scratch_.resize(static_cast<std::size_t>(threads)); }
  AnyPartial run(blocks::Block block, int thread) override {
    auto& scratch = scratch_.at(static_cast<std::size_t>(thread));
    // Made by the thread that uses it, so that its memory lies near that thread's core.
    if (!scratch) scratch = std::make_unique<typename J::Scratch>();
    return std::make_shared<Partial>(job_.run(block, *scratch));
  }
  void announce([[maybe_unused]] blocks::Block block) const override {
    if constexpr (AnnouncesBlocks<J>) job_.announce(block);
  }
  [[nodiscard]] std::optional<double> told([[maybe_unused]] const AnyPartial& partial) const override {
    if constexpr (TellsNumbers<J>) return J::told(typed(partial));
    return std::nullopt;
  }
  [[nodiscard]] bool writes_output() const override { return WritesOutput<J>; }
  void make_output_durable() const override {
    if constexpr (WritesOutput<J>) job_.make_output_durable();
  }
  void merge(AnyPartial& left, const AnyPartial& right) const override { job_.merge(typed(left), typed(right)); }
  void encode(const AnyPartial& partial, ByteWriter& out) const override { J::encode(typed(partial), out); }
  AnyPartial decode(ByteReader& in) const override { return std::make_shared<Partial>(J::decode(in)); }
  [[nodiscard]] AnyPartial decode_kept(std::span<const std::byte> bytes, std::uint64_t lane) const override {
    ByteReader in(bytes);
    const AnyPartial partial = decode(in);
    bool fits = in.empty();
    if constexpr (KnowsShapes<J>) fits = fits && job_.fits(typed(partial), lane);
    if (!fits) throw InputError(fmt::format("what is kept of lane {} is no result of it", lane));
    return partial;
  }

  static Partial& typed(const AnyPartial& partial) { return *static_cast<Partial*>(partial.get()); }

 private:
  const J& job_;
  std::vector<std::unique_ptr<typename J::Scratch>> scratch_;
};

}  // namespace rankwise::engine
