#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rankwise/farm/job_log.hpp"
#include "rankwise/farm/results_folder.hpp"
#include "rankwise/processes/descriptor.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::farm {

/// Writes what tasks have printed to standard output and error, and the job log, by a thread of its own: whoever reads
/// the output may take its time. A task is done once its output is written and its line in the log is on the disk; the
/// disk is asked once for all tasks that have ended meanwhile.
class Printer {
 public:
  /// What is to be done, in this order.
  struct Item {
    std::size_t stream = 0;  ///< 0: standard output, 1: standard error
    std::string bytes = {};  ///< of it
    bool begins = false;     ///< they are the first of it
    bool finishes = false;   ///< these are the last of their task:
    std::uint64_t task = 0;
    std::string name = {};  ///< of its results
    std::string log_line = {};
  };

  struct To {
    bool streams = true;       ///< standard output and error are written
    bool clears_line = false;  ///< and what stands in the terminal's line is taken away before
  };
  Printer(To to, std::unique_ptr<JobLog> log, std::unique_ptr<ResultsFolder> results);
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;
  /// What was pushed is done, unless something failed.
  ~Printer();

  void push(Item item);
  /// Nothing more comes for a while: it need not wait for more.
  void flush();
  /// What nobody reads is not waited for any longer.
  void give_up() { given_up_ = true; }
  /// Bytes that wait to be written.
  [[nodiscard]] std::size_t waiting() const;
  /// Tasks that are done since the last call.
  std::vector<std::uint64_t> take_done();
  /// What went wrong, if anything: then nothing more is written.
  [[nodiscard]] ranks::Failure failure() const;
  /// To poll: readable when there is news.
  [[nodiscard]] int descriptor() const { return news_.get(); }

 private:
  void work();
  ranks::Failure write(std::vector<Item> items);
  void write(Item& item);
  void write_to(std::size_t stream, std::string_view bytes);
  void close_group();

  To to_;
  std::unique_ptr<JobLog> log_;
  std::unique_ptr<ResultsFolder> results_;
  processes::Descriptor news_;  // an eventfd
  // The thread's own:
  std::string lines_;  // of the group
  std::vector<std::uint64_t> group_;
  bool out_is_file_;
  std::atomic<bool> given_up_{false};

  mutable std::mutex mutex_;
  std::condition_variable more_;
  std::condition_variable end_of_pause_;  // between groups
  std::vector<Item> items_;
  std::size_t waiting_ = 0;
  bool ended_ = false;
  bool hurry_ = false;
  std::vector<std::uint64_t> done_;
  ranks::Failure failure_;
  std::thread thread_;
};

}  // namespace rankwise::farm
