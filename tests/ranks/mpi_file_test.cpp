#include "rankwise/ranks/mpi_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "rankwise/base/errors.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "tests/support/session.hpp"

namespace rankwise::ranks {
namespace {

namespace fs = std::filesystem;

TEST(MpiFile, each_rank_writes_its_own_part) {
  const Communicator& ranks = test::session().ranks();
  const std::string name = "rankwise-mpi-file-test-" + std::to_string(getpid());
  const std::string path = broadcast_text(ranks, (fs::temp_directory_path() / name).string());
  agree(ranks, [&] {
    if (ranks.is_root()) std::ofstream(path) << "some text that was there before, and is longer";
  });
  constexpr std::size_t width = 3;
  const std::string part(width, static_cast<char>('a' + ranks.rank()));
  {
    const MpiFile file(path, "the output");
    file.write(static_cast<std::uint64_t>(ranks.rank()) * width, std::as_bytes(std::span(part)));
    file.write(0, {});
    file.sync();
  }
  agree(ranks, [] {});  // all have written
  agree(ranks, [&] {
    if (!ranks.is_root()) return;
    std::ostringstream found;
    found << std::ifstream(path).rdbuf();
    std::string expected = "some text that was there before, and is longer";
    for (int r = 0; r < ranks.size(); ++r) {
      expected.replace(static_cast<std::size_t>(r) * width, width, std::string(width, static_cast<char>('a' + r)));
    }
    EXPECT_EQ(found.str(), expected);
    fs::remove(path);
  });
}

TEST(MpiFile, a_file_that_is_not_there_is_told_by_the_name_it_is_shown_as) {
  try {
    const MpiFile file("/none/at/all", "the output");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("the output cannot be written by MPI-IO"), std::string::npos);
  }
}

}  // namespace
}  // namespace rankwise::ranks
