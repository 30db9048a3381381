#include "service/second_signal_exit.hpp"

#include <chrono>
#include <utility>

namespace toolrack::service {

using namespace std::chrono_literals;

second_signal_exit::second_signal_exit(const signals& signals, std::function<void()> end_process)
    : thread_([this, &signals, end_process = std::move(end_process)] {
          while (!is_over_)
              if (signals.wait(50ms) == signals::request::stop) end_process();
      }) {}

second_signal_exit::~second_signal_exit() {
    is_over_ = true;
    thread_.join();
}

}  // namespace toolrack::service
