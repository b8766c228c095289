#include "rankwise/engine/output_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/session.hpp"
#include "tests/support/session.hpp"

namespace rankwise::engine {
namespace {

namespace fs = std::filesystem;
using Order = OutputFile::Order;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// As long as its number says.
std::string part(std::uint64_t number) {
  return std::string(number % 4 + 1, static_cast<char>('a' + number));
}

std::string parts_in_order(std::uint64_t count) {
  std::string text = "head";
  for (std::uint64_t p = 0; p < count; ++p) text += part(p);
  return text;
}

class OutputFileTest : public testing::Test {
 protected:
  OutputFileTest() {
    const std::string name = "rankwise-output-file-test-" + std::to_string(getpid());
    folder_ = ranks::broadcast_text(ranks(), (fs::temp_directory_path() / name).string());
    ranks::agree(ranks(), [&] {
      if (ranks().is_root()) fs::create_directory(folder_);
    });
  }
  ~OutputFileTest() override {
    if (ranks().is_root()) fs::remove_all(folder_);
  }

  static const ranks::Communicator& ranks() { return test::session().ranks(); }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  [[nodiscard]] OutputFile::Options options(Order order, bool overwrite = false) {
    return {.destination = {path("out.npy"), ""}, .overwrite = overwrite, .order = order, .lay_out = [this](auto& at) {
              ++laid_out_;
              std::ofstream(at) << "head";
              return std::vector<std::uint64_t>{4};
            }};
  }
  std::unique_ptr<Checkpoint> open_checkpoint() const {
    auto checkpoint = std::make_unique<Checkpoint>(ranks(), Checkpoint::Options{.path = path("ckpt"), .resume = true});
    checkpoint->begin(ranks(), {.method = "test"}, {"test"});
    return checkpoint;
  }
  /// What has the final name, and nothing else but what is in `beside`.
  void expect_file(const std::string& content, std::size_t beside = 0) const {
    if (!ranks().is_root()) return;
    std::ostringstream found;
    found << std::ifstream(path("out.npy")).rdbuf();
    EXPECT_EQ(found.str(), content);
    EXPECT_EQ(files(), 1 + beside);
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }
  /// Parts that are written by rank 0, one behind the other. @param fails_at this part cannot be made
  void fill_one_by_one(const Context& context, std::uint64_t parts, std::uint64_t fails_at = ~std::uint64_t{0}) {
    OutputFile output(context, options(Order::one_by_one));
    EXPECT_EQ(output.filled_by_all(), nullptr);
    EXPECT_EQ(output.filled_by_root() != nullptr, ranks().is_root());
    output.fill("parts", parts, {.each = {10}, .written = {1}}, [&](blocks::Range range, const std::string& phase) {
      phases_.push_back(phase);
      ranks::agree(ranks(), [&] {
        if (!ranks().is_root()) return;
        auto& written = output.written();
        for (std::uint64_t p = range.begin; p < range.end; ++p) {
          if (p == fails_at) throw InputError("no more parts");
          output.filled_by_root()->write(written.next[0], bytes_of(part(p)));
          written.next[0] += part(p).size();
          written.hashes.push_back({p, p});
          ++written.rows;
        }
      });
    });
    output.commit([&](storage::TemporaryFile& file) {
      EXPECT_EQ(output.written().rows, parts);
      EXPECT_EQ(output.written().hashes.size(), parts);
      file.commit();
    });
  }

  std::string folder_;
  std::vector<std::string> phases_;
  int laid_out_ = 0;
};

TEST_F(OutputFileTest, all_ranks_fill_what_each_has_a_place_in) {
  const Context context(test::session(), {});
  OutputFile output(context, options(Order::any));
  ASSERT_NE(output.filled_by_all(), nullptr) << "one machine has one file";
  EXPECT_EQ(output.begins(), std::vector<std::uint64_t>{4});
  const auto size = static_cast<std::uint64_t>(ranks().size()), parts = 3 * size;
  output.fill("parts", parts, {}, [&](blocks::Range range, const std::string& phase) {
    EXPECT_EQ(range.begin, 0);
    EXPECT_EQ(range.end, parts);
    EXPECT_EQ(phase, "parts");
    for (auto p = static_cast<std::uint64_t>(ranks().rank()); p < range.end; p += size) {
      output.filled_by_all()->write(output.begins()[0] + p, bytes_of(std::string(1, static_cast<char>('a' + p))));
    }
  });
  if (ranks().is_root()) {
    EXPECT_FALSE(fs::exists(path("out.npy"))) << "it has no name before it is whole";
  }
  output.commit([](storage::TemporaryFile& file) { file.commit(); });
  std::string expected = "head";
  for (std::uint64_t p = 0; p < parts; ++p) expected += static_cast<char>('a' + p);
  expect_file(expected);
}

TEST_F(OutputFileTest, rank_0_writes_as_many_parts_as_it_has_room_for) {
  const Context context(test::session(), {.memory = Bytes{35}});
  fill_one_by_one(context, 7);
  EXPECT_EQ(phases_, (std::vector<std::string>{"parts 0 to 3", "parts 3 to 6", "parts 6 to 7"}));
  expect_file(parts_in_order(7));
}

TEST_F(OutputFileTest, rank_0_fills_it_if_it_is_told_to) {
  const Context context(test::session(), {});
  OutputFile::Options by_root = options(Order::any);
  by_root.write_by = storage::WriteBy::root;
  const OutputFile output(context, by_root);
  EXPECT_EQ(output.filled_by_all(), nullptr);
  EXPECT_EQ(output.filled_by_root() != nullptr, ranks().is_root());
}

TEST_F(OutputFileTest, threads_write_through_mpi_only_where_mpi_lets_them) {
  const Context context(test::session(), {});
  OutputFile::Options by_mpi = options(Order::any);
  by_mpi.write_by = storage::WriteBy::mpi_io;
  ASSERT_FALSE(ranks::threads_may_call()) << "the session was not started for it";
  EXPECT_THROW(OutputFile(context, by_mpi), ranks::AgreedError);
  if (ranks().is_root()) {
    EXPECT_EQ(files(), 0);
  }
}

TEST_F(OutputFileTest, a_library_writes_by_its_path) {
  const Context context(test::session(), {});
  OutputFile output(context, options(Order::by_a_library));
  EXPECT_EQ(output.filled_by_all(), nullptr);
  EXPECT_EQ(output.filled_by_root(), nullptr);
  output.fill("parts", 2, {}, [&](blocks::Range range, const std::string&) {
    if (!ranks().is_root()) return;
    for (std::uint64_t p = range.begin; p < range.end; ++p) {
      output.written().hashes.push_back({});
      std::ofstream(output.path(), std::ios::app) << part(p);
    }
  });
  output.commit([](storage::TemporaryFile& file) { file.commit(); });
  expect_file(parts_in_order(2));
}

TEST_F(OutputFileTest, what_a_library_writes_cannot_be_taken_up_again) {
  {
    const auto checkpoint = open_checkpoint();
    const Context context(test::session(), {.checkpoint = checkpoint.get()});
    try {
      const OutputFile output(context, options(Order::by_a_library));
      FAIL();
    } catch (const ranks::AgreedError& error) {
      EXPECT_EQ(error.exit_code(), 2);
    }
  }
  if (ranks().is_root()) {
    EXPECT_EQ(files(), 1) << "the checkpoint";
  }
}

TEST_F(OutputFileTest, leaves_nothing_when_parts_fail) {
  const Context context(test::session(), {.memory = Bytes{35}});
  EXPECT_THROW(fill_one_by_one(context, 7, 5), ranks::AgreedError);
  if (ranks().is_root()) {
    EXPECT_EQ(files(), 0);
  }
}

TEST_F(OutputFileTest, replaces_only_what_it_may) {
  if (ranks().is_root()) std::ofstream(path("out.npy")) << "old";
  const Context context(test::session(), {});
  EXPECT_THROW(OutputFile(context, options(Order::any)), ranks::AgreedError);
  EXPECT_EQ(laid_out_, 0);
  expect_file("old");
  OutputFile output(context, options(Order::any, true));
  expect_file("old", 1);
  output.commit([](storage::TemporaryFile& file) { file.commit(); });
  expect_file("head");
}

TEST_F(OutputFileTest, a_later_run_writes_behind_what_is_there) {
  {
    const auto checkpoint = open_checkpoint();
    const Context context(test::session(), {.memory = Bytes{25}, .checkpoint = checkpoint.get()});
    EXPECT_THROW(fill_one_by_one(context, 9, 5), ranks::AgreedError);
    if (ranks().is_root()) checkpoint->save();
  }
  EXPECT_EQ(phases_, (std::vector<std::string>{"parts 0 to 2", "parts 2 to 4", "parts 4 to 6"}));
  phases_.clear();
  {
    const auto checkpoint = open_checkpoint();
    const Context context(test::session(), {.memory = Bytes{45}, .checkpoint = checkpoint.get()});
    fill_one_by_one(context, 9);
  }
  EXPECT_EQ(phases_, (std::vector<std::string>{"parts 4 to 8", "parts 8 to 9"}));
  EXPECT_EQ(laid_out_, ranks().is_root() ? 1 : 0);
  expect_file(parts_in_order(9));
}

TEST_F(OutputFileTest, a_later_run_fills_the_same_file) {
  std::string first;
  for (int run = 0; run < 2; ++run) {
    const auto checkpoint = open_checkpoint();
    const Context context(test::session(), {.checkpoint = checkpoint.get()});
    OutputFile output(context, options(Order::any));
    EXPECT_EQ(output.begins(), std::vector<std::uint64_t>{4});
    if (ranks().is_root()) output.filled_by_all()->write(run == 0 ? 4 : 5, bytes_of(run == 0 ? "a" : "b"));
    if (run == 0) {
      first = output.path();
      if (ranks().is_root()) checkpoint->save();
    } else {
      EXPECT_EQ(output.path(), first);
      output.commit([](storage::TemporaryFile& file) { file.commit(); });
    }
  }
  EXPECT_EQ(laid_out_, ranks().is_root() ? 1 : 0);
  expect_file("headab");
}

}  // namespace
}  // namespace rankwise::engine
